"""What a user without rights meets: root may read and write everything, and tests often run as root."""

import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_NOBODY = 65534


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that such a user owns, in one that everybody may enter."""
    folder = Path(tempfile.mkdtemp(prefix="mlplat-test-"))
    try:
        yield folder
    finally:
        for here, _, _ in os.walk(folder):
            os.chmod(here, 0o700)
        shutil.rmtree(folder)


def without_rights(folder: Path, action: Callable[[], Any], but: str = "") -> Any:
    """What an action gives as a user who owns `folder` with all that is in it, `but` for one thing, and nothing else.

    Where the tests run as root it happens in a process of its own; what it gives must survive pickling.
    """
    if os.geteuid() != 0:
        return action()
    os.chown(folder, _NOBODY, _NOBODY)
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != but]
        for name in (*folders, *files):
            os.chown(os.path.join(here, name), _NOBODY, _NOBODY, follow_symlinks=False)
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
            with os.fdopen(writes, "wb") as pipe:
                pickle.dump(action(), pipe)
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, "the action raised an exception"
    return pickle.loads(content)
