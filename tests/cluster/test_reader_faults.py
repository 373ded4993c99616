"""What becomes of a kind when the API server fails: it is read in the end, or unread with the reason, never empty."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlplat.cluster.caller import Caller, Patience
from mlplat.cluster.connect import connect
from mlplat.cluster.http import Answer, Request
from mlplat.cluster.live import KindRequest, LiveState, Unread
from mlplat.cluster.reader import ClusterReader
from mlplat.objects.gvk import GVK
from tests.cluster.faulty import Fault, FaultyServer, status

MAPS = GVK("", "v1", "ConfigMap")
JOBS = GVK("kubeflow.org", "v1", "PyTorchJob")
MAPS_PATH, JOBS_PATH = "/api/v1/configmaps", "/apis/kubeflow.org/v1/pytorchjobs"


def body(name: str, namespace: str = "a", **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": namespace}, **more}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FaultyServer]:
    with FaultyServer(tmp_path) as running:
        running.serve("v1", "configmaps", "ConfigMap", [body(f"m{n}", "ab"[n % 2]) for n in range(5)])
        running.serve("kubeflow.org/v1", "pytorchjobs", "PyTorchJob", [body("job")])
        yield running


class Reading:
    """One reading of the two kinds, with a clock that only notes how long it would have waited."""

    def __init__(self, server: FaultyServer, seconds: float = 5.0, **options: Any) -> None:
        self.waits: list[float] = []
        found = connect(str(server.kubeconfig()))
        patience = Patience(wait=self.waits.append, chance=lambda: 1.0)
        self.caller = Caller(_Impatient(found, seconds), patience)
        reader = ClusterReader(self.caller, options.pop("redact", lambda each: each), **options)
        requests = [KindRequest(MAPS, "configmaps", True, ("a", "b")), KindRequest(JOBS, "pytorchjobs", True, ("a",))]
        self.state: LiveState = reader.read(requests)

    def names(self, kind: str) -> list[str]:
        return [each["metadata"]["name"] for each in self.state.objects if each["kind"] == kind]

    def why(self, gvk: GVK) -> list[tuple[Unread, str | None]]:
        return [(each.why, each.namespace) for each in self.state.unread if each.gvk == gvk]


class _Impatient:
    """The same connection with a shorter limit on silence, so that a test of timeouts does not take half a minute."""

    def __init__(self, inner: Any, seconds: float) -> None:
        self.inner, self.server, self.seconds = inner, inner.server, seconds

    def send(self, request: Request) -> Answer:
        answer: Answer = self.inner.send(Request(request.path, request.accept, request.body, self.seconds))
        return answer

    def lines(self, request: Request) -> Iterator[bytes]:
        yield from self.inner.lines(request)


def test_everything_is_read_page_by_page_with_no_request_but_get(server: FaultyServer) -> None:
    reading = Reading(server)
    assert reading.names("ConfigMap") == ["m0", "m1", "m2", "m3", "m4"]
    assert reading.names("PyTorchJob") == ["job"]
    assert reading.state.read == {MAPS, JOBS}
    assert reading.state.unread == ()
    assert {verb for verb, _ in server.seen} == {"GET"}
    assert server.requests("/api") == server.requests("/apis") == 1
    assert server.requests(MAPS_PATH) == 3
    assert reading.state.calls == len(server.seen)
    assert reading.state.server == server.url
    assert all(each["apiVersion"] for each in reading.state.objects)


PASSING: dict[str, list[Fault]] = {
    "throttled with Retry-After": [status(429, "too many requests", Retry_After="7")],
    "throttled without it": [status(429), status(429)],
    "500": [status(500, "etcdserver: leader changed")],
    "502 of a proxy": [Fault(502, b"<html>Bad Gateway</html>")],
    "503": [status(503, Retry_After="1")],
    "504": [status(504, "Timeout: request did not complete within the allotted timeout")],
    "closed before the answer": [Fault(closes="before")],
    "closed within the body": [Fault(closes="within")],
    "reset": [Fault(closes="reset")],
    "truncated JSON": [Fault(200, b'{"kind": "ConfigMapList", "items": [{"metada')],
    "not UTF-8": [Fault(200, b'{"kind": "\xff\xfe"}')],
    "three in a row": [status(500), Fault(closes="within"), status(429)],
}


@pytest.mark.parametrize("page", [1, 3])
@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_tried_again(server: FaultyServer, name: str, page: int) -> None:
    server.faults[f"{MAPS_PATH}#{page}"] = list(PASSING[name])
    reading = Reading(server)
    assert reading.names("ConfigMap") == ["m0", "m1", "m2", "m3", "m4"]
    assert reading.state.unread == ()
    assert len(reading.waits) == len(PASSING[name])


def test_retry_after_is_obeyed_and_other_waits_double_at_random(server: FaultyServer) -> None:
    server.faults[MAPS_PATH] = [status(429, Retry_After="7"), status(500), status(500)]
    assert Reading(server).waits == [7.0, 1.0, 2.0]


def test_a_server_that_asks_for_minutes_is_not_waited_for(server: FaultyServer) -> None:
    server.always[MAPS_PATH] = status(429, Retry_After="3600")
    reading = Reading(server)
    assert reading.waits == []
    assert reading.why(MAPS) == [(Unread.THROTTLED, None)]


LASTING: dict[str, tuple[Fault, Unread, int]] = {
    "401": (status(401, "Unauthorized"), Unread.FORBIDDEN, 1),
    "404": (status(404, "the server could not find the requested resource"), Unread.NOT_INSTALLED, 1),
    "429": (status(429), Unread.THROTTLED, 6),
    "500": (status(500), Unread.SERVER, 4),
    "501": (status(501), Unread.SERVER, 1),
    "503": (status(503), Unread.SERVER, 4),
    "a redirect": (Fault(302, headers={"Location": "http://127.0.0.1:1/"}), Unread.UNREADABLE, 1),
    "400": (status(400, "the server rejected our request"), Unread.UNREADABLE, 1),
    "nested too deep": (Fault(200, b'{"items":' + b"[" * 50_000), Unread.UNREADABLE, 1),
    "closed before": (Fault(closes="before"), Unread.UNREACHABLE, 4),
    "closed within": (Fault(closes="within"), Unread.UNREACHABLE, 4),
    "broken JSON": (Fault(200, b"{]"), Unread.UNREADABLE, 4),
    "a web page": (Fault(200, b"<html>Sign in</html>"), Unread.UNREADABLE, 4),
    "JSON, but no object": (Fault(200, b"[]"), Unread.UNREADABLE, 1),
    "no list": (Fault(200, b'{"kind": "Status", "status": "Success"}'), Unread.UNREADABLE, 1),
    "an item without a name": (Fault(200, b'{"kind": "ConfigMapList", "items": [{}]}'), Unread.UNREADABLE, 1),
    "items that are none": (Fault(200, b'{"kind": "ConfigMapList", "items": {"a": 1}}'), Unread.UNREADABLE, 1),
    "the same page for ever": (
        Fault(200, b'{"kind": "ConfigMapList", "metadata": {"continue": "same:0"}, "items": []}'), Unread.UNREADABLE, 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_leaves_the_kind_unread_and_the_other_read(server: FaultyServer, name: str) -> None:
    fault, why, tries = LASTING[name]
    server.always[MAPS_PATH] = fault
    reading = Reading(server)
    assert reading.why(MAPS) == [(why, None)]
    assert reading.names("ConfigMap") == []
    assert MAPS not in reading.state.read
    assert reading.names("PyTorchJob") == ["job"]
    assert reading.state.read == {JOBS}
    assert server.requests(MAPS_PATH) == tries


def test_a_page_that_cannot_be_had_takes_its_whole_kind_along(server: FaultyServer) -> None:
    server.always[f"{MAPS_PATH}#2"] = status(500)
    reading = Reading(server)
    assert reading.names("ConfigMap") == []
    assert reading.why(MAPS) == [(Unread.SERVER, None)]


def test_a_list_that_expires_in_its_middle_is_begun_again(server: FaultyServer) -> None:
    server.faults[f"{MAPS_PATH}#2"] = [status(410, "The provided continue parameter is too old")]
    reading = Reading(server)
    assert reading.names("ConfigMap") == ["m0", "m1", "m2", "m3", "m4"]
    assert server.requests(MAPS_PATH) == 5


def test_a_list_that_always_expires_is_given_up(server: FaultyServer) -> None:
    server.always[f"{MAPS_PATH}#2"] = status(410, "The provided continue parameter is too old")
    assert Reading(server).why(MAPS) == [(Unread.EXPIRED, None)]


def test_a_server_that_says_nothing_runs_into_the_time_limit(server: FaultyServer) -> None:
    server.always[MAPS_PATH] = Fault(silence=2.0)
    reading = Reading(server, seconds=0.2)
    assert reading.why(MAPS) == [(Unread.UNREACHABLE, None)]
    assert "did not answer in time" in reading.state.unread[0].detail


def test_who_may_not_list_everywhere_lists_in_the_declared_namespaces(server: FaultyServer) -> None:
    server.always[MAPS_PATH] = status(403, "configmaps is forbidden at the cluster scope")
    server.always["/api/v1/namespaces/b/configmaps"] = status(403, 'cannot list in the namespace "b"')
    reading = Reading(server)
    assert reading.names("ConfigMap") == ["m0", "m2", "m4"]
    assert MAPS in reading.state.read
    assert reading.why(MAPS) == [(Unread.FORBIDDEN, "b")]


def test_who_may_list_nowhere_knows_nothing(server: FaultyServer) -> None:
    for path in (MAPS_PATH, "/api/v1/namespaces/a/configmaps", "/api/v1/namespaces/b/configmaps"):
        server.always[path] = status(403, "forbidden")
    reading = Reading(server)
    assert MAPS not in reading.state.read
    assert reading.why(MAPS) == [(Unread.FORBIDDEN, "a"), (Unread.FORBIDDEN, "b")]


def test_a_kind_that_discovery_does_not_know_is_not_installed_and_not_asked_for(server: FaultyServer) -> None:
    del server.collections[JOBS_PATH]
    reading = Reading(server)
    assert reading.why(JOBS) == [(Unread.NOT_INSTALLED, None)]
    assert server.requests(JOBS_PATH) == 0


def test_another_version_is_named(server: FaultyServer) -> None:
    del server.collections[JOBS_PATH]
    server.serve("kubeflow.org/v2", "pytorchjobs", "PyTorchJob", [])
    (unread,) = Reading(server).state.unread
    assert unread.detail == "the API server serves it as v2"


def test_without_aggregated_discovery_each_group_is_asked(server: FaultyServer) -> None:
    server.aggregated = False
    reading = Reading(server)
    assert reading.state.read == {MAPS, JOBS}
    assert server.requests("/api/v1") == server.requests("/apis/kubeflow.org/v1") == 1


def test_without_the_right_to_discovery_kinds_are_asked_for_as_the_tables_know_them(server: FaultyServer) -> None:
    server.always["/apis"] = status(403, "forbidden")
    assert Reading(server).state.read == {MAPS, JOBS}


DOWN: dict[str, tuple[Fault, Unread]] = {
    "the token is not accepted": (status(401, "Unauthorized"), Unread.FORBIDDEN),
    "the server is starting": (status(503), Unread.SERVER),
    "nothing answers": (Fault(closes="before"), Unread.UNREACHABLE),
    "it is no API server": (Fault(200, b"<html>"), Unread.UNREADABLE),
}


@pytest.mark.parametrize("name", DOWN)
def test_a_server_that_does_not_even_tell_what_it_serves_leaves_all_unread(server: FaultyServer, name: str) -> None:
    fault, why = DOWN[name]
    server.always["/api"] = fault
    reading = Reading(server)
    assert reading.state.read == frozenset()
    assert reading.state.objects == ()
    assert [each.why for each in reading.state.unread] == [why, why]


def test_a_server_that_dies_in_the_middle_leaves_the_rest_unread_in_bounded_time(server: FaultyServer) -> None:
    for path in (MAPS_PATH, JOBS_PATH):
        server.always[path] = Fault(closes="reset")
    reading = Reading(server)
    assert [each.why for each in reading.state.unread] == [Unread.UNREACHABLE, Unread.UNREACHABLE]


def test_definitions_of_custom_kinds_come_along(server: FaultyServer) -> None:
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/pytorchjobs.kubeflow.org"
    server.faults[path] = [Fault(200, b'{"kind": "CustomResourceDefinition", "spec": {}}')]
    reading = Reading(server)
    assert [each["kind"] for each in reading.state.definitions] == ["CustomResourceDefinition"]
    server.always[path] = status(403, "forbidden")
    assert Reading(server).state.definitions == ()
    assert reading.state.unread == ()


def test_secrets_are_redacted_before_anything_else_sees_them(server: FaultyServer) -> None:
    seen: list[str] = []

    def redact(each: dict[str, Any]) -> dict[str, Any]:
        seen.append(each["metadata"]["name"])
        return {**each, "data": "redacted"}

    reading = Reading(server, redact=redact)
    assert {each["data"] for each in reading.state.objects} == {"redacted"}
    assert sorted(seen) == ["job", "m0", "m1", "m2", "m3", "m4"]


def test_what_the_server_says_is_one_line_without_credentials(server: FaultyServer) -> None:
    server.always[MAPS_PATH] = status(400, "no\nsense: https://bob:hunter22@example.com " + "x" * 2000)
    (unread,) = Reading(server).state.unread
    assert unread.detail.startswith("HTTP 400: no sense: https://(masked)@example.com xxx")
    assert len(unread.detail) < 400


def test_tls_without_trust_is_said_and_not_tried_again(tmp_path: Path) -> None:
    with FaultyServer(tmp_path, tls=True) as server:
        server.serve("v1", "configmaps", "ConfigMap", [body("m")])
        reading = Reading(server)
        assert reading.waits == []
        assert "certificate verify failed" in reading.state.unread[0].detail


def test_tls_with_the_authority_of_the_kubeconfig_works(tmp_path: Path) -> None:
    with FaultyServer(tmp_path, tls=True) as server:
        server.serve("v1", "configmaps", "ConfigMap", [body("m")])
        trusting = connect(str(server.kubeconfig(**{"certificate-authority": str(server.certificate())})))
        answer = trusting.send(Request("/api"))
        assert answer.ok
        assert json.loads(answer.body)["kind"] == "APIVersions"


def test_nothing_listens(tmp_path: Path) -> None:
    with FaultyServer(tmp_path) as server:
        path = server.kubeconfig()
    waits: list[float] = []
    caller = Caller(connect(str(path)), Patience(wait=waits.append))
    state = ClusterReader(caller, lambda each: each).read([KindRequest(MAPS, "configmaps", True)])
    assert [each.why for each in state.unread] == [Unread.UNREACHABLE]
    assert state.unread[0].detail == "connection refused"
    assert len(waits) == 3


def test_progress_is_told_kind_by_kind(server: FaultyServer) -> None:
    told: list[tuple[int, int]] = []
    progress: Callable[[int, int], None] = lambda done, of: told.append((done, of))  # noqa: E731
    Reading(server, progress=progress)
    assert sorted(told) == [(1, 2), (2, 2)]
