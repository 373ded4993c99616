"""Texts that must not reach the YAML reader: control characters, and nesting that would exhaust its stack."""

import re
import unicodedata

from mlplat.diagnostics import Diagnostic, Label, Severity, Span

_FORBIDDEN = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)")
"""What YAML 1.2 does not allow in a file, and the breaks that only YAML 1.1 counts as lines (NEL, LS, PS, lone CR)."""

_CONTROL_NAMES = {0x00: "NUL", 0x07: "BEL", 0x0D: "CARRIAGE RETURN", 0x1B: "ESCAPE", 0x7F: "DELETE", 0x85: "NEXT LINE"}
_MOST_REPORTED = 3
_DEEPEST_RUN = 1000
"""libyaml's composer overflows the stack at some 30,000 levels (PyYAML 6.0.3)."""

_LEADING_RUN = re.compile(rf"^[ ?:\-]{{{_DEEPEST_RUN},}}", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}]")


def forbidden_characters(text: str, file: str) -> list[Diagnostic]:
    """One finding for each of the first characters that must not stand in a YAML file."""
    if _FORBIDDEN.search(text) is None:
        return []
    findings: list[Diagnostic] = []
    for match in _FORBIDDEN.finditer(text):
        if len(findings) == _MOST_REPORTED:
            break
        code_point = ord(match.group())
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        name = _CONTROL_NAMES.get(code_point) or unicodedata.name(match.group(), "a control character")
        findings.append(
            Diagnostic(
                "MLP009",
                Severity.ERROR,
                f"the character U+{code_point:04X} ({name}) must not stand in a file",
                Label(Span(file, line, column, line, column + 1), "cannot be seen in an editor"),
                notes=("YAML readers refuse it, or take it for the end of a line",),
                help=_cure(code_point),
            )
        )
    return findings


def _cure(code_point: int) -> str:
    if code_point == 0x0D:
        return 'save the file with line ends LF or CRLF; in a value, write it in double quotes as "\\r"'
    if 0xD800 <= code_point <= 0xDFFF:
        return "delete it; half of a surrogate pair is no character"
    escape = f"\\x{code_point:02x}" if code_point < 0x100 else f"\\u{code_point:04x}"
    return f'delete it; if the value needs it, write it in double quotes as "{escape}"'


def nests_too_deep(text: str, file: str) -> list[Diagnostic]:
    """A finding when the text could nest so deep that the composer, which recurses in C, would crash the process.

    An upper bound that only absurd texts exceed; the exact limit is `yaml.MAX_DEPTH`.
    """
    match = _LEADING_RUN.search(text) if len(text) > _DEEPEST_RUN else None
    offset = match.start() if match else _bracket_too_deep(text)
    if offset is None:
        return []
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return [
        Diagnostic(
            "MLP007",
            Severity.ERROR,
            f"this document nests deeper than {_DEEPEST_RUN} levels",
            Label(Span(file, line, column, line, column + 1), "here"),
            help="close the brackets, or indent less",
        )
    ]


def _bracket_too_deep(text: str) -> int | None:
    """Where the open brackets first exceed the limit."""
    if text.count("[") + text.count("{") < _DEEPEST_RUN:
        return None
    depth = 0
    for match in _BRACKET.finditer(text):
        depth = depth + 1 if match.group() in "[{" else max(0, depth - 1)
        if depth >= _DEEPEST_RUN:
            return match.start()
    return None
