"""The real kustomize, run as a program: found, asked for its version, and given folders to render."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlplat.compiler.artifacts import FileTree
from mlplat.diagnostics import Diagnostic, Severity
from mlplat.objects.go_yaml import parse_stream

SETTING = "MLPLAT_KUSTOMIZE"
"""Environment variable with the path of `kustomize` or `kubectl`."""

OLDEST = (5, 0)
"""Older ones are refused untried; 5.5.0 (kubectl 1.32) and 5.8.1 (kubectl 1.37) are the ones that tests run."""

_ASK_TIMEOUT = 30
_RENDER_TIMEOUT = 600
"""Seconds. Rendering some 2,000 objects of one unit took one minute; more is something that hangs."""

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)\S*")
_INSTALL = "install kubectl 1.27 or later, or `pip install 'mlplat[kustomize]'`, or set MLPLAT_KUSTOMIZE to its path"


@dataclass(frozen=True, slots=True)
class Kustomize:
    """A kustomize that can be run: `command` and a folder render that folder; `version` as it prints it."""

    command: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True)
class RenderedFolder:
    """What kustomize made of one folder: objects, or a few lines of what was said where there are none."""

    folder: str
    objects: tuple[dict[str, Any], ...] = ()
    said: tuple[str, ...] = ()


def find_kustomize(environ: Mapping[str, str] = os.environ) -> Kustomize | Diagnostic:
    """The first kustomize that is new enough, or a finding (MLP601 none, MLP602 too old).

    `MLPLAT_KUSTOMIZE` is used alone where it is set; else `kustomize` and `kubectl` on PATH, and the `kubectl` that is
    installed beside this Python.
    """
    chosen = environ.get(SETTING)
    seen: list[str] = []
    for program in [chosen] if chosen else _candidates(environ):
        version = _version_of(program)
        if version is None:
            continue
        if _numbers(version) >= OLDEST:
            return Kustomize((program, *_arguments(program)), version)
        seen.append(f"`{program}` has kustomize {version}")
    if seen:
        return Diagnostic("MLP602", Severity.ERROR, "kustomize is too old", notes=tuple(seen), help=_INSTALL)
    reason = f"`{chosen}`, named by {SETTING}, is not kustomize or kubectl" if chosen else "kustomize was not found"
    return Diagnostic("MLP601", Severity.ERROR, reason, help=_INSTALL)


def render(kustomize: Kustomize, tree: FileTree, folders: Iterable[str]) -> tuple[RenderedFolder, ...]:
    """Each folder of a tree as kustomize renders it, in the order given. The tree is written to a temporary folder."""
    wanted = tuple(folders)
    with _temporary() as root:
        _write(root, tree)
        return render_folders(kustomize, root, wanted)


def render_folders(kustomize: Kustomize, root: Path, folders: Sequence[str]) -> tuple[RenderedFolder, ...]:
    """Each folder below `root` as kustomize renders it, in the order given; one process a processor at a time."""
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return tuple(pool.map(lambda folder: _render_one(kustomize, root, folder), folders))


def _render_one(kustomize: Kustomize, root: Path, folder: str) -> RenderedFolder:
    command = (*kustomize.command, os.fspath(root / folder))
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_RENDER_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return RenderedFolder(folder, said=_first_lines(f"no answer after {_RENDER_TIMEOUT} seconds"))
    except OSError as error:
        return RenderedFolder(folder, said=_first_lines(error.strerror or str(error)))
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").replace(f"{root}{os.sep}", "").strip()
        return RenderedFolder(folder, said=_first_lines(said or f"exit status {done.returncode}"))
    try:
        return RenderedFolder(folder, parse_stream(done.stdout.decode()))
    except ValueError as error:
        return RenderedFolder(folder, said=_first_lines(f"its output cannot be read: {error}"))


def _first_lines(said: str) -> tuple[str, ...]:
    first, *rest = said.splitlines()
    return (first.removeprefix("error: ").removeprefix("Error: "), *rest[:4])


def _candidates(environ: Mapping[str, str]) -> Iterator[str]:
    path = environ.get("PATH")
    beside = os.fspath(Path(sys.executable).parent)
    for name, where in (("kustomize", path), ("kubectl", path), ("kubectl", beside)):
        found = shutil.which(name, path=where or "")
        if found:
            yield found


def _is_kubectl(program: str) -> bool:
    return "kubectl" in Path(program).name


def _arguments(program: str) -> tuple[str, ...]:
    return ("kustomize",) if _is_kubectl(program) else ("build",)


def _version_of(program: str) -> str | None:
    """The version of kustomize in a program; None when it does not run or does not say."""
    ask = ("version", "--client") if _is_kubectl(program) else ("version",)
    try:
        done = subprocess.run(
            (program, *ask), stdin=subprocess.DEVNULL, capture_output=True, timeout=_ASK_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    text = done.stdout.decode("utf-8", "replace")
    if _is_kubectl(program):
        text = text.partition("Kustomize Version:")[2]
    match = _VERSION.search(text)
    return match.group() if match else None


def _numbers(version: str) -> tuple[int, int]:
    match = _VERSION.search(version)
    return (int(match[1]), int(match[2])) if match else (0, 0)


@contextmanager
def _temporary() -> Iterator[Path]:
    """A folder for one rendering, in memory where the system has such a place."""
    memory = "/dev/shm"
    where = memory if os.path.isdir(memory) and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="mlplat-", dir=where) as folder:
        yield Path(folder)


def _write(root: Path, tree: FileTree) -> None:
    made: set[Path] = set()
    for path, text in tree.files.items():
        target = root / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        target.write_bytes(text.encode())
