"""Other worlds: an environment in which one thing of its specifications is different, and nothing else.

What is different is one value, or one name everywhere: a document or a node pool that is called something else is
called that by whoever names it. A world that the schema refuses, or whose versions the catalog does not have, is none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from mlplat.catalog.index import kubernetes_versions
from mlplat.catalog.releases import RELEASES
from mlplat.catalog.versions import ComponentVersions, known_versions
from mlplat.compiler.artifacts import Node, Path, Resolved, ResolvedEnvironment
from mlplat.compiler.resolve.versions import environment_versions
from mlplat.provenance.fields import ANYTHING, field_at, first_values, other_texts, other_values
from mlplat.provenance.names import NAME, Names, entry_lists, is_entry_name
from mlplat.provenance.positions import Position, Role
from mlplat.provenance.reading import Address
from mlplat.provenance.trees import COPIED, REMOVED, RENAMED, with_value
from mlplat.schema.environment import Environment
from mlplat.schema.kinds import KINDS
from mlplat.schema.platform import Platform


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
    manifest: tuple[Node, Node] | None = None
    """A hand-written manifest, and as it is in this world, where the difference is there."""
    lost: frozenset[Address] = frozenset()
    """Documents of a team that is not there."""

    def now(self, address: Address) -> Address:
        """What a document of the environment is called in this world."""
        for edit in self.edits:
            if edit.address == address and edit.path == NAME:
                return address[0], edit.value
        return address


@dataclass(eq=False)
class Worlds:
    """The worlds around one environment."""

    env: ResolvedEnvironment

    @cached_property
    def names(self) -> Names:
        """Who names whom."""
        return Names(self.env)

    def document(self, address: Address) -> Resolved[Any]:
        """A document of the environment, Platform and Environment included."""
        if address[0] == Platform.kind_name:
            return self.env.platform
        if address[0] == Environment.kind_name:
            return self.env.environment
        return self.env.documents[address[0]][address[1]]

    def has(self, address: Address) -> bool:
        """Whether there is such a document."""
        apart = {Platform.kind_name: self.env.platform.name, Environment.kind_name: self.env.environment.name}
        kind, name = address
        return apart[kind] == name if kind in apart else name in self.env.documents.get(kind, {})

    def addresses(self) -> Iterator[Address]:
        """All documents of the environment."""
        yield Platform.kind_name, self.env.platform.name
        yield Environment.kind_name, self.env.environment.name
        yield from ((kind, name) for kind, named in self.env.documents.items() for name in named)

    def around(self, position: Position) -> Iterator[World]:
        """Every world tried for a position, likeliest to show a difference first."""
        address = (position.kind, position.name)
        if position.role is Role.DOCUMENT:
            if address[0] not in (Platform.kind_name, Environment.kind_name):
                yield self.without([address])
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
            yield World(self.env, (edit,), before, after, (node, with_value(node, position.path, other)))

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
        world = _placed(env, changed)
        return None if world is None or self.names.broken(world, self._to_check(edits, changed)) else world

    def _to_check(self, edits: tuple[Edit, ...], changed: Mapping[Address, Resolved[Any]]) -> set[Address]:
        """The documents of a world, by their names in it, whose references may lead nowhere now."""
        found = {(kind, document.name) for (kind, _), document in changed.items()}
        for edit in edits:
            if edit.path[:1] == ("metadata",) and edit.path != NAME:  # it may belong to another team now
                found |= {mention.owner for mention in self.names.mentions.get(edit.address, ())}
            elif edit.address[0] == Environment.kind_name and edit.path[1:2] and edit.path[1] in entry_lists():
                named = self.names.mentions.items()
                found |= {one.owner for target, all_ in named if target[0] == edit.path[1] for one in all_}
        return found

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
        elif path == NAME:
            yield from ((edits, edits[0].value) for edits in self._renamed_document(address))
        elif is_entry_name(address, path):
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
            yield from (name for name in self.names.entries(field.names_entry) if name != value)
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
            yield from self.names.entries(field.names_entry)
        else:
            yield from first_values(field)

    def _other_keys(self, address: Address, path: Path) -> Iterator[str]:
        key = str(path[-1])
        if address[0] == Environment.kind_name and path[:2] == ("spec", "versions"):
            return  # the version of one component is none of another
        yield from other_texts(key)

    def _renamed_document(self, address: Address) -> Iterator[tuple[Edit, ...]]:
        if self.env.is_base and address[0] == Environment.kind_name:
            return  # it is called `base`, or it is no base
        for other in _other_names(address[1]):
            yield Edit(address, NAME, other), *self._mentioned(address, other)

    def _renamed_entry(self, address: Address, path: Path, value: Any) -> Iterator[tuple[Edit, ...]]:
        for other in _other_names(str(value)):
            yield Edit(address, path, other), *self._mentioned((str(path[1]), str(value)), other)

    def _mentioned(self, target: Address, other: str) -> Iterator[Edit]:
        for mention in self.names.mentions.get(target, ()):
            yield Edit(mention.owner, mention.path, f"{mention.prefix}{other}")

    def without(self, addresses: Iterable[Address]) -> World:
        """The world in which some documents are not there. Whoever names them is not asked."""
        documents, edits = dict(self.env.documents), []
        for kind, name in addresses:
            documents[kind] = {other: one for other, one in documents[kind].items() if other != name}
            edits.append(Edit((kind, name), (), REMOVED))
        lost = self.names.owned_by(edit.address for edit in edits)
        return World(replace(self.env, documents=documents, memo={}), tuple(edits), lost=lost)


def _other_names(name: str) -> tuple[str, ...]:
    return f"{name}x", f"a{name}"


def _typed(node: Node, kind: str) -> Any:
    try:
        return KINDS[kind].model_validate(node.plain())
    except ValidationError:
        return None


def _with_copy(env: ResolvedEnvironment, original: Resolved[Any], name: str) -> ResolvedEnvironment:
    """The environment with one document twice, the second time under another name."""
    node = with_value(original.node, NAME, name)
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
