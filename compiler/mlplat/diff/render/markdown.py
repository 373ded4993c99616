"""A report as a comment on a pull request: what is dangerous is open, the rest folded, and never too long to post."""

from collections.abc import Iterator, Sequence
from html import escape

from mlplat.diff.impact.effect import ORDER, Impact
from mlplat.diff.render.words import (
    DANGEROUS,
    SIGNS,
    TITLES,
    alike,
    by_object,
    causes_shown,
    change_text,
    count_text,
    demand_texts,
    path_text,
    renamed_text,
    runs_text,
    where_text,
)
from mlplat.diff.report import Action, Cause, Change, DiffReport, Total

LONGEST = 65_536
"""Characters that GitHub takes for a comment; what is written is measured in bytes, which are never fewer."""

_RESERVE = 1_500
"""Bytes kept for the words that say what was left out."""

_MOST_TOTALS = 6
"""Rows of totals that are shown whatever is in them."""

_MOST_LINES = 60
"""Changes of one object that are listed; a comment is read by people."""


def render(report: DiffReport, longest: int = LONGEST) -> str:
    """The report in GitHub's Markdown, in at most `longest` bytes; what does not fit is counted, by impact."""
    text = "\n".join((*_head(report), "", *_totals(report.totals))) + "\n"
    blocks = list(by_object(report.changes).items())
    for number, ((_, action), changes) in enumerate(blocks):
        block = "\n" + "\n".join(_object(action, changes)) + "\n"
        if len((text + block).encode()) > longest - _RESERVE:
            return (
                text
                + "\n"
                + _left_out([change for _, rest in blocks[number:] for change in rest], len(blocks) - number)
            )
        text += block
    return text


def _head(report: DiffReport) -> Iterator[str]:
    yield f"### What this changes: {_code(report.old)} → {_code(report.new)}"
    yield ""
    for _, reason in report.not_compared:
        yield f"> **Not compared:** {escape(reason)}"
        yield ""
    for one in report.renames:
        yield f"> **Renamed:** {escape(renamed_text(one), quote=False).replace('`', '')}"
        yield ""
    if not report.changes:
        yield "Nothing differs." if report.complete else "Nothing differs in what could be compared."
        return
    yield "| impact | objects | changes |"
    yield "|---|---|---|"
    for impact, count in report.impacts().items():
        objects = {change.object for change in report.changes if any(one.impact is impact for one in change.effects)}
        yield f"| {_title(impact)} | {len(objects)} | {count} |"


def _title(impact: Impact) -> str:
    return f"**{TITLES[impact]}**" if impact in DANGEROUS else TITLES[impact]


def _object(action: Action, changes: Sequence[Change]) -> Iterator[str]:
    first = changes[0]
    worst = min((effect.impact for change in changes for effect in change.effects), key=lambda impact: ORDER[impact])
    where = ", ".join(dict.fromkeys(name for change in changes for name in change.environments))
    about = f"<b>{TITLES[worst]}</b>: {SIGNS[action]} {first.object.kind} {_code(_named(first))}"
    team = f" of team {_code(first.team)}" if first.team else ""
    reached = f" in {escape(where)}" if where else ""
    yield f"<details{' open' if worst in DANGEROUS else ''}><summary>{about}{team}{reached}</summary>"
    yield ""
    for before, after, in_which in runs_text(changes):
        yield f"* {_code(before)} → {_code(after)}{f' in {escape(in_which)}' if in_which else ''}"
    apart = len({change.environments for change in changes}) > 1
    shown = list(changes)[:_MOST_LINES]
    for group in alike(shown):
        for change in group if action is Action.CHANGED else ():
            place = f" in {escape(where_text(change))}" if apart else ""
            yield f"* {_code(path_text(change.path))}: {_code(change_text(change))}{place}"
        inner = "  " if action is Action.CHANGED else ""
        for effect in group[0].effects:
            yield f"{inner}* {_title(effect.impact)}: {escape(effect.why, quote=False).replace('`', '')}"
        causes, more = causes_shown(group[0])
        for cause, how in causes:
            yield f"{inner}* {how}caused by {_cause(cause)}"
        if more:
            yield f"{inner}* {more}"
    if len(changes) > len(shown):
        yield f"* and {len(changes) - len(shown)} more changes of this object"
    yield ""
    yield "</details>"


def _cause(cause: Cause) -> str:
    return f"{_code(str(cause))} {_code(cause.text)}" if cause.text else _code(str(cause))


def _named(change: Change) -> str:
    name = change.object
    return f"{name.namespace}/{name.name}" if name.namespace else name.name


def _totals(totals: Sequence[Total]) -> Iterator[str]:
    """Where amounts change; where they stay, folded if that is long."""
    changed = [total for total in totals if total.before != total.after]
    same = [total for total in totals if total.before == total.after]
    if len(totals) <= _MOST_TOTALS:
        changed, same = list(totals), []
    if changed:
        yield from _table(changed)
        yield ""
    if same:
        yield f"<details><summary>{len(same)} more rows, in which the amounts stay as they are</summary>"
        yield ""
        yield from _table(same)
        yield ""
        yield "</details>"


def _table(totals: Sequence[Total]) -> Iterator[str]:
    yield "| environment | team | objects | replicas | CPU | memory | GPUs |"
    yield "|---|---|---|---|---|---|---|"
    for total in totals:
        amounts = (f"{a} → **{b}**" if a != b else a for _, a, b in demand_texts(total.before, total.after))
        cells = (total.environment or "-", total.team or "-", count_text(total), *amounts)
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _left_out(changes: Sequence[Change], objects: int) -> str:
    counts: dict[Impact, int] = {}
    for change in changes:
        counts[change.impact] = counts.get(change.impact, 0) + 1
    said = ", ".join(f"{counts[impact]} {TITLES[impact]}" for impact in Impact if impact in counts)
    return (
        f"**Cut here:** {len(changes)} more changes of {objects} objects do not fit into a comment: {said}. "
        "`mlplat diff` prints all of them.\n"
    )


_SPECIAL = {ord(character): f"&#{ord(character)};" for character in "\\`*_~[]<>|!&"}
"""Markdown is read inside of HTML elements too."""


def _code(text: str) -> str:
    """A text that Markdown leaves alone, whatever is in it."""
    return f"<code>{text.replace(chr(10), ' ').translate(_SPECIAL)}</code>"
