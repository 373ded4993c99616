"""Two branches that both changed generated/ meet without conflicts there (docs/guide/merging.md)."""

import shutil
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Outcome, copy_platform, edit, mlplat, run

JOB = "environments/base/vision/mnist-ddp.yaml"
SERVICE = "environments/prod/tabular/ml-model-service.yaml"


def git(repository: Path, *arguments: str) -> Outcome:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
    return run(["git", *identity, *arguments], repository, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null")


def done(outcome: Outcome) -> str:
    assert outcome.status == 0, outcome.text
    return outcome.out


@pytest.fixture
def repository(example: Path) -> Path:
    shutil.copy(ROOT / ".gitattributes", example)
    done(git(example, "init", "-q", "-b", "main"))
    done(git(example, "config", "merge.mlplat.driver", "true"))
    commit(example, "start")
    return example


def commit(repository: Path, message: str) -> None:
    outcome = mlplat("-C", repository, "build")
    assert outcome.status == 0, outcome.err
    done(git(repository, "add", "--all"))
    done(git(repository, "commit", "-q", "-m", message))


def branch(repository: Path, name: str, changes: list[tuple[str, str, str]]) -> None:
    """A branch from the first commit with edits to specifications and the build of them."""
    done(git(repository, "checkout", "-q", "-b", name, "main"))
    for path, old, new in changes:
        edit(repository / path, old, new)
    commit(repository, name)
    done(git(repository, "checkout", "-q", "main"))


def rebuilt(repository: Path) -> dict[str, bytes]:
    """What a build from nothing makes of the specifications that are there."""
    fresh = copy_platform(repository, repository.parent / "fresh")
    shutil.rmtree(fresh / "generated")
    assert mlplat("-C", fresh, "build").status == 0
    return {p.relative_to(fresh).as_posix(): p.read_bytes() for p in (fresh / "generated").rglob("*") if p.is_file()}


def assert_build_completes_the_merge(repository: Path) -> None:
    outcome = mlplat("-C", repository, "build")
    assert outcome.status == 0, outcome.err
    assert mlplat("-C", repository, "build", "--check").status == 0
    folder = repository / "generated"
    built = {p.relative_to(repository).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert built == rebuilt(repository)
    done(git(repository, "add", "--all", "generated"))
    assert "UU" not in done(git(repository, "status", "--porcelain"))


def test_both_sides_change_the_same_generated_files(repository: Path) -> None:
    """The job's object in base, and its run's name in every overlay; the next test shows what that is without help."""
    branch(repository, "rate", [(JOB, "learning_rate: 0.01", "learning_rate: 0.02")])
    branch(repository, "gloo", [(JOB, "backend: nccl", "backend: gloo")])
    done(git(repository, "merge", "-q", "rate"))
    done(git(repository, "merge", "-q", "--no-edit", "gloo"))
    assert mlplat("-C", repository, "build", "--check").status == 1
    assert_build_completes_the_merge(repository)


def test_without_the_driver_the_same_merge_conflicts(repository: Path) -> None:
    branch(repository, "rate", [(JOB, "learning_rate: 0.01", "learning_rate: 0.02")])
    branch(repository, "gloo", [(JOB, "backend: nccl", "backend: gloo")])
    done(git(repository, "config", "--unset", "merge.mlplat.driver"))
    done(git(repository, "merge", "-q", "rate"))
    merged = git(repository, "merge", "--no-edit", "gloo")
    assert merged.status == 1
    assert "CONFLICT (content): Merge conflict in generated/" in merged.out
    assert_build_completes_the_merge(repository)


def test_one_side_deletes_what_the_other_changes(repository: Path) -> None:
    """No driver is asked then: git reports the conflict, and a build settles it."""
    team = "environments/prod/environment.yaml"
    branch(repository, "raise", [(SERVICE, "maxReplicas: 10", "maxReplicas: 13")])
    edit(repository / team, "  extends: [base]", "  extends: [base]\n  exclude: [ModelService/ml-model-service]")
    (repository / SERVICE).unlink()
    commit(repository, "without the service")
    merged = git(repository, "merge", "--no-edit", "raise")
    assert merged.status == 1
    assert "modify/delete" in merged.out
    done(git(repository, "rm", "-q", "--force", SERVICE))
    assert_build_completes_the_merge(repository)
    done(git(repository, "commit", "-q", "--no-edit"))
    assert git(repository, "status", "--porcelain").out == ""


def test_a_rebase_meets_no_conflict_either(repository: Path) -> None:
    branch(repository, "rate", [(JOB, "learning_rate: 0.01", "learning_rate: 0.02")])
    branch(repository, "gloo", [(JOB, "backend: nccl", "backend: gloo")])
    done(git(repository, "merge", "-q", "rate"))
    done(git(repository, "checkout", "-q", "gloo"))
    done(git(repository, "rebase", "main"))
    assert_build_completes_the_merge(repository)
