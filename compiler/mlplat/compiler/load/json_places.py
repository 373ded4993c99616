"""Where a value stands in a JSON text, found by walking the text: siblings are skipped at the speed of the decoder,
and what a walk learns of a mapping or list is kept for the next one.

Composing the text as YAML, to ask its nodes, takes ten times as long.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache
from json.decoder import scanstring  # type: ignore[attr-defined]  # in the C module, public by name

from mlplat.diagnostics import Span
from mlplat.objects.json_texts import after_space

_DECODER = json.JSONDecoder()
_Range = tuple[int, int]


def json_span(text: str, steps: tuple[str, ...], file: str, begins: int = 0) -> Span | None:
    """The place of the value at some keys and indexes of the document that begins at an offset of a text, or of the
    nearest thing above it.

    Of a mapping or list the place is its key. None when the text is not JSON, or nests too deep to be walked.
    """
    try:
        start, end = _range(text, steps, begins)
    except (ValueError, IndexError, RecursionError):
        return None
    return Span(file, *_position(text, start), *_position(text, end))


def _position(text: str, offset: int) -> tuple[int, int]:
    line = bisect_left(_line_ends(text), offset)
    return line + 1, offset - (_line_ends(text)[line - 1] if line else -1)


@lru_cache(maxsize=16)
def _line_ends(text: str) -> list[int]:
    return [match.start() for match in re.finditer("\n", text)]


def _range(text: str, steps: tuple[str, ...], begins: int) -> _Range:
    at, key = after_space(text, begins), None
    for step in steps:
        found = _members(text, at).get(step) if text[at] in "{[" else None
        if found is None:
            break
        key, at = found
    if key is not None and text[at] in "{[":
        return key
    return at, _DECODER.raw_decode(text, at)[1]


@lru_cache(maxsize=4096)
def _members(text: str, at: int) -> Mapping[str, tuple[_Range | None, int]]:
    """Of each member of the mapping or list that begins at an offset, by key or index: the range of its key (None in a
    list) and the offset of its value. Of two members with one key the first."""
    members: dict[str, tuple[_Range | None, int]] = {}
    for name, key, value in _walk(text, at):
        members.setdefault(name, (key, value))
    return members


def _walk(text: str, at: int) -> Iterator[tuple[str, _Range | None, int]]:
    opening, index, at = text[at], 0, after_space(text, at + 1)
    while text[at] not in "}]":
        key, name = None, str(index)
        if opening == "{":
            name, end = scanstring(text, at + 1)
            key = (at, end)
            at = after_space(text, after_space(text, end) + 1)  # over the colon
        yield name, key, at
        at = after_space(text, _DECODER.raw_decode(text, at)[1])
        if text[at] == ",":
            at = after_space(text, at + 1)
        index += 1
