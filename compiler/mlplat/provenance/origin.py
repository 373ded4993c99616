"""What decided a leaf: found by changing one value of the specifications at a time and lowering again.

That is what "decides" means here (ADR 7): a position decides a leaf when another value there makes it another leaf.
Among the positions that do, the one is named first whose value arrives in the leaf; then the one that changes least
besides; all others are named as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplat.compiler.artifacts import KubeObject, ResolvedEnvironment
from mlplat.diagnostics import Span
from mlplat.provenance.changes import GONE, changed_objects, leaves
from mlplat.provenance.positions import Position, Role, position_at, positions, written_positions
from mlplat.provenance.reading import Address, Reads
from mlplat.provenance.subjects import Made, Subject, Written, subjects
from mlplat.provenance.worlds import World, Worlds


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one leaf of one object comes from.

    `decided_by` is where to change it. `also` are all other positions that change it when they change, those whose
    value arrives in it first; `there_by` are the positions that decide whether the object is there at all.
    `made_by` is the function that wrote it, as `module.function`.
    """

    pointer: str
    value: Any
    decided_by: Position
    also: tuple[Position, ...]
    there_by: tuple[Position, ...]
    made_by: str

    @property
    def span(self) -> Span:
        """The place of the value that decided it; for what nobody gave, that of the nearest parent."""
        return self.decided_by.span


@dataclass(slots=True)
class Influence:
    """What one position does to one object: leaves with how well its value is seen in them, and whether it takes the
    whole object away."""

    position: Position
    leaves: dict[str, int] = field(default_factory=dict)
    takes_away: bool = False


@dataclass(eq=False)
class _Study:
    """One subject of one environment: its objects as they are, and what each position does to each of them."""

    worlds: Worlds
    subject: Subject
    made: tuple[Made, ...]
    influences: dict[int, list[Influence]]


@dataclass(eq=False)
class Provenance:
    """Answers for the environments of one compiled platform; what was worked out once is kept."""

    environments: Mapping[str, ResolvedEnvironment]
    _worlds: dict[str, Worlds] = field(default_factory=dict)
    _made: dict[tuple[str, Subject], tuple[Made, ...]] = field(default_factory=dict)
    _studies: dict[tuple[str, Subject], _Study] = field(default_factory=dict)
    _written: dict[int, Written] = field(default_factory=dict)

    def origin(self, environment: str, item: KubeObject, pointer: str) -> Origin | None:
        """What decided the leaf at a JSON pointer of an object of an environment; None where there is no leaf."""
        return self.origins(environment, item, [pointer]).get(pointer)

    def origins(
        self, environment: str, item: KubeObject, pointers: Iterable[str] | None = None
    ) -> Mapping[str, Origin]:
        """What decided the leaves of an object, all or those at some pointers, by pointer."""
        found = dict(leaves(item.body))
        wanted = list(found) if pointers is None else [pointer for pointer in pointers if pointer in found]
        subject, index = self._maker(environment, item)
        study = self.study(environment, subject)
        made = study.made[index]
        return {
            pointer: _origin(pointer, found[pointer], made, study.influences.get(index, []), study.worlds)
            for pointer in wanted
        }

    def worlds(self, environment: str) -> Worlds:
        """The worlds around an environment."""
        if environment not in self._worlds:
            self._worlds[environment] = Worlds(self.environments[environment])
        return self._worlds[environment]

    def made(self, environment: str, subject: Subject) -> tuple[Made, ...]:
        """What a subject makes in an environment as it is."""
        key = (environment, subject)
        if key not in self._made:
            self._made[key] = subject.make(self.environments[environment])
        return self._made[key]

    def study(self, environment: str, subject: Subject) -> _Study:
        """What everything does to the objects of a subject."""
        key = (environment, subject)
        if key not in self._studies:
            worlds, made = self.worlds(environment), self.made(environment, subject)
            study = _Study(worlds, subject, made, {})
            reads = subject.reads(worlds.env)
            tried = ((one, worlds.around(one)) for one in read_positions(worlds, reads, subject.address))
            for position, others in (*tried, *subject.worlds(worlds)):
                for index, influence in influences(position, others, subject, made).items():
                    study.influences.setdefault(index, []).append(influence)
            self._studies[key] = study
        return self._studies[key]

    def _maker(self, environment: str, item: KubeObject) -> tuple[Subject, int]:
        """Which subject makes an object, and the how-manieth of its objects it is."""
        if item.origin is None and item.node is not None:
            return self._written.setdefault(id(item.node), Written(item.node)), 0
        own = (item.origin.kind, item.origin.name) if item.origin is not None else None
        for subject in subjects(self.environments[environment]):
            if subject.address in (own, None):
                for index, made in enumerate(self.made(environment, subject)):
                    if made.item.ref == item.ref and made.item.body["apiVersion"] == item.body["apiVersion"]:
                        return subject, index
        raise LookupError(f"{item.ref} is no object of environment `{environment}`")


def read_positions(worlds: Worlds, reads: Reads, own: Address | None) -> Iterable[Position]:
    """The positions that can make a difference to a lowering that read something."""
    for address in reads.documents():
        for position in positions(worlds.document(address)):
            if position.role is Role.DOCUMENT:
                seen = address == own or address[0] in reads.listed
            elif position.role in (Role.PART, Role.KEY):
                above = position.path[:-1]
                seen = reads.touched_at(address, position.path) or reads.touched_at(address, above)
            else:
                seen = reads.saw(address, position.path)
            if seen:
                yield position


def influences(
    position: Position, worlds: Iterable[World], subject: Subject, made: tuple[Made, ...]
) -> dict[int, Influence]:
    """What a position does to the objects of a subject, by their index; only to those that it does something to."""
    found: dict[int, Influence] = {}
    before = [one.item for one in made]
    for world in worlds:
        other = subject.make_in(world)
        if other is None:
            continue
        for index, changed in changed_objects(before, [one.item for one in other]):
            influence = found.setdefault(index, Influence(position))
            if changed is None:
                influence.takes_away = True
                continue
            for pointer, (old, new) in changed.items():
                seen = arrival(old, new, world)
                influence.leaves[pointer] = min(seen, influence.leaves.get(pointer, seen))
    return found


WHOLE, PARTLY, NOT = 0, 1, 2
"""How a value arrives in a leaf: it is the leaf; it is a part of it; it is not seen in it."""


def arrival(old: Any, new: Any, world: World) -> int:
    """How the value of a position is seen in a leaf, told by both worlds."""
    before, after = world.before, world.after
    if (before is None and after is None) or isinstance(old, dict | list):
        return NOT
    one, other = _text(old), _text(new)
    if before is None:  # nobody gave it
        return PARTLY if new is not GONE and _text(after) == other else NOT
    if after is None or new is GONE:
        return PARTLY if one == _text(before) else NOT
    if one == _text(before) and other == _text(after):
        return WHOLE
    carried = len(_text(before)) > 1 and _text(before) in one and _text(after) in other
    return PARTLY if carried else NOT


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _document(made: Made) -> Position:
    """The document that an object was made from, or the manifest that it is."""
    if made.item.origin is not None:
        return position_at(made.item.origin, (), Role.DOCUMENT)
    if made.item.node is None:
        raise AssertionError("an object is made from a document or written by hand")
    return next(written_positions(made.item.node))


_ROLES = (Role.VALUE, Role.KEY, Role.DEFAULT, Role.PART, Role.DOCUMENT)


def _origin(pointer: str, value: Any, made: Made, influences: Iterable[Influence], worlds: Worlds) -> Origin:
    listed = list(influences)
    document = _document(made)
    own = (document.kind, document.name)

    def order(influence: Influence) -> tuple[int, bool, int, int, bool]:
        position = influence.position
        seen, role = influence.leaves[pointer], _ROLES.index(position.role)
        # Of a name and a value that both arrive (`--epochs=30`) the value is what somebody decided.
        names = seen == PARTLY and position.path[-1:] == ("name",) and position.path[:1] != ("metadata",)
        return seen, names, len(influence.leaves), role, (position.kind, position.name) != own

    deciding = sorted((one for one in listed if pointer in one.leaves), key=order)
    there = [one.position for one in listed if one.takes_away and pointer not in one.leaves]
    first, *others = [one.position for one in deciding] or [document]
    return Origin(
        pointer=pointer,
        value=value,
        decided_by=first,
        also=tuple(others),
        there_by=tuple(one for one in there if one != first),
        made_by=made.maker_of(pointer),
    )
