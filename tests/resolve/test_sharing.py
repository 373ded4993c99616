"""What environments share is read once and is the same object: five environments cost little more than one."""

from pathlib import Path
from unittest.mock import patch

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.load.discover import load_tree
from mlplat.compiler.resolve import environment
from mlplat.compiler.resolve.validate import validate
from mlplat.schema.kinds import KINDS
from mlplat.schema.queue import Queue
from mlplat.schema.training import TrainingJob
from tests.resolve.harness import ORDINARY, lay_out

TEAM = """apiVersion: mlplat.dev/v1alpha1
kind: Team
metadata: {name: vision}
spec: {owner: {name: ada@example.com}}
"""
JOB = """---
apiVersion: mlplat.dev/v1alpha1
kind: TrainingJob
metadata: {name: NAME, team: vision}
spec: {framework: pytorch, image: "train:1", command: [train]}
"""
OVERRIDE = """apiVersion: mlplat.dev/v1alpha1
kind: TrainingJob
metadata: {name: job-1}
spec: {nodes: 4}
"""


def platform(folder: Path) -> dict[str, ResolvedEnvironment]:
    case = folder / "case"
    base = case / "input" / "environments" / "base"
    base.mkdir(parents=True)
    (base / "all.yaml").write_text(TEAM + "".join(JOB.replace("NAME", f"job-{n}") for n in range(20)))
    for name in ("dev", "staging", "prod"):
        (case / "input" / "environments" / name).mkdir()
        (case / "input" / "environments" / name / "environment.yaml").write_text(
            (ORDINARY / "heir.yaml").read_text().replace("NAME", name)
        )
    (case / "input" / "environments" / "prod" / "job.yaml").write_text(OVERRIDE)
    lay_out(case, folder / "platform")
    tree, loaded = load_tree(folder / "platform", frozenset(KINDS))
    assert loaded == ()
    resolved, findings = environment.resolve_environments(tree)
    assert findings == ()
    return resolved


def test_inherited_documents_are_the_same_object_everywhere(tmp_path: Path) -> None:
    environments = platform(tmp_path)
    base = environments["base"].documents["TrainingJob"]
    for name in ("dev", "staging"):
        for job, resolved in environments[name].documents["TrainingJob"].items():
            assert resolved is base[job]
    prod = environments["prod"].documents["TrainingJob"]
    assert [job for job in prod if prod[job] is not base[job]] == ["job-1"]
    assert prod["job-1"].layers == ("base", "prod")


def test_each_merged_tree_is_validated_once(tmp_path: Path) -> None:
    with patch.object(environment, "validate", wraps=validate) as counted:
        platform(tmp_path)
    # One platform, four environments, one team, twenty jobs and the one that prod changes.
    assert counted.call_count == 1 + 4 + 1 + 20 + 1


def test_documents_are_ordered_by_kind_and_name(tmp_path: Path) -> None:
    prod = platform(tmp_path)["prod"]
    assert list(prod.documents) == ["Team", "TrainingJob"]
    assert list(prod.documents["TrainingJob"]) == sorted(prod.documents["TrainingJob"])
    assert prod.find(TrainingJob, "job-1") is prod.documents["TrainingJob"]["job-1"]
    assert prod.find(Queue, "job-1") is None
    assert prod.all(Queue) == ()


def test_command_line_versions_win_over_the_environments(tmp_path: Path) -> None:
    platform(tmp_path)
    tree, _ = load_tree(tmp_path / "platform", frozenset(KINDS))
    environments, findings = environment.resolve_environments(tree, {"trainer": "2.3.0", "dex": None})
    assert findings == ()
    assert environments["prod"].versions.get("trainer") == "2.3.0"
    assert not environments["prod"].versions.has("dex")
