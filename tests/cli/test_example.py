"""What holds for every build, tried on the example platform as a whole."""

import re
from pathlib import Path

import pytest
import yaml

from tests.cli.command import copy_platform, files_of, mlplat, mlplat_process

WORKLOADS = {"TrainJob", "PyTorchJob", "InferenceService", "Experiment", "Notebook"}


@pytest.mark.parametrize(
    "settings",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "4294967295", "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONOPTIMIZE": "2"},
    ],
    ids=["east", "west"],
)
def test_the_same_bytes_come_out_whatever_the_surroundings(
    built_example: Path, tmp_path: Path, settings: dict[str, str]
) -> None:
    fresh = copy_platform(built_example, tmp_path / "elsewhere", generated=False)
    outcome = mlplat_process("build", cwd=fresh, MLPLAT_CACHE="off", **settings)
    assert outcome.status == 0, outcome.err
    assert files_of(fresh / "generated") == files_of(built_example / "generated")


def test_the_same_bytes_come_out_whatever_the_files_are_called(built_example: Path, tmp_path: Path) -> None:
    """Which document is read first does not matter: every file gets a name by which the order is another."""
    fresh = copy_platform(built_example, tmp_path / "renamed", generated=False)
    files = [p for p in sorted((fresh / "environments").rglob("*.yaml")) if p.name != "environment.yaml"]
    for number, file in enumerate(reversed(files)):
        if "manifests" not in file.parts:
            file.rename(file.with_name(f"{number:03}.yaml"))
    outcome = mlplat("-C", fresh, "build")
    assert outcome.status == 0, outcome.err
    assert files_of(fresh / "generated") == files_of(built_example / "generated")


@pytest.mark.slow
def test_kustomize_renders_every_overlay_to_what_was_meant(example: Path) -> None:
    outcome = mlplat("-C", example, "build", "--check", "--verify")
    assert outcome.status == 0, outcome.err


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_nine_of_ten_workloads_come_from_base(built_example: Path, environment: str) -> None:
    overlays = built_example / "generated/overlays" / environment
    inventory = yaml.safe_load((built_example / f"generated/inventory/{environment}.yaml").read_text())
    workloads = [entry for entry in inventory["objects"] if entry["kind"] in WORKLOADS]
    own = [
        document
        for file in overlays.rglob("*.yaml")
        if file.parent.name != "patches" and file.name != "kustomization.yaml"
        for document in yaml.safe_load_all(file.read_text())
        if document["kind"] in WORKLOADS
    ]
    assert len(workloads) >= 4
    assert len(own) <= len(workloads) * 0.1


def test_an_environment_alone_changes_neither_base_nor_its_neighbours(example: Path) -> None:
    """Each change is made in prod; everything that changes lies in folders of prod."""
    edits = {
        "environments/prod/environment.yaml": ("server: https://prod.", "server: https://new."),
        "environments/prod/vision/mnist-ddp.yaml": ("epochs: 30", "epochs: 40"),
        "environments/prod/queues.yaml": ('nominal: "256"', 'nominal: "257"'),
    }
    before = files_of(example / "generated")
    for path, (old, new) in edits.items():
        text = (example / path).read_text()
        assert old in text
        (example / path).write_text(text.replace(old, new))
    outcome = mlplat("-C", example, "build")
    assert outcome.status == 0, outcome.err
    after = files_of(example / "generated")
    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert len(touched) > 5
    assert {path for path in touched if not re.match(r"(overlays|argocd)/prod/|inventory/prod\.yaml$", path)} == {
        ".mlplat"
    }
