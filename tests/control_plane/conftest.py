"""One environment at a time on a cluster of its set, from empty to empty again.

All tests of this folder carry `control_plane` in their xdist group: they share clusters, so they share a worker.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mlplat.compiler.artifacts import ResolvedEnvironment
from tests.control_plane import proven, sets, stand_ins
from tests.control_plane.cluster import Body, Cluster, Said, until
from tests.control_plane.sets import IDS, PAIRS, ControllerSet, Wave

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.cluster)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("control_plane"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in proven.lines():
        terminalreporter.write_line(line)


@dataclass
class Place:
    """An environment, and the cluster that it is for. `lies` says what is on it of the environment."""

    cluster: Cluster
    environment: ResolvedEnvironment
    held: ControllerSet
    lies: str = "unknown"
    said: list[Said] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.environment.name

    def waves(self) -> list[Wave]:
        return sets.waves(self.name)

    def bodies(self) -> list[Body]:
        """All objects of the environment, in the order of their waves."""
        return [body for wave in self.waves() for body in wave.bodies]

    def empty(self) -> None:
        """Takes everything of the environment off the cluster, what was made of it too."""
        for resource in ("applications.argoproj.io", "appprojects.argoproj.io"):
            if self.cluster.one("crd", resource) is None:
                continue
            for item in self.cluster.get(resource, "-A", "-l", f"mlplat.dev/environment={self.name}"):
                where = ("-n", item["metadata"]["namespace"])
                # An Application that still has its finalizer would take its objects along, one by one.
                self.cluster.patch(resource, item["metadata"]["name"], {"metadata": {"finalizers": None}}, *where)
                self.cluster.ask("delete", resource, item["metadata"]["name"], *where, "--wait=false")
        bodies = self.bodies()
        gone = [body for body in bodies if not body["metadata"].get("namespace")]
        self.cluster.delete([*gone, *stand_ins.volumes_for(bodies)])
        until(
            lambda: not any(self.cluster.read(gone)),
            lambda: f"the end of {[b['metadata'] for b in self.cluster.read(gone) if b]}",
            seconds=90,
        )
        self.lies = "nothing"


@pytest.fixture(scope="session")
def resolved() -> dict[str, ResolvedEnvironment]:
    return dict(sets.environments())


@pytest.fixture(scope="session", params=PAIRS, ids=IDS)
def place(request: pytest.FixtureRequest, resolved: dict[str, ResolvedEnvironment]) -> Iterator[Place]:
    """An environment and its cluster; ask for `vacant` or `applied`, which say what lies there."""
    held, name = request.param
    found = Place(held.cluster(), resolved[name], held)
    found.cluster.apply(stand_ins.roles())
    found.empty()
    yield found
    found.empty()


@pytest.fixture
def vacant(place: Place) -> Place:
    """The cluster with nothing of the environment."""
    if place.lies != "nothing":
        place.empty()
    return place


@pytest.fixture
def applied(place: Place) -> Place:
    """The environment, applied by kubectl in the order of its waves; `said` is what kubectl said of each."""
    if place.lies != "applied":
        place.empty()
        place.said = [place.cluster.apply(wave.bodies) for wave in place.waves()]
        place.lies = "applied"
        assert all(said.ok for said in place.said), [said.warnings for said in place.said]
    return place
