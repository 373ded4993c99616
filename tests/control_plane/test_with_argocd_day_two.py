"""Day 2 on a real Argo CD: people edit specifications, build and commit, and what they meant to change changes.

These tests go on where `test_with_argocd.py` ended, each where the one before left the environment.
"""

from pathlib import Path

import pytest

from tests.control_plane import proven, stand_ins
from tests.control_plane.children import ENDED, RUN_KINDS, condition, jobs, pods_of, wait_for_pods
from tests.control_plane.cluster import Body, key, until
from tests.control_plane.gitops import holds, snapshot
from tests.control_plane.story import Story

JOB = "environments/base/vision/mnist-ddp.yaml"
NAME = "app.kubernetes.io/name"
STORIES = "day-2 stories"


def test_one_edited_field_changes_exactly_one_object(started: Story) -> None:
    cluster = started.place.cluster
    bodies = started.bodies()
    before = started.contents(bodies)
    started.repository.edit(
        "environments/base/tabular/ml-model-service.yaml", ("cpu: 500m, memory: 1Gi", "cpu: 600m, memory: 1Gi")
    )
    started.commit()
    after = started.contents(bodies)
    assert {name[1:] for name in after if after[name] != before[name]} == {
        ("InferenceService", "tabular", "ml-model-service")
    }

    def asked() -> str:
        deployment = cluster.one("deployments", "ml-model-service-predictor", "tabular")
        assert deployment is not None
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        return str(container["resources"]["requests"]["cpu"])

    until(lambda: asked() == "600m", "KServe to pass the change on")
    proven.note(started.name, STORIES, "one field, one object")


def test_a_cosmetic_edit_starts_nothing(started: Story) -> None:
    before = snapshot(started.place.cluster, started.bodies())
    started.repository.edit(
        JOB,
        ("# Ranks, addresses", "# All ranks, addresses"),
        ("  name: mnist-ddp\n  team: vision", "  team: vision\n  name: mnist-ddp"),
    )
    assert started.commit() == ""
    assert snapshot(started.place.cluster, started.bodies()) == before
    proven.note(started.name, STORIES, "cosmetic edit")


def test_what_a_person_changes_in_the_cluster_is_put_back(started: Story) -> None:
    """By selfHeal, or by the next sync where a person syncs: Argo CD sees the edit in either case."""
    cluster, name = started.place.cluster, f"{started.name}-tabular"

    def hard() -> str:
        quota = cluster.one("resourcequotas", "platform-quota", "tabular")
        assert quota is not None
        return str(quota["spec"]["hard"]["requests.cpu"])

    meant = hard()
    cluster.patch("resourcequotas", "platform-quota", {"spec": {"hard": {"requests.cpu": "99"}}}, "-n", "tabular")
    if not started.automated():
        until(lambda: started.argo.states()[name][0] == "OutOfSync", f"{name} to be OutOfSync")
        started.argo.sync_by_hand()
    until(lambda: hard() == meant, "the quota to be put back")
    started.argo.wait_synced(started.applications())
    proven.note(started.name, STORIES, "a person's edit put back")


def current_runs(story: Story) -> list[Body]:
    """The run of the example's job that git has now."""
    return [body for body in story.bodies() if body["kind"] in RUN_KINDS]


def runs(story: Story) -> set[str]:
    """Names of the live runs of the example's training job."""
    kind = "trainjobs.trainer" if story.place.environment.versions.has("trainer") else "pytorchjobs"
    return {item["metadata"]["name"] for item in story.place.cluster.get(f"{kind}.kubeflow.org", "-n", "vision")}


def uids(pods: list[Body]) -> set[str]:
    return {pod["metadata"]["uid"] for pod in pods}


def test_a_finished_run_is_not_started_again(started: Story) -> None:
    """Not by selfHeal, not by a hard refresh, not by another sync."""
    cluster = started.place.cluster
    (run,) = current_runs(started)
    ((job, _),) = jobs(started.place)
    pods = wait_for_pods(started.place, run, job.document.spec.nodes)
    stand_ins.finish(cluster, pods)

    def ended() -> bool:
        (live,) = cluster.read([run])
        return condition(live, ENDED[run["kind"]]).get("status") == "True"

    until(ended, lambda: f"the run to have ended: {cluster.read([run])}")
    (before,) = cluster.read([run])
    started.argo.refresh("hard")
    started.argo.sync_by_hand()
    started.argo.wait_synced(started.applications())
    assert holds(lambda: ended() and uids(pods_of(started.place, run)) <= uids(pods), seconds=8)
    (after,) = cluster.read([run])
    assert before is not None
    assert after is not None
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["spec"] == before["spec"]
    unit = f"{started.name}-vision-training"
    until(lambda: started.argo.health()[unit][0] == "Healthy", lambda: f"{unit} to be healthy: {started.argo.health()}")
    proven.note(started.name, STORIES, "finished run left alone")


def test_another_learning_rate_is_a_new_run_beside_the_old_one(started: Story) -> None:
    """Beside one that has ended, and beside one that is under way, whose pods stay the same."""
    (finished,) = runs(started)
    started.repository.edit(JOB, ("learning_rate: 0.01", "learning_rate: 0.02"))
    started.commit()
    (running,) = current_runs(started)
    assert runs(started) == {finished, running["metadata"]["name"]}
    pods = wait_for_pods(started.place, running, 1)
    started.repository.edit(JOB, ("learning_rate: 0.02", "learning_rate: 0.03"))
    started.commit()
    (newest,) = current_runs(started)
    kept = {finished, running["metadata"]["name"]}
    assert runs(started) == {*kept, newest["metadata"]["name"]}
    started.argo.refresh("hard")
    started.argo.wait_synced(started.applications())
    assert runs(started) == {*kept, newest["metadata"]["name"]}
    assert uids(pods) <= uids(pods_of(started.place, running))
    proven.note(started.name, STORIES, "new run, old one kept")


def test_with_replace_the_old_run_goes(started: Story) -> None:
    kept = runs(started)
    started.repository.edit(JOB, ("  nodes: 3", "  onChange: replace\n  nodes: 3"))
    started.commit()
    assert runs(started) == kept, "the way in which a run is replaced does not start one"
    (current,) = current_runs(started)
    started.repository.edit(JOB, ("learning_rate: 0.03", "learning_rate: 0.04"))
    started.commit()
    (newest,) = current_runs(started)
    left = (kept - {current["metadata"]["name"]}) | {newest["metadata"]["name"]}
    until(lambda: runs(started) == left, lambda: f"the replaced run to go: {runs(started)}")
    until(lambda: pods_of(started.place, current) == [], "the pods of the replaced run to go")
    proven.note(started.name, STORIES, "run replaced")


def test_a_deleted_specification_takes_its_objects_and_no_others(started: Story) -> None:
    """Its claim stays, and so does everything of its team. It was the last of its unit: the Application goes too, and
    where people sync by hand an Application that goes leaves its objects behind (it has no finalizer)."""
    before = snapshot(started.place.cluster, started.bodies())
    gone = {key(body) for body in started.bodies() if body["metadata"]["labels"].get(NAME) == "exploration"}
    assert {kind for _, kind, _, _ in gone} == {"Notebook", "ConfigMap"}
    root: Path = started.repository.root
    for path in sorted(root.glob("environments/*/vision/exploration.yaml")):
        path.unlink()
    started.repository.edit("environments/base/vision/volumes.yaml", (VOLUME, ""))
    started.commit()
    live = snapshot(started.place.cluster, started.bodies())
    assert before.keys() - live.keys() == gone | {("v1", "PersistentVolumeClaim", "vision", "exploration-home")}
    assert {name: uid for name, (uid, _) in live.items()} == {name: before[name][0] for name in live}
    notebook = started.place.cluster.one("notebooks.kubeflow.org", "exploration", "vision")
    assert (notebook is None) is started.automated()
    claim = started.place.cluster.one("pvc", "exploration-home", "vision")
    assert claim is not None
    assert "deletionTimestamp" not in claim["metadata"]
    proven.note(started.name, STORIES, "specification deleted")


VOLUME = """---
apiVersion: mlplat.dev/v1alpha1
kind: Volume
metadata:
  name: exploration-home
  team: vision
spec:
  size: 10Gi
  # One pod mounts it; the default storage class serves that.
  accessModes: [ReadWriteOnce]
"""


class LargeTeam:
    """A team of its own with as many volumes and notebooks as a test asks for."""

    name = "astro"
    folder = f"environments/dev/{name}"

    def __init__(self, story: Story) -> None:
        self.story = story
        self.volumes = self.notebooks = 0

    def write(self, volumes: int, notebooks: int) -> None:
        """The specifications of so many of each."""
        self.volumes, self.notebooks = volumes, notebooks
        texts = {
            "volumes": [TEAM_VOLUME.format(number=number) for number in range(volumes)],
            "notebooks": [TEAM_NOTEBOOK.format(number=number) for number in range(notebooks)],
            "team": [TEAM],
        }
        for name, documents in texts.items():
            self.story.repository.write(f"{self.folder}/{name}.yaml", "---\n".join(documents))

    def grow(self, size: int, volumes: int) -> list[Body]:
        """Grows to exactly so many objects, commits, and waits for Argo CD. Gives the objects of the team."""
        others = len(self.bodies()) - self.volumes - self.notebooks
        self.write(volumes, size - others - volumes)
        # Argo CD applies each object by itself: 500 take it two minutes on an idle machine.
        self.story.commit(seconds=600)
        bodies = self.bodies()
        assert len(bodies) == size
        return bodies

    def bodies(self) -> list[Body]:
        """What git has of the team now."""
        return [body for body in self.story.bodies() if self.name in (body["metadata"].get("namespace"), _name(body))]


def _name(body: Body) -> str:
    return str(body["metadata"]["name"])


TEAM = """apiVersion: mlplat.dev/v1alpha1
kind: Team
metadata: {name: astro}
spec:
  owner: {name: astro-lead@example.com}
  members: [{name: astro-engineers, kind: Group, role: edit}]
  quota: {requests.cpu: "4", requests.memory: 16Gi, requests.storage: 1000Gi}
  limits:
    default: {cpu: "1", memory: 2Gi}
    defaultRequest: {cpu: 100m, memory: 256Mi}
    max: {cpu: "4", memory: 16Gi}
"""
TEAM_VOLUME = """apiVersion: mlplat.dev/v1alpha1
kind: Volume
metadata: {{name: plates-{number:03}, team: astro}}
spec: {{size: 1Gi, accessModes: [ReadWriteOnce], storageClass: standard}}
"""
TEAM_NOTEBOOK = """apiVersion: mlplat.dev/v1alpha1
kind: Notebook
metadata: {{name: night-{number:03}, team: astro}}
spec:
  flavour: jupyter
  resources: {{requests: {{cpu: 10m, memory: 16Mi}}, limits: {{cpu: 20m, memory: 32Mi}}}}
"""


@pytest.fixture(scope="module")
def team(started: Story) -> LargeTeam:
    """The large team, specified and built; in one environment, as units are cut alike in all."""
    if started.name != "dev":
        pytest.skip("shown in dev: how objects are cut into Applications does not depend on versions")
    found = LargeTeam(started)
    found.write(volumes=1, notebooks=1)
    started.repository.build()
    return found


def test_a_team_that_grows_from_90_to_500_objects_keeps_each_where_it_is(started: Story, team: LargeTeam) -> None:
    first = team.grow(90, volumes=40)
    before, owners, applications = snapshot(started.place.cluster, first), started.owners(first), started.applications()
    assert len(before) == 90
    assert set(owners.values()) == {"dev-astro", "dev-astro-notebooks"} < applications
    everything = team.grow(500, volumes=200)
    assert started.applications() == applications
    assert started.owners(first) == owners, "no object changes its Application"
    assert snapshot(started.place.cluster, first) == before, "no object is deleted, made again, or changed"
    assert len(snapshot(started.place.cluster, everything)) == 500
    proven.note(started.name, STORIES, "a team grown from 90 to 500 objects")


def test_a_team_that_is_taken_out_leaves_namespace_profile_and_claims(started: Story, team: LargeTeam) -> None:
    cluster, bodies = started.place.cluster, team.bodies()
    kept = {kind: [body for body in bodies if body["kind"] == kind] for kind in ("Namespace", "Profile")}
    claims = [body for body in bodies if body["kind"] == "PersistentVolumeClaim"]
    before = snapshot(cluster, bodies)
    others = snapshot(cluster, [body for body in started.bodies() if body not in bodies])
    for path in (started.repository.root / team.folder).iterdir():
        path.unlink()
    started.commit(seconds=600)
    left = snapshot(cluster, [*kept["Namespace"], *kept["Profile"], *claims])
    until(lambda: snapshot(cluster, bodies).keys() == left.keys(), "the objects of the team to go", seconds=300)
    assert len(left) == len(claims) + 2
    assert {name: uid for name, (uid, _) in left.items()} == {name: before[name][0] for name in left}
    assert snapshot(cluster, started.bodies()) == others
    assert not [body for body in cluster.read(claims) if "deletionTimestamp" in (body or {})["metadata"]]
    cluster.delete([*kept["Profile"], *kept["Namespace"]])
    proven.note(started.name, STORIES, "a team taken out")
