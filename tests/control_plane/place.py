"""An environment of the example and the cluster that it is for: where the tests of this folder take place."""

import json
from dataclasses import dataclass, field
from functools import partial

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.schema.team import Team
from tests.control_plane import sets, stand_ins
from tests.control_plane.cluster import Body, Cluster, Said, until
from tests.control_plane.sets import ControllerSet, Wave


@dataclass
class Place:
    """An environment, and the cluster that it is for.

    `lies` says what is on it of the environment: `nothing`, `applied` (by kubectl), `argocd` (a story is under way).
    `said` is what kubectl said of each wave when it was applied.
    """

    cluster: Cluster
    environment: ResolvedEnvironment
    held: ControllerSet
    lies: str = "unknown"
    said: list[Said] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.environment.name

    def waves(self) -> list[Wave]:
        return sets.waves(self.name)

    def bodies(self) -> list[Body]:
        """All objects of the environment, in the order of their waves."""
        return [body for wave in self.waves() for body in wave.bodies]

    def apply(self) -> None:
        """Applies the environment with kubectl, in the order of its waves, on a cluster that has nothing of it."""
        self.empty()
        self.said = [self.cluster.apply(wave.bodies) for wave in self.waves()]
        self.lies = "applied"
        assert all(said.ok for said in self.said), [said.warnings for said in self.said]
        stand_ins.count_again(self.cluster, (team.name for team in self.environment.all(Team)))

    def empty(self) -> None:
        """Takes everything of the environment off the cluster, what was made of it too."""
        for resource in ("applications.argoproj.io", "appprojects.argoproj.io"):
            if self.cluster.one("crd", resource) is not None:
                until(partial(self._has_forgotten, resource), f"the end of {resource}")
        bodies = self.bodies()
        gone = [body for body in bodies if not body["metadata"].get("namespace")]
        self.cluster.delete([*gone, *stand_ins.volumes_for(bodies)])
        until(
            lambda: not any(self.cluster.read(gone)),
            lambda: f"the end of {[b['metadata'] for b in self.cluster.read(gone) if b]}",
        )
        self.lies = "nothing"

    def _has_forgotten(self, resource: str) -> bool:
        """True when no object of Argo CD is left; else deletes those that are, without what they brought."""
        items = self.cluster.get(resource, "-A", "-l", f"mlplat.dev/environment={self.name}")
        # The root first, which would make the others again. Any of them may go by itself in the meantime.
        for item in sorted(items, key=lambda item: "mlplat.dev/unit" in item["metadata"].get("labels", {})):
            name, where = item["metadata"]["name"], ("-n", item["metadata"]["namespace"])
            # One that still has its finalizer would take its objects along, one by one.
            patch = json.dumps({"metadata": {"finalizers": None}})
            said = self.cluster.run("patch", resource, name, *where, "--type=merge", "-p", patch)
            assert said.ok or "NotFound" in said.warnings, said.warnings
            self.cluster.ask("delete", resource, name, *where, "--wait=false", "--ignore-not-found")
        return not items
