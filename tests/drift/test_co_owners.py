"""Who is named of several who own one value: the one who wrote it, not who only applied the same later."""

from typing import Any

import pytest

from mlplat.drift.context import outsiders
from mlplat.drift.managers import Appliers
from mlplat.drift.owners import owners_of

WROTE = ("kubectl-patch", "Update", "2026-01-01T00:00:02Z")
JOINED = ("carol", "Apply", "2026-01-01T00:00:03Z")
BEFORE = ("dave", "Apply", "2026-01-01T00:00:01Z")


def named(*entries: tuple[str, str, str]) -> str:
    managed = [
        {"manager": manager, "operation": operation, "time": time, "fieldsV1": {"f:data": {"f:k": {}}}}
        for manager, operation, time in entries
    ]
    live: dict[str, Any] = {"metadata": {"name": "a", "managedFields": managed}, "data": {"k": "2"}}
    return next(outsiders(owners_of(live, Appliers(frozenset())).of(("data", "k")))).entry.manager


@pytest.mark.parametrize("entries", [(WROTE, JOINED), (JOINED, WROTE)])
def test_an_update_wrote_what_an_apply_has_in_common_with_it(entries: tuple[tuple[str, str, str], ...]) -> None:
    assert named(*entries) == "kubectl-patch"


def test_of_several_who_applied_it_the_newest_is_named() -> None:
    assert named(BEFORE, JOINED) == "carol"
