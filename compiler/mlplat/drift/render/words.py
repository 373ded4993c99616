"""How objects, values and writers are written, the same in every format for people."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from mlplat.cluster.live import Unread
from mlplat.drift.report import DriftClass, DriftFinding, DriftReport, ObjectName, Writer

CLASSES: Mapping[DriftClass, str] = {
    DriftClass.CHANGED: "A declared field has another value in the cluster",
    DriftClass.MISSING: "A declared object or field is not in the cluster",
    DriftClass.EXTRA_FIELD: "The cluster has a field that nothing declares",
    DriftClass.ORPHAN: "The cluster has an object of the environment that nothing declares",
    DriftClass.NOT_COMPARABLE: "Something could not be read, so nothing is known of it",
}
"""Every class in the order in which it is shown, with what it means."""


def object_text(name: ObjectName) -> str:
    """`Deployment vision/web`, `ClusterQueue shared`, or `Secret` for a whole kind."""
    place = f"{name.namespace}/{name.name}" if name.namespace and name.name else name.namespace or name.name
    return f"{name.kind} {place}" if place else name.kind


def value_text(value: Any) -> str:
    """One line of JSON, and text without quotes where it cannot be taken for anything else; "" for no value."""
    if value is None:
        return ""
    if isinstance(value, str):
        value = value[:]  # a masked one is equal to nothing but itself; its text is plain
    if isinstance(value, str) and value and value.strip() == value and value.isprintable() and not _ambiguous(value):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=False)


def _ambiguous(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return text[0] in '[{"'
    return True


def cut_apart(one: str, other: str, widest: int) -> tuple[str, str]:
    """Two texts, each in `widest` characters or less: from their beginning where they differ there, else from a little
    before the place where they begin to differ."""
    if max(len(one), len(other)) <= widest:
        return one, other
    same = next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    first = min(len(one), len(other)) if same is None else same
    # Where they differ in the last characters before the cut, hardly anything of it would be seen.
    start = 0 if one == other or first <= widest // 2 else first - widest // 3
    return _cut(one, start, widest), _cut(other, start, widest)


def _cut(text: str, start: int, widest: int) -> str:
    before = "..." if start else ""
    room = widest - len(before)
    rest = text[start:]
    return f"{before}{rest if len(rest) <= room else f'{rest[: room - 3]}...'}"


def value_lines(value: Any) -> list[str]:
    """The same on several lines where a value has several parts."""
    if isinstance(value, (Mapping, list, tuple)) and value:
        return json.dumps(value, ensure_ascii=False, indent=2).splitlines()
    if isinstance(value, str) and "\n" in value[:]:
        return value.splitlines()
    return [value_text(value)]


def writer_text(writer: Writer) -> str:
    """`kubectl-edit (Update) at or before 2026-11-25T10:00:00Z`, and `at` where the manager owns nothing else; "" when
    nobody is known."""
    if not writer.manager:
        return ""
    how = ", ".join(part for part in (writer.operation, writer.subresource and f"/{writer.subresource}") if part)
    when = f" {'at' if writer.exact else 'at or before'} {writer.time}" if writer.time else ""
    return writer.manager + (f" ({how})" if how else "") + when


_ONE_CAUSE = (Unread.FORBIDDEN, Unread.UNREACHABLE, Unread.NOT_IN_DUMP)
"""Reasons that are one however the details name the kind; others are the same where their details are."""


def together(findings: Iterable[DriftFinding]) -> tuple[DriftFinding, ...]:
    """The findings with one, at the end, for all kinds that could not be read for one reason: a cluster that does not
    answer is one trouble, not one a kind. Its object is of no API group and says how many kinds there are."""
    held = tuple(findings)
    groups: dict[tuple[str | None, str], list[DriftFinding]] = {}
    for finding in held:
        if (key := _trouble(finding)) is not None:
            groups.setdefault(key, []).append(finding)
    several = {key: group for key, group in groups.items() if len(group) > 1}
    rest = (finding for finding in held if _trouble(finding) not in several)
    return (*rest, *map(_as_one, several.values()))


def _trouble(finding: DriftFinding) -> tuple[str | None, str] | None:
    """What kept a whole kind from being read; None for any other finding."""
    if finding.cls is not DriftClass.NOT_COMPARABLE or finding.object.name is not None:
        return None
    return finding.reason, "" if finding.reason in _ONE_CAUSE else finding.detail


def _as_one(group: Sequence[DriftFinding]) -> DriftFinding:
    first = group[0]
    names = sorted({_kind_text(one.object) for one in group})
    said = first.detail if all(one.detail == first.detail for one in group) else f"such as {first.detail}"
    reason = f"{first.reason}, " if first.reason and said != first.detail else ""
    what = "kinds" if all(one.object.namespace is None for one in group) else "kinds, by namespace"
    name = ObjectName("", f"{len(names)} {what}", None, None)
    return replace(first, object=name, detail=f"{reason}{said} ({', '.join(names)})")


def _kind_text(name: ObjectName) -> str:
    group = name.api_version.rpartition("/")[0]
    kind = f"{name.kind}.{group}" if group else name.kind
    return f"{kind} in {name.namespace}" if name.namespace else kind


def place_text(finding: DriftFinding) -> str:
    """What differs: the readable path, or the whole object."""
    if not finding.object.api_version and not finding.path:
        return "the whole kinds"
    return finding.path or ("the whole kind" if finding.object.name is None else "the object")


def by_object(findings: Iterable[DriftFinding]) -> Iterator[tuple[ObjectName, Sequence[DriftFinding]]]:
    """Findings of one object together, objects by kind, namespace and name."""
    for name, group in groupby(sorted(findings, key=_order), key=lambda finding: finding.object):
        yield name, tuple(group)


def _order(finding: DriftFinding) -> tuple[str, ...]:
    name = finding.object
    return (name.kind, name.api_version, name.namespace or "", name.name or "", finding.pointer, finding.path)


def counts(report: DriftReport) -> dict[DriftClass, int]:
    """How many findings of each class, in the order of `CLASSES`, without those that there are none of."""
    found = {cls: sum(finding.cls is cls for finding in report.findings) for cls in CLASSES}
    return {cls: number for cls, number in found.items() if number}


def headline(report: DriftReport) -> str:
    """One sentence that says it all."""
    where = f"`{report.environment}`" if report.environment else "what is declared"
    drifted = sum(finding.cls is not DriftClass.NOT_COMPARABLE for finding in report.findings)
    if drifted:
        objects = len({f.object for f in report.findings if f.cls is not DriftClass.NOT_COMPARABLE})
        text = f"{drifted} difference{'s' * (drifted != 1)} from {where} in {objects} object{'s' * (objects != 1)}"
    else:
        text = f"no difference from {where} in {report.objects} object{'s' * (report.objects != 1)}"
    return text if report.complete else f"{text}, and not everything could be compared"
