"""Pods and containers inside any Kubernetes object, found by their form, so that kinds nobody listed have them too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.objects.pods import CONTAINER_LISTS
from mlplat.objects.pointer import escape

_WITHOUT_PODS = frozenset(
    {
        *("ConfigMap", "Secret", "Namespace", "ServiceAccount", "Service", "PersistentVolumeClaim", "PersistentVolume"),
        *("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "ResourceQuota", "LimitRange", "NetworkPolicy"),
        *("CustomResourceDefinition", "PodDefault", "Profile", "ExternalSecret", "StorageClass", "PriorityClass"),
        *(
            "ClusterQueue",
            "LocalQueue",
            "ResourceFlavor",
            "WorkloadPriorityClass",
            "AuthorizationPolicy",
            "Application",
        ),
    }
)
"""Kinds that are not searched: they hold no pod, or text that is not one."""


@dataclass(frozen=True, slots=True)
class Pod:
    """A mapping that holds containers: a pod's spec, or a part of one that a kind gives. `pointer` is where it is."""

    pointer: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Container:
    """One container of an object, at a JSON pointer."""

    pointer: str
    body: Mapping[str, Any]


def called(item: KubeObject) -> str:
    """An object as messages name it: Deployment `web`. What runs once is called without the hash in its name, which
    differs from environment to environment."""
    return f"{item.ref.kind} `{item.logical_name}`"


def is_by_hand(item: KubeObject) -> bool:
    """True when a person wrote something of the object's body: a manifest, or a document with patches."""
    return item.origin is None or bool(getattr(item.origin.document.spec, "patches", ()))


def pods_of(item: KubeObject) -> Iterator[Pod]:
    """Every pod that an object describes, outer ones first."""
    if item.ref.kind not in _WITHOUT_PODS:
        yield from pods_within(item.body, "")


def pods_within(body: Mapping[str, Any], pointer: str) -> Iterator[Pod]:
    """Every pod of an object's body, which stands at a JSON pointer, outer ones first."""
    if body.get("kind") not in _WITHOUT_PODS:
        yield from _pods(body.get("spec"), f"{pointer}/spec")
        yield from _pods(body.get("template"), f"{pointer}/template")  # PodTemplate has no spec


def containers_of(item: KubeObject) -> Iterator[Container]:
    """Every container of an object, init containers included."""
    for pod in pods_of(item):
        for field in CONTAINER_LISTS:
            entries = pod.spec.get(field)
            for index, body in enumerate(entries if isinstance(entries, list) else ()):
                if isinstance(body, Mapping):
                    yield Container(f"{pod.pointer}/{field}/{index}", body)


def _pods(value: Any, pointer: str) -> Iterator[Pod]:
    if isinstance(value, dict):
        if any(isinstance(value.get(field), list) for field in CONTAINER_LISTS):
            yield Pod(pointer, value)
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                yield from _pods(inner, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if isinstance(inner, dict | list):
                yield from _pods(inner, f"{pointer}/{index}")
