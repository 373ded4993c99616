"""The kinds that an environment's component versions serve, each with its schema; read only when asked for."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mlplat.catalog.distil import KindFacts, KindVersion, distil_crd
from mlplat.catalog.index import KUBERNETES, kinds_of, read_table, table_file
from mlplat.catalog.node import Node
from mlplat.catalog.object_meta import API_VERSION, KIND, OBJECT_META, STATUS
from mlplat.catalog.transitions import Transition, from_data
from mlplat.catalog.versions import ComponentVersions
from mlplat.objects.gvk import GVK, parse_api_version

GIVEN = "given"
"""The component of kinds whose CustomResourceDefinitions the caller brought."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a schema was taken from: repository, tag, commit (short) and path; empty where it was not recorded."""

    repository: str = ""
    tag: str = ""
    commit: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class KindTable:
    """One version of one kind, as one component version serves it.

    `served_versions` are all versions of the kind that are served, newest first, `storage_version` the one that is
    stored. `schema` is the root node, with `apiVersion`, `kind`, `metadata` and `status`; walk it with
    `mlplat.catalog.node`. `schema_of` names the component version whose published schema this is: equal to
    `component_version` but where the two are known to have the same schema. `schemaless` kinds accept anything below
    their root; `transitions` are what of it may not change. Compared by identity: the same versions give one object.
    """

    gvk: GVK
    plural: str
    namespaced: bool
    served_versions: tuple[str, ...]
    storage_version: str
    deprecated: bool
    component: str
    component_version: str
    schema_of: str
    origin: Origin
    schema: Node
    schemaless: bool = False
    transitions: tuple[Transition, ...] = ()

    @property
    def group(self) -> str:
        """The API group, "" for the core group."""
        return self.gvk.group

    @property
    def version(self) -> str:
        """The version of this table."""
        return self.gvk.version

    @property
    def kind(self) -> str:
        """The kind."""
        return self.gvk.kind

    @property
    def custom(self) -> bool:
        """True for a custom resource: strategic-merge patches replace its lists whole."""
        return self.component != KUBERNETES


_Kinds = Mapping[tuple[str, str], Mapping[str, KindTable]]


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """All kinds of one set of versions. Make one with `load_tables`."""

    versions: ComponentVersions
    given: _Kinds = field(default_factory=dict)
    _found: dict[tuple[str, str], KindTable | None] = field(default_factory=dict, repr=False)
    """What was looked up already: every rule asks for the same few kinds of every object."""

    def lookup(self, api_version: str, kind: str) -> KindTable | None:
        """The table of a kind as written, None when the chosen versions do not serve it (or hold no schema of it)."""
        key = (api_version, kind)
        if key not in self._found:
            self._found[key] = self._look_up(api_version, kind)
        return self._found[key]

    def _look_up(self, api_version: str, kind: str) -> KindTable | None:
        try:
            group, version = parse_api_version(api_version)
        except ValueError:
            return None
        return self._kind(group, kind).get(version)

    def served(self, group: str, kind: str) -> tuple[str, ...]:
        """The versions of a kind that are served, newest first; empty when the kind is not known."""
        for table in self._kind(group, kind).values():
            return table.served_versions
        return ()

    def of_kind(self, group: str, kind: str) -> KindTable | None:
        """The table of the stored version of a kind, else of the newest that is served; None when it is not known."""
        versions = self._kind(group, kind)
        for table in versions.values():
            return versions.get(table.storage_version) or versions[table.served_versions[0]]
        return None

    def of_component(self, component: str) -> tuple[KindTable, ...]:
        """Every kind and version of one component of the environment, by group, kind and version."""
        if component == GIVEN:
            return _sorted(self.given)
        version = self.versions.kubernetes if component == KUBERNETES else self.versions.components.get(component)
        return _sorted(_component_kinds(component, version)) if version else ()

    def kinds(self) -> tuple[tuple[str, str], ...]:
        """Every (group, kind) that is known, sorted. Reads no table."""
        names = {tuple(name.rsplit("/", 1)) for _, _, held in self._components() for name in held}
        return tuple(sorted({(group, kind) for group, kind in names} | set(self.given)))

    def __iter__(self) -> Iterator[KindTable]:
        for group, kind in self.kinds():
            yield from _sorted({(group, kind): self._kind(group, kind)})

    def unheld(self, group: str, kind: str) -> str | None:
        """Why no schema of this kind is held although the chosen version serves it; None when that is not so."""
        for component, version, _ in self._components():
            reason: str | None = _file(component, version).get("unheld", {}).get(f"{group}/{kind}")
            if reason:
                return reason
        return None

    def _components(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        for component, version in ((KUBERNETES, self.versions.kubernetes), *self.versions.components.items()):
            if table_file(component, version):
                yield component, version, kinds_of(component, version)

    def _kind(self, group: str, kind: str) -> Mapping[str, KindTable]:
        given = self.given.get((group, kind))
        if given is not None:
            return given
        name = f"{group}/{kind}"
        for component, version, held in self._components():
            if name in held:
                return _component_kinds(component, version)[(group, kind)]
        return {}


def load_tables(
    versions: ComponentVersions, extra_crds: Sequence[Mapping[str, Any]] = (), files: Sequence[str] = ()
) -> Tables:
    """The kinds of an environment. Nothing is read until a kind is asked for, and then one component at a time.

    `extra_crds` are CustomResourceDefinitions that add kinds or take the place of held ones; `files`, where they are
    from files, names that of each, which then stands in the place of a version. Raises ValueError when
    one of them is not a CRD.
    """
    given: dict[tuple[str, str], Mapping[str, KindTable]] = {}
    for place, crd in enumerate(extra_crds):
        facts = distil_crd(crd)
        file = f"`{files[place]}`" if files else "definition"
        given[(facts.group, facts.kind)] = _tables_of(facts, _Source(GIVEN, file, "", Origin()))
    if not given:
        return _held_tables(versions)
    return Tables(versions, given)


@cache
def _held_tables(versions: ComponentVersions) -> Tables:
    return Tables(versions)


def held_facts(component: str, version: str, group: str, kind: str) -> KindFacts | None:
    """The facts held of one kind of one component version, None when there are none."""
    data = _file(component, version)
    entry = data.get("kinds", {}).get(f"{group}/{kind}")
    return facts_of(group, kind, entry, resolve_pool(data.get("pool", []))) if entry else None


@dataclass(frozen=True, slots=True)
class _Source:
    component: str
    version: str
    schema_of: str
    origin: Origin


def _sorted(kinds: _Kinds) -> tuple[KindTable, ...]:
    return tuple(sorted((table for versions in kinds.values() for table in versions.values()), key=lambda t: t.gvk))


@cache
def _file(component: str, version: str) -> Mapping[str, Any]:
    name = table_file(component, version)
    data: dict[str, Any] = json.loads(read_table(name)) if name else {}
    return data


@cache
def _component_kinds(component: str, version: str) -> _Kinds:
    """All kinds of one component version, read once in a process; empty when the version is not held."""
    data = _file(component, version)
    pool = resolve_pool(data.get("pool", []))
    kinds: dict[tuple[str, str], Mapping[str, KindTable]] = {}
    for name, entry in data.get("kinds", {}).items():
        group, kind = name.rsplit("/", 1)
        source = _Source(component, version, entry["schemaOf"], Origin(**entry["origin"]))
        kinds[(group, kind)] = _tables_of(facts_of(group, kind, entry, pool), source)
    return kinds


def resolve_pool(stored: Sequence[Mapping[str, Any]]) -> list[Node]:
    """The nodes of a table file: a number in the place of a node is the earlier node of that number, shared."""
    pool: list[Node] = []
    for node in stored:
        pool.append(_resolve(node, pool))
    return pool


def _resolve(node: Any, pool: Sequence[Node]) -> Node:
    if isinstance(node, int):
        return pool[node]
    resolved: dict[str, Any] = dict(node)
    for key in ("items", "additionalProperties", "not"):
        if key in resolved:
            resolved[key] = _resolve(resolved[key], pool)
    for key in ("allOf", "anyOf", "oneOf"):
        if key in resolved:
            resolved[key] = [_resolve(branch, pool) for branch in resolved[key]]
    if "properties" in resolved:
        resolved["properties"] = {name: _resolve(field_, pool) for name, field_ in resolved["properties"].items()}
    return resolved


def facts_of(group: str, kind: str, entry: Mapping[str, Any], pool: Sequence[Node]) -> KindFacts:
    """One entry of a table file, in the form that a CRD is distilled to."""
    versions = tuple(
        KindVersion(
            name,
            name == entry["storage"],
            name in entry.get("deprecated", ()),
            _resolve(schema, pool),
            from_data(entry.get("transitions", {}).get(name, ())),
        )
        for name, schema in entry["versions"].items()
    )
    return KindFacts(group, kind, entry["plural"], entry["namespaced"], versions)


def _tables_of(facts: KindFacts, source: _Source) -> Mapping[str, KindTable]:
    served = tuple(sorted((version.name for version in facts.versions), key=api_version_key, reverse=True))
    storage = next((version.name for version in facts.versions if version.storage), served[0] if served else "")
    return {
        version.name: KindTable(
            gvk=GVK(facts.group, version.name, facts.kind),
            plural=facts.plural,
            namespaced=facts.namespaced,
            served_versions=served,
            storage_version=storage,
            deprecated=version.deprecated,
            component=source.component,
            component_version=source.version,
            schema_of=source.schema_of,
            origin=source.origin,
            schema=_root(version.schema),
            schemaless=_is_schemaless(version.schema),
            transitions=version.transitions,
        )
        for version in facts.versions
    }


def _root(schema: Node) -> Node:
    """The root node with the fields that every kind has; limits on `metadata.name` and the like are kept."""
    properties = dict(schema.get("properties", {}))
    metadata = OBJECT_META
    if "metadata" in properties:
        limits = properties.pop("metadata")["properties"]
        fields = {
            **OBJECT_META["properties"],
            **{k: {**OBJECT_META["properties"].get(k, {}), **v} for k, v in limits.items()},
        }
        metadata = {**OBJECT_META, "properties": fields}
    return {
        **schema,
        "properties": {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, **properties, "status": STATUS},
    }


def _is_schemaless(schema: Node) -> bool:
    """True when a check proves nothing: unknown fields are kept at the root or in `spec`, or nothing is described."""
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        return True
    spec = schema.get("properties", {}).get("spec")
    return bool(spec is not None and spec.get("x-kubernetes-preserve-unknown-fields") and "properties" not in spec)


_API_VERSION = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")


def api_version_key(version: str) -> tuple[int, int, int]:
    """Order of API versions as discovery has it: v2 above v1 above v1beta2 above v1beta1 above v1alpha1."""
    match = _API_VERSION.fullmatch(version)
    if match is None:
        return (-1, 0, 0)
    major, stage, minor = match.groups()
    return ({"alpha": 0, "beta": 1, None: 2}[stage], int(major), int(minor or 0))
