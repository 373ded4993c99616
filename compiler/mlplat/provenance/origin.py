"""What decided a leaf: found by changing one value of the specifications at a time and lowering again.

That is what "decides" means here (ADR 7): a position decides a leaf when another value there makes it another leaf.
Among the positions that do, the one is named first whose value arrives in the leaf; then the one that changes least
besides; all others are named as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplat.compiler.artifacts import BASE, KubeObject, ObjectSet, ResolvedEnvironment
from mlplat.diagnostics import Span
from mlplat.provenance.changes import leaves
from mlplat.provenance.influence import PARTLY, Influence, Study, study
from mlplat.provenance.joint import together
from mlplat.provenance.positions import Position, Role, position_at, written_positions
from mlplat.provenance.subjects import Made, Subject, Written, subjects
from mlplat.provenance.whole import Applications, Whole, based_units, is_application
from mlplat.provenance.worlds import Worlds
from mlplat.schema.environment import Environment


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one leaf of one object comes from.

    `decided_by` is where to change it. `also` are all other positions that change it when they change, those whose
    value arrives in it first; `there_by` are the positions that decide whether the object is there at all.
    `together` are positions that have to change along with `decided_by`: several lines say the same, and the leaf
    stays as long as one of them does. `made_by` is the function that wrote it, as `module.function`.
    """

    pointer: str
    value: Any
    decided_by: Position
    also: tuple[Position, ...]
    there_by: tuple[Position, ...]
    together: tuple[Position, ...]
    made_by: str

    @property
    def span(self) -> Span:
        """The place of the value that decided it; for what nobody gave, that of the nearest parent."""
        return self.decided_by.span


@dataclass(eq=False)
class Provenance:
    """Answers for the environments of one compiled platform; what was worked out once is kept."""

    environments: Mapping[str, ResolvedEnvironment]
    objects: Mapping[str, ObjectSet] = field(default_factory=dict)
    """All objects of the environments: asked where manifests or Argo CD objects are explained."""
    _wholes: dict[str, Whole] = field(default_factory=dict)
    _applications: dict[str, Applications] = field(default_factory=dict)
    _studies: dict[tuple[str, Subject], Study] = field(default_factory=dict)
    _manifests: dict[int, Written] = field(default_factory=dict)

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
        studied = self.study(environment, subject)
        return {pointer: _origin(pointer, found[pointer], index, studied) for pointer in wanted}

    def whole(self, environment: str) -> Whole:
        """Everything in an environment."""
        if environment not in self._wholes:
            nodes = [item.node for item in self._objects(environment) if item.origin is None and item.node is not None]
            worlds = Worlds(self.environments[environment])
            self._wholes[environment] = Whole(worlds, tuple(Written(node) for node in nodes))
        return self._wholes[environment]

    def applications(self, environment: str) -> tuple[KubeObject, ...]:
        """The Argo CD objects of an environment, those of `root.yaml` first."""
        return tuple(one.item for one in self.whole(environment).made(self._argocd(environment)))

    def study(self, environment: str, subject: Subject) -> Study:
        """What everything does to the objects of a subject."""
        key = (environment, subject)
        if key not in self._studies:
            whole = self.whole(environment)
            self._studies[key] = study(whole.worlds, subject, whole.made(subject))
        return self._studies[key]

    def subjects(self, environment: str) -> tuple[Subject, ...]:
        """Everything that makes objects of an environment, Argo CD's included where it is synced."""
        whole = self.whole(environment)
        synced = self.environments[environment].is_synced and environment in self.objects
        return (*whole.subjects, self._argocd(environment)) if synced else whole.subjects

    def _objects(self, environment: str) -> tuple[KubeObject, ...]:
        found = self.objects.get(environment)
        return found.objects if found is not None else ()

    def _written(self, item: KubeObject) -> list[Subject]:
        """A manifest that is asked for without all objects being known."""
        if item.node is None:
            return []
        return [self._manifests.setdefault(id(item.node), Written(item.node))]

    def _argocd(self, environment: str) -> Applications:
        if environment not in self._applications:
            env = self.environments[environment]
            base = self.objects.get(BASE) if BASE in env.ancestors else None
            based = based_units(base, self.objects[environment])
            self._applications[environment] = Applications(self.whole(environment), based)
        return self._applications[environment]

    def _maker(self, environment: str, item: KubeObject) -> tuple[Subject, int]:
        """Which subject makes an object, and the object's number among those of that subject."""
        whole = self.whole(environment)
        if is_application(item):
            candidates: Iterable[Subject] = [self._argocd(environment)]
        elif item.origin is None:
            candidates = [one for one in whole.written if one.node is item.node] or self._written(item)
        else:
            own = (item.origin.kind, item.origin.name)
            candidates = [one for one in subjects(whole.worlds.env) if one.address in (own, None)]
        for subject in candidates:
            for index, made in enumerate(whole.made(subject)):
                if made.item.ref == item.ref and made.item.body["apiVersion"] == item.body["apiVersion"]:
                    return subject, index
        raise LookupError(f"{item.ref} is no object of environment `{environment}`")


def _document(made: Made) -> Position:
    """The document that an object was made from, or the manifest that it is."""
    if made.item.origin is not None:
        return position_at(made.item.origin, (), Role.DOCUMENT)
    if made.item.node is None:
        raise AssertionError("an object is made from a document or written by hand")
    return next(written_positions(made.item.node))


_ROLES = (Role.VALUE, Role.KEY, Role.DEFAULT, Role.PART, Role.DOCUMENT)


def _origin(pointer: str, value: Any, index: int, studied: Study) -> Origin:
    made, listed = studied.made[index], studied.of(index)
    document = _document(made)
    own = (document.kind, document.name)

    def order(influence: Influence) -> tuple[int, bool, int, int, bool]:
        position = influence.position
        seen, role = influence.leaves[pointer], _ROLES.index(position.role)
        # Of a name and a value that both arrive (`--epochs=30`) the value is what somebody decided.
        names = seen == PARTLY and position.path[-1:] == ("name",) and position.path[:1] != ("metadata",)
        return seen, names, len(influence.leaves), role, (position.kind, position.name) != own

    deciding = [one.position for one in sorted((one for one in listed if pointer in one.leaves), key=order)]
    there = [one.position for one in listed if one.takes_away and pointer not in one.leaves]
    joint: tuple[Position, ...] = ()
    # Without the document of the environment there is no environment.
    by_hand = made.item.origin is None  # a manifest is what it says, whatever the documents are
    if not (deciding or by_hand) and document not in there and document.kind != Environment.kind_name:
        deciding, joint = together(pointer, value, index, document, studied)
    first, *others = deciding or [document]
    return Origin(
        pointer=pointer,
        value=value,
        decided_by=first,
        also=tuple(sorted(others, key=lambda one: one.role is Role.DEFAULT)),
        there_by=tuple(one for one in there if one != first),
        together=joint,
        made_by=made.maker_of(pointer),
    )
