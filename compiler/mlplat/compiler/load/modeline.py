"""The comments by which editors find a schema: `# yaml-language-server: $schema=.../queue.override.json`.

A modeline is read for one thing: a schema `<kind>.override.json` says that the documents below it, up to the next
modeline, complete inherited ones. Nothing that is built depends on it; where nothing is inherited it is a finding.
"""

import re
from collections.abc import Sequence

from mlplat.diagnostics import Span

# At the start of a line: there no text of several lines can stand, whose lines are indented.
_MODELINE = re.compile(r"#\s+yaml-language-server\s*:.*?\$schema=(?P<schema>\S+)")
_OVERRIDE = ".override.json"


def override_modelines(text: str, path: str) -> tuple[tuple[int, Span | None], ...]:
    """The modelines of a file in order: the line of each and, when it names a schema for overrides, its place."""
    if "yaml-language-server" not in text:
        return ()
    found: list[tuple[int, Span | None]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        modeline = _MODELINE.match(line)
        if modeline is not None:
            start, end = modeline.span("schema")
            overrides = modeline["schema"].endswith(_OVERRIDE)
            found.append((number, Span(path, number, start + 1, number, end + 1) if overrides else None))
    return tuple(found)


def nearest(modelines: Sequence[tuple[int, Span | None]], line: int) -> Span | None:
    """Where the modeline above a line names a schema for overrides; None when it does not, or there is none."""
    above = [place for number, place in modelines if number <= line]
    return above[-1] if above else None
