"""Git repositories with a platform in them, for tests."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PLATFORM = Path(__file__).parent / "platform"
_WHO = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"), ("DATE", "2026-01-01T00:00:00Z"))
}


@dataclass(frozen=True)
class Repository:
    folder: Path

    def git(self, *arguments: str) -> str:
        """The output of a git command, whatever the settings of whoever runs the tests."""
        environment = {**os.environ, **_WHO, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", "-C", str(self.folder), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        """Everything that there is, committed; gives the hash."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def short(self, revision: str) -> str:
        return self.git("rev-parse", "--short", revision)


def new_repository(folder: Path, *layers: Path) -> Repository:
    """A repository whose branch `main` has one commit: the files of some folders, laid over each other."""
    folder.mkdir(parents=True)
    for layer in layers:
        lay_over(folder, layer)
    repository = Repository(folder)
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.commit("One state")
    return repository


def lay_over(folder: Path, layer: Path) -> None:
    """Copies the files of a folder over another one; an empty file takes the file of its name away, and the last of
    a folder takes the folder, as git does."""
    for source in sorted(path for path in layer.rglob("*") if path.is_file()):
        target = folder / source.relative_to(layer)
        if source.stat().st_size == 0:
            target.unlink()
            if not any(target.parent.iterdir()):
                target.parent.rmdir()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
