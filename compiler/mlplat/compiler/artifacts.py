"""The type on each arrow between passes: read this after `pipeline.py`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from mlplat.catalog.versions import ComponentVersions
from mlplat.diagnostics import Label, Span
from mlplat.objects.gvk import ObjectRef
from mlplat.schema.environment import Environment
from mlplat.schema.model import SpecDocument
from mlplat.schema.names import RULE_CODE
from mlplat.schema.platform import Platform
from mlplat.schema.rule import Rule

Scalar = str | int | float | bool | None
Path = tuple[str | int, ...]
T = TypeVar("T", bound=SpecDocument)
D = TypeVar("D", bound=SpecDocument, covariant=True)

BASE = "base"
"""The environment that others share and that is never synced."""


# ---------------------------------------------------------------------------------------------- load


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a YAML document with the place it was written.

    `value` is a scalar, a dict of key to Node, or a list of Nodes. `key_span` is the key that holds the value (None
    for list items and the root). `replaced` is the node of an inherited layer that this one took the place of.
    Nodes are shared between environments and never changed.
    """

    value: "Scalar | dict[str, Node] | list[Node]"
    span: Span
    key_span: Span | None = None
    replaced: "Node | None" = None

    def plain(self) -> Any:
        """The value as plain Python data; lists are tuples, so that nobody changes them."""
        value = self.value
        if isinstance(value, dict):
            return {key: child.plain() for key, child in value.items()}
        if isinstance(value, list):
            return tuple(child.plain() for child in value)
        return value

    def at(self, path: Path) -> "Node | None":
        """The node at a path of keys and indexes, None when there is none."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            value = node.value
            if isinstance(value, dict) and isinstance(step, str):
                node = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
                node = value[step]
            else:
                return None
        return node

    def children(self) -> "Iterator[tuple[str | int, Node]]":
        """Keys or indexes with their nodes; nothing for a scalar."""
        if isinstance(self.value, dict):
            yield from self.value.items()
        elif isinstance(self.value, list):
            yield from enumerate(self.value)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document as written in one file. `kind` and `name` are already known to be strings.

    `overrides` is where the modeline above it says that it completes an inherited one; None when none says so.
    """

    kind: str
    name: str
    node: Node
    file: str
    overrides: Span | None = None


@dataclass(frozen=True, slots=True)
class SourceTree:
    """Everything that was read from the repository, before any environment is looked at.

    `layers` holds the documents of each folder of `environments/`, `components` those of `components/`, `platform`
    the one Platform document. `sources` is the text of every file, for messages. `extras` holds the raw text of
    `environments/<env>/manifests/`, path to text.
    """

    platform: Document | None
    components: tuple[Document, ...]
    layers: Mapping[str, tuple[Document, ...]]
    sources: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    """Folders below `components/`, relative to the repository: what `Component.spec.source` may name."""
    unread: frozenset[str] = frozenset()
    """Folders (`environments/prod`, `components`, `rules`) with a document that could not be read: what is not found
    there may be in it."""
    rules: tuple[Document, ...] = ()
    """The documents of `rules/`."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One hand-written Kubernetes object of `environments/<env>/manifests/`."""

    node: Node
    file: str


# ---------------------------------------------------------------------------------------------- resolve


@dataclass(frozen=True, slots=True)
class Resolved(Generic[D]):
    """One document as one environment has it: every layer merged, and typed.

    `node` is the merged tree, in which every value still knows where it was written.
    """

    document: D
    node: Node
    layers: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Kind of the document."""
        return self.document.kind_name

    @property
    def name(self) -> str:
        """Name of the document."""
        return self.document.metadata.name

    @property
    def team(self) -> str | None:
        """Name of the team that owns it; None for platform-wide documents."""
        return cast("str | None", getattr(self.document.metadata, "team", None))

    def span(self, *path: str | int) -> Span:
        """Where the value at a path (camelCase keys, indexes) was written; else the nearest parent's key."""
        for length in range(len(path), 0, -1):
            node = self.node.at(path[:length])
            if node is not None:
                return node.span if length == len(path) else (node.key_span or node.span)
        return self.node.span

    def key(self, *path: str | int) -> Span:
        """Where the key of the value at a path was written; the nearest parent's key where it was not."""
        for length in range(len(path), 0, -1):
            node = self.node.at(path[:length])
            if node is not None:
                return node.key_span or node.span
        return self.node.span

    def label(self, path: Path, text: str = "") -> Label:
        """A label on the value at a path."""
        return Label(self.span(*path), text)


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The rules that users wrote, by name, each with a code of its own.

    `complete` is False when one of them could not be read or understood: a code that is not among them may be its.
    """

    rules: tuple[Resolved[Rule], ...] = ()
    complete: bool = True

    def find(self, code: str) -> Resolved[Rule] | None:
        """The rule with a code; None when there is none."""
        return next((rule for rule in self.rules if rule.document.spec.code == code), None)

    def may_have(self, code: str) -> bool:
        """True when there is a rule with a code, or one that could not be read may have it."""
        return self.find(code) is not None or (not self.complete and RULE_CODE.match(code) is not None)


@dataclass(frozen=True)
class ResolvedEnvironment:
    """One environment with everything in it. `ancestors` are the environments it inherits from, farthest first."""

    name: str
    platform: Resolved[Platform]
    environment: Resolved[Environment]
    versions: ComponentVersions
    documents: Mapping[str, Mapping[str, Resolved[Any]]]
    ancestors: tuple[str, ...] = ()
    folders: frozenset[str] = frozenset()
    own: OwnRules = OwnRules()
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was derived from this environment and is asked for again and again, by the name of the function."""

    @property
    def is_base(self) -> bool:
        """True for the environment that overlays are patches of."""
        return self.name == BASE

    @property
    def is_synced(self) -> bool:
        """True for an environment that Argo CD is told of: not base, nor one with `sync: false`."""
        return not self.is_base and self.environment.document.spec.sync

    def all(self, kind: type[T]) -> tuple[Resolved[T], ...]:
        """All documents of a kind, by name."""
        return tuple(self.documents.get(kind.kind_name, {}).values())

    def find(self, kind: type[T], name: str | None) -> Resolved[T] | None:
        """The document of a kind and name; None when there is none."""
        return self.documents.get(kind.kind_name, {}).get(name) if name is not None else None


# ---------------------------------------------------------------------------------------------- check


@dataclass(frozen=True)
class CheckedEnvironment:
    """An environment in which no rule found an error. Only the check pass makes one."""

    resolved: ResolvedEnvironment


# ---------------------------------------------------------------------------------------------- lower


class UncheckedError(Exception):
    """Something was lowered that checking refuses, and that has no lowering.

    In a build that is a bug of ours. `provenance` and `diff` lower environments that differ in one value without
    checking them first, which is cheaper: there it says that nothing is made, and any other exception is a bug as ever.
    """


@dataclass(frozen=True, slots=True)
class Draft:
    """An object as the lowering of one family makes it: complete but for what every object gets (identity, labels,
    run name, patches).

    `body` has apiVersion, kind, metadata (name, namespace, own labels and annotations) and the rest in canonical form.
    `run` is what identifies a run, as plain data: given for objects that run once, whose name gets a hash of it.
    `keep` objects are never deleted by Argo CD; `wave` is their sync wave.
    """

    body: dict[str, Any]
    source: Resolved[Any]
    unit: str
    run: Mapping[str, Any] | None = None
    keep: bool = False
    wave: int = 0


@dataclass(frozen=True, slots=True)
class KubeObject:
    """One Kubernetes object exactly as the cluster is to have it.

    `logical_name` is its name before a run's hash: by it, base and overlay recognise each other's objects.
    `origin` is the document it was made from; None for hand-written manifests, which have their own `node` instead.
    `draft` is what it was finished from: objects of several environments with the same one (by identity) differ in
    nothing but the name of a run, the environment's label and the identity annotation.
    """

    body: dict[str, Any]
    ref: ObjectRef
    logical_name: str
    unit: str
    wave: int = 0
    origin: Resolved[Any] | None = None
    node: Node | None = None
    draft: Draft | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class ObjectSet:
    """All objects of one environment, ordered by unit and reference."""

    environment: str
    objects: tuple[KubeObject, ...]


# ---------------------------------------------------------------------------------------------- emit


@dataclass(frozen=True)
class FileTree:
    """Path (relative to `generated/`, with `/`) to text: everything that a build writes, nothing else."""

    files: Mapping[str, str]
