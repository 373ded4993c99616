"""What a pass has to say to the user, as a value: never printed here, never raised."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mlplat.diagnostics.span import Span


class Severity(StrEnum):
    """How much a finding matters; only `ERROR` makes a run fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Label:
    """A place in a file and what is to be said about it, under ten words."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class ObjectAddress:
    """The Kubernetes object that a finding is about; `namespace` is None for cluster-scoped kinds."""

    api_version: str
    kind: str
    namespace: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `code` is a registered `MLPnnn`; `headline` is one sentence that stands alone, with the user's names in
    backticks and no full stop. `primary` is the smallest text that must change (None only where there is no text).
    `notes` are facts the reader may not know; `help` says what to do, in the imperative.
    `address` and `pointer` (RFC 6901) are set by rules that judge Kubernetes objects; with `at_key` it is the key at
    the pointer that is wrong, not its value.
    """

    code: str
    severity: Severity
    headline: str
    primary: Label | None = None
    secondary: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    address: ObjectAddress | None = None
    pointer: str | None = None
    at_key: bool = False


def sort_key(finding: Diagnostic) -> tuple[str, int, int, str, str]:
    """Order in which findings are shown: file, line, column, code, headline."""
    if finding.primary is None:
        return ("", 0, 0, finding.code, finding.headline)
    span = finding.primary.span
    return (span.file, span.line, span.column, finding.code, finding.headline)


def has_errors(findings: Iterable[Diagnostic]) -> bool:
    """True when at least one finding makes the run fail."""
    return any(finding.severity is Severity.ERROR for finding in findings)
