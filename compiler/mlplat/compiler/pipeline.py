"""The order of the passes: read this first.

    files → load → resolve → check → lower → check objects → emit → check what changes → files

Each pass takes the artifact of the one before it (`artifacts.py`) and knows no other pass. Findings of all
environments are gathered; nothing is emitted as long as one of them is an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlplat.catalog.lookup import load_tables
from mlplat.compiler.artifacts import BASE, FileTree, Manifest, ObjectSet, OwnRules, ResolvedEnvironment, SourceTree
from mlplat.compiler.check.own_rules import Programs, compile_rules, unmatched
from mlplat.compiler.check.platform import check_platform
from mlplat.compiler.check.rule import ObjectScope, PlatformScope
from mlplat.compiler.check.runner import (
    Clean,
    ObjectVerdict,
    SpecVerdict,
    check_environment,
    check_objects,
    unused_allowances,
)
from mlplat.compiler.emit.committed import read_committed
from mlplat.compiler.emit.tree import emit_base, emit_environment, merge_trees
from mlplat.compiler.load.discover import load_tree
from mlplat.compiler.load.manifests import is_spec, parse_manifests, specs_among
from mlplat.compiler.lower.lowering import lower_environment
from mlplat.compiler.lower.sharing import Lowered
from mlplat.compiler.render.folder import render_folder, split_manifests
from mlplat.compiler.resolve.environment import Known, resolve_environments
from mlplat.diagnostics import Diagnostic, has_errors, sort_key, told_once
from mlplat.schema.kinds import KINDS

GENERATED = "generated"
"""The folder of everything that a build writes."""


@dataclass(frozen=True)
class Compiled:
    """What a platform compiles to. `tree` is None when a finding is an error."""

    source: SourceTree
    environments: Mapping[str, ResolvedEnvironment]
    objects: Mapping[str, ObjectSet]
    tree: FileTree | None
    findings: tuple[Diagnostic, ...]


def compile_platform(root: Path, only: Sequence[str] = ()) -> Compiled:
    """Compile the platform in a folder; of its environments `only` those named (and base), all when none is."""
    lowered = lower_platform(root, only)
    environments, objects, findings = lowered.environments, lowered.objects, list(lowered.findings)
    tree = None if has_errors(findings) else _emit(environments, objects)
    if tree is not None:
        committed = read_committed(root / GENERATED, tree, (name for name in objects if environments[name].is_synced))
        changes = PlatformScope(environments, objects, committed=committed.objects, units=committed.units)
        findings += [*committed.findings, *check_platform(changes, compares=True)]
    unique = tuple(sorted(dict.fromkeys(findings), key=sort_key))
    return Compiled(lowered.source, environments, objects, None if has_errors(unique) else tree, unique)


@dataclass(eq=False)
class Earlier:
    """What was worked out for other states of one platform. What two states have in common is resolved, judged and
    lowered once."""

    resolved: Known = field(default_factory=Known)
    lowered: Lowered = field(default_factory=Lowered)
    verdicts: dict[str, tuple[ResolvedEnvironment, SpecVerdict]] = field(default_factory=dict)

    def verdict(self, env: ResolvedEnvironment) -> SpecVerdict:
        """What the spec rules say of an environment."""
        before = self.verdicts.get(env.name)
        if before is None or not _is_same(before[0], env):
            before = self.verdicts[env.name] = env, check_environment(env)
        return before[1]


def lower_platform(
    root: Path, only: Sequence[str] = (), earlier: Earlier | None = None, judge_objects: bool = True
) -> Compiled:
    """Compile the platform in a folder as far as its objects: nothing is emitted (`tree` is None).

    An environment with an error in its specifications has no objects; one with an error in its objects has them.
    `earlier` is what was worked out for other states of the platform. Without `judge_objects` the rules on objects, and
    those that compare environments, are left out: for a state that is only looked back at.
    """
    earlier, clean = earlier or Earlier(), Clean()
    source, loaded = load_tree(root, frozenset(KINDS))
    environments, resolved = resolve_environments(source, known=earlier.resolved)
    findings = [*loaded, *resolved]
    own = next((env.own for env in environments.values()), OwnRules())
    programs = compile_rules(own, source.sources) if judge_objects else Programs()
    findings += programs.findings
    objects: dict[str, ObjectSet] = {}
    judged: list[ObjectVerdict] = []
    told: list[tuple[str, Diagnostic]] = []
    for name, env in environments.items():
        if only and name not in only and name != BASE:
            continue
        verdict = earlier.verdict(env)
        told += ((name, finding) for finding in verdict.findings)
        if verdict.checked is None:
            continue
        tables = load_tables(env.versions)
        manifests, unread = _manifests(source, env)
        lowered, problems = lower_environment(verdict.checked, tables, manifests, earlier.lowered)
        findings += unread
        told += ((name, finding) for finding in problems)
        objects[name] = lowered
        if judge_objects:
            scope = ObjectScope(lowered.objects, tables, env.versions, env)
            judged.append(check_objects(scope, env.environment.document.spec.rules, verdict, clean, programs))
            told += ((name, finding) for finding in judged[-1].findings)
    findings += told_once(told)
    if judge_objects:
        if objects.keys() == environments.keys():
            findings += unused_allowances(judged, programs.unjudged)
        if objects.keys() == source.layers.keys():
            findings += unmatched(programs)
        findings += check_platform(PlatformScope(environments, objects))
    unique = tuple(sorted(dict.fromkeys(findings), key=sort_key))
    return Compiled(source, environments, objects, None, unique)


def _is_same(one: ResolvedEnvironment, other: ResolvedEnvironment) -> bool:
    """True when the spec rules read the same of both."""
    same = one.platform is other.platform and one.environment is other.environment
    around = (one.versions, one.ancestors, one.folders) == (other.versions, other.ancestors, other.folders)
    return (
        same
        and around
        and one.documents.keys() == other.documents.keys()
        and all(
            named.keys() == other.documents[kind].keys()
            and all(document is other.documents[kind][name] for name, document in named.items())
            for kind, named in one.documents.items()
        )
    )


def scope_of(only: Sequence[str], compiled: Compiled) -> tuple[str, ...] | None:
    """The paths of `generated/` that a compilation of some environments decides; None when it decides all."""
    if not only:
        return None
    folders = ["base"] if BASE in compiled.objects else []
    for name in only:
        folders += [f"overlays/{name}", f"argocd/{name}", f"inventory/{name}.yaml"]
    return tuple(folders)


def _manifests(source: SourceTree, env: ResolvedEnvironment) -> tuple[list[Manifest], list[Diagnostic]]:
    """Hand-written manifests of an environment: those of the environments that it inherits from, then its own."""
    manifests: list[Manifest] = []
    findings: list[Diagnostic] = []
    everything = {
        f"environments/{name}/{path}": text for name in source.extras for path, text in source.extras[name].items()
    }
    for name in (*env.ancestors, env.name):
        folder = f"environments/{name}"
        split = split_manifests({f"{folder}/{path}": text for path, text in source.extras.get(name, {}).items()})
        for kustomization in split.rendered:
            found, problems = render_folder(everything, kustomization)
            manifests += found
            findings += problems
        found, problems = parse_manifests(split.plain)
        manifests += found
        findings += problems
    misplaced = specs_among(manifests)
    return [one for one in manifests if not is_spec(one)], [*findings, *misplaced]


def _emit(environments: Mapping[str, ResolvedEnvironment], objects: Mapping[str, ObjectSet]) -> FileTree:
    base = objects.get(BASE)
    trees = [emit_base(base, environments[BASE])] if base is not None else []
    for name, lowered in objects.items():
        env = environments[name]
        if not env.is_base:
            trees.append(emit_environment(base if BASE in env.ancestors else None, lowered, env))
    return merge_trees(trees)
