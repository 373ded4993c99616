"""`generated/.mlplat`: what was written, so that what people wrote is not lost.

One line for each file, `<sha256>  <path>`, sorted by path, as `sha256sum --check` reads it. A file is ours when its
content is one that the manifest names for its path. After a merge git may leave lines of both sides, or conflict
markers: every line that can be read counts, so what either side's build wrote is known as ours.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

MANIFEST = ".mlplat"
"""Path of the manifest, relative to `generated/`."""

Written = frozenset[tuple[str, str]]
"""Pairs of path and sha256 of content."""

_LINE = re.compile(r"([0-9a-f]{64})  ([^\r\n]+)")
_MARKER = re.compile(r"<{7}|={7}$|>{7}|\|{7}")
_CONFLICT = re.compile(rb"^<{7}.*?^={7}.*?^>{7}", re.MULTILINE | re.DOTALL)


def manifest_text(entries: Iterable[tuple[str, str]]) -> str:
    """The manifest of pairs of path and sha256."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(entries))


def parse_manifest(text: str) -> Written:
    """What a manifest names; lines that are not of its form say nothing."""
    return frozenset((match[2], match[1]) for match in map(_LINE.fullmatch, text.split("\n")) if match)


def unreadable_line(text: str) -> int | None:
    """The number of the first line that is neither of the form nor one of git's conflict markers; None when all are."""
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), start=1):
        if not _LINE.fullmatch(line) and not _MARKER.match(line):
            return number
    return None


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """sha256 of each content, by path."""
    return {path: sha256(content).hexdigest() for path, content in files.items()}


def is_ours(path: str, content: bytes, written: Written) -> bool:
    """True when a build wrote this content there, or git left both sides of a merge in it."""
    return (path, sha256(content).hexdigest()) in written or _CONFLICT.search(content) is not None
