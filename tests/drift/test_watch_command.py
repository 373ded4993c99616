"""`mlplat drift --watch` as a process: it becomes ready, tells of a change, and ends when it is told to."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.cluster.faulty import Fault, FaultyServer

MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "a"}, "data": {"a": "b"}}


def changed() -> bytes:
    fields = [{"manager": "kubectl-edit", "operation": "Update", "apiVersion": "v1", "time": "2026-11-25T10:00:00Z",
               "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:a": {}}}}]  # fmt: skip
    metadata = {"name": "one", "namespace": "a", "resourceVersion": "101", "managedFields": fields}
    return json.dumps({"type": "MODIFIED", "object": {**MAP, "metadata": metadata, "data": {"a": "c"}}}).encode()


class Once:
    """A watch that tells of one change when it is time, and then of nothing."""

    def __init__(self) -> None:
        self.now, self.over = threading.Event(), threading.Event()

    def __call__(self, path: str, query: Mapping[str, str]) -> Sequence[bytes | Fault]:
        if query["resourceVersion"] == "100":
            self.now.wait(60)
            return [changed()]
        self.over.wait(60)
        return []


def get(url: str) -> tuple[int, str]:
    try:
        with urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, ""


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_it_is_ready_tells_of_a_change_and_ends_when_told_to(tmp_path: Path) -> None:
    declared = tmp_path / "declared.json"
    declared.write_text(json.dumps(MAP))
    script = Once()
    with FaultyServer(tmp_path) as server:
        server.serve("v1", "configmaps", "ConfigMap", [MAP])
        server.watched = script
        command = [sys.executable, "-m", "mlplat.cli", "drift", "--declared", str(declared), "--watch", "--kubeconfig",
                   str(server.kubeconfig()), "--listen", "127.0.0.1:0"]  # fmt: skip
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stderr is not None
            first = process.stderr.readline()
            found = re.search(r"metrics on port (\d+)", first)
            assert found, first
            url = f"http://127.0.0.1:{found[1]}"
            until(lambda: get(f"{url}/readyz")[0] == 200)
            assert 'mlplat_drift_objects_in_sync{environment=""} 1.0' in get(f"{url}/metrics")[1]
            script.now.set()
            line = 'mlplat_drift_findings{actor="person",class="changed",environment="",kind="ConfigMap"} 1.0'
            until(lambda: line in get(f"{url}/metrics")[1])
            assert get(f"{url}/healthz") == (200, "ok\n")
        finally:
            process.send_signal(signal.SIGTERM)
            script.over.set()
            output, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert output == ""
    assert "1 changed" in said
    assert server.requests("/api") == 1
