"""Orphans that people make by hand, of kinds that nothing writes: rights, and what goes on running."""

from typing import Any

import pytest

from mlplat.cluster.live import LiveState, Unread, UnreadKind
from mlplat.drift.access import role_text
from mlplat.drift.orphans import BY_HAND
from mlplat.drift.report import NoteReason
from mlplat.drift.sources import Comparison, Question, prepare
from mlplat.objects.gvk import GVK, parse_api_version
from tests.control_plane.sets import ROOT

MOST_LISTS = 25


@pytest.fixture(scope="module")
def prod() -> Comparison:
    return prepare(Question(str(ROOT), environment="prod"))


@pytest.mark.parametrize(("api_version", "kind"), BY_HAND)
def test_one_that_names_itself_is_an_orphan(prod: Comparison, api_version: str, kind: str) -> None:
    gvk = GVK(*parse_api_version(api_version), kind)
    (request,) = (one for one in prod.requests if one.gvk == gvk)
    assert (request.only_orphans, request.selector) == (True, "mlplat.dev/environment=prod")
    assert request.namespaced is not kind.startswith("Cluster")
    place = {"namespace": "vision"} if request.namespaced else {}
    metadata: dict[str, Any] = {"name": "by-hand", **place, "labels": {"mlplat.dev/environment": "prod"}}
    identity = f"ml-platform/prod:{gvk.group}/{kind}:{place.get('namespace', '')}/by-hand"
    metadata["annotations"] = {"mlplat.dev/identity": identity}
    made = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
    found = _report(prod, made).findings
    assert [(one.cls, one.object.kind, one.object.name) for one in found if one.cls == "orphan"] == [
        ("orphan", kind, "by-hand")
    ]
    owned = {**made, "metadata": {**metadata, "ownerReferences": [{"kind": "Profile", "name": "vision"}]}}
    assert [one for one in _report(prod, owned).findings if one.cls == "orphan"] == []


def _report(prod: Comparison, body: dict[str, Any]) -> Any:
    return prod.report(LiveState((body,), frozenset(one.gvk for one in prod.requests), server="https://x"))


def test_who_may_not_read_them_gets_a_note(prod: Comparison) -> None:
    gvks = [GVK(*parse_api_version(api_version), kind) for api_version, kind in BY_HAND]
    unread = tuple(UnreadKind(gvk, Unread.FORBIDDEN, "HTTP 403") for gvk in gvks)
    read = frozenset(one.gvk for one in prod.requests) - set(gvks)
    report = prod.report(LiveState((), read, unread, server="https://x"))
    assert report.complete
    (said,) = (one for one in report.notes if one.reason is NoteReason.UNSEARCHED)
    assert (said.count, "Role" in said.text, "forbidden" in said.text) == (len(BY_HAND), True, True)


def test_the_example_takes_few_lists(prod: Comparison) -> None:
    assert len(prod.requests) <= MOST_LISTS


def test_what_binds_a_person_has_another_name_than_what_is_deployed(prod: Comparison) -> None:
    bindings = [line for line in role_text("prod", prod.requests).splitlines() if "create clusterrolebinding" in line]
    assert len(bindings) == 2
    assert all(
        "clusterrolebinding mlplat-drift-prod-NAME --clusterrole=mlplat-drift-prod " in line for line in bindings
    )
