"""Is this object what its kind's schema asks for? The answer in words, with the exact place of each problem."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, NoReturn

import jsonschema_rs

from mlplat.catalog import node as nodes
from mlplat.catalog.lookup import KindTable
from mlplat.catalog.node import Node
from mlplat.catalog.strict_schema import BYTES_PATTERN, strict_schema, strict_value_schema
from mlplat.diagnostics.suggest import near_misses
from mlplat.objects.pointer import pointer_of


class Problem(StrEnum):
    """What sort of problem it is."""

    UNKNOWN_FIELD = "unknown-field"
    MISSING = "missing"
    TYPE = "type"
    ENUM = "enum"
    RANGE = "range"
    PATTERN = "pattern"
    FORMAT = "format"
    ALTERNATIVES = "alternatives"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, order=True)
class StructuralProblem:
    """One problem of one object.

    `pointer` (RFC 6901) is the place that exists in the object: the key for an unknown field, the parent for a missing
    one. `message` is a clause without a full stop that names the field; it never quotes a value of a Secret. `field`
    is the unknown or missing field, `near` what may have been meant. `expected` holds the values of an enum.
    """

    pointer: str
    kind: Problem
    message: str
    field: str | None = None
    near: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()


def check_structure(body: Mapping[str, Any], table: KindTable) -> list[StructuralProblem]:
    """Every way in which an object departs from its kind's schema, by pointer; empty for a sound object.

    `body` is plain JSON data (dicts, lists, scalars) whose apiVersion and kind are those of `table`. A null where the
    schema does not allow one counts as absent, as the API server treats it. Not judged: CEL rules, webhooks, and what
    core kinds check in code.
    """
    duplicates = list(_duplicates(body, table.schema, ())) if table.custom else []
    validator = _validator(table)
    if not duplicates and validator.is_valid(body):
        return []
    present = without_nulls(body, table.schema)
    problems = set(duplicates)
    for error in validator.iter_errors(present):
        problems.update(_problems(error, table.schema))
    return sorted(problems)


def check_value(value: Any, node: Node) -> list[StructuralProblem]:
    """The same of one value of a custom resource, by the node of its field; nothing where the node cannot be used."""
    try:
        validator = jsonschema_rs.Draft202012Validator(
            strict_value_schema(node), validate_formats=True, retriever=_refuse
        )
    except (ValueError, jsonschema_rs.ValidationError):  # a pattern or a limit that only Go's reader takes
        return []
    if validator.is_valid(value):
        return []
    return sorted({problem for error in validator.iter_errors(value) for problem in _problems(error, node)})


def check_spelling(body: Mapping[str, Any], table: KindTable) -> list[StructuralProblem]:
    """What JSON Schema takes and Go's decoder does not read into the types of Kubernetes' own kinds: a whole number
    that is written with a fraction or an exponent (`1.0`, `1e3`; only JSON can say it, YAML is read otherwise), and
    times with `t` or `z`. Nothing for custom resources, which are read as they are."""
    return [] if table.custom else list(_unread(body, table.schema, ()))


@cache
def _validator(table: KindTable) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(strict_schema(table), validate_formats=True, retriever=_refuse)


def _refuse(uri: str) -> NoReturn:
    """A schema of ours refers to nothing outside itself; a validator that asks the network has found a bug."""
    raise AssertionError(f"a schema refers to {uri}")


def without_nulls(value: Any, node: Node | None) -> Any:
    """A copy without the nulls that the server drops: those of fields whose schema does not allow null."""
    if node is None or not node:
        return value
    if isinstance(value, dict):
        kept: dict[str, Any] = {}
        for key, inner in value.items():
            below = nodes.child(node, key)
            if inner is None and below and not below.get("nullable"):
                continue
            kept[key] = without_nulls(inner, below)
        return kept
    if isinstance(value, list):
        return [without_nulls(item, nodes.items(node)) for item in value]
    return value


def _problems(error: Any, root: Node) -> Iterator[StructuralProblem]:
    path = tuple(error.instance_path)
    node = nodes.at(root, path) or {}
    name = type(error.kind).__name__.rpartition("_")[2]
    if name == "AdditionalProperties":
        for unexpected in error.kind.unexpected:
            near = near_misses(unexpected, node.get("properties", ()))
            yield _problem(
                (*path, unexpected), Problem.UNKNOWN_FIELD, f"unknown field `{unexpected}`", unexpected, near
            )
        return
    if name == "Required":
        missing = error.kind.property
        yield _problem(path, Problem.MISSING, f"{_place(path)} has no `{missing}`", missing)
        return
    problem, words = _EXPLAIN.get(name, _explain_other)(error, node)
    expected: tuple[str, ...] = ()
    near = ()
    if problem is Problem.ENUM:
        expected = tuple(_shown(option) for option in error.kind.options)
        near = near_misses(error.instance, expected) if isinstance(error.instance, str) else ()
    yield StructuralProblem(pointer_of(path), problem, f"{_place(path)} {words}", None, near, expected)


def _problem(
    path: Sequence[str | int], kind: Problem, message: str, field: str, near: tuple[str, ...] = ()
) -> StructuralProblem:
    return StructuralProblem(pointer_of(path), kind, message, field, near)


def _place(path: Sequence[str | int]) -> str:
    """The field as people write it: `spec.template.spec.containers[0].image`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    return f"`{text}`" if text else "the object"


_WORDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}


def _found(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return f"`{str(value).lower()}`"
        case int():
            return "a whole number"
        case float():
            return "a number with a fraction"
        case str():
            return "text"
        case list():
            return "a list"
    return "a mapping"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else "null" if value is None else str(value).lower()


_Explained = tuple[Problem, str]


def _explain_type(error: Any, node: Node) -> _Explained:
    if nodes.is_quantity(node):
        wanted = "a quantity, such as `500m` or `4Gi`"
    else:
        types = [name for name in error.kind.types if name != "null"]
        wanted = " or ".join(_WORDS[name] for name in types)
    return Problem.TYPE, f"must be {wanted}, not {_found(error.instance)}"


def _explain_enum(error: Any, node: Node) -> _Explained:
    options = ", ".join(f"`{_shown(option)}`" for option in error.kind.options)
    return Problem.ENUM, f"must be one of {options}"


def _explain_pattern(error: Any, node: Node) -> _Explained:
    if nodes.is_quantity(node):
        return Problem.PATTERN, "is not a quantity: write a number and a suffix, such as `500m`, `4Gi` or `8`"
    if error.kind.pattern == BYTES_PATTERN:
        return Problem.FORMAT, "must be base64"
    return Problem.PATTERN, f"must match the pattern `{error.kind.pattern}`"


def _explain_format(error: Any, node: Node) -> _Explained:
    return Problem.FORMAT, "must be a date and time, such as `2026-01-31T12:00:00Z`"


def _limit(words: str, unit: str = "") -> "Callable[[Any, Node], _Explained]":
    def explain(error: Any, node: Node) -> _Explained:
        limit = error.kind.limit
        plural = unit if limit == 1 or not unit else unit + "s"
        return Problem.RANGE, f"{words} {limit}{' ' + plural if plural else ''}"

    return explain


def _explain_unique(error: Any, node: Node) -> _Explained:
    return Problem.DUPLICATE, "holds the same item twice"


def _explain_alternatives(error: Any, node: Node) -> _Explained:
    name = type(error.kind).__name__.rpartition("_")[2]
    branches = node.get("anyOf" if name == "AnyOf" else "oneOf", ())
    needs = [" and ".join(f"`{field}`" for field in branch["required"]) for branch in branches if "required" in branch]
    if needs and len(needs) == len(branches):
        count = "only one" if name == "OneOfMultipleValid" else "one" if name.startswith("OneOf") else "at least one"
        return Problem.ALTERNATIVES, f"must have {count} of {', '.join(dict.fromkeys(needs))}"
    if name == "OneOfMultipleValid":
        return Problem.ALTERNATIVES, "fits more than one of the forms that exclude each other"
    return Problem.ALTERNATIVES, "fits none of the forms that are allowed here"


def _explain_not(error: Any, node: Node) -> _Explained:
    excluded = node.get("not", {})
    together = [
        *excluded.get("required", ()),
        *(f for branch in excluded.get("anyOf", ()) for f in branch.get("required", ())),
    ]
    if together:
        return Problem.ALTERNATIVES, f"must not have {' and '.join(f'`{field}`' for field in together)} together"
    return Problem.ALTERNATIVES, "has a form that is not allowed here"


def _explain_other(error: Any, node: Node) -> _Explained:
    return Problem.ALTERNATIVES, "has a form that is not allowed here"


_EXPLAIN: Mapping[str, Callable[[Any, Node], _Explained]] = {
    "AnyOf": _explain_alternatives,
    "Enum": _explain_enum,
    "ExclusiveMaximum": _limit("must be less than"),
    "ExclusiveMinimum": _limit("must be greater than"),
    "Format": _explain_format,
    "MaxItems": _limit("must have at most", "item"),
    "MaxLength": _limit("must have at most", "character"),
    "MaxProperties": _limit("must have at most", "field"),
    "Maximum": _limit("must be at most"),
    "MinItems": _limit("must have at least", "item"),
    "MinLength": _limit("must have at least", "character"),
    "MinProperties": _limit("must have at least", "field"),
    "Minimum": _limit("must be at least"),
    "Not": _explain_not,
    "OneOfMultipleValid": _explain_alternatives,
    "OneOfNotValid": _explain_alternatives,
    "Pattern": _explain_pattern,
    "Type": _explain_type,
    "UniqueItems": _explain_unique,
}


_LOWER_CASE = re.compile(r"\d[tz]")


def _is_whole(node: Node) -> bool:
    return node.get("type") == "integer" or (nodes.is_int_or_string(node) and not nodes.is_quantity(node))


def _unread(value: Any, node: Node, path: tuple[str | int, ...]) -> Iterator[StructuralProblem]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list | float | str):
            below = nodes.items(node) if isinstance(value, list) else nodes.child(node, str(key))
            if not below:
                continue
            if isinstance(inner, dict | list):
                yield from _unread(inner, below, (*path, key))
            elif isinstance(inner, float) and inner.is_integer() and _is_whole(below):
                yield StructuralProblem(
                    pointer_of((*path, key)), Problem.TYPE, f"{_place((*path, key))} must be written as a whole number"
                )
            elif isinstance(inner, str) and below.get("format") == "date-time" and _LOWER_CASE.search(inner):
                yield StructuralProblem(
                    pointer_of((*path, key)),
                    Problem.FORMAT,
                    f"{_place((*path, key))} must have `T` and `Z` as capitals",
                )


def _duplicates(value: Any, node: Node, path: tuple[str | int, ...]) -> Iterator[StructuralProblem]:
    """Items of `map` lists that have the same keys: the server refuses them in custom resources."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                below = nodes.child(node, key)
                if below:
                    yield from _duplicates(inner, below, (*path, key))
    elif isinstance(value, list):
        below = nodes.items(node)
        if not below:
            return
        yield from _equal_keys(value, node, below, path)
        for index, item in enumerate(value):
            if isinstance(item, dict | list):
                yield from _duplicates(item, below, (*path, index))


def _equal_keys(value: list[Any], node: Node, below: Node, path: tuple[str | int, ...]) -> Iterator[StructuralProblem]:
    keys = nodes.list_keys(node)
    if not keys:
        return
    fallback = [nodes.default(nodes.child(below, key) or {}) for key in keys]
    seen: set[str] = set()
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            continue
        identity = repr([item.get(key, default) for key, default in zip(keys, fallback, strict=True)])
        if identity in seen:
            named = ", ".join(f"`{key}`" for key in keys)
            place = (*path, index)
            yield StructuralProblem(
                pointer_of(place), Problem.DUPLICATE, f"{_place(place)} has the same {named} as another item"
            )
        seen.add(identity)
