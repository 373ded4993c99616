"""Documents to environments: layers laid on each other, typed, and every name in them followed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment, SourceTree
from mlplat.compiler.resolve.addresses import Address
from mlplat.compiler.resolve.inherit import is_only_inherited, order_layers, own_environment
from mlplat.compiler.resolve.layers import Composed, Memory, Scope, compose, is_partly_unread
from mlplat.compiler.resolve.lost import explain_broken, lost_promotions
from mlplat.compiler.resolve.merge import first_layer
from mlplat.compiler.resolve.references import Broken, Links, broken_references, group
from mlplat.compiler.resolve.rules import resolve_rules
from mlplat.compiler.resolve.validate import Typed, validate
from mlplat.compiler.resolve.versions import environment_versions
from mlplat.diagnostics import Diagnostic, has_errors, near_misses, told_once
from mlplat.schema.environment import Environment
from mlplat.schema.kinds import KINDS
from mlplat.schema.platform import Platform


@dataclass(slots=True, eq=False)
class Known:
    """What was merged, typed and followed for other states of one platform, by the identity of trees. They are kept
    alive here: files that two states have in common are the same trees (`load/documents.py`)."""

    memory: Memory = field(default_factory=Memory)
    links: Links = field(default_factory=Links)
    typed: dict[int, Typed] = field(default_factory=dict)
    resolved: dict[tuple[int, tuple[str, ...]], Resolved[Any]] = field(default_factory=dict)
    platforms: dict[int, Resolved[Platform]] = field(default_factory=dict)
    kept: list[SourceTree] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Work:
    """What was read so far and what was found. Trees that environments share are read once, by identity."""

    typed: dict[int, Typed] = field(default_factory=dict)
    resolved: dict[tuple[int, tuple[str, ...]], Resolved[Any]] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)
    told: list[tuple[str, Diagnostic]] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def read(self, address: Address, composed: Composed) -> Typed:
        """The typed document of a merged tree."""
        key = id(composed.node)
        if key not in self.typed:
            self.typed[key] = validate(composed.node, address.kind, address.name)
        return self.typed[key]

    def resolve(self, address: Address, composed: Composed) -> Resolved[Any] | None:
        """The same object for every environment that has the same tree; None when it has errors."""
        key = (id(composed.node), composed.layers)
        if key not in self.resolved:
            document = self.read(address, composed).document
            if document is None:
                return None
            self.resolved[key] = Resolved(document, composed.node, composed.layers)
        return self.resolved[key]

    def report(self, environment: str, findings: tuple[Diagnostic, ...]) -> None:
        """Findings of one environment; an error keeps it from being resolved."""
        self.told.extend((environment, finding) for finding in findings)
        if has_errors(findings):
            self.failed.add(environment)


def resolve_environments(
    tree: SourceTree, versions: Mapping[str, str | None] = MappingProxyType({}), known: Known | None = None
) -> tuple[dict[str, ResolvedEnvironment], tuple[Diagnostic, ...]]:
    """Every environment that has no error, by name, and all findings, each place once.

    `versions` override components in every environment. Where nothing is synced (base, `sync: false`) documents may
    stay incomplete, or name what only other environments have, as long as an environment inherits from there: that
    environment then goes without them. `known` is what was resolved of other states of the platform.
    """
    known = known or Known()
    known.kept.append(tree)
    memory, links, work = known.memory, known.links, _Work(known.typed, known.resolved)
    lineages, disorder = order_layers(tree)
    work.findings.extend(disorder)
    scopes = {name: compose(tree, lineage, memory) for name, lineage in lineages.items()}
    for name, scope in scopes.items():
        work.report(name, scope.findings)
    for name in _only_inherited(tree, scopes):
        scopes[name] = _without_unfinished(scopes[name], links, work)
    broken: list[Broken] = []
    for name, scope in scopes.items():
        for address, composed in [(_own(scope), scope.environment), *scope.documents.items()]:
            typed = work.read(address, composed)
            if typed.incomplete and is_partly_unread(tree, scope.lineage):
                work.failed.add(name)  # what completes it may be in the document that could not be read
            else:
                work.report(name, _with_namesake(scope, address, composed, typed))
        wrong, unreadable = broken_references(scope, links)
        broken += wrong
        work.report(name, unreadable)
    work.failed.update(problem.environment for problem in broken)
    told = [one for one in broken if one.owner is not None or not is_partly_unread(tree, lineages[one.environment])]
    work.findings.extend([explain_broken(problems, scopes) for problems in group(told)])
    platform = _platform(tree, work, known)
    own, wrong_rules = resolve_rules(tree.rules, complete="rules" not in tree.unread)
    work.findings.extend(wrong_rules)
    environments = _finish(tree, scopes, platform, versions, work)
    return {name: replace(env, own=own) for name, env in environments.items()}, _each_place_once(work)


def _own(scope: Scope) -> Address:
    return Address(Environment.kind_name, scope.lineage.name)


def _only_inherited(tree: SourceTree, scopes: Mapping[str, Scope]) -> list[str]:
    """Environments that are not synced and that others inherit from."""
    inherited = {ancestor for scope in scopes.values() for ancestor in scope.lineage.ancestors}
    return [
        name for name in scopes if name in inherited and is_only_inherited(name, own_environment(tree.layers[name]))
    ]


def _with_namesake(scope: Scope, address: Address, composed: Composed, typed: Typed) -> tuple[Diagnostic, ...]:
    """Findings of a document that seems to override one whose name it misspells say so."""
    if not typed.incomplete or len(composed.layers) > 1 or not scope.lineage.ancestors:
        return typed.findings
    inherited = [
        other.name
        for other, found in scope.documents.items()
        if other.kind == address.kind and found.layers[0] != composed.layers[0]
    ]
    close = near_misses(address.name, inherited)
    if not close:
        return typed.findings
    hint = f"no {address.kind} `{address.name}` is inherited that this could complete; `{close[0]}` is"
    return tuple(replace(finding, notes=(*finding.notes, hint)) for finding in typed.findings)


def _without_unfinished(scope: Scope, links: Links, work: _Work) -> Scope:
    """An environment without documents that it leaves to others to complete, and without those that need these."""
    documents = {
        address: composed
        for address, composed in scope.documents.items()
        if not work.read(address, composed).incomplete
    }
    while True:
        current = replace(scope, documents=documents)
        lost = {
            problem.source
            for problem in broken_references(current, links)[0]
            if problem.owner is None and problem.source in documents
        }
        if not lost:
            return current
        documents = {address: composed for address, composed in documents.items() if address not in lost}


def _platform(tree: SourceTree, work: _Work, known: Known) -> Resolved[Platform] | None:
    if tree.platform is None:
        return None
    merged = first_layer(tree.platform)
    typed = validate(merged.node, tree.platform.kind, tree.platform.name)
    work.findings.extend((*merged.findings, *typed.findings))
    unsynced = {name for name, layer in tree.layers.items() if is_only_inherited(name, own_environment(layer))}
    lost = lost_promotions(tree.platform, tuple(sorted(tree.layers)), unsynced)
    work.findings.extend(lost)
    if not isinstance(typed.document, Platform) or merged.findings or lost:
        return None
    resolved = Resolved(typed.document, merged.node, ("platform",))
    return known.platforms.setdefault(id(tree.platform.node), resolved)


def _finish(
    tree: SourceTree,
    scopes: Mapping[str, Scope],
    platform: Resolved[Platform] | None,
    versions: Mapping[str, str | None],
    work: _Work,
) -> dict[str, ResolvedEnvironment]:
    """The environments in which nothing is wrong. One that inherits from a faulty one may be faulty unseen."""
    environments: dict[str, ResolvedEnvironment] = {}
    found_versions: dict[str, Any] = {}
    unknown: list[tuple[str, Diagnostic]] = []
    for name, scope in scopes.items():
        environment = work.resolve(_own(scope), scope.environment)
        if environment is None:
            continue
        found = environment_versions(environment, versions)
        if isinstance(found, tuple):
            work.failed.add(name)
            unknown += ((name, finding) for finding in found)
        else:
            found_versions[name] = (environment, found)
    work.findings.extend(told_once(unknown))
    for name, scope in scopes.items():
        if platform is None or name not in found_versions or not work.failed.isdisjoint(scope.lineage.chain):
            continue
        environment, found = found_versions[name]
        documents = _by_kind(scope, work)
        environments[name] = ResolvedEnvironment(
            name, platform, environment, found, documents, scope.lineage.ancestors, tree.folders
        )
    return environments


def _by_kind(scope: Scope, work: _Work) -> dict[str, dict[str, Resolved[Any]]]:
    """Documents by kind (in the order of `KINDS`) and name. Environment and Platform stand apart."""
    documents: dict[str, dict[str, Resolved[Any]]] = {kind: {} for kind in KINDS}
    for address, composed in scope.documents.items():
        resolved = work.resolve(address, composed)
        if resolved is None:
            raise AssertionError("an environment whose documents have errors has failed before")
        documents[address.kind][address.name] = resolved
    return {kind: named for kind, named in documents.items() if named}


def _each_place_once(work: _Work) -> tuple[Diagnostic, ...]:
    """What several environments inherit is reported once, as the environment sees it in whose folder it stands.

    Their Environment documents have different names, but what they inherit of one another is one text.
    """
    unique: dict[object, Diagnostic] = {}
    for environment, finding in work.told:
        place = finding.primary.span if finding.primary else None
        key = (finding.code, place, finding.headline.replace(f"environment `{environment}`", "environment"))
        if key not in unique or (place is not None and place.file.startswith(f"environments/{environment}/")):
            unique[key] = finding
    return tuple(dict.fromkeys((*unique.values(), *work.findings)))
