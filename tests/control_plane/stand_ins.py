"""Everything that the tests do in the place of something that a cluster without nodes and without all controllers
does not have. What is not in this list, a real program did.

| stand-in | for |
|---|---|
| `roles` | the ClusterRoles `kubeflow-edit` and `kubeflow-view`, which the distribution installs |
| `runtimes` | a ClusterTrainingRuntime that the people of a cluster made for themselves |
| `volumes_for` | the provisioner of the storage classes: volumes that the real controller then binds the claims to |
| `secrets_ready` | External Secrets: status Ready, which Argo CD's health check reads |
| `transitions_told` | KServe, where it looked for a model's pods too early: see there |
| `finish` | the kubelet: a pod that has ended |
| `count_again` | five minutes of waiting: see there |
| `scale` | the metrics by which the autoscaler decides: its write to `/scale` of a Deployment |
"""

import copy
from collections.abc import Iterable
from datetime import UTC, datetime

from tests.control_plane.cluster import Body, Cluster, until

_REPLICA_TYPE = "training.kubeflow.org/replica-type"


def roles() -> list[Body]:
    """The two ClusterRoles that RoleBindings of teams refer to."""
    return [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}],
        }
        for name in ("kubeflow-edit", "kubeflow-view")
    ]


def runtimes(cluster: Cluster, *names: str) -> list[Body]:
    """Trainer's stock runtime for PyTorch under other names, with a step before it that fetches a dataset."""
    stock = cluster.one("clustertrainingruntimes.trainer.kubeflow.org", "torch-distributed")
    assert stock is not None, "the cluster has no stock runtimes"
    step = "dataset-initializer"
    mounts = [{"name": "initializer", "mountPath": "/workspace"}]  # the name that Trainer's webhook asks for
    container = {"name": step, "image": f"registry.example.com/{step}:1", "volumeMounts": mounts}
    pod = {"containers": [container], "volumes": [{"name": "initializer", "emptyDir": {}}]}
    labels = {"trainer.kubeflow.org/trainjob-ancestor-step": step}
    fetch = {"name": step, "template": {"metadata": {"labels": labels}, "spec": {"template": {"spec": pod}}}}
    spec = copy.deepcopy(stock["spec"])
    jobs = spec["template"]["spec"]["replicatedJobs"]
    jobs[-1]["dependsOn"] = [{"name": step, "status": "Complete"}]
    jobs.insert(0, fetch)
    header = {"apiVersion": stock["apiVersion"], "kind": stock["kind"], "spec": spec}
    labels = stock["metadata"].get("labels", {})
    return [{**header, "metadata": {"name": name, "labels": labels}} for name in names]


def volumes_for(bodies: Iterable[Body]) -> list[Body]:
    """A volume for each claim, of its size, class and modes, reserved for it."""
    return [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": f"{body['metadata']['namespace']}-{body['metadata']['name']}"},
            "spec": {
                "capacity": body["spec"]["resources"]["requests"],
                "accessModes": body["spec"]["accessModes"],
                "storageClassName": body["spec"]["storageClassName"],
                "hostPath": {"path": "/var/empty"},
                "claimRef": {"namespace": body["metadata"]["namespace"], "name": body["metadata"]["name"]},
            },
        }
        for body in bodies
        if body["kind"] == "PersistentVolumeClaim"
    ]


def secrets_ready(cluster: Cluster, bodies: Iterable[Body]) -> None:
    """Says of each ExternalSecret that it was read from its store."""
    for body in bodies:
        if body["kind"] == "ExternalSecret":
            ready = {"type": "Ready", "status": "True", "reason": "SecretSynced", "message": "secret synced"}
            metadata = body["metadata"]
            patch = {"status": {"conditions": [ready]}}
            more = ("-n", metadata["namespace"], "--subresource=status")
            cluster.patch("externalsecrets.external-secrets.io", metadata["name"], patch, *more)


def transitions_told(cluster: Cluster, bodies: Iterable[Body]) -> None:
    """Says of each InferenceService whose status tells nothing of its model that it is in progress.

    KServe (0.16 and 0.20) writes an empty `transitionStatus` where it finds no pods yet (`PropagateModelStatus`; on a
    busy machine), and looks again when something changes: when they run, which here they never do. Argo CD's health
    check calls any word that it does not know Degraded.
    """
    for body, live in zip(bodies, cluster.read(list(bodies)), strict=True):
        model = (live or {}).get("status", {}).get("modelStatus", {})
        if body["kind"] == "InferenceService" and model.get("transitionStatus") == "":
            patch = {"status": {"modelStatus": {"transitionStatus": "InProgress"}}}
            where = ("-n", body["metadata"]["namespace"], "--subresource=status")
            cluster.patch("inferenceservices.serving.kserve.io", body["metadata"]["name"], patch, *where)


def finish(cluster: Cluster, pods: Iterable[Body]) -> None:
    """Ends pods as a kubelet would whose containers ended without error; the master of a PyTorchJob last, with whose
    end the job is over: Training Operator then takes away what still runs."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for pod in sorted(pods, key=lambda pod: pod["metadata"]["labels"].get(_REPLICA_TYPE) == "master"):
        ended = {"terminated": {"exitCode": 0, "reason": "Completed", "finishedAt": now}}
        statuses = [
            {
                "name": item["name"],
                "image": item["image"],
                "imageID": "",
                "ready": False,
                "restartCount": 0,
                "state": ended,
            }
            for item in pod["spec"]["containers"]
        ]
        patch = {"status": {"phase": "Succeeded", "containerStatuses": statuses}}
        metadata = pod["metadata"]
        cluster.patch("pods", metadata["name"], patch, "-n", metadata["namespace"], "--subresource=status")


def count_again(cluster: Cluster, namespaces: Iterable[str]) -> None:
    """Lets a claim come and go in each namespace, at which the quota controller counts everything in it.

    A quota may not count what was created at the same moment as itself. kube-controller-manager counts again every five
    minutes (`--resource-quota-sync-period`), and at once where something goes.
    """
    claims: list[Body] = [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "count-again", "namespace": namespace},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
        }
        for namespace in namespaces
    ]
    said = cluster.apply(claims)
    assert said.ok, said.warnings
    cluster.delete(claims)
    until(lambda: not any(cluster.read(claims)), "the claims to go", every=0.2)


def scale(cluster: Cluster, deployment: str, namespace: str, replicas: int) -> None:
    """Writes the number of replicas where a HorizontalPodAutoscaler writes it."""
    patch = {"spec": {"replicas": replicas}}
    cluster.patch("deployments", deployment, patch, "-n", namespace, "--subresource=scale")
