"""Fixtures that tests of several folders share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import envtest

# A test must see what the code does now, and leave nothing in the folder of the person who runs it.
os.environ["MLPLAT_CACHE"] = "off"

# A slow machine is no failure: hypothesis would else refuse an example that takes 0.2 s, or data that are made slowly.
settings.register_profile("mlplat", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mlplat")


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[envtest.ControlPlane]:
    """A real API server for the session (`tests.envtest.ControlPlane`); skips, saying how to get one, without it.

    Mark the tests that use it `cluster`, and give each a namespace of its own. With MLPLAT_TEST_REQUIRE_CLUSTER=1,
    where a server is promised, its absence fails instead.
    """
    envtest.skip_without_assets()
    plane = envtest.start(tmp_path_factory.mktemp("control-plane"), Path(os.environ["KUBEBUILDER_ASSETS"]))
    yield plane
    plane.stop()


@pytest.fixture(scope="session")
def crds() -> Path:
    """The folder of published CRDs that `MLPLAT_TEST_CRDS` names; skips without it."""
    folder = envtest.crd_folder()
    if folder is None or not folder.is_dir():
        envtest.give_up(envtest.HOW_TO_GET_CRDS)
    return folder
