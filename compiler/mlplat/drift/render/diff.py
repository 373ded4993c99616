"""The findings as a unified diff, which editors and code hosts colour: declared is old, live is new."""

from mlplat.drift.render.words import by_object, object_text, place_text, value_lines, writer_text
from mlplat.drift.report import DriftClass, DriftFinding, DriftReport


def render(report: DriftReport) -> str:
    """A part for each object, and in it a hunk for each difference; "" when there is none.

    Only what differs is shown, so line numbers stand for the place in the diff, not for one in a file.
    """
    parts = []
    for name, findings in by_object(report.findings):
        title = f"{name.api_version} {object_text(name)}"
        sources = [str(finding.origin) for finding in findings if finding.origin is not None]
        parts.append(f"--- declared: {title}" + (f"\t{sources[0]}" if sources else ""))
        parts.append(f"+++ live: {title}" + (f"\t{report.cluster}" if report.cluster else ""))
        parts += [line for finding in findings for line in _hunk(finding)]
    return "".join(f"{line}\n" for line in parts)


def _hunk(finding: DriftFinding) -> list[str]:
    if finding.cls is DriftClass.NOT_COMPARABLE:
        return [f"@@ -0,0 +0,0 @@ not comparable: {finding.detail or place_text(finding)}"]
    old = [] if _absent(finding, declared=True) else value_lines(finding.declared)
    new = [] if _absent(finding, declared=False) else value_lines(finding.live)
    who = writer_text(finding.writer)
    place = " ".join(part for part in (place_text(finding), f"| {who}" if who else "") if part)
    return [
        f"@@ -{int(bool(old))},{len(old)} +{int(bool(new))},{len(new)} @@ {place}",
        *(f"-{line}" for line in old),
        *(f"+{line}" for line in new),
    ]


def _absent(finding: DriftFinding, declared: bool) -> bool:
    """Whether a side has no value: by the class, since None can also be a value."""
    without = (DriftClass.EXTRA_FIELD, DriftClass.ORPHAN) if declared else (DriftClass.MISSING,)
    return finding.cls in without
