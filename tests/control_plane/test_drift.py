"""Drift against what real controllers have made of an environment: nothing where nobody interfered, and every single
edit where somebody did, at its place, with the one who made it."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence

import pytest

from mlplat.cli.exit import CLEAN, INCOMPLETE
from mlplat.drift.access import cluster_role
from mlplat.drift.report import DriftClass, DriftFinding
from tests.control_plane import proven
from tests.control_plane.cluster import Body, as_yaml, key, until
from tests.control_plane.drifting import Watched, by_object, texts, until_complete
from tests.control_plane.edits import PERSON, Edit, edits_of, make, resource_of
from tests.control_plane.place import Place
from tests.control_plane.sets import skip_or_fail
from tests.control_plane.test_accepted import names

CONTROLLER = "manager"
"""The field manager of every Kubeflow controller."""
ROUNDS = (PERSON, "kubectl-patch", "k9s", "some-script", PERSON, "Mozilla", CONTROLLER, PERSON)
"""In each round every object is edited once, by whom is said here; some kinds take few edits, most take all. What a
controller adds is no drift; what it changes or takes away of what git declares is."""
SETTLED = 3.0
"""Seconds that controllers get to act on what was applied, or edited."""


@pytest.fixture
def watched(applied: Place) -> Iterator[Watched]:
    found = Watched(applied)
    found.heal()
    time.sleep(SETTLED)
    yield found
    found.heal()


def test_nothing_drifts_once_the_controllers_have_acted(applied: Place, watched: Watched) -> None:
    assert applied.environment.environment.document.spec.drift.ignore == ()
    report = until_complete(watched)
    assert texts(report.findings) == []
    assert report.in_sync == report.objects == len(watched.bodies)
    status, document = watched.command()
    assert (status, document["complete"], document["findings"]) == (CLEAN, True, [])
    proven.note(watched.name, "objects in sync for drift", *names(watched.bodies))


def test_every_edit_is_found_once_at_its_place_with_who_made_it(watched: Watched) -> None:
    chance = random.Random(watched.name)
    wrong: list[str] = []
    edited: set[str] = set()
    for manager in ROUNDS:
        before = {key(body): body for body in watched.cluster.read(watched.bodies) if body is not None}
        made = dict(_edit_each(watched, before, chance, manager))
        assert made, f"the server took no edit by {manager}"
        edited |= {edit.body["kind"] for edit in made.values()}
        time.sleep(SETTLED / 2)
        found = by_object(watched.report())
        for name, edit in made.items():
            there = found.get(name, [])
            wrong += [] if _is_right(edit, manager, there) else [f"{edit} by {manager}", *texts(there)]
            proven.note(watched.name, "edits found", f"{edit.body['kind']}/{edit}")
        wrong += [f"nobody edited: {each}" for name in set(found) - set(made) for each in texts(found[name])]
        watched.restore(before[name] for name in made)
        watched.heal()
    assert wrong == [], "\n".join(wrong)
    # Of some kinds the server takes hardly any change: which were edited is left to chance, that most were is not.
    kinds = {body["kind"] for body in watched.bodies} - {"Namespace"}
    assert len(edited) * 2 >= len(kinds), f"never edited: {sorted(kinds - edited)}"


def _edit_each(
    watched: Watched, before: Mapping[tuple[str, str, str, str], Body], chance: random.Random, manager: str
) -> Iterator[tuple[tuple[str, str, str, str], Edit]]:
    operations = ("change", "remove") if manager == CONTROLLER else ("change", "remove", "add")
    for body in watched.bodies:
        if body["kind"] == "Namespace" or key(body) not in before:
            continue
        for attempt, edit in enumerate(edits_of(body, chance, operations)):
            if attempt == 6:  # a kind of which the server takes hardly any change
                break
            if make(watched.cluster, edit, before[key(body)], manager):
                yield key(body), edit
                break


def _is_right(edit: Edit, manager: str, found: Sequence[DriftFinding]) -> bool:
    """One finding of the edit's class at its place, by its maker. What was removed has several where it had several
    owners' worth of keys, stands at its parent where that became empty, and its remover leaves no trace as a rule."""
    parent = edit.pointer.rpartition("/")[0]
    if edit.operation == "change" and _is_renamed(parent, manager, found):
        return True
    if not found or (edit.operation != "remove" and len(found) != 1):
        return False
    for finding in found:
        if edit.operation == "remove":
            there = finding.pointer in (edit.pointer, parent) or finding.pointer.startswith(f"{edit.pointer}/")
            who = finding.writer.manager in (None, manager)
        else:
            at = (
                finding.pointer.rpartition("/")[0] == parent
                if edit.path[-1] == "-"
                else finding.pointer == edit.pointer
            )
            there, who = at, finding.writer.manager == manager
        if not (there and who and finding.cls in edit.classes):
            return False
    return True


def _is_renamed(item: str, manager: str, found: Sequence[DriftFinding]) -> bool:
    """Whether who changed the field by which list items are told apart has taken one away and put another there; what
    a controller puts there is no drift."""
    told = [DriftClass.MISSING] if manager == CONTROLLER else [DriftClass.EXTRA_FIELD, DriftClass.MISSING]
    return (
        item.rpartition("/")[2].isdigit()
        and sorted(finding.cls for finding in found) == told
        and {(finding.pointer, finding.writer.manager) for finding in found} == {(item, manager)}
    )


def test_deleted_and_hand_made_objects(watched: Watched) -> None:
    victim = next(body for body in watched.bodies if body["kind"] == "RoleBinding")
    labels, annotations = victim["metadata"]["labels"], victim["metadata"]["annotations"]
    namespace = victim["metadata"]["namespace"]
    kind = "ConfigMap" if any(body["kind"] == "ConfigMap" for body in watched.bodies) else "ServiceAccount"
    identity = f"ml-platform/{watched.name}:/{kind}:{namespace}/left-behind"
    head = {"apiVersion": "v1", "kind": kind}
    there = {"namespace": namespace, "labels": labels}
    held = [
        {**head, "metadata": {"name": "left-behind", **there, "annotations": {"mlplat.dev/identity": identity}}},
        {**head, "metadata": {"name": "copy", **there, "annotations": annotations}},
    ]
    try:
        watched.cluster.apply(held)
        watched.cluster.ask("delete", "-f", "-", stdin=as_yaml([victim]))
        found = watched.report().findings
        assert sorted((f.cls, f.object.name) for f in found) == [
            (DriftClass.MISSING, victim["metadata"]["name"]), (DriftClass.ORPHAN, "left-behind"),
        ]  # fmt: skip
    finally:
        watched.cluster.delete(held)


def test_the_printed_role_suffices_and_one_kind_less_leaves_that_kind_unknown(watched: Watched) -> None:
    role = cluster_role("mlplat-drift-test", watched.comparison.requests)
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "mlplat-drift-test"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "mlplat-drift-test"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "reader"}],
    }
    if "reader" not in watched.cluster.ask("config", "get-contexts", "-o", "name").split():
        skip_or_fail("the kubeconfig has no context `reader` of a user `reader` without rights")
    try:
        assert set(watched.state("reader").read) == set()
        assert watched.cluster.apply([role, binding]).ok
        until(lambda: watched.report("reader").complete, "the role to take effect")
        assert texts(watched.report("reader").findings) == []
        less = [rule for rule in role["rules"] if "resourcequotas" not in rule["resources"]]
        less += [
            {**rule, "resources": [r for r in rule["resources"] if r != "resourcequotas"]}
            for rule in role["rules"]
            if rule not in less
        ]
        assert watched.cluster.apply([{**role, "rules": less}], "--force-conflicts").ok
        until(lambda: not watched.report("reader").complete, "the smaller role to take effect")
        found = watched.report("reader").findings
        assert {(f.cls, f.object.kind) for f in found} == {(DriftClass.NOT_COMPARABLE, "ResourceQuota")}
        status, document = watched.command("reader")
        assert (status, document["complete"]) == (INCOMPLETE, False)
        assert {(f["class"], f["object"]["kind"], f["object"]["name"]) for f in document["findings"]} == {
            ("not-comparable", "ResourceQuota", None)
        }
    finally:
        watched.cluster.delete([binding, role])


def test_what_controllers_own_is_no_drift(watched: Watched) -> None:
    """The same additions that are drift when a person makes them, under the name of a controller."""
    before = {key(body): body for body in watched.cluster.read(watched.bodies) if body is not None}
    made = []
    for body in watched.bodies:
        if body["kind"] == "Namespace":
            continue
        edit = Edit(body, "add", ("metadata", "annotations", "example.com/controlled"), "yes")
        if "annotations" in before[key(body)]["metadata"] and make(watched.cluster, edit, before[key(body)], "manager"):
            made.append(body)
    time.sleep(SETTLED / 2)
    assert made
    assert texts(watched.report().findings) == []
    for body in made:
        where = ("-n", body["metadata"]["namespace"]) if "namespace" in body["metadata"] else ()
        name = body["metadata"]["name"]
        watched.cluster.ask("annotate", resource_of(body), name, *where, "example.com/controlled-")
