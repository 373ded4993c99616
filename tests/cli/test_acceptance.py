"""What a new user tries first, on a copy of the example platform, through the command line alone."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.cli.command import changed, edit, files_of, mlplat, run

JOB = "environments/base/vision/mnist-ddp.yaml"
SERVICE = "environments/prod/tabular/ml-model-service.yaml"
EXPERIMENT = "environments/base/tabular/random-forest-tuning.yaml"
UNITS = "generated/overlays"
BOOKKEEPING = {"generated/.mlplat"}
"""Holds a checksum of every file, so it changes with any of them."""


def rebuild(platform: Path) -> set[str]:
    """Files of generated/ that a build changes."""
    before = files_of(platform)
    outcome = mlplat("-C", platform, "build")
    assert outcome.status == 0, outcome.err
    return changed(before, files_of(platform))


def test_it_builds_and_says_what_it_wrote_and_how_long_it_took(example: Path) -> None:
    shutil.rmtree(example / "generated")
    outcome = mlplat("-C", example, "build")
    assert outcome.status == 0, outcome.err
    assert outcome.out == ""
    environments = sorted(path.name for path in (example / "environments").iterdir())
    assert re.findall(r"^  (\w+) +[1-9]\d* objects in [1-9]\d* units$", outcome.err, re.M) == environments
    count = len(files_of(example / "generated")) - 1
    assert re.search(rf"^generated/: {count} files written, 0 removed, 0 unchanged \(\d+\.\d s\)$", outcome.err, re.M)
    assert rebuild(example) == set()


def test_more_replicas_in_prod_change_one_patch(example: Path) -> None:
    edit(example / SERVICE, "maxReplicas: 10", "maxReplicas: 12")
    (patch,) = rebuild(example) - BOOKKEEPING
    assert patch.startswith(f"{UNITS}/prod/tabular-serving/patches/")
    assert "12" in (example / patch).read_text(encoding="utf-8")


def test_another_learning_rate_is_another_run_beside_the_old_one(example: Path) -> None:
    def runs() -> dict[str, str]:
        return {
            path.stem: json.loads(entry[1])["name"]
            for path in sorted((example / "generated/inventory").glob("*.yaml"))
            for entry in re.finditer(r"^- (.*\"mnist-ddp-[0-9a-f]{8}\".*)$", path.read_text(), re.M)
        }

    before = runs()
    assert sorted(before) == sorted(path.stem for path in (example / "generated/inventory").glob("*.yaml"))
    edit(example / JOB, "learning_rate: 0.01", "learning_rate: 0.02")
    written = rebuild(example)
    after = runs()
    assert before.keys() == after.keys()
    assert all(before[name] != after[name] for name in before)
    assert {path for path in written if "tabular" in path} == set(), "nothing of the other team changes"
    live = [
        item for item in rendered(example, "prod/vision-training") if item["metadata"]["name"].startswith("mnist-ddp-")
    ]
    options = [item["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] for item in live]
    assert all("Prune=false" in option for option in options), "the old run is not pruned"


def rendered(platform: Path, unit: str) -> list[dict]:
    """What plain `kubectl kustomize` makes of one overlay."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not on PATH")
    outcome = run(["kubectl", "kustomize", f"{UNITS}/{unit}"], platform)
    assert outcome.status == 0, outcome.err
    return list(yaml.safe_load_all(outcome.out))


@pytest.mark.slow
def test_plain_kubectl_renders_every_unit_of_prod(example: Path) -> None:
    for unit in sorted((example / UNITS / "prod").iterdir()):
        objects = rendered(example, f"prod/{unit.name}")
        assert objects
        for item in objects:
            assert item["metadata"]["labels"]["mlplat.dev/environment"] == "prod"
            assert item["metadata"]["annotations"]["mlplat.dev/identity"].startswith("ml-platform/prod:")


SLIPS = {
    "field": (JOB, "  nodes: 3", "  node: 3", "MLP103", "node", "`nodes`"),
    "reference": (EXPERIMENT, "queue: interactive", "queue: interactiv", "MLP201", "interactiv", "`interactive`"),
    "parameter": (JOB, "learning_rate: 0.01", "lerning_rate: 0.01", None, "lerning_rate", "`learning_rate`"),
    "searched parameter": (EXPERIMENT, "name: max_depth", "name: max_dept", None, "max_dept", "`max_depth`"),
    "choice": (JOB, "framework: pytorch", "framework: pytroch", "MLP104", "pytroch", "`pytorch`"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_of_the_pen_is_shown_with_line_caret_and_near_miss(example: Path, slip: str) -> None:
    path, right, wrong, code, marked, near = SLIPS[slip]
    before = files_of(example / "generated")
    edit(example / path, right, wrong)
    lines = (example / path).read_text(encoding="utf-8").splitlines()
    number = next(index for index, line in enumerate(lines, 1) if wrong.strip() in line)
    column = lines[number - 1].index(marked) + 1
    outcome = mlplat("-C", example, "build")
    assert outcome.status == 1
    assert f" --> {path}:{number}:{column}\n" in outcome.err
    shown = outcome.err.splitlines()
    at = next(index for index, line in enumerate(shown) if f" --> {path}:{number}:{column}" in line)
    until = next(index for index, line in enumerate(shown) if index > at and line == "")
    block = shown[at - 1 : until]
    assert block[0].startswith(f"error[{code or 'MLP'}"), block[0]
    source = next(index for index, line in enumerate(block) if line.endswith(lines[number - 1]))
    bar = block[source].index("|")
    assert block[source + 1][bar + 2 :].startswith(" " * (column - 1) + "^" * len(marked))
    assert any(near in line for line in block[source + 2 :]), "\n".join(block)
    assert files_of(example / "generated") == before, "nothing is written"


@pytest.mark.parametrize("overrides", ["left behind", "deleted too"])
def test_without_a_queue_everything_that_named_it_is_reported(example: Path, overrides: str) -> None:
    wanted = set()
    for file in sorted((example / "environments").rglob("*.yaml")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if re.search(r"^\s+queues?: .*\btraining\b", line):
                wanted.add(("MLP201", file.relative_to(example).as_posix(), number))
    assert wanted
    without_training(example / "environments/base/queues.yaml")
    for env in ("dev", "prod"):
        file = example / f"environments/{env}/queues.yaml"
        if overrides == "deleted too":
            without_training(file)
        else:
            line = file.read_text().splitlines().index("  name: training") + 1
            wanted.add(("MLP215", file.relative_to(example).as_posix(), line))
    legacy = "environments/legacy/environment.yaml"
    exclusion = (example / legacy).read_text().splitlines().index("    - Queue/training")
    wanted.add(("MLP207", legacy, exclusion + 1))
    outcome = mlplat("-C", example, "check", "-o", "json")
    assert outcome.status == 1
    findings = json.loads(outcome.out)["findings"]
    assert {(finding["code"], finding["file"], finding["line"]) for finding in findings} == wanted


def without_training(file: Path) -> None:
    """Takes the queue `training` out of a file, and the file away when nothing is left in it."""
    kept = [text for text in re.split(r"(?m)^---\n", file.read_text()) if "name: training\n" not in text]
    file.write_text("---\n".join(kept)) if kept else file.unlink()
