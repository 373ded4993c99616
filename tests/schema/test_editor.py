"""The published schemas in a real editor's server."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlplat.schema.export import schema_files
from tests.schema.editor import Editor, editor

VERSION = "1.25.0"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """yaml-language-server, installed by npm into a folder of this test run."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("needs node and npm to run yaml-language-server")
    folder = tmp_path_factory.mktemp("npm")
    command = [npm, "install", "--no-audit", "--no-fund", f"yaml-language-server@{VERSION}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        pytest.skip(f"npm cannot install yaml-language-server {VERSION}: {done.stderr.strip()[-200:]}")
    return folder / "node_modules" / ".bin" / "yaml-language-server"


@pytest.fixture
def client(server: Path, tmp_path: Path) -> Iterator[Editor]:
    for name, text in schema_files().items():
        (tmp_path / name).write_text(text)
    with editor(server, tmp_path) as opened:
        yield opened


def written(folder: Path, schema: str, text: str) -> Path:
    file = folder / "spec.yaml"
    file.write_text(f"# yaml-language-server: $schema={schema}\n{text}")
    return file


JOB = """apiVersion: mlplat.dev/v1alpha1
kind: TrainingJob
metadata: {name: mnist, team: vision}
spec:
  framework: pytorch
  component: mnist
  %s
"""


def test_a_field_is_completed_with_its_description(client: Editor, tmp_path: Path) -> None:
    file = written(tmp_path, "trainingjob.json", JOB % "shared")
    client.open(file)
    found = client.complete(file, 7, 8)
    assert "sharedMemory" in found
    assert "/dev/shm" in found["sharedMemory"]
    assert "shared_memory" not in found


def test_values_of_a_choice_are_completed(client: Editor, tmp_path: Path) -> None:
    file = written(tmp_path, "trainingjob.json", JOB % "strategy: ")
    client.open(file)
    assert {"ddp", "fsdp", "deepspeed", "horovod"} <= client.complete(file, 7, 12).keys()


def test_a_wrong_field_is_an_error(client: Editor, tmp_path: Path) -> None:
    (message,) = client.open(written(tmp_path, "trainingjob.json", JOB % "sharedMemry: 1Gi"))
    assert "sharedMemry" in message


def test_a_wrong_value_is_an_error(client: Editor, tmp_path: Path) -> None:
    messages = client.open(written(tmp_path, "trainingjob.json", JOB % "nodes: three"))
    assert len(messages) == 1
    assert "integer" in messages[0]


def test_a_whole_document_is_without_error(client: Editor, tmp_path: Path) -> None:
    text = JOB % "env: [{name: SEED, value: '1'}]\n  sharedMemory: 2Gi\n  resources: {requests: {cpu: 2}}"
    assert client.open(written(tmp_path, "trainingjob.json", text)) == []


OVERRIDE = """apiVersion: mlplat.dev/v1alpha1
kind: TrainingJob
metadata: {name: mnist}
spec:
  queue: null
  args: null
  resources: {requests: {cpu: null, memory: 8Gi}, limits: {$replace: true, cpu: 4}}
  env:
    - {name: SEED, $delete: true}
    - {name: EPOCHS, value: "30"}
  volumes:
    - $replace: true
    - {volume: data, mountPath: /data}
%s"""


def test_a_partial_override_is_without_error(client: Editor, tmp_path: Path) -> None:
    assert client.open(written(tmp_path, "trainingjob.override.json", OVERRIDE % "")) == []


def test_a_partial_document_is_an_error_where_nothing_is_inherited(client: Editor, tmp_path: Path) -> None:
    assert client.open(written(tmp_path, "trainingjob.json", OVERRIDE % "")) != []


def test_a_wrong_field_is_an_error_in_an_override(client: Editor, tmp_path: Path) -> None:
    (message,) = client.open(written(tmp_path, "trainingjob.override.json", OVERRIDE % "  sharedMemry: 1Gi\n"))
    assert "sharedMemry" in message


def test_fields_are_completed_in_an_override(client: Editor, tmp_path: Path) -> None:
    file = written(tmp_path, "trainingjob.override.json", OVERRIDE % "  \n")
    client.open(file)
    assert {"nodes", "sharedMemory", "$replace"} <= client.complete(file, 14, 2).keys()
