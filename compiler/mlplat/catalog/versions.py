"""From what an environment names (a release, a Kubernetes version, overrides) to one version for each component."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import zip_longest
from types import MappingProxyType

from mlplat.catalog.index import held_versions, kubernetes_versions
from mlplat.catalog.releases import RELEASES, versions_in_releases
from mlplat.diagnostics.suggest import near_misses

EXCLUSIVE = (("trainingOperator", "mpiOperator"),)
"""Pairs of components that define the same CRD (`mpijobs.kubeflow.org`): a cluster can have only one of the two."""


@dataclass(frozen=True, slots=True, eq=False)
class ComponentVersions:
    """The components that an environment has, each with its version (without a leading `v`).

    `kubernetes` is a minor version such as `1.34`. Two are equal when they name the same versions, whatever release
    they came from, so that environments can share what was loaded for them. Of `assumed` components, which only raw
    manifests have, nobody said that they are there: their kinds are known, and nothing follows for other objects.
    """

    release: str
    kubernetes: str
    components: Mapping[str, str]
    assumed: frozenset[str] = frozenset()

    def get(self, component: str) -> str | None:
        """The version of a component, None when the environment does not have it."""
        return self.components.get(component) if component not in self.assumed else None

    def has(self, component: str) -> bool:
        """True when the environment has the component."""
        return component in self.components and component not in self.assumed

    def at_least(self, component: str, version: str) -> bool:
        """True when the environment has the component in this version or a later one."""
        held = self.get(component)
        return held is not None and version_key(held) >= version_key(version)

    def kubernetes_at_least(self, version: str) -> bool:
        """True when the environment's Kubernetes is this version or a later one."""
        return version_key(self.kubernetes) >= version_key(version)

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...], frozenset[str]]:
        """What tables depend on, hashable: the Kubernetes version and the sorted component versions."""
        return (self.kubernetes, tuple(sorted(self.components.items())), self.assumed)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, ComponentVersions) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)


class ProblemKind(StrEnum):
    """What could not be resolved."""

    UNKNOWN_RELEASE = "unknown-release"
    UNKNOWN_KUBERNETES = "unknown-kubernetes"
    UNKNOWN_COMPONENT = "unknown-component"
    UNKNOWN_VERSION = "unknown-version"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class VersionProblem:
    """A name or version that the catalog does not have.

    `subject` is the release, component or Kubernetes; `written` the user's text; `known` everything that could be
    written there, in order; `near` the near misses among them. `component` is set where a component is concerned.
    """

    kind: ProblemKind
    message: str
    written: str
    known: tuple[str, ...]
    near: tuple[str, ...] = ()
    component: str | None = None


_NUMBER = re.compile(r"\d+")


@cache
def version_key(version: str) -> tuple[tuple[int, ...], int, str]:
    """A sort key for versions: numbers in order, and a pre-release (`2.0.0-beta.0`) before its release."""
    release, _, pre = version.removeprefix("v").partition("-")
    numbers = [int(number) for number in _NUMBER.findall(release)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return (tuple(numbers), 0 if pre else 1, pre)


def near_versions(written: str, known: Sequence[str]) -> tuple[str, ...]:
    """The version of `known` that is nearest by its numbers, when the first of them is the same; else near misses.

    As text `1.29` is as near to `1.99` as `1.39` is.
    """
    numbers = version_key(written)[0]

    def distance(version: str) -> tuple[int, ...]:
        return tuple(abs(one - other) for one, other in zip_longest(numbers, version_key(version)[0], fillvalue=0))

    nearest = min(known, key=distance, default=None) if numbers else None
    if nearest is None or distance(nearest)[0] != 0:
        return near_misses(written, known)
    return (nearest,)


def known_components() -> tuple[str, ...]:
    """Every component that an environment can name, sorted."""
    shipped = {component for release in RELEASES.values() for component in release.components}
    return tuple(sorted(shipped | set(held_versions())))


def known_versions(component: str) -> tuple[str, ...]:
    """The versions of a component that an environment can name, oldest first.

    Versions whose schemas are held; for components without a held schema (most have no CRD) what releases ship too.
    """
    versions = {*held_versions().get(component, ()), *versions_in_releases(component)}
    return tuple(sorted(versions, key=version_key))


def resolve_versions(
    release: str, kubernetes: str, overrides: Mapping[str, str | None]
) -> ComponentVersions | tuple[VersionProblem, ...]:
    """The versions of an environment, or every problem found, in the order in which they were written.

    `overrides` add a component, change its version, or remove it (None). A version may be written with a leading `v`,
    and a Kubernetes version with its patch (`1.34.2`).
    """
    problems: list[VersionProblem] = []
    row = RELEASES.get(release)
    if row is None:
        problems.append(_unknown(ProblemKind.UNKNOWN_RELEASE, "Kubeflow release", release, tuple(RELEASES)))
    minor = _minor(kubernetes)
    if minor not in kubernetes_versions():
        problems.append(
            _unknown(ProblemKind.UNKNOWN_KUBERNETES, "Kubernetes version", kubernetes, kubernetes_versions())
        )
    components = {name: entry.version for name, entry in row.components.items() if entry.installed} if row else {}
    for component, written in overrides.items():
        problem = _override(components, component, written)
        if problem:
            problems.append(problem)
    problems += _conflicts(components)
    if problems:
        return tuple(problems)
    return ComponentVersions(release, minor, MappingProxyType(dict(sorted(components.items()))))


def parse_versions(text: str) -> dict[str, str | None]:
    """`trainer=2.3.0,kserve=0.20.0` to overrides; `istio=` removes a component.

    Raises ValueError with a sentence for the user.
    """
    overrides: dict[str, str | None] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        component, equals, version = (part.strip() for part in item.partition("="))
        if not equals or not component:
            raise ValueError(f"`{item}` is not `component=version`, such as `trainer=2.3.0`")
        if component in overrides:
            raise ValueError(f"`{component}` is given twice")
        overrides[component] = version or None
    return overrides


def _override(components: dict[str, str], component: str, written: str | None) -> VersionProblem | None:
    known = known_components()
    if component not in known:
        return _unknown(ProblemKind.UNKNOWN_COMPONENT, "component", component, known)
    if written is None:
        components.pop(component, None)
        return None
    version = written.removeprefix("v")
    if version not in known_versions(component):
        problem = _unknown(ProblemKind.UNKNOWN_VERSION, f"version of {component}", written, known_versions(component))
        return VersionProblem(problem.kind, problem.message, written, problem.known, problem.near, component)
    components[component] = version
    return None


def _conflicts(components: Mapping[str, str]) -> list[VersionProblem]:
    return [
        VersionProblem(
            ProblemKind.CONFLICT,
            f"{left} and {right} define the same CustomResourceDefinition: a cluster can have only one of the two",
            right,
            (left, right),
            component=right,
        )
        for left, right in EXCLUSIVE
        if left in components and right in components
    ]


def _minor(kubernetes: str) -> str:
    return ".".join(kubernetes.removeprefix("v").split(".")[:2])


def _unknown(kind: ProblemKind, what: str, written: str, known: tuple[str, ...]) -> VersionProblem:
    by_number = kind is not ProblemKind.UNKNOWN_COMPONENT
    near = near_versions(written, known) if by_number else near_misses(written, known)
    return VersionProblem(kind, f"unknown {what} `{written}`", written, known, near)
