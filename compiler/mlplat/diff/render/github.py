"""A report as annotations of a GitHub workflow: one for each object and line that caused something in it.

GitHub shows ten of each level and step: the most destructive come first. An annotation is shown at a line of a file
that the pull request has, or, without a file, in the summary of the run. A line that is gone is shown where it was: at
the line that stands there now, else at the Environment of its folder.
"""

from collections.abc import Sequence

from mlplat.diagnostics.render.github import escape_message, escape_property
from mlplat.diff.render.words import (
    DANGEROUS,
    NOTABLE,
    TITLES,
    alike,
    by_object,
    change_text,
    path_text,
    renamed_text,
    where_text,
)
from mlplat.diff.report import Action, Change, DiffReport


def render(report: DiffReport) -> str:
    """Workflow commands: errors for what is dangerous, warnings for what is worth a look, notices for the rest."""
    lines = [f"::error title=not compared::{escape_message(reason)}" for _, reason in report.not_compared]
    lines += [f"::warning title=renamed::{escape_message(renamed_text(one))}" for one in report.renames]
    for changes in by_object(report.changes).values():
        lines += [_annotation(group) for group in alike(changes)]
    return "".join(f"{line}\n" for line in lines)


def _annotation(changes: Sequence[Change]) -> str:
    """One annotation for changes of one object that have the same effects and causes."""
    change = changes[0]
    level = "error" if change.impact in DANGEROUS else "warning" if change.impact in NOTABLE else "notice"
    properties = [f"title={escape_property(TITLES[change.impact])}"]
    cause = min(change.causes, key=lambda cause: (cause.seen is None, cause.seen != cause.span), default=None)
    if cause is not None and cause.seen is not None:
        place = cause.seen
        properties = [f"file={escape_property(place.file)}", f"line={place.line}", f"col={place.column}", *properties]
    message = _message(change, len(changes) - 1)
    if cause is not None and cause.seen != cause.span:
        message += f"\nby the line that was at {cause}"
    return f"::{level} {','.join(properties)}::{escape_message(message)}"


def _message(change: Change, more: int) -> str:
    where = f" in {where_text(change)}" if change.environments else ""
    what = f"{path_text(change.path)}: {change_text(change)}" if change.action is Action.CHANGED else str(change.action)
    besides = f" and {more} more" if more else ""
    return f"{change.object}{where}: {what}{besides}\n{change.effects[0].why}"
