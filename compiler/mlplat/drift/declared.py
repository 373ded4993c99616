"""The declared side: the objects that git says the cluster has, wherever they came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplat.catalog.lookup import KindTable
from mlplat.compare.difference import Path
from mlplat.diagnostics import Span
from mlplat.drift.report import Note, ObjectName
from mlplat.objects.gvk import GVK, ObjectRef

Locate = Callable[[Path], Span | None]


def nowhere(path: Path) -> Span | None:
    """For objects of which nobody knows where they were written."""
    return None


@dataclass(frozen=True)
class DeclaredObject:
    """One declared object. A Secret's values are redacted.

    `locate` finds the place in a specification or manifest that decided the value at a path, or the nearest one above
    it. `generated` is the object's file under `generated/`, `team` the team of its document.
    """

    body: Mapping[str, Any]
    gvk: GVK
    ref: ObjectRef
    table: KindTable | None
    locate: Locate = nowhere
    generated: str | None = None
    team: str | None = None

    @property
    def name(self) -> ObjectName:
        """The object as findings name it."""
        return ObjectName(self.gvk.api_version, self.gvk.kind, self.ref.namespace or None, self.ref.name)

    @property
    def namespaced(self) -> bool:
        """True for an object in a namespace."""
        return bool(self.ref.namespace)


@dataclass(frozen=True)
class DeclaredSet:
    """Everything that is declared. `tracking` is the label, key and value, by which orphans are known; None: they are
    not looked for. `held_kinds` are kinds beside the declared ones that the environment once had."""

    objects: tuple[DeclaredObject, ...]
    environment: str | None = None
    tracking: tuple[str, str] | None = None
    held_kinds: tuple[GVK, ...] = ()
    searched_kinds: tuple[GVK, ...] = ()
    """Kinds beside those that are only searched for orphans: what cannot be read of them is worth a note."""
    known: frozenset[ObjectRef] = frozenset()
    """Objects that are declared elsewhere (those of Argo CD, on its own cluster): neither compared nor orphans."""
    notes: tuple[Note, ...] = field(default_factory=tuple)
