"""How rules name what they found: a document by kind and name, a place by its dotted path, a list of names."""

import re
from collections.abc import Iterable
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved
from mlplat.diagnostics.suggest import near_misses

MOST = 5
"""Names that are listed at most where one of many could be meant."""


def named(document: Resolved[Any]) -> str:
    """A document as a reader calls it: training job `mnist`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", document.kind).lower()
    return f"{words} `{document.name}`"


def dotted(path: Path) -> str:
    """A place in a document: `spec.env[0].name`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def quoted(names: Iterable[object]) -> str:
    """Names in backticks, in the order given."""
    return ", ".join(f"`{name}`" for name in names)


def suggestion(written: str, known: Iterable[str], what: str) -> str:
    """The help for a name that does not exist: the names it may be meant for, else some of those that there are."""
    names = sorted(known)
    if close := near_misses(written, names):
        return f"did you mean {quoted(close)}?"
    if not names:
        return f"delete `{written}`: there is no {what}"
    more = ", ..." if len(names) > MOST else ""
    return f"use one of the {what}s there are: {quoted(names[:MOST])}{more}"
