"""Orphans of what an environment had at some time: git tells which kinds that was, when the inventory forgot."""

import json
from pathlib import Path

import pytest

from mlplat.cli.drift_at import once_held
from tests.cli.command import Outcome, mlplat
from tests.diff.repository import PLATFORM, Repository, new_repository

BY_HAND = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: proxy, namespace: vision}
spec:
  selector: {matchLabels: {app: proxy}}
  template:
    metadata: {labels: {app: proxy}}
    spec:
      containers:
        - name: proxy
          image: registry.example.com/proxy:1.0
          resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {cpu: 10m, memory: 16Mi}}
---
apiVersion: example.com/v1
kind: Gadget
metadata: {name: g, namespace: vision}
"""
LEFT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: proxy
  namespace: vision
  labels: {mlplat.dev/environment: prod}
  annotations: {mlplat.dev/identity: "shop/prod:apps/Deployment:vision/proxy"}
spec: {selector: {matchLabels: {app: proxy}}, template: {metadata: {labels: {app: proxy}}}}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A platform that had two objects by hand in prod, and has them no more: everything is built and committed."""
    made = new_repository(tmp_path / "platform", PLATFORM)
    manifest = made.folder / "environments/prod/manifests/proxy.yaml"
    manifest.parent.mkdir()
    manifest.write_text(BY_HAND)
    build(made, "Objects by hand")
    manifest.unlink()
    build(made, "None by hand")
    return made


def build(repository: Repository, message: str) -> None:
    outcome = mlplat("-C", repository.folder, "build")
    assert outcome.status == 0, outcome.text
    repository.commit(message)


def kinds(repository: Repository, environment: str = "prod") -> tuple[tuple[str, str], ...]:
    return once_held(str(repository.folder), environment)[0]


def drift(repository: Repository, *arguments: object) -> Outcome:
    return mlplat("-C", repository.folder, "drift", "--env", "prod", *arguments)


def test_git_tells_what_the_inventory_forgot(repository: Repository) -> None:
    inventory = (repository.folder / "generated/inventory/prod.yaml").read_text()
    assert "Deployment" not in inventory
    assert "Gadget" not in inventory
    assert {("apps/v1", "Deployment"), ("example.com/v1", "Gadget")} <= set(kinds(repository))
    assert ("apps/v1", "Deployment") not in kinds(repository, "dev")


def test_a_cluster_is_asked_for_these_kinds(repository: Repository) -> None:
    rights = drift(repository, "--rbac").out
    commands = drift(repository, "--dump-commands").out
    for plural in ("deployments", "gadgets"):
        assert plural in rights
        assert plural in commands


def test_what_is_left_of_them_is_an_orphan(repository: Repository, tmp_path: Path) -> None:
    live = tmp_path / "live.yaml"
    live.write_text(LEFT)
    outcome = drift(repository, "--live", live, "--complete")
    assert outcome.status == 2
    assert "Deployment.apps vision/proxy" in outcome.out


def test_a_dump_without_them_is_no_proof_that_there_is_none(repository: Repository, tmp_path: Path) -> None:
    live = tmp_path / "live.yaml"
    live.write_text("apiVersion: v1\nkind: List\nitems: []\n")
    notes = drift(repository, "--live", live, "-o", "json").out
    for text in ("were not looked for", "Deployment", "Gadget"):
        assert text in notes


def test_without_a_repository_nothing_more_is_known(tmp_path: Path) -> None:
    assert once_held(str(tmp_path), "prod") == ((), ())


def test_a_repository_without_a_commit_lacks_none(tmp_path: Path) -> None:
    Repository(tmp_path).git("init", "--quiet")
    assert once_held(str(tmp_path), "prod") == ((), ())


def test_a_shallow_clone_is_not_taken_for_the_whole_history(repository: Repository, tmp_path: Path) -> None:
    assert once_held(str(repository.folder), "prod")[1] == ()
    repository.git("clone", "--quiet", "--depth", "1", f"file://{repository.folder}", str(tmp_path / "clone"))
    live = tmp_path / "live.yaml"
    live.write_text("apiVersion: v1\nkind: List\nitems: []\n")
    outcome = drift(Repository(tmp_path / "clone"), "--live", live, "-o", "json")
    (note,) = (one for one in json.loads(outcome.out)["notes"] if "shallow" in one["text"])
    assert note["reason"] == "unsearched"


def test_a_history_that_git_cannot_read_is_not_taken_for_none(repository: Repository) -> None:
    parent = repository.git("rev-parse", "HEAD~1")
    (repository.folder / ".git/objects" / parent[:2] / parent[2:]).unlink()
    found, (note,) = once_held(str(repository.folder), "prod")
    assert found == ()
    assert note.reason == "unsearched"
    assert "git cannot tell the history" in note.text


def test_lines_that_are_no_objects_are_passed_over(repository: Repository) -> None:
    path = repository.folder / "generated/inventory/prod.yaml"
    path.write_text('<<<<<<< ours\n- {"apiVersion": 1}\n- [\n=======\n' + path.read_text() + ">>>>>>> theirs\n")
    before = kinds(repository)
    repository.commit("A merge that nobody resolved")
    assert kinds(repository) == before
