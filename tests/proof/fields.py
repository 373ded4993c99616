"""Every field of every kind, read off the models, and other values that a field could have."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from mlplat.catalog.index import kubernetes_versions
from mlplat.catalog.releases import RELEASES
from mlplat.catalog.versions import known_versions
from mlplat.compiler.artifacts import Node, Path, ResolvedEnvironment
from mlplat.diagnostics import Span
from mlplat.schema.kinds import KINDS
from mlplat.schema.merge import alias_of
from mlplat.schema.model import NamesEntry, RefersTo, SpecModel
from mlplat.schema.rule import Rule

EACH = "*"
"""In a pattern: every item of a list, every key of a free map."""

REMOVED = object()
"""In the place of a value: the field is not given at all."""


@dataclass(frozen=True)
class Field:
    """One field that holds a value (a list of scalars is one). `kind` is that of the document, `pattern` its path."""

    kind: str
    pattern: Path
    annotation: Any
    marks: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}.{'.'.join(map(str, self.pattern))}"


def all_fields() -> tuple[Field, ...]:
    """The fields of all kinds, in the order in which they are declared. Those of a Rule decide nothing but what is said
    of objects: tests/check/test_own_rules.py."""
    kinds = {kind: model for kind, model in KINDS.items() if model is not Rule}
    return tuple(field for kind, model in kinds.items() for field in _of_model(kind, model, ()))


def _of_model(kind: str, model: type[SpecModel], path: Path) -> Iterator[Field]:
    for name, info in model.model_fields.items():
        yield from _of(kind, info.annotation, (*path, alias_of(name, info)), tuple(info.metadata))


def _of(kind: str, annotation: Any, path: Path, marks: tuple[Any, ...]) -> Iterator[Field]:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        yield from _of(kind, inner, path, (*marks, *more))
        return
    members = [member for member in _members(annotation) if member is not NoneType]
    if len(members) == 1 and members[0] is not annotation:
        yield from _of(kind, members[0], path, marks)
    elif isinstance(annotation, type) and issubclass(annotation, SpecModel):
        yield from _of_model(kind, annotation, path)
    elif get_origin(annotation) is dict and get_args(annotation)[1] is not Any:
        yield from _of(kind, get_args(annotation)[1], (*path, EACH), ())
    elif get_origin(annotation) is tuple and _is_structure(get_args(annotation)[0]):
        yield from _of(kind, get_args(annotation)[0], (*path, EACH), ())
    else:
        yield Field(kind, path, annotation, marks)


def _members(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _is_structure(annotation: Any) -> bool:
    inner = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    return isinstance(inner, type) and issubclass(inner, SpecModel)


def has_one_value(field: Field) -> bool:
    """True when the field can only hold one value, so that it cannot change."""
    return get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1


def places(node: Node, pattern: Path) -> Iterator[Path]:
    """The paths in a document at which a field is given."""
    yield from _places(node, pattern, ())


def _places(node: Node | None, rest: Path, done: Path) -> Iterator[Path]:
    if node is None or node.value is None:
        return
    if not rest:
        yield done
    elif rest[0] == EACH:
        for key, child in node.children():
            yield from _places(child, rest[1:], (*done, key))
    else:
        yield from _places(node.at(rest[:1]), rest[1:], (*done, rest[0]))


def with_value(node: Node, path: Path, value: Any) -> Node:
    """The tree with another plain value at a path (`REMOVED`: without it); every other node is the same."""
    step, rest = path[0], path[1:]
    below = node.at((step,))
    if below is None:
        raise LookupError(f"nothing at {path}")
    if rest:
        new: Node | None = with_value(below, rest, value)
    else:
        new = None if value is REMOVED else as_node(value, below.span, below.key_span)
    if isinstance(node.value, dict):
        fields = {key: child for key, child in node.value.items() if key != step or new is not None}
        return replace(node, value={**fields, **({str(step): new} if new is not None else {})})
    assert isinstance(node.value, list)
    items = [new if index == step else child for index, child in enumerate(node.value)]
    return replace(node, value=[child for child in items if child is not None])


def as_node(value: Any, span: Span, key: Span | None = None) -> Node:
    """Plain data as a tree; all of it is said to stand at one place."""
    if isinstance(value, dict):
        return Node({name: as_node(inner, span, span) for name, inner in value.items()}, span, key)
    if isinstance(value, list | tuple):
        return Node([as_node(inner, span) for inner in value], span, key)
    return Node(value, span, key)


def other_values(field: Field, value: Any, env: ResolvedEnvironment) -> Iterator[Any]:
    """Values that a field could have instead, likeliest first; not all of them need be valid."""
    if get_origin(field.annotation) is tuple:
        inner = get_args(field.annotation)[0]
        item = Field(field.kind, field.pattern, inner)
        if get_origin(inner) is Annotated:
            item = Field(field.kind, field.pattern, get_args(inner)[0], get_args(inner)[1:])
        first = value[0] if value else ""
        yield from ([*value, other] for other in other_values(item, first, env) if other is not REMOVED)
        yield from ([other, *value[1:]] for other in other_values(item, first, env) if other is not REMOVED)
        yield list(value[1:])
    else:
        yield from (other for other in _scalars(field, value, env) if other != value or type(other) is not type(value))
    yield REMOVED


def _scalars(field: Field, value: Any, env: ResolvedEnvironment) -> Iterator[Any]:
    yield from _known(field, env)
    for mark in field.marks:
        if isinstance(mark, RefersTo):
            yield from env.documents.get(mark.kind, {})
            return
        if isinstance(mark, NamesEntry):
            alias = {alias_of(name, info): name for name, info in _spec_fields(env).items()}[mark.field]
            yield from (entry.name for entry in getattr(env.environment.document.spec, alias))
            return
    for member in _members(field.annotation):
        if get_origin(member) is Literal:
            yield from get_args(member)
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1, value * 2, value * 1000, 0, 0.5)
    elif isinstance(value, dict):
        yield {**value, "metadata": {"labels": {"example.com/changed": "true"}}}
    elif isinstance(value, str):
        yield from _texts(value)


def _known(field: Field, env: ResolvedEnvironment) -> Iterator[str]:
    """Names and versions that only the catalog knows."""
    if str(field) == "Environment.spec.release":
        yield from RELEASES
    elif str(field) == "Environment.spec.cluster.kubernetesVersion":
        yield from kubernetes_versions()
    elif str(field) == "Environment.spec.versions.*":
        yield from sorted({one for name in env.versions.components for one in known_versions(name)})


def _spec_fields(env: ResolvedEnvironment) -> dict[str, Any]:
    return type(env.environment.document.spec).model_fields


def _texts(text: str) -> Iterator[str]:
    """Other texts of the same form: of a name, a quantity, a path, an address, a version, a duration."""
    yield f"{text}x"
    digits = [index for index, letter in enumerate(text) if letter.isdigit()]
    for index in (*digits[:1], *digits[-1:]):
        yield f"{text[:index]}{(int(text[index]) + 1) % 10}{text[index + 1 :]}"
    yield f"{text}/changed"
    yield "changed"
    yield f"x{text}"
    yield "1"
