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


def pods_of(item: KubeObject) -> list[Pod]:
    """Every pod that an object describes, outer ones first."""
    return pods_within(item.body, "")


def pods_within(body: Mapping[str, Any], pointer: str) -> list[Pod]:
    """Every pod of an object's body, which stands at a JSON pointer, outer ones first."""
    found: list[Pod] = []
    if body.get("kind") not in _WITHOUT_PODS:
        _gather(body.get("spec"), f"{pointer}/spec", found)
        _gather(body.get("template"), f"{pointer}/template", found)  # PodTemplate has no spec
    return found


def containers_of(item: KubeObject) -> Iterator[Container]:
    """Every container of an object, init containers included."""
    for pod in pods_of(item):
        for field in CONTAINER_LISTS:
            entries = pod.spec.get(field)
            for index, body in enumerate(entries if isinstance(entries, list) else ()):
                if isinstance(body, Mapping):
                    yield Container(f"{pod.pointer}/{field}/{index}", body)


def _gather(value: Any, pointer: str, found: list[Pod]) -> None:
    """Adds the pods of a value to `found`. (Every rule on pods asks this of every object: a list is twice as fast as
    an iterator that goes down.)"""
    if isinstance(value, dict):
        for field in CONTAINER_LISTS:
            if isinstance(value.get(field), list):
                found.append(Pod(pointer, value))
                break
        for key, inner in value.items():
            if isinstance(inner, (dict, list)):
                _gather(inner, f"{pointer}/{escape(key)}", found)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if isinstance(inner, (dict, list)):
                _gather(inner, f"{pointer}/{index}", found)
