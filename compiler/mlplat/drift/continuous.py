"""`--watch`: a comparison whenever something changed, debounced, and one now and then whether it did or not."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from mlplat.cluster.live import KindRequest, LiveState
from mlplat.cluster.watch import FULL_PASS
from mlplat.drift.metrics import Measured
from mlplat.drift.report import DriftReport, Note, NoteReason
from mlplat.drift.sources import Comparison, DriftError

DEBOUNCE = 2.0
"""Seconds without a change after which is compared: a rollout writes many objects at once."""
PATIENCE = 10.0
"""Seconds after which is compared although changes do not cease."""
FIRST = 120.0
"""Seconds after which is compared although some kind has not been read yet."""


class Changing(Protocol):
    """A live side that tells when it changes."""

    def synced(self) -> bool:
        """True when of every kind something is known."""

    def wait(self, seconds: float) -> bool:
        """Waits for a change; False when there is none in so many seconds."""

    def state(self) -> LiveState:
        """Everything as of now."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often is compared, in seconds. `clock` is one that never goes back."""

    debounce: float = DEBOUNCE
    patience: float = PATIENCE
    full_pass: float = 600.0
    first: float = FIRST
    clock: Callable[[], float] = time.monotonic


@dataclass
class DeclaredSide:
    """The declared side, read anew at every full pass: git changes meanwhile.

    One that has errors leaves the last good one in use, and every report incomplete until it is mended. `read` gives
    the comparison or raises DriftError, which `complain` hears; `requested` hears which kinds are declared now.
    """

    read: Callable[[], Comparison]
    complain: Callable[[DriftError], None]
    requested: Callable[[Sequence[KindRequest]], None] = lambda requests: None
    every: float = FULL_PASS
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.comparison = self.read()
        self._since = self.clock()
        self._is_broken = False

    def compare(self, live: LiveState) -> DriftReport:
        """The report of a live side; with the note `declared-stale` and not complete where the declared one is old."""
        if self.clock() - self._since >= self.every:
            self._since = self.clock()
            self._read_again()
        report = self.comparison.report(live)
        if not self._is_broken:
            return report
        note = Note(
            NoteReason.DECLARED_STALE, "the declared side has errors now: this compares with what it was before"
        )
        return replace(report, complete=False, notes=(note, *report.notes))

    def _read_again(self) -> None:
        try:
            self.comparison = self.read()
        except DriftError as error:
            self._is_broken = True
            self.complain(error)
        else:
            self._is_broken = False
            self.requested(self.comparison.requests)


@dataclass
class Continuous:
    """Compares for ever. `compare` gives the report of a live side; `told` hears every report.

    `ready` is set after the first comparison; `beat` is when the loop last lived, on the clock of `pace`.
    """

    live: Changing
    compare: Callable[[LiveState], DriftReport]
    measured: Measured
    told: Callable[[DriftReport], None]
    pace: Pace = Pace()

    def __post_init__(self) -> None:
        self.ready = threading.Event()
        self.beat = self.pace.clock()

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set, which is noticed within a second and the time of one comparison."""
        self._until_synced(stop)
        due = self.pace.clock()
        while not stop.is_set():
            self.beat = self.pace.clock()
            if self.beat >= due:
                self._compare()
                due = self.pace.clock() + self.pace.full_pass
            elif self.live.wait(1.0) and not stop.is_set():
                self._until_quiet(stop)
                due = self.pace.clock()

    def alive(self, limit: float = 300.0) -> bool:
        """False when the loop has not come round in `limit` seconds."""
        return self.pace.clock() - self.beat < limit

    def _compare(self) -> None:
        report = self.compare(self.live.state())
        self.measured.take(report)
        self.ready.set()
        self.told(report)

    def _until_synced(self, stop: threading.Event) -> None:
        end = self.pace.clock() + self.pace.first
        while not stop.is_set() and not self.live.synced() and self.pace.clock() < end:
            self.beat = self.pace.clock()
            self.live.wait(0.2)

    def _until_quiet(self, stop: threading.Event) -> None:
        end = self.pace.clock() + self.pace.patience
        while not stop.is_set() and self.pace.clock() < end and self.live.wait(self.pace.debounce):
            pass
