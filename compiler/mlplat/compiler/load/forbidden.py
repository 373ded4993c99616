"""Texts that must not reach the YAML reader: control characters, and nesting that would exhaust its stack."""

import re
import unicodedata

from mlplat.diagnostics import Diagnostic, Label, Severity, Span
from mlplat.objects.nesting import deep_place

_FORBIDDEN = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)")
"""What YAML 1.2 does not allow in a file, and the breaks that only YAML 1.1 counts as lines (NEL, LS, PS, lone CR)."""

_CONTROL_NAMES = {0x00: "NUL", 0x07: "BEL", 0x0D: "CARRIAGE RETURN", 0x1B: "ESCAPE", 0x7F: "DELETE", 0x85: "NEXT LINE"}
_MOST_REPORTED = 3


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


def nests_too_deep(text: str, file: str, most: int) -> list[Diagnostic]:
    """A finding when the text could nest so deep that the composer, which recurses in C, would crash the process.

    The limit that is to be kept, `most`, is lower, and held where the text is read.
    """
    place = deep_place(text)
    if place is None:
        return []
    line, column = place
    return [
        Diagnostic(
            "MLP007",
            Severity.ERROR,
            f"this document nests deeper than {most} levels",
            Label(Span(file, line, column, line, column + 1), "here"),
            help="close the brackets, or indent less",
        )
    ]
