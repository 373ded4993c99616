"""What a comparison of two states found: the artifact that every output format prints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mlplat.diagnostics import Span
from mlplat.diff.impact.effect import Effect, Impact


class Action(StrEnum):
    """What happens to the object as a whole."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, order=True)
class ObjectName:
    """An object of both states. `name` is its logical name, without a run's hash; `namespace` is None for
    cluster-scoped kinds."""

    api_version: str
    kind: str
    namespace: str | None
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Cause:
    """The line of a specification (or manifest) that made the change.

    `span.file` is relative to the platform. `state` is "" for the new state, whose files are at hand; else the label
    of the old state, where the line is that is gone. `text` is the line, masked. `certain` is false where the line is
    only the likeliest of several: there were too many to try. `now` is where a reader of the new state looks for a line
    that is not in a file at hand: what stands in its place, or the Environment of its folder; None: nowhere.
    """

    span: Span
    text: str = ""
    state: str = ""
    certain: bool = True
    now: Span | None = None

    @property
    def seen(self) -> Span | None:
        """A place in the files of the new state at which the cause can be shown; None where there is none."""
        return self.now if self.state else self.span

    def __str__(self) -> str:
        return f"{self.state}{':' if self.state else ''}{self.span}"


@dataclass(frozen=True, slots=True)
class Change:
    """One change, and every environment that it reaches.

    `pointer` (RFC 6901) counts in the new state, for what is removed in the old one; "" is the whole object, whose
    body is then `new` or `old`. `path` is the same for people. `old` and `new` are `ABSENT` where a state has no value;
    credentials in them are masked. `effects` has at least one entry, the most destructive first.
    """

    action: Action
    object: ObjectName
    path: str
    pointer: str
    old: Any
    new: Any
    effects: tuple[Effect, ...]
    environments: tuple[str, ...]
    team: str | None = None
    unit: str | None = None
    document: str | None = None
    """The document that the object was made from, `Kind/name`; None for manifests."""
    causes: tuple[Cause, ...] = ()
    runs: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    """For what runs again: environment to the names of the old and the new run."""

    @property
    def impact(self) -> Impact:
        """The most destructive thing that the change does."""
        return self.effects[0].impact


@dataclass(frozen=True, slots=True)
class Demand:
    """What pods ask for together: pods, cores in thousandths, bytes, accelerators of all kinds."""

    replicas: int = 0
    milli_cpu: int = 0
    memory: int = 0
    gpus: int = 0


@dataclass(frozen=True, slots=True)
class Total:
    """Objects and demand of one team (None: of nobody's) in one environment, before and after."""

    environment: str
    team: str | None
    created: int
    changed: int
    deleted: int
    before: Demand
    after: Demand


@dataclass(frozen=True, slots=True)
class Renamed:
    """A document, or an environment, that is the same under another name. `environments` are those of a document.

    `objects` are deleted and made again under other names; among them `claims`, whose data stays behind, and `runs`,
    which start anew. All three are sums over the environments. Those of an environment keep their names.
    """

    kind: str
    old: str
    new: str
    environments: tuple[str, ...]
    objects: int
    claims: int
    runs: int

    def plus(self, other: "Renamed") -> "Renamed":
        """The same rename in other environments too."""
        numbers = (self.objects + other.objects, self.claims + other.claims, self.runs + other.runs)
        return Renamed(self.kind, self.old, self.new, (*self.environments, *other.environments), *numbers)


@dataclass(frozen=True)
class DiffReport:
    """A whole comparison. `not_compared` are environments of which one state cannot be compiled, with the reason."""

    old: str
    new: str
    changes: tuple[Change, ...]
    totals: tuple[Total, ...]
    not_compared: tuple[tuple[str, str], ...] = ()
    renames: tuple[Renamed, ...] = ()

    @property
    def complete(self) -> bool:
        """False when something could not be compared."""
        return not self.not_compared

    def impacts(self) -> dict[Impact, int]:
        """How many changes have each impact, the most destructive first; a change may have several."""
        counts = {impact: sum(any(e.impact is impact for e in c.effects) for c in self.changes) for impact in Impact}
        return {impact: count for impact, count in counts.items() if count}
