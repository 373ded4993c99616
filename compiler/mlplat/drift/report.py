"""What a comparison of declared and live found: the artifact that every output format prints."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from mlplat.cluster.live import Unread
from mlplat.diagnostics import Span


class DriftClass(StrEnum):
    """What sort of drift it is."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA_FIELD = "extra-field"
    ORPHAN = "orphan"
    NOT_COMPARABLE = "not-comparable"


class Cause(StrEnum):
    """How it came about, as far as managedFields can tell."""

    OUT_OF_BAND = "out-of-band"
    """Somebody but the applier wrote it."""
    PENDING_SYNC = "pending-sync"
    """Git changed and the applier has not synced yet: the live value is what it last applied."""
    STALE = "stale"
    """The applier wrote it once, and nothing declares it any more."""
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure the attribution is: low without managedFields, or where only tables speak."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True, order=True)
class ObjectName:
    """The object of a finding. `namespace` is None for cluster-scoped objects; `name` is None where a finding is about
    a whole kind."""

    api_version: str
    kind: str
    namespace: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a field last, from managedFields: the field manager, its operation (`Apply`, `Update`), the subresource
    (`scale`, `status`) and the time of that manager's last write, RFC 3339.

    managedFields have one time for everything that a manager owns: that of the field is at or before it. `exact` is
    True where the manager owns nothing else in the object, so that it is the field's own. Of what is missing there is
    no time: a manager that only takes away keeps the one that it had.
    """

    manager: str | None = None
    operation: str | None = None
    subresource: str | None = None
    time: str | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """One difference. `pointer` is an RFC 6901 pointer: its indexes count in the declared object, for an extra field in
    the live one; "" is the whole object. `path` is the same for people (`containers[name=main].env[name=LR]`).

    `declared` and `live` are None where a side has no value; `MASK` where it may not be shown. `origin` is the place
    in the specification that decided the value, `generated` the file of the declared object.
    """

    cls: DriftClass
    object: ObjectName
    pointer: str
    path: str
    declared: Any
    live: Any
    writer: Writer = Writer()
    cause: Cause = Cause.UNKNOWN
    confidence: Confidence = Confidence.HIGH
    origin: Span | None = None
    generated: str | None = None
    detail: str = ""
    """A sentence more for people: why it could not be compared."""
    team: str | None = None
    reason: Unread | None = None
    """Why a kind could not be read."""


class NoteReason(StrEnum):
    """Why something is worth telling that is no drift."""

    DELEGATED = "delegated"
    """A declared field is left to somebody else."""
    EXPLAINED = "explained"
    """Live-only fields that the server, a default or a webhook accounts for."""
    IGNORED = "ignored"
    """A finding that an ignore rule takes away, or how many a rule took."""
    UNUSED_IGNORE = "unused-ignore"
    EXPIRED_IGNORE = "expired-ignore"
    COPY = "copy"
    """An object that a controller copied with the identity of another."""
    TERMINATING = "terminating"
    UNPROVEN = "unproven"
    """An object with the label of the environment that no applier is known to have written."""
    GENERATED_NAME = "generated-name"
    """A declared object whose name the server chooses: it cannot be found."""
    DECLARED_TWICE = "declared-twice"
    DUMPED_TWICE = "dumped-twice"
    STALE = "stale"
    """`generated/` is not what the specifications compile to."""
    DECLARED_STALE = "declared-stale"
    """The specifications have errors now: an earlier state of them is compared."""
    UNCOMMITTED = "uncommitted"
    SEARCHED = "searched"
    """Among which kinds orphans are looked for."""
    UNSEARCHED = "unsearched"
    """Kinds whose orphans were not looked for."""
    CONFIRM = "confirm"
    """What `--confirm` found out, or could not ask."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is worth telling and is no drift."""

    reason: NoteReason
    text: str
    object: ObjectName | None = None
    pointer: str | None = None
    path: str | None = None
    live: Any = None
    writer: Writer = Writer()
    count: int = 1


@dataclass(frozen=True)
class DriftReport:
    """A whole comparison. `complete` is False when something could not be compared."""

    environment: str | None
    findings: tuple[DriftFinding, ...]
    notes: tuple[Note, ...]
    complete: bool
    objects: int
    """How many declared objects there are."""
    in_sync: int
    """How many of them have no finding."""
    cluster: str | None = None
    started: str | None = None
    calls: int = 0
    seconds: float = 0.0
    explained: Mapping[str, int] = field(default_factory=dict)
    """How many live-only fields were explained, by reason."""

    def at(self, started: str, seconds: float) -> "DriftReport":
        """The report with when it was begun and how long it took."""
        return replace(self, started=started, seconds=seconds)
