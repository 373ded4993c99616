"""The published schemas say what the models say, and the committed files are those schemas."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from mlplat.cli.schema import schema
from mlplat.compiler.artifacts import Document
from mlplat.compiler.load.discover import load_tree
from mlplat.schema.export import MERGE_KEY, schema_files
from mlplat.schema.kinds import KINDS
from mlplat.schema.merge import Shape, merge_rule
from tests.resolve.test_laws import SPECS
from tests.resolve.test_models import schemas_within

REPOSITORY = Path(__file__).parents[2]
FILES = schema_files()


def validator(name: str) -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(FILES[name]))


def listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: listed(child) for key, child in value.items()}
    return [listed(child) for child in value] if isinstance(value, tuple) else value


def example() -> list[tuple[str, Document]]:
    tree, findings = load_tree(REPOSITORY, frozenset(KINDS))
    assert findings == ()
    documents = [("base", document) for document in tree.components]
    documents += [(layer, document) for layer, found in tree.layers.items() for document in found]
    return documents + ([("base", tree.platform)] if tree.platform else [])


def test_the_committed_schemas_are_those_of_the_models() -> None:
    folder = REPOSITORY / "schema" / "json"
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")} == FILES


def test_every_kind_has_two_schemas() -> None:
    assert set(FILES) == {f"{kind.lower()}{suffix}" for kind in KINDS for suffix in (".json", ".override.json")}


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_one_of_draft_7_and_all_its_references_lead_somewhere(name: str) -> None:
    body = json.loads(FILES[name])
    jsonschema.Draft7Validator.check_schema(body)
    targets = {part["$ref"] for part in schemas_within(body) if "$ref" in part}
    assert {target.removeprefix("#/definitions/") for target in targets} <= body["definitions"].keys()


@pytest.mark.parametrize("name", FILES)
def test_every_field_has_a_description_and_no_other_field_may_stand(name: str) -> None:
    body = json.loads(FILES[name])
    for part in (body, *body["definitions"].values()):
        assert part["additionalProperties"] is False
        for field, property_ in part["properties"].items():
            # A field described by the very words of its model leaves the words to the model.
            targets = [str(inner["$ref"]).rpartition("/")[2] for inner in schemas_within(property_) if "$ref" in inner]
            described = [property_, *(body["definitions"][target] for target in targets)]
            assert any(entry.get("description") for entry in described), field


def test_the_example_platform_fits_its_schemas() -> None:
    for layer, document in example():
        strict = layer == "base"
        name = f"{document.kind.lower()}{'' if strict else '.override'}.json"
        assert [error.message for error in validator(name).iter_errors(listed(document.node.plain()))] == []


def shapes(shape: Shape) -> list[Shape]:
    below = [*(shape.fields or {}).values(), *(inner for inner in (shape.item, shape.values) if inner is not None)]
    return [shape, *(deeper for child in below for deeper in shapes(child))]


@pytest.mark.parametrize("kind", KINDS)
def test_merge_keys_in_the_schema_are_those_of_merging(kind: str) -> None:
    body = json.loads(FILES[f"{kind.lower()}.json"])
    published = {part[MERGE_KEY] for part in schemas_within(body) if MERGE_KEY in part}
    assert published == {shape.key for shape in shapes(merge_rule(kind)) if shape.key is not None}


def test_overrides_require_nothing_and_allow_null_and_directives() -> None:
    body = json.loads(FILES["trainingjob.override.json"])
    spec = body["definitions"]["TrainingJobSpec"]
    assert "required" not in spec
    nothing = {"spec": {name: None for name in spec["properties"] if not name.startswith("$")}}
    header = {"apiVersion": "mlplat.dev/v1alpha1", "kind": "TrainingJob", "metadata": {"name": "x"}}
    check = validator("trainingjob.override.json")
    assert check.is_valid({**header, **nothing})
    assert check.is_valid({**header, "spec": {"env": [{"name": "A", "$delete": True}, {"$replace": True}]}})
    assert check.is_valid({**header, "spec": {"resources": {"limits": {"$replace": True, "cpu": "1"}}}})
    assert not check.is_valid({**header, "spec": {"env": [{"name": "A", "$delete": False}]}})
    assert not check.is_valid({**header, "spec": {"placement": {"$delete": True}}})
    assert not check.is_valid({**header, "spec": {"nodes": "3"}})


@settings(max_examples=200)
@given(SPECS)
def test_what_the_models_take_the_schemas_take(spec: Any) -> None:
    body = {
        "apiVersion": "mlplat.dev/v1alpha1",
        "kind": "TrainingJob",
        "metadata": {"name": "x", "team": "t"},
        "spec": {"framework": "pytorch", "component": "c", **spec},
    }
    try:
        KINDS["TrainingJob"].model_validate(tupled(body))
    except ValueError:
        return
    for name in ("trainingjob.json", "trainingjob.override.json"):
        assert [error.message for error in validator(name).iter_errors(body)] == []


def tupled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: tupled(child) for key, child in value.items()}
    return tuple(tupled(child) for child in value) if isinstance(value, list) else value


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(schema, arguments, obj=str(folder), standalone_mode=False)
    assert result.exception is None
    return result.return_value, result.output


def test_the_command_writes_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    assert run(tmp_path)[0] == 0
    assert {path.name: path.read_text() for path in (tmp_path / "schema" / "json").iterdir()} == FILES
    assert run(tmp_path, "--check")[0] == 0
    assert run(tmp_path)[1].endswith("0 changed\n")


def test_the_command_tells_stale_missing_and_left_over_files(tmp_path: Path) -> None:
    run(tmp_path, "-o", str(tmp_path))
    (tmp_path / "queue.json").write_text("{}")
    (tmp_path / "team.json").unlink()
    (tmp_path / "pipeline.json").write_text('{"x-mlplat-merge-key": "name"}')
    (tmp_path / "foreign.json").write_text("{}")
    status, output = run(tmp_path, "--check", "-o", str(tmp_path))
    assert status == 1
    assert [line.split("/")[-1] for line in output.splitlines()[:-1]] == [
        "queue.json: stale",
        "team.json: stale",
        "pipeline.json: stale",
    ]
    assert run(tmp_path, "-o", str(tmp_path))[0] == 0
    assert {path.name for path in tmp_path.glob("*.json")} == {*FILES, "foreign.json"}


def test_the_command_says_when_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "schema").write_text("a file where the folder should be")
    status, output = run(tmp_path)
    assert status == 1
    assert "cannot write the schemas" in output
