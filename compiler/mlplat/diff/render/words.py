"""How values, objects and amounts are said, in every format for people."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mlplat.compare.difference import ABSENT
from mlplat.diagnostics.mask import MASK
from mlplat.diff.impact.effect import Impact
from mlplat.diff.report import Action, Cause, Change, Demand, DiffReport, ObjectName, Renamed, Total
from mlplat.objects.quantity import Format, Quantity
from mlplat.schema.environment import Environment

SIGNS = {Action.CREATED: "+", Action.CHANGED: "~", Action.DELETED: "-"}

TITLES = {
    Impact.DATA_LOSS: "data loss",
    Impact.IMMUTABLE: "must be recreated",
    Impact.PERMISSION_WIDENED: "permission widened",
    Impact.NETWORK_OPENED: "network opened",
    Impact.SERVING_INTERRUPTION: "serving interruption",
    Impact.WORKLOAD_STOPPED: "workload stopped",
    Impact.NEW_RUN: "new run",
    Impact.QUOTA_EXCEEDED: "quota exceeded",
    Impact.UNKNOWN: "unknown",
    Impact.ROLLING_RESTART: "rolling restart",
    Impact.SECRET_CHANGED: "secret reference changed",
    Impact.IMAGE_CHANGED: "image changed",
    Impact.PERMISSION_NARROWED: "permission narrowed",
    Impact.NETWORK_CLOSED: "network closed",
    Impact.SCALED: "scaled",
    Impact.LATER_PODS: "later pods",
    Impact.METADATA_ONLY: "metadata only",
    Impact.NOTHING: "nothing that runs",
}
"""Impacts in words."""

DANGEROUS = frozenset(
    {
        Impact.DATA_LOSS,
        Impact.IMMUTABLE,
        Impact.PERMISSION_WIDENED,
        Impact.NETWORK_OPENED,
        Impact.SERVING_INTERRUPTION,
        Impact.WORKLOAD_STOPPED,
    }
)
"""What is shown in red."""

NOTABLE = frozenset(
    {
        Impact.NEW_RUN,
        Impact.QUOTA_EXCEEDED,
        Impact.UNKNOWN,
        Impact.ROLLING_RESTART,
        Impact.SECRET_CHANGED,
        Impact.IMAGE_CHANGED,
    }
)
"""What is shown in yellow."""


def value_text(value: Any, longest: int = 120) -> str:
    """A value on one line: text as it is where that cannot be misread, anything else as JSON."""
    if value is ABSENT:
        return "(none)"
    plain = isinstance(value, str) and value and value.strip() == value and "\n" not in value
    text = value if plain else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def change_text(change: Change) -> str:
    """What changed: `old → new`, or only the side that there is."""
    if change.old is ABSENT:
        return f"added {value_text(change.new)}"
    if change.new is ABSENT:
        return f"removed {value_text(change.old)}"
    if change.old == change.new:
        text = value_text(change.new)  # of a quota, or of a value of which what differs is masked
        return f"{text}, another one" if MASK in text else text
    return f"{value_text(change.old)} → {value_text(change.new)}"


_STEP = re.compile(r"\.?(?:\[[^\]]*\]|[^.\[])+")
_LONGEST_PATH = 120
_FIRST_STEPS = 3


def path_text(path: str) -> str:
    """A path with its middle left out where it is long: what it ends with is what changed."""
    steps = _STEP.findall(path)
    if len(path) <= _LONGEST_PATH or len(steps) <= _FIRST_STEPS or "".join(steps) != path:
        return path
    last: list[str] = []
    for step in reversed(steps[_FIRST_STEPS:]):
        if last and len("".join((*steps[:_FIRST_STEPS], step, *last))) > _LONGEST_PATH:
            return f"{''.join(steps[:_FIRST_STEPS])}…{''.join(last)}"
        last.insert(0, step)
    return path


def runs_text(changes: Iterable[Change]) -> Iterator[tuple[str, str, str]]:
    """Runs that get another name: the old one, the new one, and in which environments."""
    places: dict[tuple[str, str], dict[str, None]] = {}
    for change in changes:
        for environment, (old, new) in change.runs.items():
            if old is not None and new is not None:
                places.setdefault((old, new), {})[environment] = None
    for (old, new), environments in places.items():
        yield old, new, ", ".join(name for name in environments if name)


def where_text(change: Change) -> str:
    """The environments that a change reaches; empty for manifests."""
    return ", ".join(change.environments)


def by_object(changes: Iterable[Change]) -> Mapping[tuple[ObjectName, Action], list[Change]]:
    """Changes by their object, in the order of each object's most destructive one."""
    groups: dict[tuple[ObjectName, Action], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.object, change.action), []).append(change)
    return groups


_MOST_CAUSES = 6
"""Lines that are shown of one change; `-o json` has all."""


def causes_shown(change: Change) -> tuple[tuple[tuple[Cause, str], ...], str]:
    """The causes of a change for people, each with what is to be said before it, and what is said after the last."""
    shown = change.causes[:_MOST_CAUSES]
    left = len(change.causes) - len(shown)
    after = f"and {left} more line{'s' * (left != 1)}" if left else ""
    return tuple((cause, "" if cause.certain else "probably ") for cause in shown), after


def alike(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Changes of one object that follow each other and have the same effects, causes and environments."""
    group: list[Change] = []
    for change in changes:
        if group and _said(group[0]) != _said(change):
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _said(change: Change) -> tuple[object, ...]:
    return change.effects, change.causes, change.environments


def memory_text(amount: int) -> str:
    """Bytes as Kubernetes writes them."""
    return str(Quantity(amount * 10**9, Format.BINARY))


def cpu_text(milli: int) -> str:
    """Thousandths of a core as cores: `1.5`."""
    return f"{milli / 1000:g}"


def demand_texts(before: Demand, after: Demand) -> list[tuple[str, str, str]]:
    """What pods ask for: name, before, after; one entry for each number."""
    return [
        ("replicas", str(before.replicas), str(after.replicas)),
        ("CPU", cpu_text(before.milli_cpu), cpu_text(after.milli_cpu)),
        ("memory", memory_text(before.memory), memory_text(after.memory)),
        ("GPUs", str(before.gpus), str(after.gpus)),
    ]


def count_text(total: Total) -> str:
    """Objects of a total: `1 created, 2 changed`."""
    counts = ((total.created, "created"), (total.changed, "changed"), (total.deleted, "deleted"))
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing"


def renamed_text(one: Renamed) -> str:
    """What it means that something has another name, and that nothing is carried over by it."""
    what = f"{one.kind} `{one.new}` is `{one.old}` under another name"
    if one.kind == Environment.kind_name:
        hands = _counted(one.objects, "object has the same name", "objects have the same names")
        return f"{what}: {hands} in the same cluster, and {'changes' if one.objects == 1 else 'change'} hands"
    told = []
    if one.claims:
        told.append(f"what {_counted(one.claims, 'claim holds', 'claims hold')} stays behind")
    if one.runs:
        told.append(_counted(one.runs, "run starts anew", "runs start anew"))
    where = f" in {', '.join(one.environments)}" if one.environments else ""
    again = _counted(one.objects, "object is made again", "objects are made again")
    return f"{what}{where}: {again}, and nothing is moved{': ' if told else ''}{', '.join(told)}"


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def headline(report: DiffReport) -> str:
    """The whole report in one line."""
    if not report.changes:
        return "nothing differs" if report.complete else "nothing differs in what could be compared"
    impacts = ", ".join(f"{count} {TITLES[impact]}" for impact, count in report.impacts().items())
    count = len(report.changes)
    return f"{count} change{'s' * (count != 1)}: {impacts}"
