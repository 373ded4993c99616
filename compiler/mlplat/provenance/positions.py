"""The places of a resolved document that decide something, each with where it is written and what it overrides."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlplat.compiler.artifacts import Node, Path, Resolved
from mlplat.diagnostics import Span
from mlplat.provenance.fields import absent, field_at
from mlplat.schema.environment import Environment


class Role(StrEnum):
    """What stands at a position."""

    VALUE = "value"
    """A value that is written."""
    KEY = "key"
    """The name of an entry of a free map (of a label, of a parameter)."""
    PART = "part"
    """A mapping, a list or an item of one: that it is there at all."""
    DEFAULT = "default"
    """A field that nobody gave. Its place is the nearest parent that is written."""
    DOCUMENT = "document"
    """A whole document: that it is there at all. Its place is its `kind`."""


@dataclass(frozen=True, slots=True)
class Position:
    """One place of one document. `over` are the places that it took the value's place of, nearest first."""

    kind: str
    name: str
    path: Path
    role: Role
    span: Span
    over: tuple[Span, ...] = ()

    @property
    def field(self) -> str:
        """The path as people say it: `spec.scaling.maxReplicas`, `spec.env[0].value`."""
        text = ""
        for step in self.path:
            text += f"[{step}]" if isinstance(step, int) else f".{step}"
        return text.removeprefix(".")

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that the value passed, the one that won first: `prod`, `base`, `components`, `platform`."""
        return tuple(dict.fromkeys(layer_of(span.file) for span in (self.span, *self.over)))


def layer_of(file: str) -> str:
    """The layer that a file of the specifications belongs to."""
    folder, _, rest = file.partition("/")
    return rest.partition("/")[0] if folder == "environments" else folder.removesuffix(".yaml")


_FIXED = (("apiVersion",), ("kind",))


def positions(document: Resolved[Any]) -> Iterator[Position]:
    """Every position of a document: the document itself, what is written in it, and what could be."""
    yield position_at(document, (), Role.DOCUMENT)
    for path, node in _nodes(document.node, ()):
        if path in _FIXED:
            continue
        if path and field_at(document.kind, path[:-1]).is_free_map:
            yield position_at(document, path, Role.KEY)
        if isinstance(node.value, dict | list):
            if path not in ((), ("metadata",), ("spec",)):
                yield position_at(document, path, Role.PART)
        else:
            yield position_at(document, path, Role.VALUE)
    for path in absent(document.node, document.kind):
        yield position_at(document, path, Role.DEFAULT)


def written_positions(node: Node) -> Iterator[Position]:
    """Every position of a hand-written manifest. Its keys are fields or free names, which only its kind tells."""
    kind, name = (str(found.value) if (found := node.at(path)) is not None else "" for path in _HEADER)
    yield Position(kind, name, (), Role.DOCUMENT, (node.at(("kind",)) or node).span)
    for path, below in _nodes(node, ()):
        if path and isinstance(path[-1], str) and path[0] not in ("apiVersion", "kind"):
            yield Position(kind, name, path, Role.KEY, below.key_span or below.span)
        if not isinstance(below.value, dict | list):
            yield Position(kind, name, path, Role.VALUE, below.span)
        elif path:
            yield Position(kind, name, path, Role.PART, below.key_span or below.span)


_HEADER: tuple[Path, Path] = (("kind",), ("metadata", "name"))


def position_at(document: Resolved[Any], path: Path, role: Role) -> Position:
    """One position with its place."""
    over: tuple[Span, ...] = ()
    if role is Role.DOCUMENT:
        # An environment is there because of its own file, whichever `kind` it inherits.
        own = document.kind == Environment.kind_name
        span = document.span("metadata", "name") if own else document.span("kind")
    elif role in (Role.KEY, Role.PART):
        span = document.key(*path)
    else:
        span = document.span(*path)
    if role not in (Role.DOCUMENT, Role.DEFAULT):
        over = tuple(_overridden(document.node, path))
    return Position(document.kind, document.name, path, role, span, over)


def _nodes(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    yield path, node
    for step, child in node.children():
        yield from _nodes(child, (*path, step))


def _overridden(root: Node, path: Path) -> Iterator[Span]:
    """Where the values stand that the one at a path took the place of, nearest first.

    A list or mapping that was replaced as a whole took the place of what stood below it.
    """
    chain = [node for length in range(len(path) + 1) if (node := root.at(path[:length])) is not None]
    seen = {id(chain[-1])}
    for length in range(len(chain) - 1, -1, -1):
        below = chain[length].replaced
        while below is not None:
            found = below.at(path[length:])
            if found is not None and id(found) not in seen:
                seen.add(id(found))
                yield found.span
            below = below.replaced
