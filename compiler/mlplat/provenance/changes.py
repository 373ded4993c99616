"""Which leaves of an object are others in another world.

A leaf is a value that is no mapping and no list, or an empty one; it is named by its JSON pointer in the object as it
is. Items of lists are known by their usual keys where they have some (`name`, `mountPath`), so that a new item in front
of others does not change these; schemas are not asked, for it matters what the compiler meant, not what the server
makes of it. An item whose key is another one is still the same item where no other could be meant.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from mlplat.compare.lists import identity_of, usual_keys
from mlplat.compiler.artifacts import KubeObject
from mlplat.objects.equality import is_list, is_map, same_scalar
from mlplat.objects.pointer import escape, steps_of

UNIT = "unit"
"""Stands for the pointer of an object's unit, which is no part of the object but of its place."""

Changed = dict[str, tuple[Any, Any]]
"""Pointer of a leaf to its value before and after; `GONE` after where it is no longer there."""

GONE = object()


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf with its pointer."""
    if is_map(value) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{pointer}/{escape(key)}")
    elif is_list(value) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{pointer}/{index}")
    else:
        yield pointer, value


def changed_leaves(old: Any, new: Any, pointer: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The leaves of `old` that have another value in `new` or are not there, each with both values."""
    if old is new:
        return
    if is_map(old) and old and is_map(new):
        for key, inner in old.items():
            yield from changed_leaves(inner, new.get(key, GONE), f"{pointer}/{escape(key)}")
    elif is_list(old) and old and is_list(new):
        for index, partner in enumerate(_partners(old, new)):
            after = GONE if partner is None else new[partner]
            yield from changed_leaves(old[index], after, f"{pointer}/{index}")
    elif (is_map(old) or is_list(old)) and old:
        yield from ((place, value, GONE) for place, value in leaves(old, pointer))
    elif is_map(old) or is_list(old):  # empty: a leaf
        if not (type(old) is type(new) and not new):
            yield pointer, old, new
    elif new is GONE or not same_scalar(old, new):
        yield pointer, old, new


def _partners(old: Sequence[Any], new: Sequence[Any]) -> list[int | None]:
    """For each item of `old` the index of the item of `new` that is the same one; None where there is none."""
    keys = usual_keys(old, new)
    if not keys:
        return _aligned(*([json.dumps(item, sort_keys=True) for item in side] for side in (old, new)))
    return paired([identity_of(item, keys) for item in old], [identity_of(item, keys) for item in new])


def paired(old: Sequence[Any], new: Sequence[Any], kind: Callable[[Any], Any] = lambda _: None) -> list[int | None]:
    """For each name of `old` where it is in `new`. Names that are only in one of the two are paired in order, where
    there are as many of a kind on both sides."""
    places = {name: index for index, name in enumerate(new)}
    known = set(old)
    left: dict[Any, list[int]] = {}
    for index, name in enumerate(new):
        if name not in known:
            left.setdefault(kind(name), []).append(index)
    missing = Counter(kind(name) for name in old if name not in places)
    result: list[int | None] = []
    for name in old:
        if name in places:
            result.append(places[name])
        elif len(left.get(kind(name), ())) and missing[kind(name)] == len(left[kind(name)]):
            result.append(left[kind(name)].pop(0))
            missing[kind(name)] -= 1
        else:
            result.append(None)
    return result


def _aligned(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    if len(old) == len(new):
        return list(range(len(old)))
    partners: list[int | None] = [None] * len(old)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for _, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        for offset in range(min(old_end - old_start, new_end - new_start)):
            partners[old_start + offset] = new_start + offset
    return partners


def changed_objects(old: Sequence[KubeObject], new: Sequence[KubeObject]) -> Iterator[tuple[int, Changed | None]]:
    """For each object of `old` that is another one in `new`: its index, and its changed leaves (None: it is not
    there). Objects are the same by kind, namespace and name without the hash of a run; those that have another name
    are paired in order where as many of a kind have gone as have come."""
    partners = paired(_names(old), _names(new), kind=lambda name: name[:2])
    for index, partner in enumerate(partners):
        if partner is None:
            yield index, None
            continue
        before, after = old[index], new[partner]
        changed = {place: (one, other) for place, one, other in changed_leaves(before.body, after.body)}
        if before.unit != after.unit:
            changed[UNIT] = (before.unit, after.unit)
        if changed:
            yield index, changed


def _names(objects: Sequence[KubeObject]) -> list[tuple[str, ...]]:
    return [(item.ref.group, item.ref.kind, item.ref.namespace, item.logical_name) for item in objects]


def at_pointer(body: Mapping[str, Any], pointer: str) -> Any:
    """The value at a pointer; `GONE` when there is none."""
    value: Any = body
    for name in steps_of(pointer):
        if is_map(value) and name in value:
            value = value[name]
        elif is_list(value) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return GONE
    return value
