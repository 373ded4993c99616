"""A running cluster with controllers, which `MLPLAT_TEST_KUBECONFIG` names (a kind cluster with Kubeflow, say)."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.control_plane.sets import SETS, TRAINER, set_name, skip_or_fail

VARIABLE = "MLPLAT_TEST_KUBECONFIG"
MARKS = [pytest.mark.cluster, pytest.mark.xdist_group("control_plane")]
"""Of tests that ask that cluster: they take turns with `tests/control_plane`, which empties it."""


def kubectl(*arguments: str, stdin: str | None = None) -> str:
    """Output of kubectl on that cluster; fails with what it said."""
    command = [shutil.which("kubectl") or "kubectl", "--kubeconfig", os.environ[VARIABLE], *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def require_cluster() -> None:
    """Skips where there is no cluster, or fails where one was promised."""
    if not os.environ.get(VARIABLE):
        skip_or_fail(f"{VARIABLE} is not set: give the kubeconfig of a cluster with Kubeflow's controllers")


def require(crd: str) -> dict[str, Any]:
    """The CRD of that name. Skips where there is none, or fails where controllers were promised, unless the cluster is
    of a set that lacks this one on purpose."""
    require_cluster()
    found = _crd(crd)
    if found is None:
        reason = f"the cluster of {VARIABLE} has no {crd}"
        name = set_name(_crd(TRAINER))
        if any(crd in held.lacks for held in SETS if held.name == name):
            pytest.skip(f"{reason}, as is meant for {name}")
        skip_or_fail(reason)
    return found


def _crd(name: str) -> dict[str, Any] | None:
    found = kubectl("get", "crd", name, "--ignore-not-found", "-o", "json")
    return dict(json.loads(found)) if found else None


def namespace(name: str, labels: Mapping[str, str] | None = None) -> str:
    """Makes sure of a namespace, which a server-side dry run needs."""
    metadata = {"name": name, "labels": dict(labels or {})}
    kubectl(
        "apply",
        "--server-side",
        "-f",
        "-",
        stdin=json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}),
    )
    return name


def dry_run(body: Mapping[str, Any]) -> dict[str, Any]:
    """The object as the server would store it, after every webhook."""
    return dict(
        json.loads(
            kubectl("apply", "--server-side", "--dry-run=server", "-f", "-", "-o", "json", stdin=json.dumps(body))
        )
    )


def changed(wanted: Any, stored: Any, at: str = "") -> Iterator[str]:
    """Places of `wanted` that are not stored exactly as they were written. What is added beside them is no change."""
    if isinstance(wanted, dict) and isinstance(stored, dict):
        for key, value in wanted.items():
            yield from changed(value, stored[key], f"{at}/{key}") if key in stored else [f"{at}/{key} is gone"]
    elif at == "/spec/runtimePatches":
        # A map list by `manager`: Kueue adds an entry of its own to every TrainJob, which touches none of ours.
        by_manager = {entry["manager"]: entry for entry in stored}
        for entry in wanted:
            yield from changed(entry, by_manager.get(entry["manager"]), f"{at}/{entry['manager']}")
    elif isinstance(wanted, list) and isinstance(stored, list) and len(wanted) == len(stored):
        for index, (left, right) in enumerate(zip(wanted, stored, strict=True)):
            yield from changed(left, right, f"{at}/{index}")
    elif (type(wanted), wanted) != (type(stored), stored):
        yield f"{at}: {wanted!r} became {stored!r}"
