"""Manifests that run drift in the cluster itself: a Deployment that watches, or a CronJob that looks now and then; an
account that may read the declared kinds and nothing else; what Prometheus needs to alert.

The platform's repository is cloned beside it, so the image needs mlplat with the extra `cluster`, git, and a shell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mlplat.cluster.live import KindRequest
from mlplat.drift.access import cluster_role, role_name
from mlplat.objects.pods import ENFORCE

PORT = 9810
USER = 65532
_CHECKOUT = "/platform/checkout"
_CREDENTIALS = "mlplat-drift-git"
"""A Secret that may be there: `.git-credentials`, for a repository that is not public."""

Form = Literal["watch", "cron"]
FORMS: tuple[Form, ...] = ("watch", "cron")
_Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Home:
    """The platform's repository: clone address, the platform's folder in it, and the revision that is synced."""

    url: str
    path: str
    revision: str


@dataclass(frozen=True, slots=True)
class Deploy:
    """What is to run, and from which repository."""

    environment: str
    form: Form
    image: str
    namespace: str
    home: Home

    @property
    def name(self) -> str:
        """The name of everything that belongs to it."""
        return role_name(self.environment)

    @property
    def labels(self) -> dict[str, str]:
        """Labels of everything that belongs to it. Not the environment's label: that is for what the environment
        declares, and these would be its orphans."""
        return {"app.kubernetes.io/name": "mlplat-drift", "app.kubernetes.io/instance": self.name}


def manifests(deploy: Deploy, requests: Sequence[KindRequest]) -> list[_Body]:
    """All objects, in an order in which they can be applied."""
    common = [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": deploy.namespace,
                "labels": {ENFORCE: "restricted"},
            },
        },
        _object(deploy, "v1", "ServiceAccount", {}),
        {**cluster_role(deploy.name, requests), "metadata": {"name": deploy.name, "labels": deploy.labels}},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": deploy.name, "labels": deploy.labels},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": deploy.name},
            "subjects": [{"kind": "ServiceAccount", "name": deploy.name, "namespace": deploy.namespace}],
        },
    ]
    own = _watching(deploy) if deploy.form == "watch" else _periodic(deploy)
    return [*common, *own, _object(deploy, "monitoring.coreos.com/v1", "PrometheusRule", {"spec": rules(deploy)})]


def _object(deploy: Deploy, api_version: str, kind: str, content: Mapping[str, Any]) -> _Body:
    metadata = {"name": deploy.name, "namespace": deploy.namespace, "labels": deploy.labels}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


def _watching(deploy: Deploy) -> list[_Body]:
    port = {"name": "metrics", "port": PORT, "targetPort": "metrics"}
    template = _pod(deploy, ["--watch", "--listen", f":{PORT}"], "Always")
    main = template["spec"]["containers"][0]
    main["ports"] = [{"name": "metrics", "containerPort": PORT}]
    main["readinessProbe"] = {"httpGet": {"path": "/readyz", "port": "metrics"}}
    main["livenessProbe"] = {"httpGet": {"path": "/healthz", "port": "metrics"}, "failureThreshold": 5}
    template["spec"]["containers"].append(_container(deploy, "refresh", ["sh", "-c", _REFRESH]))
    deployment = {
        "spec": {
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": deploy.labels},
            "template": template,
        }
    }
    monitor = {"spec": {"selector": {"matchLabels": deploy.labels}, "endpoints": [{"port": "metrics"}]}}
    return [
        _object(deploy, "apps/v1", "Deployment", deployment),
        _object(deploy, "v1", "Service", {"spec": {"selector": deploy.labels, "ports": [port]}}),
        _object(deploy, "monitoring.coreos.com/v1", "ServiceMonitor", monitor),
    ]


def _periodic(deploy: Deploy) -> list[_Body]:
    job = {"backoffLimit": 0, "activeDeadlineSeconds": 900, "template": _pod(deploy, [], "Never")}
    cron = {
        "schedule": "*/15 * * * *",
        "concurrencyPolicy": "Forbid",
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 3,
        "jobTemplate": {"spec": job},
    }
    return [_object(deploy, "batch/v1", "CronJob", {"spec": cron})]


def _pod(deploy: Deploy, options: Sequence[str], restart: str) -> _Body:
    where = f"{_CHECKOUT}/{deploy.home.path.strip('/')}".rstrip("/.") if deploy.home.path.strip("/.") else _CHECKOUT
    # The pod reaches its API server by the cluster's own address, which is not the one that Argo CD knows.
    drift = ["mlplat", "-C", where, "drift", "--env", deploy.environment, "--any-cluster", *options]
    return {
        "metadata": {"labels": deploy.labels},
        "spec": {
            "serviceAccountName": deploy.name,
            "restartPolicy": restart,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": USER,
                "fsGroup": USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "initContainers": [_container(deploy, "clone", ["sh", "-c", _CLONE])],
            "containers": [_container(deploy, "drift", drift, "1Gi")],
            "volumes": [
                {"name": "platform", "emptyDir": {"sizeLimit": "1Gi"}},
                {"name": "scratch", "emptyDir": {"sizeLimit": "256Mi"}},
                {"name": "credentials", "secret": {"secretName": _CREDENTIALS, "optional": True}},
            ],
        },
    }


_FETCH = 'git fetch --quiet --depth 1 origin "$REVISION" && git reset --quiet --hard FETCH_HEAD'
"""Brings the checkout to a revision, which may be a branch, a tag or a commit: `git clone --branch` takes no commit."""

_CLONE = f'git init --quiet {_CHECKOUT} && cd {_CHECKOUT} && git remote add origin "$REPOSITORY" && {_FETCH}'
_REFRESH = f"cd {_CHECKOUT} && while sleep 60; do {_FETCH}; done"


def _container(deploy: Deploy, name: str, command: Sequence[str], memory: str = "128Mi") -> _Body:
    return {
        "name": name,
        "image": deploy.image,
        "command": list(command),
        "env": [
            {"name": "HOME", "value": "/scratch"},
            {"name": "REPOSITORY", "value": deploy.home.url},
            {"name": "REVISION", "value": deploy.home.revision},
            {"name": "GIT_CONFIG_COUNT", "value": "1"},
            {"name": "GIT_CONFIG_KEY_0", "value": "credential.helper"},
            {"name": "GIT_CONFIG_VALUE_0", "value": "store --file /credentials/.git-credentials"},
        ],
        "resources": {"requests": {"cpu": "100m", "memory": memory}, "limits": {"memory": memory}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "platform", "mountPath": "/platform"},
            {"name": "scratch", "mountPath": "/scratch"},
            {"name": "credentials", "mountPath": "/credentials", "readOnly": True},
        ],
    }


def rules(deploy: Deploy) -> _Body:
    """The alerts: something differs, something cannot be compared, nobody looks any more."""
    alerts = _alerts_of_metrics(deploy) if deploy.form == "watch" else _alerts_of_jobs(deploy)
    return {"groups": [{"name": deploy.name, "rules": alerts}]}


def _alerts_of_metrics(deploy: Deploy) -> list[_Body]:
    only = f'{{environment="{deploy.environment}"}}'
    return [
        _alert(
            "MlplatDrift", f"sum by (environment, kind, class, actor) (mlplat_drift_findings{only}) > 0", "15m",
            "{{ $value }} {{ $labels.kind }} differ from git in {{ $labels.environment }}",
            "Class {{ $labels.class }}, written by: {{ $labels.actor }}. "
            f"`mlplat drift --env {deploy.environment}` says what, by whom, and where it is declared.",
        ),
        _alert(
            "MlplatDriftNotCompared", f"sum by (environment, kind, reason) (mlplat_drift_not_compared{only}) > 0",
            "30m", "{{ $labels.kind }} cannot be compared with git in {{ $labels.environment }}",
            "The API server says: {{ $labels.reason }}. Nothing is known of these objects.",
        ),
        _alert(
            "MlplatDriftStale",
            f"time() - max by (environment) (mlplat_drift_last_success_timestamp_seconds{only}) > 3600", "5m",
            "Nothing was compared with git in {{ $labels.environment }} for an hour",
            "Drift runs, and could not compare everything once in that time.",
        ),
        _alert(
            "MlplatDriftAbsent", f"absent(mlplat_drift_objects{only})", "15m",
            f"Drift of {deploy.environment} is not watched",
            f"No metrics arrive from {deploy.name} in namespace {deploy.namespace}.",
        ),
    ]  # fmt: skip


def _alerts_of_jobs(deploy: Deploy) -> list[_Body]:
    jobs = f'{{namespace="{deploy.namespace}", job_name=~"{deploy.name}-[0-9]+"}}'
    cron = f'{{namespace="{deploy.namespace}", cronjob="{deploy.name}"}}'
    return [
        _alert(
            "MlplatDrift", f"max by (namespace, job_name) (kube_job_status_failed{jobs}) > 0", "0m",
            f"{deploy.environment} differs from git, or could not be compared",
            "The log of Job {{ $labels.job_name }} says what, by whom, and where it is declared.",
        ),
        _alert(
            "MlplatDriftStale", f"time() - max(kube_cronjob_status_last_schedule_time{cron}) > 3600", "5m",
            f"Nothing was compared with git in {deploy.environment} for an hour",
            f"CronJob {deploy.name} does not run.",
        ),
    ]  # fmt: skip


def _alert(name: str, expression: str, lasting: str, summary: str, description: str) -> _Body:
    return {
        "alert": name,
        "expr": expression,
        "for": lasting,
        "labels": {"severity": "warning"},
        "annotations": {"summary": summary, "description": description},
    }
