"""All differences of two states of one object, field by field, guided by the schema of its kind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.compare.difference import ABSENT, Difference, Path
from mlplat.compare.lists import pair_lists
from mlplat.compare.values import same_value
from mlplat.objects.equality import is_list, is_map

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the comparison stands: the path in both states, and as people read it."""

    old: Path = ()
    new: Path = ()
    readable: str = ""

    def field(self, key: str) -> "_Place":
        return _Place((*self.old, key), (*self.new, key), step_text(self.readable, key))

    def item(self, old: int, new: int, step: str) -> "_Place":
        return _Place((*self.old, old), (*self.new, new), self.readable + step)


def compare_objects(
    old: Mapping[str, Any], new: Mapping[str, Any], schema: Node | None, group: str = ""
) -> list[Difference]:
    """Every difference of two states of an object, in the order of the fields (the old state's first).

    `schema` is the root node of the kind's schema (`KindTable.schema`), None where none is held; `group` its API
    group. A null counts as absent, as the server treats it. Nothing else is explained away here: defaults, server-owned
    fields and empty values are for the caller to judge.
    """
    return list(_compare(old, new, schema, _Place(), group))


def step_text(readable: str, key: str) -> str:
    """A readable path with one key more; keys that are no plain word stand in brackets: `data["a.b"]`."""
    if not key or not _PLAIN.issuperset(key):
        return f'{readable}["{key}"]'
    return f"{readable}.{key}" if readable else key


def _compare(old: Any, new: Any, node: Node | None, place: _Place, group: str) -> Iterator[Difference]:
    if old is new:
        return
    if is_map(old) and is_map(new):
        yield from _maps(old, new, node, place, group)
    elif is_list(old) and is_list(new):
        yield from _lists(old, new, node, place, group)
    elif not same_value(old, new, node, place.old, group):
        yield Difference(old, new, place.old, place.new, place.readable)


def _maps(
    old: Mapping[str, Any], new: Mapping[str, Any], node: Node | None, place: _Place, group: str
) -> Iterator[Difference]:
    for key, value in old.items():
        other = new.get(key)
        if value is other:
            continue
        at = place.field(str(key))
        if value is None or other is None:
            left, right = ABSENT if value is None else value, ABSENT if other is None else other
            yield Difference(left, right, at.old, at.new, at.readable)
        else:
            yield from _compare(value, other, nodes.child(node, key) if node else None, at, group)
    for key, value in new.items():
        if key not in old and value is not None:
            at = place.field(str(key))
            yield Difference(ABSENT, value, at.old, at.new, at.readable)


def _lists(
    old: Sequence[Any], new: Sequence[Any], node: Node | None, place: _Place, group: str
) -> Iterator[Difference]:
    if not old and not new:
        return
    pairing = pair_lists(old, new, node)
    below = nodes.items(node) if node else None
    for pair in pairing.pairs:
        if pair.old is not None and pair.new is not None:
            at = place.item(pair.old, pair.new, pair.step)
            yield from _compare(old[pair.old], new[pair.new], below, at, group)
        elif pair.old is not None:
            at = place.item(pair.old, pair.old, pair.step)
            yield Difference(old[pair.old], ABSENT, at.old, at.new, at.readable)
        elif pair.new is not None:
            at = place.item(pair.new, pair.new, pair.step)
            yield Difference(ABSENT, new[pair.new], at.old, at.new, at.readable)
    if pairing.moved:
        yield Difference(old, new, place.old, place.new, place.readable, moved=True)
