"""`--watch`: when is compared, what is measured, what is served."""

import threading
from collections.abc import Iterator
from itertools import pairwise
from types import SimpleNamespace
from typing import cast
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from mlplat.cluster.live import LiveState
from mlplat.drift.continuous import Continuous, DeclaredSide, Pace
from mlplat.drift.metrics import Measured, exposition
from mlplat.drift.report import DriftReport, NoteReason
from mlplat.drift.serve import Pages, parse_address, serve
from mlplat.drift.sources import Comparison, DriftError
from tests.drift.render.report import BLIND, CLEAN, REPORT


class Script:
    """A live side whose changes come at given times, on a clock that only moves when somebody waits."""

    def __init__(self, changes: list[float], synced: float = 0.0) -> None:
        self.now, self.changes, self.ready = 0.0, changes, synced

    def synced(self) -> bool:
        return self.now >= self.ready

    def wait(self, seconds: float) -> bool:
        end = self.now + seconds
        if self.changes and self.changes[0] <= end:
            self.now = max(self.now, self.changes.pop(0))
            return True
        self.now = end
        return False

    def state(self) -> LiveState:
        return LiveState()


def compared_at(live: Script, until: float, **pace: float) -> list[float]:
    """The times at which was compared, until a time."""
    stop, times = threading.Event(), []

    def compare(_: LiveState) -> DriftReport:
        times.append(live.now)
        return CLEAN

    def clock() -> float:
        if live.now > until:
            stop.set()
        return live.now

    Continuous(live, compare, Measured(lambda _: ""), lambda _: None, Pace(clock=clock, **pace)).run(stop)  # type: ignore[arg-type]
    return [time for time in times if time <= until]


def test_a_burst_of_changes_is_one_comparison_two_seconds_after_its_end() -> None:
    assert compared_at(Script([10.0, 10.5, 11.0, 12.0]), 30.0) == [0.0, 14.0]


def test_changes_that_do_not_cease_are_compared_every_ten_seconds() -> None:
    times = compared_at(Script([float(second) for second in range(5, 60)]), 40.0)
    assert times[0] == 0.0
    assert all(9 <= later - earlier <= 12 for earlier, later in pairwise(times[1:]))


def test_without_changes_there_is_a_full_pass_now_and_then() -> None:
    assert compared_at(Script([]), 1300.0, full_pass=600.0) == [0.0, 600.0, 1200.0]


def test_nothing_is_compared_before_every_kind_was_read_or_given_up() -> None:
    (first,) = compared_at(Script([], synced=7.0), 60.0)
    assert 7.0 <= first < 7.5
    (late,) = compared_at(Script([], synced=1e9), 150.0)
    assert 120.0 <= late < 121.0


def test_stop_ends_the_loop() -> None:
    stop = threading.Event()
    stop.set()
    Continuous(Script([]), lambda _: CLEAN, Measured(lambda _: ""), lambda _: None).run(stop)


@pytest.fixture
def served() -> Iterator[tuple[str, dict[str, bool], Measured]]:
    measured, state = (
        Measured(lambda writer: "person" if writer.manager else "unknown"),
        {"alive": True, "ready": False},
    )
    pages = Pages(lambda: exposition(measured), lambda: state["alive"], lambda: state["ready"])
    server = serve(("127.0.0.1", 0), pages)
    yield f"http://127.0.0.1:{server.server_port}", state, measured
    server.shutdown()
    server.server_close()


def get(url: str) -> tuple[int, str]:
    try:
        with urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def test_health_and_readiness(served: tuple[str, dict[str, bool], Measured]) -> None:
    url, state, _ = served
    assert get(f"{url}/healthz") == (200, "ok\n")
    assert get(f"{url}/readyz")[0] == 503
    state["ready"] = True
    assert get(f"{url}/readyz") == (200, "ok\n")
    state["alive"] = False
    assert get(f"{url}/healthz")[0] == get(f"{url}/readyz")[0] == 503
    assert get(f"{url}/secret")[0] == 404


def test_metrics_follow_the_newest_report(served: tuple[str, dict[str, bool], Measured]) -> None:
    url, _, measured = served
    assert "mlplat_drift_findings" not in get(f"{url}/metrics")[1]
    measured.requests = {("GET", "200"): 19, ("WATCH", "error"): 1}
    measured.take(REPORT)
    text = get(f"{url}/metrics?x=1")[1]
    assert 'mlplat_drift_findings{actor="person",class="extra-field",environment="prod",kind="Deployment"} 1.0' in text
    assert 'mlplat_drift_api_requests_total{code="error",verb="WATCH"} 1.0' in text
    measured.take(BLIND)
    text = get(f"{url}/metrics")[1]
    assert "mlplat_drift_findings{" not in text
    assert 'reason="forbidden"} 1.0' in text


@pytest.mark.parametrize("text", ["", "9810", "host:", "host:x", "host:99999", "host:-1"])
def test_an_address_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        parse_address(text)


def test_addresses() -> None:
    assert parse_address(":9810") == ("", 9810)
    assert parse_address("[::1]:80") == ("::1", 80)


def test_a_declared_side_that_breaks_makes_reports_incomplete_until_it_is_mended() -> None:
    now = [0.0]
    broken = [False]
    heard: list[str] = []

    def read() -> Comparison:
        if broken[0]:
            raise DriftError("no such field")
        return cast("Comparison", SimpleNamespace(report=lambda live: CLEAN, requests=()))

    side = DeclaredSide(read, lambda error: heard.append(str(error)), every=600.0, clock=lambda: now[0])
    live = cast("LiveState", None)
    broken[0] = True
    assert side.compare(live).complete, "nothing is read again before it is time"
    now[0] = 600.0
    for _ in range(2):
        report = side.compare(live)
        assert not report.complete
        assert [note.reason for note in report.notes] == [NoteReason.DECLARED_STALE]
    assert heard == ["no such field"]
    broken[0], now[0] = False, 1200.0
    assert side.compare(live) == CLEAN
