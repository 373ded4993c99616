"""Objects for schema tests: some by hand, some filled from a schema, and every small mutation of them."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlplat.catalog.node import Node

POD_TEMPLATE: dict[str, Any] = {
    "metadata": {"labels": {"app": "a"}, "annotations": {"note": "1e3"}},
    "spec": {
        "serviceAccountName": "runner",
        "securityContext": {"runAsNonRoot": True, "fsGroup": 1000},
        "nodeSelector": {"pool": "gpu"},
        "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "containers": [
            {
                "name": "main",
                "image": "registry.example/main:1",
                "args": ["--rate", "1e-3"],
                "env": [
                    {"name": "A", "value": "b"},
                    {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                ],
                "ports": [{"containerPort": 80, "protocol": "TCP"}],
                "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"nvidia.com/gpu": 1}},
                "readinessProbe": {"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 5},
                "volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": True}],
            }
        ],
        "volumes": [
            {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}},
        ],
    },
}
_SELECTOR = {"matchLabels": {"app": "a"}}


def _object(api_version: str, kind: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}, **fields}


CORE: tuple[dict[str, Any], ...] = (
    _object("v1", "Namespace"),
    _object("v1", "ConfigMap", data={"a": "1", "b.yaml": "x: y\n"}),
    _object("v1", "Secret", type="Opaque", data={"a": "YQ=="}, stringData={"b": "x"}),
    _object("v1", "ServiceAccount", imagePullSecrets=[{"name": "pull"}], automountServiceAccountToken=False),
    _object(
        "v1", "Service", spec={"selector": {"app": "a"}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}
    ),
    _object("v1", "ResourceQuota", spec={"hard": {"requests.cpu": "10", "requests.nvidia.com/gpu": "2"}}),
    _object(
        "v1", "LimitRange", spec={"limits": [{"type": "Container", "default": {"cpu": "1"}, "max": {"memory": "8Gi"}}]}
    ),
    _object(
        "v1",
        "PersistentVolumeClaim",
        spec={
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "1Gi"}},
            "storageClassName": "nfs",
        },
    ),
    _object("apps/v1", "Deployment", spec={"replicas": 2, "selector": _SELECTOR, "template": POD_TEMPLATE}),
    _object("apps/v1", "StatefulSet", spec={"serviceName": "a", "selector": _SELECTOR, "template": POD_TEMPLATE}),
    _object("batch/v1", "Job", spec={"backoffLimit": 2, "completions": 3, "template": POD_TEMPLATE}),
    _object(
        "batch/v1",
        "CronJob",
        spec={"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": {"spec": POD_TEMPLATE["spec"]}}}},
    ),
    _object(
        "rbac.authorization.k8s.io/v1",
        "Role",
        rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}],
    ),
    _object(
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a"},
        subjects=[{"kind": "User", "name": "ann@example.com", "apiGroup": "rbac.authorization.k8s.io"}],
    ),
    _object(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        spec={
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"},
            "minReplicas": 1,
            "maxReplicas": 5,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
                }
            ],
        },
    ),
    _object(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        spec={
            "podSelector": {},
            "policyTypes": ["Ingress"],
            "ingress": [{"ports": [{"port": 8080, "protocol": "TCP"}]}],
        },
    ),
    _object("policy/v1", "PodDisruptionBudget", spec={"minAvailable": "50%", "selector": _SELECTOR}),
    _object("storage.k8s.io/v1", "StorageClass", provisioner="example.com/nfs", reclaimPolicy="Retain"),
    _object("scheduling.k8s.io/v1", "PriorityClass", value=1000, globalDefault=False),
)
"""Sound objects of core kinds, as a platform declares them."""

_TEXTS = (
    "a", "1", "10s", "1Gi", "a/b", "https://a.example/b", "2026-01-31T12:00:00Z", "A", "a:1", "0 3 * * *",
    "arn:aws:iam::1:role/a", "*.a", "2019-03-01", "arn:aws:sns:us-east-1:123456789012:a", "0:00", "00:00", "monday",
    "1:12", "january", "aa", "#a", "500ms", "16777216", "0x1", "1.1.1.1", "a.b/c",
)  # fmt: skip


def filled(node: Node, depth: int) -> Any:
    """A value with every field of a schema down to a depth, and only what must be there below it.

    Meant to be mostly sound, not surely: alternatives that exclude each other are all filled.
    """
    if node.get("enum"):
        return node["enum"][0]
    if node.get("format") == "quantity":
        return "1"
    if node.get("x-kubernetes-int-or-string"):
        return 1
    match node.get("type"):
        case "object":
            return _filled_object(node, depth)
        case "array":
            item = node.get("items")
            return [filled(item, depth - 1)] * max(1, node.get("minItems", 0)) if item else []
        case "string":
            return _text(node)
        case "integer" | "number":
            return max(1, node.get("minimum", 1)) if node.get("maximum", 1) >= 1 else node["maximum"]
        case "boolean":
            return True
    return {}


def _filled_object(node: Node, depth: int) -> dict[str, Any]:
    fields = node.get("properties", {})
    needed = node.get("required", ())
    value = {name: filled(field, depth - 1) for name, field in fields.items() if depth > 0 or name in needed}
    if node.get("x-kubernetes-embedded-resource"):
        value |= {"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}}
    additional = node.get("additionalProperties")
    if isinstance(additional, Mapping) and depth > 0:
        value["key"] = filled(additional, depth - 1)
    return value


def python_pattern(pattern: str) -> str:
    """A Go pattern for Python's `re`, which wants the flag for case at the start."""
    return "(?i)" + pattern.replace("(?i)", "") if "(?i)" in pattern else pattern


def _text(node: Node) -> str:
    pattern = re.compile(python_pattern(node.get("pattern", "")))
    low = node.get("minLength", 0)
    for text in _TEXTS if node.get("format") != "date-time" else _TEXTS[6:]:
        if pattern.search(text) and len(text) >= low:
            return text
    return "a" * max(low, 1)


def mutations(value: Any, most: int = 10**6) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """(path, what was done, the mutant) for each place: removed, of another type, or with a field too many.

    `apiVersion` and `kind` at the root are left alone: they choose the schema. At most `most` places, evenly spread.
    """
    places = [pair for pair in _places(value) if pair[0] not in (("apiVersion",), ("kind",))]
    for place, inner in places[:: -(-len(places) // most) or 1]:
        yield place, "removed", _with(value, place, remove=True)
        for other in ("text", 7, 1.5, True, [], {}, None, ["x"], {"x": "y"}):
            if type(other) is not type(inner):
                yield place, f"set to {other!r}", _with(value, place, other)
        if isinstance(inner, dict):
            yield place, "a field added", _with(value, (*place, "unknownField"), "x")


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in pairs:
        yield (*path, step), inner
        yield from _places(inner, (*path, step))


def _with(value: Any, path: tuple[str | int, ...], new: Any = None, remove: bool = False) -> Any:
    mutant = copy.deepcopy(value)
    target = mutant
    for step in path[:-1]:
        target = target[step]
    if remove:
        del target[path[-1]]
    else:
        target[path[-1]] = new
    return mutant
