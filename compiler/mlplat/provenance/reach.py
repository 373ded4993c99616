"""What one line of the specifications reaches: the reverse of an origin."""

from collections.abc import Iterator
from dataclasses import dataclass

from mlplat.compiler.artifacts import KubeObject
from mlplat.provenance.changes import UNIT
from mlplat.provenance.influence import influences
from mlplat.provenance.origin import Provenance
from mlplat.provenance.positions import Position, Role, positions, written_positions
from mlplat.provenance.worlds import World


@dataclass(frozen=True, slots=True)
class Reached:
    """What a position reaches in one object of one environment. `takes_away`: another value there takes the whole
    object away; `pointers` are the leaves that become others."""

    environment: str
    position: Position
    item: KubeObject
    pointers: tuple[str, ...]
    takes_away: bool


def reach(provenance: Provenance, file: str, line: int) -> Iterator[Reached]:
    """Everything that a line of a file decides, environment by environment."""
    for environment in provenance.environments:
        for position, worlds in positions_at(provenance, environment, file, line):
            yield from _reached(provenance, environment, position, worlds)


def positions_at(
    provenance: Provenance, environment: str, file: str, line: int
) -> Iterator[tuple[Position, tuple[World, ...]]]:
    """The positions of an environment that are written in a line, with the worlds around them."""
    whole = provenance.whole(environment)
    worlds = whole.worlds
    for address in worlds.addresses():
        for position in positions(worlds.document(address)):
            if position.role is not Role.DEFAULT and _stands_in(position, file, line):
                yield position, tuple(worlds.around(position))
    for written in whole.written:
        for position in written_positions(written.node):
            if _stands_in(position, file, line):
                yield position, tuple(worlds.around_manifest(written.node, position))


def _stands_in(position: Position, file: str, line: int) -> bool:
    span = position.span
    last = span.end_line if position.role is Role.VALUE else span.line  # what has parts stands where it begins
    return span.file == file and span.line <= line <= last


def _reached(
    provenance: Provenance, environment: str, position: Position, worlds: tuple[World, ...]
) -> Iterator[Reached]:
    whole = provenance.whole(environment)
    subjects = dict.fromkeys(subject for world in worlds for subject in whole.reached(world))
    applications = [one for one in provenance.subjects(environment) if one not in whole.subjects]
    for subject in (*subjects, *applications):
        made = whole.made(subject)
        found = influences(position, worlds, subject, made)
        for index, influence in sorted(found.items()):
            pointers = tuple(sorted(pointer for pointer in influence.leaves if pointer != UNIT))
            if pointers or influence.takes_away:
                yield Reached(environment, position, made[index].item, pointers, influence.takes_away)
