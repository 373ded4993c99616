"""What every output format does to findings first."""

from collections.abc import Iterable, Mapping

from mlplat.diagnostics.diagnostic import Diagnostic, Severity, sort_key
from mlplat.diagnostics.mask import redacted

_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def ordered(findings: Iterable[Diagnostic], sources: Mapping[str, str]) -> list[Diagnostic]:
    """Findings by file, line, column and code, with credentials masked.

    Each is given once: environments that share a file find the same things.
    """
    return [redacted(finding, sources) for finding in sorted(dict.fromkeys(findings), key=sort_key)]


def gravest(findings: list[Diagnostic], most: int) -> list[Diagnostic]:
    """At most `most` of ordered findings, in the same order; errors before warnings where some must be left out."""
    if len(findings) <= most:
        return findings
    ranked = sorted(range(len(findings)), key=lambda index: (_RANK[findings[index].severity], index))
    return [findings[index] for index in sorted(ranked[:most])]
