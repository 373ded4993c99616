"""Which object of one state is which object of the other.

Objects are known by group, kind, namespace and logical name, whatever version they are written in. What runs once has
a hash behind its name: two runs of one logical name are one object that runs again. Between two environments a
namespace may be called otherwise: what is left over is then paired by the document that it was made from.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mlplat.compiler.artifacts import KubeObject


@dataclass(frozen=True, slots=True)
class Pair:
    """An object in both states; None where one of them lacks it."""

    old: KubeObject | None
    new: KubeObject | None

    @property
    def either(self) -> KubeObject:
        """The object in the state that has it, the new one first."""
        item = self.new or self.old
        if item is None:
            raise AssertionError("a pair has at least one object")
        return item

    @property
    def is_new_run(self) -> bool:
        """True when the name of something that runs once gets another hash."""
        return self.old is not None and self.new is not None and self.old.ref.name != self.new.ref.name

    @property
    def has_one_draft(self) -> bool:
        """True when both are finished from the same draft: in one environment they are the same (`sharing.py`)."""
        if self.old is None or self.new is None or self.old.draft is None:
            return False
        return self.old.draft is self.new.draft


_Key = Callable[[KubeObject], Hashable]


def pair_objects(old: Sequence[KubeObject], new: Sequence[KubeObject], across: bool = False) -> list[Pair]:
    """All objects of both states in pairs, by reference. `across`: the states are different environments."""
    keys: list[_Key] = [lambda item: item.ref, lambda item: (*item.ref[:3], item.logical_name)]
    if across:
        keys.append(lambda item: (*item.ref[:2], item.logical_name, _document(item)))
        keys.append(lambda item: (*item.ref[:2], _document(item)))
    pairs: list[Pair] = []
    left, right = list(old), list(new)
    for key in keys:
        found, left, right = _match(left, right, key)
        pairs += found
    pairs += [Pair(item, None) for item in left]
    pairs += [Pair(None, item) for item in right]
    return sorted(pairs, key=lambda pair: pair.either.ref)


def _document(item: KubeObject) -> Hashable:
    return (item.origin.kind, item.origin.name) if item.origin is not None else (item.ref.namespace,)


def _match(
    old: Iterable[KubeObject], new: Sequence[KubeObject], key: _Key
) -> tuple[list[Pair], list[KubeObject], list[KubeObject]]:
    """Pairs of objects of which each state has exactly one of a key, and what is left of both states."""
    left, right = _groups(old, key), _groups(new, key)
    pairs = [
        Pair(items[0], right[name][0])
        for name, items in left.items()
        if len(items) == 1 and len(right.get(name, ())) == 1
    ]
    paired = {id(item) for pair in pairs for item in (pair.old, pair.new)}
    return pairs, list(_others(left, paired)), list(_others(right, paired))


def _groups(items: Iterable[KubeObject], key: _Key) -> dict[Hashable, list[KubeObject]]:
    groups: dict[Hashable, list[KubeObject]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def _others(groups: dict[Hashable, list[KubeObject]], paired: set[int]) -> Iterator[KubeObject]:
    return (item for items in groups.values() for item in items if id(item) not in paired)
