"""Where a YAML reader stumbled, and what the descriptions of it share."""

import re
from dataclasses import dataclass

from mlplat.diagnostics import Diagnostic, Label, Severity, Span


@dataclass(frozen=True, slots=True)
class Stumble:
    """Where and over what the reader stumbled. Lines and columns count from 1; `start` is where the construct began."""

    file: str
    lines: list[str]
    problem: str
    context: str
    line: int
    column: int
    start: tuple[int, int] | None

    def text(self, line: int) -> str:
        """A line without its end; empty past the last one."""
        return self.lines[line - 1].rstrip("\r") if 0 < line <= len(self.lines) else ""

    def label(self, line: int, columns: tuple[int, int] | None, text: str) -> Label:
        """A label on a line, by default under all that is written there."""
        if line > len(self.lines):  # libyaml points past the end of a text without a last line end
            line = len(self.lines)
            columns = (len(self.text(line)) + 1, len(self.text(line)) + 2)
        if columns is None:
            shown = self.text(line)
            columns = (len(shown) - len(shown.lstrip()) + 1, len(without_comment(shown)) + 1)
        return Label(Span(self.file, line, columns[0], line, max(columns)), text)


def last_line_read(stumble: Stumble) -> int:
    """The line before the one where reading may go on; a `---` that itself was the surprise starts a document."""
    at_marker = stumble.column == 1 and stumble.text(stumble.line).startswith("---")
    went_on = any(line.strip() for line in stumble.lines[: stumble.line - 1])
    return stumble.line - 1 if at_marker and went_on else stumble.line


def made(headline: str, primary: Label, help_text: str, *secondary: Label, note: str | None = None) -> Diagnostic:
    """A finding of code MLP001."""
    notes = () if note is None else (note,)
    return Diagnostic("MLP001", Severity.ERROR, headline, primary, secondary, notes, help_text)


def without_comment(line: str) -> str:
    """A line without its comment and without the space at its end."""
    return re.sub(r"(^|\s)#.*$", "", line).rstrip()


def indent_of(line: str) -> int:
    """How many spaces a line starts with."""
    return len(line) - len(line.lstrip(" "))


def line_before(stumble: Stumble, line: int) -> int:
    """The nearest line above that says something, 0 when there is none."""
    line -= 1
    while line > 0 and not without_comment(stumble.text(line)).strip():
        line -= 1
    return line


def quoted(text: str) -> str:
    """The text in quotes that keep it as it is."""
    return "'" + text.replace("'", "''") + "'" if "\\" in text else f'"{text}"'
