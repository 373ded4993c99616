"""Trees of values with one value changed."""

from dataclasses import dataclass, replace
from typing import Any

from mlplat.compiler.artifacts import Node, Path
from mlplat.diagnostics import Span

REMOVED = object()
"""In the place of a value: nothing."""


@dataclass(frozen=True, slots=True)
class RENAMED:
    """In the place of a value: the same value under another key."""

    key: str


@dataclass(frozen=True, slots=True)
class COPIED:
    """In the place of a document: the document, and the same one under another name."""

    name: str


def with_value(node: Node, path: Path, value: Any) -> Node:
    """The tree with another plain value at a path (added where nothing is, together with the mappings above it); every
    other node is the same."""
    step, rest = path[0], path[1:]
    below = node.at((step,))
    if rest:
        new: Node | None = with_value(below or Node({}, node.span), rest, value)
    elif value is REMOVED:
        new = None
    elif isinstance(value, RENAMED):
        new = below
    else:
        new = _as_node(value, below or node)
    if isinstance(node.value, list):
        items = [new if index == step else child for index, child in enumerate(node.value)]
        items += [new] if step == len(items) else []
        return replace(node, value=[child for child in items if child is not None])
    fields = node.value if isinstance(node.value, dict) else {}
    name = value.key if isinstance(value, RENAMED) and not rest else str(step)
    if step not in fields:
        return replace(node, value=fields if new is None else {**fields, name: new})
    kept: dict[str, Node] = {}
    for key, child in fields.items():
        if key != step:
            kept[key] = child
        elif new is not None:
            kept[name] = new
    return replace(node, value=kept)


def _as_node(value: Any, place: Node) -> Node:
    """Plain data as a tree; all of it is said to stand at one place."""
    span: Span = place.span
    if isinstance(value, dict):
        return Node({name: _as_node(inner, place) for name, inner in value.items()}, span, span)
    if isinstance(value, list | tuple):
        return Node([_as_node(inner, place) for inner in value], span)
    return Node(value, span, place.key_span)
