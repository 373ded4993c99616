"""What may stand at a place of a document, read off the models: what other values it could have, what nobody gave."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from mlplat.compiler.artifacts import Node, Path
from mlplat.schema.kinds import KINDS
from mlplat.schema.merge import alias_of
from mlplat.schema.model import NamesEntry, RefersTo, SpecModel

EACH = "*"
"""In a pattern: every item of a list, every key of a free map."""


@dataclass(frozen=True, slots=True)
class Field:
    """What one place can hold. `model` is that of a mapping with declared fields; `annotation` is Any below places
    that hold anything."""

    annotation: Any
    marks: tuple[Any, ...] = ()
    info: FieldInfo | None = None
    model: type[SpecModel] | None = None

    @property
    def refers_to(self) -> str | None:
        """The kind of document that a text names."""
        return next((mark.kind for mark in self.marks if isinstance(mark, RefersTo)), None)

    @property
    def names_entry(self) -> str | None:
        """The list of the Environment whose entries a text names."""
        return next((mark.field for mark in self.marks if isinstance(mark, NamesEntry)), None)

    @property
    def is_free_map(self) -> bool:
        """True where any key may stand."""
        return get_origin(self.annotation) is dict

    @property
    def optional(self) -> bool:
        """True where the field may be left out."""
        return self.info is None or not self.info.is_required()


ANYTHING = Field(Any)
"""Where anything may stand."""


def field_at(kind: str, path: Path) -> Field:
    """The field at a path of a document of a kind."""
    field = Field(KINDS[kind], model=KINDS[kind])
    for step in path:
        field = _below(field, step if isinstance(step, str) else EACH)
    return field


@cache
def fields_of(model: type[SpecModel]) -> dict[str, Field]:
    """The declared fields of a model by their names in YAML."""
    return {
        alias_of(name, info): _field(info.annotation, tuple(info.metadata), info)
        for name, info in model.model_fields.items()
    }


def _below(field: Field, step: str) -> Field:
    if field.model is not None:
        return fields_of(field.model).get(step, ANYTHING)
    origin = get_origin(field.annotation)
    if origin is dict:
        return _item(field.annotation, 1)
    if origin is tuple:
        return _item(field.annotation, 0)
    return ANYTHING


@cache
def _item(annotation: Any, index: int) -> Field:
    return _field(get_args(annotation)[index], ())


def _field(annotation: Any, marks: tuple[Any, ...], info: FieldInfo | None = None) -> Field:
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            marks = (*marks, *more)
            continue
        members = [member for member in members_of(annotation) if member is not NoneType]
        if len(members) == 1 and members[0] is not annotation:
            annotation = members[0]
            continue
        break
    is_model = isinstance(annotation, type) and issubclass(annotation, SpecModel)
    return Field(annotation, marks, info, annotation if is_model else None)


def members_of(annotation: Any) -> tuple[Any, ...]:
    """The members of a union; the annotation itself when it is none."""
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def other_values(field: Field, value: Any) -> Iterator[Any]:
    """Values that could stand there instead, likeliest first; not all of them need be valid."""
    for member in members_of(field.annotation):
        inner = get_args(member)[0] if get_origin(member) is Annotated else member
        if get_origin(inner) is Literal:
            yield from (other for other in get_args(inner) if other != value)
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1, value * 2, value * 1000, 0)
    elif isinstance(value, float):
        yield from (value * 2, value / 2, value + 1, value - 1)
    elif isinstance(value, str):
        yield from other_texts(value)
    elif value is None:
        yield from ("x", 1, True, {})


def other_texts(text: str) -> Iterator[str]:
    """Other texts of the same form: of a name, a quantity, a path, an address, a version, a duration."""
    yield f"{text}x"
    digits = [index for index, letter in enumerate(text) if letter.isdigit()]
    for index in dict.fromkeys((*digits[:1], *digits[-1:])):
        yield f"{text[:index]}{(int(text[index]) + 1) % 10}{text[index + 1 :]}"
    yield f"x{text}"
    yield f"{text}/x"
    yield "1"


def first_values(field: Field) -> Iterator[Any]:
    """Values that a field could be given that nobody gave; not all of them need be valid. None for structures."""
    default = field.info.default if field.info is not None else None
    if default is not None and not isinstance(default, (SpecModel, dict, tuple)):
        yield from other_values(field, default)
        return
    for member in members_of(field.annotation):
        inner = get_args(member)[0] if get_origin(member) is Annotated else member
        if get_origin(inner) is Literal:
            yield from get_args(inner)
        elif inner in (str, int, float, bool):
            yield from _FIRST[inner]


_FIRST: dict[Any, tuple[Any, ...]] = {
    str: ("x", "1Gi", "/x", "https://x.example.com", "1h", "example.com/x:1"),
    int: (3, 1),
    float: (0.5, 3.0),
    bool: (True, False),
}


def absent(node: Node, kind: str) -> Iterator[Path]:
    """The paths of scalar fields that could be given in a document and are not: in each mapping that is there, and in
    those that stand there by default."""
    yield from _absent(node, Field(KINDS[kind], model=KINDS[kind]), ())


def _absent(node: Node | None, field: Field, path: Path) -> Iterator[Path]:
    if field.model is not None:
        for name, below in fields_of(field.model).items():
            child = node.at((name,)) if node is not None else None
            if child is not None and child.value is not None:
                yield from _absent(child, below, (*path, name))
            elif below.model is not None:
                if below.info is not None and isinstance(below.info.default, SpecModel):
                    yield from _absent(None, below, (*path, name))
            elif get_origin(below.annotation) not in (dict, tuple) and below.optional:
                yield (*path, name)
    elif node is not None:
        for step, child in node.children():
            yield from _absent(child, _below(field, step if isinstance(step, str) else EACH), (*path, step))
