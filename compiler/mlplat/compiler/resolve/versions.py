"""The versions that an environment asks for, looked up in the catalog."""

from collections.abc import Mapping

from mlplat.catalog.index import kubernetes_versions
from mlplat.catalog.releases import RELEASES
from mlplat.catalog.versions import ComponentVersions, ProblemKind, VersionProblem, resolve_versions, version_key
from mlplat.compiler.artifacts import Path, Resolved
from mlplat.compiler.resolve.wording import listed, quoted
from mlplat.diagnostics import Diagnostic, Label, Severity
from mlplat.schema.environment import Environment

_CODES = {
    ProblemKind.UNKNOWN_RELEASE: "MLP210",
    ProblemKind.UNKNOWN_COMPONENT: "MLP211",
    ProblemKind.UNKNOWN_VERSION: "MLP212",
    ProblemKind.UNKNOWN_KUBERNETES: "MLP213",
    ProblemKind.CONFLICT: "MLP214",
}


def environment_versions(
    environment: Resolved[Environment], overrides: Mapping[str, str | None]
) -> ComponentVersions | tuple[Diagnostic, ...]:
    """One version for each component, or a finding for each name that the catalog does not know.

    `overrides` win over what the environment says (`--versions` on the command line).
    """
    spec = environment.document.spec
    kubernetes = spec.cluster.kubernetes_version or _tested_kubernetes(spec.release)
    found = resolve_versions(spec.release, kubernetes, {**spec.versions, **overrides})
    if isinstance(found, ComponentVersions):
        return found
    return tuple(_finding(environment, problem) for problem in found)


def _tested_kubernetes(release: str) -> str:
    """The newest Kubernetes that a release was tested on; the newest known one where the release is not known."""
    row = RELEASES.get(release)
    return row.kubernetes[-1] if row is not None and row.kubernetes else kubernetes_versions()[-1]


def _finding(environment: Resolved[Environment], problem: VersionProblem) -> Diagnostic:
    path: Path
    notes: tuple[str, ...] = ()
    cure: str | None
    if problem.kind is ProblemKind.UNKNOWN_RELEASE:
        path = ("spec", "release")
    elif problem.kind is ProblemKind.UNKNOWN_KUBERNETES:
        path = ("spec", "cluster", "kubernetesVersion")
    else:
        path = ("spec", "versions", problem.component or problem.written)
    at_key = problem.kind is ProblemKind.UNKNOWN_COMPONENT
    span = environment.key(*path) if at_key else environment.span(*path)
    headline = problem.message
    if problem.kind is ProblemKind.CONFLICT:
        headline = f"environment `{environment.name}` has components that exclude each other: {problem.message}"
        cure = f"write `{problem.component}: null` under `spec.versions`, or leave the other one out"
    else:
        notes = (f"known: {listed(problem.known, 20)}",) if problem.known else ()
        cure = _cure(problem)
    return Diagnostic(
        _CODES[problem.kind],
        Severity.ERROR,
        headline,
        Label(span, "" if problem.kind is ProblemKind.CONFLICT else "not known"),
        notes=notes,
        help=cure,
    )


def _cure(problem: VersionProblem) -> str | None:
    if not problem.near:
        return None
    nearest = problem.near[0]
    number = problem.kind is not ProblemKind.UNKNOWN_COMPONENT
    if number and version_key(nearest) != version_key(problem.written):
        return f"the nearest one that is known: {quoted((nearest,))}"
    return f"write {quoted((nearest,))}"
