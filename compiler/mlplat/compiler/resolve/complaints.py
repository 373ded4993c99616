"""What a reader of the specification sees when a value does not fit: pydantic's errors in the user's words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import Node, Path
from mlplat.compiler.resolve.positions import smallest
from mlplat.compiler.resolve.wording import dotted, either, listed, quoted, shown, sort_of
from mlplat.diagnostics import Diagnostic, Label, Severity, near_misses
from mlplat.diagnostics.mask import MASK
from mlplat.schema.merge import Shape

_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "none_required": "nothing",
}

PATTERNS = {
    r"^[a-z0-9][-a-z0-9.]*/[A-Za-z0-9][-A-Za-z0-9_.]*$": ("the name of an extended resource, such as `nvidia.com/gpu`"),
    r"^[^*\s]+$": "a name without `*` and without spaces",
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$": "lower-case letters, digits and `-`, with a letter or digit at both ends",
    r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$": (
        "lower-case letters, digits, `-` and `.`, with a letter or digit at both ends"
    ),
    r"^[a-z0-9][-a-z0-9.]*(:[0-9]{1,5})?(/[a-z0-9][-a-z0-9._]*)*/?$": (
        "a registry without a scheme and in lower case, such as `registry.example.com/ml`"
    ),
    r"^[A-Za-z_][A-Za-z0-9_]*$": "letters, digits and `_`, without a digit at the start",
    r"^[A-Za-z][A-Za-z0-9_-]*$": "letters, digits, `_` and `-`, with a letter at the start",
    r"^[-._a-zA-Z0-9]+$": "letters, digits, `-`, `_` and `.`",
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "a day such as `2026-12-31`",
    r"^/.*$": "a path from the root, with `/` at the start",
    r"^[A-Za-z][A-Za-z0-9+.-]*://.+$": "an address with a scheme, such as `s3://models/mnist`",
    r"^([0-9]+h)?([0-9]+m)?([0-9]+s)?$": "a time span such as `30s`, `5m` or `1h30m`",
    r"^[A-Z]{2,16}-?[0-9]{1,5}$": "capital letters and a number, such as `ACME001`",
    r"^(/([^~/]|~[01])*)*$": "a JSON pointer such as `/spec/replicas`",
    r"^\S+$": "a name without spaces, in which `*` stands for any part",
}
"""Every pattern of the specification language in words (a test finds patterns without them)."""

_LIMITS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
    "multiple_of": ("multiple_of", "a multiple of"),
}


@dataclass(frozen=True, slots=True)
class Concern:
    """The document that is spoken of: its name in headlines, its tree, its shape."""

    subject: str
    root: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Complaint:
    """All that pydantic has against one place: error types with their context. `missing` is the field not there."""

    node: Node
    path: Path
    missing: str | None
    errors: list[tuple[str, dict[str, Any]]]

    @property
    def types(self) -> list[str]:
        """The types of the errors, in order."""
        return [error for error, _ in self.errors]

    @property
    def is_unknown_field(self) -> bool:
        """True when the key itself is what is wrong."""
        return "extra_forbidden" in self.types

    @property
    def only_incomplete(self) -> bool:
        """True when something has yet to be said here, and nothing that is said is wrong."""
        if self.missing is not None:
            return True
        return self.types == ["value_error"] and isinstance(self.node.value, dict) and not self.named_fields()

    def named_fields(self) -> list[Node]:
        """The fields at this place that the error speaks of."""
        if not isinstance(self.node.value, dict):
            return []
        spoken = re.findall(r"\w+", _reason(self))
        return [child for key, child in self.node.value.items() if key in spoken]

    def context(self, error: str) -> dict[str, Any]:
        """The context of the first error of a type."""
        return next((context for kind, context in self.errors if kind == error), {})


def explain(concern: Concern, complaint: Complaint) -> Diagnostic:
    """The finding for one place."""
    types = complaint.types
    writer: Callable[[Concern, Complaint], Diagnostic]
    if complaint.missing is not None:
        writer = _missing_field
    elif complaint.is_unknown_field:
        writer = _unknown_field
    elif "value_error" in types and isinstance(complaint.node.value, dict | list):
        writer = _contradiction
    elif "literal_error" in types and (isinstance(complaint.node.value, str) or set(types) == {"literal_error"}):
        writer = _unknown_choice
    elif any(kind in _LIMITS for kind in types):
        writer = _out_of_range
    elif types[0] in ("too_short", "too_long"):
        writer = _wrong_count
    elif any(
        kind in ("value_error", "string_pattern_mismatch", "string_too_long", "string_too_short") for kind in types
    ):
        writer = _malformed
    else:
        writer = _wrong_type
    return writer(concern, complaint)


def _where(concern: Concern, path: Path) -> str:
    return f"`{dotted(path)}` of {concern.subject}" if path else concern.subject


def _error(code: str, headline: str, label: Label, notes: tuple[str, ...] = (), help: str | None = None) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, headline, label, notes=notes, help=help)


def _missing_field(concern: Concern, complaint: Complaint) -> Diagnostic:
    name = complaint.missing or ""
    model = concern.shape.at(complaint.path).model
    described = [
        info.description for field, info in (model.model_fields if model else {}).items() if name in (field, info.alias)
    ]
    notes = tuple(f"`{name}`: {' '.join(text.split())}" for text in described if text)
    place = Label(smallest(complaint.node), f"no `{name}` here")
    return _error(
        "MLP101", f"{_where(concern, complaint.path)} has no `{name}`", place, notes, f"add `{name}:` with a value"
    )


def _unknown_field(concern: Concern, complaint: Complaint) -> Diagnostic:
    parent, name = complaint.path[:-1], str(complaint.path[-1])
    known = tuple(concern.shape.at(parent).fields or ())
    close = near_misses(name, known)
    elsewhere = [] if close else _places_of(name, concern.shape)
    place = f"`{dotted(parent)}`" if parent else "the document"
    notes = () if close or elsewhere else (f"fields of {place}: {listed(sorted(known), 30)}",)
    help_text = f"a field with a similar name exists: {quoted(close)}" if close else f"delete `{name}`"
    if elsewhere:
        help_text = f"a field of this name exists at {listed(elsewhere, 3)}"
    return _error(
        "MLP103",
        f"unknown field `{name}` in {concern.subject}",
        Label(complaint.node.key_span or complaint.node.span, f"not a field of {place}"),
        notes,
        help_text,
    )


def _places_of(name: str, shape: Shape, above: str = "") -> list[str]:
    """Where in a document a field of this name is declared."""
    found: list[str] = []
    for field, child in (shape.fields or {}).items():
        path = f"{above}.{field}" if above else field
        if field.casefold() == name.replace("_", "").casefold():
            found.append(path)
        found += _places_of(name, child, path)
        if child.item is not None:
            found += _places_of(name, child.item, f"{path}[]")
    return sorted(found, key=lambda path: (path.count("."), path))


def _unknown_choice(concern: Concern, complaint: Complaint) -> Diagnostic:
    choices = re.findall(r"'([^']*)'", str(complaint.context("literal_error").get("expected", "")))
    others = sorted({_EXPECTED[kind] for kind in complaint.types if kind in _EXPECTED})
    value = complaint.node.value
    close = near_misses(value, choices) if isinstance(value, str) else ()
    written = shown(value, complaint.path) if not isinstance(value, dict | list) else sort_of(complaint.node)
    known = f"it can be {either([*(f'`{choice}`' for choice in choices), *others])}"
    return _error(
        "MLP104",
        f"{_where(concern, complaint.path)} cannot be {written}",
        Label(smallest(complaint.node), "not one of its values"),
        (known,),
        f"write `{close[0]}`" if close else "write one of its values",
    )


def _out_of_range(concern: Concern, complaint: Complaint) -> Diagnostic:
    kind = next(kind for kind in complaint.types if kind in _LIMITS)
    key, text = _LIMITS[kind]
    limit = f"{text} {complaint.context(kind).get(key)}"
    value = complaint.node.value
    written = shown(value, complaint.path) if not isinstance(value, dict | list) else sort_of(complaint.node)
    return _error(
        "MLP106",
        f"{_where(concern, complaint.path)} must be {limit}, got {written}",
        Label(smallest(complaint.node), f"must be {limit}"),
        help=f"write a value that is {limit}",
    )


def _wrong_count(concern: Concern, complaint: Complaint) -> Diagnostic:
    context = complaint.errors[0][1]
    few = complaint.types[0] == "too_short"
    limit = context.get("min_length" if few else "max_length")
    text = f"{'at least' if few else 'at most'} {limit} {'entry' if limit == 1 else 'entries'}"
    return _error(
        "MLP108",
        f"{_where(concern, complaint.path)} needs {text}, got {context.get('actual_length')}",
        Label(smallest(complaint.node), f"needs {text}"),
    )


def _malformed(concern: Concern, complaint: Complaint) -> Diagnostic:
    written = shown(complaint.node.value, complaint.path) if not isinstance(complaint.node.value, dict | list) else ""
    kind, context = next(
        entry for entry in complaint.errors if entry[0] not in _EXPECTED and entry[0] != "literal_error"
    )
    headline = f"{_where(concern, complaint.path)} cannot be {written}"
    label = Label(smallest(complaint.node), "does not have its form")
    if kind == "string_pattern_mismatch":
        form = PATTERNS.get(str(context.get("pattern")), f"text of the form {context.get('pattern')}")
        return _error("MLP105", headline, label, help=f"write {form}")
    if kind == "value_error":
        reason = _reason(complaint)
        fact, semicolon, cure = reason.partition("; ")
        return _error(
            "MLP105", headline, label, (f"it is {fact}",), cure if semicolon else f"write {fact.removeprefix('not ')}"
        )
    long = kind == "string_too_long"
    limit = context.get("max_length" if long else "min_length")
    note = f"it has {'more' if long else 'fewer'} than {limit} characters"
    if written == MASK:
        note = f"it must have {'at most' if long else 'at least'} {limit} characters"
    cure = f"shorten it to {limit} characters" if long else f"write at least {limit} character{'s' * (limit != 1)}"
    return _error("MLP105", headline, label, (note,), cure)


def _reason(complaint: Complaint) -> str:
    """The sentence of a validator of ours; pydantic's own prefix is not in the error object."""
    return str(complaint.context("value_error").get("error", "not accepted"))


def _contradiction(concern: Concern, complaint: Complaint) -> Diagnostic:
    spoken = complaint.named_fields()
    where = _where(concern, complaint.path)
    if not spoken:
        label = Label(smallest(complaint.node), "too little is said here")
        return _error("MLP107", f"{where} says too little", label, help=_reason(complaint))
    *others, last = [Label(child.key_span or child.span) for child in spoken]
    names = " and ".join(f"`{key}`" for key, child in complaint.node.children() if child in spoken)
    headline = f"{names} do not go together in {where}" if others else f"{names} cannot stand like this in {where}"
    notes = _inherited(concern, complaint, spoken) if others else ()
    return Diagnostic("MLP107", Severity.ERROR, headline, last, tuple(others), notes, help=_reason(complaint))


def _inherited(concern: Concern, complaint: Complaint, spoken: list[Node]) -> tuple[str, ...]:
    """How to take back a field that another layer wrote, where one of this layer contradicts it."""
    own = concern.root.span.file
    keys = [str(key) for key, child in complaint.node.children() if child in spoken and child.span.file != own]
    if not keys or len(keys) == len(spoken):
        return ()
    return tuple(f"`{key}` is inherited; `{key}: null` beside the other takes it back" for key in keys)


def _wrong_type(concern: Concern, complaint: Complaint) -> Diagnostic:
    expected = list(dict.fromkeys(_EXPECTED.get(kind, "another value") for kind in complaint.types))
    choices = re.findall(r"'([^']*)'", str(complaint.context("literal_error").get("expected", "")))
    if choices:
        expected = [text for text in expected if text != "another value"] + [f"`{choice}`" for choice in choices]
    if "a whole number" in expected and "a number" in expected:
        expected.remove("a whole number")
    text = either(expected)
    return _error(
        "MLP102",
        f"{_where(concern, complaint.path)} expects {text}, got {sort_of(complaint.node, complaint.path)}",
        Label(smallest(complaint.node), f"expects {text}"),
        help=_cure(complaint, expected),
    )


def _cure(complaint: Complaint, expected: list[str]) -> str:
    """What to write; no part of a value that may be a credential."""
    value = complaint.node.value
    if value is None:
        return "give a value, or delete the line"
    plain = shown(value, complaint.path).strip("`") if not isinstance(value, dict | list) else MASK
    if plain != MASK and (same := _in_the_right_form(value, plain, expected)) is not None:
        return same
    if expected == ["text"] and not isinstance(value, dict | list):
        return "write it in quotes"
    if expected == ["a mapping"]:
        return "write its fields below the key, one on a line: `field: value`"
    if expected == ["a list"]:
        return "write its entries below the key, one on a line, each behind `- `"
    return f"write {either(expected)}"


def _in_the_right_form(value: Any, plain: str, expected: list[str]) -> str | None:
    """How the same value is written as what is expected; None where it cannot be."""
    if isinstance(value, str):
        number = re.fullmatch(r"-?\d+" if "a whole number" in expected else r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value)
        if number and any("number" in text for text in expected):
            return f"write `{value}` without quotes"
        if "true or false" in expected and value.lower() in ("true", "yes", "on", "false", "no", "off"):
            return f"write `{'true' if value.lower() in ('true', 'yes', 'on') else 'false'}` without quotes"
    elif "text" in expected and isinstance(value, float):
        return "write it in quotes, as it stands"  # the number 1.3 may be written 1.30
    elif "text" in expected:
        return f'write `"{plain}"` in quotes'
    if "a list" in expected and all(re.fullmatch(r"[\w./=-]+", word) for word in plain.split()):
        return f"write `[{', '.join(plain.split())}]`"
    return None
