"""The proof of `mlplat explain`: for every leaf of every object of a platform,

* changing the value at the place that is named changes that leaf, and
* changing the value at any place that is not named does not.

The changes are written into the sources: one layer of one document is another one, and everything is resolved and
lowered anew. What the engine itself does (it changes resolved documents, and lowers again only what read the place) is
not used. What counts as the same leaf is (`changes.py`): an object that is renamed is still the same object.

"Whether a document is there" is the one place that cannot be changed alone, as others name it: they go with it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from mlplat.compiler.artifacts import BASE
from mlplat.provenance.changes import UNIT, changed_objects, leaves
from mlplat.provenance.origin import Origin, Provenance
from mlplat.provenance.positions import Position, Role, positions
from mlplat.provenance.trees import REMOVED
from mlplat.provenance.whole import based_units
from mlplat.provenance.worlds import Edit
from tests.proof.fields import Field, other_values
from tests.proof.platforms import RICH, ROOT, compiled
from tests.proof.sources import Sources

Leaf = tuple[int, str]
"""Index of an object, and a pointer in it."""

EVERYTHING = ""
"""In the place of a pointer: the object is not there at all."""


@dataclass
class Proof:
    """One environment: what the engine says of every leaf, and what the sources say."""

    folder: Path
    environment: str
    origins: dict[Leaf, Origin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.compiled = compiled(self.folder)
        self.provenance = Provenance(self.compiled.environments, self.compiled.objects)
        self.worlds = self.provenance.whole(self.environment).worlds
        self.sources = Sources(self.compiled.source, self.environment, self.worlds)
        self.based: frozenset[str] | None = None
        self.objects = self.compiled.objects[self.environment].objects
        if self.worlds.env.is_synced:
            self.based = based_units(self.compiled.objects.get(BASE), self.compiled.objects[self.environment])
            self.objects += self.provenance.applications(self.environment)
        for index, item in enumerate(self.objects):
            for pointer, origin in self.provenance.origins(self.environment, item).items():
                self.origins[(index, pointer)] = origin

    def named(self) -> dict[Position, set[Leaf]]:
        """For each position the leaves of which the engine says that they change with it."""
        found: dict[Position, set[Leaf]] = defaultdict(set)
        for leaf, origin in self.origins.items():
            if not origin.together:
                for position in (origin.decided_by, *origin.also, *origin.there_by):
                    found[position].add(leaf)
        return found

    def all_positions(self) -> list[Position]:
        """Every position of every document."""
        return [one for address in self.worlds.addresses() for one in positions(self.worlds.document(address))]

    def changed(self, edits: tuple[Edit, ...]) -> set[Leaf]:
        """The leaves that are others once some edits are written into the sources; none where that is refused."""
        layers, name = self.sources.edited(edits)
        result = self.sources.compiled(layers, name, self.based)
        if result is None:
            return set()
        found: set[Leaf] = set()
        for index, changed in changed_objects(self.objects, result.objects):
            if result.says_nothing_of(self.objects[index], edits):
                continue
            gone = (pointer for pointer, _ in leaves(self.objects[index].body))
            found |= {(index, pointer) for pointer in (gone if changed is None else changed) if pointer != UNIT}
        return found

    def shown(self, found: set[Leaf]) -> list[str]:
        """Some leaves, for a message."""
        return [f"{self.objects[index].ref} {pointer}" for index, pointer in sorted(found)[:5]]


ENVIRONMENTS = [
    pytest.param(folder, name, marks=[] if (folder, name) == (ROOT, "prod") else pytest.mark.slow)
    for folder in (ROOT, RICH)
    for name in compiled(folder).environments
]


@cache
def proof_of(folder: Path, environment: str) -> Proof:
    """What several tests ask."""
    return Proof(folder, environment)


@pytest.mark.parametrize(("folder", "environment"), ENVIRONMENTS)
def test_exactly_what_is_named_changes_a_leaf(folder: Path, environment: str) -> None:
    proof = proof_of(folder, environment)
    assert proof.origins.keys() == {
        (index, pointer) for index, item in enumerate(proof.objects) for pointer, _ in leaves(item.body)
    }
    named, wrong = proof.named(), []
    for position in proof.all_positions():
        if position.role is Role.DOCUMENT:
            continue
        changed: set[Leaf] = set()
        for world in proof.worlds.around(position):
            changed |= proof.changed(world.edits)
        for other in unheard_of(position, proof):
            also = proof.changed((other,)) - named[position]
            if also:
                wrong.append(f"{position}: {other.value!r} changes {proof.shown(also)} too")
        if idle := named[position] - changed:
            wrong.append(f"{position}: named, but does not change {proof.shown(idle)}")
        if missed := changed - named[position] - joint(proof):
            wrong.append(f"{position}: not named, but changes {proof.shown(missed)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("folder", "environment"), ENVIRONMENTS)
def test_without_its_document_an_object_is_not_there(folder: Path, environment: str) -> None:
    proof = proof_of(folder, environment)
    for position, named in proof.named().items():
        if position.role is Role.DOCUMENT and (position.kind, position.name) in set(proof.worlds.addresses()):
            address = (position.kind, position.name)
            if position.kind == "Environment":
                assert proof.sources.compiled(*proof.sources.edited((Edit(address, (), REMOVED),))) is None
                continue
            gone = proof.changed(without(proof, [address]))
            assert named <= gone, (position, proof.shown(named - gone))


@pytest.mark.parametrize(("folder", "environment"), ENVIRONMENTS)
def test_what_several_lines_say_changes_with_all_of_them(folder: Path, environment: str) -> None:
    proof = proof_of(folder, environment)
    for leaf, origin in proof.origins.items():
        if not origin.together:
            continue
        every = (origin.decided_by, *origin.together)
        if origin.decided_by.role is Role.DOCUMENT:
            assert leaf in proof.changed(without(proof, [(one.kind, one.name) for one in every])), origin
        else:
            edits = tuple(Edit((one.kind, one.name), one.path, f"{origin.value}x") for one in every)
            assert leaf in proof.changed(edits), origin
            assert all(leaf not in proof.changed((edit,)) for edit in edits), origin


def joint(proof: Proof) -> set[Leaf]:
    """Leaves that only change when several positions do."""
    return {leaf for leaf, origin in proof.origins.items() if origin.together}


def unheard_of(position: Position, proof: Proof) -> list[Edit]:
    """Values that the engine did not think of, for what holds no name that others use."""
    address = (position.kind, position.name)
    node = proof.worlds.document(address).node.at(position.path)
    if position.role is not Role.VALUE or node is None or position.path == ("metadata", "name"):
        return []
    if any(word in position.path for word in ("name", "promotion", "extends", "exclude", "units")):
        return []
    annotation = Field(position.kind, position.path, str)
    values = other_values(annotation, node.value, proof.worlds.env)
    return [Edit(address, position.path, value) for value in values if isinstance(value, str | int | float)]


def without(proof: Proof, addresses: list[tuple[str, str]]) -> tuple[Edit, ...]:
    """Some documents are not there, nor those that name them, nor those that name these. (Platform and Environment
    stay, and do not name them any more.)"""
    gone, pending = dict.fromkeys(addresses), list(addresses)
    edits: list[Edit] = []
    while pending:
        for mention in proof.worlds.names.mentions.get(pending.pop(), ()):
            if mention.owner[0] in ("Platform", "Environment"):
                edits.append(Edit(mention.owner, mention.path, REMOVED))
            elif mention.owner not in gone:
                gone[mention.owner] = None
                pending.append(mention.owner)
    return (*edits, *(Edit(address, (), REMOVED) for address in gone))
