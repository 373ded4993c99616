"""What the judgement of one object stands on: both states, its schema, its defaults, and who owns what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mlplat.catalog.lookup import KindTable
from mlplat.catalog.node import Node
from mlplat.compare.defaults.lookup import Defaults
from mlplat.compare.defaults.spot import Spot, pattern_of
from mlplat.compare.difference import Path
from mlplat.drift.applied import LastApplied
from mlplat.drift.declared import DeclaredObject
from mlplat.drift.managers import Actor
from mlplat.drift.owners import Hold, Owners
from mlplat.drift.rewrites import stored_form
from mlplat.objects.equality import is_map


@dataclass(frozen=True)
class Surroundings:
    """The other objects that decide what a field means: scalers, queues' flavors, secrets' sources."""

    scalers: tuple[Mapping[str, Any], ...] = ()
    """HorizontalPodAutoscalers and ScaledObjects, live ones first."""
    flavors: tuple[Mapping[str, Any], ...] = ()
    """Kueue's ResourceFlavors."""
    secret_sources: tuple[Mapping[str, Any], ...] = ()
    """ExternalSecrets."""


@dataclass(eq=False)
class Case:
    """One declared object and its live state."""

    declared: DeclaredObject
    live: Mapping[str, Any]
    owners: Owners
    defaults: Defaults
    table: KindTable | None
    around: Surroundings
    last_applied: LastApplied | None = None
    explained: dict[str, int] = field(default_factory=dict)
    """Counts of explained live-only fields, by reason; the one thing here that grows."""

    @property
    def kind(self) -> tuple[str, str]:
        """Group and kind."""
        return self.declared.gvk.group_kind

    @property
    def custom(self) -> bool:
        """True for a custom resource; a kind that nobody knows is one."""
        return self.table is None or self.table.custom

    @property
    def schema(self) -> Node | None:
        """The schema of the kind, None where none is held."""
        return self.table.schema if self.table is not None else None

    def explain(self, reason: str) -> None:
        """Count one live-only field that is no drift."""
        self.explained[reason] = self.explained.get(reason, 0) + 1

    def spot(self, value: Any, path: Path) -> Spot:
        """A value of the live object with what is around it."""
        parent: Any = self.live
        for step in path[:-1]:
            parent = parent[step]
        return Spot(value, parent, self.live, path, pattern_of(path))

    @cached_property
    def stored_form(self) -> Mapping[str, Any]:
        """The declared object in the form that its product stores."""
        return stored_form(self.kind, self.declared.body, self.live)

    def label(self, key: str) -> Any:
        """A label of the live object, else of the declared one; None when neither has it."""
        for body in (self.live, self.declared.body):
            labels = body.get("metadata", {}).get("labels")
            if is_map(labels) and key in labels:
                return labels[key]
        return None


def is_persons(holds: Sequence[Hold]) -> bool:
    """True when a person, or a manager that nobody knows, owns the place itself and not only a list around it."""
    return any(hold.entry.actor in (Actor.PERSON, Actor.UNKNOWN) and not hold.whole for hold in holds)


def is_made_by_person(holds: Sequence[Hold]) -> bool:
    """True when a person, or a manager that nobody knows, owns an item itself, and what lies below it apart."""
    people = (Actor.PERSON, Actor.UNKNOWN)
    return any(hold.entry.actor in people and hold.itself and not hold.leaf for hold in holds)


def outsiders(holds: Sequence[Hold]) -> Iterator[Hold]:
    """The holds of those who are neither the applier nor a controller: of one value first who wrote it, else as given.

    An Update owns a value only where it changed it, and takes it from all others then; whoever shares it applied the
    same later (structured-merge-diff v6, `merge/update.go`).
    """
    found = [hold for hold in holds if hold.entry.actor in (Actor.PERSON, Actor.UNKNOWN)]
    return iter(sorted(found, key=lambda hold: not hold.is_of_writer))
