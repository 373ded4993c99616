"""Defaults of pod specs, wherever a built-in kind holds one.

Source: Kubernetes 1.37 `pkg/apis/core/v1/defaults.go` and `zz_generated.defaults.go`; what admission adds to pods is
from `plugin/pkg/admission/{serviceaccount,defaulttolerationseconds,priority}`. Read back from a 1.37.2 API server by
`tests/live/record.py`.
"""

from collections.abc import Mapping
from typing import Any

from mlplat.compare.defaults.spot import Spot, anything, same_as
from mlplat.compare.values import same_quantity
from mlplat.objects.pods import CONTAINER_LISTS

PREFIXES: Mapping[tuple[str, str], str] = {
    ("", "Pod"): "spec.",
    ("", "PodTemplate"): "template.spec.",
    ("", "ReplicationController"): "spec.template.spec.",
    ("apps", "DaemonSet"): "spec.template.spec.",
    ("apps", "Deployment"): "spec.template.spec.",
    ("apps", "ReplicaSet"): "spec.template.spec.",
    ("apps", "StatefulSet"): "spec.template.spec.",
    ("batch", "CronJob"): "spec.jobTemplate.spec.template.spec.",
    ("batch", "Job"): "spec.template.spec.",
}
"""Where each kind holds its pod spec."""

_SAME_SHAPE = (
    ("initContainers[]", "containers[]"),
    ("ephemeralContainers[]", "containers[]"),
    (".livenessProbe.", ".probe."),
    (".readinessProbe.", ".probe."),
    (".startupProbe.", ".probe."),
    (".lifecycle.postStart.", ".probe."),
    (".lifecycle.preStop.", ".probe."),
)


def _pull_policy(spot: Spot) -> bool:
    """`Always` for the tag `latest` and for none, else `IfNotPresent` (SetDefaults_Container)."""
    image = spot.parent.get("image") if isinstance(spot.parent, Mapping) else None
    if not isinstance(image, str):
        return False
    name, _, digest = image.partition("@")
    tag = name.rpartition(":")[2] if ":" in name.rpartition("/")[2] else ""
    latest = tag == "latest" or (not tag and not digest)
    return bool(spot.value == ("Always" if latest else "IfNotPresent"))


def _host_port(spot: Spot) -> bool:
    """The port of the container, on the host's network only (defaultHostNetworkPorts)."""
    pod = spot.path[: next((i for i, step in enumerate(spot.path) if step in CONTAINER_LISTS), 0)]
    on_host = bool(spot.at(*pod, "hostNetwork"))
    return on_host and isinstance(spot.parent, Mapping) and spot.value == spot.parent.get("containerPort")


def _request_as_limit(spot: Spot) -> bool:
    """SetDefaults_Pod: a request that is not given is the limit."""
    container = spot.item
    resources = container.get("resources") if isinstance(container, Mapping) else None
    limits = resources.get("limits") if isinstance(resources, Mapping) else None
    return isinstance(limits, Mapping) and same_quantity(limits.get(spot.key), spot.value)


def is_usual_toleration(value: Any) -> bool:
    """What DefaultTolerationSeconds gives every pod."""
    return isinstance(value, Mapping) and dict(value) in (
        {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
        for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
    )


def _account(spot: Spot) -> bool:
    """`default`, and the older name of the field where that is declared: beside a live one it always stands, since the
    server writes each after the other (`pkg/apis/core/v1/conversion.go`)."""
    mirrored = "serviceAccountName" not in spot.parent and spot.value == spot.parent.get("serviceAccount")
    return spot.value == "default" or mirrored


POD: Mapping[str, Any] = {
    "dnsPolicy": "ClusterFirst",
    "enableServiceLinks": True,
    "preemptionPolicy": "PreemptLowerPriority",
    "priority": 0,
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "securityContext.supplementalGroupsPolicy": "Merge",
    "serviceAccount": same_as("serviceAccountName"),
    "serviceAccountName": _account,
    "terminationGracePeriodSeconds": 30,
    "containers[].imagePullPolicy": _pull_policy,
    "containers[].terminationMessagePath": "/dev/termination-log",
    "containers[].terminationMessagePolicy": "File",
    "containers[].securityContext.procMount": "Default",
    "containers[].env[].valueFrom.fieldRef.apiVersion": "v1",
    "containers[].env[].valueFrom.fileKeyRef.optional": False,
    "containers[].env[].valueFrom.resourceFieldRef.divisor": "0",
    "containers[].ports[].hostPort": _host_port,
    "containers[].ports[].protocol": "TCP",
    "containers[].probe.failureThreshold": 3,
    "containers[].probe.grpc.service": "",
    "containers[].probe.httpGet.path": "/",
    "containers[].probe.httpGet.scheme": "HTTP",
    "containers[].probe.periodSeconds": 10,
    "containers[].probe.successThreshold": 1,
    "containers[].probe.timeoutSeconds": 1,
    "volumes[].azureDisk.cachingMode": "ReadWrite",
    "volumes[].azureDisk.fsType": "ext4",
    "volumes[].azureDisk.kind": "Shared",
    "volumes[].azureDisk.readOnly": False,
    "volumes[].configMap.defaultMode": 420,
    "volumes[].downwardAPI.defaultMode": 420,
    "volumes[].downwardAPI.items[].fieldRef.apiVersion": "v1",
    "volumes[].downwardAPI.items[].resourceFieldRef.divisor": "0",
    "volumes[].ephemeral.volumeClaimTemplate.spec.volumeMode": "Filesystem",
    "volumes[].hostPath.type": "",
    "volumes[].image.pullPolicy": lambda spot: spot.value in ("Always", "IfNotPresent"),
    "volumes[].iscsi.iscsiInterface": "default",
    "volumes[].projected.defaultMode": 420,
    "volumes[].projected.sources[].downwardAPI.items[].fieldRef.apiVersion": "v1",
    "volumes[].projected.sources[].serviceAccountToken.expirationSeconds": 3600,
    "volumes[].rbd.keyring": "/etc/ceph/keyring",
    "volumes[].rbd.pool": "rbd",
    "volumes[].rbd.user": "admin",
    "volumes[].scaleIO.fsType": "xfs",
    "volumes[].scaleIO.storageMode": "ThinProvisioned",
    "volumes[].secret.defaultMode": 420,
}
"""Field of a pod spec to what stands there when nobody says anything: a value, or a rule of what is around it."""

_TOKENS = "/var/run/secrets/kubernetes.io/serviceaccount"
"""Where the ServiceAccount admission mounts a pod's token."""

BARE_POD: Mapping[str, Any] = {
    "nodeName": anything,
    "containers[].resources.requests.*": _request_as_limit,
    "containers[].volumeMounts[]": lambda spot: (
        isinstance(spot.value, Mapping) and spot.value.get("mountPath") == _TOKENS
    ),
    "priority": anything,
    "volumes[]": lambda spot: (
        isinstance(spot.value, Mapping) and str(spot.value.get("name", "")).startswith("kube-api-access-")
    ),
    "tolerations[]": lambda spot: is_usual_toleration(spot.value),
}
"""What only a Pod itself is given, not the template of one."""

FILLED_IN = ("securityContext", "containers[].resources")
"""Objects that are there when nobody gives them: what is added below them is added, not they."""


def pod_pattern(kind: tuple[str, str], pattern: str) -> str | None:
    """A path within the pod spec that a kind holds, containers of all sorts and probes under one name; None where the
    path is not in one."""
    prefix = PREFIXES.get(kind)
    if prefix is None or not pattern.startswith(prefix):
        return None
    inner = pattern[len(prefix) :]
    for written, known in _SAME_SHAPE:
        inner = inner.replace(written, known)
    return inner
