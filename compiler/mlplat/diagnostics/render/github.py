"""Findings as workflow commands, which GitHub Actions shows on the changed lines of a pull request."""

from collections.abc import Mapping, Sequence

from mlplat.diagnostics.diagnostic import Diagnostic, Severity
from mlplat.diagnostics.render.order import ordered

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(findings: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:
    """One `::error ...::` command a line."""
    return "".join(_command(finding) + "\n" for finding in ordered(findings, sources))


def _command(finding: Diagnostic) -> str:
    properties: dict[str, str | int] = {}
    if finding.primary is not None:
        span = finding.primary.span
        properties = {"file": span.file, "line": span.line, "endLine": span.end_line}
        if span.line == span.end_line:  # GitHub refuses columns on a range of lines
            properties |= {"col": span.column, "endColumn": span.end_column}
    properties["title"] = finding.code
    listed = ",".join(f"{key}={escape_property(str(value))}" for key, value in properties.items())
    parts = [finding.headline, *finding.notes, *([f"help: {finding.help}"] if finding.help else [])]
    return f"::{_COMMANDS[finding.severity]} {listed}::{escape_message(chr(10).join(parts))}"


def escape_message(text: str) -> str:
    """A text as it stands behind the `::` of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """A text as the value of a property of a workflow command."""
    return escape_message(text).replace(":", "%3A").replace(",", "%2C")
