"""How an inherited document and an overriding one become one, and what a field refers to: read off the models.

There is nothing to configure: maps merge, lists marked with `MergeBy` merge by that key, other lists are replaced.
"""

from dataclasses import dataclass, field
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from mlplat.schema.kinds import KINDS
from mlplat.schema.model import MergeBy, NamesEntry, RefersTo, SpecModel


@dataclass(frozen=True)
class Shape:
    """What stands at one place of a document, as far as merging and references are concerned.

    `fields` are the declared fields of a mapping (None where any key may stand, or where there is no mapping);
    `values` is the shape of a free map's values, `item` that of a list's items. `key` names the field by which list
    items merge; a list without one is replaced. `refers_to` is the kind of document that a text names, `names_entry`
    the list of the Environment whose entries it names. `keeps_null` marks free maps in which null is a value of its
    own and deletes nothing; `opaque` places hold anything and are taken whole. `required` are the fields that must
    be there. `model` is the model of a mapping with declared fields.
    """

    fields: "dict[str, Shape] | None" = None
    values: "Shape | None" = None
    item: "Shape | None" = None
    key: str | None = None
    refers_to: str | None = None
    names_entry: str | None = None
    keeps_null: bool = False
    opaque: bool = False
    required: frozenset[str] = field(default_factory=frozenset)
    model: type[SpecModel] | None = None

    def child(self, step: "str | int") -> "Shape":
        """The shape one step further down; a plain one where nothing is known."""
        if isinstance(step, int):
            return self.item or PLAIN
        if self.fields is not None:
            return self.fields.get(step, PLAIN)
        if self.opaque:
            return self
        return self.values or PLAIN

    def at(self, path: "tuple[str | int, ...]") -> "Shape":
        """The shape at a path; a plain one where nothing is known."""
        shape = self
        for step in path:
            shape = shape.child(step)
        return shape


PLAIN = Shape()
"""Scalars, and whatever stands at a place that is not declared."""


def merge_rule(kind: str) -> Shape:
    """The shape of a whole document of a kind. Raises KeyError for a kind that does not exist."""
    return _model_shape(KINDS[kind])


def alias_of(name: str, info: FieldInfo) -> str:
    """The name of a field as it is written in YAML."""
    return info.alias or to_camel(name)


@cache
def _model_shape(model: type[SpecModel]) -> Shape:
    fields = {
        alias_of(name, info): _shape(info.annotation, tuple(info.metadata)) for name, info in model.model_fields.items()
    }
    required = frozenset(alias_of(name, info) for name, info in model.model_fields.items() if info.is_required())
    return Shape(fields=fields, required=required, model=model)


def _shape(annotation: Any, marks: tuple[Any, ...] = ()) -> Shape:
    """The shape of an annotation; `marks` are the `Annotated` marks that already stand around it."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _shape(inner, (*marks, *more))
    if get_origin(annotation) in (Union, UnionType):
        return _union_shape([member for member in get_args(annotation) if member is not NoneType], marks)
    if isinstance(annotation, type) and issubclass(annotation, SpecModel):
        return _model_shape(annotation)
    if annotation is Any:
        return Shape(opaque=True)
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return Shape(values=_shape(arguments[1]), keeps_null=_takes_null(arguments[1]))
    if get_origin(annotation) is tuple:
        return Shape(item=_shape(arguments[0]), key=next((m.key for m in marks if isinstance(m, MergeBy)), None))
    refers_to = next((mark.kind for mark in marks if isinstance(mark, RefersTo)), None)
    return Shape(
        refers_to=refers_to, names_entry=next((mark.field for mark in marks if isinstance(mark, NamesEntry)), None)
    )


def _union_shape(members: list[Any], marks: tuple[Any, ...]) -> Shape:
    """The shape of the one member that has a structure; members that are all scalars have none."""
    shapes = [shape for member in members if (shape := _shape(member, marks)) != PLAIN]
    if len(shapes) > 1:
        raise TypeError("a field may be one structure or null, not one of several structures: merging could not tell")
    return shapes[0] if shapes else PLAIN


def _takes_null(annotation: Any) -> bool:
    return annotation is Any or (get_origin(annotation) in (Union, UnionType) and NoneType in get_args(annotation))
