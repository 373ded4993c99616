"""What a rule is and what it says. A rule looks and tells; it never changes anything and never knows another rule."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlplat.catalog.lookup import Tables
from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.artifacts import KubeObject, ObjectSet, Path, Resolved, ResolvedEnvironment
from mlplat.diagnostics import Label
from mlplat.objects.gvk import ObjectRef


@dataclass(frozen=True, slots=True)
class Found:
    """What a spec rule found: in which document, at which value (`at_key`: at the key of it).

    The value need not be there: then its nearest parent's key is shown. `headline` and the rest as in `Diagnostic`.
    """

    document: Resolved[Any]
    path: Path
    headline: str
    label: str = ""
    notes: tuple[str, ...] = ()
    help: str | None = None
    secondary: tuple[Label, ...] = ()
    at_key: bool = False


@dataclass(frozen=True, slots=True)
class SpecRule:
    """A rule on one resolved environment, before anything is lowered."""

    code: str
    check: Callable[[ResolvedEnvironment], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class FoundInObject:
    """What an object rule found: in which object, at which JSON pointer (RFC 6901; "" is the whole object).

    `at_key`: it is the key that has to change, not the value that it holds. `tolerated`: the server takes the object
    all the same, and what is wrong shows later, or never; where raw manifests are judged, it is a warning.
    """

    object: KubeObject
    pointer: str
    headline: str
    label: str = ""
    notes: tuple[str, ...] = ()
    help: str | None = None
    at_key: bool = False
    tolerated: bool = False


@dataclass(frozen=True, slots=True)
class ObjectScope:
    """What object rules look at: objects of one environment or of raw manifests, and the schemas of its versions."""

    objects: Sequence[KubeObject]
    tables: Tables
    versions: ComponentVersions
    environment: ResolvedEnvironment | None = None
    """The environment that the objects belong to; None for raw manifests."""
    memo: dict[tuple[str, int], Any] = field(default_factory=dict, repr=False)
    """What several rules ask of one object, by the question and the object's identity. Scopes of the same objects share
    it, so the objects outlive it."""

    def of_kind(self, group: str, *kinds: str) -> tuple[KubeObject, ...]:
        """Objects of some kinds of a group, in order."""
        return tuple(item for item in self.objects if item.ref.group == group and item.ref.kind in kinds)


@dataclass(frozen=True, slots=True)
class ObjectRule:
    """A rule on Kubernetes objects: lowered, patched, or written by hand.

    `single`: what it says of an object follows from that object and the scope's tables alone, whatever other objects
    and whatever environment there are, and not from the environment's label or the identity. An object that was clean
    in one environment is then not looked at again where another one, with the same versions, has the same.
    """

    code: str
    check: Callable[[ObjectScope], Iterable[FoundInObject]]
    single: bool = False


Severities = Mapping[str, str]
"""Code to the severity that an environment wants for it: error, warning, note or off."""


@dataclass(frozen=True, slots=True)
class PlatformScope:
    """What platform rules look at: every environment, what each comes to, and what is committed in `generated/`.

    `committed` holds, by environment, the objects that the last build wrote, by reference, and `units` says in which
    unit (Argo CD Application) they were: both only of what this build changes, and empty for rules that do not compare.
    """

    environments: Mapping[str, ResolvedEnvironment]
    objects: Mapping[str, ObjectSet]
    committed: Mapping[str, Mapping[ObjectRef, Mapping[str, Any]]] = field(default_factory=dict)
    units: Mapping[str, Mapping[ObjectRef, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlatformRule:
    """A rule on all environments together. What it finds is in one object of one environment.

    `compares`: it looks at `committed` or `units`, and so runs after emission.
    """

    code: str
    check: Callable[[PlatformScope], Iterable[tuple[str, FoundInObject]]]
    compares: bool = False
