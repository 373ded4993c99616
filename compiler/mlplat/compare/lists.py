"""Which item of one list is which item of another.

Lists that their schema calls maps are paired by their keys, sets by value, in any order. All other lists are ordered
values to the server (Kubernetes calls them atomic); their items are paired by name where each has one, so that a
changed item is not reported as a changed list, and by the longest common run where they have none.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.compare.sequences import longest_common_run, most_alike
from mlplat.objects.equality import is_map

_USUAL = (
    ("name",),
    ("containerPort", "protocol"),
    ("mountPath",),
    ("secretKey",),
    ("manager",),
    ("key",),
    ("ip",),
    ("port", "protocol"),
    ("type",),
    ("server",),
    ("kind",),
)
"""Keys by which items are known where a schema names none: in the lists of custom resources, which say nothing."""

_VALUES = (("key",), ("port", "protocol"), ("type",), ("server",), ("kind",))
"""Of these, those that are values like any other too: of a label selector, a toleration, a metric."""

KEY_DEFAULTS = {"protocol": "TCP"}
"""What an item has for a key that it does not say, where the schema does not tell: Kubernetes sets it in code."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Index of an item in the old and in the new list; None where one lacks it. `step` is how the path names it."""

    old: int | None
    new: int | None
    step: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """The pairs of two lists. `moved` is true where both have the same items, in an order that means something."""

    pairs: tuple[Pair, ...]
    moved: bool = False


def pair_lists(old: Sequence[Any], new: Sequence[Any], node: Node | None) -> Pairing:
    """Pair the items of two lists; `node` is the schema of the list, None where none is known."""
    schema = node or {}
    keys = _said_keys(schema, old, new)
    if keys:
        return Pairing(tuple(_by_key(old, new, keys, schema)))
    if nodes.list_type(schema) == "set" or nodes.merges_by_value(schema):
        return Pairing(tuple(_by_value(old, new)))
    keys = usual_keys(old, new)
    if not keys:
        return Pairing(tuple(_by_position(old, new)))
    pairs = tuple(_by_key(old, new, keys, schema))
    if keys in _VALUES:
        below = nodes.items(schema) or {}
        left, right = ([_apart_from_first(item, keys, below) for item in items] for items in (old, new))
        pairs = tuple(_with_renamed(pairs, left, right))
    return Pairing(pairs, _is_moved(pairs))


def keys_of(node: Node | None, *lists: Sequence[Any]) -> tuple[str, ...]:
    """The keys that tell the items of each of some lists apart: those that their schema names, else the usual ones;
    () where items have only their value and their place."""
    return _said_keys(node or {}, *lists) or usual_keys(*lists)


def usual_keys(*lists: Sequence[Any]) -> tuple[str, ...]:
    """The keys that by convention tell the items of each of some lists apart; () where none do."""
    if not any(lists):
        return ()
    return next((keys for keys in _USUAL if all(_named(items, keys) for items in lists)), ())


def identity_of(item: Mapping[str, Any], keys: tuple[str, ...], node: Node | None = None) -> tuple[str, ...]:
    """What tells an item of a list from the others, by keys that `keys_of` gave; `node` is the schema of the list."""
    return _identity(item, keys, nodes.items(node or {}) or {})


def item_step(items: Sequence[Any], index: int, keys: tuple[str, ...]) -> str:
    """How a path names one item of a list: by the keys that `keys_of` gives (`[name=main]`), else by its index."""
    return _step(items[index], keys, index) if keys and index < len(items) else f"[{index}]"


def _said_keys(node: Node, *lists: Sequence[Any]) -> tuple[str, ...]:
    """The keys that the schema names, where the items of all lists have them."""
    keys = nodes.item_keys(node)
    return keys if keys and all(_keyed(items, keys) for items in lists) else ()


def _keyed(items: Sequence[Any], keys: tuple[str, ...]) -> bool:
    return all(is_map(item) and any(key in item for key in keys) for item in items)


def _named(items: Sequence[Any], keys: tuple[str, ...]) -> bool:
    """True when the first key is in every item and all keys together tell them apart."""
    if not all(is_map(item) and isinstance(item.get(keys[0]), str | int) for item in items):
        return False
    return len({_identity(item, keys, {}) for item in items}) == len(items)


def _identity(item: Mapping[str, Any], keys: tuple[str, ...], node: Node) -> tuple[str, ...]:
    return tuple(_text(item.get(key, _default(node, key))) for key in keys)


def _default(node: Node, key: str) -> Any:
    below = nodes.child(node, key) if node else None
    default = nodes.default(below) if below else nodes.MISSING
    return KEY_DEFAULTS.get(key) if default is nodes.MISSING else default


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _by_key(old: Sequence[Any], new: Sequence[Any], keys: tuple[str, ...], node: Node) -> Iterator[Pair]:
    below = nodes.items(node) or {}
    left, right = _numbered(old, keys, below), _numbered(new, keys, below)
    for identity, index in left.items():
        yield Pair(index, right.get(identity), _step(old[index], keys, index))
    for identity, index in right.items():
        if identity not in left:
            yield Pair(None, index, _step(new[index], keys, index))


def _apart_from_first(item: Mapping[str, Any], keys: tuple[str, ...], node: Node) -> Any:
    """What an item holds beside the first of its keys; for the others what it has where it says nothing."""
    return {key: value for key, value in item.items() if key not in keys}, _identity(item, keys[1:], node)


def _with_renamed(pairs: Sequence[Pair], old: Sequence[Any], new: Sequence[Any]) -> Iterator[Pair]:
    """The pairs, and in the place of two items at one index that differ in nothing but their key, one pair; `old` and
    `new` are what the items hold beside it."""
    gone = {pair.old for pair in pairs if pair.new is None}
    come = {pair.new for pair in pairs if pair.old is None}
    renamed = {index for index in gone & come if index is not None and old[index] == new[index]}
    for pair in pairs:
        if pair.new is None and pair.old in renamed:
            yield Pair(pair.old, pair.old, pair.step)
        elif not (pair.old is None and pair.new in renamed):
            yield pair


def _numbered(items: Sequence[Any], keys: tuple[str, ...], node: Node) -> dict[tuple[Any, ...], int]:
    """Identity, and its occurrence (core lists may hold a key twice), to index."""
    seen: dict[tuple[str, ...], int] = {}
    numbered: dict[tuple[Any, ...], int] = {}
    for index, item in enumerate(items):
        identity = _identity(item, keys, node)
        seen[identity] = seen.get(identity, 0) + 1
        numbered[(*identity, seen[identity])] = index
    return numbered


def _step(item: Mapping[str, Any], keys: tuple[str, ...], index: int) -> str:
    said = [f"{key}={_text(item[key])}" for key in keys if item.get(key) is not None]
    return f"[{','.join(said)}]" if said else f"[{index}]"


def _by_value(old: Sequence[Any], new: Sequence[Any]) -> Iterator[Pair]:
    left: dict[str, list[int]] = {}
    for index, item in enumerate(old):
        left.setdefault(_text(item), []).append(index)
    for index, item in enumerate(new):
        held = left.get(_text(item))
        if held:
            yield Pair(held.pop(0), index, f"[{index}]")
        else:
            yield Pair(None, index, f"[{_shown(item, index)}]")
    for text, indexes in left.items():
        for index in indexes:
            yield Pair(index, None, f"[{_shown(text, index)}]")


def _shown(item: Any, index: int) -> str:
    return f"={item}" if isinstance(item, str) and len(item) <= 60 else str(index)


def _by_position(old: Sequence[Any], new: Sequence[Any]) -> Iterator[Pair]:
    """The items of the longest common run are pairs; what lies between two of them is paired in its order there, the
    most alike with each other."""
    left, right = [_text(item) for item in old], [_text(item) for item in new]
    start = other = 0
    for mate, twin in (*longest_common_run(left, right), (len(left), len(right))):
        pairs = most_alike(old[start:mate], new[other:twin])
        for index, second in pairs:
            yield Pair(start + index, other + second, f"[{start + index}]")
        for index in sorted(set(range(mate - start)) - {index for index, _ in pairs}):
            yield Pair(start + index, None, f"[{start + index}]")
        for index in sorted(set(range(twin - other)) - {index for _, index in pairs}):
            yield Pair(None, other + index, f"[{other + index}]")
        if mate < len(left):
            yield Pair(mate, twin, f"[{mate}]")
        start, other = mate + 1, twin + 1


def _is_moved(pairs: Sequence[Pair]) -> bool:
    common = [pair.new for pair in pairs if pair.old is not None and pair.new is not None]
    return common != sorted(common)
