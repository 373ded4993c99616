"""The declared side from specifications: an environment, compiled in memory by the code that builds it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mlplat.catalog.lookup import Tables, load_tables
from mlplat.cluster.redaction import redact
from mlplat.compare.difference import Path as Place
from mlplat.compiler.artifacts import BASE, KubeObject, Resolved
from mlplat.compiler.emit.inventory import inventory_path, parse_inventory
from mlplat.compiler.emit.names import file_stems
from mlplat.compiler.emit.tree import units_of
from mlplat.compiler.emit.write import compare_tree
from mlplat.compiler.lower.kinds import EMITTED
from mlplat.compiler.pipeline import GENERATED, Compiled, compile_platform, scope_of
from mlplat.diagnostics import Span, has_errors
from mlplat.drift.declared import DeclaredObject, DeclaredSet, Locate
from mlplat.drift.deploy import Home
from mlplat.drift.ignore import IgnoreRule
from mlplat.drift.orphans import BY_HAND, NEVER
from mlplat.drift.report import Note, NoteReason
from mlplat.objects.go_yaml import parse_stream
from mlplat.objects.gvk import GVK, ObjectRef, gvk_of, parse_api_version
from mlplat.objects.marks import ENVIRONMENT_LABEL
from mlplat.objects.pointer import pointer_of
from mlplat.provenance.changes import leaves
from mlplat.provenance.origin import Provenance


@dataclass(frozen=True, eq=False)
class CompiledEnvironment:
    """One environment of a platform, compiled without a finding that is an error."""

    name: str
    compiled: Compiled
    committed: Path
    """The folder `generated/`, which says what the environment once held."""

    @cached_property
    def provenance(self) -> Provenance:
        """What decided the leaves of its objects."""
        return Provenance(self.compiled.environments)

    @property
    def server(self) -> str | None:
        """Address of the environment's API server."""
        server = self.compiled.environments[self.name].environment.document.spec.cluster.server
        return str(server) if server is not None else None

    @property
    def home(self) -> Home:
        """Where the platform's repository is."""
        environment = self.compiled.environments[self.name]
        repository = environment.platform.document.spec.repository
        return Home(repository.url, repository.path, environment.environment.document.spec.argocd.target_revision)

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The declared kinds as (group, kind), sorted."""
        return sorted({(item.ref.group, item.ref.kind) for item in self.compiled.objects[self.name].objects})

    def tables(self, definitions: Iterable[Mapping[str, Any]]) -> Tables:
        """The schemas of its component versions, some taken from CustomResourceDefinitions."""
        return load_tables(self.compiled.environments[self.name].versions, list(definitions))

    def rules(self) -> tuple[IgnoreRule, ...]:
        """What the Environment says of drift that is left alone."""
        document = self.compiled.environments[self.name].environment
        return tuple(
            IgnoreRule(
                one.reason,
                one.kind,
                one.name,
                one.namespace,
                one.path,
                one.manager,
                one.until,
                document.span("spec", "drift", "ignore", number),
            )
            for number, one in enumerate(document.document.spec.drift.ignore)
        )

    def declare(
        self, tables: Tables, tracking: tuple[str, str] | None, once: Sequence[tuple[str, str]] = ()
    ) -> DeclaredSet:
        """The declared set; `tracking` is the label of orphans, None for the environment's own; `once` has the
        apiVersion and kind of what it had at some time."""
        files = dict(self._files())
        objects = tuple(self._object(item, tables, files) for item in self.compiled.objects[self.name].objects)
        gvks = {item.gvk for item in objects}
        held = self._held() - gvks
        return DeclaredSet(
            objects,
            environment=self.name,
            tracking=tracking or (ENVIRONMENT_LABEL, self.name),
            held_kinds=tuple(sorted(held)),
            searched_kinds=tuple(_searched(tables, once, {gvk.group_kind for gvk in (*held, *gvks)})),
            known=frozenset(self._argocd()),
            notes=tuple(self._stale()),
        )

    def _object(self, item: KubeObject, tables: Tables, files: Mapping[int, str]) -> DeclaredObject:
        gvk = gvk_of(item.body)
        team = getattr(item.origin, "team", None) if item.origin is not None else None
        table = tables.lookup(gvk.api_version, gvk.kind)
        return DeclaredObject(redact(item.body), gvk, item.ref, table, self._locator(item), files.get(id(item)), team)

    def _locator(self, item: KubeObject) -> Locate:
        firsts: dict[str, str] = {}

        def locate(path: Place) -> Span | None:
            if path and not firsts:
                firsts.update(_first_leaves(item.body))
            first = firsts.get(pointer_of(path)) if path else None
            if first is not None:
                found = self.provenance.origins(self.name, item, [first])
                for origin in found.values():
                    return origin.span
            return _document_span(item)

        return locate

    def _files(self) -> Iterator[tuple[int, str]]:
        """The file of each object in `generated/`: of its own in the overlay, else that of base that it is made of."""
        tree = self.compiled.tree.files if self.compiled.tree is not None else {}
        base = self.compiled.objects.get(BASE)
        bases: dict[tuple[str, ...], str] = {}
        for unit, items in units_of(base).items() if base is not None else ():
            stems = file_stems(items)
            bases |= {_key(item): f"base/{unit}/{stems[id(item)]}.yaml" for item in items}
        for unit, items in units_of(self.compiled.objects[self.name]).items():
            stems = file_stems(items)
            for item in items:
                own = f"overlays/{self.name}/{unit}/{stems[id(item)]}.yaml"
                path = own if own in tree else bases.get(_key(item))
                if path is not None:
                    yield id(item), f"{GENERATED}/{path}"

    def _held(self) -> set[GVK]:
        """The kinds of the committed inventory; none where nothing was built yet.

        Raises ValueError for one that is damaged: orphans of kinds that are no longer declared would go unseen.
        """
        path = inventory_path(self.name)
        try:
            entries = parse_inventory((self.committed / path).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return set()
        except ValueError as error:
            raise ValueError(
                f"`{GENERATED}/{path}`, which says what the environment once had, cannot be read: {error}; "
                "`mlplat build --force` writes it again"
            ) from None
        return {GVK(*parse_api_version(entry.api_version), entry.kind) for entry in entries}

    def _argocd(self) -> Iterator[ObjectRef]:
        files = self.compiled.tree.files if self.compiled.tree is not None else {}
        for path, text in files.items():
            if path.startswith(f"argocd/{self.name}/"):
                for body in parse_stream(text):
                    metadata = body.get("metadata") or {}
                    if "apiVersion" in body and "name" in metadata:
                        gvk = gvk_of(body)
                        yield ObjectRef(gvk.group, gvk.kind, metadata.get("namespace", ""), metadata["name"])

    def _stale(self) -> Iterator[Note]:
        """A note where `generated/` is not what the specifications compile to: Argo CD syncs the former."""
        if self.compiled.tree is None:
            return
        try:
            scope = scope_of([self.name], self.compiled)
            stale = compare_tree(self.committed, self.compiled.tree, scope=scope, lines=0)
        except OSError as error:
            yield Note(
                NoteReason.STALE, f"{GENERATED}/ cannot be read ({error.strerror}): nothing is known of its state"
            )
            return
        if stale:
            count = f"{len(stale)} file{'s' * (len(stale) != 1)}"
            yield Note(NoteReason.STALE, f"{GENERATED}/ differs from what the specifications compile to in {count}")


def compile_environment(root: Path, name: str, committed: Path) -> "CompiledEnvironment | Compiled":
    """The environment, or the compilation that says why there is none: findings, or no environment of that name."""
    compiled = compile_platform(root, (name,))
    if has_errors(compiled.findings) or name not in compiled.objects:
        return compiled
    return CompiledEnvironment(name, compiled, committed)


def _searched(tables: Tables, once: Sequence[tuple[str, str]], known: set[tuple[str, str]]) -> Iterator[GVK]:
    """The kinds that mlplat writes for the versions of `tables`, those that people make, and those that the environment
    had at some time (in the version of their API that it has now), without the known ones: the last object of a kind
    may be gone from the specifications, and from the inventory with the next build, and still be in the cluster."""
    seen = {*known, *NEVER}
    for api_version, kind in (*EMITTED, *BY_HAND):
        gvk = GVK(*parse_api_version(api_version), kind)
        if gvk.group_kind not in seen and tables.lookup(api_version, kind) is not None:
            seen.add(gvk.group_kind)
            yield gvk
    for api_version, kind in once:
        gvk = GVK(*parse_api_version(api_version), kind)
        if gvk.group_kind not in seen:
            seen.add(gvk.group_kind)
            table = tables.lookup(api_version, kind) or tables.of_kind(gvk.group, kind)
            yield table.gvk if table is not None else gvk


def _key(item: KubeObject) -> tuple[str, ...]:
    return (item.body["apiVersion"], item.ref.kind, item.ref.namespace, item.logical_name)


def _first_leaves(body: Mapping[str, Any]) -> dict[str, str]:
    """Of every place of an object, by pointer, the first leaf at or below it."""
    firsts: dict[str, str] = {}
    for leaf, _ in leaves(body):
        place = leaf
        while place and place not in firsts:
            firsts[place] = leaf
            place = place.rpartition("/")[0]
    return firsts


def _document_span(item: KubeObject) -> Span | None:
    origin: Resolved[Any] | None = item.origin
    if origin is not None:
        return origin.span()
    return item.node.span if item.node is not None else None
