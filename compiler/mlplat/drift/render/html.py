"""The report as one HTML file: complete without a network, readable without JavaScript, filtered with it.

The page may run only the style and the script that it carries: its content policy names their hashes, so that no value
of a cluster can ever become code.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from mlplat.diagnostics.version import VERSION
from mlplat.drift.render.words import (
    by_object,
    counts,
    headline,
    object_text,
    place_text,
    value_lines,
    value_text,
    writer_text,
)
from mlplat.drift.report import Cause, Confidence, DriftClass, DriftFinding, DriftReport, Note, ObjectName

_NOBODY = "unknown"


def render(report: DriftReport) -> str:
    """The whole page."""
    style, script = _part("report.css"), _part("report.js")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'"
    title = f"Drift of {report.environment}" if report.environment else "Drift"
    return "".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n',
            f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n",
            _header(report, title),
            _filters(report),
            "<main>\n",
            *(_object(name, findings) for name, findings in by_object(report.findings)),
            _nothing(report),
            "</main>\n",
            _notes(report.notes),
            f"<footer>mlplat {escape(VERSION)}</footer>\n<script>{script}</script>\n</body>\n</html>\n",
        )
    )


@cache
def _part(name: str) -> str:
    return files("mlplat.drift.render").joinpath(name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _header(report: DriftReport, title: str) -> str:
    state = "drift" if report.findings and any(map(_is_drift, report.findings)) else "sync"
    if state == "sync" and not report.complete:
        state = "incomplete"
    facts = {
        "Cluster": report.cluster or "a dump",
        "Time": report.started or "",
        "API requests": str(report.calls) if report.calls else "",
        "Took": f"{report.seconds:.1f} s" if report.seconds else "",
    }
    tiles = [("objects declared", report.objects, ""), ("in sync", report.in_sync, "good")]
    tiles += [(str(cls), number, f"class-{cls}") for cls, number in counts(report).items()]
    return (
        f'<header class="{state}">\n<h1>{escape(title)}</h1>\n<p class="headline">{_sentence(headline(report))}</p>\n'
        f'<dl class="facts">{"".join(_fact(*fact) for fact in facts.items() if fact[1])}</dl>\n'
        f'<ul class="tiles">{"".join(_tile(*tile) for tile in tiles)}</ul>\n</header>\n'
    )


def _sentence(text: str) -> str:
    """Escaped, with backticks as code, the first letter large and a full stop."""
    parts = escape(text[:1].upper() + text[1:]).split("`")
    return "".join(part if index % 2 == 0 else f"<code>{part}</code>" for index, part in enumerate(parts)) + "."


def _fact(name: str, value: str) -> str:
    return f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>"


def _tile(name: str, number: int, style: str) -> str:
    return f'<li class="{style}"><b>{number}</b> {escape(name)}</li>'


def _is_drift(finding: DriftFinding) -> bool:
    return finding.cls is not DriftClass.NOT_COMPARABLE


def _filters(report: DriftReport) -> str:
    """Hidden until the script shows it: without one it could do nothing."""
    if len(report.findings) < 2:
        return ""
    classes = "".join(
        f'<label class="chip class-{cls}"><input type="checkbox" name="class" value="{cls}" checked> {cls} '
        f"<b>{number}</b></label>"
        for cls, number in counts(report).items()
    )
    managers = _select("manager", "Written by", (_manager(finding) for finding in report.findings))
    teams = _select("team", "Team", (finding.team or "" for finding in report.findings if finding.team))
    return (
        f'<form id="filters" hidden>\n<div class="chips">{classes}</div>\n{managers}{teams}'
        '<label class="search">Search <input type="search" name="text" placeholder="name, path or value"></label>\n'
        '<output id="shown"></output>\n</form>\n'
    )


def _select(name: str, label: str, values: Iterable[str]) -> str:
    found = sorted(set(values))
    if len(found) < 2:
        return ""
    options = "".join(f'<option value="{escape(value)}">{escape(value)}</option>' for value in found)
    return f'<label>{label} <select name="{name}"><option value="">all</option>{options}</select></label>\n'


def _manager(finding: DriftFinding) -> str:
    return finding.writer.manager or _NOBODY


def _object(name: ObjectName, findings: Sequence[DriftFinding]) -> str:
    teams = sorted({finding.team for finding in findings if finding.team})
    team = f'<span class="team">{escape(", ".join(teams))}</span>' if teams else ""
    return (
        f'<section class="object">\n<h2>{escape(object_text(name))} '
        f"<small>{escape(name.api_version)}</small>{team}</h2>\n{''.join(map(_finding, findings))}</section>\n"
    )


def _finding(finding: DriftFinding) -> str:
    facts = {
        "Written by": _writer(finding),
        "Cause": "" if finding.cause is Cause.UNKNOWN else escape(str(finding.cause)),
        "Declared at": f"<code>{escape(str(finding.origin))}</code>" if finding.origin else "",
        "Generated": f"<code>{escape(finding.generated)}</code>" if finding.generated else "",
        "": escape(finding.detail),
    }
    listed = "".join(
        f"<div><dt>{label}</dt><dd>{value}</dd></div>" if label else f'<div class="detail"><dd>{value}</dd></div>'
        for label, value in facts.items()
        if value
    )
    return (
        f'<article class="finding class-{finding.cls}" data-class="{finding.cls}" '
        f'data-manager="{escape(_manager(finding))}" data-team="{escape(finding.team or "")}">\n'
        f'<h3><span class="badge">{finding.cls}</span> <code>{escape(place_text(finding))}</code></h3>\n'
        f'{_values(finding)}<dl class="facts">{listed}</dl>\n</article>\n'
    )


def _writer(finding: DriftFinding) -> str:
    text = writer_text(finding.writer)
    if not text:
        return ""
    manager = escape(finding.writer.manager or "")
    rest = escape(text[len(finding.writer.manager or "") :])
    unsure = ' <span class="unsure">(not certain)</span>' if finding.confidence is Confidence.LOW else ""
    return f"<b>{manager}</b>{rest}{unsure}"


def _values(finding: DriftFinding) -> str:
    if finding.cls is DriftClass.NOT_COMPARABLE:
        return ""
    declared = None if finding.cls in (DriftClass.EXTRA_FIELD, DriftClass.ORPHAN) else finding.declared
    live = None if finding.cls is DriftClass.MISSING else finding.live
    if finding.cls in (DriftClass.MISSING, DriftClass.ORPHAN) and declared is None and live is None:
        return ""
    return (
        f'<div class="sides"><div class="declared"><h4>declared</h4>{_value(declared)}</div>'
        f'<div class="live"><h4>live</h4>{_value(live)}</div></div>\n'
    )


def _value(value: object) -> str:
    if value is None:
        return '<p class="absent">not there</p>'
    return f"<pre>{escape(chr(10).join(value_lines(value)))}</pre>"


def _nothing(report: DriftReport) -> str:
    if report.findings:
        return '<p id="none" hidden>Nothing fits the filters.</p>\n'
    return '<p class="calm">Everything that is declared is in the cluster as it is declared.</p>\n'


def _notes(notes: Sequence[Note]) -> str:
    if not notes:
        return ""
    items = "".join(
        f'<li><span class="badge">{escape(note.reason)}</span> {_about(note)}{escape(note.text)}'
        f"{f' <small>({note.count} times)</small>' if note.count > 1 else ''}</li>\n"
        for note in notes
    )
    what = f"{len(notes)} note{'s' if len(notes) != 1 else ''}: no drift, worth knowing"
    return f'<details class="notes"><summary>{what}</summary>\n<ul>\n{items}</ul></details>\n'


def _about(note: Note) -> str:
    if note.object is None:
        return ""
    path = f" <code>{escape(note.path)}</code>" if note.path else ""
    live = f" = <code>{escape(value_text(note.live))}</code>" if note.live is not None else ""
    return f"<b>{escape(object_text(note.object))}</b>{path}{live}: "
