"""Raw manifests, judged by the schemas and object rules that judge what a platform compiles to.

    texts → objects → schemas of the chosen versions, or of given CRDs → object rules and CEL rules → findings

Nothing of a platform is needed. What the API server takes but a platform should not have (a Secret in git, an
unpinned image) is a warning here: the question is what a server would say.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlplat.catalog.distil import distil_crd
from mlplat.catalog.index import held_versions, kinds_of
from mlplat.catalog.lookup import Tables, held_facts, load_tables
from mlplat.catalog.object_meta import OBJECT_META
from mlplat.catalog.structural import without_nulls
from mlplat.catalog.versions import ComponentVersions, version_key
from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.cel_rules import CelResult, Unevaluated, check_cel
from mlplat.compiler.check.go_values import filled, without_empty, without_holes
from mlplat.compiler.check.rule import FoundInObject, ObjectScope, Severities
from mlplat.compiler.check.runner import find_in_objects, object_finding
from mlplat.compiler.load.crds import GivenCrd, read_crds
from mlplat.compiler.load.raw import Composed, RawObject, headless, parse_raw
from mlplat.compiler.manifest_rules import GivenRules, judge_given
from mlplat.diagnostics import Diagnostic, Label, Severity
from mlplat.objects.gvk import parse_api_version, ref_of
from mlplat.objects.pointer import steps_of

SEVERITIES: Severities = {
    # No server refuses these, and a file outside a platform may have its reasons.
    **dict.fromkeys(("MLP416", "MLP417", "MLP419", "MLP420", "MLP421", "MLP422", "MLP423", "MLP443"), "warning"),
    **dict.fromkeys(("MLP399", "MLP430"), "off"),
}
"""Rules that speak less loudly of raw manifests than of a platform."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding, and the object that it is about: None where it is about a text or a CRD.

    `stricter`: a server would take the object, as far as this finding goes.
    """

    diagnostic: Diagnostic
    raw: RawObject | None = None
    stricter: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in all manifests, in the order of files and places; `unevaluated` is what could not be judged."""

    findings: tuple[Found, ...]
    unevaluated: tuple[tuple[Unevaluated, RawObject | None], ...]


def check_manifests(
    texts: Mapping[str, str], versions: ComponentVersions, crds: str | None = None, own: GivenRules | None = None
) -> Verdict:
    """Judge the objects of some texts (by path) as a cluster with these component versions would.

    `crds` is a file or folder with CustomResourceDefinitions, which take the place of the held schemas; `own` are
    users' rules, which are judged too.
    """
    places = Composed(texts)
    raws: list[RawObject] = []
    findings: list[Found] = []
    for file, text in sorted(texts.items()):
        found, problems = parse_raw(text, file)
        raws += found
        findings += [Found(problem) for problem in problems]
    sound: list[tuple[RawObject, dict[str, Any]]] = []
    for raw in raws:
        body = _named(raw.body)
        problem = headless(raw, body, places)
        if problem is None:
            sound.append((raw, body))
        else:
            findings.append(Found(problem, raw))
    kinds = sorted({(parse_api_version(body["apiVersion"]), body["kind"]) for _, body in sound})
    given, problems = _given(crds, [(group, version, kind) for (group, version), kind in kinds], versions)
    findings += [Found(problem) for problem in problems]
    tables = load_tables(versions, [one.crd for one in given], [one.file for one in given])
    items, of_item = _as_objects(sound, tables)
    judged, result = _judge(ObjectScope(items, tables, tables.versions), given)
    unevaluated = list(result.unevaluated)
    findings += [
        Found(_placed(one, raw := of_item[id(found.object)], places), raw, stricter) for found, one, stricter in judged
    ]
    if own is not None:
        said = judge_given(own, items)
        unevaluated += said.unevaluated
        findings += [Found(one, stricter=True) for one in (*own.findings, *said.faults)]
        findings += [Found(_placed(one, raw := of_item[id(at.object)], places), raw, True) for at, one in said.found]
    ordered = sorted(findings, key=_order)
    return Verdict(tuple(ordered), tuple((one, of_item.get(id(one.object))) for one in unevaluated))


def _as_objects(
    sound: Sequence[tuple[RawObject, dict[str, Any]]], tables: Tables
) -> tuple[list[KubeObject], dict[int, RawObject]]:
    """The objects as the server reads them, and by their identity what they were read from."""
    items: list[KubeObject] = []
    of_item: dict[int, RawObject] = {}
    for raw, body in sound:
        table = tables.lookup(body["apiVersion"], body["kind"])
        if table is not None and table.custom:
            body = {**body, "metadata": without_holes(body["metadata"], OBJECT_META)}
        if table is not None and not table.custom:
            body = without_holes(body, table.schema)
        elif table is not None and tables.versions.has(_REWRITTEN.get((table.group, table.kind), "-")):
            if body["apiVersion"] in _CONVERTED:
                body = without_empty(body, _LEFT_OUT)
            body = without_holes(filled(body, table.schema), table.schema)
        elif table is not None and _has_null(body):
            # The server drops the nulls of a custom resource; its metadata it reads as its own.
            body = {**without_nulls(body, table.schema), "metadata": body["metadata"]}
        ref = ref_of(body, table.namespaced if table is not None else "namespace" in body["metadata"])
        items.append(KubeObject(body, ref, ref.name, raw.file))
        of_item[id(items[-1])] = raw
    return items, of_item


def _judge(
    scope: ObjectScope, given: Sequence[GivenCrd]
) -> tuple[list[tuple[FoundInObject, Diagnostic, bool]], CelResult]:
    """What the object rules and the given definitions' CEL rules find; the third says whether it is stricter than the
    server."""
    findings = []
    misshapen: set[int] = set()
    for found, diagnostic in find_in_objects(scope, SEVERITIES):
        if diagnostic.code == "MLP413" and not found.tolerated:
            misshapen.add(id(found.object))
        findings.append((found, diagnostic, found.tolerated or diagnostic.code in SEVERITIES))
    # The server evaluates rules only on what its schema takes.
    sound_items = [item for item in scope.objects if id(item) not in misshapen]
    result = check_cel(replace(scope, objects=sound_items), [one.crd for one in given])
    findings += [(broken, object_finding("MLP442", Severity.ERROR, broken), False) for broken in result.found]
    return findings, result


_REWRITTEN: Mapping[tuple[str, str], str] = {
    ("serving.kserve.io", "InferenceService"): "kserve",
    ("kueue.x-k8s.io", "ClusterQueue"): "kueue",
    ("trainer.kubeflow.org", "TrainJob"): "kueue",
    ("jobset.x-k8s.io", "JobSet"): "jobset",
}
"""Kinds that a defaulting webhook of a component reads and writes as a whole, before the schema is looked at."""


_CONVERTED = ("kueue.x-k8s.io/v1beta1",)
_LEFT_OUT = frozenset(
    ("cohort", "queueingStrategy", "whenCanBorrow", "whenCanPreempt", "withinClusterQueue", "reclaimWithinCohort")
)
"""Kueue's webhook reads an older ClusterQueue as a newer one and back: these texts come back only if they say
something."""


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(inner is None or _has_null(inner) for inner in value.values())
    return isinstance(value, list) and any(_has_null(inner) for inner in value)


def _named(body: Any) -> Any:
    """An object with `generateName` alone, or a LimitRange without a name, is given one as the server would."""
    metadata = body.get("metadata") if isinstance(body, dict) else None
    unnamed = metadata is None or (isinstance(metadata, dict) and not metadata.get("name"))
    if isinstance(body, dict) and (body.get("apiVersion"), body.get("kind")) == ("v1", "LimitRange") and unnamed:
        metadata = metadata or {}
        return {**body, "metadata": {**metadata, "name": metadata.get("generateName") or "unnamed"}}
    prefix = metadata.get("generateName") if isinstance(metadata, dict) and not metadata.get("name") else None
    metadata = metadata if isinstance(metadata, dict) else {}
    if isinstance(prefix, str) and prefix:
        return {**body, "metadata": {**metadata, "name": f"{prefix}00000"}}
    return body


def _placed(diagnostic: Diagnostic, raw: RawObject | None, places: Composed) -> Diagnostic:
    if raw is None:
        return diagnostic
    steps = tuple(steps_of(diagnostic.pointer or ""))
    label = diagnostic.primary.text if diagnostic.primary is not None else ""
    return replace(diagnostic, primary=Label(raw.span(steps, places), label))


def _order(found: Found) -> tuple[str, int, int, str, str]:
    primary = found.diagnostic.primary
    place = (primary.span.file, primary.span.line, primary.span.column) if primary is not None else ("", 0, 0)
    return (*place, found.diagnostic.code, found.diagnostic.headline)


# ------------------------------------------------------------------------------------------- which CRD of several


def _given(
    where: str | None, kinds: Sequence[tuple[str, str, str]], versions: ComponentVersions
) -> tuple[list[GivenCrd], list[Diagnostic]]:
    """The definitions to use, one for each kind; a finding where nothing says which of several."""
    if where is None:
        return [], []
    by_kind: dict[tuple[str, str], list[GivenCrd]] = {}
    for one in read_crds(where, sorted({(group, kind) for group, _, kind in kinds})):
        by_kind.setdefault(one.group_kind, []).append(one)
    chosen: list[GivenCrd] = []
    problems: list[Diagnostic] = []
    for (group, kind), several in sorted(by_kind.items()):
        wanted = [version for held, version, name in kinds if (held, name) == (group, kind)]
        left = _choose(several, wanted, versions)
        chosen += left[:1]
        if len(left) > 1:
            problems.append(_several(left, versions))
    return chosen, problems


def _several(left: Sequence[GivenCrd], versions: ComponentVersions) -> Diagnostic:
    """Several definitions of a kind, and what is known of the component that it belongs to."""
    group, kind = left[0].group_kind
    files = ", ".join(f"`{one.file}`" for one in left)
    named = sorted({version for one in left for version in _versions_in(one)}, key=version_key)
    components = _components_of(group, kind)
    chosen = next(((one, versions.get(one)) for one in components if versions.get(one) is not None), None)
    why, cure = "nothing says which is meant", "give the one that the cluster has"
    if chosen is not None and named and chosen[1] not in named:
        why = f"none lies under the version that is chosen, {chosen[0]} {chosen[1]}"
        cure = f"name a version that is there (`--versions {chosen[0]}={named[-1]}`), or give that of {chosen[1]} alone"
    elif components:
        version = named[-1] if named else "VERSION"
        cure = f"give the one that the cluster has, or name its version (`--versions {components[0]}={version}`)"
    headline = f"{len(left)} definitions of {kind} of `{group}`, and {why}"
    return Diagnostic("MLP441", Severity.ERROR, headline, notes=(f"they are in {files}",), help=cure)


def _components_of(group: str, kind: str) -> list[str]:
    """The components of which some version serves a kind."""
    return [
        component
        for component, serving in held_versions().items()
        if any(f"{group}/{kind}" in kinds_of(component, one) for one in serving)
    ]


def _choose(several: Sequence[GivenCrd], wanted: Sequence[str], versions: ComponentVersions) -> list[GivenCrd]:
    """Those of several definitions that may be meant: by the versions used, the chosen component, the path, in turn."""
    left = [one for one in several if all(_serves(one, version) for version in wanted)] or list(several)
    if len(left) == 1:
        return left
    group, kind = left[0].group_kind
    chosen = [
        (component, version)
        for component in _components_of(group, kind)
        if (version := versions.get(component)) is not None
    ]
    for _, version in chosen:
        named = [one for one in left if version in _versions_in(one)]
        if len(named) == 1:
            return named
        unnamed = [one for one in left if not _versions_in(one)]
        others = [name for one in left for name in _versions_in(one)]
        if len(unnamed) == 1 and all(version_key(version) > version_key(name) for name in others):
            return unnamed  # a folder of the newest, with older versions beside it
    facts = [distil_crd(one.crd) for one in left]
    if all(one == facts[0] for one in facts):
        return left[:1]
    for component, version in chosen:
        same = [one for one, fact in zip(left, facts, strict=True) if _is_held(fact, component, version)]
        if same:
            return same[:1]
    return left


def _serves(one: GivenCrd, version: str) -> bool:
    return any(entry.get("name") == version and entry.get("served") for entry in one.crd["spec"].get("versions", ()))


def _versions_in(one: GivenCrd) -> set[str]:
    """Component versions that the path of a definition names (`older/kserve-v0.16.0/inferenceservices.yaml`)."""
    return set(re.findall(r"(?<![0-9.])v?(\d+\.\d+(?:\.\d+)?(?:-[a-z]+\.\d+)?)(?=[/_.-]|$)", one.file))


def _is_held(fact: Any, component: str, version: str) -> bool:
    return bool(held_facts(component, version, fact.group, fact.kind) == fact)
