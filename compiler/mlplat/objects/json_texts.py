"""Texts of JSON documents, one or several, one behind the other: `kubectl get -o json`, `jq -c '.items[]'`."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")


def json_documents(text: str, pairs: Callable[[list[tuple[str, Any]]], Any]) -> Iterator[tuple[int, Any]]:
    """The documents of a text, each with the offset at which it begins. `pairs` makes a mapping of its members.

    Raises ValueError where the text is no JSON, RecursionError where it nests too deep for the decoder.
    """
    decoder, at = json.JSONDecoder(object_pairs_hook=pairs), after_space(text, 0)
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        yield at, value
        at = after_space(text, end)


def after_space(text: str, at: int) -> int:
    """The offset of what follows the white space at an offset."""
    match = _SPACE.match(text, at)
    return match.end() if match is not None else at
