"""What a comparison of 5,000 live objects costs, beside `kubectl diff`.

    python -P benchmarks/drift.py --kubeconfig FILE --audit-log FILE [--objects 5000] [--kubectl]
    python -P benchmarks/drift.py --offline [--objects 50000]       # with a dump, no cluster

`-P`, because `platform.py` beside it would stand in for the standard library's.

The cluster is an empty one without controllers, with the CRD of PyTorchJob; its audit log counts the requests. Objects
are applied under the manager `mlplat`, one in a hundred is edited by hand afterwards. Without a cluster (`--offline`) a
dump is made here, as the API server stores what was applied: defaults filled in, managedFields for every field.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mlplat.cluster.connect import connect
from mlplat.cluster.http import Request

SHARES = {"ConfigMap": 40, "Deployment": 20, "Secret": 20, "Role": 10, "PyTorchJob": 10}
PATHS = {
    "Namespace": "/api/v1/namespaces",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "PyTorchJob": "/apis/kubeflow.org/v1/namespaces/{}/pytorchjobs",
}
LABELS = {"mlplat.dev/environment": "bench"}


def main() -> None:
    options = _options()
    bodies = list(objects(options.objects))
    if options.offline:
        _offline(bodies, options.runs)
        return
    with tempfile.TemporaryDirectory() as folder:
        declared = Path(folder) / "declared.json"
        declared.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": bodies}))
        if not options.filled:
            _fill(options.kubeconfig, bodies)
        base = [sys.executable, "-m", "mlplat.cli", "drift", "--declared", str(declared), "-o", "json"]
        for _ in range(options.runs):
            _measure("mlplat drift", [*base, "--kubeconfig", options.kubeconfig], options.audit_log, _findings)
        if options.kubectl:
            diff = ["kubectl", "--kubeconfig", options.kubeconfig, "diff", "-f", str(declared)]
            _measure("kubectl diff", diff, options.audit_log, _files)
            more = ["--server-side", "--concurrency=16", "--force-conflicts"]
            _measure("kubectl diff --server-side --concurrency=16", [*diff, *more], options.audit_log, _files)


def objects(number: int) -> Iterator[dict[str, Any]]:
    """The declared objects: namespaces, and the shares of each kind in ten of them."""
    spaces = [f"bench-{index}" for index in range(10)]
    for space in spaces:
        yield _object("v1", "Namespace", space, None)
    for kind, share in SHARES.items():
        for index in range(number * share // 100):
            yield CONTENT[kind](f"{kind.lower()}-{index}", spaces[index % len(spaces)], index)


def _object(version: str, kind: str, name: str, namespace: str | None, **content: Any) -> dict[str, Any]:
    where = {} if namespace is None else {"namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **where, "labels": LABELS}, **content}


def _template(index: int) -> dict[str, Any]:
    container = {
        "name": "pytorch",
        "image": f"example.com/train:{index}",
        "args": ["--epochs", str(index)],
        "env": [{"name": f"KEY_{number}", "value": str(number)} for number in range(6)],
        "resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"memory": "2Gi"}},
    }
    return {"metadata": {"labels": {"app": f"a{index}"}}, "spec": {"containers": [container]}}


CONTENT: dict[str, Any] = {
    "ConfigMap": lambda name, space, index: _object(
        "v1", "ConfigMap", name, space, data={f"key-{number}": f"value {index} {number}" for number in range(12)}
    ),
    "Secret": lambda name, space, index: _object(
        "v1", "Secret", name, space, type="Opaque", data={"password": "aHVudGVyMjI=", "user": "Ym9i"}
    ),
    "Role": lambda name, space, index: _object(
        "rbac.authorization.k8s.io/v1", "Role", name, space,
        rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}],
    ),
    "Deployment": lambda name, space, index: _object(
        "apps/v1", "Deployment", name, space,
        spec={"replicas": 2, "selector": {"matchLabels": {"app": f"a{index}"}}, "template": _template(index)},
    ),
    "PyTorchJob": lambda name, space, index: _object(
        "kubeflow.org/v1", "PyTorchJob", name, space,
        spec={"pytorchReplicaSpecs": {"Master": {"replicas": 1, "template": _template(index)}}},
    ),
}  # fmt: skip


def _fill(kubeconfig: str, bodies: Sequence[dict[str, Any]]) -> None:
    """Applies everything, and edits one in a hundred by hand."""
    connection: Any = connect(kubeconfig)

    def apply(body: dict[str, Any], manager: str = "mlplat") -> None:
        metadata = body["metadata"]
        path = f"{PATHS[body['kind']].format(metadata.get('namespace'))}/{metadata['name']}"
        query = f"?fieldManager={manager}&force=true"
        for _ in range(5):
            answer = connection.send(Request(path + query, body=json.dumps(body).encode()))
            if answer.ok:
                return
            time.sleep(1)
        raise SystemExit(f"{path}: {answer.status} {answer.body[:300]!r}")

    started = time.monotonic()
    spaces = [body for body in bodies if body["kind"] == "Namespace"]
    for body in spaces:
        apply(body)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(apply, (body for body in bodies if body["kind"] != "Namespace")))
        edited = [body for body in bodies if body["kind"] == "ConfigMap"][::40]
        head = ("apiVersion", "kind")
        for body in edited:
            changed = {
                **{key: body[key] for key in head},
                "metadata": {k: body["metadata"][k] for k in ("name", "namespace")},
            }
            pool.submit(apply, {**changed, "data": {"added": "by hand"}}, "kubectl-edit")
    print(f"{len(bodies)} objects made in {time.monotonic() - started:.0f} s, {len(edited)} edited", file=sys.stderr)


def _offline(bodies: Sequence[dict[str, Any]], runs: int) -> None:
    """The comparison with a dump: declared manifests on one side, what a server would hold on the other."""
    with tempfile.TemporaryDirectory() as folder:
        declared, live = Path(folder) / "declared.json", Path(folder) / "live.json"
        declared.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": bodies}))
        maps = 0
        with live.open("w") as file:
            file.write('{"apiVersion": "v1", "kind": "List", "items": [')
            for index, body in enumerate(bodies):
                held = _stored(body)
                if body["kind"] == "ConfigMap":
                    maps += 1
                    if maps % 40 == 0:
                        held["data"] = {**held["data"], "added": "by hand"}
                        held["metadata"]["managedFields"].append(
                            _entry("kubectl-edit", "Update", {"data": {"added": ""}})
                        )
                file.write(("," if index else "") + json.dumps(held))
            file.write("]}")
        print(f"{len(bodies)} objects, a dump of {live.stat().st_size / 1e6:.0f} MB", file=sys.stderr)
        sides = ["--declared", str(declared), "--live", str(live)]
        command = [sys.executable, "-m", "mlplat.cli", "drift", *sides, "-o", "json"]
        for _ in range(runs):
            _measure(f"mlplat drift --live, {len(bodies)} objects", command, Path(os.devnull), _findings)


def _stored(body: dict[str, Any]) -> dict[str, Any]:
    """An object as the API server stores it after a server-side apply."""
    held: dict[str, Any] = json.loads(json.dumps(body))
    declared = {key: value for key, value in body.items() if key not in ("apiVersion", "kind", "metadata")}
    owned = {"metadata": {"labels": LABELS}, **declared}
    held["metadata"] |= {
        "uid": "00000000-0000-0000-0000-000000000000",
        "resourceVersion": "1",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "managedFields": [_entry("mlplat", "Apply", owned)],
    }
    if body["kind"] == "Deployment":
        spec = held["spec"]
        spec |= {"progressDeadlineSeconds": 600, "revisionHistoryLimit": 10}
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}
        pod = spec["template"]["spec"]
        pod |= {"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler"}
        pod |= {"securityContext": {}, "terminationGracePeriodSeconds": 30}
        for container in pod["containers"]:
            container |= {"imagePullPolicy": "IfNotPresent", "terminationMessagePath": "/dev/termination-log"}
            container["terminationMessagePolicy"] = "File"
        held["status"] = {
            "observedGeneration": 1,
            "replicas": 2,
            "conditions": [{"type": "Available", "status": "True"}],
        }
    return held


def _entry(manager: str, operation: str, owned: dict[str, Any]) -> dict[str, Any]:
    when = "2026-01-01T00:00:00Z" if operation == "Apply" else "2026-01-02T00:00:00Z"
    head = {"manager": manager, "operation": operation, "apiVersion": "v1", "time": when, "fieldsType": "FieldsV1"}
    return {**head, "fieldsV1": _fields(owned)}


def _fields(value: Any) -> dict[str, Any]:
    """`fieldsV1` of whoever owns all of a value: items by name where they have one, other lists as one."""
    if isinstance(value, dict):
        return {f"f:{key}": _fields(inner) for key, inner in value.items()}
    if isinstance(value, list) and all(isinstance(item, dict) and "name" in item for item in value):
        return {f'k:{{"name":"{item["name"]}"}}': {".": {}, **_fields(item)} for item in value}
    return {}


def _measure(name: str, command: Sequence[str], audit_log: Path, count: Any) -> None:
    lines = _lines(audit_log)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment())
    output, _ = process.communicate()
    wall = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    time.sleep(1)  # the audit log is written behind
    calls = [json.loads(line) for line in _lines(audit_log)[len(lines) :]]
    calls = [call for call in calls if call["user"]["username"] == "admin"]
    writes = sum(call["verb"] not in ("get", "list", "watch") for call in calls)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{name}: {wall:.1f} s wall, {cpu:.1f} s CPU, {used.ru_maxrss / 1024:.0f} MiB at most so far, "
        f"{len(calls)} requests of which {writes} by PATCH, {count(output)}, status {process.returncode}, "
        f"load {os.getloadavg()[0]:.0f}"
    )


def _environment() -> dict[str, str]:
    return {**os.environ, "KUBECTL_EXTERNAL_DIFF": "diff -u -N"}


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _findings(output: bytes) -> str:
    report = json.loads(output)
    return f"{len(report['findings'])} findings"


def _files(output: bytes) -> str:
    return f"{output.count(b'diff -u')} objects differ"


def _options() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kubeconfig")
    parser.add_argument("--audit-log", type=Path, default=Path(os.devnull))
    parser.add_argument("--offline", action="store_true", help="compare with a dump that is made here")
    parser.add_argument("--objects", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--filled", action="store_true", help="the objects are there already")
    parser.add_argument("--kubectl", action="store_true", help="also measure kubectl diff (minutes)")
    options = parser.parse_args()
    if not options.offline and options.kubeconfig is None:
        parser.error("--kubeconfig names the cluster; --offline needs none")
    return options


if __name__ == "__main__":
    main()
