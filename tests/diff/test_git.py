"""Where git cannot say what the old state was, `diff` says why and what to do."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.command import mlplat, run
from tests.diff.repository import PLATFORM, Repository, lay_over, new_repository

JOB = "environments/base/vision/digits.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "platform", PLATFORM)


def code_of(text: str) -> str:
    return text.partition("[")[2].partition("]")[0]


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    lay_over(tmp_path / "platform", PLATFORM)
    outcome = mlplat("-C", tmp_path / "platform", "diff")
    assert (outcome.status, code_of(outcome.err)) == (1, "MLP801")
    assert "not a git repository" in outcome.err


def test_no_git(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    outcome = mlplat("-C", repository.folder, "diff")
    assert (outcome.status, code_of(outcome.err)) == (1, "MLP801")
    assert "the git command is not on PATH" in outcome.err


def test_environments_and_manifests_need_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    lay_over(tmp_path, PLATFORM)
    assert mlplat("-C", tmp_path, "diff", "--env", "dev", "--with", "prod").status == 0


@pytest.mark.parametrize("option", ["--against", "--to"])
def test_an_unknown_revision(repository: Repository, option: str) -> None:
    outcome = mlplat("-C", repository.folder, "diff", option, "relase-1")
    assert (outcome.status, code_of(outcome.err)) == (1, "MLP802")
    assert "`relase-1`" in outcome.err


def test_a_revision_is_never_taken_for_an_option(repository: Repository) -> None:
    outcome = mlplat("-C", repository.folder, "diff", "--against", "--output=/tmp/x")
    assert outcome.status == 1
    assert code_of(outcome.err) == "MLP802" or outcome.err.startswith("error:")


def test_no_main_branch(repository: Repository) -> None:
    repository.git("branch", "-m", "main", "trunk")
    outcome = mlplat("-C", repository.folder, "diff")
    assert (outcome.status, code_of(outcome.err)) == (1, "MLP803")
    assert "--against REV" in outcome.err
    assert mlplat("-C", repository.folder, "diff", "--against", "trunk").status == 0


def test_a_shallow_clone(repository: Repository, tmp_path: Path) -> None:
    repository.git("checkout", "--quiet", "-b", "change")
    for number in range(3):
        repository.commit(f"State {number}")
    repository.git("checkout", "--quiet", "main")
    clone = tmp_path / "clone"
    done = run(
        [
            "git",
            "clone",
            "--quiet",
            "--depth=1",
            "--no-single-branch",
            "--branch=change",
            f"file://{repository.folder}",
            str(clone),
        ],
        tmp_path,
    )
    assert done.status == 0, done.err
    outcome = mlplat("-C", clone, "diff")
    assert (outcome.status, code_of(outcome.err)) == (1, "MLP803")
    assert "fetch-depth: 0" in outcome.err


def test_what_main_did_since_is_no_change_of_this_branch(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "change")
    repository.git("checkout", "--quiet", "main")
    path = repository.folder / JOB
    path.write_text(path.read_text().replace("nodes: 2", "nodes: 3"))
    repository.commit("Somebody else's change")
    repository.git("checkout", "--quiet", "change")
    assert "nothing differs" in mlplat("-C", repository.folder, "diff").out
    assert "numNodes: 3 → 2" in mlplat("-C", repository.folder, "diff", "--against", "main").out


def test_a_platform_in_a_folder_of_its_repository(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "mono")
    root = repository.folder / "ml" / "plätform"
    lay_over(root, PLATFORM)
    repository.commit("A platform")
    (root / JOB).write_text((root / JOB).read_text().replace("nodes: 2", "nodes: 3"))
    outcome = mlplat("-C", root, "diff", "--against", "HEAD")
    assert "numNodes: 2 → 3" in outcome.out, outcome.err
    assert f"--> {JOB}:" in outcome.out


def test_a_platform_that_is_new(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "platform")
    lay_over(repository.folder, PLATFORM)
    outcome = mlplat("-C", repository.folder, "diff", "-o", "json")
    assert outcome.status == 0, outcome.err
    changes = json.loads(outcome.out)["changes"]
    assert changes
    assert all(change["action"] == "created" and change["environments"] == ["dev", "prod"] for change in changes)


def test_attributes_of_git_do_not_change_what_is_compiled(repository: Repository) -> None:
    (repository.folder / ".gitattributes").write_text("environments/prod export-ignore\n*.yaml export-subst\n")
    repository.commit("Attributes")
    assert "nothing differs" in mlplat("-C", repository.folder, "diff", "--against", "HEAD").out


def test_links_and_hooks_of_the_old_state(repository: Repository) -> None:
    os.symlink("digits.yaml", repository.folder / "environments/base/vision/linked.yaml")
    repository.commit("A link")
    outcome = mlplat("-C", repository.folder, "diff", "--against", "HEAD~1")
    assert (outcome.status, code_of(outcome.err)) == (1, "MLP012"), "the new state has the document twice"


def test_an_unknown_environment(repository: Repository) -> None:
    outcome = mlplat("-C", repository.folder, "diff", "--env", "porod")
    assert (outcome.status, "did you mean `prod`?" in outcome.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--with", "prod"], "--with needs exactly one --env"),
        (["--manifests", "a", "b", "--env", "dev"], "--manifests goes with none of"),
        (["--fail-on", ""], "--fail-on names no impact"),
        (["--fail-on", " , "], "--fail-on names no impact"),
        (["--release", "26.03"], "--release goes with --manifests"),
        (["--env", "dev", "--with", "prod", "--against", "main"], "--with compares environments of one state"),
    ],
)
def test_a_command_line_that_contradicts_itself(arguments: list[str], said: str) -> None:
    outcome = mlplat("diff", *arguments)
    assert (outcome.status, said in outcome.err) == (1, True)
