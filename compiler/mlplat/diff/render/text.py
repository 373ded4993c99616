"""A report for a terminal: one block an object, the most destructive first; readable without colour."""

from collections.abc import Iterator, Sequence

from mlplat.diff.impact.effect import Impact
from mlplat.diff.render.words import (
    DANGEROUS,
    NOTABLE,
    SIGNS,
    TITLES,
    alike,
    by_object,
    causes_shown,
    change_text,
    count_text,
    demand_texts,
    headline,
    path_text,
    renamed_text,
    runs_text,
    where_text,
)
from mlplat.diff.report import Action, Change, DiffReport, Total

_RED, _YELLOW, _GREEN, _BOLD, _DIM, _END = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
_SIGN_COLORS = {Action.CREATED: _GREEN, Action.CHANGED: _YELLOW, Action.DELETED: _RED}


def render(report: DiffReport, color: bool = False) -> str:
    """The report as text; `color` adds ANSI colours and nothing else."""
    return "\n".join(_lines(report, _Paint(color))) + "\n"


class _Paint:
    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, text: str, *codes: str) -> str:
        return f"{''.join(codes)}{text}{_END}" if self._color and codes and text else text

    def impact(self, impact: Impact) -> str:
        code = _RED if impact in DANGEROUS else _YELLOW if impact in NOTABLE else _DIM
        return self(TITLES[impact], code)


def _lines(report: DiffReport, paint: _Paint) -> Iterator[str]:
    yield paint(f"{report.old} → {report.new}", _BOLD)
    for _, reason in report.not_compared:
        yield paint(f"not compared: {reason}", _RED)
    for one in report.renames:
        yield paint(renamed_text(one), _YELLOW)
    for (_, action), changes in by_object(report.changes).items():
        yield ""
        yield from _object(action, changes, paint)
    yield ""
    if report.totals:
        yield from _totals(report.totals)
        yield ""
    yield headline(report)


def _object(action: Action, changes: Sequence[Change], paint: _Paint) -> Iterator[str]:
    first = changes[0]
    team = f"  (team {first.team})" if first.team else ""
    reached = {change.environments for change in changes}
    shared = f"  in {where_text(first)}" if len(reached) == 1 and first.environments else ""
    yield f"{paint(SIGNS[action], _SIGN_COLORS[action])} {paint(str(first.object), _BOLD)}{team}{shared}"
    for before, after, where in runs_text(changes):
        yield f"    {before} → {after}{f'  in {where}' if where else ''}"
    for group in alike(changes):
        for change in group if action is Action.CHANGED else ():
            where = f"  in {where_text(change)}" if len(reached) > 1 else ""
            yield f"    {path_text(change.path)}: {change_text(change)}{where}"
        for effect in group[0].effects:
            yield f"      {paint.impact(effect.impact)}: {effect.why}"
        causes, more = causes_shown(group[0])
        for cause, how in causes:
            yield paint(f"      --> {how}{cause}", _DIM) + (f"  {cause.text}" if cause.text else "")
        if more:
            yield paint(f"      {more}", _DIM)


def _totals(totals: Sequence[Total]) -> Iterator[str]:
    """A table whose columns are as wide as what stands in them."""
    rows: list[tuple[str, ...]] = [("environment", "team", "objects", "replicas", "CPU", "memory", "GPUs")]
    for total in totals:
        amounts = (f"{a} → {b}" if a != b else a for _, a, b in demand_texts(total.before, total.after))
        rows.append((total.environment or "-", total.team or "-", count_text(total), *amounts))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
