"""The report as Markdown, for a comment or a chat: a table for each object."""

import re

from mlplat.drift.render.words import (
    CLASSES,
    by_object,
    counts,
    cut_apart,
    headline,
    object_text,
    place_text,
    together,
    value_text,
    writer_text,
)
from mlplat.drift.report import DriftFinding, DriftReport, Note

_LONGEST = 200
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~&])")


def render(report: DriftReport) -> str:
    """A headline, the numbers, a table for each object, and the notes."""
    lines = [f"## Drift: {headline(report)}", ""]
    if report.findings:
        lines += [f"- **{number}** {cls}: {CLASSES[cls][:1].lower()}{CLASSES[cls][1:]}" for cls, number in
                  counts(report).items()]  # fmt: skip
        lines.append("")
    for name, findings in by_object(together(report.findings)):
        lines += [f"### {_text(object_text(name))}", "", "| | what | declared | live | written by | from |"]
        lines += ["|---|---|---|---|---|---|", *map(_row, findings), ""]
    if report.notes:
        lines += ["<details><summary>Notes</summary>", ""]
        lines += [f"- {note.reason}: {_note(note)}" for note in report.notes]
        lines += ["", "</details>", ""]
    return "\n".join(lines)


def _note(note: Note) -> str:
    about = f"{_text(object_text(note.object))}: " if note.object is not None else ""
    path = f"{_code(note.path)}: " if note.path else ""
    live = f" (now {_code(value_text(note.live))})" if note.live is not None else ""
    count = f" ({note.count} times)" if note.count > 1 else ""
    return f"{about}{path}{_text(note.text)}{live}{count}"


def _row(finding: DriftFinding) -> str:
    one, other = (" ".join(value_text(value).split()) for value in (finding.declared, finding.live))
    declared, live = cut_apart(one, other, _LONGEST)
    cells = (
        finding.cls,
        _code(place_text(finding)),
        _code(declared),
        _code(live),
        _text(writer_text(finding.writer) or finding.detail),
        _code(str(finding.origin) if finding.origin else ""),
    )
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """Text in backticks, in a cell: on one line, shortened, with more backticks around it than are in it."""
    if not text:
        return ""
    line = " ".join(text.split())
    if len(line) > _LONGEST:
        line = line[: _LONGEST - 1] + "…"
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{line}{pad}{fence}".replace("|", "\\|")


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
