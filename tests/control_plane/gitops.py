"""A platform in a git repository on disk, and the Argo CD that syncs it.

The repository is the example platform with two kinds of values replaced, in its specifications: the address of the
repository and that of one environment's cluster. Everything after that is an ordinary build.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.control_plane.cluster import Body, Cluster, Said, key, until
from tests.control_plane.sets import ROOT

IN_CLUSTER = "https://kubernetes.default.svc"
SPECS = ("platform.yaml", "environments", "components")
APPLICATIONS = "applications.argoproj.io"
REFRESH = "argocd.argoproj.io/refresh"


HOST = "MLPLAT_TEST_GIT_HOST"
"""Names the address of this machine that the pods of an Argo CD reach; without it Argo CD reads from this disk."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder of repositories, as Argo CD reads it: on disk, or of a git daemon where HOST is given."""
    host = os.environ.get(HOST)
    if not host:
        yield folder.as_uri()
        return
    with socket.create_server((host, 0)) as probe:
        port = probe.getsockname()[1]
    programs = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    place = [f"--listen={host}", f"--port={port}", "--reuseaddr", "--export-all", f"--base-path={folder}"]
    daemon = subprocess.Popen([f"{programs}/git-daemon", *place, str(folder)])
    try:
        yield f"git://{host}:{port}"
    finally:
        daemon.terminate()
        daemon.wait()


@dataclass(frozen=True)
class Repository:
    """A git repository with the specifications of a platform and what they compile to, on branch `main`.

    `url` is the address by which Argo CD reads it; "" as long as it is only a folder.
    """

    root: Path
    url: str = ""

    def edit(self, path: str, *changes: tuple[str, str]) -> None:
        """Replaces texts in a file, each of which must be there."""
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{path} has no {old!r}"
            text = text.replace(old, new, 1)
        file.write_text(text, encoding="utf-8")

    def build(self) -> str:
        """Builds, and commits everything; gives the names of the files that changed under `generated/`."""
        done = self.mlplat("build")
        assert done.returncode == 0, done.stdout + done.stderr
        self.git("add", "-A")
        changed = self.git("diff", "--cached", "--name-only", "--", "generated")
        self.git("commit", "-q", "--allow-empty", "-m", "build")
        return changed

    def mlplat(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the compiler on the platform, whatever comes of it."""
        command = [sys.executable, "-m", "mlplat.cli", "-C", str(self.root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def write(self, path: str, text: str) -> None:
        """Writes a file, in a folder that may not be there yet."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
        done = subprocess.run(
            ["git", "-C", str(self.root), *identity, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def copy_specifications(root: Path) -> Repository:
    """What people write of the example platform, in a folder that is no git repository yet."""
    root.mkdir()
    for name in SPECS:
        source = ROOT / name
        shutil.copytree(source, root / name) if source.is_dir() else shutil.copy(source, root / name)
    return Repository(root)


def make_repository(root: Path, environment: str, url: str) -> Repository:
    """The example platform as a repository that an Argo CD reads at an address, one environment on its cluster."""
    repository = Repository(copy_specifications(root).root, url)
    repository.edit("platform.yaml", ("https://git.example.com/ml/platform.git", url))
    server = f"https://{environment}.k8s.example.com"
    repository.edit(f"environments/{environment}/environment.yaml", (f"server: {server}", f"server: {IN_CLUSTER}"))
    repository.git("init", "-q", "-b", "main")
    repository.build()
    return repository


@dataclass(frozen=True)
class Argo:
    """Argo CD as an operator sees it: Applications, their state, and requests to look again."""

    cluster: Cluster
    environment: str

    def bring_up(self, repository: Repository) -> Said:
        """The one command of the guide."""
        path = repository.root / "generated" / "argocd" / self.environment / "root.yaml"
        return self.cluster.run("apply", "--server-side", "--field-manager=mlplat", "-f", str(path))

    def applications(self) -> list[Body]:
        return self.cluster.get(APPLICATIONS, "-n", "argocd", "-l", f"mlplat.dev/environment={self.environment}")

    def units(self) -> list[Body]:
        """The Applications below the root."""
        return [item for item in self.applications() if "mlplat.dev/unit" in item["metadata"]["labels"]]

    def states(self) -> dict[str, tuple[str, str, str]]:
        """Sync, health and the phase of the last sync of every Application, by name."""
        found = {}
        for item in self.applications():
            status = item.get("status", {})
            phase = status.get("operationState", {}).get("phase", "none")
            found[item["metadata"]["name"]] = (
                status.get("sync", {}).get("status", "none"),
                status.get("health", {}).get("status", "none"),
                phase,
            )
        return found

    def refresh(self, how: str = "hard") -> None:
        """Asks for a fresh look at git (`hard`: past every cache) and waits until it was taken."""
        for item in self.applications():
            self._annotate(item["metadata"]["name"], how)
        until(
            lambda: all(REFRESH not in item["metadata"].get("annotations", {}) for item in self.applications()),
            "Argo CD to look again",
            seconds=600,  # it does not look while it syncs, which for 500 objects takes minutes on a busy machine
        )

    def _annotate(self, name: str, how: str) -> None:
        self.cluster.ask("annotate", APPLICATIONS, name, "-n", "argocd", "--overwrite", f"{REFRESH}={how}")

    def sync_by_hand(self) -> None:
        """What a person does where an environment is not synced automatically: prune and sync every Application."""
        for item in self.applications():
            if "automated" not in item["spec"]["syncPolicy"]:
                options = item["spec"]["syncPolicy"]["syncOptions"]
                operation = {"initiatedBy": {"username": "admin"}, "sync": {"prune": True, "syncOptions": options}}
                self.cluster.patch(APPLICATIONS, item["metadata"]["name"], {"operation": operation}, "-n", "argocd")

    def wait_synced(self, names: set[str], revision: str | None = None, seconds: float = 480) -> None:
        """Until exactly these Applications are there, Synced (to a commit), with no sync under way."""

        def synced() -> bool:
            states = self.states()
            if set(states) != names or any(s[0] != "Synced" or s[2] in ("Running", "none") for s in states.values()):
                return False
            revisions = {item["status"]["sync"]["revision"] for item in self.applications()}
            return revision is None or revisions == {revision}

        until(synced, lambda: f"Applications to be Synced: {self.explain()}", seconds=seconds, every=1)

    def explain(self) -> str:
        """Everything that is not Synced, with what Argo CD says of it."""
        lines = []
        for item in self.applications():
            status = item.get("status", {})
            lines.append(f"{item['metadata']['name']}: {self.states().get(item['metadata']['name'])}")
            lines += [f"  {c['type']}: {c['message'][:400]}" for c in status.get("conditions", ())]
            lines.append(f"  {status.get('operationState', {}).get('message', '')[:600]}")
            for resource in status.get("resources", ()):
                if resource.get("status") not in (None, "Synced"):
                    lines.append(f"  {resource['kind']}/{resource['name']} is {resource['status']}")
        return "\n".join(lines)

    def health(self) -> dict[str, tuple[str, str]]:
        """Health of every Application, with the objects that Argo CD names as the cause of it.

        Argo CD 3 keeps the health of single objects to itself (`controller.resource.health.persist`).
        """
        found = {}
        for item in self.applications():
            health = item.get("status", {}).get("health", {})
            found[item["metadata"]["name"]] = (health.get("status", "none"), health.get("message", ""))
        return found


def snapshot(cluster: Cluster, bodies: list[Body]) -> dict[tuple[str, str, str, str], tuple[str, int]]:
    """uid and generation of the live ones of some objects: what tells a change and a recreation apart from nothing."""
    live = [body for body in cluster.read(bodies) if body is not None]
    return {key(body): (body["metadata"]["uid"], body["metadata"].get("generation", 0)) for body in live}


def holds(condition: Callable[[], bool], seconds: float) -> bool:
    """True when a condition holds every second for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not condition():
            return False
        time.sleep(1)
    return True
