"""What a result depends on besides the platform's files: this mlplat, its libraries, the Python, the environment."""

import os
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256

import mlplat
from mlplat.cache.folder import SWITCH


def fingerprint(environ: Mapping[str, str]) -> str:
    """Another text for another mlplat (an edited checkout included), library, Python or `MLPLAT_` variable.

    By size and times of the package's files: reading them all would take as long as everything else.
    """
    parts = [sys.version, *_variables(environ)]
    for folder in mlplat.__path__:
        parts += _files(folder)
    for folder in sys.path:
        if os.path.basename(folder) in ("site-packages", "dist-packages"):
            parts.append(f"{folder} {_changed(folder)}")  # installing, upgrading, removing a library changes it
    return sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _variables(environ: Mapping[str, str]) -> list[str]:
    return sorted(f"{name}={value}" for name, value in environ.items() if name.startswith("MLPLAT_") and name != SWITCH)


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _files(folder: str) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _files(entry.path)
        else:
            found = entry.stat()
            yield f"{entry.path} {found.st_size} {found.st_mtime_ns} {found.st_ino}"
