import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlplat.compiler.emit.patch import diff
from mlplat.objects.equality import first_difference, same

KEYS = st.sampled_from(["a", "b", "name", "a/b", "a~b", "~1", "", "é", "0", "-", "mlplat.dev/x"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, 1.0, "", "1", "true", "x/y"]))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(KEYS, inner, max_size=4),
        st.lists(st.fixed_dictionaries({"name": st.sampled_from("pqrs")}, optional={"v": inner}), max_size=4),
    ),
    max_leaves=12,
)


def apply(operations: list[dict[str, Any]], value: Any) -> Any:
    """RFC 6902, the three operations that are used, refusing what a conforming program refuses."""
    value = copy.deepcopy(value)
    for operation in operations:
        steps = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]]
        if not steps:
            assert operation["op"] == "replace"
            value = copy.deepcopy(operation["value"])
            continue
        parent = value
        for step in steps[:-1]:
            parent = parent[int(step)] if isinstance(parent, list) else parent[step]
        last: Any = int(steps[-1]) if isinstance(parent, list) else steps[-1]
        if operation["op"] == "add" and isinstance(parent, list):
            assert 0 <= last <= len(parent)
            parent.insert(last, copy.deepcopy(operation["value"]))
            continue
        if operation["op"] != "add":
            parent[last]  # must be there
        if operation["op"] == "remove":
            del parent[last]
        else:
            parent[last] = copy.deepcopy(operation["value"])
    return value


@given(VALUES, VALUES)
@settings(max_examples=400, deadline=None)
def test_applied_to_the_old_value_a_diff_gives_the_new_one(old: Any, new: Any) -> None:
    assert same(apply(diff(old, new), old), new)


@given(VALUES, VALUES)
@settings(max_examples=200, deadline=None)
def test_there_is_a_first_difference_exactly_where_there_is_a_diff(old: Any, new: Any) -> None:
    assert (first_difference(old, new) is None) == (diff(old, new) == []) == same(old, new)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1}, {"a": True}, [{"op": "replace", "path": "/a", "value": True}]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 2}}, [{"op": "remove", "path": "/a/b"}]),
        ({"a/b~": 1}, {"a/b~": 2}, [{"op": "replace", "path": "/a~1b~0", "value": 2}]),
        (["--lr", "0.1"], ["--lr", "0.2"], [{"op": "replace", "path": "/1", "value": "0.2"}]),
        (
            [{"name": "A", "value": "a long enough value"}, {"name": "C", "value": "another long value"}],
            [
                {"name": "A", "value": "a long enough value"},
                {"name": "B", "value": "1"},
                {"name": "C", "value": "another long value"},
            ],
            [{"op": "add", "path": "/1", "value": {"name": "B", "value": "1"}}],
        ),
        (
            [{"name": name, "value": "long" * 20} for name in "ABCD"],
            [{"name": name, "value": "long" * 20} for name in "BD"],
            [{"op": "remove", "path": "/0"}, {"op": "remove", "path": "/1"}],
        ),
        (["a", "b"], ["c"], [{"op": "replace", "path": "", "value": ["c"]}]),
        ({"args": ["a", "b"]}, {"args": ["c"]}, [{"op": "replace", "path": "/args", "value": ["c"]}]),
        ({"from": {"x": 1}}, {"from": {"y": 1}}, [{"op": "replace", "path": "/from", "value": {"y": 1}}]),
        ((1, 2), [1, 2], []),
    ],
)
def test_the_smallest_operations(old: Any, new: Any, expected: list[dict[str, Any]]) -> None:
    assert diff(old, new) == expected


def test_the_order_in_which_maps_were_filled_does_not_matter() -> None:
    old, new = {"a": 1, "b": 2, "c": 3}, {"b": 3, "d": 4, "a": 0}
    assert diff(old, new) == diff(dict(reversed(old.items())), dict(reversed(new.items())))
