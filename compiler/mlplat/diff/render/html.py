"""The report as one HTML file: both states side by side, filtered by impact, environment and team."""

import json
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from mlplat.compare.difference import ABSENT
from mlplat.diagnostics.page import chip, fact, filters, page, select, sentence, tile
from mlplat.diff.impact.effect import Effect, Impact
from mlplat.diff.render.words import (
    SIGNS,
    TITLES,
    alike,
    by_object,
    causes_shown,
    count_text,
    demand_texts,
    headline,
    renamed_text,
    runs_text,
)
from mlplat.diff.report import Action, Cause, Change, DiffReport, ObjectName, Total

_NOBODY = "no team"


def render(report: DiffReport) -> str:
    """The whole page."""
    style = files("mlplat.diff.render").joinpath("report.css").read_text(encoding="utf-8").strip()
    body = (
        _header(report),
        _filters(report),
        "<main>\n",
        *(_object(name, action, found) for (name, action), found in by_object(report.changes).items()),
        _nothing(report),
        "</main>\n",
    )
    return page("What this changes", body, style)


def _header(report: DiffReport) -> str:
    state = "" if report.changes or not report.complete else "sync"
    tiles = "".join(tile(TITLES[impact], count, f"class-{impact}") for impact, count in report.impacts().items())
    missing = "".join(f'<p class="missing">Not compared: {sentence(reason)}</p>\n' for _, reason in report.not_compared)
    missing += "".join(f'<p class="renamed">{sentence(renamed_text(one))}</p>\n' for one in report.renames)
    return (
        f'<header class="{state}">\n<h1>What this changes</h1>\n'
        f'<dl class="facts">{fact("Old", report.old)}{fact("New", report.new)}</dl>\n{missing}'
        f'<p class="headline">{sentence(headline(report).partition(":")[0])}</p>\n'
        f'<ul class="tiles">{tiles}</ul>\n{_totals(report.totals)}</header>\n'
    )


def _totals(totals: Sequence[Total]) -> str:
    if not totals:
        return ""
    names = (
        "environment",
        "team",
        "objects",
        *(name for name, _, _ in demand_texts(totals[0].before, totals[0].after)),
    )
    head = "".join(f"<th>{name}</th>" for name in names)
    rows = "".join(f"<tr>{''.join(_cells(total))}</tr>\n" for total in totals)
    return f'<div class="totals"><table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table></div>\n'


def _cells(total: Total) -> Iterator[str]:
    for text in (total.environment or "-", total.team or "-", count_text(total)):
        yield f"<td>{escape(text)}</td>"
    for _, before, after in demand_texts(total.before, total.after):
        yield f"<td>{before} → <b>{after}</b></td>" if before != after else f"<td>{before}</td>"


def _filters(report: DiffReport) -> str:
    if len(report.changes) < 2:
        return ""
    chips = (chip("impact", str(impact), count, TITLES[impact]) for impact, count in report.impacts().items())
    environments = select("environment", "Environment", (e for change in report.changes for e in change.environments))
    teams = select("team", "Team", (change.team or _NOBODY for change in report.changes))
    return filters(chips, (environments, teams))


def _object(name: ObjectName, action: Action, changes: Sequence[Change]) -> str:
    team = f'<span class="team">{escape(changes[0].team)}</span>' if changes[0].team else ""
    sign = f'<span class="sign {action}">{SIGNS[action]}</span>'
    return (
        f'<section class="object">\n<h2>{sign} {escape(str(name))} <small>{escape(name.api_version)} {action}</small>'
        f"{team}</h2>\n{_runs(changes)}{''.join(_finding(group) for group in alike(changes))}</section>\n"
    )


def _runs(changes: Sequence[Change]) -> str:
    runs = runs_text(changes)
    facts = "".join(fact(escape(where or "run"), f"{before} → {after}") for before, after, where in runs)
    return f'<dl class="facts runs">{facts}</dl>\n' if facts else ""


def _finding(changes: Sequence[Change]) -> str:
    """Changes of one object that have the same effects, causes and environments."""
    first = changes[0]
    impacts = [str(effect.impact) for effect in first.effects]
    data = {
        "impact": "\n".join(impacts),
        "environment": "\n".join(first.environments),
        "team": first.team or _NOBODY,
    }
    attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items())
    reached = "".join(f'<span class="reached">{escape(name)}</span>' for name in first.environments)
    shown, more = causes_shown(first)
    causes = "".join(_cause(cause, how) for cause, how in shown)
    causes += f'<p class="cause">{sentence(more)}</p>\n' if more else ""
    return (
        f'<article class="finding class-{first.impact}" {attributes}>\n'
        f'<div class="effects">{"".join(map(_effect, first.effects))}{reached}</div>\n'
        f"{''.join(map(_values, changes))}{causes}</article>\n"
    )


def _effect(effect: Effect) -> str:
    source = f' title="{escape(effect.source)}"' if effect.source else ""
    badge = f'<span class="badge class-{effect.impact}"{source}>{TITLES[effect.impact]}</span>'
    return f"<p>{badge} {sentence(effect.why)}</p>"


def _values(change: Change) -> str:
    """Both states of a value side by side; a whole object that comes or goes is folded."""
    if change.action is not Action.CHANGED:
        body = change.new if change.action is Action.CREATED else change.old
        side = "after" if change.action is Action.CREATED else "before"
        return (
            f'<details class="whole"><summary>the whole object</summary><div class="{side}">{_value(body)}</div>'
            "</details>\n"
        )
    if change.impact is Impact.QUOTA_EXCEEDED:
        return f"<h3><code>{escape(change.path)}</code></h3>\n"
    return (
        f"<h3><code>{escape(change.path)}</code></h3>\n"
        f'<div class="sides"><div class="before"><h4>old</h4>{_value(change.old)}</div>'
        f'<div class="after"><h4>new</h4>{_value(change.new)}</div></div>\n'
    )


def _value(value: Any) -> str:
    if value is ABSENT:
        return '<p class="absent">not there</p>'
    text = value if isinstance(value, str) and value else json.dumps(value, indent=2, ensure_ascii=False)
    return f"<pre>{escape(text)}</pre>"


def _cause(cause: Cause, how: str) -> str:
    text = f" <code>{escape(cause.text)}</code>" if cause.text else ""
    return (
        f'<p class="cause">{f"{how}caused by".capitalize()} <code class="place">{escape(str(cause))}</code>{text}</p>\n'
    )


def _nothing(report: DiffReport) -> str:
    if report.changes:
        return '<p id="none" hidden>Nothing fits the filters.</p>\n'
    return f'<p class="calm">{sentence(headline(report))}</p>\n'
