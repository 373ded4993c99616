"""`mlplat build` and `mlplat check` as a user runs them: exit status, output, and what they leave behind."""

import json
import os
import pty
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.blessing import check_golden
from tests.cli.command import changed, edit, files_of, mlplat, mlplat_process

CASES = Path(__file__).parent / "cases"
JOB = "environments/base/vision/digits.yaml"
SERVICE = "environments/prod/digits-service.yaml"
PATCH = "generated/overlays/prod/vision-serving/patches/inferenceservice-digits.yaml"


def test_a_build_says_what_there_is_and_writes_it_once(small: Path) -> None:
    edit(small / SERVICE, "maxReplicas: 6", "maxReplicas: 7")
    first = mlplat("-C", small, "build")
    check_golden(CASES / "build.txt", first.text)
    before = files_of(small)
    second = mlplat("-C", small, "build")
    assert second.status == 0
    assert "0 files written, 0 removed" in second.err
    assert files_of(small) == before


def test_a_clean_check_says_so(small: Path) -> None:
    outcome = mlplat("-C", small, "build", "--check")
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err.startswith("generated/ is what the specifications compile to (")


def test_a_stale_tree_is_reported_with_a_short_diff_and_left_alone(small: Path) -> None:
    edit(small / SERVICE, "maxReplicas: 6", "maxReplicas: 7")
    before = files_of(small)
    outcome = mlplat("-C", small, "build", "--check")
    check_golden(CASES / "stale.txt", outcome.text)
    assert files_of(small) == before


def test_a_missing_tree_is_stale_too(small: Path) -> None:
    for path in sorted((small / "generated").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (small / "generated").rmdir()
    outcome = mlplat("-C", small, "build", "--check")
    assert outcome.status == 1
    assert "is missing" in outcome.err
    assert not (small / "generated").exists()


def test_one_environment_is_built_and_the_others_are_left_alone(small: Path) -> None:
    edit(small / JOB, "learning_rate: 0.01", "learning_rate: 0.02")
    before = files_of(small)
    assert mlplat("-C", small, "build", "--env", "prod").status == 0
    touched = changed(before, files_of(small))
    assert any(path.startswith("generated/overlays/prod/") for path in touched)
    ours = ("generated/base/", "generated/overlays/prod/", "generated/argocd/prod/", "generated/inventory/prod.yaml")
    assert {path for path in touched if not path.startswith(ours)} == {"generated/.mlplat"}
    assert mlplat("-C", small, "build", "--check", "--env", "prod").status == 0
    assert mlplat("-C", small, "build", "--check").status == 1
    assert mlplat("-C", small, "build").status == 0
    assert mlplat("-C", small, "build", "--check").status == 0


@pytest.mark.parametrize("command", [("build",), ("build", "--check"), ("check",)])
def test_an_environment_that_does_not_exist_is_not_built_in_silence(small: Path, command: tuple[str, ...]) -> None:
    outcome = mlplat("-C", small, *command, "--env", "prd")
    assert outcome.text == "exit status 1\n--- stdout\n--- stderr\nerror: no environment `prd`; did you mean `prod`?\n"


def test_a_foreign_file_stops_the_build_until_it_is_forced(small: Path) -> None:
    foreign = small / "generated/overlays/prod/notes.txt"
    foreign.write_text("remember the milk\n")
    edit(small / SERVICE, "maxReplicas: 6", "maxReplicas: 7")
    before = files_of(small)
    outcome = mlplat("-C", small, "build")
    check_golden(CASES / "foreign.txt", outcome.text)
    assert files_of(small) == before
    forced = mlplat("-C", small, "build", "--force")
    assert forced.status == 0
    assert "warning[MLP502]: `generated/overlays/prod/notes.txt`" in forced.err
    assert not foreign.exists()


def test_a_hand_edited_file_stops_the_build_until_it_is_forced(small: Path) -> None:
    built = (small / PATCH).read_text()
    (small / PATCH).write_text(built.replace("6", "60"))
    outcome = mlplat("-C", small, "build")
    assert outcome.status == 1
    assert f"error[MLP501]: `{PATCH}` was changed by hand" in outcome.err
    assert mlplat("-C", small, "build", "--force").status == 0
    assert (small / PATCH).read_text() == built


def test_nothing_is_written_as_long_as_a_finding_is_an_error(small: Path) -> None:
    edit(small / JOB, "  nodes: 2", "  nodes: two")
    edit(small / SERVICE, "maxReplicas: 6", "maxReplicas: 7")
    before = files_of(small)
    for command in ("build", "check"):
        outcome = mlplat("-C", small, command)
        check_golden(CASES / "findings.txt", outcome.text)
        assert files_of(small) == before


def test_verification_without_kustomize_is_a_finding(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPLAT_KUSTOMIZE", "/nowhere/kustomize")
    outcome = mlplat("-C", small, "build", "--verify")
    assert outcome.status == 1
    assert "error[MLP601]: `/nowhere/kustomize`, named by MLPLAT_KUSTOMIZE" in outcome.err


def test_verification_runs_kustomize_on_what_was_compiled(small: Path, tmp_path: Path) -> None:
    """A kustomize that answers with nothing is caught: the comparison is real."""
    fake = tmp_path / "kustomize"
    fake.write_text('#!/bin/sh\n[ "$1" = version ] && echo v5.8.1\nexit 0\n')
    fake.chmod(0o755)
    outcome = mlplat_process("build", "--check", "--verify", cwd=small, MLPLAT_KUSTOMIZE=str(fake))
    assert outcome.status == 1
    assert "error[MLP605]" in outcome.err
    assert mlplat_process("build", "--check", "--verify", cwd=small).status == 0


def test_a_folder_without_a_platform(tmp_path: Path) -> None:
    for command in ("build", "check"):
        outcome = mlplat("-C", tmp_path, command)
        check_golden(CASES / "no-platform.txt", outcome.text)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    outcome = mlplat("-C", tmp_path / "nowhere", "build")
    assert (
        outcome.text == f"exit status 1\n--- stdout\n--- stderr\nerror: there is no folder `{tmp_path / 'nowhere'}`\n"
    )


def test_a_file_where_generated_should_be(small: Path) -> None:
    os.rename(small / "generated", small / "elsewhere")
    (small / "generated").write_text("")
    outcome = mlplat("-C", small, "build")
    assert outcome.status == 1
    assert "error[MLP503]" in outcome.err
    check = mlplat("-C", small, "build", "--check")
    assert check.status == 1
    assert "Traceback" not in check.err
    assert "Not a directory" in check.err


def test_machine_formats_are_whole_on_stdout_and_leave_stderr_to_people(small: Path) -> None:
    edit(small / JOB, "component: train", "component: trian")
    found = mlplat("-C", small, "check", "-o", "json")
    assert (found.status, found.err) == (1, "")
    (finding, *_) = json.loads(found.out)["findings"]
    assert (finding["code"], finding["file"], finding["line"]) == ("MLP201", JOB, 9)
    sarif = json.loads(mlplat("-C", small, "check", "-o", "sarif").out)
    assert [result["ruleId"] for result in sarif["runs"][0]["results"]][:1] == ["MLP201"]
    github = mlplat("-C", small, "check", "-o", "github").out
    assert github.startswith(f"::error file={JOB},line=9,")
    junit = ElementTree.fromstring(mlplat("-C", small, "check", "-o", "junit").out)
    assert int(junit.attrib["failures"]) >= 1
    concise = mlplat("-C", small, "check", "-o", "concise")
    assert concise.out == ""
    assert concise.err.startswith(f"{JOB}:9:")


def test_machine_formats_are_well_formed_when_there_is_nothing_to_say(small: Path) -> None:
    assert json.loads(mlplat("-C", small, "check", "-o", "json").out)["findings"] == []
    assert json.loads(mlplat("-C", small, "check", "-o", "sarif").out)["runs"][0]["results"] == []
    assert ElementTree.fromstring(mlplat("-C", small, "check", "-o", "junit").out).attrib["failures"] == "0"
    assert mlplat("-C", small, "check", "-o", "github").out == ""
    assert mlplat("-C", small, "check").text == "exit status 0\n--- stdout\n--- stderr\n"


def on_a_terminal(folder: Path, **environment: str) -> bytes:
    """What a check prints on a terminal."""
    ours, theirs = pty.openpty()
    kept = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", **environment}
    subprocess.run([sys.executable, "-m", "mlplat", "check"], cwd=folder, env=kept, stderr=theirs, stdout=theirs)
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 65536):
            seen += part
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    return seen


def test_colour_is_for_terminals_that_want_it(small: Path) -> None:
    edit(small / JOB, "component: train", "component: trian")
    assert b"\x1b[" in on_a_terminal(small)
    assert b"\x1b[" not in on_a_terminal(small, NO_COLOR="1")
    assert b"\x1b[" not in on_a_terminal(small, TERM="dumb")
    assert "\x1b[" not in mlplat("-C", small, "check").err
