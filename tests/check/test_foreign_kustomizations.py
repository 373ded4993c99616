"""Kustomizations of other people that `diff --manifests` and `drift --declared` are given: none fetches, none runs."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mlplat.compiler.render import foreign
from tests.check.test_hand_written_kustomizations import ADDRESS, CONFIG_MAP, FETCHED
from tests.cli.command import Outcome, mlplat

LIST = "apiVersion: v1\nkind: List\nitems: []\n"


def written(root: Path, files: dict[str, str]) -> Path:
    for name, text in {"live.yaml": LIST, "old/a.yaml": CONFIG_MAP % "a", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def asked(command: str) -> Outcome:
    if command == "diff":
        return mlplat("diff", "--manifests", "old", "new")
    return mlplat("drift", "--declared", "new", "--live", "live.yaml", "--complete")


@pytest.fixture
def requests() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and what it was asked for."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write((CONFIG_MAP % "fetched").encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/x.yaml", seen
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("command", ["diff", "drift"])
@pytest.mark.parametrize("place", ["new", "base"])
@pytest.mark.parametrize("entry", FETCHED)
def test_nothing_is_fetched(
    entry: str, place: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("kustomize would be asked")

    monkeypatch.setattr(foreign, "render_folders", never)
    files = {"new/kustomization.yaml": "resources: [../base]\n", "base/Kustomization": "resources: []\n"}
    name = {"new": "new/kustomization.yaml", "base": "base/Kustomization"}[place]
    files |= {name: FETCHED[entry] + "\n", f"{place}/t.yaml": f"kind: PatchTransformer\npath: {ADDRESS}\n"}
    monkeypatch.chdir(written(tmp_path, files))
    outcome = asked(command)
    assert outcome.status == 1
    assert "error[MLP606]: a kustomization takes something from the network\n" in outcome.err
    assert f"--> {name}:" in outcome.err


@pytest.mark.parametrize("command", ["diff", "drift"])
def test_the_server_that_is_named_is_not_asked(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, requests: tuple[str, list[str]]
) -> None:
    address, seen = requests
    files = {
        "new/kustomization.yaml": "transformers: [set]\nresources: [a.yaml]\n",
        "new/a.yaml": CONFIG_MAP % "a",
        "new/set/kustomization.yaml": f"resources: ['{address}']\n",
    }
    monkeypatch.chdir(written(tmp_path, files))
    assert "--> new/set/kustomization.yaml:1:14" in asked(command).err
    assert seen == []


@pytest.mark.parametrize("command", ["diff", "drift"])
def test_no_program_is_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real kustomize refuses it: it is given no flag that lets it."""
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    function = (
        "apiVersion: example.com/v1\nkind: Made\nmetadata:\n  name: x\n  annotations:\n"
        f"    config.kubernetes.io/function: |\n      exec: {{path: {program}}}\n"
    )
    files = {"new/kustomization.yaml": "generators: [made.yaml]\n", "new/made.yaml": function}
    monkeypatch.chdir(written(tmp_path, files))
    outcome = asked(command)
    assert outcome.status == 1
    assert "error[MLP603]: kustomize cannot render `new`" in outcome.err
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("command", ["diff", "drift"])
def test_what_is_on_this_disk_is_rendered(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "new/kustomization.yaml": "namePrefix: x-\nresources: [../base, more]\n"
        "configMapGenerator: [{name: made, files: [k=more/data.bin], options: {disableNameSuffixHash: true}}]\n",
        "new/more/kustomization.yml": "resources: [b.yaml]\n",
        "new/more/b.yaml": CONFIG_MAP % "b",
        "new/more/data.bin": "text\n",
        "base/Kustomization": "resources: [a.yaml]\n",
        "base/a.yaml": CONFIG_MAP % "a",
    }
    monkeypatch.chdir(written(tmp_path, files))
    outcome = asked(command)
    for name in ("x-a", "x-b", "x-made"):
        assert name in outcome.out, outcome.text


@pytest.mark.parametrize("command", ["diff", "drift"])
@pytest.mark.parametrize("entry", ["gone.yaml", "/etc/hostname", "gone"])
def test_what_is_not_there_is_told(entry: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(written(tmp_path, {"new/kustomization.yaml": f"resources: [{entry}]\n"}))
    outcome = asked(command)
    assert outcome.status == 1
    assert f"error[MLP603]: a kustomization names `{entry}`, which is not there\n --> new/kust" in outcome.err


@pytest.mark.parametrize("command", ["diff", "drift"])
@pytest.mark.parametrize("content", [b"resources: [\n", b"\xff\xfe\x00", b"- a\n- b\n", b""])
def test_a_main_file_that_is_none_is_a_finding(
    content: bytes, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, {"new/kustomization.yaml": ""})
    (tmp_path / "new/kustomization.yaml").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    outcome = asked(command)
    assert outcome.status == 1
    assert "error[MLP603]" in outcome.err
