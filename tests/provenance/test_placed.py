"""Findings on objects that are built stand at the line that decided what is wrong."""

from pathlib import Path

import pytest

from mlplat.compiler.pipeline import compile_platform
from mlplat.diagnostics.render import full
from mlplat.provenance import placed
from tests.cli.command import edit, mlplat

JOB = "environments/base/vision/digits.yaml"
TEAM = "environments/base/vision/team.yaml"
COMPONENT = "components/train/component.yaml"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """What `mlplat init` makes."""
    assert mlplat("init", tmp_path / "small").status == 0
    return tmp_path / "small"


def told(root: Path) -> str:
    compiled = compile_platform(root)
    return full.render(placed.at_their_lines(compiled), compiled.source.sources)


def test_a_wrong_name_is_pointed_at_with_the_right_one(small: Path) -> None:
    edit(small / TEAM, "requests.cpu:", "request.cpu:")
    assert told(small).startswith(
        "error[MLP440]: ResourceQuota `platform-quota`: `request.cpu` is no resource that Kubernetes knows; "
        "`requests.cpu` is one\n"
        "  --> environments/base/vision/team.yaml:11:5\n"
        "   |\n"
        '11 |     request.cpu: "32"\n'
        "   |     ^^^^^^^^^^^ the API server refuses it\n"
    )


def test_a_value_of_another_document_is_pointed_at_and_the_document_named(small: Path) -> None:
    edit(small / COMPONENT, "/app/train.py]", '/app/train.py, "a\\u0085b"]')
    text = told(small)
    assert text.startswith("error[MLP419]")
    assert f"{COMPONENT}:8:38" in text
    assert f"::: {JOB}:5:3" in text
    assert "at `/spec/trainer/command/2`, decided here" in text


def test_one_of_several_values_of_the_document_is_pointed_at(small: Path) -> None:
    with (small / JOB).open("a") as file:
        file.write('  env:\n    - {name: GOOD, value: "1"}\n    - {name: BAD, value: "a\\u0085b"}\n')
    outcome = mlplat("-C", small, "check", "-o", "concise")
    assert outcome.err.startswith(f"{JOB}:17:26: MLP419 "), outcome.err
    assert mlplat("-C", small, "build", "-o", "concise").err == outcome.err


def test_where_nothing_is_found_nothing_is_asked(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("what decided is found by trying, which takes its time")

    monkeypatch.setattr(placed, "Provenance", never)
    assert told(small) == ""


def test_beside_a_patch_that_is_refused_a_finding_stays_at_its_document(small: Path) -> None:
    """What is made from a document with such a patch is not what anybody wants: it is not made again."""
    with (small / JOB).open("a") as file:
        file.write('  env:\n    - {name: BAD, value: "a\\u0085b"}\n')
        file.write("  patches:\n    - {target: TrainJob, json: [{op: remove, path: /spec/nothing}]}\n")
    text = told(small)
    assert "error[MLP402]" in text
    assert f"--> {JOB}:5:3" in text.partition("error[MLP419]")[2]
