"""Whether the server can read the schema of a CustomResourceDefinition at all: its keywords, and what each holds.

Source: Kubernetes v1.37 `apiextensions/v1/types_jsonschema.go` and `marshal.go`, with strict decoding.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mlplat.compiler.check.reading import Problem, at_key
from mlplat.diagnostics import near_misses

_TEXT, _NUMBER, _WHOLE, _FLAG, _TEXTS = "text", "a number", "a whole number", "true or false", "a list of texts"
_ANY, _SCHEMA, _SCHEMAS, _MAP, _LIST = "anything", "a schema", "a list of schemas", "a map of schemas", "a list"
KEYWORDS: Mapping[str, str] = {
    **dict.fromkeys(("id", "$schema", "$ref", "description", "type", "format", "title", "pattern"), _TEXT),
    **dict.fromkeys(("x-kubernetes-list-type", "x-kubernetes-map-type"), _TEXT),
    **dict.fromkeys(("maximum", "minimum", "multipleOf"), _NUMBER),
    **dict.fromkeys(("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"), _WHOLE),
    **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum", "uniqueItems", "nullable"), _FLAG),
    **dict.fromkeys(
        (
            "x-kubernetes-preserve-unknown-fields",
            "x-kubernetes-embedded-resource",
            "x-kubernetes-int-or-string",
        ),
        _FLAG,
    ),
    **dict.fromkeys(("required", "x-kubernetes-list-map-keys"), _TEXTS),
    **dict.fromkeys(("default", "example", "items", "additionalProperties", "additionalItems", "dependencies"), _ANY),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _SCHEMAS),
    **dict.fromkeys(("properties", "patternProperties", "definitions"), _MAP),
    **dict.fromkeys(("enum", "x-kubernetes-validations"), _LIST),
    "not": _SCHEMA,
    "externalDocs": "a map",
}
"""What each keyword of `JSONSchemaProps` holds; the server refuses every other key."""


def problems_of_shape(schema: Any, pointer: str, strict: bool = True) -> Iterator[Problem]:
    """`strict`: unknown keys are refused. Below `items` and `additionalProperties` the server drops them."""
    if not isinstance(schema, dict):
        yield pointer, "must be a schema, a map"
        return
    for key, value in schema.items():
        where = at_key(pointer, key)
        if key not in KEYWORDS and strict:
            near = near_misses(key, KEYWORDS)
            yield where, "is no keyword of a schema" + (f"; `{near[0]}` is" if near else "")
        elif key in KEYWORDS and value is not None:
            yield from _content(key, value, where, strict)


def _content(key: str, value: Any, where: str, strict: bool) -> Iterator[Problem]:
    wanted = KEYWORDS[key]
    if key in ("additionalProperties", "additionalItems"):
        if not isinstance(value, bool):
            yield from problems_of_shape(value, where, strict=False)
    elif key == "items" and isinstance(value, list):
        yield where, "must be one schema, not a list"
    elif key == "items":
        yield from problems_of_shape(value, where, strict=False)
    elif wanted == _SCHEMA:
        yield from problems_of_shape(value, where, strict)
    elif key == "x-kubernetes-validations":
        yield from _rule_shapes(value, where, strict)
    elif wanted == _SCHEMAS and isinstance(value, list):
        for index, one in enumerate(value):
            yield from problems_of_shape({} if one is None else one, f"{where}/{index}", strict)
    elif wanted == _MAP and isinstance(value, dict):
        for name, one in value.items():
            yield from problems_of_shape({} if one is None else one, at_key(where, name), strict)
    elif not _is(value, wanted):
        yield where, f"must be {wanted}"


def _is(value: Any, wanted: str) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {
        _TEXT: isinstance(value, str),
        _NUMBER: number,
        _WHOLE: number and isinstance(value, int),
        _FLAG: isinstance(value, bool),
        _TEXTS: isinstance(value, list) and all(one is None or isinstance(one, str) for one in value),
        _LIST: isinstance(value, list),
        "a map": isinstance(value, dict),
        _ANY: True,
    }
    return fits.get(wanted, False)


_RULE_KEYS = {
    **dict.fromkeys(("rule", "message", "messageExpression", "reason", "fieldPath"), str),
    "optionalOldSelf": bool,
}


def _rule_shapes(rules: Any, where: str, strict: bool) -> Iterator[Problem]:
    if not isinstance(rules, list):
        yield where, "must be a list"
        return
    for index, rule in enumerate(rules):
        if rule is not None and not isinstance(rule, dict):
            yield f"{where}/{index}", "must be a map"
            continue
        for key, value in (rule or {}).items():
            place = at_key(f"{where}/{index}", key)
            if key not in _RULE_KEYS:
                if strict:
                    yield place, "is no field of a rule"
            elif value is not None and not isinstance(value, _RULE_KEYS[key]):
                yield place, f"must be {_FLAG if _RULE_KEYS[key] is bool else _TEXT}"
