"""Names with a value beside them in a text: in a command line, in a shell's words, in a file of settings.

    --token=VALUE   --token VALUE   DB_PASSWORD=VALUE python x.py   ?token=VALUE   password = VALUE   password: VALUE

What the names mean is not known here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WORD = r"""(?=(?P<value>"[^"\n]*"|'[^'\n]*'|[^\s;&|"'`,)]+))"""
"""Looked at and not taken: a value may hold names with values, as an address does."""
_EQUAL = re.compile(rf"""(?<![\w.$-])-{{0,2}}(?P<name>[A-Za-z_][\w.-]*)=(?!=){_WORD}""")
_FLAG_AND_WORD = re.compile(rf"""(?<!\S)--?(?P<name>[A-Za-z][\w.-]*)[ \t]+(?!-){_WORD}""")
_SETTING = re.compile(
    r"""^[ \t]*(?:- |export )?["']?(?P<name>[A-Za-z_][\w./-]*)["']?[ \t]*[:=][ \t]*"""
    r"""(?P<value>"[^"\n]*"|'[^'\n]*'|[^\s#"'][^\s#]*)[ \t]*,?[ \t]*(?:#.*)?$""",
    re.MULTILINE,
)
_FLAG = re.compile(r"--?(?P<name>[A-Za-z][\w.-]*)")
_QUOTES = "\"'"


@dataclass(frozen=True, slots=True)
class Assigned:
    """A name with its value, without quotes; the value stands at `start` to `end` (from 0)."""

    name: str
    value: str
    start: int
    end: int


def assignments(text: str) -> Iterator[Assigned]:
    """Every name with a value in a text; one may be found in two ways."""
    equal, colon, flag = "=" in text, ":" in text, "-" in text and (" " in text or "\t" in text or "\n" in text)
    for form, maybe in ((_EQUAL, equal), (_FLAG_AND_WORD, flag), (_SETTING, equal or colon)):
        for match in form.finditer(text) if maybe else ():  # most texts are a word: nothing to search in
            value, (start, end) = match["value"], match.span("value")
            if len(value) > 1 and value[0] in _QUOTES:
                value, start, end = value[1:-1], start + 1, end - 1
            yield Assigned(match["name"], value, start, end)


def flags_before(words: Sequence[object]) -> Iterator[tuple[int, str]]:
    """Of a list of words: the index of each that follows a flag as its value, with the name of the flag."""
    for index in range(1, len(words)):
        before, word = words[index - 1], words[index]
        match = _FLAG.fullmatch(before) if isinstance(before, str) else None
        if match is not None and isinstance(word, str) and not word.startswith("-"):
            yield index, match["name"]
