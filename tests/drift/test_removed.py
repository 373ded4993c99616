"""Who took a field away, and that nobody says when."""

import json
from typing import Any

import pytest

from mlplat.drift.report import DriftFinding
from mlplat.objects.marks import LAST_APPLIED
from tests.drift.test_laws import compare

CLIENT = "kubectl-client-side-apply"
EARLY, LATE = "2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z"


def entry(manager: str, time: str, fields: dict[str, Any]) -> dict[str, Any]:
    common = {"apiVersion": "v1", "fieldsType": "FieldsV1", "operation": "Update"}
    return {**common, "manager": manager, "time": time, "fieldsV1": fields}


def items(name: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
    below = {f"k:{json.dumps(key, separators=(',', ':'))}": {".": {}, "f:value": {}} for key in keys}
    return {f"f:{name}": {".": {}, **below}}


def applied(fields: dict[str, Any]) -> dict[str, Any]:
    return {"f:metadata": {"f:annotations": {".": {}, f"f:{LAST_APPLIED}": {}}}, **fields}


def deployment(env: list[dict[str, str]]) -> dict[str, Any]:
    labels = {"app": "web"}
    pod = {"containers": [{"name": "main", "image": "example.com/a:1", "env": env}]}
    spec = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}
    metadata = {"name": "web", "namespace": "default"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def of_container(fields: dict[str, Any]) -> dict[str, Any]:
    return {"f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"main"}': fields}}}}}


def removed(declared: dict[str, Any], live: dict[str, Any], last: Any, entries: list[Any]) -> DriftFinding:
    metadata = {**live["metadata"], "annotations": {LAST_APPLIED: json.dumps(last)}, "managedFields": entries}
    found = compare(declared, {**live, "metadata": metadata}).findings
    (one,) = (finding for finding in found if finding.cls == "missing")
    return one


@pytest.mark.parametrize("holds", [True, False])
def test_who_still_has_it_as_last_applied_did_not_take_it_away(holds: bool) -> None:
    """`kubectl apply`, then `kubectl set env deploy/web A=9 B-`: the client's entry is the older one."""
    both = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    declared = deployment(both)
    last = declared if holds else deployment(both[:1])
    client = entry(CLIENT, EARLY, applied(of_container(items("env", [{"name": "A"}]))))
    person = entry("kubectl-set", LATE, of_container({"f:env": {'k:{"name":"A"}': {"f:value": {}}}}))
    one = removed(declared, deployment([{"name": "A", "value": "9"}]), last, [client, person])
    assert (one.writer.manager, one.writer.time, one.confidence) == ("kubectl-set", None, "low")


def test_the_client_alone_is_not_named_for_what_it_applied() -> None:
    """`kubectl patch svc` that only takes a port away leaves no entry."""
    ports = [{"name": "a", "port": 80}, {"name": "b", "port": 81}]
    declared: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"ports": ports},
    }
    live = {**declared, "spec": {"ports": ports[:1]}}
    client = entry(CLIENT, EARLY, applied({"f:spec": items("ports", [{"port": 80, "protocol": "TCP"}])}))
    one = removed(declared, live, declared, [client])
    assert (one.writer.manager, one.writer.time) == (None, None)
    fields = {"f:spec": {"f:ports": {'k:{"port":80,"protocol":"TCP"}': {"f:name": {}}}}}
    one = removed(declared, live, declared, [client, entry("kubectl-patch", LATE, fields)])
    assert (one.writer.manager, one.writer.time) == ("kubectl-patch", None)
