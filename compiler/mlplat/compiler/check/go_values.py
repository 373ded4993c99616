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
    if nodes.is_quantity(node) and isinstance(value, int | float) and not isinstance(value, bool):
        return value if isinstance(value, int) and abs(value) < 2**63 else str(value)
    return _trimmed(value, node)


def _trimmed(value: Any, node: Node) -> Any:
    """An amount in Go may have space around it (`Quantity.UnmarshalJSON`)."""
    return value.strip() if nodes.is_quantity(node) and isinstance(value, str) else value


def without_holes(value: Any, node: Node | None) -> Any:
    """An object of one of Kubernetes' own kinds as the server reads it: a null in a list is the zero value of its
    items' type, and an amount has no space around it."""
    if node is None:
        return value
    if isinstance(value, dict):
        if nodes.is_map(node):
            below = nodes.child(node, "") or {}
            filler = "0" if nodes.is_quantity(below) else ""
            return {key: filler if inner is None else without_holes(inner, below) for key, inner in value.items()}
        return {key: without_holes(inner, nodes.child(node, key)) for key, inner in value.items()}
    if isinstance(value, list):
        below = nodes.items(node) or {}
        zero = _ZERO.get(str(below.get("type")))
        return [zero if item is None else without_holes(item, below) for item in value]
    return _trimmed(value, node)


def without_empty(value: Any, names: frozenset[str]) -> Any:
    """A copy without the fields of some names that hold the empty text."""
    if isinstance(value, dict):
        return {key: without_empty(inner, names) for key, inner in value.items() if key not in names or inner != ""}
    return [without_empty(item, names) for item in value] if isinstance(value, list) else value
