"""Texts of kustomizations and of the patches that they name.

What is written here was tried on kustomize 5.5.0 (kubectl 1.32) and 5.8.1 (kubectl 1.37).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.emit.patch import Operation
from mlplat.objects.gvk import gvk_of
from mlplat.objects.marks import ENVIRONMENT_LABEL, IDENTITY
from mlplat.objects.yaml import canonical_order, dump

_HEADER: Mapping[str, str] = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
_REGEX = re.compile(r"[\\.+*?()|\[\]{}^$]")


def object_text(body: Mapping[str, Any]) -> str:
    """One object as a file."""
    return dump(canonical_order(body))


def kustomization_text(fields: Mapping[str, Any]) -> str:
    """A kustomization with these fields, in the order given; empty ones are left out."""
    return dump({**_HEADER, **{key: value for key, value in fields.items() if value}})


def operations_text(operations: Iterable[Operation]) -> str:
    """A JSON 6902 patch as a file: a list of operations."""
    return "".join(_item(dump(_ordered(operation))) for operation in operations)


def deletion_text(item: KubeObject) -> str:
    """A strategic-merge patch that takes an object of the base away (JSON 6902 cannot)."""
    metadata = {"name": item.body["metadata"]["name"]}
    if "namespace" in item.body["metadata"]:
        metadata["namespace"] = item.body["metadata"]["namespace"]
    body = {"apiVersion": item.body["apiVersion"], "kind": item.body["kind"], "metadata": metadata, "$patch": "delete"}
    return dump(body)


def patch_target(item: KubeObject) -> dict[str, str]:
    """The `target` that selects exactly this object of the base.

    kustomize reads the fields of a target as regular expressions around which it puts `^` and `$`; a field that is
    absent matches everything. The dots of a group stay bare: no second group differs from it in a dot alone.
    """
    return {key: value if key == "group" else _REGEX.sub(r"\\\g<0>", value) for key, value in selector(item).items()}


def selector(item: KubeObject) -> dict[str, str]:
    """Group, version, kind, name and namespace of an object, those that it has."""
    gvk = gvk_of(item.body)
    metadata = item.body["metadata"]
    fields = {
        "group": gvk.group,
        "version": gvk.version,
        "kind": gvk.kind,
        "name": metadata["name"],
        "namespace": metadata.get("namespace", ""),
    }
    return {key: value for key, value in fields.items() if value}


def environment_labels(environment: str) -> list[dict[str, Any]]:
    """The transformer that labels every object with its environment: the object, no selector and no pod template."""
    return [{"pairs": {ENVIRONMENT_LABEL: environment}, "includeSelectors": False}]


def identity_replacements(source: KubeObject) -> list[dict[str, Any]]:
    """Gives every object the environment of `source`'s identity: the part before the first `:`.

    One rule instead of a patch for each object. (`sourceValue` would need no object, but kustomize 5.5.0 refuses it.)
    """
    field = f"metadata.annotations.[{IDENTITY}]"
    before_colon = {"delimiter": ":", "index": 0}
    return [
        {
            "source": {**selector(source), "fieldPath": field, "options": before_colon},
            "targets": [{"select": {}, "fieldPaths": [field], "options": before_colon}],
        }
    ]


def _ordered(operation: Operation) -> dict[str, Any]:
    value = operation.get("value")
    return {**operation, "value": _sorted(value)} if "value" in operation else operation


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


def _item(text: str) -> str:
    """A block mapping as an item of a block list; empty lines of literal blocks stay empty."""
    first, *rest = text.removesuffix("\n").split("\n")
    return "\n".join((f"- {first}", *(f"  {line}" if line else "" for line in rest), ""))
