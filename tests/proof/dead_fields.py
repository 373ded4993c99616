"""What changes when one field of the rich platform changes: an object, a file, or what the build says of the field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mlplat.catalog.lookup import Tables, load_tables
from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.artifacts import (
    CheckedEnvironment,
    Node,
    ObjectSet,
    Path,
    Resolved,
    ResolvedEnvironment,
    UncheckedError,
)
from mlplat.compiler.check.rule import ObjectScope
from mlplat.compiler.check.runner import Clean, check_environment, check_objects
from mlplat.compiler.emit.tree import emit_environment
from mlplat.compiler.load.discover import load_tree
from mlplat.compiler.lower.lowering import lower_environment
from mlplat.compiler.lower.sharing import Lowered
from mlplat.compiler.resolve.environment import resolve_environments
from mlplat.compiler.resolve.validate import validate
from mlplat.compiler.resolve.versions import environment_versions
from mlplat.diagnostics import Diagnostic, Severity, Span
from mlplat.objects.marks import IDENTITY
from mlplat.schema.environment import Environment
from mlplat.schema.kinds import KINDS
from mlplat.schema.model import RefersTo
from mlplat.schema.platform import Platform
from tests.proof.fields import Field, all_fields, other_values, places, with_value
from tests.proof.platforms import RICH

ENVIRONMENT = "full"

COUNTS_RUNS = ("spec", "rerun")
"""The one field that is there to change the hash in a run's name and nothing else."""

JUDGED: Mapping[str, str] = {
    "Environment.spec.rules.*": "the severity of findings anywhere",
    "Environment.spec.cluster.kubernetesVersion": "the schemas by which objects are judged",
    "Environment.spec.versions.*": "the schemas by which objects are judged",
    "Environment.spec.release": "which workloads there is an API for",
    "Environment.spec.nodePools.*.cpu": "which workloads find a node",
    "Environment.spec.nodePools.*.memory": "which workloads find a node",
    "Environment.spec.nodePools.*.maxNodes": "which workloads find enough nodes",
    **{
        f"Component.spec.parameters.*.{field}": "the values that workloads may give"
        for field in ("type", "required", "min", "max", "choices")
    },
}
"""Fields that decide what is found elsewhere: a finding that comes or goes anywhere is their effect. With what."""


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
    clean: Clean = field(default_factory=Clean)

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
        self.written = tuple(self.documents())
        self.refused = self._refuse()

    def _environment(self, env: ResolvedEnvironment, node: Node) -> ResolvedEnvironment | None:
        document = validate(node, Environment.kind_name, env.name).document
        if not isinstance(document, Environment):
            return None
        resolved = Resolved(document, node, env.environment.layers)
        versions = environment_versions(resolved, {})
        return (
            replace(env, environment=resolved, versions=versions, memo={})
            if isinstance(versions, ComponentVersions)
            else None
        )

    def _refuse(self) -> dict[tuple[str, str], str]:
        """Documents of which a rule says, in this row, that they cannot be, and those that name one of them.

        They are taken out of the environment, as nothing of it could be built before somebody mends them.
        """
        refused: dict[tuple[str, str], str] = {}
        while errors := self._errors():
            blamed = {address: one for one in errors if (address := self._owner(one)) is not None}
            assert blamed, f"{self.row}: {[(one.code, one.headline) for one in errors]}"
            refused |= {address: f"{one.code} {one.headline}" for address, one in blamed.items()}
            while orphans := {(one.kind, one.name) for one in self.documents() if self._names_one_of(one, refused)}:
                refused |= dict.fromkeys(orphans, "names a document that is refused")
                self._drop(refused)
            self._drop(refused)
        return refused

    def _errors(self) -> list[Diagnostic]:
        """Errors of the rules on the specifications; where there are none, those on the objects."""
        first = [one for one in check_environment(self.env).findings if one.severity == Severity.ERROR]
        return first or [
            one for one in self.said(self.env, self.objects_of(self.env)) if one.severity == Severity.ERROR
        ]

    def _drop(self, refused: Mapping[tuple[str, str], str]) -> None:
        documents = {
            kind: {name: one for name, one in named.items() if (kind, name) not in refused}
            for kind, named in self.env.documents.items()
        }
        self.env = replace(self.env, documents=documents, memo={})

    def _names_one_of(self, document: Resolved[Any], refused: Mapping[tuple[str, str], str]) -> bool:
        for item in all_fields():
            kinds = [mark.kind for mark in item.marks if isinstance(mark, RefersTo)]
            if item.kind == document.kind and kinds and (document.kind, document.name) not in refused:
                for path in places(document.node, item.pattern):
                    if (kinds[0], str(_plain(document.node, path))) in refused:
                        return True
        return False

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
        return self._lowered(env)[0]

    def _lowered(self, env: ResolvedEnvironment) -> tuple[ObjectSet, tuple[Diagnostic, ...]]:
        same = env.platform is self.env.platform and env.environment is self.env.environment
        memory = self.memory if same else Lowered()  # nothing can be shared where the surroundings differ
        return lower_environment(CheckedEnvironment(env), load_tables(env.versions), (), memory)

    def said(self, env: ResolvedEnvironment, objects: ObjectSet) -> tuple[Diagnostic, ...]:
        """All findings of the rules on the specifications and on the objects, and of lowering."""
        tables = load_tables(env.versions)
        verdict = check_environment(env)
        scope = ObjectScope(objects.objects, tables, env.versions, env)
        severities = env.environment.document.spec.rules
        lowered = self._lowered(env)[1]
        return (*verdict.findings, *lowered, *check_objects(scope, severities, verdict, self.clean).findings)

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
        if isinstance(typed, Platform):
            return replace(self.env, platform=Resolved(typed, node, document.layers), memo={})
        changed = Resolved(typed, node, document.layers)
        named = {**self.env.documents[document.kind], document.name: changed}
        return replace(self.env, documents={**self.env.documents, document.kind: named}, memo={})

    def effect_of(self, item: Field) -> str | None:
        """What another value of a field changes in one document that gives it, or what the build says of the field.

        None when the field is dead. Where only documents give it that are refused in this row, that is what is said.
        """
        for document in self.documents():
            if document.kind != item.kind:
                continue
            for path in places(document.node, item.pattern):
                if effect := self._effect(document, item, path):
                    return effect
        return self._refusal(item)

    def _effect(self, document: Resolved[Any], item: Field, path: Path) -> str | None:
        if any(_names(finding, document, path) for finding in self.findings):
            return "said"
        candidates = []
        for value in other_values(item, _plain(document.node, path), self.env):
            env = self.with_document(document, with_value(document.node, path, value))
            if env is None:
                continue
            candidates.append(env)
            if self._changes(document, env) or (
                item.pattern == COUNTS_RUNS and self._names(env) != self._names(self.env)
            ):
                return "changed"
        for env in candidates:
            if any(_names(finding, document, path) for finding in self._said(env)):
                return "said of another value"
        if str(item) in JUDGED:
            known = {(finding.code, finding.severity, finding.headline) for finding in self.findings}
            if any(known ^ {(one.code, one.severity, one.headline) for one in self._said(env)} for env in candidates):
                return "judged otherwise"
        return None

    def _changes(self, changed: Resolved[Any], env: ResolvedEnvironment) -> bool:
        try:
            objects = self.objects_of(env)
        except UncheckedError:  # lowering relies on what the rules refuse
            return False
        if _comparable(objects) != self.objects:
            return True
        # Of most documents nothing but objects is made.
        return changed.kind in ("Platform", "Environment", "Team") and self._files(env, objects) != self.files

    def _names(self, env: ResolvedEnvironment) -> list[str]:
        return [item.ref.name for item in self.objects_of(env).objects]

    def _said(self, env: ResolvedEnvironment) -> tuple[Diagnostic, ...]:
        try:
            return self.said(env, self.objects_of(env))
        except UncheckedError:
            return check_environment(env).findings

    def _refusal(self, item: Field) -> str | None:
        """Whether every document that gives the field is refused in this row."""
        given = {
            (document.kind, document.name)
            for document in self.written
            if document.kind == item.kind and next(places(document.node, item.pattern), None) is not None
        }
        assert given, f"no document of {RICH.name}/ gives {item}: add one"
        return "refused" if given <= self.refused.keys() else None


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
