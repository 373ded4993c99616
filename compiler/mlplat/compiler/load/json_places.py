"""Where a value stands in a JSON text, found by walking the text: siblings are skipped at the speed of the decoder.

Composing the text as YAML, to ask its nodes, takes ten times as long.
"""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # in the C module, public by name

from mlplat.diagnostics import Span

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def json_span(text: str, steps: tuple[str, ...], file: str) -> Span | None:
    """The place of the value at some keys and indexes, or of the nearest thing above it.

    Of a mapping or list the place is its key. None when the text is not JSON.
    """
    try:
        start, end = _range(text, steps)
    except (ValueError, IndexError):
        return None
    return Span(file, *_position(text, start), *_position(text, end))


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _range(text: str, steps: tuple[str, ...]) -> tuple[int, int]:
    at, key = _after_space(text, 0), None
    for step in steps:
        found = _child(text, at, step)
        if found is None:
            break
        key, at = found
    if key is not None and text[at] in "{[":
        return key
    return at, _DECODER.raw_decode(text, at)[1]


def _child(text: str, at: int, step: str) -> tuple[tuple[int, int] | None, int] | None:
    """The range of a member's key (None in a list) and the offset of its value; None when there is no such member."""
    opening = text[at]
    if opening not in "{[":
        return None
    index, at = 0, _after_space(text, at + 1)
    while text[at] not in "}]":
        key, name = None, str(index)
        if opening == "{":
            name, end = scanstring(text, at + 1)
            key = (at, end)
            at = _after_space(text, _after_space(text, end) + 1)  # over the colon
        if name == step:
            return key, at
        at = _after_space(text, _DECODER.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _after_space(text, at + 1)
        index += 1
    return None


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match is not None else at
