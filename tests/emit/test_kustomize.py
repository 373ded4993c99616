import stat
import sys
from pathlib import Path

import pytest

from mlplat.compiler.artifacts import FileTree
from mlplat.compiler.render.kustomize import SETTING, Kustomize, find_kustomize, render
from mlplat.diagnostics import Diagnostic
from mlplat.objects.go_yaml import parse_stream


def program(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize(
    ("name", "says", "version"),
    [
        ("kustomize", "v5.8.1", "v5.8.1"),
        ("kustomize", "{Version:kustomize/v5.0.0 GitCommit:x}", "v5.0.0"),
        ("kubectl", "Client Version: v1.32.4\nKustomize Version: v5.5.0", "v5.5.0"),
        ("kubectl-1.37", "Client Version: v1.37.1\nKustomize Version: v5.8.1", "v5.8.1"),
    ],
)
def test_a_kustomize_says_its_version(tmp_path: Path, name: str, says: str, version: str) -> None:
    path = program(tmp_path / name, f"echo '{says}'")
    verb = "kustomize" if "kubectl" in name else "build"
    assert find_kustomize({SETTING: path}) == Kustomize((path, verb), version)


@pytest.mark.parametrize(
    ("says", "code"),
    [("echo v4.5.7", "MLP602"), ("echo hello", "MLP601"), ("exit 3", "MLP601")],
)
def test_what_is_set_is_used_alone(tmp_path: Path, says: str, code: str) -> None:
    path = program(tmp_path / "kustomize", says)
    found = find_kustomize({SETTING: path, "PATH": "/usr/bin:/bin"})
    assert isinstance(found, Diagnostic)
    assert found.code == code


def test_an_old_one_on_path_gives_way_to_a_newer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none/python"))
    program(tmp_path / "a/kustomize", "echo v4.5.7")
    only_old = find_kustomize({"PATH": str(tmp_path / "a")})
    assert isinstance(only_old, Diagnostic)
    assert (only_old.code, only_old.notes) == ("MLP602", (f"`{tmp_path}/a/kustomize` has kustomize v4.5.7",))
    program(tmp_path / "a/kubectl", "echo 'Kustomize Version: v5.5.0'")
    assert find_kustomize({"PATH": str(tmp_path / "a")}) == Kustomize((f"{tmp_path}/a/kubectl", "kustomize"), "v5.5.0")


def test_none_at_all_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    found = find_kustomize({"PATH": str(tmp_path)})
    assert isinstance(found, Diagnostic)
    assert found.code == "MLP601"


def test_the_one_beside_python_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(tmp_path / "kubectl", "echo 'Kustomize Version: v5.8.1'")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert find_kustomize({}) == Kustomize((path, "kustomize"), "v5.8.1")


def test_a_failure_names_the_folder_and_no_temporary_path(tmp_path: Path) -> None:
    path = program(tmp_path / "kustomize", 'echo "error: no such file: $2/x.yaml" >&2; exit 1')
    (rendered,) = render(Kustomize((path, "build"), "v5.8.1"), FileTree({"a/b/kustomization.yaml": ""}), ["a/b"])
    assert rendered.said == ("no such file: a/b/x.yaml",)


def test_what_is_no_yaml_is_a_failure(tmp_path: Path) -> None:
    path = program(tmp_path / "kustomize", "echo 'a: ['")
    (rendered,) = render(Kustomize((path, "build"), "v5.8.1"), FileTree({"a/kustomization.yaml": ""}), ["a"])
    assert rendered.said
    assert rendered.objects == ()


def test_a_program_that_is_gone_is_a_failure(tmp_path: Path) -> None:
    gone = Kustomize((str(tmp_path / "gone"), "build"), "v5.8.1")
    (rendered,) = render(gone, FileTree({"a/kustomization.yaml": ""}), ["a"])
    assert rendered.said
    assert rendered.objects == ()


def test_scalars_are_what_go_reads() -> None:
    text = """
a: =
b: <<
"on": off
c: 2024-01-01
d: 1:30
e: 1e-07
f: 0x1F
g: 0o17
h: ~
i:
j: "null"
k: 'true'
l: True
m: -3
n: 012
o: |
  true
---
---
p: 1_000
q: .5
r: [1, "1", 1.0]
"""
    first, second = parse_stream(text)
    assert [first[key] for key in ("a", "b", "on", "c", "d")] == ["=", "<<", "off", "2024-01-01", "1:30"]
    assert [first[key] for key in "efghi"] == [1e-7, 31, 15, None, None]
    assert [first[key] for key in "jklmno"] == ["null", "true", True, -3, 12, "true\n"]
    assert second == {"p": "1_000", "q": 0.5, "r": [1, "1", 1.0]}
    assert [type(item) for item in second["r"]] == [int, str, float]


@pytest.mark.parametrize("text", ["- a\n", "a: [\n", "1: a\n", "a: !!binary aGk=\n", "[a]: b\n"])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not|tag|key"):
        parse_stream(text)
