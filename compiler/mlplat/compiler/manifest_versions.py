"""The component versions by which raw manifests are judged: a release, with what the command line says otherwise."""

from types import MappingProxyType

from mlplat.catalog.index import held_versions, kubernetes_versions
from mlplat.catalog.releases import RELEASES
from mlplat.catalog.versions import (
    ComponentVersions,
    ProblemKind,
    VersionProblem,
    known_components,
    parse_versions,
    resolve_versions,
    version_key,
)


def choose_versions(written: str, release: str | None, kubernetes: str | None) -> ComponentVersions | str:
    """The versions that an option text, a release and a Kubernetes version come to, or a sentence why they do not.

    What is not given is the newest. Where nothing is given, components that releases leave out are there too, in their
    newest version. A version between two that are held is judged as the nearest older one.
    """
    try:
        overrides = {_known(name): version for name, version in parse_versions(written).items()}
    except ValueError as error:
        return str(error)
    nearest = {name: _nearest(name, version) if version else None for name, version in overrides.items()}
    if release is None and not overrides:
        for name in sorted(set(held_versions())):
            if name not in nearest and name not in _rivals(nearest):
                nearest.setdefault(name, None if name in _left_out() else _newest_of(name))
        nearest = {name: version for name, version in nearest.items() if version is not None or name in overrides}
    found = resolve_versions(release or list(RELEASES)[-1], kubernetes or kubernetes_versions()[-1], nearest)
    if isinstance(found, ComponentVersions):
        return ComponentVersions(found.release, found.kubernetes, MappingProxyType(dict(found.components)))
    return _sentence(found[0])


def _left_out() -> frozenset[str]:
    """Components that the newest release decides, and one of each pair that excludes another."""
    return frozenset(list(RELEASES.values())[-1].components) - {"trainingOperator"} | {"mpiOperator"}


def _rivals(chosen: dict[str, str | None]) -> frozenset[str]:
    return frozenset({"trainingOperator"} if chosen.get("mpiOperator") else ())


def _newest_of(component: str) -> str:
    return held_versions()[component][-1]


def _known(name: str) -> str:
    """A component as it is called here: `training-operator` is `trainingOperator`."""
    if name in known_components():
        return name
    folded = name.replace("-", "").replace("_", "").casefold()
    return next((one for one in known_components() if one.casefold() == folded), name)


def _nearest(component: str, version: str) -> str:
    """The version itself where it is held or no schema is; else the newest held one of the same minor, then below."""
    bare = version.removeprefix("v")
    held = held_versions().get(component, ())
    if bare in held or not held or not bare[:1].isdigit():
        return bare
    older = [one for one in held if version_key(one) <= version_key(bare)]
    return older[-1] if older else held[0]


def _sentence(problem: VersionProblem) -> str:
    near = f"; did you mean `{problem.near[0]}`?" if problem.near else ""
    known = f"; known are {', '.join(problem.known)}" if not near and problem.kind is not ProblemKind.CONFLICT else ""
    return problem.message + (near or known)
