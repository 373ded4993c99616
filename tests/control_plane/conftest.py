"""One environment at a time on a cluster of its set, from empty to empty again.

All tests of this folder carry `control_plane` in their xdist group: they share clusters, so they share a worker.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlplat.compiler.artifacts import ResolvedEnvironment
from tests.control_plane import proven, sets, stand_ins
from tests.control_plane.gitops import APPLICATIONS, Repository, make_repository, served
from tests.control_plane.place import Place
from tests.control_plane.sets import IDS, PAIRS, skip_or_fail
from tests.control_plane.story import Story

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
        place.apply()
    return place


@pytest.fixture(scope="session")
def repository(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """The platform in git, as Argo CD reads it."""
    folder = tmp_path_factory.mktemp("git")
    with served(folder) as address:
        yield make_repository(folder / "platform", place.name, f"{address}/platform")


@pytest.fixture(scope="session")
def started(place: Place, repository: Repository) -> Iterator[Story]:
    """From nothing: one apply of `root.yaml`, and the stand-ins for what the cluster lacks."""
    if place.cluster.one("crd", APPLICATIONS) is None:
        skip_or_fail("the cluster has no Argo CD")
    place.empty()
    story = Story(place, repository)
    assert not any(place.cluster.read([body for body in story.bodies() if not body["metadata"].get("namespace")]))
    story.apply_by_hand()
    said = story.argo.bring_up(repository)
    place.lies = "argocd"
    assert said.ok, said.warnings
    assert said.warnings == ""
    yield story
    place.empty()
