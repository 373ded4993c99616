"""The cache's folder: where it is, and entries that are whole or not there.

`$XDG_CACHE_HOME/mlplat`, else `~/.cache/mlplat`; `MLPLAT_CACHE=off` switches it off. Nothing here ever fails: what
cannot be read or written was never there.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

SWITCH = "MLPLAT_CACHE"
"""Environment variable: `off` neither reads nor writes the cache."""

MOST_ENTRIES = 64
MOST_BYTES = 64 * 1024 * 1024
"""What is kept; an entry of 10,000 files has 1 MiB. The entries that were not used longest go first."""


def cache_folder(environ: Mapping[str, str], repository: str) -> str | None:
    """The folder of the cache; None when it is switched off, there is no home, or it would lie in the repository."""
    if environ.get(SWITCH, "").lower() == "off":
        return None
    named = environ.get("XDG_CACHE_HOME", "")
    home = environ.get("HOME", "") or os.path.expanduser("~")
    base = named if os.path.isabs(named) else os.path.join(home, ".cache")
    if not os.path.isabs(base):
        return None
    folder = os.path.join(os.path.realpath(base), "mlplat")
    return None if folder.startswith(os.path.join(repository, "")) else folder


def read_entry(folder: str, name: str) -> Any:
    """What was stored under a name; None when there is nothing, or not exactly what was written."""
    path = os.path.join(folder, name)
    try:
        with open(path, "rb") as file:
            head, _, content = file.read().partition(b"\n")
        if head.decode("ascii", "replace") != sha256(content).hexdigest():
            return None
        value = json.loads(content)
        os.utime(path)  # used now: `_evict` takes the oldest
    except (OSError, ValueError, RecursionError):
        return None
    return value


def write_entry(folder: str, name: str, value: Any) -> None:
    """Store JSON data under a name, readable by the user alone; a reader finds the old entry or the new one."""
    content = json.dumps(value, separators=(",", ":")).encode("utf-8", "surrogatepass")
    temporary = None
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".new-", dir=folder)  # mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(sha256(content).hexdigest().encode() + b"\n" + content)
        os.replace(temporary, os.path.join(folder, name))
        _evict(folder)
    except OSError:
        if temporary is not None:
            _remove(temporary)


def _evict(folder: str) -> None:
    """Delete entries above the limits, and what killed processes left."""
    with os.scandir(folder) as entries:
        found = sorted((entry.stat().st_mtime_ns, entry.stat().st_size, entry.path) for entry in entries)
    kept_bytes = 0
    for number, (_, size, path) in enumerate(reversed(found)):
        kept_bytes += size
        if number >= MOST_ENTRIES or kept_bytes > MOST_BYTES:
            _remove(path)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
