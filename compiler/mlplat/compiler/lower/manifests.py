"""Hand-written manifests: objects that somebody wrote out, given the same identity as those that are compiled."""

from collections.abc import Iterable
from typing import Any

from mlplat.catalog.lookup import Tables
from mlplat.compiler.artifacts import BASE, KubeObject, Manifest, ResolvedEnvironment
from mlplat.compiler.effective.workload import namespace_of
from mlplat.compiler.lower.finish import identity
from mlplat.diagnostics import Diagnostic, Label, Severity
from mlplat.objects.gvk import ObjectRef, gvk_of, ref_of
from mlplat.objects.marks import ALLOW, ENVIRONMENT_LABEL, IDENTITY
from mlplat.schema.team import Team

PLATFORM_UNIT = "platform-manifests"


def manifest_objects(
    manifests: Iterable[Manifest], env: ResolvedEnvironment, tables: Tables
) -> tuple[tuple[KubeObject, ...], tuple[Diagnostic, ...]]:
    """The objects of an environment's manifests; a later manifest of the same object takes the place of an earlier.

    They go to the unit `<team>-manifests` of the team whose namespace they are in, else to `platform-manifests`.
    """
    units = {namespace_of(team): f"{team.name}-manifests" for team in env.all(Team)}
    found: dict[tuple[str, ...], KubeObject] = {}
    files: dict[tuple[str, ...], str] = {}
    problems: list[Diagnostic] = []
    for manifest in manifests:
        body = _thaw(manifest.node.plain())
        problem = _headless(body, manifest)
        if problem is not None:
            problems.append(problem)
            continue
        gvk = gvk_of(body)
        table = tables.lookup(gvk.api_version, gvk.kind)
        namespaced = table.namespaced if table is not None else "namespace" in body["metadata"]
        ref = ref_of(body, namespaced)
        if not namespaced:
            body["metadata"].pop("namespace", None)
        else:
            body["metadata"]["namespace"] = ref.namespace
        _identify(body, env)
        unit = units.get(ref.namespace, PLATFORM_UNIT)
        if tuple(ref) in found and _folder(files[tuple(ref)]) == _folder(manifest.file):
            problems.append(_twice(ref, manifest, found[tuple(ref)]))
        files[tuple(ref)] = manifest.file
        found[tuple(ref)] = KubeObject(body, ref, ref.name, unit, node=manifest.node)
    return tuple(found.values()), tuple(problems)


def _identify(body: dict[str, Any], env: ResolvedEnvironment) -> None:
    metadata = body["metadata"]
    ref = ref_of(body, "namespace" in metadata)
    if not all(isinstance(metadata.get(field) or {}, dict) for field in ("labels", "annotations")):
        return  # the object rules say so
    labels, annotations = dict(metadata.get("labels") or {}), dict(metadata.get("annotations") or {})
    annotations.pop(ALLOW, None)
    annotations[IDENTITY] = identity(env.platform.name, BASE if env.is_base else env.name, ref)
    if not env.is_base:
        labels[ENVIRONMENT_LABEL] = env.name
    metadata["annotations"] = dict(sorted(annotations.items()))
    if labels:
        metadata["labels"] = dict(sorted(labels.items()))


def _folder(file: str) -> str:
    """The environment's folder that a manifest stands in."""
    return "/".join(file.split("/")[:2])


def _twice(ref: ObjectRef, manifest: Manifest, before: KubeObject) -> Diagnostic:
    name = manifest.node.at(("metadata", "name")) or manifest.node
    first = before.node.at(("metadata", "name")) if before.node is not None else None
    return Diagnostic(
        "MLP404",
        Severity.ERROR,
        f"{ref.kind} `{ref.name}` is written twice in the manifests of one environment",
        Label(name.span, "written again here"),
        (Label(first.span, "first written here"),) if first is not None else (),
        help="delete one of the two; a manifest of an environment that inherits takes the place of the inherited one",
    )


def _headless(body: Any, manifest: Manifest) -> Diagnostic | None:
    try:
        if not isinstance(body, dict):
            raise ValueError("a manifest is a mapping with `apiVersion`, `kind` and `metadata`")
        ref_of(body, namespaced=False)
    except ValueError as error:
        return Diagnostic(
            "MLP403",
            Severity.ERROR,
            "a hand-written manifest is not a Kubernetes object",
            Label(manifest.node.span, str(error)),
            help="give it `apiVersion`, `kind` and `metadata.name`, or move the file out of `manifests/`",
        )
    return None


def _thaw(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _thaw(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_thaw(item) for item in value]
    return value
