"""Pods that may do more than before, in every kind that pods are made of: a right is told where the old state lacks it.

Source of what counts: the Pod Security Standards (k8s.io/pod-security-admission v0.37 `policy/check_*.go`), and that a
pod acts in the name of its ServiceAccount.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from mlplat.diff.impact.effect import Body, Edit, Effect, Impact
from mlplat.diff.impact.pod_rights import FIELDS, Name, Right, covers, default_of, in_words, rights_of
from mlplat.diff.impact.rows import Path

_SOURCE = "k8s.io/pod-security-admission v0.37 `policy/check_*.go`; plugin/pkg/admission/serviceaccount"
_SHOWN = 3


def gained_by(edit: Edit) -> Iterator[Effect]:
    """What pods may do by a difference that they could not: one effect at most."""
    difference = edit.difference
    whole = any(isinstance(value, Mapping | list | tuple) for value in (difference.old, difference.new))
    if not whole and FIELDS.isdisjoint(map(str, edit.path)):
        return
    before, after = _rights_of(_Whole(edit.old)), _rights_of(_Whole(edit.new))
    said = [words for name, words in _gained(before, after) if _gives(edit, before.get(name), after[name])]
    yield from _effect(said)


class _Whole:
    """A body that is known by which one it is: all differences of an object are asked about, one after the other."""

    __slots__ = ("body",)

    def __init__(self, body: Body) -> None:
        self.body = body

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Whole) and self.body is other.body

    def __hash__(self) -> int:
        return id(self.body)


@lru_cache(maxsize=2)
def _rights_of(whole: _Whole) -> Mapping[Name, Right]:
    return rights_of(whole.body)


def held_by(body: Body) -> Iterator[Effect]:
    """What the pods of a new object may do above the rights that every pod has: one effect at most.

    In whose name they act is not told: nobody gains by that but who makes the object, and an account of which more is
    allowed has a binding that is told.
    """
    yield from _effect([words for name, words in _gained({}, rights_of(body)) if name[2] != "account"])


def _gained(before: Mapping[Name, Right], after: Mapping[Name, Right]) -> Iterator[tuple[Name, str]]:
    for name, right in after.items():
        old = before.get(name)
        new = right.held - (old.held if old is not None else _held_around(name, before))
        if new and not covers(name, before):
            yield name, in_words(name, sorted(new))


def _held_around(name: Name, before: Mapping[Name, Right]) -> frozenset[str]:
    """What is no news of a container that is new: what every container has, but for what its pod kept from all."""
    beside = [one.held for other, one in before.items() if other[1] and (other[0], other[2]) == (name[0], name[2])]
    return default_of(name).intersection(frozenset().union(*beside)) if beside and name[1] else default_of(name)


def _gives(edit: Edit, old: Right | None, new: Right) -> bool:
    """True when the difference is one of those that give a right. What was taken out is looked for where it was:
    in the new state something else may stand at its index."""
    difference, steps = edit.difference, edit.path
    if "capabilities" in steps:
        fewer, more_dropped = difference.removed and "add" in steps, difference.added and "drop" in steps
        if fewer or more_dropped:
            return False
    here = not difference.removed and any(_touches(difference.new_path, field) for field in new.fields)
    was = old.fields if old is not None and not difference.added else ()
    return here or any(_touches(difference.old_path, field) for field in was)


def _touches(path: Path, field: Path) -> bool:
    shorter = min(len(path), len(field))
    return path[:shorter] == field[:shorter]


def _effect(said: Sequence[str]) -> Iterator[Effect]:
    if said:
        more = (f"and {len(said) - _SHOWN} more",) if len(said) > _SHOWN else ()
        yield Effect(Impact.PERMISSION_WIDENED, "; ".join((*said[:_SHOWN], *more)), _SOURCE)
