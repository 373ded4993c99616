"""One change of an object, tried on a cluster: what is applied before and after, and what happens to what runs.

A file of `impact/` says what is there `before` and `after`, and which impact `mlplat diff` must say of it. What
happens is not said there: it is observed, and `PROOFS` says which impact it proves.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.control_plane.cluster import Body, Cluster, Said

FOLDER = Path(__file__).parent / "impact"
_CLUSTER_WIDE = frozenset({"Namespace"})
_SELF = "SELF"
"""Stands for the namespace of the case, where the namespace itself is what changes."""

_QUIET = 4.0
"""Seconds in which nothing may change before it is believed that nothing more will."""

_LONGEST = 180.0


@dataclass(frozen=True)
class Case:
    """One change. `asked` are questions to the authorizer, `privileged` asks whether such a pod is let in."""

    name: str
    impact: str
    before: list[Body]
    after: list[Body]
    asked: list[Mapping[str, str]] = field(default_factory=list)
    privileged: bool = False

    def bodies(self, state: str, namespace: str) -> list[Body]:
        """The objects of a state, in the namespace of the case."""
        return [_placed(body, namespace) for body in (self.before if state == "before" else self.after)]


def read_case(name: str) -> Case:
    """A case by the name of its file."""
    return Case(name, **yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def _placed(body: Body, namespace: str) -> Body:
    metadata = dict(body["metadata"])
    if body["kind"] in _CLUSTER_WIDE:
        metadata["name"] = namespace if metadata["name"] == _SELF else metadata["name"]
    else:
        metadata["namespace"] = namespace
    return {**body, "metadata": metadata}


@dataclass(frozen=True)
class Seen:
    """What is there. `pods` and `claims` are uids, `allowed` the questions of the case that are answered with yes."""

    pods: frozenset[str]
    claims: frozenset[str]
    allowed: frozenset[str]
    node_ports: int
    lets_in_privileged: bool | None
    refused_pods: bool
    namespace: bool


def look(cluster: Cluster, case: Case, namespace: str) -> Seen:
    """The state of a case's namespace."""
    there = cluster.one("namespace", namespace)
    if there is None or there["metadata"].get("deletionTimestamp"):
        return Seen(frozenset(), frozenset(), frozenset(), 0, None, False, False)
    held = _held(cluster, namespace)
    return Seen(
        pods=frozenset(pod["metadata"]["uid"] for pod in held["Pod"]),
        claims=frozenset(claim["metadata"]["uid"] for claim in held["PersistentVolumeClaim"]),
        allowed=frozenset(_answers(cluster, case.asked, namespace)),
        node_ports=sum("nodePort" in port for one in held["Service"] for port in one["spec"].get("ports", ())),
        lets_in_privileged=_lets_in_privileged(cluster, namespace) if case.privileged else None,
        refused_pods=any("exceeded quota" in str(event.get("message")) for event in held["Event"]),
        namespace=True,
    )


def _held(cluster: Cluster, namespace: str) -> dict[str, list[Body]]:
    """What is looked at, by kind, without what is being deleted."""
    held: dict[str, list[Body]] = {"Pod": [], "PersistentVolumeClaim": [], "Service": [], "Event": []}
    for body in cluster.get("pods,persistentvolumeclaims,services,events", "-n", namespace):
        if not body["metadata"].get("deletionTimestamp"):
            held[body["kind"]].append(body)
    return held


def _answers(cluster: Cluster, asked: Sequence[Mapping[str, str]], namespace: str) -> Iterator[str]:
    for question in asked:
        words = ("auth", "can-i", question["verb"], question["resource"], "--as", question["user"], "-n", namespace)
        if cluster.run(*words).text.strip() == "yes":
            yield f"{question['user']} {question['verb']} {question['resource']}"


def _lets_in_privileged(cluster: Cluster, namespace: str) -> bool:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "privileged", "namespace": namespace},
        "spec": {"containers": [{"name": "x", "image": "x:1", "securityContext": {"privileged": True}}]},
    }
    return cluster.run("create", "--dry-run=server", "-f", "-", stdin=json.dumps(pod)).ok


def settle(cluster: Cluster, case: Case, namespace: str) -> Seen:
    """The state once nothing has changed for a while; pods are made ready, as a kubelet would."""
    known, since, end = frozenset[str](), time.monotonic(), time.monotonic() + _LONGEST
    while time.monotonic() - since < _QUIET:
        assert time.monotonic() < end, f"{case.name}: no rest after {_LONGEST:.0f} s"
        held = _held(cluster, namespace)
        waiting = [pod for pod in held["Pod"] if pod.get("status", {}).get("phase") == "Pending"]
        for pod in waiting:
            make_ready(cluster, pod)
        versions = frozenset(
            body["metadata"]["uid"] for kind, bodies in held.items() if kind != "Event" for body in bodies
        )
        if waiting or versions != known:
            known, since = versions, time.monotonic()
        time.sleep(0.5)
    return look(cluster, case, namespace)


def make_ready(cluster: Cluster, pod: Body) -> None:
    """A stand-in for the kubelet: a pod that waits becomes running and ready."""
    now = "2026-01-01T00:00:00Z"
    statuses = [
        {
            "name": one["name"],
            "image": one.get("image", ""),
            "imageID": "",
            "ready": True,
            "restartCount": 0,
            "state": {"running": {"startedAt": now}},
        }
        for one in pod["spec"]["containers"]
    ]
    conditions = [{"type": kind, "status": "True"} for kind in ("Ready", "ContainersReady", "Initialized")]
    status = {"phase": "Running", "startTime": now, "conditions": conditions, "containerStatuses": statuses}
    where = ("pod", pod["metadata"]["name"], "-n", pod["metadata"]["namespace"], "--subresource=status")
    said = cluster.run("patch", *where, "--type=merge", "-p", json.dumps({"status": status}))
    assert said.ok or "not found" in said.warnings, said.warnings


def happened(before: Seen, after: Seen, said: Said) -> frozenset[str]:
    """What is different between two looks, in words that `PROOFS` knows."""
    found: set[str] = set()
    if not said.ok:
        return frozenset({"refused"})
    old, new = before.pods, after.pods
    if old and not new:
        found.add("pods gone")
    elif old and new and not old & new:
        found.add("pods replaced")
    elif old - new and not new - old:
        found.add("pods taken away")
    elif new - old and not old - new:
        found.add("pods added" if old else "pods new")
    elif old != new:
        found.add("pods replaced")
    if before.claims - after.claims or (before.namespace and not after.namespace):
        found.add("data gone")
    if after.allowed - before.allowed or (before.lets_in_privileged is False and after.lets_in_privileged):
        found.add("more allowed")
    elif before.allowed - after.allowed or (before.lets_in_privileged and after.lets_in_privileged is False):
        found.add("less allowed")
    if after.node_ports != before.node_ports:
        found.add("port opened" if after.node_ports > before.node_ports else "port closed")
    if after.refused_pods and not before.refused_pods:
        found.add("pods refused")
    return frozenset(found)


NOTHING: frozenset[str] = frozenset()

PROOFS: Mapping[str, tuple[frozenset[str], ...]] = {
    "data-loss": tuple(map(frozenset, (["data gone"], ["data gone", "pods gone"], ["data gone", "pods taken away"]))),
    "immutable": (frozenset({"refused"}),),
    "permission-widened": tuple(map(frozenset, (["more allowed"],))),
    "permission-narrowed": (frozenset({"less allowed"}),),
    "network-opened": (frozenset({"port opened"}),),
    "network-closed": (frozenset({"port closed"}),),
    "serving-interruption": tuple(map(frozenset, (["pods gone"], ["pods replaced"], ["pods taken away"]))),
    "workload-stopped": tuple(map(frozenset, (["pods gone"], ["pods taken away"]))),
    "new-run": (frozenset({"pods new"}),),
    "quota-exceeded": tuple(map(frozenset, (["pods refused"], []))),
    "rolling-restart": (frozenset({"pods replaced"}),),
    "secret-changed": (NOTHING,),
    "scaled": tuple(map(frozenset, (["pods added"], ["pods taken away"], []))),
    "later-pods": tuple(map(frozenset, ([], ["less allowed"]))),
    "metadata-only": (NOTHING,),
    "nothing": (NOTHING,),
}
"""Impact to everything that may be seen to happen where it is the right word."""
