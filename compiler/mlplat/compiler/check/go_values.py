"""What becomes of an object on its way through programs in Go that read it into their types."""

from collections.abc import Mapping
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node

_ZERO: Mapping[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False, "object": {}, "array": []}
"""What Go makes of a null in a list."""


def filled(value: Any, node: Node | None) -> Any:
    """An object as a webhook in Go writes it back.

    Nulls are gone; what must be there is there with its zero value, but for lists and free mappings, which Go writes as
    null; amounts are texts.
    """
    if not node:
        return value
    if isinstance(value, dict):
        made = {
            key: filled(inner, nodes.child(node, key))
            for key, inner in value.items()
            if inner is not None or nodes.child(node, key) is None
        }
        for name in nodes.required(node):
            below = nodes.child(node, name) or {}
            kind = str(below.get("type"))
            if name in made:
                continue
            if nodes.is_quantity(below):
                made[name] = "0"
            elif kind == "object" and "properties" in below:
                made[name] = filled({}, below)
            elif kind in ("string", "integer", "boolean", "number"):
                made[name] = _ZERO[kind]
        return made
    if isinstance(value, list):
        below = nodes.items(node) or {}
        return [filled({} if item is None and below.get("type") == "object" else item, below) for item in value]
    if nodes.is_quantity(node) and isinstance(value, float):
        return str(value)
    return value


def without_holes(value: Any, node: Node | None) -> Any:
    """A null in a list of one of Kubernetes' own kinds is read as the zero value of its items' type."""
    if node is None:
        return value
    if isinstance(value, dict):
        if nodes.is_map(node):
            filler = "0" if nodes.is_quantity(nodes.child(node, "") or {}) else ""
            return {key: filler if inner is None else inner for key, inner in value.items()}
        return {key: without_holes(inner, nodes.child(node, key)) for key, inner in value.items()}
    if isinstance(value, list):
        below = nodes.items(node) or {}
        zero = _ZERO.get(str(below.get("type")))
        return [zero if item is None else without_holes(item, below) for item in value]
    return value
