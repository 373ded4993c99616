"""The files for CI that the guide hands out: every step is run, on a branch of a real repository."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import ROOT, Outcome, copy_platform, edit, mlplat, run
from tests.diff.repository import Repository, new_repository

CI = ROOT / "docs" / "ci"
VARIABLES = {"GITHUB_BASE_REF": "main", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "NUMBER": "7"}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A branch that raises a number, built, beside a remote that has `main`."""
    folder = tmp_path_factory.mktemp("ci")
    source = copy_platform(ROOT, folder / "source", generated=False)
    assert mlplat("-C", source, "build").status == 0
    found = new_repository(folder / "origin", source)
    done = run(["git", "clone", "--quiet", str(found.folder), str(folder / "clone")], folder)
    assert done.status == 0, done.err
    clone = Repository(folder / "clone")
    clone.git("checkout", "--quiet", "-b", "change")
    edit(clone.folder / "environments/prod/tabular/ml-model-service.yaml", "maxReplicas: 10", "maxReplicas: 12")
    assert mlplat("-C", clone.folder, "build").status == 0
    clone.commit("More replicas")
    return clone


def shell(command: str, repository: Repository, tools: Path) -> Outcome:
    """A step as CI runs it; `gh` and `pip` are stand-ins, mlplat and kubectl are real."""
    path = os.pathsep.join((str(tools), str(Path(sys.executable).parent), os.environ["PATH"]))
    return run(["bash", "-e", "-o", "pipefail", "-c", command], repository.folder, **{**VARIABLES, "PATH": path})


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    for name in ("gh", "pip"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> "{tmp_path}/said"\n')
        program.chmod(0o755)
    return tmp_path


def read(name: str) -> Any:
    return yaml.safe_load((CI / name).read_text(encoding="utf-8"))


def test_every_step_of_the_github_workflow(repository: Repository, tools: Path) -> None:
    steps = read("github.yaml")["jobs"]["review"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    assert len(commands) == 6
    for command in commands:
        done = shell(command, repository, tools)
        assert done.status == 0, f"{command}: {done.err}"
    comment = (repository.folder / "diff.md").read_text()
    assert "maxReplicas" in comment
    assert "gh pr comment 7 --body-file diff.md" in (tools / "said").read_text()
    (repository.folder / "diff.md").unlink()


def test_every_step_of_the_gitlab_job(repository: Repository, tools: Path) -> None:
    job = read("gitlab.yaml")["platform"]
    for command in (*job["before_script"], *job["script"]):
        done = shell(command, repository, tools)
        assert done.status == 0, f"{command}: {done.err}"
    assert (repository.folder / "findings.xml").read_text().startswith("<?xml")
    for name in ("diff.md", "findings.xml"):
        (repository.folder / name).unlink()


def test_the_gate_closes(repository: Repository, tools: Path) -> None:
    """The last step of both fails where a claim goes."""
    files = [
        path for path in (repository.folder / "environments").rglob("*.yaml") if "training-data" in path.read_text()
    ]
    held = {path: path.read_text() for path in files}
    steps = read("github.yaml")["jobs"]["review"]["steps"]
    try:
        for path, text in held.items():
            path.write_text(text.replace("training-data", "images"))
        for command in (steps[-1]["run"], read("gitlab.yaml")["platform"]["script"][-1]):
            done = shell(command, repository, tools)
            assert (done.status, "refused by --fail-on: data-loss" in done.err) == (1, True), done.err
    finally:
        for path, text in held.items():
            path.write_text(text)


def test_every_hook_of_pre_commit(repository: Repository, tools: Path) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["mlplat-check", "mlplat-build"]
    for hook in hooks:
        done = shell(hook["entry"], repository, tools)
        assert done.status == 0, done.err


def test_the_plugin_of_argo_cd_generates_the_whole_environment(repository: Repository, tools: Path) -> None:
    generate = read("argocd-plugin.yaml")["spec"]["generate"]
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    command = [*generate["command"], *generate["args"]]
    done = run(command, repository.folder, PATH=path, ARGOCD_ENV_ENVIRONMENT="prod")
    assert done.status == 0, done.err
    made = [body for body in yaml.load_all(done.out, Loader=yaml.CSafeLoader) if body]
    inventory = yaml.safe_load((repository.folder / "generated/inventory/prod.yaml").read_text())
    assert len(made) == len(inventory["objects"])
    assert {body["metadata"]["labels"]["mlplat.dev/environment"] for body in made} == {"prod"}
