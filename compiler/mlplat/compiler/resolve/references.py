"""Names that lead somewhere: every field that names another document or an entry of the environment is followed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from mlplat.compiler.artifacts import Node, Path
from mlplat.compiler.resolve.addresses import Address, read_address
from mlplat.compiler.resolve.layers import Scope
from mlplat.diagnostics import Diagnostic
from mlplat.schema.kinds import KINDS
from mlplat.schema.merge import Shape, merge_rule
from mlplat.schema.team import Team

_CLAIM = re.compile(r"pvc://([^/]+)(/.*)?")
_MODELS = {
    "ModelService": (
        ("spec", "predictor", "model", "storageUri"),
        ("spec", "canary", "model", "storageUri"),
        ("spec", "explainer", "art", "storageUri"),
    )
}
"""Addresses that may name a claim, and so a Volume, by kind."""

ITEM = "*"
"""A step to every item of a list or every value of a free map."""


class Pattern(NamedTuple):
    """Where references stand in the documents of a kind."""

    path: tuple[str, ...]
    refers_to: str | None
    names_entry: str | None


class Reference(NamedTuple):
    """One name that was written, and what it names."""

    node: Node
    path: Path
    pattern: Pattern


class Broken(NamedTuple):
    """A reference that leads nowhere or to another team, in one environment."""

    environment: str
    source: Address
    reference: Reference
    owner: str | None = None
    """The team that owns what is referred to, when it is another one."""


@dataclass(slots=True, eq=False)
class Links:
    """References of the documents read so far, by the identity of their trees (which are kept alive here)."""

    by_tree: dict[int, tuple[Node, tuple[Reference, ...]]] = field(default_factory=dict)

    def of(self, node: Node, kind: str) -> tuple[Reference, ...]:
        """Every reference in a document."""
        if id(node) not in self.by_tree:
            self.by_tree[id(node)] = (node, tuple(_references(node, kind)))
        return self.by_tree[id(node)][1]


@cache
def patterns(kind: str) -> tuple[Pattern, ...]:
    """Where the fields of a kind stand that are marked with `RefersTo` or `NamesEntry`, read off the models."""
    return tuple(_patterns(merge_rule(kind), ()))


def _patterns(shape: Shape, path: tuple[str, ...]) -> Iterator[Pattern]:
    if shape.refers_to is not None or shape.names_entry is not None:
        yield Pattern(path, shape.refers_to, shape.names_entry)
    for name, child in (shape.fields or {}).items():
        yield from _patterns(child, (*path, name))
    for inner in (shape.item, shape.values):
        if inner is not None:
            yield from _patterns(inner, (*path, ITEM))


def _references(node: Node, kind: str) -> Iterator[Reference]:
    for pattern in patterns(kind):
        for found, path in _matches(node, pattern.path, ()):
            if isinstance(found.value, str):
                yield Reference(found, path, pattern)
    for steps in _MODELS.get(kind, ()):
        address = node.at(steps)
        claim = _CLAIM.fullmatch(address.value) if address is not None and isinstance(address.value, str) else None
        if address is not None and claim is not None:
            yield Reference(replace(address, value=claim[1]), steps, Pattern(steps, "Volume", None))


def _matches(node: Node, steps: tuple[str, ...], path: Path) -> Iterator[tuple[Node, Path]]:
    if not steps:
        yield node, path
    elif steps[0] == ITEM:
        for step, child in node.children():
            yield from _matches(child, steps[1:], (*path, step))
    else:
        following = node.at((steps[0],))
        if following is not None:
            yield from _matches(following, steps[1:], (*path, steps[0]))


def broken_references(scope: Scope, links: Links) -> tuple[tuple[Broken, ...], tuple[Diagnostic, ...]]:
    """References of one environment that lead nowhere or to another team, and texts that name no document at all."""
    findings: list[Diagnostic] = []
    broken = [*_in_document(scope, Address("Environment", scope.lineage.name), scope.environment.node, links)]
    for address, composed in scope.documents.items():
        broken += broken_in(scope, address, composed.node, links, findings)
    return tuple(broken), tuple(findings)


def broken_in(scope: Scope, address: Address, node: Node, links: Links, findings: list[Diagnostic]) -> Iterator[Broken]:
    """The same of one document; texts that name no document are added to `findings`."""
    yield from _in_document(scope, address, node, links)
    if address.kind == Team.kind_name:
        yield from _in_units(scope, address, node, findings)


def _in_document(scope: Scope, address: Address, node: Node, links: Links) -> Iterator[Broken]:
    own_team = _text(node, ("metadata", "team"))
    for reference in links.of(node, address.kind):
        name = str(reference.node.value)
        kind, entry = reference.pattern.refers_to, reference.pattern.names_entry
        if entry is not None and name not in entries(scope, entry):
            yield Broken(scope.lineage.name, address, reference)
        if kind is not None:
            yield from _follow(scope, address, reference, Address(kind, name), own_team)


def _follow(
    scope: Scope, address: Address, reference: Reference, target: Address, own_team: str | None
) -> Iterator[Broken]:
    found = scope.documents.get(target)
    if found is None:
        yield Broken(scope.lineage.name, address, reference)
        return
    owner = _text(found.node, ("metadata", "team"))
    if KINDS[target.kind].team_owned and owner is not None and owner != own_team:
        yield Broken(scope.lineage.name, address, reference, owner)


def _in_units(scope: Scope, team: Address, node: Node, findings: list[Diagnostic]) -> Iterator[Broken]:
    """The documents that a team's units name; they must be its own."""
    for item, path in _matches(node, ("spec", "units", ITEM, "documents", ITEM), ()):
        target = read_address(item)
        if isinstance(target, Diagnostic):
            findings.append(target)
        elif target is not None:
            reference = Reference(item, path, Pattern((), target.kind, None))
            yield from _follow(scope, team, reference, target, team.name)


def entries(scope: Scope, name: str) -> tuple[str, ...]:
    """Names of the entries of a list of the environment, in order."""
    found = scope.environment.node.at(("spec", name))
    items = found.value if found is not None and isinstance(found.value, list) else []
    return tuple(text for item in items if (text := _text(item, ("name",))) is not None)


def names_of(scope: Scope, kind: str) -> tuple[str, ...]:
    """Names of the documents of a kind in the environment, sorted."""
    return tuple(address.name for address in scope.documents if address.kind == kind)


def group(broken: list[Broken]) -> list[list[Broken]]:
    """The same place in several environments is one finding."""
    groups: dict[tuple[object, ...], list[Broken]] = {}
    for problem in broken:
        key = (problem.reference.node.span, problem.reference.node.value, problem.reference.pattern, problem.owner)
        groups.setdefault(key, []).append(problem)
    return list(groups.values())


def _text(node: Node, path: Path) -> str | None:
    found = node.at(path)
    return found.value if found is not None and isinstance(found.value, str) else None


def declared_in(scopes: Mapping[str, Scope], reference: Reference, absent: frozenset[str]) -> list[tuple[str, Node]]:
    """Other environments that have what a reference names, with the place of its name; nearest by name first."""
    found: list[tuple[str, Node]] = []
    name = str(reference.node.value)
    for environment, scope in scopes.items():
        if environment in absent:
            continue
        if reference.pattern.refers_to is not None:
            composed = scope.documents.get(Address(reference.pattern.refers_to, name))
            node = composed.node.at(("metadata", "name")) if composed else None
        else:
            listed = scope.environment.node.at(("spec", reference.pattern.names_entry or ""))
            items = [child for _, child in listed.children()] if listed else []
            node = next((item.at(("name",)) for item in items if _text(item, ("name",)) == name), None)
        if node is not None and all(node.span != other.span for _, other in found):
            found.append((environment, node))
    return found
