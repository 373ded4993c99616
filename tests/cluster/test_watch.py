"""A copy of a cluster that is kept up to date, by watches that break, forget and lie."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from mlplat.cluster import watch as module
from mlplat.cluster.caller import Caller, Patience
from mlplat.cluster.connect import connect
from mlplat.cluster.live import KindRequest, Unread
from mlplat.cluster.watch import Mirror
from mlplat.objects.gvk import GVK
from tests.cluster.faulty import Fault, FaultyServer, status

MAPS = GVK("", "v1", "ConfigMap")
PATH = "/api/v1/configmaps"


def body(name: str, version: int = 1, **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "a", "resourceVersion": str(version)}, **more}


def event(kind: str, each: Mapping[str, Any]) -> bytes:
    return json.dumps({"type": kind, "object": each}).encode()


def gone() -> bytes:
    said = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"}
    return event("ERROR", said)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


class Script:
    """What each watch that is opened gives, in turn; the last of them hangs until the test is over."""

    def __init__(self, *watches: Sequence[bytes | Fault]) -> None:
        self.watches, self.versions, self.over = list(watches), list[str](), threading.Event()

    def __call__(self, path: str, query: Mapping[str, str]) -> Sequence[bytes | Fault]:
        self.versions.append(query["resourceVersion"])
        assert query["allowWatchBookmarks"] == "true"
        if not self.watches:
            self.over.wait(20)
            return ()
        return self.watches.pop(0)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    monkeypatch.setattr(module, "_AGAIN", (0.01, 0.05))
    with FaultyServer(tmp_path) as running:
        running.serve("v1", "configmaps", "ConfigMap", [body("one"), body("two")])
        yield running


def mirror(server: FaultyServer, script: Script, **options: Any) -> Mirror:
    server.watched = script
    found = Mirror(Caller(connect(str(server.kubeconfig())), Patience(wait=lambda _: None)), **options)
    found.start([KindRequest(MAPS, "configmaps", True, ("a",))])
    return found


def names(found: Mirror) -> list[str]:
    return sorted(each["metadata"]["name"] for each in found.state().objects)


def test_events_keep_the_copy_up_to_date(server: FaultyServer) -> None:
    script = Script([
        event("ADDED", body("three", 101)),
        event("DELETED", body("one", 102)),
        event("MODIFIED", body("two", 103, data={"a": "b"})),
        event("BOOKMARK", {"kind": "ConfigMap", "metadata": {"resourceVersion": "150"}}),
    ])  # fmt: skip
    found = mirror(server, script)
    until(lambda: len(script.versions) == 2)
    assert names(found) == ["three", "two"]
    assert next(each for each in found.state().objects if each["metadata"]["name"] == "two")["data"] == {"a": "b"}
    assert script.versions == ["100", "150"]
    assert found.synced()
    assert server.requests(PATH) == 3  # one list, two watches
    script.over.set()
    found.stop()


def test_410_lists_again(server: FaultyServer) -> None:
    script = Script([gone()], [status(410, "too old resource version")])
    found = mirror(server, script)
    until(lambda: len(script.versions) == 3)
    assert server.requests(PATH) == 6
    assert names(found) == ["one", "two"]
    script.over.set()
    found.stop()


BREAKS: dict[str, list[bytes | Fault]] = {
    "in the middle of an event": [event("ADDED", body("three", 101))[:20], Fault(closes="within")],
    "between events": [event("ADDED", body("three", 101)), Fault(closes="within")],
    "with nonsense": [b"[]"],
    "with an event without an object": [b'{"type": "ADDED"}'],
    "by 500": [status(500)],
    "by 429": [status(429)],
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_watch_that_breaks_is_taken_up_where_it_was(server: FaultyServer, name: str) -> None:
    script = Script(BREAKS[name], [event("ADDED", body("four", 102))])
    found = mirror(server, script)
    until(lambda: "four" in names(found))
    assert script.versions[1] == ("101" if name == "between events" else "100")
    script.over.set()
    found.stop()


def test_a_kind_that_may_no_longer_be_read_is_unread_and_comes_back(server: FaultyServer) -> None:
    script = Script([status(403, "forbidden")])
    server.faults[PATH + "#1"] = []
    found = mirror(server, script)
    until(lambda: len(script.versions) == 2)
    assert names(found) == ["one", "two"]
    script.over.set()
    found.stop()


def test_an_unreadable_kind_says_why_and_is_read_when_it_can_be(server: FaultyServer) -> None:
    server.always[PATH] = status(403, "forbidden")
    server.always["/api/v1/namespaces/a/configmaps"] = status(403, "forbidden")
    script = Script()
    found = mirror(server, script)
    until(found.synced)
    assert [(each.why, each.namespace) for each in found.state().unread] == [(Unread.FORBIDDEN, "a")]
    assert found.state().read == frozenset()
    server.always.clear()
    until(lambda: names(found) == ["one", "two"])
    assert found.state().unread == ()
    script.over.set()
    found.stop()


def test_a_server_that_is_down_at_the_start_is_waited_for(server: FaultyServer) -> None:
    server.always["/api"] = Fault(closes="before")
    script = Script()
    found = mirror(server, script)
    until(found.synced)
    assert [each.why for each in found.state().unread] == [Unread.UNREACHABLE]
    server.always.clear()
    until(lambda: names(found) == ["one", "two"])
    script.over.set()
    found.stop()


def test_a_new_status_is_no_change(server: FaultyServer) -> None:
    steps = threading.Event()

    class Slow(Script):
        def __call__(self, path: str, query: Mapping[str, str]) -> Sequence[bytes | Fault]:
            self.versions.append(query["resourceVersion"])
            if len(self.versions) == 1:
                steps.wait(20)
                return [event("MODIFIED", body("one", 101, status={"phase": "Active"}))]
            self.over.wait(20)
            return ()

    script = Slow()
    found = mirror(server, script)
    until(found.synced)
    until(lambda: not found.wait(0.2))
    steps.set()
    until(lambda: len(script.versions) == 2)
    assert not found.wait(0.2)
    assert any("status" in each for each in found.state().objects)
    script.over.set()
    found.stop()


def test_after_the_full_pass_a_kind_is_listed_anew(server: FaultyServer) -> None:
    script = Script([], [], [], [], [], [])
    found = mirror(server, script, full_pass=0.0)
    until(lambda: server.requests(PATH) >= 4)
    script.over.set()
    found.stop()


def test_a_selector_narrows_the_watch_too(server: FaultyServer) -> None:
    asked: list[str] = []

    def watched(path: str, query: Mapping[str, str]) -> Sequence[bytes | Fault]:
        asked.append(query.get("labelSelector", ""))
        time.sleep(0.5)
        return ()

    server.watched = watched
    found = Mirror(Caller(connect(str(server.kubeconfig()))))
    found.start([KindRequest(MAPS, "configmaps", True, (), "mlplat.dev/environment=prod")])
    until(lambda: bool(asked))
    assert asked[0] == "mlplat.dev/environment=prod"
    found.stop()
