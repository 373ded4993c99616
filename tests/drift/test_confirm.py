"""`--confirm`: what an apply would do, as notes; no verdict changes, whatever the server says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mlplat.cluster.caller import Caller, Patience
from mlplat.cluster.http import Answer, NoAnswerError, Request
from mlplat.drift.confirm import NEEDS, confirmed
from mlplat.drift.report import DriftClass, DriftFinding, DriftReport, Note, NoteReason, ObjectName

WEB = ObjectName("apps/v1", "Deployment", "vision", "web")
GONE = ObjectName("v1", "ConfigMap", "vision", "gone")
SECRET = ObjectName("v1", "Secret", "vision", "token")


def body(name: ObjectName, **more: Any) -> dict[str, Any]:
    metadata = {"name": name.name, "namespace": name.namespace}
    return {"apiVersion": name.api_version, "kind": name.kind, "metadata": metadata, **more}


DECLARED = {name: body(name, spec={"replicas": 3, "paused": False}) for name in (WEB, GONE, SECRET)}
LIVE = {WEB: body(WEB, spec={"replicas": 5, "paused": False}), SECRET: body(SECRET)}
REPORT = DriftReport(
    "prod",
    (
        DriftFinding(DriftClass.CHANGED, WEB, "/spec/replicas", "spec.replicas", 3, 5),
        DriftFinding(DriftClass.EXTRA_FIELD, WEB, "/spec/x", "spec.x", None, 5),
        DriftFinding(DriftClass.MISSING, GONE, "", "", None, None),
        DriftFinding(DriftClass.CHANGED, SECRET, "/data/a", "data.a", "(masked)", "(masked)"),
        DriftFinding(DriftClass.ORPHAN, ObjectName("v1", "ConfigMap", "vision", "left"), "", "", None, None),
    ),
    (), complete=True, objects=3, in_sync=0, calls=10,
)  # fmt: skip


class Server:
    """Discovery, and one answer to every apply."""

    server = "https://example.com"

    def __init__(self, status: int = 200, **stored: Any) -> None:
        self.status, self.stored, self.sent = status, stored, list[Request]()
        self.message = "field is immutable"

    def send(self, request: Request) -> Answer:
        self.sent.append(request)
        if request.body is None:
            return self._discovery(request.path)
        assert "dryRun=All" in request.path
        assert "force=true" in request.path
        if self.status != 200:
            return Answer(self.status, json.dumps({"message": self.message}).encode())
        stored = {**json.loads(request.body), **self.stored}
        return Answer(200, json.dumps(stored).encode())

    def _discovery(self, path: str) -> Answer:
        group, kinds = ("", {"configmaps": "ConfigMap"}) if path == "/api" else ("apps", {"deployments": "Deployment"})
        resources = [
            {"resource": plural, "responseKind": {"kind": kind}, "scope": "Namespaced", "verbs": ["list", "patch"]}
            for plural, kind in kinds.items()
        ]
        versions = [{"version": "v1", "resources": resources}]
        items = [{"metadata": {"name": group}, "versions": versions}]
        return Answer(200, json.dumps({"kind": "APIGroupDiscoveryList", "items": items}).encode())

    def lines(self, request: Request) -> Iterator[bytes]:
        raise AssertionError(request)


def notes(server: Any, report: DriftReport = REPORT) -> dict[str, str]:
    found = confirmed(report, Caller(server, Patience(wait=lambda _: None)), DECLARED, LIVE)
    assert found.findings == report.findings
    assert found.complete == report.complete
    assert all(note.reason == NoteReason.CONFIRM for note in found.notes)
    return {note.object.kind if note.object else "": note.text for note in found.notes}


def test_what_an_apply_would_change_and_create() -> None:
    server = Server()
    assert notes(server) == {
        "Deployment": "an apply would change spec.replicas",
        "ConfigMap": "an apply would create it",
        "Secret": "a Secret is not sent anywhere",
    }
    paths = sorted(request.path.partition("?")[0] for request in server.sent if request.body is not None)
    assert paths == ["/api/v1/namespaces/vision/configmaps/gone", "/apis/apps/v1/namespaces/vision/deployments/web"]


def test_an_apply_that_would_change_nothing_says_why() -> None:
    server = Server(spec={"replicas": 5, "paused": False}, metadata={**LIVE[WEB]["metadata"], "generation": 7})
    assert notes(server)["Deployment"].startswith("an apply would change nothing")


@pytest.mark.parametrize("status", [409, 422, 500])
def test_a_refusal_is_told(status: int) -> None:
    assert notes(Server(status))["Deployment"] == f"an apply would be refused: HTTP {status}: field is immutable"


def test_without_the_right_it_is_said_once_a_kind() -> None:
    report = replace(REPORT, findings=(*REPORT.findings[:1], REPORT.findings[2]))
    found = confirmed(report, Caller(Server(403)), DECLARED, LIVE)
    assert found.notes == (
        Note(NoteReason.CONFIRM, f"ConfigMap could not be confirmed: {NEEDS}"),
        Note(NoteReason.CONFIRM, f"Deployment could not be confirmed: {NEEDS}"),
    )


def test_a_server_that_is_gone_is_told_once() -> None:
    class Gone(Server):
        def send(self, request: Request) -> Answer:
            raise NoAnswerError("connection refused")

    assert notes(Gone())[""] == "could not be confirmed: connection refused"


def test_a_refusal_that_quotes_a_credential_does_not_show_it() -> None:
    words = ["--token", "TokLeak6", "--token=TokLeak7"]
    declared = {WEB: body(WEB, spec={"args": words, "env": [{"name": "DB_PASSWORD", "value": "TokLeak8"}]})}
    server = Server(422)
    server.message = f"args: Invalid value: {json.dumps(words)}, TokLeak8"
    found = confirmed(REPORT, Caller(server, Patience(tries=1)), declared, LIVE)
    assert "would be refused" in repr(found.notes)
    assert "TokLeak" not in repr(found)


def test_what_the_server_keeps_for_itself_is_no_change() -> None:
    ending = {**LIVE[WEB], "metadata": {**LIVE[WEB]["metadata"], "deletionGracePeriodSeconds": 30}}
    caller = Caller(Server(spec=ending["spec"]), Patience(wait=lambda _: None))
    (note,) = (note for note in confirmed(REPORT, caller, DECLARED, {**LIVE, WEB: ending}).notes if note.object == WEB)
    assert "would change nothing" in note.text
