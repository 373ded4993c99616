"""What a YAML text holds that may not be shown, by what stands around it: a Secret's values, and those of fields and
variables whose names say credential.

Of a text that cannot be read to its end, what comes before is known.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import yaml

from mlplat.diagnostics.assignments import assignments, flags_before

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 100
"""Levels of nesting; a text with more is no document of ours."""

_OTHER_BREAKS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""What no document may hold: breaks that only YAML takes for ends of lines, and what its reader refuses."""

_WHOLE = re.compile(r"kubectl\.kubernetes\.io/last-applied-configuration|\.docker(?:cfg|configjson)")
"""Fields that hold a whole object, or credentials of registries, as a text."""

_ALIKE = 0.8
_SECRET_KINDS = ("secret", "sealedsecret")
_OPEN_IN_SECRET = re.compile(
    "apiVersion|kind|type|immutable|name|namespace|group|version|labelSelector|annotationSelector|optional"
)
_OPEN_GENERATOR = re.compile("name|namespace|type|files|envs|env|behavior|options")
_OPEN_METADATA = re.compile("name|namespace|team|labels")
_OPEN_SPEC = frozenset(
    {
        ("external", "store", "name"),
        ("external", "store", "kind"),
        ("external", "keys", "key"),
        ("external", "keys", "remote"),
        ("external", "keys", "property"),
        ("external", "refresh"),
        ("existing", "keys"),
        ("sealed", "scope"),
        ("type",),
    }
)
"""Fields of a Secret document of mlplat that hold names; whatever else stands there may be the value itself."""

_SPEC_WORDS = frozenset({"encrypted", *(word for path in _OPEN_SPEC for word in path)})

_OPEN_BESIDE = re.compile(
    "name|key|secret|secretKey|property|kind|apiVersion|namespace|team|type|optional|required|image|description|path|"
    "mountPath|subPath|volume|claimName|port|containerPort|protocol|readOnly|min|max"
)
"""Fields beside `name: DB_PASSWORD` that do not hold its value."""

_EMPTY = frozenset(("", "~", "null"))
_HARMLESS = re.compile(r"true|false|null|~|[0-9.]{1,5}|\$.*|", re.IGNORECASE)


@dataclass(slots=True)
class Hidden:
    """What may not be shown: stretches of lines (from 0), and the values themselves, by their first line. `complete`
    is False where some of the text, or of a text in it, could not be read."""

    ranges: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    values: dict[int, list[str]] = field(default_factory=dict)
    complete: bool = True


@dataclass(slots=True)
class _Value:
    """One value: `items` are a mapping's keys and values, or a list's values (keys None); None for a scalar. `fields`
    are the values of a mapping by the texts of their keys, of two with one key the first."""

    text: str
    start: Any
    end: Any
    style: str | None = None
    items: "list[tuple[_Value | None, _Value]] | None" = None
    fields: "dict[str, _Value] | None" = None

    def get(self, key: str) -> "_Value | None":
        return self.fields.get(key) if self.fields is not None else None

    def is_left_out(self) -> bool:
        """True where nothing stands, or no more than a null: a text in quotes that is empty is one."""
        return self.items is None and not self.style and self.text in _EMPTY

    def said(self, key: str) -> str:
        found = self.fields.get(key) if self.fields is not None else None
        return found.text if found is not None and found.items is None else ""


def hidden_in(text: str, lines: tuple[str, ...], is_named: Callable[[str], bool]) -> Hidden:
    """What is hidden in a text, whose lines are given too. `is_named` tells names of credentials."""
    walk = _Walk(lines, is_named)
    walk.hidden.complete, documents = _documents(text)
    for document in documents:
        walk.visit(document)
    return walk.hidden


def _documents(text: str) -> tuple[bool, list[_Value]]:
    """The documents of a text, and of one that ends in an error what there is of it, with False before them."""
    top = _Value("", None, None, items=[])
    try:
        return _read(_OTHER_BREAKS.sub(" ", text), top), [value for _, value in top.items or ()]
    except (yaml.YAMLError, ValueError):
        return False, [value for _, value in top.items or ()]  # what was read so far is in the tree


def _read(text: str, top: _Value) -> bool:
    """Puts the documents of a text into `top`; False where it ends early, because nothing of ours is nested so deep."""
    stack: list[_Value] = [top]
    keys: list[_Value | None] = [None]  # of each value on the stack, the key that waits for its value
    anchors: dict[str, _Value] = {}
    reader = _LOADER(text)
    try:
        while (event := reader.get_event()).__class__ is not yaml.StreamEndEvent:
            if event.__class__ is yaml.MappingEndEvent or event.__class__ is yaml.SequenceEndEvent:
                stack.pop()
                keys.pop()
                continue
            if not isinstance(event, yaml.NodeEvent):
                continue
            value = _value(event, anchors)
            holder, key = stack[-1], keys[-1]
            if holder.fields is not None and key is None:
                keys[-1] = value
            elif holder.items is not None:
                holder.items.append((key, value))
                if holder.fields is not None and key is not None:
                    holder.fields.setdefault(key.text, value)
                keys[-1] = None
            if value.items is not None:
                if len(stack) > _DEEPEST:
                    return False
                stack.append(value)
                keys.append(None)
    finally:
        reader.dispose()
    return True


def _value(event: Any, anchors: dict[str, _Value]) -> _Value:
    """The value that begins with an event; a scalar that stands elsewhere, for its alias."""
    if event.__class__ is yaml.ScalarEvent:
        scalar = _Value(event.value, event.start_mark, event.end_mark, event.style)
        if event.anchor:
            anchors[event.anchor] = scalar
        return scalar
    if event.__class__ is yaml.AliasEvent:
        return anchors.get(event.anchor or "") or _Value("", event.start_mark, event.end_mark)
    fields: dict[str, _Value] | None = {} if event.__class__ is yaml.MappingStartEvent else None
    return _Value("", event.start_mark, event.end_mark, None, [], fields)


class _Walk:
    """Holds what the recursion shares."""

    def __init__(self, lines: tuple[str, ...], is_named: Callable[[str], bool], inside: int = 0) -> None:
        self.lines = lines
        self.is_named = is_named
        self.inside = inside
        self.hidden = Hidden()

    def visit(self, value: _Value) -> None:
        if value.items is None:
            self.scalar(value)
        elif value.fields is not None:
            self.mapping(value)
        else:
            words = [one.text if one.items is None else None for _, one in value.items]
            flagged = {index for index, name in flags_before(words) if self.is_named(name)}
            for index, (_, one) in enumerate(value.items):
                self.named(one) if index in flagged else self.visit(one)

    def mapping(self, value: _Value) -> None:
        if _is_secret(value):
            self.secret(value)
            return
        beside = self.is_named(value.said("name")) or self.is_named(value.said("path").rpartition("/")[2])
        target = value.get("target")
        aims_at_secret = target is not None and "secret" in (target.text.lower(), target.said("kind").lower())
        for key, inner in value.items or ():
            name = key.text if key is not None else ""
            of_secret = aims_at_secret and inner is not target and not _OPEN_IN_SECRET.fullmatch(name)
            if of_secret or _WHOLE.fullmatch(name):
                self.everything(inner)
            elif name == "secretGenerator":
                self.generator(inner)
            elif (
                self.is_named(name)
                or _is_key_itself(name, value)
                or (beside and inner.items is None and not _OPEN_BESIDE.fullmatch(name))
            ):
                self.named(inner)
            else:
                self.visit(inner)

    def secret(self, value: _Value) -> None:
        ours = value.said("apiVersion").startswith("mlplat")
        for key, inner in value.items or ():
            name = key.text if key is not None else ""
            if name == "metadata" and inner.fields is not None:
                self.metadata(inner)
            elif name == "spec" and ours:
                self.spec(inner, ())
            elif not _OPEN_IN_SECRET.fullmatch(name) or inner.items is not None:
                self.everything(inner)

    def metadata(self, value: _Value) -> None:
        """That of a Secret: its annotations may repeat it whole, but for those that speak to mlplat."""
        for key, inner in value.items or ():
            name = key.text if key is not None else ""
            if name == "annotations" and inner.fields is not None:
                self.metadata(inner)
            elif not (_OPEN_METADATA.fullmatch(name) or name.startswith("mlplat.dev/")):
                self.everything(inner)

    def spec(self, value: _Value, path: tuple[str, ...]) -> None:
        if value.items is None:
            if path not in _OPEN_SPEC:
                self.hide(value)
            return
        for key, inner in value.items:
            if key is not None and inner.is_left_out() and key.text not in _SPEC_WORDS:
                self.hide(key)
            self.spec(inner, (*path, key.text) if key is not None else path)

    def generator(self, value: _Value) -> None:
        """`secretGenerator` of kustomize: literals are values of a Secret."""
        for _, entry in value.items or ():
            for key, inner in entry.items or ():
                if key is None or not _OPEN_GENERATOR.fullmatch(key.text):
                    self.everything(inner)

    def named(self, value: _Value) -> None:
        """The value of what is called a credential; names of Secrets and keys in it stay."""
        if value.items is None:
            if _HARMLESS.fullmatch(value.text.strip()) is None:
                self.hide(value)
            return
        for key, inner in value.items:
            if key is None or (inner.items is None and not _OPEN_BESIDE.fullmatch(key.text)):
                self.named(inner)
            else:
                self.visit(inner)

    def everything(self, value: _Value) -> None:
        if value.items is None:
            self.hide(value)
            return
        for inner_key, inner in value.items:
            if inner_key is not None and inner.is_left_out():
                self.hide(inner_key)  # `{hunter2}`: a key without a value may be the value
            self.everything(inner)

    def scalar(self, value: _Value) -> None:
        """A text that may hold a name and a value, or be a document itself."""
        text = value.text
        if ("\n" in text or text.lstrip()[:1] == "{") and self.inside < 2:
            self.block(value)
        found = [one for one in assignments(text) if self.is_named(one.name) and not _HARMLESS.fullmatch(one.value)]
        if not found:
            return
        for one in found:
            self.remember(value.start.line, one.value)
            if value.start.line == value.end.line:
                line = self.lines[value.start.line] if value.start.line < len(self.lines) else ""
                at = line.find(one.value, value.start.column)
                if 0 <= at < value.end.column:
                    self.range(value.start.line, at, at + len(one.value))
                else:
                    self.hide(value)
            elif value.style not in ("|", ">"):
                self.hide(value)
        if value.style in ("|", ">"):
            for number in range(value.start.line + 1, min(value.end.line + 1, len(self.lines))):
                for one in found:
                    at = self.lines[number].find(one.value)
                    if at >= 0:
                        self.range(number, at, at + len(one.value))

    def block(self, value: _Value) -> None:
        """A document in a text: a patch, a manifest."""
        inner = _Walk(tuple(value.text.split("\n")), self.is_named, self.inside + 1)
        complete, documents = _documents(value.text)
        for document in documents:
            if document.items is not None:
                inner.visit(document)
        self.hidden.complete = self.hidden.complete and complete and inner.hidden.complete
        hidden = [one for values in inner.hidden.values.values() for one in values]
        for one in hidden:
            self.remember(value.start.line, one)
        if hidden and value.style != "|":
            self.hide(value)
        elif hidden:
            first = value.start.line + 1
            indent = _indent(self.lines[first : value.end.line + 1])
            for number, ranges in inner.hidden.ranges.items():
                for start, end in ranges:
                    self.range(first + number, start + indent, end + indent)

    def hide(self, value: _Value) -> None:
        if not value.text or (not value.style and value.text in _EMPTY):
            return
        self.remember(value.start.line, value.text)
        if value.text.lstrip()[:1] == "{":
            for document in _documents(value.text)[1]:
                for text in _texts(document):
                    self.remember(value.start.line, text)
        first, last = value.start, value.end
        for number in range(first.line, min(last.line + 1, len(self.lines))):
            line = self.lines[number]
            start = first.column if number == first.line else len(line) - len(line.lstrip())
            end = last.column if number == last.line else len(line.rstrip())
            if value.style in ("|", ">") and number == first.line:
                continue
            self.range(number, start, end)

    def range(self, line: int, start: int, end: int) -> None:
        if start < end:
            self.hidden.ranges.setdefault(line, []).append((start, end))

    def remember(self, line: int, text: str) -> None:
        self.hidden.values.setdefault(line, []).append(text)


def _texts(value: _Value) -> Iterator[str]:
    """Every text in a value, keys left out."""
    if value.items is None:
        yield value.text
    for _, inner in value.items or ():
        yield from _texts(inner)


def _indent(lines: tuple[str, ...]) -> int:
    return min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)


def _is_secret(value: _Value) -> bool:
    """True for a Secret or SealedSecret, also where the word is misspelled, or the one field that only a Secret has."""
    kind = value.said("kind").casefold()
    if kind and any(_alike(kind, one) for one in _SECRET_KINDS):
        return True
    return any(_alike(name.casefold(), "stringdata") for name in value.fields or ())


def _is_key_itself(name: str, holder: _Value) -> bool:
    """True for a `secretKey`, but not for that of an ExternalSecret, which names a key."""
    return name == "secretKey" and holder.get("remoteRef") is None


@lru_cache(maxsize=4096)
def _alike(written: str, meant: str) -> bool:
    return abs(len(written) - len(meant)) <= 2 and SequenceMatcher(None, written, meant).ratio() >= _ALIKE
