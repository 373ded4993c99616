import pytest

from mlplat.compiler.emit.inventory import inventory_text, moved, parse_inventory
from tests.emit.samples import config_map, kube, object_set, train_job


def test_an_inventory_is_read_back_as_it_was_written() -> None:
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": 'a:"b"\\é'}}
    held = [kube("dev", role, "platform"), kube("dev", config_map("c", {})), kube("dev", train_job("t", {}), "x")]
    text = inventory_text("dev", object_set("dev", held))
    entries = parse_inventory(text)
    assert {(entry.ref, entry.unit) for entry in entries} == {(item.ref, item.unit) for item in held}
    assert text == inventory_text("dev", object_set("dev", held[::-1]))
    assert len(text.splitlines()) == 5


def test_an_empty_environment_has_an_empty_inventory() -> None:
    assert parse_inventory(inventory_text("dev", object_set("dev", []))) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "environment: dev\n",
        "environment: dev\nobjects:\n- {}\n",
        "environment: dev\nobjects:\n<<<<<<< ours\n",
        "[]\n",
    ],
)
def test_what_is_no_inventory_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the inventory"):
        parse_inventory(text)


def test_an_object_in_another_unit_has_moved() -> None:
    before = [kube("dev", config_map("stays", {})), kube("dev", train_job("goes", {}), "one")]
    after = [before[0], kube("dev", train_job("goes", {}), "two"), kube("dev", train_job("new", {}), "two")]
    old, new = (parse_inventory(inventory_text("dev", object_set("dev", held))) for held in (before, after))
    assert [(entry.name, entry.unit, was) for entry, was in moved(old, new)] == [("goes", "two", "one")]
