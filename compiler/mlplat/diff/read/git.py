"""A revision of a platform, read with the git command; neither working tree nor index is touched.

Files are read with `git ls-tree` and `git cat-file --batch`: unlike `git archive` these know no attributes that leave
out or rewrite files, so that what is compiled is what was committed.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlplat.diagnostics import Diagnostic, Severity

_SPECS = ("platform.yaml", "platform.yml", "components", "environments", "rules")
_TIMEOUT = 300
_SYMLINK, _GITLINK = "120000", "160000"
_MAIN = ("origin/main", "origin/master", "main", "master")
"""What the main branch may be called where the remote does not say (`origin/HEAD`)."""


class RefusedError(Exception):
    """git could not do what was asked; the finding says why."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.headline)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit. `name` is how the user, or we, called it; `short` the abbreviated hash."""

    name: str
    commit: str
    short: str

    @property
    def label(self) -> str:
        """The revision for people."""
        return self.short if self.commit.startswith(self.name) else f"{self.name} ({self.short})"


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that a platform lies in. `prefix` is the platform's folder in it: "" or `path/`."""

    folder: Path
    prefix: str

    def revision(self, name: str) -> Revision:
        """The commit of a name; raises RefusedError (MLP802) when there is none."""
        found = _git(self.folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found.returncode != 0:
            raise RefusedError(self._unknown(name))
        commit = _text(found)
        short = _text(_git(self.folder, "rev-parse", "--short", commit)) or commit[:7]
        return Revision(name, commit, short)

    def merge_base(self) -> Revision:
        """Where this branch left the main branch; raises RefusedError (MLP803) where that cannot be said."""
        main = self._main_branch()
        found = _git(self.folder, "merge-base", "HEAD", main)
        if found.returncode != 0:
            if self._is_shallow():
                raise RefusedError(
                    _no_base(f"this clone is shallow, so git cannot see where `{main}` was left", _DEEPEN)
                )
            head = _git(self.folder, "rev-parse", "--verify", "--quiet", "HEAD")
            why = f"`HEAD` and `{main}` have no commit in common" if head.returncode == 0 else "there is no commit yet"
            raise RefusedError(_no_base(why, "name what to compare with: `--against REV`"))
        commit = self.revision(_text(found))
        return Revision(f"merge base with {main.removeprefix('origin/')}", commit.commit, commit.short)

    def write_specs(self, revision: Revision, target: Path) -> None:
        """The specifications of a revision into an empty folder. Code of components is left out, its folders are not.

        Raises RefusedError when git cannot read one of the files (a clone that lacks them).
        """
        wanted: list[tuple[str, str, str]] = []
        for mode, blob, path in self._entries(revision):
            local = path.removeprefix(self.prefix)
            (target / local).parent.mkdir(parents=True, exist_ok=True)
            if mode == _GITLINK:
                (target / local).mkdir(exist_ok=True)
            elif not local.startswith("components/") or local.endswith(("/component.yaml", "/component.yml")):
                wanted.append((mode, blob, local))
        for (mode, _, local), content in zip(wanted, self._blobs([blob for _, blob, _ in wanted]), strict=True):
            if mode == _SYMLINK:
                os.symlink(os.fsdecode(content), target / local)
            else:
                (target / local).write_bytes(content)

    def uncommitted(self) -> int:
        """How many files of the specifications differ from the last commit; 0 where git cannot say."""
        done = _git(self.folder, "status", "--porcelain", "--", *_SPECS)
        return len(done.stdout.splitlines()) if done.returncode == 0 else 0

    def lines_ever_in(self, path: str) -> tuple[tuple[str, ...], str]:
        """Every line that some commit brought into a file of the platform; and why these may not be all, "" where they
        are. A merge that was made by hand is not looked into."""
        form = ("--format=", "--patch", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")
        done = _git(self.folder, "log", *form, "--", path)
        if done.returncode != 0:
            if _git(self.folder, "rev-parse", "--verify", "--quiet", "HEAD").returncode == 1:
                return (), ""  # there is no commit yet
            return (), f"git cannot tell the history: {'; '.join(_said(done)) or 'it does not say why'}"
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        found = tuple(line[1:] for line in lines if line.startswith("+") and not line.startswith("+++"))
        return found, _SHALLOW if self._is_shallow() else ""

    def _entries(self, revision: Revision) -> Iterator[tuple[str, str, str]]:
        """Mode, object and path of every file of the platform in a revision."""
        paths = [f"{self.prefix}{name}" for name in _SPECS]
        listed = _git(self.folder, "ls-tree", "-r", "-z", "--full-tree", revision.commit, "--", *paths)
        if listed.returncode != 0:
            raise RefusedError(_unreadable(revision, listed))
        for line in listed.stdout.split(b"\0"):
            if line:
                header, _, path = line.partition(b"\t")
                mode, _, blob = header.decode().split(" ")
                yield mode, blob, os.fsdecode(path)

    def _blobs(self, names: list[str]) -> list[bytes]:
        done = _git(self.folder, "cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode())
        contents: list[bytes] = []
        position = 0
        for name in names:
            end = done.stdout.find(b"\n", position)
            header = done.stdout[position:end].split() if end >= 0 else []
            if len(header) != 3 or header[1] != b"blob":
                raise RefusedError(
                    Diagnostic(
                        "MLP802",
                        Severity.ERROR,
                        f"git cannot read the object `{name[:12]}` of that revision",
                        notes=_said(done),
                        help="fetch it (`git fetch`), and let `git fsck` say what else is missing",
                    )
                )
            size = int(header[2])
            contents.append(done.stdout[end + 1 : end + 1 + size])
            position = end + 1 + size + 1
        return contents

    def _main_branch(self) -> str:
        default = _git(self.folder, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
        names = [_text(default)] if default.returncode == 0 else []
        for name in (*names, *_MAIN):
            if _git(self.folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").returncode == 0:
                return name
        why = "there is no branch `main` or `master`, and no remote `origin` that names its own"
        raise RefusedError(_no_base(why, "name what to compare with: `--against REV`"))

    def _is_shallow(self) -> bool:
        return _text(_git(self.folder, "rev-parse", "--is-shallow-repository")) == "true"

    def _unknown(self, name: str) -> Diagnostic:
        notes = (_SHALLOW,) if self._is_shallow() else ()
        cure = _DEEPEN if notes else "`git branch --all` and `git tag` list what there is; `git fetch` brings more"
        return Diagnostic("MLP802", Severity.ERROR, f"git knows no revision `{name}`", notes=notes, help=cure)


_SHALLOW = "this clone is shallow: it has only the newest commits"
_DEEPEN = "fetch the whole history: `git fetch --unshallow` (`fetch-depth: 0` in a GitHub workflow)"


def open_repository(root: Path) -> Repository:
    """The repository of the platform in a folder; raises RefusedError (MLP801) when there is none or no git."""
    notes: tuple[str, ...] = ()
    if shutil.which("git") is None:
        why, cure = "the git command is not on PATH", "install git; `--manifests OLD NEW` needs none"
    else:
        found = _git(root, "rev-parse", "--show-prefix")
        if found.returncode == 0:
            return Repository(root, os.fsdecode(found.stdout).removesuffix("\n"))
        why, notes = "git opens no repository here", _said(found)
        cure = "run it inside the platform's repository; `--env A --with B` and `--manifests OLD NEW` need none"
    raise RefusedError(Diagnostic("MLP801", Severity.ERROR, f"nothing to compare with: {why}", notes=notes, help=cure))


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    command = ["git", "-c", "core.quotepath=off", *arguments]
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, input=stdin, capture_output=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 128, b"", str(error).encode())


def _text(done: "subprocess.CompletedProcess[bytes]") -> str:
    return done.stdout.decode("utf-8", "replace").strip()


def _said(done: "subprocess.CompletedProcess[bytes]") -> tuple[str, ...]:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return tuple(line.removeprefix("fatal: ").strip() for line in lines[:3] if line.strip())


def _no_base(why: str, cure: str) -> Diagnostic:
    return Diagnostic("MLP803", Severity.ERROR, f"it is not clear what to compare with: {why}", help=cure)


def _unreadable(revision: Revision, done: "subprocess.CompletedProcess[bytes]") -> Diagnostic:
    headline = f"git cannot read the files of `{revision.name}`"
    return Diagnostic("MLP802", Severity.ERROR, headline, notes=_said(done), help="`git fsck` says what is missing")
