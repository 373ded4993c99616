"""Which environments run against which cluster: the one whose controllers have the versions that they name.

Two sets of controllers cannot share a cluster, so each has its own; give one or both.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.load.discover import load_tree
from mlplat.compiler.resolve.environment import resolve_environments
from mlplat.schema.kinds import KINDS
from tests.control_plane.cluster import Body, Cluster, rendered

ROOT = Path(__file__).parents[2]
REQUIRE = "MLPLAT_TEST_REQUIRE_CONTROLLERS"
TRAINER = "trainjobs.trainer.kubeflow.org"


def skip_or_fail(reason: str) -> NoReturn:
    """A test that cannot run is skipped; where controllers are required it fails, so no proof is missing unseen."""
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def set_name(trainer: Mapping[str, Any] | None) -> str | None:
    """The set whose Trainer a CRD of that name is; None where there is none."""
    if trainer is None:
        return None
    fields = trainer["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    return "release_2603" if "podTemplateOverrides" in fields else "newest"


@dataclass(frozen=True)
class ControllerSet:
    """Controllers that run together, and the variable that names the kubeconfig of a cluster with them."""

    name: str
    variable: str
    versions: str
    environments: tuple[str, ...]
    lacks: tuple[str, ...] = ()
    """CRDs that a cluster of the set is not to have: what is asked of their webhooks is asked of the other set's."""

    def cluster(self) -> Cluster:
        """The cluster; skips, or fails where it is required, with the command that would run these tests."""
        path = os.environ.get(self.variable)
        if not path:
            reason = (
                f"{self.variable} is not set. In an otherwise empty cluster with {self.versions}: "
                f"{self.variable}=~/.kube/config python -m pytest tests/control_plane -k {self.name}"
            )
            skip_or_fail(reason)
        cluster = Cluster(Path(path))
        self._assert_versions(cluster)
        return cluster

    def _assert_versions(self, cluster: Cluster) -> None:
        """A cluster of the other set would refuse what is right: Trainer 2.2 took `podTemplateOverrides` away."""
        name = set_name(cluster.one("crd", TRAINER))
        assert name is not None, f"the cluster of {self.variable} has no Trainer"
        assert name == self.name, f"the Trainer of {self.variable} is of another version"


SETS = (
    ControllerSet(
        "newest",
        "MLPLAT_TEST_KUBECONFIG",
        "Trainer 2.3.0, Training Operator 1.9.3, Kueue 0.18.4 and KServe 0.20.0",
        ("dev", "legacy"),
    ),
    ControllerSet(
        "release_2603",
        "MLPLAT_TEST_KUBECONFIG_2603",
        "Trainer 2.1.0, Kueue 0.18.4 and KServe 0.16.0, as Kubeflow 26.03 has them",
        ("staging", "prod"),
        lacks=("mpijobs.kubeflow.org",),  # the Training Operator, whose kind it is, has no part in this set
    ),
)

PAIRS = tuple((held, name) for held in SETS for name in held.environments)
IDS = tuple(f"{held.name}-{name}" for held, name in PAIRS)


@dataclass(frozen=True)
class Wave:
    """What is applied together: the sync wave of the units' Applications, then that of the objects."""

    unit: int
    own: int
    bodies: tuple[Body, ...]


def environments(root: Path = ROOT) -> Mapping[str, ResolvedEnvironment]:
    """The environments of a platform, resolved; it must have no findings of the load and resolve passes."""
    tree, loaded = load_tree(root, frozenset(KINDS))
    found, problems = resolve_environments(tree)
    assert [*loaded, *problems] == []
    return found


def units(environment: str, root: Path = ROOT) -> dict[str, list[Body]]:
    """The objects of each unit of an environment, as kustomize renders its overlay."""
    folders = sorted((root / "generated" / "overlays" / environment).iterdir())
    return {folder.name: rendered(folder) for folder in folders}


def unit_waves(environment: str, root: Path = ROOT) -> dict[str, int]:
    """The sync wave of the Application of each unit, as Argo CD is told it."""
    found = {}
    for body in rendered(root / "generated" / "argocd" / environment / "apps"):
        if body["kind"] == "Application":
            unit = body["metadata"]["labels"]["mlplat.dev/unit"]
            found[unit] = sync_wave(body)
    return found


def sync_wave(body: Body) -> int:
    """The sync wave that an object's annotation names, 0 when none does."""
    return int(body["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave", "0"))


@cache
def waves(environment: str, root: Path = ROOT) -> list[Wave]:
    """The objects of an environment in the order in which Argo CD brings them, as far as that order is fixed."""
    of_unit = unit_waves(environment, root)
    held: dict[tuple[int, int], list[Body]] = {}
    for unit, bodies in units(environment, root).items():
        for body in bodies:
            held.setdefault((of_unit[unit], sync_wave(body)), []).append(body)
    return [Wave(*number, tuple(bodies)) for number, bodies in sorted(held.items())]
