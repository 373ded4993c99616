"""What no API server holds, and a dump may: every live object is compared, whatever stands in it."""

import copy
import random
from importlib import import_module
from typing import Any

import pytest

from tests.drift.test_laws import LIVE, compare

GARBAGE: tuple[Any, ...] = (
    None, True, 0, -1, 3.5, "", "x", "yesterday", [], {}, [None], ["x"], [[1]], [{}], {"a": None}, {"a": {"b": [1]}},
    "500m", "1e999", {"f:spec": "x"}, {"k:{bad": {}}, {'k:{"name":"main"}': 3}, {"name": None}, {"name": ["x"]}, 10**30,
)  # fmt: skip
FORMATS = ("text", "json", "diff", "sarif", "junit", "markdown", "html", "prometheus")


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for key, below in inner for one in ((*path, key), *places(below, (*path, key)))]


def spoilt(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """An object with garbage in one to four places, often in what it says of its owners; its names are left."""
    body = copy.deepcopy(body)
    kept = {("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("metadata", "namespace")}
    for _ in range(chance.randint(1, 4)):
        found = [path for path in places(body) if path not in kept]
        owners = [path for path in found if "managedFields" in path]
        path = chance.choice(owners if owners and chance.random() < 0.4 else found)
        holder: Any = body
        for step in path[:-1]:
            holder = holder[step]
        if chance.random() < 0.8:
            holder[path[-1]] = copy.deepcopy(chance.choice(GARBAGE))
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[path[-1]]))
        else:
            del holder[path[-1]]
    return body


@pytest.mark.parametrize("live", LIVE, ids=lambda body: f"{body['kind']}-{body['metadata']['name']}")
def test_whatever_a_live_object_holds_it_is_compared(live: dict[str, Any]) -> None:
    chance = random.Random(live["kind"])
    for _ in range(12):
        report = compare(live, spoilt(live, chance))
        text = import_module(f"mlplat.drift.render.{chance.choice(FORMATS)}").render(report)
        assert all(one.object.name == live["metadata"]["name"] for one in report.findings)
        assert isinstance(text, str)
        assert compare(spoilt(live, chance), live).objects == 1


def test_a_live_object_that_nests_too_deep_is_not_comparable_and_the_only_one() -> None:
    live = copy.deepcopy(next(body for body in LIVE if body["kind"] == "ConfigMap"))
    deep: Any = "x"
    for _ in range(2000):
        deep = {"a": deep}
    (finding,) = compare(live, {**live, "deep": deep}).findings
    assert (finding.cls, finding.detail) == ("not-comparable", "the live object nests too deep")
