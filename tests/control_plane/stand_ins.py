"""Everything that the tests do in the place of something that a cluster without nodes and without all controllers
does not have. What is not in this list, a real program did.

| stand-in | for |
|---|---|
| `roles` | the ClusterRoles `kubeflow-edit` and `kubeflow-view`, which the distribution installs |
| `volumes_for` | the provisioner of the storage classes: volumes that the real controller then binds the claims to |
| `secrets_ready` | External Secrets: status Ready, which Argo CD's health check reads |
| `finish` | the kubelet: a pod that has ended |
"""

from collections.abc import Iterable

from tests.control_plane.cluster import Body, Cluster


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


def finish(cluster: Cluster, pods: Iterable[Body]) -> None:
    """Ends pods as a kubelet would whose containers ended without error."""
    for pod in pods:
        ended = {"terminated": {"exitCode": 0, "reason": "Completed", "finishedAt": "2030-01-01T00:00:00Z"}}
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
