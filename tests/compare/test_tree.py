"""Two states of an object, and every place where they differ."""

from typing import Any

import pytest

from mlplat.catalog.lookup import load_tables
from mlplat.catalog.versions import ComponentVersions
from mlplat.compare.difference import ABSENT, Difference
from mlplat.compare.tree import compare_objects


@pytest.fixture(scope="module")
def deployment() -> Any:
    table = load_tables(ComponentVersions("", "1.37", {})).lookup("apps/v1", "Deployment")
    assert table is not None
    return table.schema


def _deployment(**container: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": [{"name": "side"}, {"name": "main", **container}]}}}}


def test_an_item_of_a_keyed_list_is_named_by_its_key(deployment: Any) -> None:
    old = _deployment(env=[{"name": "A", "value": "1"}, {"name": "LR", "value": "0.1"}])
    new = _deployment(env=[{"name": "LR", "value": "0.2"}, {"name": "A", "value": "1"}])
    new["spec"]["template"]["spec"]["containers"].reverse()
    (found,) = compare_objects(old, new, deployment, "apps")
    assert found.readable == "spec.template.spec.containers[name=main].env[name=LR].value"
    assert found.old_path == ("spec", "template", "spec", "containers", 1, "env", 1, "value")
    assert found.new_path == ("spec", "template", "spec", "containers", 0, "env", 0, "value")
    assert (found.old, found.new) == ("0.1", "0.2")


def test_quantities_are_compared_by_value(deployment: Any) -> None:
    old = _deployment(resources={"limits": {"cpu": "1000m", "memory": "1Gi"}})
    same = _deployment(resources={"limits": {"cpu": 1, "memory": "1024Mi"}})
    assert compare_objects(old, same, deployment, "apps") == []
    other = _deployment(resources={"limits": {"cpu": "2", "memory": "1Gi"}})
    assert [found.new for found in compare_objects(old, other, deployment, "apps")] == ["2"]


def test_an_ordered_list_reports_what_came_in_between(deployment: Any) -> None:
    found = compare_objects(_deployment(args=["a", "b", "c"]), _deployment(args=["a", "x", "b", "c"]), deployment)
    assert [(one.old, one.new, one.new_path[-1]) for one in found] == [(ABSENT, "x", 1)]


def test_the_order_of_a_custom_resource_s_list_means_something() -> None:
    old, new = {"steps": [{"name": "a"}, {"name": "b"}]}, {"steps": [{"name": "b"}, {"name": "a"}]}
    (found,) = compare_objects(old, new, None)
    assert found == Difference(old["steps"], new["steps"], ("steps",), ("steps",), "steps", moved=True)


def test_null_is_absent_and_a_key_with_dots_stands_in_brackets() -> None:
    assert compare_objects({"a": None}, {}, None) == []
    (found,) = compare_objects({"data": {"a.b": "1"}}, {"data": {"a.b": None}}, None)
    assert found.removed
    assert found.readable == 'data["a.b"]'


def test_durations_of_custom_resources_are_compared_as_go_writes_them() -> None:
    old, new = {"spec": {"refreshInterval": "1h"}}, {"spec": {"refreshInterval": "1h0m0s"}}
    assert compare_objects(old, new, None, "external-secrets.io") == []
    assert len(compare_objects(old, new, None, "monitoring.coreos.com")) == 1


def test_another_key_of_an_expression_is_one_change_and_another_name_another_item() -> None:
    old = {"matchExpressions": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists"}]}
    new = {"matchExpressions": [{"key": "a", "operator": "Exists"}, {"key": "c", "operator": "Exists"}]}
    (found,) = compare_objects(old, new, None)
    assert (found.old_path, found.old, found.new) == (("matchExpressions", 1, "key"), "b", "c")
    named = compare_objects({"env": [{"name": "A", "value": "1"}]}, {"env": [{"name": "B", "value": "1"}]}, None)
    assert sorted((one.added, one.removed) for one in named) == [(False, True), (True, False)]


def test_a_port_is_known_by_its_number_and_protocol_and_another_number_is_one_change() -> None:
    old = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53}, {"port": 80, "rate": 1}]}
    new = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53}, {"port": 80, "rate": 2}]}
    (found,) = compare_objects(old, new, None)
    assert (found.readable, found.old, found.new) == ("ports[port=80].rate", 1, 2)
    (found,) = compare_objects({"ports": [{"port": 80}]}, {"ports": [{"port": 81}]}, None)
    assert (found.old_path, found.old, found.new) == (("ports", 0, "port"), 80, 81)
