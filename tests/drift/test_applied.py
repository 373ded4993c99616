"""What a client-side apply wrote last, at the places of the object that is in the cluster."""

from typing import Any

import pytest

from mlplat.compare.difference import ABSENT, Path
from mlplat.drift.applied import LastApplied


@pytest.mark.parametrize(
    ("live", "path", "applied", "expected"),
    [
        pytest.param(
            [{"port": 53, "rate": 9}, {"port": 53, "protocol": "UDP", "rate": 9}],
            (1, "rate"),
            [{"port": 53, "protocol": "UDP", "rate": 1}, {"port": 53, "protocol": "TCP", "rate": 2}],
            1,
            id="by all keys",
        ),
        pytest.param(
            [{"name": "b", "rate": 9}],
            (0, "rate"),
            [{"name": "a", "rate": 1}, {"name": "b", "rate": 2}],
            2,
            id="by name",
        ),
        pytest.param(
            [{"key": "gpu", "effect": "NoSchedule"}, {"key": "gpu", "effect": "NoExecute"}],
            (1, "effect"),
            [{"key": "gpu", "effect": "NoSchedule"}],
            ABSENT,
            id="a key that tells nothing apart is none",
        ),
        pytest.param(["--a", "--b"], (1,), ["--b"], "--b", id="by value"),
        pytest.param(["--a", "--b"], (1,), ["--a", "--c"], ABSENT, id="never by place"),
        pytest.param([True], (0,), [1], ABSENT, id="true is not one"),
    ],
)
def test_an_item_is_found_by_what_tells_it_apart(live: Any, path: Path, applied: Any, expected: Any) -> None:
    held = LastApplied({"spec": {"items": applied}}, True)
    assert held.at({"spec": {"items": live}}, ("spec", "items", *path), None) == expected
