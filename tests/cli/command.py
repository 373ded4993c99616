"""The command line as a user has it: arguments in; exit status and both streams out."""

import io
import os
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from mlplat.cli.main import main

ROOT = Path(__file__).parents[2]
SPECS = ("platform.yaml", "environments", "components")


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Everything, with what changes from run to run (seconds) replaced."""
        text = f"exit status {self.status}\n--- stdout\n{self.out}--- stderr\n{self.err}"
        return re.sub(r"\(\d+\.\d s\)", "(0.0 s)", text)


def mlplat(*arguments: object) -> Outcome:
    """One command in this process, which saves the start of Python."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            return Outcome(int(end.code or 0), out.getvalue(), err.getvalue())
    raise AssertionError("a command always ends the process")


def run(command: list[str], cwd: Path, **environment: str) -> Outcome:
    """Any program in a process of its own, without the settings of this one (PYTHONPATH and the like)."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG", "XDG_CACHE_HOME") if name in os.environ
    }
    done = subprocess.run(
        command, cwd=cwd, env={**kept, **environment}, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def mlplat_process(*arguments: str, cwd: Path, **environment: str) -> Outcome:
    """One command in a process of its own."""
    return run([sys.executable, "-m", "mlplat", *arguments], cwd, **environment)


def copy_platform(source: Path, target: Path, generated: bool = True) -> Path:
    """The platform of a folder, with what was built of it, in another folder."""
    target.mkdir(parents=True, exist_ok=True)
    for name in (*SPECS, "generated") if generated else SPECS:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
        elif (source / name).exists():
            shutil.copy(source / name, target / name)
    return target


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder: its path and bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """Paths that were added, removed or have other bytes."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def edit(file: Path, old: str, new: str) -> None:
    """Replace one text that stands in the file exactly once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    file.write_text(text.replace(old, new), encoding="utf-8")
