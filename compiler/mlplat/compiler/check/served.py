"""Whether the servers of an environment know an apiVersion and kind, and what to write when they do not.

A request for a kind that no server serves is refused before anything of it is read (k8s.io/apiserver discovery).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mlplat.catalog.index import held_versions, kinds_of
from mlplat.catalog.lookup import Tables
from mlplat.catalog.versions import ComponentVersions, version_key
from mlplat.compiler.check.core_apis import CLOSED_GROUPS, REMOVED
from mlplat.diagnostics import near_misses
from mlplat.objects.gvk import format_api_version, parse_api_version

RENAMED_GROUPS = {"serving.kubeflow.org": "serving.kserve.io"}
"""KFServing became KServe with 0.7 (kserve/kserve `install/v0.6.0/kfserving.yaml`, `install/v0.7.0/kserve.yaml`)."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """Why a kind is not served. `field` is the one of `apiVersion` and `kind` that has to change."""

    field: str
    problem: str
    notes: tuple[str, ...] = ()
    help: str | None = None


def why_unserved(api_version: str, kind: str, tables: Tables) -> Unserved | None:
    """Why no server of the environment serves this kind; None when one does, or when that cannot be told."""
    if tables.lookup(api_version, kind) is not None:
        return None
    try:
        group, _ = parse_api_version(api_version)
    except ValueError as error:
        return Unserved("apiVersion", str(error), (), "write `version` or `group/version`, such as `apps/v1`")
    problem = f"no server of this environment serves {kind} in `{api_version}`"
    served = tables.served(group, kind)
    if served:
        return _other_version(problem, group, kind, served, tables)
    retired = REMOVED.get(api_version, {}).get(kind)
    if retired is not None and tables.versions.kubernetes_at_least(retired.since):
        note = f"Kubernetes {retired.since} removed it; the environment has {tables.versions.kubernetes}"
        cure = f"write `apiVersion: {retired.successor}`" if retired.successor else "delete it: nothing took its place"
        return Unserved("apiVersion", problem, (note,), cure)
    if tables.unheld(group, kind) is not None:
        return None
    if group in RENAMED_GROUPS:
        return Unserved("apiVersion", problem, (), _with_group(tables, RENAMED_GROUPS[group], kind))
    elsewhere = _components_with(group, kind)
    if any(_is_unknown_version(tables.versions, component) for component, _ in elsewhere):
        return None
    if elsewhere:
        return Unserved("apiVersion", problem, _component_notes(tables.versions, elsewhere), _install(elsewhere))
    return _misspelled_kind(api_version, group, kind, tables) or _misspelled_group(problem, group, kind, tables)


def _other_version(problem: str, group: str, kind: str, served: Sequence[str], tables: Tables) -> Unserved:
    versions = [format_api_version(group, name) for name in served]
    table = tables.of_kind(group, kind)
    source = f"{table.component} {table.component_version}" if table is not None else "the environment"
    note = f"{source} serves {kind} in {', '.join(f'`{text}`' for text in versions)}"
    return Unserved("apiVersion", problem, (note,), f"write `apiVersion: {versions[0]}`")


def _is_unknown_version(versions: ComponentVersions, component: str) -> bool:
    """True when the environment has the component in a version whose kinds are not held: then nothing can be said."""
    version = versions.get(component)
    return version is not None and version not in held_versions().get(component, ())


_Serving = list[tuple[str, tuple[str, ...]]]


def _components_with(group: str, kind: str) -> _Serving:
    """Components of which some version serves the kind, with these versions."""
    name = f"{group}/{kind}"
    found = [
        (component, tuple(version for version in versions if name in kinds_of(component, version)))
        for component, versions in held_versions().items()
    ]
    return sorted((component, versions) for component, versions in found if versions)


def _component_notes(versions: ComponentVersions, elsewhere: _Serving) -> tuple[str, ...]:
    notes = []
    for component, serving in elsewhere:
        has = versions.get(component)
        state = f"the environment has {has}" if has else "the environment does not have it"
        notes.append(f"{component} serves it in version {', '.join(serving)}; {state}")
    return tuple(notes)


def _install(elsewhere: _Serving) -> str:
    component, versions = elsewhere[0]
    newest = max(versions, key=version_key)
    written = f"`versions: {{{component}: {newest}}}`, for raw manifests `--versions {component}={newest}`"
    return f"where it is installed, say so in the Environment ({written}); else take the object out"


def _misspelled_kind(api_version: str, group: str, kind: str, tables: Tables) -> Unserved | None:
    """A kind that a group of Kubernetes' own does not have."""
    others = CLOSED_GROUPS.get(group)
    if others is None or kind in others:
        return None
    known = tables.kinds()
    near = near_misses(kind, [name for held, name in known if held == group])
    groups = sorted({held for held, name in known if name == kind})
    problem = f"there is no {kind} in `{api_version}`"
    if near or not groups:
        return Unserved("kind", problem, (), f"write `kind: {near[0]}`" if near else None)
    note = f"{kind} is a kind of {', '.join(f'`{name}`' for name in groups)}"
    return Unserved("apiVersion", problem, (note,), _with_group(tables, groups[0], kind))


def _misspelled_group(problem: str, group: str, kind: str, tables: Tables) -> Unserved | None:
    """The right kind under a group that nothing has and that looks like the right one."""
    known = tables.kinds()
    if group in {held for held, _ in known}:
        return None
    near = near_misses(group, sorted({held for held, name in known if name == kind and held}))
    return Unserved("apiVersion", problem, (), _with_group(tables, near[0], kind)) if near else None


def _with_group(tables: Tables, group: str, kind: str) -> str | None:
    table = tables.of_kind(group, kind)
    return f"write `apiVersion: {table.gvk.api_version}`" if table is not None else None
