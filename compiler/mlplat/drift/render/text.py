"""The report for people: a table by object, in each object by who changed it."""

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from mlplat.diagnostics.mask import MASK
from mlplat.drift.explain import words_for
from mlplat.drift.render.words import cut_apart, together, writer_text
from mlplat.drift.report import (
    Cause,
    Confidence,
    DriftClass,
    DriftFinding,
    DriftReport,
    Note,
    NoteReason,
    ObjectName,
)

_WIDEST = 60
"""Characters of a value that are shown on its line."""

_UNTOLD = {
    Cause.PENDING_SYNC: "not synced yet",
    Cause.STALE: "written by the applier once; nothing declares it any more",
    Cause.UNKNOWN: "nobody can tell who",
}


def render(report: DriftReport) -> str:
    """The table, ending without a line feed."""
    lines: list[str] = []
    for name, group in groupby(together(report.findings), key=lambda finding: finding.object):
        lines += _object(name, list(group))
    notes = [note for note in report.notes if note.reason is not NoteReason.EXPLAINED]
    if notes:
        lines.append("Notes")
        lines += [f"  {_note(note)}" for note in notes]
        lines.append("")
    return "\n".join((*lines, summary(report)))


def summary(report: DriftReport) -> str:
    """One line: how many objects, how many of them differ, what could not be compared."""
    classes = [finding.cls for finding in report.findings]
    counts = [f"{classes.count(cls)} {cls}" for cls in DriftClass if cls in classes]
    objects = f"{report.objects} object{'s' * (report.objects != 1)}"
    explained = sum(report.explained.values())
    beside = f"; {explained} live-only fields explained" if explained else ""
    if not counts:
        return f"in sync: {objects}{beside}"
    return f"{objects}, {report.in_sync} in sync: {', '.join(counts)}{beside}"


def _object(name: ObjectName, findings: Sequence[DriftFinding]) -> list[str]:
    first = findings[0]
    where = f"  ({first.generated})" if first.generated else ""
    lines = [f"{title(name)}{where}"]
    ordered = sorted(findings, key=lambda one: _who(one))
    for who, group in groupby(ordered, key=_who):
        if who:
            lines.append(f"  {who}")
        lines += [line for finding in group for line in _finding(finding)]
    return [*lines, ""]


def title(name: ObjectName) -> str:
    """An object in one line: kind, group, namespace, name."""
    if not name.api_version:
        return name.kind
    group = name.api_version.rpartition("/")[0]
    kind = f"{name.kind}.{group}" if group else name.kind
    if name.name is None:
        return f"{kind} (all)" if name.namespace is None else f"{kind} in {name.namespace}"
    return f"{kind} {name.namespace}/{name.name}" if name.namespace else f"{kind} {name.name}"


def _who(finding: DriftFinding) -> str:
    if finding.cls is DriftClass.NOT_COMPARABLE:
        return ""
    writer = writer_text(finding.writer)
    if not writer:
        return "" if _is_object(finding) else _UNTOLD.get(finding.cause, "nobody can tell who")
    doubt = ", probably" if finding.confidence is Confidence.LOW else ""
    said = f" ({_UNTOLD[finding.cause]})" if finding.cause in (Cause.PENDING_SYNC, Cause.STALE) else ""
    return f"{writer}{doubt}{said}"


def _is_object(finding: DriftFinding) -> bool:
    """True for a finding about a whole object that is not there."""
    return finding.cls is DriftClass.MISSING and not finding.pointer


def _finding(finding: DriftFinding) -> list[str]:
    place = f"  <- {finding.origin}" if finding.origin is not None else ""
    match finding.cls:
        case DriftClass.MISSING if _is_object(finding):
            return [f"    missing: declared, and not in the cluster{place}"]
        case DriftClass.MISSING:
            return [f"    - {finding.path}: {_value(finding.declared)}{place}"]
        case DriftClass.ORPHAN:
            return [f"    orphan: in the cluster, and declared no more{place}"]
        case DriftClass.NOT_COMPARABLE:
            return [f"    not comparable: {finding.detail}"]
        case DriftClass.EXTRA_FIELD:
            return [f"    + {finding.path}: {_value(finding.live)}{place}"]
    declared, live = cut_apart(_whole(finding.declared), _whole(finding.live), _WIDEST)
    lines = [f"    ~ {finding.path}: {declared} -> {live}{place}"]
    if isinstance(finding.declared, dict | list) and isinstance(finding.live, dict | list):
        lines += [f"        {line}" for line in words_for(finding.declared, finding.live)]
    return lines


def _value(value: Any) -> str:
    text = _whole(value)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."


def _whole(value: Any) -> str:
    if value is None:
        return "(none)"
    if value == MASK:
        return MASK
    return value if isinstance(value, str) and value.isprintable() and value else json.dumps(value, ensure_ascii=False)


def _note(note: Note) -> str:
    where = f"{title(note.object)}: " if note.object is not None else ""
    path = f"{note.path}: " if note.path else ""
    live = f" (now {_value(note.live)})" if note.live is not None else ""
    count = f" ({note.count} times)" if note.count > 1 else ""
    return f"{note.reason}: {where}{path}{note.text}{live}{count}"
