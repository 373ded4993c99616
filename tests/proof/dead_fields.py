"""What changes when one field of the rich platform changes: an object, a file, or what the build says of the field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mlplat.catalog.lookup import Tables, load_tables
from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.artifacts import CheckedEnvironment, Node, ObjectSet, Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import ObjectScope
from mlplat.compiler.check.runner import check_environment, check_objects
from mlplat.compiler.emit.tree import emit_environment
from mlplat.compiler.load.discover import load_tree
from mlplat.compiler.lower.finish import IDENTITY
from mlplat.compiler.lower.lowering import lower_environment
from mlplat.compiler.lower.sharing import Lowered
from mlplat.compiler.resolve.environment import resolve_environments
from mlplat.compiler.resolve.validate import validate
from mlplat.compiler.resolve.versions import environment_versions
from mlplat.diagnostics import Diagnostic, Severity, Span
from mlplat.schema.environment import Environment
from mlplat.schema.kinds import KINDS
from mlplat.schema.platform import Platform
from tests.proof.fields import Field, other_values, places, with_value
from tests.proof.platforms import RICH

ENVIRONMENT = "full"


@dataclass(frozen=True)
class Row:
    """One set of versions: a release, the Kubernetes that it was tested on, and components that differ."""

    release: str
    kubernetes: str
    components: Mapping[str, str | None]

    def __str__(self) -> str:
        return "-".join([self.release, *(f"{name}={version}" for name, version in self.components.items())])


@dataclass
class Version:
    """The rich platform in one row of versions. Documents that a rule refuses there are left out, and told."""

    row: Row
    memory: Lowered = field(default_factory=Lowered)

    def __post_init__(self) -> None:
        tree, findings = load_tree(RICH, frozenset(KINDS))
        environments, problems = resolve_environments(tree)
        assert not [*findings, *problems], [(one.code, one.headline) for one in (*findings, *problems)]
        env = environments[ENVIRONMENT]
        node = with_value(env.environment.node, ("spec", "release"), self.row.release)
        node = with_value(node, ("spec", "cluster", "kubernetesVersion"), self.row.kubernetes)
        node = with_value(node, ("spec", "versions"), dict(self.row.components))
        found = self._environment(env, node)
        assert found is not None, f"the versions of {self.row} do not go together"
        self.env = found
        self.refused = self._refuse()

    def _environment(self, env: ResolvedEnvironment, node: Node) -> ResolvedEnvironment | None:
        document = validate(node, Environment.kind_name, env.name).document
        if not isinstance(document, Environment):
            return None
        resolved = Resolved(document, node, env.environment.layers)
        versions = environment_versions(resolved, {})
        return (
            replace(env, environment=resolved, versions=versions) if isinstance(versions, ComponentVersions) else None
        )

    def _refuse(self) -> dict[tuple[str, str], str]:
        """Documents of which a rule says, in this row, that they cannot be; taken out of the environment."""
        refused: dict[tuple[str, str], str] = {}
        while errors := [one for one in self.said(self.env, self.objects_of(self.env)) if one.severity == Severity.ERROR]:
            blamed = {address: one for one in errors if (address := self._owner(one)) is not None}
            assert blamed, f"{self.row}: {[(one.code, one.headline) for one in errors]}"
            refused |= {address: f"{one.code} {one.headline}" for address, one in blamed.items()}
            documents = {
                kind: {name: one for name, one in named.items() if (kind, name) not in refused}
                for kind, named in self.env.documents.items()
            }
            self.env = replace(self.env, documents=documents)
        return refused

    def _owner(self, finding: Diagnostic) -> tuple[str, str] | None:
        """The document in whose text a finding stands."""
        for document in self.documents():
            if finding.primary is not None and _within(finding.primary.span, document.node.span):
                return document.kind, document.name
        return None

    def documents(self) -> Iterator[Resolved[Any]]:
        """Everything that is written in the environment, the Platform and the Environment too."""
        yield self.env.platform
        yield self.env.environment
        for named in self.env.documents.values():
            yield from named.values()

    @cached_property
    def tables(self) -> Tables:
        return load_tables(self.env.versions)

    @cached_property
    def objects(self) -> Mapping[Any, Any]:
        return _comparable(self.objects_of(self.env))

    @cached_property
    def files(self) -> Mapping[str, str]:
        return self._files(self.env, self.objects_of(self.env))

    @cached_property
    def findings(self) -> tuple[Diagnostic, ...]:
        return self.said(self.env, self.objects_of(self.env))

    def objects_of(self, env: ResolvedEnvironment) -> ObjectSet:
        """What an environment is lowered to, whatever its rules say."""
        return lower_environment(CheckedEnvironment(env), load_tables(env.versions), (), self.memory)[0]

    def said(self, env: ResolvedEnvironment, objects: ObjectSet) -> tuple[Diagnostic, ...]:
        """All findings of the rules on the specifications and on the objects, and of lowering."""
        tables = load_tables(env.versions)
        verdict = check_environment(env)
        scope = ObjectScope(objects.objects, tables, env.versions, env)
        lowered = lower_environment(CheckedEnvironment(env), tables, (), self.memory)[1]
        severities = env.environment.document.spec.rules
        return (*verdict.findings, *lowered, *check_objects(scope, severities, verdict))

    def _files(self, env: ResolvedEnvironment, objects: ObjectSet) -> Mapping[str, str]:
        return emit_environment(None, objects, replace(env, ancestors=())).files

    # ---------------------------------------------------------------------------------- one field at a time

    def with_document(self, document: Resolved[Any], node: Node) -> ResolvedEnvironment | None:
        """The environment with another text of one document; None when it would not be valid."""
        typed = validate(node, document.kind, document.name).document
        if typed is None:
            return None
        if isinstance(typed, Environment):
            return self._environment(self.env, node)
        changed = Resolved(typed, node, document.layers)
        if isinstance(typed, Platform):
            return replace(self.env, platform=changed)
        named = {**self.env.documents[document.kind], document.name: changed}
        return replace(self.env, documents={**self.env.documents, document.kind: named})

    def effect(self, document: Resolved[Any], item: Field, path: Path) -> str | None:
        """What another value of a field changes, or what the build says of the field; None when it is dead."""
        if any(_names(finding, document, path) for finding in self.findings):
            return "said"
        valid = 0
        for value in other_values(item, _plain(document.node, path), self.env):
            env = self.with_document(document, with_value(document.node, path, value))
            if env is None:
                continue
            valid += 1
            try:
                objects = self.objects_of(env)
            except LookupError:  # lowering relies on what the rules refuse
                if any(_names(finding, document, path) for finding in check_environment(env).findings):
                    return "said of another value"
                continue
            if _comparable(objects) != self.objects:
                return "changed"
            if self._files(env, objects) != self.files:
                return "changed file"
            if any(_names(finding, document, path) for finding in self.said(env, objects)):
                return "said of another value"
        return None if valid else "only value"


def _plain(node: Node, path: Path) -> Any:
    found = node.at(path)
    assert found is not None
    return found.plain()


def _within(inner: Span, outer: Span) -> bool:
    return inner.file == outer.file and (
        (outer.line, outer.column) <= (inner.line, inner.column) <= (outer.end_line, outer.end_column)
    )


def _names(finding: Diagnostic, document: Resolved[Any], path: Path) -> bool:
    """True when a finding points at the field. What has no effect is told of a whole part, too."""
    spans = {finding.primary.span if finding.primary else None, *(label.span for label in finding.secondary)} - {None}
    lengths = range(1, len(path) + 1) if finding.code == "MLP330" else (len(path),)
    for length in lengths:
        node = document.node.at(path[:length])
        if node is not None and not spans.isdisjoint({node.span, node.key_span}):
            return True
    return False


def _comparable(objects: ObjectSet) -> Mapping[Any, Any]:
    """Objects without what merely counts changes: the hash in a run's name, and the identity that holds it."""
    found: dict[Any, Any] = {}
    for item in objects.objects:
        metadata = {**item.body["metadata"], "name": item.logical_name}
        metadata["annotations"] = {k: v for k, v in metadata["annotations"].items() if k != IDENTITY}
        found[(item.ref.group, item.ref.kind, item.ref.namespace, item.logical_name)] = (
            item.unit,
            item.wave,
            {**item.body, "metadata": metadata},
        )
    return found
