"""Other worlds: an environment in which one thing of its specifications is different, and nothing else.

What is different is one value, or one name everywhere: a document or a node pool that is called something else is
called that by whoever names it. A world that the schema refuses, or whose versions the catalog does not have, is none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from mlplat.catalog.index import kubernetes_versions
from mlplat.catalog.releases import RELEASES
from mlplat.catalog.versions import ComponentVersions, known_components, known_versions
from mlplat.compiler.artifacts import Node, Path, Resolved, ResolvedEnvironment
from mlplat.compiler.resolve.versions import environment_versions
from mlplat.provenance.fields import ANYTHING, field_at, first_values, other_texts, other_values
from mlplat.provenance.positions import Position, Role
from mlplat.provenance.reading import Address
from mlplat.provenance.trees import COPIED, REMOVED, RENAMED, with_value
from mlplat.schema.environment import Environment
from mlplat.schema.kinds import KINDS
from mlplat.schema.platform import Platform

_NAME: Path = ("metadata", "name")
_ENTRIES = "nodePools"
"""The list of the Environment whose entries other documents name."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One difference in one document: another plain value at a path, or `REMOVED`, or `RENAMED` to another key; of a
    whole document (no path) a copy of it beside it under another name (`COPIED`)."""

    address: Address
    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class World:
    """An environment with one difference. `edits` make it: the first at the position itself, the others where its old
    name was written. `before` and `after` are the value there, None where there is none to compare."""

    env: ResolvedEnvironment
    edits: tuple[Edit, ...]
    before: Any = None
    after: Any = None
    manifest: Node | None = None
    """A hand-written manifest as it is in this world, where the difference is there."""

    def now(self, address: Address) -> Address:
        """What a document of the environment is called in this world."""
        for edit in self.edits:
            if edit.address == address and edit.path == _NAME:
                return address[0], edit.value
        return address


@dataclass(eq=False)
class Worlds:
    """The worlds around one environment."""

    env: ResolvedEnvironment

    def document(self, address: Address) -> Resolved[Any]:
        """A document of the environment, Platform and Environment included."""
        if address[0] == Platform.kind_name:
            return self.env.platform
        if address[0] == Environment.kind_name:
            return self.env.environment
        return self.env.documents[address[0]][address[1]]

    def addresses(self) -> Iterator[Address]:
        """All documents of the environment."""
        yield Platform.kind_name, self.env.platform.name
        yield Environment.kind_name, self.env.environment.name
        yield from ((kind, name) for kind, named in self.env.documents.items() for name in named)

    def around(self, position: Position) -> Iterator[World]:
        """Every world tried for a position, likeliest to show a difference first."""
        address = (position.kind, position.name)
        if position.role is Role.DOCUMENT:
            yield from self._without(address)
            return
        value = self._value(address, position.path)
        for edits, after in self._edits(position, address, value):
            env = self.with_edits(edits)
            if env is not None:
                yield World(env, edits, position.path[-1] if position.role is Role.KEY else value, after)

    def around_manifest(self, node: Node, position: Position) -> Iterator[World]:
        """Every world tried for a position of a hand-written manifest."""
        address = (position.kind, position.name)
        below = node.at(position.path)
        value = below.value if below is not None and not isinstance(below.value, dict | list) else None
        if position.role is Role.DOCUMENT:
            return  # it takes away its object and nothing else
        if position.role is Role.KEY:
            others = [(RENAMED(other), other) for other in other_texts(str(position.path[-1]))]
        elif position.role is Role.PART:
            others = []
        else:
            others = [(other, other) for other in other_values(ANYTHING, value)]
        for other, after in (*others, (REMOVED, None)):
            edit = Edit(address, position.path, other)
            before = position.path[-1] if position.role is Role.KEY else value
            yield World(self.env, (edit,), before, after, with_value(node, position.path, other))

    def with_edits(self, edits: tuple[Edit, ...]) -> ResolvedEnvironment | None:
        """The environment after some edits; None when it would not be valid."""
        env = self.env
        by_document: dict[Address, Node] = {}
        for edit in edits:
            if isinstance(edit.value, COPIED):
                env = _with_copy(env, self.document(edit.address), edit.value.name)
                continue
            node = by_document.get(edit.address) or self.document(edit.address).node
            by_document[edit.address] = with_value(node, edit.path, edit.value)
        changed: dict[Address, Resolved[Any]] = {}
        for address, node in by_document.items():
            typed = _typed(node, address[0])
            if typed is None:
                return None
            changed[address] = Resolved(typed, node, self.document(address).layers)
        return _placed(env, changed)

    # -------------------------------------------------------------------------------------------- edits

    def _edits(self, position: Position, address: Address, value: Any) -> Iterator[tuple[tuple[Edit, ...], Any]]:
        path, role = position.path, position.role
        if role is Role.PART:
            yield (Edit(address, path, REMOVED),), None
        elif role is Role.KEY:
            for other in self._other_keys(address, path):
                yield (Edit(address, path, RENAMED(other)),), other
        elif role is Role.DEFAULT:
            yield from (((Edit(address, path, first),), first) for first in self._first(address, path))
        elif path == _NAME:
            yield from ((edits, edits[0].value) for edits in self._renamed_document(address))
        elif address[0] == Environment.kind_name and path[:2] == ("spec", _ENTRIES) and path[3:] == ("name",):
            yield from ((edits, edits[0].value) for edits in self._renamed_entry(address, path, value))
        else:
            yield from (((Edit(address, path, other),), other) for other in self._others(address, path, value))
            yield from ((edits, edits[0].value) for edits in self._copies(address, path, value))
            yield (Edit(address, path, REMOVED),), None

    def _copies(self, address: Address, path: Path, value: Any) -> Iterator[tuple[Edit, ...]]:
        """The name of something else that is just like what is named: shows where the name itself arrives."""
        field, other = field_at(address[0], path), f"{value}x"
        if field.refers_to is not None and value in self.env.documents.get(field.refers_to, {}):
            yield Edit(address, path, other), Edit((field.refers_to, value), (), COPIED(other))
        pools = self.env.environment.node.at(("spec", _ENTRIES))
        if field.names_entry is not None and pools is not None:
            entries = [pool for _, pool in pools.children() if pool.plain().get("name") == value]
            if entries:
                last: Path = ("spec", _ENTRIES, sum(1 for _ in pools.children()))
                owner = (Environment.kind_name, self.env.environment.name)
                yield Edit(address, path, other), Edit(owner, last, {**entries[0].plain(), "name": other})

    def _value(self, address: Address, path: Path) -> Any:
        node = self.document(address).node.at(path)
        return node.value if node is not None and not isinstance(node.value, dict | list) else None

    def _others(self, address: Address, path: Path, value: Any) -> Iterator[Any]:
        field = field_at(address[0], path)
        known = _known(address, path)
        if known:
            yield from (other for other in known if other != value)
        elif field.refers_to is not None:
            yield from (name for name in self.env.documents.get(field.refers_to, {}) if name != value)
        elif field.names_entry is not None:
            pools = self.env.environment.document.spec.node_pools
            yield from (pool.name for pool in pools if pool.name != value)
        else:
            yield from other_values(field, value)

    def _first(self, address: Address, path: Path) -> Iterator[Any]:
        field = field_at(address[0], path)
        known = _known(address, path)
        if known:
            yield from known
        elif field.refers_to is not None:
            yield from self.env.documents.get(field.refers_to, {})
        elif field.names_entry is not None:
            yield from (pool.name for pool in self.env.environment.document.spec.node_pools)
        else:
            yield from first_values(field)

    def _other_keys(self, address: Address, path: Path) -> Iterator[str]:
        key = str(path[-1])
        if address[0] == Environment.kind_name and path[:2] == ("spec", "versions"):
            yield from (name for name in known_components() if name != key)
        else:
            yield from other_texts(key)

    def _renamed_document(self, address: Address) -> Iterator[tuple[Edit, ...]]:
        if self.env.is_base and address[0] == Environment.kind_name:
            return  # it is called `base`, or it is no base
        for other in (f"{address[1]}x", f"a{address[1]}"):
            places = self._named.get(address, ())
            yield (Edit(address, _NAME, other), *(Edit(owner, path, other) for owner, path in places))

    def _renamed_entry(self, address: Address, path: Path, value: Any) -> Iterator[tuple[Edit, ...]]:
        for other in (f"{value}x", f"a{value}"):
            places = self._named.get((_ENTRIES, str(value)), ())
            yield (Edit(address, path, other), *(Edit(owner, place, other) for owner, place in places))

    @cached_property
    def _named(self) -> Mapping[Address, list[tuple[Address, Path]]]:
        """Where each document, and each node pool, is named."""
        found: dict[Address, list[tuple[Address, Path]]] = {}
        for address in self.addresses():
            for path, node in scalars(self.document(address).node, ()):
                field = field_at(address[0], path)
                target = field.refers_to or field.names_entry
                if target is not None:
                    found.setdefault((target, str(node.value)), []).append((address, path))
                elif address[0] == Platform.kind_name and path[:2] == ("spec", "promotion"):
                    found.setdefault((Environment.kind_name, str(node.value)), []).append((address, path))
        return found

    def _without(self, address: Address) -> Iterator[World]:
        kind, name = address
        if kind not in (Platform.kind_name, Environment.kind_name):
            named = {other: one for other, one in self.env.documents[kind].items() if other != name}
            documents = {**self.env.documents, kind: named}
            yield World(replace(self.env, documents=documents, memo={}), (Edit(address, (), REMOVED),))


def scalars(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    """Every value below a node that is no mapping and no list, with its path."""
    if isinstance(node.value, dict | list):
        for step, child in node.children():
            yield from scalars(child, (*path, step))
    else:
        yield path, node


def _typed(node: Node, kind: str) -> Any:
    try:
        return KINDS[kind].model_validate(node.plain())
    except ValidationError:
        return None


def _with_copy(env: ResolvedEnvironment, original: Resolved[Any], name: str) -> ResolvedEnvironment:
    """The environment with one document twice, the second time under another name."""
    node = with_value(original.node, _NAME, name)
    copied = Resolved(KINDS[original.kind].model_validate(node.plain()), node, original.layers)
    named = dict(sorted({**env.documents[original.kind], name: copied}.items()))
    return replace(env, documents={**env.documents, original.kind: named}, memo={})


def _known(address: Address, path: Path) -> tuple[str, ...]:
    """What the catalog knows that could stand there."""
    if address[0] != Environment.kind_name:
        return ()
    if path == ("spec", "release"):
        return tuple(RELEASES)
    if path == ("spec", "cluster", "kubernetesVersion"):
        return kubernetes_versions()
    if path[:2] == ("spec", "versions"):
        return known_versions(str(path[2]))
    return ()


def _placed(env: ResolvedEnvironment, changed: Mapping[Address, Resolved[Any]]) -> ResolvedEnvironment | None:
    """The environment with some documents changed, each found by the name that it has now."""
    platform, environment, versions, name = env.platform, env.environment, env.versions, env.name
    documents = dict(env.documents)
    for (kind, old), resolved in changed.items():
        if kind == Platform.kind_name:
            platform = resolved
        elif kind == Environment.kind_name:
            found = environment_versions(resolved, {})
            if not isinstance(found, ComponentVersions):
                return None
            environment, versions = resolved, found
            name = resolved.name if resolved.name != old else name
        else:
            named = dict(documents[kind])
            if resolved.name == old:
                named[old] = resolved
            else:
                del named[old]
                named = dict(sorted({**named, resolved.name: resolved}.items()))
            documents[kind] = named
    return replace(
        env, name=name, platform=platform, environment=environment, versions=versions, documents=documents, memo={}
    )
