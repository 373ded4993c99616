"""Findings as a person reads them: the user's own lines, carets, and what to do."""

from collections import Counter
from collections.abc import Mapping, Sequence

from mlplat.diagnostics.codes import CODES
from mlplat.diagnostics.diagnostic import Diagnostic, Severity
from mlplat.diagnostics.render.excerpt import Excerpt, excerpts
from mlplat.diagnostics.render.order import gravest, ordered
from mlplat.diagnostics.render.text import one_line, visible

MOST_SHOWN = 20

_RESET = "\x1b[0m"
_COLORS = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "note": "\x1b[1;36m",
    "frame": "\x1b[1;34m",
    "bold": "\x1b[1m",
}


def render(findings: Sequence[Diagnostic], sources: Mapping[str, str], color: bool = False) -> str:
    """All findings, at most `MOST_SHOWN` in full, and how many there are; empty when there are none.

    `sources` maps paths to the text of the files, from which lines are shown; a file that is not in it is only named.
    """
    sorted_findings = ordered(findings, sources)
    if not sorted_findings:
        return ""
    shown = gravest(sorted_findings, MOST_SHOWN)
    blocks = [_block(finding, sources, color) for finding in shown]
    left_out = len(sorted_findings) - len(shown)
    if left_out:
        blocks.append(f"… and {left_out} more: `mlplat check -o concise` lists all\n")
    return "\n".join(blocks) + "\n" + count_line(sorted_findings) + "\n"


def count_line(findings: Sequence[Diagnostic]) -> str:
    """How many findings of each severity, as in `2 errors, 1 warning`."""
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(
        f"{counts[level]} {level}{'s' if counts[level] > 1 else ''}" for level in Severity if counts[level]
    )


def _block(finding: Diagnostic, sources: Mapping[str, str], color: bool) -> str:
    severity = str(finding.severity)
    head = _paint(f"{severity}[{finding.code}]", severity, color)
    head += _paint(f": {one_line(finding.headline)}", "bold", color)
    return block(head, finding, _facts(finding), sources, color)


def block(
    head: str, finding: Diagnostic, facts: Sequence[tuple[str, str]], sources: Mapping[str, str], color: bool
) -> str:
    """A head, the lines that the labels of a finding point at, and facts below them, each with its name."""
    lines, severity = [head], str(finding.severity)
    shown = excerpts(finding, sources)
    numbers = [line.number for excerpt in shown for line in excerpt.lines if line.number is not None]
    gutter = len(str(max(numbers))) if numbers else 1
    for index, excerpt in enumerate(shown):
        if index > 0 and shown[index - 1].lines:
            lines.append(_paint(f"{' ' * gutter} |", "frame", color))
        lines += _framed(excerpt, "-->" if index == 0 else ":::", gutter, severity, color)
    if facts and any(excerpt.lines for excerpt in shown):
        lines.append(_paint(f"{' ' * gutter} |", "frame", color))
    for name, text in facts:
        first, *more = visible(text).split("\n")
        sign = _paint(" " * gutter + " =", "frame", color)
        lines.append(f"{sign} {_paint(name, 'bold', color)}: {first}")
        lines += [f"{' ' * (gutter + 5 + len(name))}{line}" for line in more]
    return "\n".join(lines) + "\n"


def _facts(finding: Diagnostic) -> list[tuple[str, str]]:
    facts = [("note", note) for note in finding.notes]
    if finding.help:
        facts.append(("help", finding.help))
    if finding.code in CODES:
        facts.append(("docs", f"{CODES[finding.code].page}  (mlplat explain {finding.code})"))
    return facts


def _framed(excerpt: Excerpt, arrow: str, gutter: int, severity: str, color: bool) -> list[str]:
    pad = " " * gutter
    lines = [f"{_paint(f'{pad}{arrow}', 'frame', color)} {visible(excerpt.place)}"]
    if not excerpt.lines:
        return lines
    bar = _paint(f"{pad} |", "frame", color)
    lines.append(bar)
    for line in excerpt.lines:
        if line.number is not None:
            lines.append(f"{_paint(f'{line.number:>{gutter}} |', 'frame', color)} {line.text}".rstrip())
        elif line.mark == "elided":
            lines.append(_paint(line.text, "frame", color))
        else:
            lines.append(f"{bar} {_paint(line.text, severity if line.mark == 'primary' else 'frame', color)}")
    return lines


def _paint(text: str, name: str, color: bool) -> str:
    return f"{_COLORS[name]}{text}{_RESET}" if color else text
