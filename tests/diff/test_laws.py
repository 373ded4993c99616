"""Laws of comparing: a state and itself differ in nothing, and the other way round is the same the other way round."""

import copy
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlplat.compare.difference import ABSENT
from mlplat.compiler.manifest_versions import choose_versions
from mlplat.compiler.pipeline import Earlier
from mlplat.diff.compare import compare_states
from mlplat.diff.demand import NONE, asks_of
from mlplat.diff.impact.access import allows, atoms
from mlplat.diff.read.manifests import manifests_state
from mlplat.diff.read.platform import of_environment, working_tree
from mlplat.diff.report import Action, Change, DiffReport
from mlplat.diff.state import State
from tests.cli.command import ROOT

VERSIONS = choose_versions("", None, None)
SWAPPED = {Action.CREATED: Action.DELETED, Action.DELETED: Action.CREATED, Action.CHANGED: Action.CHANGED}


@pytest.fixture(scope="module")
def example() -> State:
    return working_tree(ROOT, (), Earlier())


def test_the_example_and_itself(example: State) -> None:
    assert compare_states(example, example).changes == ()
    again = working_tree(ROOT, (), Earlier())
    assert compare_states(example, again).changes == ()
    assert compare_states(example, again).totals == ()


@pytest.mark.parametrize(("one", "other"), [("dev", "prod"), ("legacy", "staging"), ("prod", "staging")])
def test_swapped_environments_swap_the_changes(example: State, one: str, other: str) -> None:
    left, right = of_environment(example, one), of_environment(example, other)
    there, back = compare_states(left, right, across=True), compare_states(right, left, across=True)
    assert there.changes
    assert facts(there.changes) == facts(map(swapped, back.changes))
    assert {(t.team, t.created, t.deleted, t.before, t.after) for t in there.totals} == {
        (t.team, t.deleted, t.created, t.after, t.before) for t in back.totals
    }


def facts(changes: Iterable[Change]) -> set[str]:
    return {
        json.dumps([c.action, c.object.kind, c.object.namespace, c.object.name, said(c.old), said(c.new)], default=str)
        for c in changes
        if c.path != "apiVersion" and "[" not in c.path and not isinstance(c.old, int)
    }


def said(value: Any) -> Any:
    return None if value is ABSENT else value


def swapped(change: Change) -> Change:
    return replace(change, action=SWAPPED[change.action], old=change.new, new=change.old)


NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.sampled_from(["x", "y", "1", ""])
CONTAINERS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES, "image": TEXTS},
        optional={
            "env": st.lists(st.fixed_dictionaries({"name": NAMES, "value": TEXTS}), unique_by=lambda e: e["name"])
        },
    ),
    unique_by=lambda one: str(one["name"]),
    min_size=1,
)


def deployment(name: str, replicas: int, containers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "n"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": containers}},
        },
    }


STATES = st.lists(
    st.builds(deployment, NAMES, st.integers(0, 3), CONTAINERS), unique_by=lambda body: str(body["metadata"]["name"])
)
QUICK = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(STATES, STATES)
def test_any_two_states(tmp_path_factory: pytest.TempPathFactory, one: list[Any], other: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("states")
    left, right = state(folder / "a", one), state(folder / "b", other)
    there, back = compare_states(left, right), compare_states(right, left)
    assert compare_states(left, left).changes == ()
    assert values(there) == values(back, swap=True)
    assert (there.changes == ()) == (normal(one) == normal(other))


def state(folder: Path, bodies: list[Any]) -> State:
    assert not isinstance(VERSIONS, str)
    folder.mkdir()
    for number, body in enumerate(bodies):
        (folder / f"{number}.json").write_text(json.dumps(body))
    return manifests_state(str(folder), VERSIONS)


def values(report: DiffReport, swap: bool = False) -> set[str]:
    """What changes, wherever it is counted."""
    found = set()
    for change in report.changes:
        old, new = said(change.old), said(change.new)
        action = SWAPPED[change.action] if swap else change.action
        found.add(json.dumps([action, change.object.name, change.path, *((new, old) if swap else (old, new))]))
    return found


def normal(bodies: list[Any]) -> dict[str, Any]:
    """The state without the order of what has names."""
    found = {}
    for body in copy.deepcopy(bodies):
        spec = body["spec"]["template"]["spec"]
        containers = {one["name"]: one for one in spec["containers"]}
        for one in containers.values():
            one["env"] = {entry["name"]: entry["value"] for entry in one.get("env", ())}
            one["has env"] = one["env"] != {}
        spec["containers"] = containers
        found[body["metadata"]["name"]] = body
    return found


WORDS = st.lists(
    st.sampled_from(["*", "get", "list", "pods", "pods/log", "*/log", "secrets", ""]), min_size=1, max_size=2
)
RULES = st.lists(st.fixed_dictionaries({"verbs": WORDS, "apiGroups": WORDS, "resources": WORDS}), max_size=3)


@QUICK
@given(RULES, RULES)
def test_more_rules_allow_more(some: list[Any], more: list[Any]) -> None:
    held, all_ = atoms(some), atoms(some + more)
    assert all(allows(all_, atom) for atom in held)
    assert all(allows(held, atom) for atom in held)
    everything = atoms([{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}])
    assert all(allows(everything, atom) for atom in all_)


@QUICK
@given(STATES)
def test_replicas_times_a_pod(bodies: list[Any]) -> None:
    total = NONE
    for body in bodies:
        total = total.plus(asks_of(body))
    assert total.pods == sum(body["spec"]["replicas"] for body in bodies)
