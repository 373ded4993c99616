"""`--confirm`: what an apply of the declared objects would do, asked of the server for objects with findings.

It adds notes and changes no verdict: an apply does not see what a person added, so its silence proves nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mlplat.cluster.caller import Caller, RefusedError
from mlplat.cluster.discovery import discover
from mlplat.cluster.dry_run import Applied, dry_run
from mlplat.drift.report import DriftClass, DriftReport, Note, NoteReason, ObjectName
from mlplat.drift.server import stored
from mlplat.drift.shown import Shown
from mlplat.objects.gvk import gvk_of

NEEDS = "--confirm needs the right to `patch` what is declared (it sends a server-side apply with dryRun=All)"
_COMPARABLE = (DriftClass.CHANGED, DriftClass.MISSING, DriftClass.EXTRA_FIELD)
_SHOWN = 5

Bodies = Mapping[ObjectName, Mapping[str, Any]]


def confirmed(report: DriftReport, caller: Caller, declared: Bodies, live: Bodies) -> DriftReport:
    """The report with a note for each object that has a finding and is declared. Never raises for a cluster's sake."""
    found = {finding.object for finding in report.findings if finding.cls in _COMPARABLE} & set(declared)
    names = sorted(found, key=lambda name: (name.kind, name.api_version, name.namespace or "", name.name or ""))
    asked = [name for name in names if (name.api_version, name.kind) != ("v1", "Secret")]
    notes = [_note(name, "a Secret is not sent anywhere") for name in names if name not in asked]
    bodies = [declared[name] for name in asked]
    try:
        served = discover(caller, [gvk_of(body) for body in bodies])
    except RefusedError as refused:
        return replace(
            report, notes=(*report.notes, Note(NoteReason.CONFIRM, f"could not be confirmed: {refused.detail}"))
        )
    answers = dry_run(caller, served, bodies)
    notes += list(_notes(asked, _unquoted(answers, bodies), live))
    return replace(report, notes=(*report.notes, *notes), calls=report.calls + len(asked))


def _unquoted(answers: Sequence[Applied], bodies: Sequence[Mapping[str, Any]]) -> list[Applied]:
    """The answers, in whose words no credential of the object is repeated that was sent."""
    shown = Shown()
    return [
        replace(answer, detail=shown.repeated(answer.detail, body)) if answer.detail else answer
        for answer, body in zip(answers, bodies, strict=True)
    ]


def _notes(names: Sequence[ObjectName], answers: Sequence[Applied], live: Bodies) -> Iterator[Note]:
    forbidden: dict[str, int] = {}
    for name, answer in zip(names, answers, strict=True):
        if answer.status in (401, 403):
            forbidden[name.kind] = forbidden.get(name.kind, 0) + 1
        else:
            yield _note(name, _verdict(answer, live.get(name)))
    for kind, count in sorted(forbidden.items()):
        yield Note(NoteReason.CONFIRM, f"{kind} could not be confirmed: {NEEDS}", count=count)


def _note(name: ObjectName, text: str) -> Note:
    return Note(NoteReason.CONFIRM, text, name)


def _verdict(answer: Applied, live: Mapping[str, Any] | None) -> str:
    if answer.body is None:
        return f"an apply would be refused: {answer.detail}"
    if live is None:
        return "an apply would create it"
    places = sorted(set(_changes(stored(live), stored(answer.body), "")))
    if not places:
        return "an apply would change nothing: what differs is not among the fields that it sets"
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return f"an apply would change {', '.join(places[:_SHOWN])}{more}"


def _changes(old: Any, new: Any, place: str) -> Iterator[str]:
    """The places at which two values differ, as deep as both have the same shape; of two lists by index."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(set(old) | set(new)):
            yield from _changes(old.get(key), new.get(key), f"{place}.{key}" if place else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _changes(one, other, f"{place}[{index}]")
    else:
        yield place
