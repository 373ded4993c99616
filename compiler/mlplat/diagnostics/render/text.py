"""Text made fit for a terminal: width in columns, nothing that moves the cursor or reorders what is read."""

import re
import unicodedata

TAB = "    "
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` with tabs as spaces and with control and direction characters as a replacement character."""
    return _UNSAFE.sub("\ufffd", text.replace("\t", TAB)) if not text.isprintable() else text


def one_line(text: str) -> str:
    """A headline or label: visible, line breaks shown as `\\n`."""
    return visible(text.replace("\r", "").replace("\n", "\\n"))


def width(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    if text.isascii():
        return len(text) + text.count("\t") * (len(TAB) - 1)
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if character == "\t":
        return len(TAB)
    if unicodedata.category(character) in ("Mn", "Me", "Cf") and not _UNSAFE.match(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
