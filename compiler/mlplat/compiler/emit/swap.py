"""One folder put in the place of another at once.

The new folder is made beside the old one, on the same file system, and the two change names in one system call where
the system has it (Linux: `renameat2` with `RENAME_EXCHANGE`). A process that is killed at any moment leaves the old
folder or the new one. Elsewhere two renames do it, and `recover` repairs what a kill between the two leaves behind.
"""

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    fcntl = None
else:
    import fcntl

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NO_EXCHANGE = frozenset((errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM))


class LeftoverError(Exception):
    """What an earlier replacement left beside the folder, and what cannot be removed."""

    def __init__(self, left: Path) -> None:
        super().__init__(left.name)
        self.name = left.name


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Waits until no other process replaces or reads this folder. Systems without `flock` get no such guard."""
    with ExitStack() as held:
        if fcntl:
            _lock(folder.parent, fcntl.LOCK_EX, held)
        yield


@contextmanager
def unmoved(folder: Path) -> Iterator[None]:
    """Keeps a folder from being replaced while it is read, so that nobody sees files of two builds.

    Never inside `only_one`, which would wait for itself. A place that cannot be locked is read without this guard.
    """
    with ExitStack() as held:
        if fcntl:
            with suppress(OSError):
                _lock(folder.parent, fcntl.LOCK_SH, held)
        yield


def _lock(folder: Path, how: int, held: ExitStack) -> None:
    """Locks a folder until `held` is left: closing it lets the lock go."""
    handle = os.open(folder, os.O_RDONLY)
    held.callback(os.close, handle)
    fcntl.flock(handle, how)


def recover(folder: Path) -> None:
    """Undo or clear away what a killed replacement left beside the folder. Only inside `only_one`.

    Raises LeftoverError when something of it stays.
    """
    new, old = _beside(folder)
    if not os.path.lexists(folder) and os.path.lexists(old):
        os.rename(old, folder)
    for left in (new, old):
        if not _removed(left):
            raise LeftoverError(left)


def replace_folder(folder: Path, fill: Callable[[Path], None]) -> str | None:
    """Replace a folder by what `fill` puts into an empty one; gives the name of what it must leave behind beside it,
    None when that is nothing. Only inside `only_one`.

    Raises OSError, with the folder as it was, when it cannot be done: no space, no rights, a mount point.
    """
    new, old = _beside(folder)
    new.mkdir(parents=True)
    try:
        fill(new)
        if not os.path.lexists(folder):
            os.rename(new, folder)
            return None
        new.chmod(folder.stat().st_mode & 0o7777)
        if not _exchange(new, folder):
            _rename_twice(new, folder, old)
    finally:
        left = [one.name for one in (new, old) if not _removed(one)]
    return left[0] if left else None


def _removed(folder: Path) -> bool:
    """Removes a folder, also one whose folders may not be written to; False when something of it stays."""
    if os.path.lexists(folder):
        for here, _, _ in os.walk(folder):
            with suppress(OSError):
                os.chmod(here, 0o700)
        shutil.rmtree(folder, ignore_errors=True)
    return not os.path.lexists(folder)


def _beside(folder: Path) -> tuple[Path, Path]:
    return folder.with_name(f".{folder.name}.mlplat-new"), folder.with_name(f".{folder.name}.mlplat-old")


def _exchange(one: Path, other: Path) -> bool:
    """True when the two have changed names; False where the system cannot do that."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NO_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), str(other))


def _rename_twice(new: Path, folder: Path, old: Path) -> None:
    os.rename(folder, old)
    try:
        os.rename(new, folder)
    except OSError:
        os.rename(old, folder)
        raise
