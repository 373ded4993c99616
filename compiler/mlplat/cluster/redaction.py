"""Secrets without their values: what is read from a cluster, a dump or a manifest goes through here before anything
else sees it.

A value becomes a text that says `(masked)` wherever it is printed, encoded or formatted, and that is still equal to
another value that was the same. Neither the value nor its length can be had back.
"""

import base64
import binascii
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mlplat.diagnostics.mask import MASK
from mlplat.objects.marks import LAST_APPLIED

_KEY = secrets.token_bytes(32)
"""Of this process alone: digests of one run say nothing to anybody who guesses values."""

_SHORTEST = 4
"""Bytes of the shortest value that is searched for in the labels and annotations of its Secret."""

SHORTEST_ELSEWHERE = 8
"""Characters of the shortest value that is looked for in other objects: shorter ones are words of every text."""

_HEADING = re.compile(r"[\w.-]+:|\[[\w.-]+\]|.*\s.*")
"""A line of a value of several lines that is not looked for: the name of a mapping or section, which stands in every
file of settings, and what has spaces in it: the header of a key, a sentence, a name with its value."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What a value is found by in another text: keyed hashes of its first `SHORTEST_ELSEWHERE` characters, and of all
    of it."""

    begins: bytes
    whole: bytes


class Redacted(str):
    """A value that nobody may see: the text `(masked)`, equal to the same value and to nothing else."""

    __slots__ = ("_digest", "_traces")
    _digest: bytes
    _traces: tuple[Trace, ...]

    def __new__(cls, value: bytes) -> "Redacted":
        """What stands for `value`, which is not kept."""
        made = super().__new__(cls, MASK)
        made._digest = digest(value)
        made._traces = tuple(_traces(value))
        return made

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Redacted):
            return hmac.compare_digest(self._digest, other._digest)
        return isinstance(other, str) and hmac.compare_digest(self._digest, digest(other.encode("utf-8", "replace")))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._digest)

    def __repr__(self) -> str:
        return MASK

    @property
    def digest(self) -> bytes:
        """The keyed hash of the value; two are the same when the values are, in one process."""
        return self._digest

    @property
    def traces(self) -> tuple[Trace, ...]:
        """What the value is found by elsewhere, in every form of `forms_of`."""
        return self._traces


def digest(value: bytes) -> bytes:
    """The keyed hash of a value, under the key of this process."""
    return hmac.digest(_KEY, value, "sha256")


def forms_of(value: bytes) -> Iterator[str]:
    """The texts by which a value is known elsewhere: as it is, as YAML, JSON and addresses write it, and as base64; of
    one with several lines also each that is long enough and no heading. None of one that is too short to be looked
    for."""
    text = value.decode("utf-8", "replace").strip()
    if len(text) < SHORTEST_ELSEWHERE:
        return
    yield from (text, text.replace("'", "''"), json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    yield quote(text, safe="")
    for raw in (value, value.strip()):
        for encoded in (base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
            yield from (encoded.decode("ascii"), encoded.decode("ascii").rstrip("="))
    lines = [line.strip() for line in text.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= SHORTEST_ELSEWHERE and not _HEADING.fullmatch(line))


def _traces(value: bytes) -> Iterator[Trace]:
    for text in dict.fromkeys(forms_of(value)):
        yield Trace(text_digest(text[:SHORTEST_ELSEWHERE]), text_digest(text))


def text_digest(text: str) -> bytes:
    """The keyed hash of a text: that of a value whose text it is."""
    return digest(text.encode("utf-8", "replace"))


def redact(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A Secret of the core group without its values; any other object as it is.

    `stringData` is folded over `data`, as the API server does; `data` is decoded first, so that the same bytes are the
    same however their base64 was folded. What is no base64 stands for itself. Labels and annotations that hold a
    value, plain or encoded, are redacted too, and so is the last applied configuration, whatever it holds.
    """
    if body.get("kind") != "Secret" or body.get("apiVersion") != "v1":
        return body
    values = secret_values(body)
    redacted = {key: value for key, value in body.items() if key != "stringData"}
    if "data" in body or "stringData" in body:
        redacted["data"] = {key: Redacted(value) for key, value in values.items()}
    metadata = body.get("metadata")
    if isinstance(metadata, Mapping):
        held = tuple(_forms(value for value in values.values() if len(value) >= _SHORTEST))
        redacted["metadata"] = {
            key: _texts(value, held) if key in ("annotations", "labels") else value for key, value in metadata.items()
        }
    return redacted


def secret_values(body: Mapping[str, Any]) -> dict[str, bytes]:
    """The values of a Secret by key: `data` decoded (what is no base64 stands for itself), `stringData` over it."""
    data, texts = body.get("data"), body.get("stringData")
    values = {key: _decoded(value) for key, value in data.items()} if isinstance(data, Mapping) else {}
    if isinstance(texts, Mapping):
        values |= {key: _plain(value) for key, value in texts.items()}
    return values


def _decoded(value: Any) -> bytes:
    text = _plain(value)
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return text


def _plain(value: Any) -> bytes:
    if value is None:
        return b""
    try:
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    except (TypeError, RecursionError):  # keys of several types, or no end: no value of a Secret, and still not shown
        text = type(value).__name__
    return text.encode("utf-8", "surrogatepass")


def _forms(values: Iterable[bytes]) -> Iterable[str]:
    for value in values:
        yield value.decode("utf-8", "replace")
        yield base64.b64encode(value).decode("ascii")


def _texts(texts: Any, held: tuple[str, ...]) -> Any:
    if not isinstance(texts, Mapping):
        return texts
    return {
        key: Redacted(_plain(value))
        if key == LAST_APPLIED or (isinstance(value, str) and any(form in value for form in held))
        else value
        for key, value in texts.items()
    }
