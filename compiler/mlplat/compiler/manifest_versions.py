"""The component versions by which raw manifests are judged: a release, with what the command line says otherwise."""

import re
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
)


def choose_versions(written: str, release: str | None, kubernetes: str | None) -> ComponentVersions | str:
    """The versions that an option text, a release and a Kubernetes version come to, or a sentence why they do not.

    What is not given is the newest. Where nothing is given, components that releases leave out are there too, in their
    newest version. A patch release that is not held is judged by another of its minor (`stand_ins` says which); any
    other version that is not held is refused with the known ones.
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


def stand_ins(written: str) -> tuple[str, ...]:
    """A sentence for each version of an option text that is judged by the schemas of another."""
    try:
        overrides = parse_versions(written)
    except ValueError:
        return ()
    said = []
    for name, version in overrides.items():
        component = _known(name)
        used = _nearest(component, version) if version else None
        if version and used != version.removeprefix("v"):
            said.append(f"the schemas of {component} {version} are not held: it is judged by those of {used}")
    return tuple(said)


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
    """The version itself where it is held or no schema is; else the nearest patch release of its minor, and the newer
    of two, which knows what both have."""
    bare = version.removeprefix("v")
    held = held_versions().get(component, ())
    if bare in held or not held or not bare[:1].isdigit():
        return bare
    minor = [one for one in held if one.split(".")[:2] == bare.split(".")[:2]]
    return min(reversed(minor), key=lambda one: abs(_patch(one) - _patch(bare)), default=bare)


def _patch(version: str) -> int:
    digits = re.match(r"\d+", version.split(".")[2]) if version.count(".") > 1 else None
    return int(digits[0]) if digits else 0


def _sentence(problem: VersionProblem) -> str:
    near = f"; did you mean `{problem.near[0]}`?" if problem.near else ""
    known = f"; known are {', '.join(problem.known)}" if not near and problem.kind is not ProblemKind.CONFLICT else ""
    return problem.message + (near or known)
