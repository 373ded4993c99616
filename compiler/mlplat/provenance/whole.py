"""A whole environment in another world: what the difference does not reach is taken as it is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mlplat.compiler.artifacts import KubeObject, ObjectSet, ResolvedEnvironment, UncheckedError
from mlplat.compiler.emit.argocd import argocd_bodies
from mlplat.compiler.emit.overlay import overlay_unit
from mlplat.compiler.emit.tree import units_of
from mlplat.objects.gvk import ref_of
from mlplat.provenance.makers import Stages, Writers, name_of
from mlplat.provenance.positions import Position
from mlplat.provenance.reading import Address, Reads, observed
from mlplat.provenance.subjects import Made, Subject, Written, subjects, with_environment
from mlplat.provenance.trees import COPIED, REMOVED
from mlplat.provenance.worlds import Edit, World, Worlds
from mlplat.schema.environment import Environment

ARGOCD = "argocd"
"""Stands for the unit of Argo CD's objects, which are in none."""

_MAKER = name_of(argocd_bodies)
_NAME = ("metadata", "name")


@dataclass(eq=False)
class Whole:
    """Everything that is made in one environment. `written` are its hand-written manifests."""

    worlds: Worlds
    written: tuple[Written, ...]
    _made: dict[Subject, tuple[Made, ...]] = field(default_factory=dict)
    _reads: dict[Subject, Reads] = field(default_factory=dict)

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """Everything that makes objects, Argo CD's aside."""
        return (*subjects(self.worlds.env), *self.written)

    def made(self, subject: Subject) -> tuple[Made, ...]:
        """What a subject makes in the environment as it is."""
        if subject not in self._made:
            self._made[subject] = subject.make(self.worlds.env)
        return self._made[subject]

    def reads(self, subject: Subject) -> Reads:
        """What a subject reads."""
        if subject not in self._reads:
            self._reads[subject] = subject.reads(self.worlds.env)
        return self._reads[subject]

    def reached(self, world: World) -> Iterator[Subject]:
        """The subjects that could be others in a world."""
        for subject in self.subjects:
            if world.manifest is not None:
                reached = isinstance(subject, Written) and subject.node is world.manifest[0]
            else:
                reads = self.reads(subject)
                reached = any(_reaches(edit, reads, subject.address) for edit in world.edits)
            if reached:
                yield subject

    def objects_in(self, world: World) -> tuple[KubeObject, ...] | None:
        """All objects in another world; None where the rules would have refused it."""
        reached = set(self.reached(world))
        found: list[KubeObject] = []
        for subject in self.subjects:
            if subject.address in world.lost:
                continue
            made = subject.make_in(world) if subject in reached else self.made(subject)
            if made is None:
                return None
            found += (one.item for one in made)
        return tuple(found)

    def objects(self) -> tuple[KubeObject, ...]:
        """All objects in the environment as it is."""
        return tuple(one.item for subject in self.subjects for one in self.made(subject))


def _signature(objects: Iterable[KubeObject]) -> tuple[object, ...]:
    """All that Argo CD's objects depend on in others."""
    return tuple(
        (
            item.unit,
            item.ref.group,
            item.ref.kind,
            item.ref.namespace,
            origin and (origin.kind, origin.name, origin.team),
        )
        for item in objects
        for origin in (item.origin,)
    )


def _reaches(edit: Edit, reads: Reads, own: Address | None) -> bool:
    kind, _ = edit.address
    comes_or_goes = isinstance(edit.value, COPIED) or not edit.path or edit.path == _NAME
    if comes_or_goes and (kind in reads.listed or edit.address == own):
        return True
    if edit.value is REMOVED and not edit.path:
        return False
    return reads.met(edit.address, edit.path)


@dataclass(frozen=True, eq=False)
class Applications:
    """The Argo CD objects of an environment. `based` are the units that read the base: that is taken as it is."""

    whole: Whole
    based: frozenset[str]
    address: None = None

    def make(self, env: ResolvedEnvironment) -> tuple[Made, ...]:
        """The objects in the environment as it is."""
        writers = Writers()
        with writers.watching():
            return self._make(env, self.whole.objects(), writers)

    def make_in(self, world: World) -> tuple[Made, ...] | None:
        """The objects in another world; None where the rules would have refused it."""
        objects = self.whole.objects_in(world)
        if objects is None:
            return None
        same = _signature(objects) == self._signature
        if same and not any(_reaches(edit, self._own_reads, None) for edit in world.edits):
            return self.whole.made(self)
        try:
            return self._make(world.env, objects, Writers())
        except UncheckedError:
            return None

    def reads(self, env: ResolvedEnvironment) -> Reads:
        """What it reads itself, and what decides which objects there are and where."""
        reads = Reads()
        reads.add(self._own_reads)
        for subject in self.whole.subjects:
            reads.add(self.whole.reads(subject))
        reads.listed |= env.documents.keys()  # each decides which objects there are
        return reads

    @cached_property
    def _own_reads(self) -> Reads:
        reads, env = Reads(), self.whole.worlds.env
        self._make(observed(env, reads), self.whole.objects(), Writers())
        return with_environment(env, reads)

    @cached_property
    def _signature(self) -> tuple[object, ...]:
        return _signature(self.whole.objects())

    def worlds(self, worlds: Worlds) -> Iterator[tuple[Position, Iterable[World]]]:
        """Hand-written manifests: their kinds and namespaces are allowed, too."""
        for written in self.whole.written:
            yield from written.worlds(worlds)

    def _make(self, env: ResolvedEnvironment, objects: Iterable[KubeObject], writers: Writers) -> tuple[Made, ...]:
        bodies = argocd_bodies(units_of(ObjectSet(env.name, tuple(objects))), self.based, env)
        made: list[Made] = []
        for body in (*bodies.root, *bodies.apps):
            name = body["metadata"]["name"]
            item = KubeObject(
                body, ref_of(body, namespaced=True), name, ARGOCD, origin=self.whole.worlds.env.environment
            )
            made.append(Made(item, Stages(body, body, body, _MAKER), writers))
        return tuple(made)


def based_units(base: ObjectSet | None, objects: ObjectSet) -> frozenset[str]:
    """The units of an environment that are made out of the base's."""
    held: Mapping[str, tuple[KubeObject, ...]] = units_of(base) if base is not None else {}
    return frozenset(
        unit
        for unit, items in units_of(objects).items()
        if overlay_unit(objects.environment, "", held.get(unit, ()), items).based
    )


def is_application(item: KubeObject) -> bool:
    """True for an Argo CD object as `Applications` makes it."""
    return item.unit == ARGOCD and item.origin is not None and item.origin.kind == Environment.kind_name
