"""Whether files are as they were: by what the file system says of them, and by content where that cannot be trusted.

As in git's index: a file whose size, times and inode are as they were has the content that it had, unless it was
changed within the clock's granularity of being looked at. Such files (`racy`) are compared by content.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

_GRANULARITY = 2_000_000_000
"""Nanoseconds. The coarsest clock of a file system in use (FAT)."""

Row = tuple[int, int, int, int]
"""Size, time of change of content and of the file (ns), inode; inode -1 for a folder."""

_FOLDER: Row = (0, 0, 0, -1)


class Unsure(Exception):  # noqa: N818  not an error: the caller compiles
    """There is something that cannot be judged by looking at it: a link, a device, a file that cannot be read."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Files and folders as they were at a moment, by path relative to a root. `racy` ones are to be read again."""

    rows: Mapping[str, Row]
    racy: frozenset[str]


def take(root: str, names: tuple[str, ...], keep: Callable[[str], bool], since: int) -> Snapshot:
    """What there is under some names of a root; names for which `keep` is false are left out, with all below them.

    `since` (ns since 1970) is when whoever relies on it began to look. Raises `Unsure`.
    """
    rows = dict(_rows(root, names, keep))
    border = since - _GRANULARITY
    racy = frozenset(path for path, row in rows.items() if row[3] != -1 and (row[1] >= border or row[2] >= border))
    return Snapshot(rows, racy)


def changed(before: Snapshot, now: Snapshot) -> frozenset[str] | None:
    """Files that have to be read to know whether they are as before; None when files or folders came or went."""
    if before.rows == now.rows:  # one comparison in C for nearly every call
        return before.racy
    if before.rows.keys() != now.rows.keys():
        return None
    different = {path for path, row in now.rows.items() if before.rows[path] != row}
    if any(_FOLDER in (before.rows[path], now.rows[path]) for path in different):
        return None
    return before.racy | different


def digest_of(root: str, path: str) -> str:
    """sha256 of a file's content. Raises `Unsure`."""
    try:
        with open(os.path.join(root, path), "rb") as file:
            return sha256(file.read()).hexdigest()
    except OSError as error:
        raise Unsure from error


def _rows(root: str, names: tuple[str, ...], keep: Callable[[str], bool]) -> Iterator[tuple[str, Row]]:
    for name in names:
        try:
            found = os.lstat(os.path.join(root, name))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise Unsure from error
        if stat.S_ISDIR(found.st_mode):
            yield name, _FOLDER
            yield from _below(os.path.join(root, name), name, keep)
        else:
            yield name, _row(found)


def _below(folder: str, prefix: str, keep: Callable[[str], bool]) -> Iterator[tuple[str, Row]]:
    folders: list[tuple[str, str]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if keep(entry.name):
                    path = f"{prefix}/{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        yield path, _FOLDER
                        folders.append((entry.path, path))
                    else:
                        yield path, _row(entry.stat(follow_symlinks=False))
    except OSError as error:
        raise Unsure from error
    for below, path in folders:
        yield from _below(below, path, keep)


def _row(found: os.stat_result) -> Row:
    if not stat.S_ISREG(found.st_mode):
        raise Unsure
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
