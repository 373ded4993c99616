"""A real API server that is killed between two pages of a list: what was to come is unknown, and nothing is missing."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mlplat.cluster.caller import Caller, Patience
from mlplat.cluster.connect import connect
from mlplat.cluster.http import Answer, Request
from mlplat.cluster.live import Unread
from mlplat.cluster.reader import ClusterReader
from mlplat.drift.report import DriftClass
from mlplat.drift.sources import Question, prepare
from tests import envtest

pytestmark = pytest.mark.cluster

MANY = 620
"""More than one page of a list."""


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[envtest.ControlPlane]:
    envtest.skip_without_assets()
    started = envtest.start(tmp_path, Path(os.environ["KUBEBUILDER_ASSETS"]))
    yield started
    started.stop()


class _Killing:
    """A connection whose server is killed right before it would be asked for a second page."""

    def __init__(self, inner: Any, plane: envtest.ControlPlane) -> None:
        self.inner, self.server, self.plane = inner, inner.server, plane
        self.pages: list[int] = []

    def send(self, request: Request) -> Answer:
        second = "continue=" in request.path
        if second and self.plane.runs():
            self.plane.kill()
        answer: Answer = self.inner.send(request)
        if "/configmaps?" in request.path:
            self.pages.append(len(json.loads(answer.body)["items"]))
        return answer

    def lines(self, request: Request) -> Iterator[bytes]:
        yield from self.inner.lines(request)


def test_a_server_that_is_killed_in_the_middle_of_a_list_leaves_the_kind_unknown(
    plane: envtest.ControlPlane, tmp_path: Path
) -> None:
    plane.namespace("many")
    maps = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"m{number:04}", "namespace": "many"}}
        for number in range(MANY)
    ]
    with ThreadPoolExecutor(8) as pool:
        assert all(answer.ok for answer in pool.map(plane.create, maps))
    # The last of them is on the second page, and one is nowhere.
    absent = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "absent", "namespace": "many"}}
    declared = tmp_path / "declared.json"
    declared.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [maps[0], maps[-1], absent]}))
    comparison = prepare(Question(declared=str(declared)))

    whole = ClusterReader(Caller(connect(str(plane.kubeconfig)))).read(comparison.requests)
    assert [(one.cls, one.object.name) for one in comparison.report(whole).findings] == [(DriftClass.MISSING, "absent")]

    killing = _Killing(connect(str(plane.kubeconfig)), plane)
    broken = ClusterReader(Caller(killing, Patience(wait=lambda _: None))).read(comparison.requests)
    assert killing.pages == [500]
    assert [one.why for one in broken.unread] == [Unread.UNREACHABLE]
    assert broken.objects == ()
    report = comparison.report(broken)
    assert not report.complete
    assert [(one.cls, one.object.kind, one.object.name) for one in report.findings] == [
        (DriftClass.NOT_COMPARABLE, "ConfigMap", None)
    ]
