"""Manifests as text: an emitter whose strings stay strings in YAML 1.1, YAML 1.2 and Go's YAML.

PyYAML's dumper writes `1e3`, `0o17`, `08` and `y` without quotes, and Go reads numbers and booleans. Here a string
is plain only when no reader could take it for anything else; everything else is a JSON string, which is YAML too.
Long lines are never folded. `tests/emit/test_yaml.py` sends every awkward string through PyYAML and kustomize.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Any

_PLAIN = re.compile(
    r"[A-Za-z/_][A-Za-z0-9/_.@+%=,~-]*"  # no sign, digit or dot in front: never a number
    r"(?:[: ][A-Za-z0-9/_.@+%=~(-][A-Za-z0-9/_.@+%=,~()-]*)*"  # a colon or a space, each before something harmless
)
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
"""Words that YAML 1.1, or Go's reader of it, takes for a boolean or null, in any case."""

_LITERAL = re.compile(
    "[!-~\xa1-\xac\xae-\u1fff\u2030-\u205e\u2070-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\uffef][^\r]*"
)
_LITERAL_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u205f-\u206f\ufdd0-\ufdef\ufeff\ufff0-\uffff\ud800-\udfff]"
    r"|[ ](?:\n|\Z)"
)
_JSON_UNSAFE = re.compile("[\x7f-\xa0\xad\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_LONGEST_SIMPLE_KEY = 900
"""Readers look at most 1024 characters ahead for the colon of a key; one that is longer is written after `? `."""

_LONGEST_CACHED = 200


def dump(body: Mapping[str, Any]) -> str:
    """One object as block-style YAML, keys in the order of the mapping, ending in one line feed.

    `body` holds what JSON can hold: mappings with string keys, lists, strings, numbers, booleans, None. Anything
    else, infinity and NaN included, is a mistake of ours and raises `TypeError` or `ValueError`.
    """
    if not body:
        return "{}\n"
    lines: list[str] = []
    _mapping(body, "", "", lines)
    lines.append("")
    return "\n".join(lines)


def canonical_order(body: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with its keys in the order in which people write Kubernetes objects.

    `apiVersion`, `kind`, `metadata` (name, generateName, namespace, labels, annotations), then the other fields
    sorted, `spec` before them and `status` last; all maps below are sorted. Lists keep their order.
    """
    ordered = {key: _sorted(body[key]) for key in _FIRST if key in body}
    ordered |= {key: _sorted(body[key]) for key in sorted(body) if key not in _FIRST and key != "status"}
    if "status" in body:
        ordered["status"] = _sorted(body["status"])
    metadata = ordered.get("metadata")
    if isinstance(metadata, dict):
        first = {key: metadata[key] for key in _FIRST_METADATA if key in metadata}
        ordered["metadata"] = {**first, **metadata}
    return ordered


_FIRST = ("apiVersion", "kind", "metadata", "spec")
_FIRST_METADATA = ("name", "generateName", "namespace", "labels", "annotations")


def _sorted(value: Any) -> Any:
    if value.__class__ is str:  # nearly every value; asking the abstract classes below takes ten times as long
        return value
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return value


def lost_by_kustomize(text: str) -> str | None:
    """Why `kubectl kustomize` would not give this string back, None when it does.

    Found by sending strings through kustomize 5.8.1 (kubectl 1.37.1): its own writer, not ours, loses them.
    """
    if text.isascii() and "\x7f" not in text and not (text.startswith("\t") and "\n" in text):
        return None
    if "\x85" in text:
        return "kustomize turns U+0085 (next line) into a space"
    control = _NOT_FOR_KUSTOMIZE.search(text)
    if control is not None:
        return f"kustomize stops at the control character U+{ord(control.group()):04X}"
    if text.startswith("\t") and "\n" in text:
        return "kustomize cannot patch or annotate with a text of several lines that starts with a tab"
    return None


def key_lost_by_kustomize(key: str) -> str | None:
    """The same for the key of a mapping, which kustomize also loses when it is a merge key or too long."""
    if key == "<<":
        return "kustomize takes the key `<<` for a merge key"
    if len(_quoted(key).encode("utf-8", "replace")) > _LONGEST_SIMPLE_KEY:
        return "kustomize cannot read keys of more than about 1000 characters"
    return lost_by_kustomize(key)


_NOT_FOR_KUSTOMIZE = re.compile("[\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


def _mapping(body: Mapping[str, Any], first: str, indent: str, lines: list[str]) -> None:
    """Appends the lines of a non-empty mapping; `first` stands before its first key, `indent` before the others."""
    for key, value in body.items():
        name = _key(key)
        if len(name) > _LONGEST_SIMPLE_KEY:
            lines.append(f"{first}? {name[:-1]}")
            name, first = ":", indent
        kind = value.__class__
        if kind is str:
            text = _scalar(value) if len(value) <= _LONGEST_CACHED else _string(value)
            if text is None:
                text = _literal(value, indent + "  ")
            lines.append(f"{first}{name} {text}")
        elif kind is dict or kind is list:
            _nested(f"{first}{name}", value, indent, lines)
        else:
            _other(f"{first}{name}", value, indent, lines)
        first = indent


def _nested(name: str, value: Any, indent: str, lines: list[str]) -> None:
    """Appends a field that holds a mapping or a list; `name` is its key with what stands before it."""
    if isinstance(value, Mapping):
        if value:
            lines.append(name)
            _mapping(value, indent + "  ", indent + "  ", lines)
        else:
            lines.append(f"{name} {{}}")
    elif value:
        lines.append(name)
        _sequence(value, indent, indent, lines)
    else:
        lines.append(f"{name} []")


def _other(name: str, value: Any, indent: str, lines: list[str]) -> None:
    """Appends a field whose value is neither exactly a `str`, a `dict` nor a `list`."""
    if isinstance(value, str):  # a `StrEnum` is written as its text
        text = _string(str(value))
        lines.append(f"{name} {_literal(value, indent + '  ') if text is None else text}")
    elif isinstance(value, Mapping | Sequence):
        _nested(name, value, indent, lines)
    else:
        lines.append(f"{name} {_plain_value(value)}")


def _sequence(items: Sequence[Any], first: str, indent: str, lines: list[str]) -> None:
    """Appends the items of a non-empty list, dashes at `indent`."""
    for item in items:
        if isinstance(item, str):
            text = _string(str(item))
            lines.append(f"{first}- {_literal(item, indent + '  ') if text is None else text}")
        elif isinstance(item, Mapping):
            if item:
                _mapping(item, f"{first}- ", indent + "  ", lines)
            else:
                lines.append(f"{first}- {{}}")
        elif isinstance(item, Sequence):
            if item:
                _sequence(item, f"{first}- ", indent + "  ", lines)
            else:
                lines.append(f"{first}- []")
        else:
            lines.append(f"{first}- {_plain_value(item)}")
        first = indent


def _plain_value(value: Any) -> str:
    """None, a boolean or a number."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"{value} cannot be written in a manifest")
        text = repr(float(value))
        mantissa, exponent, power = text.partition("e")
        return text if not exponent or "." in mantissa else f"{mantissa}.0e{power}"  # YAML 1.1 demands the point
    raise TypeError(f"a manifest cannot hold a {type(value).__name__}")


def _string(text: str) -> str | None:
    """A string on one line, plain or quoted; None when a literal block shows it better and just as exactly."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    if "\n" in text and _is_literal(text):
        return None
    return _quoted(text)


_scalar = lru_cache(maxsize=65536)(_string)


def _quoted(text: str) -> str:
    """A JSON string in which no character is left that YAML or Go's reader would refuse, fold or drop."""
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if quoted.isascii() and "\x7f" not in quoted else _JSON_UNSAFE.sub(_escaped, quoted)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


@lru_cache(maxsize=65536)
def _key(key: str) -> str:
    """A key with its colon."""
    if not isinstance(key, str):
        raise TypeError(f"a key of a manifest must be text, not a {type(key).__name__}")
    key = str(key)
    if _PLAIN.fullmatch(key) and key.casefold() not in _WORDS:
        return f"{key}:"
    return f"{_quoted(key)}:"


def _is_literal(text: str) -> bool:
    """True when a literal block gives the text back to every reader: ordinary characters, no space at a line's end.

    The first line must start with a visible character, from which readers take the indentation, and the text must end
    in at most one line feed.
    """
    return _LITERAL.match(text) is not None and not text.endswith("\n\n") and _LITERAL_FORBIDDEN.search(text) is None


def _literal(text: str, indent: str) -> str:
    """The header and the lines of a literal block."""
    header, body = ("|", text[:-1]) if text.endswith("\n") else ("|-", text)
    lines = [indent + line if line else "" for line in body.split("\n")]
    return "\n".join((header, *lines))
