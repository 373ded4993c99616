"""A real Argo CD brings the platform up from one file, calls it Synced, and changes what was changed and nothing else.

The tests of one environment are one story, in the order in which they stand: each starts where the one before ended.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.control_plane import proven, stand_ins
from tests.control_plane.cluster import Body, as_yaml, key, rendered, until
from tests.control_plane.conftest import Place
from tests.control_plane.gitops import APPLICATIONS, IN_CLUSTER, Argo, Repository, holds, make_repository, snapshot
from tests.control_plane.sets import ROOT, units


@pytest.fixture(scope="session")
def repository(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return make_repository(tmp_path_factory.mktemp("git") / "platform", place.name)


class Story:
    """An environment under Argo CD: where it stands between tests."""

    def __init__(self, place: Place, repository: Repository) -> None:
        self.place, self.repository = place, repository
        self.argo = Argo(place.cluster, place.name)
        self.name = place.name
        self.by_hand: dict[tuple[str, str, str, str], tuple[str, int]] = {}

    def bodies(self) -> list[Body]:
        """The objects of the environment as git has them now."""
        return [body for held in units(self.name, self.repository.root).values() for body in held]

    def applications(self) -> set[str]:
        """Names of all Applications that git names now, the root included."""
        apps = rendered(self.repository.root / "generated" / "argocd" / self.name / "apps")
        names = {body["metadata"]["name"] for body in apps if body["kind"] == "Application"}
        return {*names, f"{self.place.environment.platform.name}-{self.name}"}

    def apply_by_hand(self) -> None:
        """Plain client-side `kubectl apply` of some objects by a person, before there was an Argo CD."""
        spaces = [body for body in self.bodies() if body["kind"] == "Namespace"]
        held = [body for body in self.bodies() if body["kind"] in ("ResourceQuota", "RoleBinding", "ResourceFlavor")]
        for bodies in (spaces, held):
            self.place.cluster.ask("apply", "-f", "-", stdin=as_yaml(bodies))
        self.by_hand = snapshot(self.place.cluster, [*spaces, *held])

    def commit(self) -> str:
        """Builds, commits, and has Argo CD follow."""
        changed = self.repository.build()
        self.follow()
        return changed

    def follow(self) -> None:
        """Has Argo CD look at git, and waits until it calls everything Synced to it."""
        head = self.repository.git("rev-parse", "HEAD").strip()
        self.argo.refresh("normal")
        until(lambda: self.applications() == set(self.argo.states()), self.argo.explain, seconds=90)
        self.argo.refresh("normal")
        self.argo.sync_by_hand()
        self.argo.wait_synced(self.applications(), head)


@pytest.fixture(scope="session")
def started(place: Place, repository: Repository) -> Iterator[Story]:
    """From nothing: one apply of `root.yaml`, and the stand-ins for what the cluster lacks."""
    if place.cluster.one("crd", APPLICATIONS) is None:
        pytest.skip("the cluster has no Argo CD")
    place.empty()
    story = Story(place, repository)
    assert not any(place.cluster.read([body for body in story.bodies() if not body["metadata"].get("namespace")]))
    story.apply_by_hand()
    said = story.argo.bring_up(repository)
    place.lies = "argocd"
    assert said.ok, said.warnings
    assert said.warnings == ""
    yield story
    place.empty()


def test_only_address_and_server_differ_from_the_committed_tree(started: Story) -> None:
    """What this Argo CD syncs is what is committed: with two values replaced."""
    own = started.repository.root / "generated"
    spec = started.place.environment
    for path in sorted((own / "argocd" / started.name).rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        committed = (ROOT / "generated" / path.relative_to(own)).read_text(encoding="utf-8")
        committed = committed.replace(spec.platform.document.spec.repository.url, started.repository.root.as_uri())
        server = spec.environment.document.spec.cluster.server
        assert server is not None
        assert text == committed.replace(server, IN_CLUSTER)


def test_one_apply_brings_up_everything_and_it_is_synced(started: Story) -> None:
    until(lambda: started.applications() == set(started.argo.states()), started.argo.explain, seconds=180)
    started.argo.sync_by_hand()
    started.argo.wait_synced(started.applications())
    missing = [
        key(b)
        for b, live in zip(started.bodies(), started.place.cluster.read(started.bodies()), strict=True)
        if not live
    ]
    assert missing == []
    proven.note(started.name, "Applications Synced after one apply", *sorted(started.applications()))


def test_what_a_person_had_applied_before_is_adopted(started: Story) -> None:
    """The same objects as before, by uid, under the tracking annotation of their Application."""
    bodies = [body for body in started.bodies() if key(body) in started.by_hand]
    assert len(bodies) == len(started.by_hand) > 0
    now = snapshot(started.place.cluster, bodies)
    assert {name: uid for name, (uid, _) in now.items()} == {name: uid for name, (uid, _) in started.by_hand.items()}
    for live in started.place.cluster.read(bodies):
        assert live is not None
        assert "argocd.argoproj.io/tracking-id" in live["metadata"]["annotations"]
    proven.note(started.name, "day-2 stories", "adoption")


def test_it_is_still_synced_when_controllers_have_acted_and_after_a_hard_refresh(started: Story) -> None:
    cluster = started.place.cluster
    said = cluster.apply(stand_ins.volumes_for(started.bodies()))
    assert said.ok, said.warnings
    stand_ins.secrets_ready(cluster, started.bodies())
    started.argo.refresh("hard")
    started.argo.wait_synced(started.applications())
    claims = [body for body in started.bodies() if body["kind"] == "PersistentVolumeClaim"]
    until(lambda: all(c and c["status"]["phase"] == "Bound" for c in cluster.read(claims)), "the claims to be bound")
    started.argo.refresh("hard")
    started.argo.wait_synced(started.applications())
    assert holds(lambda: {state[0] for state in started.argo.states().values()} == {"Synced"}, seconds=5)
    assert started.argo.ill() == []
    ignored = [
        item["metadata"]["name"] for item in started.argo.applications() if item["spec"].get("ignoreDifferences")
    ]
    assert ignored == [], "name the controller and the source of each rule, and prove that it is needed"
    proven.note(started.name, "Applications still Synced after the controllers", *sorted(started.applications()))


def changed_between(before: dict, after: dict) -> tuple[set, set, set]:  # type: ignore[type-arg]
    """Keys that came, that went, and that are another object or generation than before."""
    both = before.keys() & after.keys()
    return set(after - before.keys()), set(before - after.keys()), {k for k in both if before[k] != after[k]}


def test_one_edited_field_changes_exactly_one_object(started: Story) -> None:
    cluster = started.place.cluster
    bodies = started.bodies()
    before = versions_of(started, bodies)
    started.repository.edit(
        "environments/base/tabular/ml-model-service.yaml", ("cpu: 500m, memory: 1Gi", "cpu: 600m, memory: 1Gi")
    )
    started.commit()
    after = versions_of(started, bodies)
    assert {name[1:] for name in after if after[name] != before[name]} == {
        ("InferenceService", "tabular", "ml-model-service")
    }
    deployment = "ml-model-service-predictor"
    until(
        lambda: (
            (cluster.one("deployments", deployment, "tabular") or {})["spec"]["template"]["spec"]["containers"][0][
                "resources"
            ]["requests"]["cpu"]
            == "600m"
        ),
        "KServe to pass the change on",
    )
    proven.note(started.name, "day-2 stories", "one field, one object")


def versions_of(story: Story, bodies: list[Body]) -> dict[tuple[str, str, str, str], str]:
    """What of a live object a sync can change: everything but status and the bookkeeping of the server."""
    found = {}
    for body in story.place.cluster.read(bodies):
        assert body is not None
        skipped = ("resourceVersion", "generation", "managedFields")
        metadata = {name: value for name, value in body["metadata"].items() if name not in skipped}
        kept = {name: value for name, value in body.items() if name not in ("status", "metadata")}
        found[key(body)] = json.dumps({**kept, "metadata": metadata}, sort_keys=True)
    return found


JOB = "environments/base/vision/mnist-ddp.yaml"


def runs(story: Story) -> set[str]:
    """Names of the live runs of the example's training job."""
    kind = (
        "trainjobs.trainer.kubeflow.org"
        if story.place.environment.versions.has("trainer")
        else "pytorchjobs.kubeflow.org"
    )
    return {item["metadata"]["name"] for item in story.place.cluster.get(kind, "-n", "vision")}


def test_a_cosmetic_edit_starts_nothing(started: Story) -> None:
    before = snapshot(started.place.cluster, started.bodies())
    started.repository.edit(
        JOB,
        ("# Ranks, addresses", "# All ranks, addresses"),
        ("  name: mnist-ddp\n  team: vision", "  team: vision\n  name: mnist-ddp"),
    )
    assert started.commit() == ""
    assert snapshot(started.place.cluster, started.bodies()) == before
    proven.note(started.name, "day-2 stories", "cosmetic edit")


def test_another_learning_rate_is_a_new_run_beside_the_old_one(started: Story) -> None:
    old = runs(started)
    assert len(old) == 1
    started.repository.edit(JOB, ("learning_rate: 0.01", "learning_rate: 0.02"))
    started.commit()
    assert len(runs(started)) == 2
    assert runs(started) > old
    started.argo.refresh("hard")
    started.argo.wait_synced(started.applications())
    assert len(runs(started)) == 2
    proven.note(started.name, "day-2 stories", "new run, old one kept")


def test_with_replace_the_old_run_goes(started: Story) -> None:
    kept = runs(started)
    started.repository.edit(JOB, ("  nodes: 3", "  onChange: replace\n  nodes: 3"))
    started.commit()
    assert runs(started) == kept, "the way in which a run is replaced does not start one"
    current = {b["metadata"]["name"] for b in started.bodies() if b["kind"] in ("TrainJob", "PyTorchJob")}
    started.repository.edit(JOB, ("learning_rate: 0.02", "learning_rate: 0.03"))
    started.commit()
    newest = {b["metadata"]["name"] for b in started.bodies() if b["kind"] in ("TrainJob", "PyTorchJob")}
    until(lambda: runs(started) == (kept - current) | newest, lambda: f"the replaced run to go: {runs(started)}")
    proven.note(started.name, "day-2 stories", "run replaced")


def test_a_deleted_specification_takes_its_objects_and_no_others(started: Story) -> None:
    """Its claim stays, and so does everything of its team. It was the last of its unit: the Application goes too, and
    where people sync by hand an Application that goes leaves its objects behind (it has no finalizer)."""
    before = snapshot(started.place.cluster, started.bodies())
    root: Path = started.repository.root
    for path in sorted(root.glob("environments/*/vision/exploration.yaml")):
        path.unlink()
    started.repository.edit("environments/base/vision/volumes.yaml", VOLUME)
    started.commit()
    gone = {("kubeflow.org/v1", "Notebook", "vision", "exploration")}
    everything = set(before)
    live = {key(body) for body in started.bodies()}
    assert everything - live == gone | {("v1", "PersistentVolumeClaim", "vision", "exploration-home")}
    automated = any("automated" in item["spec"]["syncPolicy"] for item in started.argo.units())
    notebook = started.place.cluster.one("notebooks.kubeflow.org", "exploration", "vision")
    assert (notebook is None) is automated
    claim = started.place.cluster.one("pvc", "exploration-home", "vision")
    assert claim is not None
    assert "deletionTimestamp" not in claim["metadata"]
    after = snapshot(started.place.cluster, started.bodies())
    assert {name: after[name][0] for name in after} == {name: before[name][0] for name in before if name in live}
    proven.note(started.name, "day-2 stories", "specification deleted")


VOLUME = (
    """---
apiVersion: mlplat.dev/v1alpha1
kind: Volume
metadata:
  name: exploration-home
  team: vision
spec:
  size: 10Gi
  # One pod mounts it; the default storage class serves that.
  accessModes: [ReadWriteOnce]
""",
    "",
)
