"""A real Argo CD brings the platform up from one file and calls it Synced, whatever the controllers do to it.

With `test_with_argocd_day_two.py`, which comes after it, the tests of one environment are one story: each starts where
the one before ended.
"""

from functools import partial

from mlplat.drift.report import NoteReason
from mlplat.schema.serving import ModelService
from tests.control_plane import proven, stand_ins
from tests.control_plane.cluster import key, until
from tests.control_plane.drifting import Drifting, texts, until_complete
from tests.control_plane.expected import replicas, steps
from tests.control_plane.gitops import IN_CLUSTER, holds, snapshot
from tests.control_plane.sets import ROOT
from tests.control_plane.story import Story
from tests.control_plane.test_accepted import names


def test_only_address_and_server_differ_from_the_committed_tree(started: Story) -> None:
    """What this Argo CD syncs is what is committed: with two values replaced."""
    own = started.repository.root / "generated"
    spec = started.place.environment
    for path in sorted((own / "argocd" / started.name).rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        committed = (ROOT / "generated" / path.relative_to(own)).read_text(encoding="utf-8")
        committed = committed.replace(spec.platform.document.spec.repository.url, started.repository.url)
        server = spec.environment.document.spec.cluster.server
        assert server is not None
        assert text == committed.replace(server, IN_CLUSTER)


def test_one_apply_brings_up_everything_and_it_is_synced(started: Story) -> None:
    # Where the API server is slow, Argo CD's first look at it fails; it looks again after two to three minutes.
    until(lambda: started.applications() == set(started.argo.states()), started.argo.explain, seconds=600)
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
    services = [body for body in started.bodies() if body["kind"] == "InferenceService"]

    def is_well() -> bool:
        """What waits for nodes is Progressing; nothing else is not Healthy, and nothing is ill or missing."""
        stand_ins.transitions_told(cluster, services)
        return {state for state, _ in started.argo.health().values()} <= {"Healthy", "Progressing"}

    until(is_well, lambda: f"nothing to be ill: {started.argo.health()}", every=2)
    ignored = [
        item["metadata"]["name"] for item in started.argo.applications() if item["spec"].get("ignoreDifferences")
    ]
    assert ignored == [], "name the controller and the source of each rule, and prove that it is needed"
    proven.note(started.name, "Applications still Synced after the controllers", *sorted(started.applications()))


def test_what_argocd_has_synced_does_not_drift(started: Story) -> None:
    """Nor does what a person had applied before it came, with no ignore rule in the Environment."""
    assert started.place.environment.environment.document.spec.drift.ignore == ()
    watched = Drifting(started.place, started.repository.root)
    report = until_complete(watched)
    assert texts(report.findings) == []
    assert report.in_sync == report.objects == len(started.bodies())
    assert {note.reason for note in report.notes} <= {NoteReason.EXPLAINED, NoteReason.DELEGATED, NoteReason.COPY}
    proven.note(started.name, "objects in sync for drift after a sync by Argo CD", *names(started.bodies()))


def test_it_is_still_synced_when_an_autoscaler_has_scaled(started: Story) -> None:
    """The number of replicas is the autoscaler's: neither KServe nor Argo CD takes it back. (Nothing that is emitted
    says it: children of an InferenceService are not in git.)"""
    cluster = started.place.cluster
    scaled: dict[tuple[str, str], int] = {}
    for service in started.place.environment.all(ModelService):
        for name, step in steps(service).items():
            fewest, most = replicas(step)
            if most > fewest:
                scaled[(f"{service.name}-{name}", service.team)] = fewest + 1
    for (deployment, team), wanted in scaled.items():
        until(partial(cluster.one, "deployments", deployment, team), f"the Deployment {deployment}")
        stand_ins.scale(cluster, deployment, team, wanted)
    started.argo.refresh("hard")
    started.argo.wait_synced(started.applications())

    def as_scaled() -> bool:
        live = {where: cluster.one("deployments", *where) for where in scaled}
        return all(body and body["spec"]["replicas"] == scaled[where] for where, body in live.items())

    assert holds(
        lambda: as_scaled() and {state[0] for state in started.argo.states().values()} == {"Synced"}, seconds=5
    )
    # In dev every service has one replica at most.
    assert bool(scaled) is (started.name != "dev")
