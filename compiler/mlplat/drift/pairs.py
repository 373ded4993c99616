"""One declared object and its live state: what differs, and what of it is drift."""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.compare.defaults.empty import is_nothing, says_something
from mlplat.compare.defaults.pods import PREFIXES
from mlplat.compare.defaults.products import means_the_same
from mlplat.compare.defaults.spot import pattern_of
from mlplat.compare.difference import ABSENT, Difference, Path
from mlplat.compare.lists import item_step, keys_of
from mlplat.compare.tree import compare_objects, step_text
from mlplat.compare.values import same_value
from mlplat.drift.added import Extra, extras_of
from mlplat.drift.context import Case, outsiders
from mlplat.drift.delegated import delegation
from mlplat.drift.owners import Entry, Hold
from mlplat.drift.places import Readable, value_at
from mlplat.drift.report import Cause, Confidence, DriftClass, DriftFinding, Note, NoteReason, Writer
from mlplat.drift.rewrites import written_path
from mlplat.drift.server import stored
from mlplat.drift.shown import Shown
from mlplat.objects.equality import is_list, is_map
from mlplat.objects.marks import LAST_APPLIED
from mlplat.objects.pointer import pointer_of


def judge(case: Case, shown: Shown) -> tuple[list[DriftFinding], list[Note]]:
    """The drift of one object, and what is only worth a note, in the order of its fields."""
    declared = stored(case.stored_form)
    live = stored(case.live)
    findings: list[DriftFinding] = []
    notes: list[Note] = []
    speaker = _Speaker(case, shown)
    found = compare_objects(declared, live, case.schema, case.kind[0])
    for difference in (*found, *_reordered(case, declared, live)):
        for one in _verdicts(case, speaker, difference):
            if isinstance(one, Note):
                notes.append(one)
            else:
                findings.append(one)
    return findings, notes


def _reordered(case: Case, declared: Any, live: Any) -> Iterator[Difference]:
    """Init containers in another order: the server pairs them by name, and runs them one after the other."""
    prefix = PREFIXES.get(case.kind)
    if prefix is None:
        return
    path = (*prefix.rstrip(".").split("."), "initContainers")
    old, new = value_at(declared, path), value_at(live, path)
    if not is_list(old) or not is_list(new):
        return
    left, right = ([str(one.get("name")) for one in items if is_map(one)] for items in (old, new))
    common = set(left) & set(right)
    if [name for name in left if name in common] != [name for name in right if name in common]:
        yield Difference(old, new, path, path, ".".join(path), moved=True)


def _verdicts(case: Case, speaker: "_Speaker", difference: Difference) -> Iterator[DriftFinding | Note]:
    node = nodes.at(case.schema, difference.new_path) if case.schema else None
    if difference.added:
        for one in extras_of(case, difference, node):
            if isinstance(one, Extra):
                yield speaker.extra(one, difference.old_path)
            else:
                yield speaker.note(one.text, one.path, one.value, one.hold)
    elif difference.removed:
        for part, below in _parts(difference, node):
            yield from _removed(case, speaker, part, below)
    else:
        yield from _changed(case, speaker, difference)


def _changed(case: Case, speaker: "_Speaker", difference: Difference) -> Iterator[DriftFinding | Note]:
    holds = case.owners.of(difference.new_path)
    entrusted = delegation(case, difference.new_path, difference.new, holds)
    if entrusted is not None:
        yield speaker.note(entrusted, difference.new_path, difference.new, holds[0] if holds else None)
        return
    if means_the_same(case.kind, pattern_of(difference.new_path), difference.old, difference.new):
        case.explain("product")
        return
    yield speaker.changed(difference, *_blame(case, holds, difference))


def _blame(case: Case, holds: tuple[Hold, ...], difference: Difference) -> tuple[Writer, Cause, bool]:
    """Who wrote a value that git does not declare, why, and whether that is sure."""
    applied = _applied(case, difference)
    if not holds:
        return Writer(), _CAUSES[applied], False
    ours = next((hold for hold in holds if hold.entry.is_applier), None)
    outside = [hold for hold in holds if not hold.entry.is_applier]
    shared = ours is not None and not difference.moved and (ours is holds[0] or applied is _Applied.THIS)
    if outside and not shared:
        newest = next(outsiders(outside), outside[0]) if len(outside) > 1 else outside[0]
        return newest.entry.writer, Cause.OUT_OF_BAND, not newest.whole
    # Who writes another value becomes its only owner: where the applier owns it too, it wrote the same after them.
    hold = ours or holds[0]
    if hold.entry.operation == "Update" and applied is _Applied.OTHERWISE:
        # Before Kubernetes 1.22 a write through /scale left no trace of its own.
        return Writer(), Cause.OUT_OF_BAND, False
    return hold.entry.writer, Cause.PENDING_SYNC, not hold.whole


class _Applied(Enum):
    """What the last applied configuration says of a value: that the applier wrote it, that it wrote another one or
    none, or nothing."""

    THIS = "this"
    OTHERWISE = "otherwise"
    UNTOLD = "untold"


_CAUSES = {
    _Applied.THIS: Cause.PENDING_SYNC,
    _Applied.OTHERWISE: Cause.OUT_OF_BAND,
    _Applied.UNTOLD: Cause.UNKNOWN,
}


def _applied(case: Case, difference: Difference) -> _Applied:
    """Whether the applier wrote the live value, as far as its last applied configuration says."""
    held = case.last_applied
    if held is None or held.is_appliers is False:
        return _Applied.UNTOLD
    found = held.at(case.live, difference.new_path, case.schema)
    if found is not ABSENT and _is_same(case, found, difference):
        return _Applied.THIS
    if found is ABSENT:
        written = written_path(case.kind, case.declared.body, difference.old_path)
        found = held.at(case.declared.body, written, case.schema)
    return _Applied.UNTOLD if found is ABSENT else _Applied.OTHERWISE


def _is_same(case: Case, applied: Any, difference: Difference) -> bool:
    """True when an applied value means what the live one does."""
    path, live = difference.new_path, difference.new
    node = nodes.at(case.schema, path) if case.schema else None
    if is_map(live) or is_list(live):
        within = {"properties": {"of": node}} if node else None
        return not compare_objects({"of": applied}, {"of": live}, within, case.kind[0])
    return same_value(applied, live, node, path, case.kind[0])


def _removed(
    case: Case, speaker: "_Speaker", difference: Difference, node: Node | None
) -> Iterator[DriftFinding | Note]:
    path = difference.old_path
    key = path[-1]
    parent = nodes.at(case.schema, path[:-1]) if case.schema else None
    free = parent is not None and nodes.is_map(parent)
    chosen = case.custom and isinstance(key, str) and says_something(difference.old, key, node)
    if isinstance(key, str) and not free and not chosen and is_nothing(difference.old, key, node, case.custom):
        return
    if case.owners.still_claims(path, case.declared.body):
        case.explain("webhook")
        return
    entrusted = delegation(case, path, None, ())
    if entrusted is not None and path[:1] in (("rules",), ("data",)):
        yield speaker.note(entrusted, path, None, None)
        return
    yield speaker.changed(difference, *_remover(case, difference))


def _remover(case: Case, difference: Difference) -> tuple[Writer, Cause, bool]:
    """Who took away what git declares, why it is not there, and whether that is sure. `Owners.remover` says how it is
    guessed where no owner tells."""
    written = _was_applied(case, difference.old_path)
    if written is False:
        return Writer(), Cause.PENDING_SYNC, case.owners.known
    if not case.owners.known:
        return Writer(), Cause.OUT_OF_BAND if written else Cause.UNKNOWN, False
    path = difference.new_path
    atomic = _owners_of_all(case, path[:-1])
    if atomic and not (written and all(hold.entry.is_applier for hold in atomic)):
        chosen = next((hold for hold in atomic if not hold.entry.is_applier), atomic[0])
        cause = Cause.PENDING_SYNC if chosen.entry.is_applier else Cause.OUT_OF_BAND
        return chosen.entry.writer, cause, not chosen.entry.is_applier
    remover = case.owners.remover(path, _keepers(case, difference.old_path))
    if remover is not None:
        return remover.writer, Cause.OUT_OF_BAND, False
    return Writer(), Cause.OUT_OF_BAND if written else Cause.UNKNOWN, False


def _keepers(case: Case, path: Path) -> list[Entry]:
    """Whose last applied configuration still has a place of the declared object, the applier's or not."""
    if case.last_applied is None:
        return []
    written = written_path(case.kind, case.declared.body, path)
    if case.last_applied.at(case.declared.body, written, case.schema) is ABSENT:
        return []
    return [hold.entry for hold in case.owners.of(("metadata", "annotations", LAST_APPLIED)) if not hold.whole]


def _owners_of_all(case: Case, parent: Path) -> list[Hold]:
    """Who owns a map or list as one, and so has written all of it; nobody where its parts have owners of their own.

    One whose parts have such looks the same once they are gone: a leaf of whoever owned them.
    """
    holds = case.owners.of(parent) if parent else ()
    node = nodes.at(case.schema, parent) if case.schema else None
    apart = value_at(case.live, parent) in ({}, [], ABSENT) or (bool(node) and _has_parts(node or {}))
    return [hold for hold in holds if hold.whole or (hold.leaf and not apart)]


def _has_parts(node: Node) -> bool:
    """True for a map or list whose parts have owners of their own, by its schema."""
    if nodes.items(node) is not None:
        return nodes.is_granular_list(node)
    return not nodes.is_atomic_map(node) and ("properties" in node or nodes.is_map(node))


def _was_applied(case: Case, path: Path) -> bool | None:
    """Whether what the applier last applied has a place of the declared object; None where nobody says."""
    if case.last_applied is None or case.last_applied.is_appliers is False:
        return None
    written = written_path(case.kind, case.declared.body, path)
    return case.last_applied.at(case.declared.body, written, case.schema) is not ABSENT


def _parts(difference: Difference, node: Node | None) -> Iterator[tuple[Difference, Node | None]]:
    """What was taken away, one difference for each thing that has an owner of its own: the keys of labels and the
    like, the items of lists with keys."""
    value = difference.old
    if node is not None and nodes.is_granular_map(node) and is_map(value) and value:
        for key, inner in value.items():
            yield _part(difference, inner, key, step_text(difference.readable, key)), nodes.child(node, key)
        return
    if node is not None and is_list(value) and value and nodes.item_keys(node):
        keys = keys_of(node, value)
        for index, item in enumerate(value):
            readable = difference.readable + item_step(value, index, keys)
            yield _part(difference, item, index, readable), nodes.items(node)
        return
    yield difference, node


def _part(difference: Difference, value: Any, step: str | int, readable: str) -> Difference:
    return Difference(value, ABSENT, (*difference.old_path, step), (*difference.new_path, step), readable)


class _Speaker:
    """Makes findings and notes of one object."""

    __slots__ = ("case", "declared", "live", "name", "shown")

    def __init__(self, case: Case, shown: Shown) -> None:
        self.case = case
        self.shown = shown
        self.declared = Readable(case.declared.body, case.schema)
        self.live = Readable(case.live, case.schema)
        self.name = case.declared.name

    def changed(self, difference: Difference, writer: Writer, cause: Cause, sure: bool) -> DriftFinding:
        declared, live = (
            self.shown.value(value, path, body)
            for value, path, body in (
                (difference.old, difference.old_path, self.case.stored_form),
                (difference.new, difference.new_path, self.case.live),
            )
        )
        if difference.removed:
            # The server leaves the time of an entry alone whose fields only become fewer.
            writer = replace(writer, time=None, exact=False)
        written = written_path(self.case.kind, self.case.declared.body, difference.old_path)
        moved = written != difference.old_path
        return DriftFinding(
            DriftClass.MISSING if difference.removed else DriftClass.CHANGED,
            self.name,
            pointer_of(written),
            self.declared.of(written) if moved else difference.readable,
            declared,
            live,
            writer,
            cause,
            _confidence(sure),
            self._origin(difference.old_path),
            self.case.declared.generated,
            team=self.case.declared.team,
        )

    def extra(self, extra: Extra, beside: Path) -> DriftFinding:
        live = self.case.live
        return DriftFinding(
            DriftClass.EXTRA_FIELD,
            self.name,
            pointer_of(extra.path),
            self.live.of(extra.path),
            None,
            self.shown.value(extra.value, extra.path, live),
            extra.hold.entry.writer if extra.hold is not None else Writer(),
            extra.cause,
            _confidence(extra.sure),
            self._origin(beside),
            self.case.declared.generated,
            team=self.case.declared.team,
        )

    def note(self, text: str, path: Path, value: Any, hold: Hold | None) -> Note:
        live = self.case.live
        return Note(
            NoteReason.DELEGATED,
            text,
            self.name,
            pointer_of(path),
            self.live.of(path),
            self.shown.value(value, path, live),
            hold.entry.writer if hold is not None else Writer(),
        )

    def _origin(self, path: Path) -> Any:
        declared = self.case.declared
        return declared.locate(written_path(self.case.kind, declared.body, path))


def _confidence(sure: bool) -> Confidence:
    return Confidence.HIGH if sure else Confidence.LOW
