"""The report as one HTML file: complete without a network, readable without JavaScript, filtered with it."""

from collections.abc import Sequence
from html import escape
from importlib.resources import files

from mlplat.diagnostics.page import chip, fact, filters, page, select, sentence, tile
from mlplat.drift.render.words import (
    by_object,
    counts,
    headline,
    object_text,
    place_text,
    together,
    value_lines,
    value_text,
    writer_text,
)
from mlplat.drift.report import Cause, Confidence, DriftClass, DriftFinding, DriftReport, Note, ObjectName

_NOBODY = "unknown"


def render(report: DriftReport) -> str:
    """The whole page."""
    title = f"Drift of {report.environment}" if report.environment else "Drift"
    style = files("mlplat.drift.render").joinpath("report.css").read_text(encoding="utf-8").strip()
    body = (
        _header(report, title),
        _filters(report),
        "<main>\n",
        *(_object(name, findings) for name, findings in by_object(together(report.findings))),
        _nothing(report),
        "</main>\n",
        _notes(report.notes),
    )
    return page(title, body, style)


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
        f'<header class="{state}">\n<h1>{escape(title)}</h1>\n<p class="headline">{sentence(headline(report))}</p>\n'
        f'<dl class="facts">{"".join(fact(*entry) for entry in facts.items() if entry[1])}</dl>\n'
        f'<ul class="tiles">{"".join(tile(*entry) for entry in tiles)}</ul>\n</header>\n'
    )


def _is_drift(finding: DriftFinding) -> bool:
    return finding.cls is not DriftClass.NOT_COMPARABLE


def _filters(report: DriftReport) -> str:
    if len(report.findings) < 2:
        return ""
    chips = (chip("class", str(cls), number) for cls, number in counts(report).items())
    managers = select("manager", "Written by", (_manager(finding) for finding in report.findings))
    teams = select("team", "Team", (finding.team or "" for finding in report.findings if finding.team))
    return filters(chips, (managers, teams))


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
        f'<div class="sides"><div class="before"><h4>declared</h4>{_value(declared)}</div>'
        f'<div class="after"><h4>live</h4>{_value(live)}</div></div>\n'
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
