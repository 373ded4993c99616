"""What lies in `generated/`, read without following a link, and how it is carried over into a new folder."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KEPT_NAMES = frozenset((".gitattributes", ".gitignore", ".gitkeep"))
"""Files that are git's business: kept wherever they lie, never reported."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing in `generated/` that is not a folder. `content` is None for a link, a socket and the like."""

    path: str
    content: bytes | None


def scan(folder: Path) -> Iterator[Found]:
    """Everything below a folder but the files that are git's; nothing when there is no folder."""
    for path, is_file in _walk(os.fspath(folder), ""):
        if path.rpartition("/")[2] not in KEPT_NAMES:
            yield Found(path, _read(f"{folder}/{path}") if is_file else None)


def kept_paths(folder: Path) -> tuple[str, ...]:
    """Paths of the files that are git's business, sorted."""
    return tuple(sorted(path for path, _ in _walk(os.fspath(folder), "") if path.rpartition("/")[2] in KEPT_NAMES))


class Filler:
    """Puts files into a new folder: carried over from the old one by a hard link, or written."""

    def __init__(self, old: Path, new: Path) -> None:
        self._old, self._new = os.fspath(old), os.fspath(new)
        self._made = {""}

    def carry(self, path: str) -> None:
        """The same file, link or whatever it is, as in the old folder: not copied, and its time of change stays."""
        self._make_parent(path)
        source, target = f"{self._old}/{path}", f"{self._new}/{path}"
        try:
            os.link(source, target, follow_symlinks=False)
        except (OSError, NotImplementedError):  # file systems without hard links
            shutil.copy2(source, target, follow_symlinks=False)

    def write(self, path: str, content: bytes) -> None:
        """A new file."""
        self._make_parent(path)
        handle = os.open(
            f"{self._new}/{path}", os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666
        )
        try:
            while content:
                content = content[os.write(handle, content) :]
        finally:
            os.close(handle)

    def _make_parent(self, path: str) -> None:
        parent = path.rpartition("/")[0]
        if parent not in self._made:
            self._make_parent(parent)
            os.mkdir(f"{self._new}/{parent}")
            self._made.add(parent)


def _walk(folder: str, prefix: str) -> Iterator[tuple[str, bool]]:
    """Path below the folder, and whether it is a plain file, of everything that is not a folder."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        path = f"{prefix}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(f"{folder}/{entry.name}", f"{path}/")
        else:
            yield path, entry.is_file(follow_symlinks=False)


def _read(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    try:
        content = os.read(handle, 65536)
        if len(content) < 65536:
            return content
        parts = [content]
        while part := os.read(handle, 1 << 20):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(handle)
