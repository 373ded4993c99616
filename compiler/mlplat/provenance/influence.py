"""What each position does to the objects of one subject: everything that is read is changed, one at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplat.compiler.artifacts import Path
from mlplat.provenance.changes import GONE, changed_objects
from mlplat.provenance.names import NAME, entry_lists
from mlplat.provenance.positions import Position, Role, position_at, positions
from mlplat.provenance.reading import Address, Reads
from mlplat.provenance.subjects import Made, Subject
from mlplat.provenance.worlds import World, Worlds
from mlplat.schema.environment import Environment


@dataclass(slots=True)
class Influence:
    """What one position does to one object: leaves with how well its value is seen in them, and whether it takes the
    whole object away."""

    position: Position
    leaves: dict[str, int] = field(default_factory=dict)
    takes_away: bool = False


@dataclass(frozen=True, eq=False)
class Study:
    """One subject of one environment: its objects as they are, the positions that were tried, and what each of them
    does to each object, by the object's index."""

    worlds: Worlds
    subject: Subject
    made: tuple[Made, ...]
    tried: tuple[Position, ...]
    found: Mapping[int, list[Influence]]

    def of(self, index: int) -> list[Influence]:
        """What influences an object."""
        return self.found.get(index, [])


def study(worlds: Worlds, subject: Subject, made: tuple[Made, ...]) -> Study:
    """Everything that could matter to a subject, tried."""
    found: dict[int, list[Influence]] = {}
    tried = tuple(read_positions(worlds, subject.reads(worlds.env), subject.address))
    around = ((one, worlds.around(one)) for one in tried)
    for position, others in (*around, *subject.worlds(worlds)):
        for index, influence in influences(position, others, subject, made).items():
            found.setdefault(index, []).append(influence)
    return Study(worlds, subject, made, tried, found)


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
    yield from _named_positions(worlds, reads)


def _named_positions(worlds: Worlds, reads: Reads) -> Iterable[Position]:
    """The names of what is named in something that was read, without having been read itself."""
    environment = (Environment.kind_name, worlds.env.environment.name)
    found: dict[tuple[Address, Path], None] = {}
    for address in reads.documents():
        for path, (kind, name) in worlds.names.targets.get(address, ()):
            if not reads.saw(address, path):
                continue
            if kind in entry_lists():
                entry = worlds.names.entry(kind, name)
                if entry is not None and not reads.saw(environment, entry):
                    found[(environment, entry)] = None
            elif worlds.has((kind, name)) and not reads.saw((kind, name), NAME):
                found[((kind, name), NAME)] = None
    yield from (position_at(worlds.document(address), path, Role.VALUE) for address, path in found)


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
