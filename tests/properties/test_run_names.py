"""The name of a run changes exactly when something must run again: tried edit by edit on the example platform."""

from pathlib import Path

import pytest

from mlplat.compiler.pipeline import compile_platform
from tests.cli.command import mlplat
from tests.proof.platforms import ROOT, copy_specifications

JOB = "environments/base/vision/mnist-ddp.yaml"
SEARCH = "environments/base/tabular/random-forest-tuning.yaml"

# file, text, its replacement, and which runs of prod are new
ANOTHER_RUN = [
    (JOB, "learning_rate: 0.01", "learning_rate: 0.02", "mnist-ddp"),
    (JOB, "  strategy: ddp\n", "  strategy: ddp\n  rerun: 1\n", "mnist-ddp"),
    (JOB, "  sharedMemory: 2Gi\n", "  sharedMemory: 2Gi\n  env:\n    - {name: MODE, value: fast}\n", "mnist-ddp"),
    ("components/mnist-ddp/component.yaml", "image: mnist-ddp:1.0.0", "image: mnist-ddp:1.0.1", "mnist-ddp"),
    (SEARCH, "n_estimators, type: int, min: 50", "n_estimators, type: int, min: 60", "random-forest-tuning"),
    (SEARCH, "goal: 0.95", "goal: 0.97", "random-forest-tuning"),
]
SAME_RUN = [
    (JOB, "  team: vision\n", "  team: vision\n  labels: {example.com/a: b}\n  annotations: {example.com/c: d}\n"),
    (JOB, "apiVersion:", "# A remark.\napiVersion:"),
    (JOB, "  strategy: ddp\n", "  strategy: ddp\n  onChange: replace\n"),
    (JOB, "learning_rate: 0.01", "learning_rate: 1e-2"),
    (SEARCH, "  team: tabular\n", "  team: tabular\n  labels: {example.com/a: b}\n"),
    ("environments/base/teams.yaml", "lead@example.com}", "boss@example.com}"),
    ("platform.yaml", "example.com/cost-center: ml", "example.com/cost-center: research"),
]


def run_names(root: Path) -> set[str]:
    """Names of everything in prod that runs once."""
    found = compile_platform(root)
    assert found.tree is not None, [(one.code, one.headline) for one in found.findings]
    return {item.ref.name for item in found.objects["prod"].objects if item.ref.name != item.logical_name}


def edit(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text, f"{file} no longer says {old!r}"
    (root / file).write_text(text.replace(old, new))


@pytest.mark.parametrize(("file", "old", "new", "run"), ANOTHER_RUN)
def test_another_run(tmp_path: Path, file: str, old: str, new: str, run: str) -> None:
    copy_specifications(ROOT, tmp_path)
    before = run_names(tmp_path)
    edit(tmp_path, file, old, new)
    after = run_names(tmp_path)
    assert {name.rpartition("-")[0] for name in before} == {"mnist-ddp", "random-forest-tuning"}
    assert {name.rpartition("-")[0] for name in after - before} == {run}
    assert len(after) == len(before)


@pytest.mark.parametrize(("file", "old", "new"), SAME_RUN)
def test_the_same_run(tmp_path: Path, file: str, old: str, new: str) -> None:
    copy_specifications(ROOT, tmp_path)
    before = run_names(tmp_path)
    edit(tmp_path, file, old, new)
    assert run_names(tmp_path) == before


def test_a_new_run_stands_beside_the_old_one(tmp_path: Path) -> None:
    """Built twice on the command line: git shows another name, and the old object is not to be pruned."""
    copy_specifications(ROOT, tmp_path)
    assert mlplat("-C", tmp_path, "build").status == 0
    before = jobs(tmp_path)
    edit(tmp_path, JOB, "learning_rate: 0.01", "learning_rate: 0.02")
    outcome = mlplat("-C", tmp_path, "build")
    assert outcome.status == 0, outcome.err
    after = jobs(tmp_path)
    assert before
    assert after
    assert before.isdisjoint(after)
    base = (tmp_path / "generated/base/vision-training/trainjob-mnist-ddp.yaml").read_text()
    assert "argocd.argoproj.io/sync-options: Prune=false" in base.replace('"', "")
    assert "argocd.argoproj.io/compare-options: IgnoreExtraneous" in base.replace('"', "")


def jobs(root: Path) -> set[str]:
    """Lines of the inventories that name a training run."""
    texts = [file.read_text() for file in sorted((root / "generated/inventory").glob("*.yaml"))]
    return {line for text in texts for line in text.splitlines() if "mnist-ddp-" in line}


def test_cosmetics_on_the_command_line_keep_the_names(tmp_path: Path) -> None:
    copy_specifications(ROOT, tmp_path)
    assert mlplat("-C", tmp_path, "build").status == 0
    before = jobs(tmp_path)
    edit(tmp_path, JOB, "  team: vision\n", "  team: vision\n  labels: {example.com/a: b}\n")
    assert mlplat("-C", tmp_path, "build").status == 0
    assert jobs(tmp_path) == before
    assert "example.com/a" in (tmp_path / "generated/base/vision-training/trainjob-mnist-ddp.yaml").read_text()
