"""A running cluster with Kubeflow's controllers, through kubectl: nothing of ours stands between."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Body = dict[str, Any]
MANAGER = "mlplat"
"""Field manager of what the tests apply: what a person would take who follows the guide."""

PATIENCE = 180.0
"""Seconds that are waited for what must come: some five times what it takes where others use the machine too."""


def kubectl_program() -> str:
    """The kubectl that came with the development dependencies, else the one on PATH."""
    found = shutil.which("kubectl", path=str(Path(sys.executable).parent)) or shutil.which("kubectl")
    assert found, "kubectl is neither beside Python nor on PATH: install mlplat[kustomize]"
    return found


@dataclass(frozen=True)
class Said:
    """What kubectl answered. `warnings` is everything on stderr of a call that succeeded."""

    ok: bool
    text: str
    warnings: str


@dataclass(frozen=True)
class Cluster:
    """One cluster, by kubeconfig."""

    kubeconfig: Path

    def run(self, *arguments: str, stdin: str | None = None) -> Said:
        """One call of kubectl, whatever comes of it."""
        command = [kubectl_program(), "--kubeconfig", str(self.kubeconfig), *arguments]
        # Without colours or a pager, and a diff that is the same wherever it runs.
        env = {**os.environ, "KUBECTL_EXTERNAL_DIFF": "diff -u -N", "TERM": "dumb"}
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, env=env)
        return Said(done.returncode == 0, done.stdout if done.returncode in (0, 1) else "", done.stderr)

    def ask(self, *arguments: str, stdin: str | None = None) -> str:
        """The output of kubectl; fails with what it said."""
        said = self.run(*arguments, stdin=stdin)
        assert said.ok, f"kubectl {' '.join(arguments)}: {said.text}{said.warnings}"
        return said.text

    def apply(self, bodies: Iterable[Body], *more: str) -> Said:
        """`kubectl apply --server-side` with strict field validation."""
        command = ("apply", "--server-side", f"--field-manager={MANAGER}", "--validate=strict", *more, "-f", "-")
        return self.run(*command, stdin=as_yaml(bodies))

    def get(self, resource: str, *more: str) -> list[Body]:
        """All objects of a resource (`pods`, `jobsets.jobset.x-k8s.io`) with more arguments of `kubectl get`."""
        return list(json.loads(self.ask("get", resource, "-o", "json", *more))["items"])

    def one(self, resource: str, name: str, namespace: str | None = None) -> Body | None:
        """One object, None when there is none."""
        where = ["-n", namespace] if namespace else []
        text = self.ask("get", resource, name, *where, "-o", "json", "--ignore-not-found")
        return dict(json.loads(text)) if text else None

    def read(self, bodies: Sequence[Body], *more: str) -> list[Body | None]:
        """The live objects of the same version, kind, namespace and name, each in the place of its own."""
        if not bodies:
            return []
        text = self.ask("get", "-f", "-", "-o", "json", "--ignore-not-found", *more, stdin=as_yaml(bodies))
        found = json.loads(text) if text else {"items": []}
        items = found["items"] if found.get("kind") == "List" or "items" in found else [found]
        live = {key(item): item for item in items}
        return [live.get(key(body)) for body in bodies]

    def delete(self, bodies: Sequence[Body]) -> None:
        """Begins to delete objects; those that are not there are not missed."""
        if bodies:
            self.ask("delete", "--ignore-not-found", "--wait=false", "-f", "-", stdin=as_yaml(bodies))

    def patch(self, resource: str, name: str, patch: Mapping[str, Any], *more: str) -> None:
        """A merge patch."""
        self.ask("patch", resource, name, "--type=merge", "-p", json.dumps(patch), *more)


def key(body: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """What tells objects of one cluster apart, version included."""
    metadata = body["metadata"]
    return (body["apiVersion"], body["kind"], metadata.get("namespace", ""), metadata["name"])


def as_yaml(bodies: Iterable[Body]) -> str:
    """Objects as kubectl reads them; JSON is YAML in which every string is quoted."""
    return "\n---\n".join(json.dumps(body) for body in bodies)


def rendered(folder: Path) -> list[Body]:
    """What `kubectl kustomize` makes of a folder."""
    done = subprocess.run([kubectl_program(), "kustomize", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", f"kustomize warns about {folder}: {done.stderr}"
    return [body for body in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader) if body]


def until(
    ready: Callable[[], Any], what: str | Callable[[], str], seconds: float = PATIENCE, every: float = 0.5
) -> Any:
    """What `ready` gives as soon as it is true; fails, saying what was waited for, when it does not become so."""
    end = time.monotonic() + seconds
    while True:
        found = ready()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s for {what if isinstance(what, str) else what()}")
        time.sleep(every)


def containers(template: Mapping[str, Any]) -> Iterator[Body]:
    """Init containers and containers of a pod or a pod template."""
    yield from template["spec"].get("initContainers", ())
    yield from template["spec"]["containers"]
