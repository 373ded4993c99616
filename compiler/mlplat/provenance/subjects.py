"""What is lowered together: one document, what several documents share, one hand-written manifest.

A subject is made once in the environment as it is, and again in every world that could change what it makes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from mlplat.catalog.lookup import load_tables
from mlplat.compiler.artifacts import (
    Draft,
    KubeObject,
    Manifest,
    Node,
    Path,
    Resolved,
    ResolvedEnvironment,
    UncheckedError,
)
from mlplat.compiler.lower.finish import finish
from mlplat.compiler.lower.lowering import PER_DOCUMENT, PER_ENVIRONMENT
from mlplat.compiler.lower.manifests import manifest_objects
from mlplat.compiler.lower.patches import apply_patches
from mlplat.provenance.makers import Stages, Writers, name_of
from mlplat.provenance.positions import Position, written_positions
from mlplat.provenance.reading import Address, Reads, observed
from mlplat.provenance.worlds import World, Worlds
from mlplat.schema.environment import Environment

_NAME: Path = ("metadata", "name")
_ALWAYS: tuple[Path, ...] = (
    _NAME,
    ("spec", "release"),
    ("spec", "versions"),
    ("spec", "cluster", "kubernetesVersion"),
)
"""What every object may depend on without its lowering looking into the Environment document."""


@dataclass(frozen=True, slots=True)
class Made:
    """An object, and how it came to be."""

    item: KubeObject
    stages: Stages
    writers: Writers

    def maker_of(self, pointer: str) -> str:
        """The function that wrote a leaf, as `module.function`."""
        return self.stages.maker_of(pointer, self.writers)


class Subject(Protocol):
    """What makes some objects of an environment."""

    @property
    def address(self) -> Address | None:
        """Its document; None for what several documents share and for what is written by hand."""

    def make(self, env: ResolvedEnvironment) -> tuple[Made, ...]:
        """The objects in the environment as it is."""

    def make_in(self, world: World) -> tuple[Made, ...] | None:
        """The objects in another world; None where the rules would have refused it."""

    def reads(self, env: ResolvedEnvironment) -> Reads:
        """What it reads of the documents of an environment. Its versions and its name count as read."""

    def worlds(self, worlds: Worlds) -> Iterator[tuple[Position, Iterable[World]]]:
        """Positions outside of all documents that it depends on, with the worlds around them."""


@dataclass(frozen=True, slots=True)
class Lowering:
    """One lowering at work: of the document at `address`, or of what several share."""

    function: Callable[..., Iterable[Draft]]
    address: Address | None = None

    def make(self, env: ResolvedEnvironment) -> tuple[Made, ...]:
        """The objects in the environment as it is."""
        writers = Writers()
        with writers.watching():
            return self._make(env, self.address, writers)

    def make_in(self, world: World) -> tuple[Made, ...] | None:
        """The objects in another world; None where the rules would have refused it."""
        try:
            return self._make(world.env, world.now(self.address) if self.address is not None else None, Writers())
        except UncheckedError:
            return None

    def reads(self, env: ResolvedEnvironment) -> Reads:
        """What it reads of the documents of an environment. Its versions and its name count as read."""
        reads = Reads()
        self._make(observed(env, reads), self.address, Writers())
        return with_environment(env, reads)

    def worlds(self, worlds: Worlds) -> Iterator[tuple[Position, Iterable[World]]]:
        """None: all that it depends on stands in documents."""
        yield from ()

    def _make(self, env: ResolvedEnvironment, address: Address | None, writers: Writers) -> tuple[Made, ...]:
        if address is None:
            drafts = tuple(self.function(env))
            return tuple(self._made(env, writers, draft, draft) for draft in drafts)
        kind, name = address
        document: Resolved[Any] | None = env.documents.get(kind, {}).get(name)
        if document is None:
            return ()
        drafts = tuple(self.function(document, env))
        patched, problems = apply_patches(document, drafts, load_tables(env.versions))
        if problems:
            raise UncheckedError("a patch that is refused")
        pairs = zip(drafts, patched, strict=True)
        return tuple(self._made(env, writers, before, after) for before, after in pairs)

    def _made(self, env: ResolvedEnvironment, writers: Writers, lowered: Draft, patched: Draft) -> Made:
        item = finish(patched, env)
        return Made(item, Stages(lowered.body, patched.body, item.body, name_of(self.function)), writers)


@dataclass(frozen=True, eq=False)
class Written:
    """One hand-written manifest."""

    node: Node
    address: None = None

    def make(self, env: ResolvedEnvironment) -> tuple[Made, ...]:
        """The object in the environment as it is."""
        return self._make(self.node, env)

    def make_in(self, world: World) -> tuple[Made, ...] | None:
        """The object in another world; None where it would be no object."""
        try:
            here = world.manifest is not None and world.manifest[0] is self.node
            return self._make(world.manifest[1] if here and world.manifest else self.node, world.env)
        except UncheckedError:
            return None

    def reads(self, env: ResolvedEnvironment) -> Reads:
        """What its place and its identity depend on."""
        reads = Reads()
        self._make(self.node, observed(env, reads))
        return with_environment(env, reads)

    def worlds(self, worlds: Worlds) -> Iterator[tuple[Position, Iterable[World]]]:
        """Everything that is written in the manifest, with other values of it."""
        for position in written_positions(self.node):
            yield position, worlds.around_manifest(self.node, position)

    def _make(self, node: Node, env: ResolvedEnvironment) -> tuple[Made, ...]:
        manifest = Manifest(node, node.span.file)
        objects, problems = manifest_objects((manifest,), env, load_tables(env.versions))
        if problems:
            raise UncheckedError("no Kubernetes object")
        body, maker = node.plain(), name_of(manifest_objects)
        return tuple(Made(item, Stages(body, body, item.body, maker, maker), Writers()) for item in objects)


def subjects(env: ResolvedEnvironment) -> Iterator[Lowering]:
    """Everything that is lowered of an environment's documents, in the order of lowering."""
    yield from (Lowering(function) for function in PER_ENVIRONMENT)
    for kind, function in PER_DOCUMENT.items():
        yield from (Lowering(function, (kind, name)) for name in env.documents.get(kind, {}))


def with_environment(env: ResolvedEnvironment, reads: Reads) -> Reads:
    """What was read, and what every object may depend on."""
    environment = (Environment.kind_name, env.environment.name)
    reads.whole.setdefault(environment, set()).update(_ALWAYS)
    if env.is_base:
        reads.whole[environment].discard(_NAME)
    return reads
