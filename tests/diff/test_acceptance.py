"""What a reviewer gets who opens one pull request with everything in it that can go wrong."""

import json
from typing import Any

import pytest

from mlplat.diff.impact.effect import Impact
from tests.cli.command import ROOT, copy_platform, edit, files_of, mlplat
from tests.diff.repository import Repository, new_repository

JOB = "environments/base/vision/mnist-ddp.yaml"
PROD_JOB = "environments/prod/vision/mnist-ddp.yaml"
VOLUMES = "environments/base/vision/volumes.yaml"
SERVICE = "environments/base/tabular/ml-model-service.yaml"
TEAMS = "environments/base/teams.yaml"
IMAGE = "components/random-forest/component.yaml"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The example platform on `main`, and on a branch: prod's job on more nodes, a claim renamed, a variable added, a
    role widened, an image bumped, and a team gone."""
    folder = tmp_path_factory.mktemp("review")
    found = new_repository(folder / "platform", copy_platform(ROOT, folder / "layer", generated=False))
    (found.folder / "environments/base/analytics.yaml").write_text(
        "apiVersion: mlplat.dev/v1alpha1\nkind: Team\nmetadata:\n  name: analytics\nspec:\n"
        "  owner: {name: analytics-lead@example.com}\n"
    )
    found.commit("A team")
    found.git("checkout", "--quiet", "-b", "change")
    root = found.folder
    edit(root / PROD_JOB, "spec:\n", "spec:\n  nodes: 6\n")
    for file in (VOLUMES, "environments/prod/vision/volumes.yaml"):
        edit(root / file, "  name: models\n", "  name: checkpoints\n")
    edit(root / JOB, "{volume: models,", "{volume: checkpoints,")
    edit(
        root / SERVICE,
        "value: ml-model-service}\n",
        "value: ml-model-service}\n        - {name: LOG_LEVEL, value: debug}\n",
    )
    edit(
        root / TEAMS,
        "    - name: vision-reviewers\n      kind: Group\n      role: view",
        "    - name: vision-reviewers\n      kind: Group\n      role: admin",
    )
    edit(root / IMAGE, "image: random-forest:1.0.0", "image: random-forest:1.1.0")
    (root / "environments/base/analytics.yaml").unlink()
    return found


@pytest.fixture(scope="module")
def report(repository: Repository) -> dict[str, Any]:
    before = files_of(repository.folder)
    status = repository.git("status", "--porcelain")
    outcome = mlplat("-C", repository.folder, "diff", "-o", "json")
    assert outcome.status == 0, outcome.err
    assert files_of(repository.folder) == before, "the working tree is left alone"
    assert repository.git("status", "--porcelain") == status
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def line_of(repository: Repository, file: str, text: str, revision: str = "") -> int:
    content = repository.git("show", f"{revision}:{file}") if revision else (repository.folder / file).read_text()
    (number,) = (n for n, line in enumerate(content.splitlines(), 1) if text in line)
    return number


def caused(report: dict[str, Any], impact: str, kind: str) -> set[tuple[str, int]]:
    """Where the changes of a kind with an impact were caused: files and lines."""
    changes = [c for c in report["changes"] if c["object"]["kind"] == kind]
    hit = [c for c in changes if impact in {effect["impact"] for effect in c["effects"]}]
    assert hit, f"no {kind} with {impact}"
    return {(cause["file"], cause["line"]) for change in hit for cause in change["causes"]}


def test_a_run_on_more_nodes_is_a_new_run(repository: Repository, report: dict[str, Any]) -> None:
    (nodes,) = (change for change in report["changes"] if change["path"] == "spec.trainer.numNodes")
    assert (nodes["old"], nodes["new"], nodes["impact"], nodes["environments"]) == (3, 6, "new-run", ["prod"])
    (cause,) = nodes["causes"]
    assert (cause["file"], cause["line"]) == (PROD_JOB, line_of(repository, PROD_JOB, "nodes: 6"))


def test_a_renamed_claim_is_lost_data(repository: Repository, report: dict[str, Any]) -> None:
    (claim,) = (c for c in report["changes"] if c["impact"] == "data-loss" and c["object"]["name"] == "models")
    assert claim["environments"] == ["dev", "legacy", "prod", "staging"], "one change that reaches four is one entry"
    (cause,) = {(c["file"], c["line"]) for c in claim["causes"]}
    assert cause == (VOLUMES, line_of(repository, VOLUMES, "name: models", "main"))
    assert claim["causes"][0]["revision"] == repository.short("main")


def test_a_variable_is_a_rolling_restart(repository: Repository, report: dict[str, Any]) -> None:
    lines = caused(report, "rolling-restart", "InferenceService")
    assert lines == {(SERVICE, line_of(repository, SERVICE, "LOG_LEVEL"))}


def test_a_role_is_a_widened_permission(repository: Repository, report: dict[str, Any]) -> None:
    lines = caused(report, "permission-widened", "RoleBinding")
    assert lines == {(TEAMS, line_of(repository, TEAMS, "role: admin"))}


def test_an_image_is_named_where_the_component_names_it(repository: Repository, report: dict[str, Any]) -> None:
    lines = caused(report, "image-changed", "Experiment")
    assert lines == {(IMAGE, line_of(repository, IMAGE, "image: random-forest"))}
    assert caused(report, "new-run", "Experiment") == lines


def test_a_team_that_goes_takes_its_namespace(repository: Repository, report: dict[str, Any]) -> None:
    gone = [c for c in report["changes"] if c["team"] == "analytics"]
    assert {"Namespace", "Profile"} <= {c["object"]["kind"] for c in gone}
    assert {c["action"] for c in gone} == {"deleted"}
    assert all(c["impact"] == "data-loss" for c in gone if c["object"]["kind"] in ("Namespace", "Profile"))
    assert all(cause["revision"] == repository.short("main") for c in gone for cause in c["causes"])


def test_the_most_destructive_comes_first_and_totals_add_up(report: dict[str, Any]) -> None:
    order = [str(impact) for impact in Impact]
    ranks = [order.index(change["impact"]) for change in report["changes"]]
    assert ranks == sorted(ranks)
    (prod,) = (t for t in report["totals"] if (t["environment"], t["team"]) == ("prod", "vision"))
    assert prod["after"]["gpus"] - prod["before"]["gpus"] == 3
    assert prod["after"]["replicas"] - prod["before"]["replicas"] == 3


def test_gates(repository: Repository) -> None:
    root = repository.folder
    assert mlplat("-C", root, "diff", "--fail-on", "data-loss").status == 1
    assert mlplat("-C", root, "diff", "--fail-on", "immutable,quota-exceeded").status == 0
    assert mlplat("-C", root, "diff", "--exit-code").status == 2
    assert mlplat("-C", root, "diff", "--against", "HEAD", "--to", "HEAD", "--exit-code").status == 0
    wrong = mlplat("-C", root, "diff", "--fail-on", "dataloss")
    assert wrong.status == 1
    assert "did you mean `data-loss`?" in wrong.err


def test_the_comment_has_every_danger_open(repository: Repository) -> None:
    comment = mlplat("-C", repository.folder, "diff", "-o", "markdown").out
    assert len(comment) < 65_536
    for title in ("data loss", "permission widened"):
        assert f"<details open><summary><b>{title}</b>" in comment
    assert "<details><summary><b>new run</b>" in comment
