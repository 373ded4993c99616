"""Platforms to try commands on: compiled once for the session, copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import ROOT, copy_platform, mlplat


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache folder of the session, not the one of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def built_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example platform with what it compiles to now; only to be copied."""
    folder = copy_platform(ROOT, tmp_path_factory.mktemp("built") / "example", generated=False)
    outcome = mlplat("-C", folder, "build")
    assert outcome.status == 0, outcome.err
    return folder


@pytest.fixture
def example(built_example: Path, tmp_path: Path) -> Path:
    """The example platform, to be changed at will."""
    return copy_platform(built_example, tmp_path / "example")


@pytest.fixture(scope="session")
def built_small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `mlplat init` makes, compiled; only to be copied."""
    folder = tmp_path_factory.mktemp("built") / "small"
    for outcome in (mlplat("init", folder), mlplat("-C", folder, "build")):
        assert outcome.status == 0, outcome.err
    return folder


@pytest.fixture
def small(built_small: Path, tmp_path: Path) -> Path:
    """What `mlplat init` makes, compiled, to be changed at will."""
    return copy_platform(built_small, tmp_path / "small")
