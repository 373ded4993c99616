"""One line for each finding, for editors and for grep."""

from collections.abc import Mapping, Sequence

from mlplat.diagnostics.diagnostic import Diagnostic
from mlplat.diagnostics.render.order import ordered
from mlplat.diagnostics.render.text import one_line


def render(findings: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:
    """`file:line:column: CODE headline`, all of them; without the place where a finding has none."""
    return "".join(
        f"{_place(finding)}{finding.code} {one_line(finding.headline)}\n" for finding in ordered(findings, sources)
    )


def _place(finding: Diagnostic) -> str:
    return "" if finding.primary is None else f"{one_line(str(finding.primary.span))}: "
