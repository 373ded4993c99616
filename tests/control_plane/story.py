"""An environment under a real Argo CD, from its first commit on: what tests edit, commit and wait for."""

import json

from tests.control_plane.cluster import Body, as_yaml, key, rendered, until
from tests.control_plane.gitops import Argo, Repository, snapshot
from tests.control_plane.place import Place
from tests.control_plane.sets import units

Key = tuple[str, str, str, str]
"""apiVersion, kind, namespace and name, as `cluster.key` gives them."""


class Story:
    """An environment under Argo CD: where it stands between tests.

    `by_hand` holds uid and generation of what a person had applied before Argo CD came.
    """

    def __init__(self, place: Place, repository: Repository) -> None:
        self.place, self.repository = place, repository
        self.argo = Argo(place.cluster, place.name)
        self.name = place.name
        self.by_hand: dict[Key, tuple[str, int]] = {}

    def bodies(self) -> list[Body]:
        """The objects of the environment as git has them now."""
        return [body for held in units(self.name, self.repository.root).values() for body in held]

    def applications(self) -> set[str]:
        """Names of all Applications that git names now, the root included."""
        apps = rendered(self.repository.root / "generated" / "argocd" / self.name / "apps")
        names = {body["metadata"]["name"] for body in apps if body["kind"] == "Application"}
        return {*names, f"{self.place.environment.platform.name}-{self.name}"}

    def automated(self) -> bool:
        """Whether Argo CD syncs the environment by itself; otherwise a person does (`Argo.sync_by_hand`)."""
        return any("automated" in item["spec"]["syncPolicy"] for item in self.argo.units())

    def apply_by_hand(self) -> None:
        """Plain client-side `kubectl apply` of some objects by a person, before there was an Argo CD."""
        spaces = [body for body in self.bodies() if body["kind"] == "Namespace"]
        held = [body for body in self.bodies() if body["kind"] in ("ResourceQuota", "RoleBinding", "ResourceFlavor")]
        for bodies in (spaces, held):
            self.place.cluster.ask("apply", "-f", "-", stdin=as_yaml(bodies))
        self.by_hand = snapshot(self.place.cluster, [*spaces, *held])

    def commit(self, seconds: float = 480) -> str:
        """Builds, commits, and has Argo CD follow; gives the names of the files that the build changed."""
        changed = self.repository.build()
        self.follow(seconds)
        return changed

    def follow(self, seconds: float = 480) -> None:
        """Has Argo CD look at git, and waits until it calls everything Synced to it."""
        head = self.repository.git("rev-parse", "HEAD").strip()
        self.argo.refresh("normal")
        until(lambda: self.applications() == set(self.argo.states()), self.argo.explain, seconds)
        self.argo.refresh("normal")
        self.argo.sync_by_hand()
        self.argo.wait_synced(self.applications(), head, seconds)

    def contents(self, bodies: list[Body]) -> dict[Key, str]:
        """What of live objects a sync can change: everything but status and the bookkeeping of the server."""
        found = {}
        for body in self.place.cluster.read(bodies):
            assert body is not None
            skipped = ("resourceVersion", "generation", "managedFields")
            metadata = {name: value for name, value in body["metadata"].items() if name not in skipped}
            kept = {name: value for name, value in body.items() if name not in ("status", "metadata")}
            found[key(body)] = json.dumps({**kept, "metadata": metadata}, sort_keys=True)
        return found

    def owners(self, bodies: list[Body]) -> dict[Key, str]:
        """The Application by which Argo CD tracks each live object, "" for one that it does not track."""
        found = {}
        for body in self.place.cluster.read(bodies):
            if body is not None:
                tracking = body["metadata"].get("annotations", {}).get("argocd.argoproj.io/tracking-id", "")
                found[key(body)] = tracking.partition(":")[0]
        return found
