"""Lowering that environments share: what is the same document in the same surroundings is lowered once.

Most documents of an environment come unchanged from the one it inherits from (resolving keeps their identity), and
most of what a lowering reads of an environment is the same everywhere. A lowering is therefore shown a *view*: an
environment without everything that differs between environments and that no lowering may read (its name, cluster,
Argo CD settings, severities), whose documents tell which of them were looked up. What it made is used again where
the rest of the environment is equal and every one of those look-ups finds the same document: as lowerings are
functions of what they are given, they would make the same again. (10,000 objects of five environments that share nine
documents in ten: 1.3 s to 0.4 s.)
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mlplat.catalog.lookup import Tables
from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.artifacts import Draft, Node, Resolved, ResolvedEnvironment
from mlplat.diagnostics import Diagnostic, Span
from mlplat.schema.environment import ArgoCd, Cluster, EnvironmentSpec
from mlplat.schema.model import Metadata
from mlplat.schema.platform import Platform

Named = Mapping[str, Resolved[Any]]
Made = tuple[tuple[Draft, ...], tuple[Diagnostic, ...]]
"""Drafts, and findings on the patches that were applied to them."""

T = TypeVar("T")

_WHOLE = None
"""Stands for the name in a look-up that asked for all documents of a kind."""

_NOWHERE = Node({}, Span("", 1, 1, 1, 1))
ANONYMOUS = {
    "extends": (),
    "exclude": (),
    "argocd": ArgoCd(),
    "rules": {},
    "cluster": Cluster.model_construct(name="", server="", kubernetes_version=""),
}
"""What an Environment's spec says without changing an object: where it runs, how it inherits, is synced and judged.
(The Kubernetes version is among the component versions.)"""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question to the documents of an environment, and what it found: a document or None, or all of a kind."""

    kind: str
    name: str | None
    found: object


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a lowering can read of an environment apart from its documents. Equal grounds read the same."""

    spec: EnvironmentSpec
    versions: ComponentVersions
    platform: Resolved[Platform]
    folders: frozenset[str]
    tables: Tables

    def equals(self, other: "_Ground") -> bool:
        """True when nothing that is read here differs."""
        return (
            self.platform is other.platform
            and self.tables is other.tables
            and self.versions.release == other.versions.release
            and self.versions == other.versions
            and self.folders == other.folders
            and self.spec == other.spec
        )


@dataclass(slots=True)
class Lowered:
    """What was lowered so far of one platform. Documents are known by identity; all of them are kept alive here."""

    grounds: list[_Ground] = field(default_factory=list)
    made: dict[tuple[object, ...], list[tuple[object, tuple[Lookup, ...], Made]]] = field(default_factory=dict)
    stamps: dict[int, tuple[Draft, Any]] = field(default_factory=dict)
    """What `finish` worked out of a draft, by its identity."""
    wholes: dict[tuple[int, ...], tuple[Resolved[Any], ...]] = field(default_factory=dict)

    def of(self, env: ResolvedEnvironment, tables: Tables) -> "Surroundings":
        """The surroundings that an environment's documents are lowered in."""
        spec = env.environment.document.spec.model_copy(update=ANONYMOUS)
        ground = _Ground(spec, env.versions, env.platform, env.folders, tables)
        number = next((n for n, known in enumerate(self.grounds) if known.equals(ground)), len(self.grounds))
        if number == len(self.grounds):
            self.grounds.append(ground)
        return Surroundings(self, number, env, spec)

    def whole(self, named: Named) -> tuple[Resolved[Any], ...]:
        """All documents of a kind as a value that is the same object for the same documents."""
        documents = tuple(named.values())
        return self.wholes.setdefault(tuple(map(id, documents)), documents)


class Surroundings:
    """One environment as lowerings see it."""

    def __init__(self, memory: Lowered, ground: int, env: ResolvedEnvironment, spec: EnvironmentSpec) -> None:
        self._memory = memory
        self._ground = ground
        self._documents = env.documents
        self._wholes: dict[str, tuple[Resolved[Any], ...]] = {}
        self._asked: dict[tuple[str, str | None], object] = {}
        document = env.environment.document.model_copy(update={"spec": spec, "metadata": Metadata(name="")})
        self._view = ResolvedEnvironment(
            name="",
            platform=env.platform,
            environment=Resolved(document, _NOWHERE, ()),
            versions=env.versions,
            documents=_Documents(self),
            folders=env.folders,
        )

    def make(self, subject: object, work: Callable[[ResolvedEnvironment], Made]) -> Made:
        """What `work` makes of this environment; `subject` is what it works on (a document, or `work` itself)."""
        known = self._memory.made.setdefault((id(subject), self._ground), [])
        for _, lookups, made in known:
            if all(self.find(lookup.kind, lookup.name) is lookup.found for lookup in lookups):
                return made
        self._asked = {}
        self._view.memo.clear()  # what an earlier document made it hold, this one has to look up itself
        made = work(self._view)
        lookups = tuple(Lookup(kind, name, found) for (kind, name), found in self._asked.items())
        known.append((subject, lookups, made))
        return made

    def find(self, kind: str, name: str | None) -> object:
        """The document of a name, None when there is none; all of the kind, as one value, without a name."""
        if name is not _WHOLE:
            return self._documents.get(kind, {}).get(name)
        if kind not in self._wholes:
            self._wholes[kind] = self._memory.whole(self._documents.get(kind, {}))
        return self._wholes[kind]

    def asked(self, kind: str, name: str | None) -> None:
        """Remember that a lowering looked something up."""
        self._asked[(kind, name)] = self.find(kind, name)

    def named(self, kind: str) -> Named:
        """The documents of a kind, unobserved."""
        return self._documents.get(kind, {})

    def kinds(self) -> Iterator[str]:
        """The kinds that there are. A lowering that asks for them has looked at everything."""
        for kind in self._documents:
            self.asked(kind, _WHOLE)
        return iter(self._documents)


class _Documents(Mapping[str, Named]):
    """The documents of an environment; every look at them is remembered."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def __getitem__(self, kind: str) -> Named:
        return _Names(self._around, kind)

    def __iter__(self) -> Iterator[str]:
        return self._around.kinds()

    def __len__(self) -> int:
        return sum(1 for _ in self._around.kinds())


class _Names(Mapping[str, Resolved[Any]]):
    """The documents of one kind; every look at them is remembered."""

    def __init__(self, around: Surroundings, kind: str) -> None:
        self._around = around
        self._kind = kind

    def __getitem__(self, name: str) -> Resolved[Any]:
        self._around.asked(self._kind, name)
        return self._around.named(self._kind)[name]

    def __iter__(self) -> Iterator[str]:
        self._around.asked(self._kind, _WHOLE)
        return iter(self._around.named(self._kind))

    def __len__(self) -> int:
        self._around.asked(self._kind, _WHOLE)
        return len(self._around.named(self._kind))
