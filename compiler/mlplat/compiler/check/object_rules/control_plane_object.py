"""MLP423: a workload in a namespace that belongs to the control plane.

Source: kubeflow/community-distribution 26.03, `common/kubeflow-namespace/base/kubeflow/namespace.yaml`: the namespace
`kubeflow` enforces the restricted pod security level and carries the label `control-plane`, for which KServe's pod
webhook (v0.20.0 `config/webhook/manifests.yaml`) leaves pods alone, so that models are never downloaded.
"""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called, pods_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope

CONTROL_PLANE = frozenset(
    {
        *(
            "kube-system",
            "kube-public",
            "kube-node-lease",
            "kubeflow",
            "kubeflow-system",
            "istio-system",
            "cert-manager",
        ),
        *("knative-serving", "knative-eventing", "kserve", "kueue-system", "jobset-system", "argocd", "auth"),
        *("oauth2-proxy", "external-secrets", "training-operator"),
    }
)
"""Namespaces that Kubernetes, Kubeflow's distribution (26.03) and their usual companions install themselves into."""

_OWN = frozenset({("apps", "Deployment"), ("apps", "DaemonSet"), ("apps", "StatefulSet"), ("batch", "CronJob")})
"""Kinds that a platform's own services are made of; they may stand there."""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Objects that run ML work there; Deployments and the like may be the platform's own services."""
    for item in scope.objects:
        if item.ref.namespace not in CONTROL_PLANE or (item.ref.group, item.ref.kind) in _OWN:
            continue
        if any(True for _ in pods_of(item)) or item.ref.kind in ("InferenceService", "Experiment", "TrainJob"):
            yield FoundInObject(
                item,
                "/metadata/namespace",
                f"{called(item)} runs in `{item.ref.namespace}`, a namespace of the control plane",
                "not for workloads",
                ("webhooks that workloads need refuse its pods or leave them alone",),
                "give it the namespace of a team",
            )


RULE = ObjectRule("MLP423", check)
