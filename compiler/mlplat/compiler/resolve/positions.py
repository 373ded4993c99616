"""From where pydantic says an error is to where the user wrote it.

A pydantic location is not a path of the document: a union puts the name of the member that was tried into it
(`processesPerNode`, `int`), and a missing field has a location but no text.
"""

from typing import NamedTuple

from mlplat.compiler.artifacts import Node, Path
from mlplat.diagnostics import Span


class Place(NamedTuple):
    """The deepest value that was written on the way to an error, its path, and the steps that lead nowhere."""

    node: Node
    path: Path
    rest: Path


def translate(root: Node, location: Path) -> Place:
    """Where an error is: steps that are not in the document (names of union members, missing fields) are set aside."""
    node, path, rest = root, [], []
    for step in location:
        child = node.at((step,))
        if child is None:
            rest.append(step)
        else:
            node, rest = child, []
            path.append(step)
    return Place(node, tuple(path), tuple(rest))


def smallest(node: Node) -> Span:
    """The text to point at for a value: a scalar itself, the key of a mapping or list, the kind of a document."""
    if not isinstance(node.value, dict | list):
        return node.span
    if node.key_span is not None:
        return node.key_span
    kind = node.at(("kind",))
    if kind is not None:
        return kind.span
    first = next((child for _, child in node.children()), None)
    return node.span if first is None else (first.key_span or smallest(first))
