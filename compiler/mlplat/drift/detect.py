"""Declared and live in, a report out: joins the two sides, judges each pair, and says what could not be compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlplat.catalog.lookup import Tables
from mlplat.cluster.live import KindRequest, LiveState, UnreadKind
from mlplat.cluster.redaction import Redacted
from mlplat.compare.defaults.lookup import Defaults, defaults_of
from mlplat.drift.applied import last_applied
from mlplat.drift.context import Case, Surroundings
from mlplat.drift.declared import DeclaredObject, DeclaredSet
from mlplat.drift.ignore import IgnoreRule, apply_rules
from mlplat.drift.managers import Appliers
from mlplat.drift.orphans import find_orphans, unsearched_notes
from mlplat.drift.owners import owners_of
from mlplat.drift.pairs import judge
from mlplat.drift.report import Cause, Confidence, DriftClass, DriftFinding, DriftReport, Note, NoteReason, ObjectName
from mlplat.drift.shown import Shown
from mlplat.objects.equality import is_map
from mlplat.objects.gvk import GVK, ObjectRef, gvk_of

_SCALERS = (("autoscaling", "HorizontalPodAutoscaler"), ("keda.sh", "ScaledObject"))
_FLAVOR = ("kueue.x-k8s.io", "ResourceFlavor")
_SOURCES = (("external-secrets.io", "ExternalSecret"),)


@dataclass(frozen=True)
class Settings:
    """How to judge: whose writes are the applier's, and what is to be ignored. `today` is a date, `2026-11-25`."""

    appliers: Appliers
    rules: tuple[IgnoreRule, ...] = ()
    today: str = ""
    namespace: str = "default"


def requests_of(declared: DeclaredSet, tables: Tables) -> tuple[KindRequest, ...]:
    """The kinds to list: the declared ones, those that the environment once had, and those that it may have had."""
    spaces: dict[GVK, set[str]] = {}
    for item in declared.objects:
        spaces.setdefault(item.gvk, set()).add(item.ref.namespace)
    for gvk in declared.held_kinds:
        spaces.setdefault(gvk, set())
    made = []
    for gvk, names in sorted(spaces.items()):
        table = tables.lookup(gvk.api_version, gvk.kind) or tables.of_kind(gvk.group, gvk.kind)
        namespaced = table.namespaced if table is not None else any(names)
        plural = table.plural if table is not None else likely_plural(gvk.kind)
        made.append(KindRequest(gvk, plural, namespaced, tuple(sorted(names - {""}))))
    return (*made, *_searches(declared, tables))


def _searches(declared: DeclaredSet, tables: Tables) -> Iterator[KindRequest]:
    """The kinds that are only searched for orphans, narrowed to the tracking label."""
    if declared.tracking is None:
        return
    for gvk in declared.searched_kinds:
        table = tables.lookup(gvk.api_version, gvk.kind)
        plural, namespaced = (table.plural, table.namespaced) if table is not None else (likely_plural(gvk.kind), False)
        selector = "=".join(declared.tracking)
        yield KindRequest(gvk, plural, namespaced, selector=selector, only_orphans=True)


def likely_plural(kind: str) -> str:
    """The plural of a kind that no schema names, as API servers guess it (`UnsafeGuessKindToResource` of apimachinery):
    `policies`, `classes`, `jobs`. A cluster is asked; rights and commands printed without one have nothing better."""
    lower = kind.lower()
    if lower.endswith("s"):
        return f"{lower}es"
    return f"{lower[:-1]}ies" if lower.endswith("y") else f"{lower}s"


def detect(declared: DeclaredSet, live: LiveState, settings: Settings) -> DriftReport:
    """The report of a comparison. `live` answers the requests of `requests_of`."""
    held, twice = _by_ref(live, declared, settings.namespace)
    shown = Shown(_secret_values(declared, live))
    around = _surroundings(declared, live)
    run = _Run(settings, shown, around)
    unread = {one.gvk.group_kind: one for one in live.unread if one.namespace is None}
    partly = {(one.gvk.group_kind, one.namespace): one for one in live.unread if one.namespace is not None}
    searched = frozenset(declared.searched_kinds)
    untold = [_not_comparable(one) for one in live.unread if one.gvk not in searched]
    unsearched = unsearched_notes([one for one in live.unread if one.gvk in searched])
    for item in declared.objects:
        key = item.gvk.group_kind
        if key in unread or (key, item.ref.namespace) in partly:
            run.skipped.add(item.ref)
        else:
            run.compare(item, held.get(item.ref))
    unclaimed = find_orphans(declared, held, settings.appliers)
    ruled = apply_rules([*run.findings, *unclaimed.findings], settings.rules, settings.today)
    findings = sorted([*ruled.findings, *untold], key=_order)
    explained = [
        Note(NoteReason.EXPLAINED, _EXPLAINED[reason], count=count) for reason, count in sorted(run.explained.items())
    ]
    drifted = {one.object for one in findings}
    clean = sum(item.name not in drifted and item.ref not in run.skipped for item in declared.objects)
    return DriftReport(
        environment=declared.environment,
        findings=tuple(findings),
        notes=(*declared.notes, *twice, *run.notes, *unclaimed.notes, *unsearched, *ruled.notes, *explained),
        complete=not any(one.cls is DriftClass.NOT_COMPARABLE for one in findings),
        objects=len(declared.objects),
        in_sync=clean,
        cluster=live.server,
        calls=live.calls,
        explained=dict(sorted(run.explained.items())),
    )


_EXPLAINED = {
    "controller": "live-only fields that a controller owns",
    "default": "live-only fields that hold their default",
    "empty": "live-only fields that hold nothing",
    "product": "live-only fields that the product of the kind writes",
    "server": "live-only fields that the server or the applier keeps for itself",
    "webhook": "fields that a webhook wrote or took away: nobody owns them",
}


@dataclass
class _Run:
    """What grows while the objects are judged."""

    settings: Settings
    shown: Shown
    around: Surroundings
    findings: list[DriftFinding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    explained: dict[str, int] = field(default_factory=dict)
    skipped: set[ObjectRef] = field(default_factory=set)
    _defaults: dict[GVK, Defaults] = field(default_factory=dict)

    def compare(self, item: DeclaredObject, live: Mapping[str, Any] | None) -> None:
        name = item.name
        if is_map(item.body.get("sops")):
            detail = "its values are encrypted in git (SOPS)"
            self.findings.append(_whole(item, DriftClass.NOT_COMPARABLE, detail))
            return
        if live is None:
            self.findings.append(_whole(item, DriftClass.MISSING, ""))
            return
        if live["metadata"].get("deletionTimestamp"):
            self.notes.append(Note(NoteReason.TERMINATING, "it is declared, and is being deleted", name))
        if item.gvk not in self._defaults:
            custom = item.table is None or item.table.custom
            self._defaults[item.gvk] = defaults_of(item.gvk.group_kind, custom)
        owners = owners_of(live, self.settings.appliers)
        case = Case(
            item,
            live,
            owners,
            self._defaults[item.gvk],
            item.table,
            self.around,
            last_applied(live, owners),
            self.explained,
        )
        try:
            findings, notes = judge(case, self.shown)
        except (
            RecursionError
        ):  # of a live object: what is declared, and what a dump holds, was looked at when it was read
            self.findings.append(_whole(item, DriftClass.NOT_COMPARABLE, "the live object nests too deep"))
            return
        self.findings += findings
        self.notes += notes


def _by_ref(
    live: LiveState, declared: DeclaredSet, namespace: str
) -> tuple[dict[ObjectRef, Mapping[str, Any]], list[Note]]:
    """The live objects by reference, and notes on those that are there twice in different states. The declared version
    of a kind is preferred where a dump holds several."""
    wanted = {item.gvk for item in declared.objects}
    scopes = {item.gvk.group_kind: item.namespaced for item in declared.objects}
    found: dict[ObjectRef, Mapping[str, Any]] = {}
    twice: list[Note] = []
    for body in live.objects:
        gvk, metadata = gvk_of(body), body["metadata"]
        space = str(metadata.get("namespace") or "")
        if not space and scopes.get(gvk.group_kind):
            space = namespace
        ref = ObjectRef(gvk.group, gvk.kind, space, str(metadata["name"]))
        if ref in found and gvk == gvk_of(found[ref]) and body != found[ref]:
            name = ObjectName(gvk.api_version, gvk.kind, space or None, ref.name)
            twice.append(
                Note(NoteReason.DUMPED_TWICE, "the dump holds it in several states: the last one is compared", name)
            )
        if ref not in found or gvk in wanted:
            found[ref] = body
    return found, twice


def _surroundings(declared: DeclaredSet, live: LiveState) -> Surroundings:
    bodies = [*live.objects, *(item.body for item in declared.objects)]
    by_kind: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for body in bodies:
        by_kind.setdefault(gvk_of(body).group_kind, []).append(body)

    def of(kinds: Sequence[tuple[str, str]]) -> tuple[Mapping[str, Any], ...]:
        return tuple(body for kind in kinds for body in by_kind.get(kind, ()))

    return Surroundings(of(_SCALERS), of((_FLAVOR,)), of(_SOURCES))


def _secret_values(declared: DeclaredSet, live: LiveState) -> Iterator[Redacted]:
    for body in (*live.objects, *(item.body for item in declared.objects)):
        if body.get("kind") == "Secret" and is_map(body.get("data")):
            yield from (value for value in body["data"].values() if isinstance(value, Redacted))


def _whole(item: DeclaredObject, cls: DriftClass, detail: str) -> DriftFinding:
    return DriftFinding(
        cls,
        item.name,
        "",
        "",
        None,
        None,
        cause=Cause.UNKNOWN,
        confidence=Confidence.HIGH,
        origin=item.locate(()),
        generated=item.generated,
        detail=detail,
        team=item.team,
    )


def _not_comparable(one: UnreadKind) -> DriftFinding:
    name = ObjectName(one.gvk.api_version, one.gvk.kind, one.namespace, None)
    detail = one.detail or str(one.why)
    return DriftFinding(DriftClass.NOT_COMPARABLE, name, "", "", None, None, detail=detail, reason=one.why)


def _order(finding: DriftFinding) -> tuple[Any, ...]:
    name = finding.object
    whole = (name.api_version, name.kind, name.namespace or "", name.name or "")
    return (*whole, finding.pointer, finding.cls)
