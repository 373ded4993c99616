"""Which changes of the specifications made one difference of an object.

A change made it when the object is another one without it: the document is taken back to what it was at this one place,
and lowered again. Three things keep that cheap:

* *Few are tried.* An object is a function of the documents that its lowering looked up; lowering remembers which
  (`sharing.py`). Where only one change is in these, it is the cause, and nothing is lowered.
* *Many are tried at once.* A group of changes without which the object stays as it is has no cause in it.
* *Nothing is tried twice.* What a lowering makes of a state is kept for all differences of all objects it makes.

Where several are needed together, or each of several would do, all of them are named: they are sought by leaving out of
all candidates what is not needed to take the difference back.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlplat.compare.difference import Difference
from mlplat.compiler.artifacts import KubeObject, Resolved
from mlplat.compiler.lower.lowering import PER_DOCUMENT
from mlplat.compiler.lower.sharing import ANONYMOUS, Lookup, Lowered
from mlplat.diff.cause.leaf import Leaf, Seen
from mlplat.diff.cause.likeness import likeness
from mlplat.diff.cause.spec_changes import ENVIRONMENT, PLATFORM, Address, SpecChange, SpecChanges
from mlplat.diff.cause.undo import Undone
from mlplat.provenance.subjects import Lowering
from mlplat.provenance.worlds import World

_FEW = 6
"""So many candidates are tried one by one without trying groups of them first."""


@dataclass(frozen=True, slots=True)
class Found:
    """The changes that made a difference. `certain`: it was tried; else they are the likeliest of several."""

    changes: tuple[SpecChange, ...]
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Lowerer:
    """What made an object: the function, its document where it has one, and what it looked up."""

    function: Callable[..., Iterable[Any]]
    address: Address | None
    lookups: tuple[Lookup, ...]


@dataclass(eq=False)
class Makers:
    """What made each draft that was lowered, by identity."""

    memory: Lowered
    _known: dict[int, Lowerer] = field(default_factory=dict)

    def of(self, item: KubeObject) -> Lowerer | None:
        """What made an object; None for what is written by hand."""
        if not self._known:
            self._known.update(self._all())
        return self._known.get(id(item.draft)) if item.draft is not None else None

    def _all(self) -> Iterator[tuple[int, Lowerer]]:
        for entries in self.memory.made.values():
            for subject, lookups, (drafts, _) in entries:
                if isinstance(subject, Resolved):
                    address = (subject.kind, subject.name)
                    lowerer = Lowerer(PER_DOCUMENT[subject.kind], address, lookups)
                elif callable(subject):
                    lowerer = Lowerer(subject, None, lookups)
                else:
                    raise AssertionError("a document or a lowering is what lowering works on")
                yield from ((id(draft), lowerer) for draft in drafts)


@dataclass(slots=True)
class Budget:
    """How many lowerings may still be tried for a whole report."""

    left: int


@dataclass(eq=False)
class Search:
    """The question put to one environment."""

    changes: SpecChanges
    makers: Makers
    budget: Budget
    answers: dict[tuple[object, ...], Found]
    """What was found of objects that other environments share."""
    _undone: Undone = field(init=False)
    _made: dict[tuple[object, ...], tuple[KubeObject, ...] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._undone = Undone(self.changes)

    def of_object(
        self, old: KubeObject | None, new: KubeObject | None, difference: Difference | None, schema: Any = None
    ) -> Found:
        """The changes that made a difference of an object (None: that it is there, or gone); empty where no
        specification behind it differs."""
        candidates = self._candidates(old, new)
        if difference is None:
            own = [one for one in candidates if one.difference is None and _is_own(one, old or new)]
            candidates = tuple(own) or candidates
        if len(candidates) < 2:
            return Found(candidates)
        key = (
            id(old.draft) if old else 0,
            id(new.draft) if new else 0,
            difference.readable if difference else "",
            candidates,
        )
        if key not in self.answers:
            self.answers[key] = self._search(_Question(old, new, difference, schema), candidates)
        return self.answers[key]

    # -------------------------------------------------------------------------------------------- candidates

    def _candidates(self, old: KubeObject | None, new: KubeObject | None) -> tuple[SpecChange, ...]:
        """The changes of what the object's lowering looked at, in either state; those of its own document first."""
        found: dict[SpecChange, None] = {}
        for item in (new, old):
            maker = self.makers.of(item) if item is not None else None
            if item is None or maker is None:
                continue
            own = [maker.address] if maker.address is not None else []
            origin = [(item.origin.kind, item.origin.name)] if item.origin is not None else []
            for address in (*own, *origin, *self._looked_up(maker.lookups), ENVIRONMENT, PLATFORM):
                for change in self.changes.by_document.get(address, ()):
                    if not _is_never_read(change):
                        found[change] = None
        return tuple(found)

    def _looked_up(self, lookups: Iterable[Lookup]) -> Iterator[Address]:
        for lookup in lookups:
            if lookup.name is not None:
                yield lookup.kind, lookup.name
            else:
                yield from (address for address in self.changes.by_document if address[0] == lookup.kind)

    # -------------------------------------------------------------------------------------------- trying

    def _search(self, question: "_Question", candidates: tuple[SpecChange, ...]) -> Found:
        leaf = question.leaf()
        likely = max(candidates, key=lambda change: likeness(change, question.difference, question.own))
        single = self._deciding(question, leaf, candidates)
        if single and self._seen(question, leaf, single) is Seen.OLD:
            return Found(tuple(single))
        needed = self._together(question, leaf, candidates)
        if needed:
            return Found(tuple(needed))
        return Found(tuple(single) or (likely,), certain=False)

    def _deciding(self, question: "_Question", leaf: Leaf, group: Sequence[SpecChange]) -> list[SpecChange]:
        """Those without which, one at a time, the leaf is not what it is now."""
        if len(group) == 1 or len(group) > _FEW:
            seen = self._seen(question, leaf, group)
            if seen is Seen.NEW:
                return []
            if len(group) == 1:
                return list(group) if seen is not Seen.REFUSED else []
        if len(group) <= _FEW:
            return [one for change in group for one in self._deciding(question, leaf, [change])]
        half = len(group) // 2
        return [*self._deciding(question, leaf, group[:half]), *self._deciding(question, leaf, group[half:])]

    def _together(
        self, question: "_Question", leaf: Leaf, candidates: Sequence[SpecChange]
    ) -> Sequence[SpecChange] | None:
        """The fewest changes, taken back together, that take the leaf back; None where none do."""
        if self._seen(question, leaf, candidates) is not Seen.OLD:
            return None
        needed = list(candidates)
        size = len(needed) // 2
        while size:
            for start in range(0, len(needed), size):
                fewer = needed[:start] + needed[start + size :]
                if fewer and self._seen(question, leaf, fewer) is Seen.OLD:
                    needed = fewer
                    break
            else:
                size //= 2
        return needed

    def _seen(self, question: "_Question", leaf: Leaf, undone: Sequence[SpecChange]) -> Seen:
        """What is seen of a leaf without some changes. What is named and went away is there in that state, too."""
        made = self._objects(question.maker_of(self.makers), frozenset(undone))
        if made is None:
            away = (one for named in self.changes.by_document.values() for one in named if one.new is None)
            made = self._objects(question.maker_of(self.makers), frozenset((*undone, *away)))
        if made is None:
            return Seen.REFUSED
        item = next((item for item in made if question.is_of(item)), None)
        return leaf.seen_in(item.body if item is not None else None)

    def _objects(self, maker: Lowerer, undone: frozenset[SpecChange]) -> tuple[KubeObject, ...] | None:
        """What a lowering makes without some changes; None where that is no valid state."""
        key = (maker.function, maker.address, undone)
        if key not in self._made:
            self._made[key] = None
            env = self._undone.without(undone) if self.budget.left > 0 else None
            if env is not None:
                self.budget.left -= 1
                made = Lowering(maker.function, maker.address).make_in(World(env, ()))
                self._made[key] = tuple(one.item for one in made) if made is not None else None
        return self._made[key]


@dataclass(frozen=True, slots=True)
class _Question:
    """One difference of one object; both states of it, None where one lacks it."""

    old: KubeObject | None
    new: KubeObject | None
    difference: Difference | None
    schema: Any

    @property
    def own(self) -> Address | None:
        """The document of the object."""
        item = self.new or self.old
        return (item.origin.kind, item.origin.name) if item is not None and item.origin is not None else None

    def leaf(self) -> Leaf:
        """The difference, to be looked for in other states of the object."""
        old, new = (item.body if item is not None else None for item in (self.old, self.new))
        return Leaf(old, new, self.difference, self.schema)

    def maker_of(self, makers: Makers) -> Lowerer:
        """What makes the object."""
        made = [makers.of(item) for item in (self.new, self.old) if item is not None]
        found = next((maker for maker in made if maker is not None), None)
        if found is None:
            raise AssertionError("an object with candidates was lowered")
        return found

    def is_of(self, item: KubeObject) -> bool:
        """True for the object in another state."""
        return any(
            known is not None and item.ref[:3] == known.ref[:3] and item.logical_name == known.logical_name
            for known in (self.new, self.old)
        )


def _is_own(change: SpecChange, item: KubeObject | None) -> bool:
    origin = item.origin if item is not None else None
    return origin is not None and change.address == (origin.kind, origin.name)


def _is_never_read(change: SpecChange) -> bool:
    """True for what an Environment says that no lowering may look at (`sharing.py`); its Kubernetes version is among
    the component versions."""
    path = change.path
    if change.address != ENVIRONMENT or len(path) < 2:
        return False
    return path[:1] == ("spec",) and path[1] in ANONYMOUS and path[1:] != ("cluster", "kubernetesVersion")
