"""Who names whom in an environment, and whether everything that is named is there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from mlplat.compiler.artifacts import Node, Path, Resolved, ResolvedEnvironment
from mlplat.compiler.resolve.addresses import Address as Named
from mlplat.compiler.resolve.inherit import Lineage
from mlplat.compiler.resolve.layers import Composed, Scope
from mlplat.compiler.resolve.references import Links, broken_in, patterns
from mlplat.provenance.reading import Address
from mlplat.schema.environment import Environment
from mlplat.schema.kinds import KINDS
from mlplat.schema.platform import Platform
from mlplat.schema.team import Team

NAME: Path = ("metadata", "name")


@cache
def entry_lists() -> frozenset[str]:
    """The lists of the Environment whose entries documents name (`nodePools`)."""
    return frozenset(one.names_entry for kind in KINDS for one in patterns(kind) if one.names_entry is not None)


def is_entry_name(address: Address, path: Path) -> bool:
    """True for the name of an entry of such a list."""
    at_list = path[:1] == ("spec",) and len(path) == 4 and path[1] in entry_lists()
    return address[0] == Environment.kind_name and at_list and path[3] == "name"


@dataclass(frozen=True, slots=True)
class Mention:
    """Where something is named, and how: `prefix` stands before the name in the text."""

    owner: Address
    path: Path
    prefix: str = ""


@dataclass(eq=False)
class Names:
    """The names in one environment. `links` are remembered for all worlds around it."""

    env: ResolvedEnvironment
    links: Links = field(default_factory=Links)

    @cached_property
    def mentions(self) -> Mapping[Address, tuple[Mention, ...]]:
        """Where each document is named, by kind and name, and each entry, by list and name."""
        found: dict[Address, list[Mention]] = {}
        for target, mention in self._mentions():
            found.setdefault(target, []).append(mention)
        return {target: tuple(mentions) for target, mentions in found.items()}

    @cached_property
    def targets(self) -> Mapping[Address, tuple[tuple[Path, Address], ...]]:
        """What each document names, with the path where."""
        found: dict[Address, list[tuple[Path, Address]]] = {}
        for target, mention in self._mentions():
            found.setdefault(mention.owner, []).append((mention.path, target))
        return {owner: tuple(named) for owner, named in found.items()}

    def owned_by(self, addresses: Iterable[Address]) -> frozenset[Address]:
        """The documents of some teams."""
        mentions = (one for address in addresses for one in self.mentions.get(address, ()))
        return frozenset(one.owner for one in mentions if one.path == ("metadata", "team"))

    def entry(self, list_name: str, name: str) -> Path | None:
        """The path in the Environment of the name of an entry."""
        listed = self.env.environment.node.at(("spec", list_name))
        for index, item in listed.children() if listed is not None else ():
            found = item.at(("name",))
            if found is not None and found.value == name:
                return ("spec", list_name, index, "name")
        return None

    def entries(self, list_name: str) -> tuple[str, ...]:
        """The names of all entries of a list of the Environment."""
        listed = self.env.environment.node.at(("spec", list_name))
        names = (item.at(("name",)) for _, item in (listed.children() if listed is not None else ()))
        return tuple(str(name.value) for name in names if name is not None)

    def broken(self, env: ResolvedEnvironment, addresses: set[Address]) -> bool:
        """Whether one of some documents of a world names what is not there, or what belongs to another team."""
        own = Composed(env.environment.node, ())
        scope = Scope(Lineage((env.name,)), own, _Composed(env), ())  # type: ignore[arg-type]
        for kind, name in addresses:
            document = _find(env, kind, name)
            if document is None:
                continue
            if any(True for _ in broken_in(scope, Named(kind, name), document.node, self.links, [])):
                return True
        return False

    def _mentions(self) -> Iterator[tuple[Address, Mention]]:
        every = (self.env.platform, self.env.environment)
        for document in (*every, *(one for named in self.env.documents.values() for one in named.values())):
            owner = (document.kind, document.name)
            for reference in self.links.of(document.node, document.kind):
                target = reference.pattern.refers_to or reference.pattern.names_entry or ""
                yield (target, str(reference.node.value)), Mention(owner, reference.path)
        yield from self._in_texts()

    def _in_texts(self) -> Iterator[tuple[Address, Mention]]:
        """What is named in the order of promotion, and as `Kind/name` in the units of teams."""
        platform = (Platform.kind_name, self.env.platform.name)
        for path, node in _scalars(self.env.platform.node.at(("spec", "promotion")), ("spec", "promotion")):
            yield (Environment.kind_name, str(node.value)), Mention(platform, path)
        for team in self.env.documents.get(Team.kind_name, {}).values():
            for path, node in _scalars(team.node.at(("spec", "units")), ("spec", "units")):
                kind, slash, name = str(node.value).partition("/")
                if slash and "documents" in path:
                    yield (kind, name), Mention((Team.kind_name, team.name), path, f"{kind}/")


class _Composed(Mapping[Named, Composed]):
    """The documents of an environment as resolving has them."""

    def __init__(self, env: ResolvedEnvironment) -> None:
        self._env = env

    def __getitem__(self, address: Named) -> Composed:
        found = self._env.documents[address.kind][address.name]
        return Composed(found.node, found.layers)

    def __iter__(self) -> Iterator[Named]:
        return (Named(kind, name) for kind, named in self._env.documents.items() for name in named)

    def __len__(self) -> int:
        return sum(map(len, self._env.documents.values()))


def _find(env: ResolvedEnvironment, kind: str, name: str) -> Resolved[Any] | None:
    if kind == Environment.kind_name:
        return env.environment
    return env.documents.get(kind, {}).get(name)


def _scalars(node: Node | None, path: Path) -> Iterator[tuple[Path, Node]]:
    if node is not None and isinstance(node.value, dict | list):
        for step, child in node.children():
            yield from _scalars(child, (*path, step))
    elif node is not None:
        yield path, node
