"""Quantities of an object that are not written as the server stores them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.lookup import Tables
from mlplat.catalog.node import Node
from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.embedded import bodies_of
from mlplat.compiler.check.rule import ObjectScope
from mlplat.objects.pointer import escape
from mlplat.objects.quantity import canonical


@dataclass(frozen=True, slots=True)
class Uncanonical:
    """A quantity at a JSON pointer, as it is written, and the text that is stored."""

    pointer: str
    written: Any
    canonical: str
    custom: bool
    """True in a custom resource, whose fields Argo CD compares as they are written."""


def uncanonical_quantities(item: KubeObject, scope: ObjectScope) -> tuple[Uncanonical, ...]:
    """Every quantity of an object whose text is another than the canonical one; not those that are none."""
    key = ("quantities", id(item))
    if key not in scope.memo:
        scope.memo[key] = tuple(_uncanonical(item, scope.tables))
    found: tuple[Uncanonical, ...] = scope.memo[key]
    return found


def _uncanonical(item: KubeObject, tables: Tables) -> Iterator[Uncanonical]:
    for body in bodies_of(item):
        table = tables.lookup(body.body["apiVersion"], body.body["kind"])
        if table is not None:
            for pointer, written, text in _walk(body.body, table.schema, body.pointer):
                yield Uncanonical(pointer, written, text, table.custom or bool(body.pointer))


_HELD: dict[int, tuple[bool, Node]] = {}
"""Whether there is a quantity at or below a node, by its identity; the node is kept alive with it."""


def _has_quantities(node: Node) -> bool:
    held = _HELD.get(id(node))
    if held is None:
        inner = [*node.get("properties", {}).values(), node.get("items"), node.get("additionalProperties")]
        found = nodes.is_quantity(node) or any(isinstance(one, Mapping) and _has_quantities(one) for one in inner)
        held = _HELD[id(node)] = (found, node)
    return held[0]


def _walk(value: Any, node: Node, pointer: str) -> Iterator[tuple[str, Any, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            below = nodes.child(node, key)
            if below and _has_quantities(below):
                yield from _walk(inner, below, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        below = nodes.items(node)
        for index, inner in enumerate(value if below else ()):
            yield from _walk(inner, below or {}, f"{pointer}/{index}")
    elif nodes.is_quantity(node) and isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            text = canonical(value)
        except ValueError:
            return
        if value != text:
            yield pointer, value, text
