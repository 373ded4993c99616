"""What drift finds on a cluster of these tests, in the test's own process."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mlplat.cluster.caller import Caller
from mlplat.cluster.connect import connect
from mlplat.cluster.live import LiveState
from mlplat.cluster.reader import ClusterReader
from mlplat.drift.report import DriftFinding, DriftReport
from mlplat.drift.sources import Comparison, Question, prepare
from tests.control_plane.cluster import Body, as_yaml, until
from tests.control_plane.place import Place
from tests.control_plane.sets import ROOT, Wave

_OF_THE_SERVER = ("resourceVersion", "managedFields", "uid", "creationTimestamp", "generation")


class Drifting:
    """An environment compiled from the specifications in a folder, compared with a cluster: `mlplat drift --env`."""

    def __init__(self, place: Place, root: Path = ROOT) -> None:
        self.cluster, self.name, self.root = place.cluster, place.name, root
        self.comparison: Comparison = prepare(Question(root=str(root), environment=place.name))

    def state(self, context: str | None = None) -> LiveState:
        connection = connect(str(self.cluster.kubeconfig), context)
        return ClusterReader(Caller(connection)).read(self.comparison.requests)

    def report(self, context: str | None = None) -> DriftReport:
        return self.comparison.report(self.state(context))

    def command(self, context: str | None = None) -> tuple[int, dict[str, Any]]:
        """Exit status and JSON of the command as an operator types it, in a process of its own."""
        words = ["-m", "mlplat.cli", "-C", str(self.root), "drift", "--env", self.name, "--any-cluster", "-o", "json"]
        where = ["--kubeconfig", str(self.cluster.kubeconfig), *(["--context", context] if context else [])]
        done = subprocess.run([sys.executable, *words, *where], capture_output=True, text=True, check=False)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)


class Watched(Drifting):
    """One environment that kubectl has applied, and what undoes an edit of it."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.bodies: list[Body] = place.bodies()
        self.waves: list[Wave] = place.waves()

    def heal(self) -> None:
        """Everything as git declares it, and owned by the applier."""
        for wave in self.waves:
            said = self.cluster.apply(wave.bodies, "--force-conflicts")
            assert said.ok, said.warnings

    def restore(self, before: Iterable[Body]) -> None:
        """Objects as they were, without what was added to them."""
        said = self.cluster.run("replace", "-f", "-", "--field-manager=mlplat", stdin=as_yaml(map(_sendable, before)))
        assert said.ok, said.warnings


def _sendable(live: Body) -> Body:
    metadata = {name: value for name, value in live["metadata"].items() if name not in _OF_THE_SERVER}
    return {**{name: value for name, value in live.items() if name != "status"}, "metadata": metadata}


def until_complete(watched: Drifting) -> DriftReport:
    """The report as soon as every kind could be read."""
    found: DriftReport = until(
        lambda: report if (report := watched.report()).complete else None, "all kinds to be readable"
    )
    return found


def texts(findings: Sequence[DriftFinding]) -> list[str]:
    """Findings as a failing test shows them."""
    return [
        f"{f.cls} {f.object.kind} {f.object.namespace}/{f.object.name} {f.pointer}: "
        f"{f.declared!r:.60} -> {f.live!r:.60}"
        f" by {f.writer.manager} ({f.cause}) {f.detail}"
        for f in findings
    ]


def by_object(report: DriftReport) -> dict[tuple[str, str, str, str], list[DriftFinding]]:
    """The findings of each object, by `cluster.key`."""
    found = defaultdict(list)
    for finding in report.findings:
        name = finding.object
        found[(name.api_version, name.kind, name.namespace or "", name.name or "")].append(finding)
    return dict(found)
