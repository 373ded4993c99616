"""What is printed for programs is what `docs/json/` says: every golden report, and what commands say of real input."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mlplat.diff.impact.effect import Impact
from mlplat.diff.render import json as diff_json
from mlplat.drift.render import json as drift_json
from mlplat.drift.report import Cause as DriftCause
from mlplat.provenance.positions import Role
from tests.cli.command import ROOT, mlplat
from tests.diff import reports as diff_reports
from tests.diff.repository import PLATFORM, lay_over, new_repository
from tests.diff.test_cases import CASES
from tests.drift.render import report as drift_reports

FOLDER = ROOT / "docs" / "json"
NAMES = sorted(path.name.removesuffix(".v1.json") for path in FOLDER.glob("*.v1.json"))
DIFF_CASES = ROOT / "tests" / "diff" / "cases"


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.v1.json").read_text())
    return found


def validate(document: dict[str, Any]) -> None:
    name = document["apiVersion"].removeprefix("mlplat.dev/").removesuffix("/v1")
    jsonschema.Draft202012Validator(schema(name)).validate(document)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_lets_nothing_in_that_it_does_not_name(name: str) -> None:
    found = schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    for one in objects_in(found):
        assert "additionalProperties" in one
        if "properties" in one and name != "explain":
            assert sorted(one["required"]) == sorted(one["properties"]), "every key is always there"


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") == "object":
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from objects_in(inner)


def test_words_are_those_of_the_code() -> None:
    assert schema("diff")["$defs"]["impact"]["enum"] == [str(impact) for impact in Impact]
    assert schema("explain")["$defs"]["position"]["properties"]["role"]["enum"] == [str(role) for role in Role]
    causes = schema("drift")["$defs"]["finding"]["properties"]["cause"]["enum"]
    assert set(causes) == {"delegated", *map(str, DriftCause)}  # the schema says why it has one more


REPORTS = [diff_json.document(one) for one in (diff_reports.REPORT, diff_reports.PARTIAL, diff_reports.EMPTY)] + [
    drift_json.document(one) for one in (drift_reports.REPORT, drift_reports.BLIND, drift_reports.CLEAN)
]


@pytest.mark.parametrize("document", REPORTS)
def test_reports_with_one_of_everything(document: dict[str, Any]) -> None:
    validate(json.loads(json.dumps(document)))


@pytest.mark.parametrize("document", [one for one in REPORTS if one.get("changes") or one.get("findings")])
def test_no_key_may_be_missing_and_none_be_added(document: dict[str, Any]) -> None:
    whole = json.loads(json.dumps(document))
    (one,) = whole.get("changes", whole.get("findings"))[:1]
    for key in one:
        broken = copy.deepcopy(whole)
        del broken["changes" if "changes" in whole else "findings"][0][key]
        with pytest.raises(jsonschema.ValidationError):
            validate(broken)
    with pytest.raises(jsonschema.ValidationError):
        validate({**whole, "more": 1})


GOLDEN = [path for path in sorted(ROOT.glob("tests/**/*.json")) if '"mlplat.dev/' in path.read_text()[:200]]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_golden_files(path: Path) -> None:
    validate(json.loads(path.read_text()))


@pytest.mark.parametrize("name", CASES)
def test_differences(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = DIFF_CASES / name
    given = case / "arguments.txt"
    arguments = [word for word in (given.read_text().split() if given.exists() else []) if word != "-o"]
    if "--manifests" in arguments:
        monkeypatch.chdir(case)
        outcome = mlplat("diff", *arguments, "-o", "json")
    else:
        repository = new_repository(tmp_path / "platform", PLATFORM, case / "old")
        lay_over(repository.folder, case / "new")
        outcome = mlplat("-C", repository.folder, "diff", *arguments, "-o", "json")
    if outcome.out:
        validate(json.loads(outcome.out))
    else:
        assert outcome.status in (1, 3), outcome.err


EXPLAINED = [
    ("prod", "TrainJob/mnist-ddp"),
    ("generated/overlays/prod/vision/kustomization.yaml",),
    ("generated/base/vision/namespace-vision.yaml",),
    ("environments/base/tabular/ml-model-service.yaml:21",),
]


@pytest.mark.parametrize("words", EXPLAINED, ids=" ".join)
def test_explanations(words: tuple[str, ...]) -> None:
    outcome = mlplat("-C", ROOT, "explain", *words, "-o", "json")
    assert outcome.status == 0, outcome.err
    validate(json.loads(outcome.out))


def test_findings(tmp_path: Path) -> None:
    manifest = tmp_path / "x.yaml"
    manifest.write_text("apiVersion: batch/v1\nkind: Job\nmetadata: {name: X}\nspec: {templat: {}}\n---\nkind: 1\n")
    outcome = mlplat("check", "--manifests", manifest, "-o", "json")
    document = json.loads(outcome.out)
    assert document["findings"]
    validate(document)
    (tmp_path / "platform.yaml").write_text("kind: Platform\n")
    document = json.loads(mlplat("-C", tmp_path, "check", "-o", "json").out)
    assert document["findings"]
    validate(document)
