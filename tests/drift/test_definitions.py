"""CustomResourceDefinitions of the live side: sound ones are compared by, malformed ones are as if not there."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mlplat.cli.main import cli
from mlplat.drift.definitions import is_sound

SPEC: dict[str, Any] = {
    "type": "object",
    "properties": {
        "mode": {"type": "string", "default": "fast"},
        "items": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["id"],
                  "items": {"type": "object", "properties": {"id": {"type": "string"}}}},
    },
}  # fmt: skip
DEFINITION: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "gadgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"kind": "Gadget", "plural": "gadgets"},
        "versions": [
            {"name": "v1", "served": True, "storage": True,
             "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": SPEC}}}}
        ],
    },
}  # fmt: skip
GADGET = {"apiVersion": "example.com/v1", "kind": "Gadget", "metadata": {"name": "one", "namespace": "team"}}


def differing(definition: dict[str, Any], folder: Path) -> list[str]:
    """Pointers of what differs: the live object has its default filled in, and its items in another order."""
    declared = {**GADGET, "spec": {"items": [{"id": "a"}, {"id": "b"}]}}
    live = {**GADGET, "spec": {"mode": "fast", "items": [{"id": "b"}, {"id": "a"}]}}
    (folder / "declared.json").write_text(json.dumps(declared))
    (folder / "live.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [definition, live]}))
    sides = ["--declared", str(folder / "declared.json"), "--live", str(folder / "live.json")]
    done = CliRunner().invoke(cli, ["drift", *sides, "-o", "json"], standalone_mode=False)
    assert done.exception is None, done.exception
    return sorted({one["pointer"].split("/")[2] for one in json.loads(done.stdout)["findings"]})


def test_defaults_and_keys_are_those_of_the_definition(tmp_path: Path) -> None:
    assert is_sound(DEFINITION)
    assert differing(DEFINITION, tmp_path) == []


SPOILT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no spec": lambda body: body.update(spec="x"),
    "no names": lambda body: body["spec"].update(names=["Gadget"]),
    "versions of text": lambda body: body["spec"].update(versions=["v1"]),
    "no schema": lambda body: body["spec"]["versions"][0].update(schema=None),
    "properties of text": lambda body: body["spec"]["versions"][0]["schema"]["openAPIV3Schema"].update(properties="x"),
    "a property of text": lambda body: body["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"].update(
        spec="x"
    ),
    "keys of numbers": lambda body: body["spec"]["versions"][0]["schema"]["openAPIV3Schema"].update(
        {"x-kubernetes-list-map-keys": [1]}
    ),
    "a choice of text": lambda body: body["spec"]["versions"][0]["schema"]["openAPIV3Schema"].update(anyOf=["x"]),
}


@pytest.mark.parametrize("name", sorted(SPOILT))
def test_by_a_malformed_definition_nothing_is_compared(name: str, tmp_path: Path) -> None:
    body = copy.deepcopy(DEFINITION)
    SPOILT[name](body)
    assert not is_sound(body)
    assert differing(body, tmp_path) == ["items", "mode"]
