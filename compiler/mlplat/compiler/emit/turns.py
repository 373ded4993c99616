"""One build at a time in one repository: what is read of `generated/` and what is written belong together."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

try:
    import fcntl
except ImportError:  # Windows has no such locks: there, builds at once may report each other's half-read folders
    fcntl = None  # type: ignore[assignment]


@contextmanager
def one_at_a_time(root: str) -> Iterator[None]:
    """Waits until no other build of the repository runs, and keeps others waiting until the block ends.

    The lock is on the folder itself: no file is made, and the system lets it go when a process dies. A folder that
    cannot be opened is not locked; whoever reads it next says why.
    """
    try:
        folder = os.open(root, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        if fcntl is not None:
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
