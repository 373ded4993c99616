"""The table of impacts is true: each change is applied to a real cluster, and what happens is what `diff` says.

Not tried, because nothing of it runs here: Katib, notebooks, profiles, External Secrets, and what a network or a mesh
does with packets. Pods are made ready by a stand-in for the kubelet.
"""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlplat.compiler.manifest_versions import choose_versions
from mlplat.diff.compare import compare_states
from mlplat.diff.impact.effect import ORDER, Impact
from mlplat.diff.read.manifests import manifests_state
from mlplat.diff.report import DiffReport
from tests.control_plane import proven
from tests.control_plane.cluster import Body, Cluster, as_yaml, key, until
from tests.control_plane.impacts import FOLDER, PROOFS, Case, happened, read_case, settle
from tests.control_plane.sets import SETS

NEWEST = next(held for held in SETS if held.name == "newest")
VERSIONS = "trainer=2.3.0,trainingOperator=1.9.3,kueue=0.18.4,kserve=0.20.0"
Outcomes = Mapping[str, Future[str]]
CASES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


AT_ONCE = 4
"""Cases that are under way together: each has a namespace of its own, and most of its time is waiting for rest."""


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    """The cases of this run, begun; each result is what is applied first, or the failure."""
    cluster = NEWEST.cluster()
    nodes = (getattr(item, "callspec", None) for item in request.session.items)
    chosen = dict.fromkeys(node.params["impact"] for node in nodes if node is not None and "impact" in node.params)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(tried, cluster, name, tmp_path_factory.mktemp(name)) for name in chosen}


@pytest.mark.parametrize("impact", CASES, ids=[f"{NEWEST.name}-{name}" for name in CASES])
def test_what_happens_is_what_diff_says(impact: str, outcomes: Outcomes) -> None:
    kind = outcomes[impact].result()
    proven.note("impacts", "changes seen to do what diff says", f"{kind}/{impact}")


def tried(cluster: Cluster, name: str, folder: Path) -> str:
    """Tries a case in a namespace of its own; gives the kind of what it changes."""
    case = read_case(name)
    with a_namespace(cluster, f"impact-{os.getpid()}-{CASES.index(name)}") as namespace:
        old, new = case.bodies("before", namespace), case.bodies("after", namespace)
        assert worst(compared(old, new, folder)) == case.impact
        first = cluster.apply(old)
        assert first.ok, first.warnings
        before = settle(cluster, case, namespace)
        # Only an identity of its own may force: fields that a controller has taken over are taken back.
        said = cluster.apply(new, "--force-conflicts") if new else first
        if said.ok:
            kept = {key(body) for body in new}
            cluster.delete([body for body in old if key(body) not in kept])
        after = settle(cluster, case, namespace)
        seen = happened(before, after, said)
        assert seen in PROOFS[case.impact], f"{case.impact}: {sorted(seen)}; {said.warnings}"
        assert_no_later_pod_is_as_before(cluster, case, namespace)
        return str(old[0]["kind"])


@contextmanager
def a_namespace(cluster: Cluster, name: str) -> Iterator[str]:
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    said = cluster.apply([body])
    assert said.ok, said.warnings
    try:
        # A namespace is ready for pods once its default service account is there.
        until(lambda: cluster.one("serviceaccount", "default", name), "the default service account")
        yield name
    finally:
        cluster.delete([body])


def assert_no_later_pod_is_as_before(cluster: Cluster, case: Case, namespace: str) -> None:
    """Of what only later pods see (a lowered quota), such a pod is made: it is refused."""
    if case.name == "quota-lower":
        said = cluster.run("scale", "deployment", "web", "--replicas=3", "-n", namespace)
        assert said.ok, said.warnings
        assert settle(cluster, case, namespace).refused_pods


def compared(old: list[Body], new: list[Body], folder: Path) -> DiffReport:
    """What `mlplat diff --manifests` finds."""
    versions = choose_versions(VERSIONS, None, None)
    assert not isinstance(versions, str), versions
    states = []
    for name, bodies in (("old", old), ("new", new)):
        (folder / name).mkdir()
        (folder / name / "all.yaml").write_text(as_yaml(bodies), encoding="utf-8")
        states.append(manifests_state(str(folder / name), versions))
    return compare_states(*states)


def worst(report: DiffReport) -> str:
    """The most destructive impact; that another image is named says nothing of what happens."""
    found = [effect.impact for change in report.changes for effect in change.effects]
    return str(min((impact for impact in found if impact is not Impact.IMAGE_CHANGED), key=lambda one: ORDER[one]))


def test_every_impact_that_can_be_seen_has_a_case() -> None:
    assert {read_case(name).impact for name in CASES} == set(PROOFS)
