"""The two things that are compared: what a platform, an environment or a folder of manifests comes to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mlplat.catalog.lookup import Tables
from mlplat.compiler.artifacts import Document, KubeObject, ResolvedEnvironment
from mlplat.compiler.lower.sharing import Lowered
from mlplat.diagnostics import Diagnostic, Span

FindPlace = Callable[[KubeObject, str], Span | None]
"""Where the value at a JSON pointer of an object was written; None where nobody knows."""


@dataclass(frozen=True)
class Side:
    """All objects of one environment in one state. `environment` is "" for a folder of manifests.

    `resolved` is None where no platform is behind the objects; `place` then finds values in the manifests themselves.
    """

    environment: str
    objects: tuple[KubeObject, ...]
    tables: Tables
    resolved: ResolvedEnvironment | None = None
    place: FindPlace | None = None


@dataclass(frozen=True)
class State:
    """One of two states. `label` names it for people: `working tree`, `main (1a2b3c4)`, `staging`.

    `missing` are environments that exist and cannot be compiled, about which nothing can be said. `prefix` stands
    before the file of a place in this state where the file is not on disk: `1a2b3c4:`.
    """

    label: str
    sides: Mapping[str, Side]
    sources: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()
    missing: frozenset[str] = frozenset()
    prefix: str = ""
    known: frozenset[str] = frozenset()
    """Every environment that there is, asked for or not."""
    layers: Mapping[str, tuple[Document, ...]] = field(default_factory=dict)
    """The documents of each folder of `environments/`."""
    memory: Lowered = field(default_factory=Lowered, repr=False)
    """What was lowered: both states of a comparison have the same one."""
