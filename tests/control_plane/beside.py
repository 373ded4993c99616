"""What people do to an environment under Argo CD, and what Argo CD and drift say of it: the rows of
`beside_argocd.yaml`, made on a cluster, and as the table of `docs/guide/drift-and-argocd.md`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mlplat.drift.report import DriftFinding
from tests.control_plane.cluster import Body, Cluster
from tests.control_plane.edits import PERSON, resource_of
from tests.control_plane.story import Key

ROWS = Path(__file__).with_name("beside_argocd.yaml")
UNSEEN = "unseen"
"""What Argo CD says of an object that no Application has among its resources."""


@dataclass(frozen=True)
class Row:
    """One thing that a person does, and the two verdicts. Of `patch`, `delete`, `create` and `scale` one is given."""

    did: str
    object: str
    argocd: str
    drift: list[str]
    why: str
    patch: Mapping[str, Any] | None = None
    subresource: str | None = None
    delete: bool = False
    create: Mapping[str, Any] | None = None
    scale: int | None = None

    def body(self, bodies: Iterable[Body]) -> Body:
        """The object: the declared one of that name, or no more than its name."""
        found = [body for body in bodies if fnmatch(_named(body), self.object)]
        if found:
            (body,) = found
            return body
        version, kind, namespace, name = self.object.rsplit("/", 3)
        return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}

    def do(self, cluster: Cluster, bodies: list[Body]) -> None:
        """Does it, as a person at a keyboard."""
        body = self.body(bodies)
        if self.create is not None:
            _create(cluster, body, self.create, bodies)
            return
        metadata = body["metadata"]
        where = (
            resource_of(body),
            metadata["name"],
            *(("-n", metadata["namespace"]) if "namespace" in metadata else ()),
        )
        if self.delete:
            cluster.ask("delete", *where)
        elif self.scale is not None:
            cluster.ask("scale", *where, f"--replicas={self.scale}")
        else:
            more = ("--subresource", self.subresource) if self.subresource else ()
            steps = json.dumps([self.patch])
            cluster.ask("patch", *where, "--type=json", f"--field-manager={PERSON}", *more, "-p", steps)

    def undo(self, cluster: Cluster, bodies: list[Body]) -> None:
        """Takes back what a sync leaves: what was added, to an object or to the cluster."""
        body = self.body(bodies)
        metadata = body["metadata"]
        where = (
            resource_of(body),
            metadata["name"],
            *(("-n", metadata["namespace"]) if "namespace" in metadata else ()),
        )
        if self.create is not None:
            cluster.ask("delete", *where)
        elif self.patch is not None and self.drift and self.argocd == "Synced":
            step = json.dumps([{"op": "remove", "path": self.patch["path"]}])
            cluster.ask("patch", *where, "--type=json", f"--field-manager={PERSON}", "-p", step)


def _named(body: Body) -> str:
    metadata = body["metadata"]
    return f"{body['apiVersion']}/{body['kind']}/{metadata.get('namespace', '')}/{metadata['name']}"


def _create(cluster: Cluster, body: Body, more: Mapping[str, Any], bodies: Iterable[Body]) -> None:
    like = next((each for each in bodies if _named(each) == more.get("like")), None)
    added = like["metadata"] if like is not None else more
    metadata = {**body["metadata"], **{name: added[name] for name in ("labels", "annotations") if name in added}}
    cluster.ask("create", "-f", "-", stdin=json.dumps({**body, "metadata": metadata}))


@cache
def rows() -> tuple[Row, ...]:
    """The rows of the file, in its order."""
    return tuple(Row(**one) for one in yaml.safe_load(ROWS.read_text(encoding="utf-8")))


def states(applications: Iterable[Body]) -> dict[Key, str]:
    """What Argo CD says of each object in its Applications, by `cluster.key`."""
    found = {}
    for application in applications:
        for one in application.get("status", {}).get("resources", ()):
            version = f"{one['group']}/{one['version']}" if one.get("group") else one["version"]
            found[(version, one["kind"], one.get("namespace", ""), one["name"])] = one.get("status", "none")
    return found


def verdicts(findings: Iterable[DriftFinding]) -> list[str]:
    """Findings as a row names them."""
    return sorted(f"{finding.cls} {finding.pointer}".strip() for finding in findings)


def table() -> Iterator[str]:
    """The lines of the table for people."""
    yield "| what a person did | Argo CD | drift | why |"
    yield "|---|---|---|---|"
    for row in rows():
        found = ", ".join(f"`{one}`" for one in row.drift) or "nothing"
        seen = "not among its objects" if row.argocd == UNSEEN else f"`{row.argocd}`"
        yield f"| {row.did} | {seen} | {found} | {row.why} |"


def rounds() -> Iterator[list[Row]]:
    """The rows in as few rounds as there may be with one row for an object in each."""
    left = list(rows())
    while left:
        held = {row.object: row for row in reversed(left)}
        yield list(held.values())
        left = [row for row in left if held[row.object] is not row]
