"""The component versions by which raw manifests are judged: a release, with what the command line says otherwise."""

import re
from collections.abc import Mapping
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

    What is not named is what the release ships (also where it does not install it), and the newest of what no release
    is given for or the release leaves out: raw manifests do not say what a cluster has. Where something is named, of
    what no release installs the kinds are known, and its webhooks are not taken to be there. A patch release that is
    not held is judged by another of its minor (`stand_ins` says which); any other version that is not held is refused
    with the known ones.
    """
    try:
        overrides = {_known(name): version for name, version in parse_versions(written).items()}
    except ValueError as error:
        return str(error)
    chosen = {name: _nearest(name, version) if version else None for name, version in overrides.items()}
    row = RELEASES.get(release or "")
    shipped = row.components if row is not None else {}
    for name, versions in held_versions().items():
        if name not in _rivals(chosen):
            chosen.setdefault(name, shipped[name].version if name in shipped else versions[-1])
    basis = release or list(RELEASES)[-1]
    found = resolve_versions(basis, kubernetes or kubernetes_versions()[-1], chosen)
    if not isinstance(found, ComponentVersions):
        return _sentence(found[0])
    installed = {name for name, entry in RELEASES[basis].components.items() if entry.installed}
    assumed = found.components.keys() - installed - overrides.keys() if release or overrides else ()
    components = MappingProxyType(dict(found.components))
    return ComponentVersions(found.release, found.kubernetes, components, frozenset(assumed))


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


def _rivals(chosen: Mapping[str, str | None]) -> frozenset[str]:
    """What is not taken along: the Training Operator where the MPI Operator is named, that one everywhere else."""
    return frozenset({"trainingOperator" if chosen.get("mpiOperator") else "mpiOperator"})


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
