"""The inside of a CustomResourceDefinition: whether its schema is one that the server takes, that is, structural.

Source: Kubernetes v1.37 `staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation` and
`pkg/apiserver/schema/{structural,validation,complete}.go`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from mlplat.catalog.distil import distil
from mlplat.catalog.structural import check_value
from mlplat.compiler.check.core.expressions import FLAG, TEXT, fields_read, why_no_rule
from mlplat.compiler.check.core.schema_shape import KEYWORDS, problems_of_shape
from mlplat.compiler.check.go_patterns import is_go_pattern
from mlplat.compiler.check.reading import Body, Problem, mapping
from mlplat.objects.pointer import escape

_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_UNSUPPORTED = ("id", "$schema", "$ref", "definitions", "dependencies", "patternProperties", "additionalItems")
_OUTSIDE = (
    *("type", "description", "title", "default", "nullable", "additionalProperties"),
    *("x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string"),
    *("x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-validations"),
)
"""What may not stand inside `allOf`, `anyOf`, `oneOf` and `not`."""
_JUNCTORS = ("allOf", "anyOf", "oneOf")
_INT_OR_STRING = ({"type": "integer"}, {"type": "string"})
_REASONS = ("FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node of a schema stands. `level` is "root", "field" or "item"."""

    pointer: str
    level: str = "root"
    in_metadata: bool = False
    tracked: bool = True
    """Whether the server knows of a value there what it was before a change: not in lists without keys."""

    def at(self, *steps: str | int, level: str = "field") -> "_Place":
        """A place below."""
        return replace(self, pointer=self.pointer + "".join(f"/{escape(str(one))}" for one in steps), level=level)


def problems_of_schema(schema: Any, pointer: str) -> Iterator[Problem]:
    """What the server refuses of an `openAPIV3Schema`, each at a JSON pointer below the given one."""
    # What cannot be read is not judged further; defaults are judged by a sound schema only.
    found = list(problems_of_shape(schema, pointer))
    if not found:
        node = _read(schema)
        found = list(_node(node, _Place(pointer))) or list(_defaults(node, _Place(pointer)))
    yield from found


def _read(schema: Any) -> Body:
    """A schema as the server keeps it: nulls are absent, a field that is null has the empty schema, and keys that are
    no keywords are gone."""
    made: dict[str, Any] = {}
    for key, value in mapping(schema).items():
        if value is None or key not in KEYWORDS or (key == "enum" and not value):
            continue
        if key == "properties":
            value = {name: _read(below) for name, below in value.items()}
        elif key in ("items", "not", "additionalProperties") and isinstance(value, dict):
            value = _read(value)
        elif key in _JUNCTORS:
            value = [_read(one) for one in value]
        elif key == "x-kubernetes-list-map-keys":
            value = ["" if one is None else one for one in value]
        made[key] = value
    return made


# ------------------------------------------------------------------------------------------- what is structural


def _node(node: Body, place: _Place) -> Iterator[Problem]:
    yield from _type(node, place)
    yield from _keywords(node, place)
    yield from _list(node, place)
    yield from _rules(node, place)
    yield from _values(node, place.pointer)
    for name in ("apiVersion", "kind") if place.level == "root" else ():
        field = mapping(node.get("properties")).get(name)
        if field is not None and field.get("type") != "string":
            yield f"{place.pointer}/properties/{name}", "must have `type: string`"
    if place.level == "root" and "metadata" in mapping(node.get("properties")):
        yield from _metadata(mapping(node["properties"]["metadata"]), f"{place.pointer}/properties/metadata")
    for below, beneath in _below(node, place):
        yield from _node(below, beneath)


def _type(node: Body, place: _Place) -> Iterator[Problem]:
    kind, where = node.get("type") or "", place.pointer
    either, keeps = node.get("x-kubernetes-int-or-string") is True, _keeps(node)
    if kind and kind not in _TYPES:
        yield f"{where}/type", f"must be one of {', '.join(_TYPES)}"
    elif place.level == "root" and kind != "object" and (kind or not keeps):
        yield (f"{where}/type" if kind else where), "must have `type: object`, as the root of a kind"
    elif node.get("x-kubernetes-embedded-resource") is True and kind != "object":
        yield (f"{where}/type" if kind else where), "must have `type: object`, as an embedded object"
    elif not kind and not either and not keeps:
        yield where, "must have a `type`"
    elif either and kind:
        yield f"{where}/type", "must be left out beside `x-kubernetes-int-or-string`"
    if either and keeps:
        yield f"{where}/x-kubernetes-int-or-string", "excludes `x-kubernetes-preserve-unknown-fields`"


def _keeps(node: Body) -> bool:
    return node.get("x-kubernetes-preserve-unknown-fields") is True


def _keywords(node: Body, place: _Place) -> Iterator[Problem]:
    where = place.pointer
    for key in _UNSUPPORTED:
        if node.get(key) not in (None, "", {}, []):
            yield f"{where}/{escape(key)}", "cannot be used in a definition"
    if node.get("uniqueItems") is True:
        yield f"{where}/uniqueItems", "cannot be used: write `x-kubernetes-list-type: set`"
    if node.get("x-kubernetes-preserve-unknown-fields") is False:
        yield f"{where}/x-kubernetes-preserve-unknown-fields", "must be true, or left out"
    additional, embedded = node.get("additionalProperties"), node.get("x-kubernetes-embedded-resource") is True
    if additional not in (None, True) and node.get("properties"):
        yield f"{where}/additionalProperties", "excludes `properties`"
    elif additional is not None and (place.level == "root" or embedded):
        yield f"{where}/additionalProperties", "cannot be used at the root of an object"
    if embedded and not node.get("properties") and not _keeps(node):
        yield where, "needs `properties` or `x-kubernetes-preserve-unknown-fields`, as an embedded object"
    if node.get("x-kubernetes-map-type") is not None:
        if node["x-kubernetes-map-type"] not in ("atomic", "granular"):
            yield f"{where}/x-kubernetes-map-type", "must be `atomic` or `granular`"
        if node.get("type") != "object":
            yield f"{where}/x-kubernetes-map-type", "goes with `type: object` only"
    pattern = node.get("pattern")
    if isinstance(pattern, str) and not is_go_pattern(pattern):
        yield f"{where}/pattern", "is no regular expression"
    if place.in_metadata and "default" in node:
        yield f"{where}/default", "cannot be set in `metadata`"


def _metadata(node: Body, where: str) -> Iterator[Problem]:
    if node.get("type") not in (None, "", "object"):
        yield f"{where}/type", "must be `object`"
    extra = {key for key, value in node.items() if value not in (None, "", {}, [])} - {"type", "properties"}
    for key in sorted(extra - {"description", "title", "example", "externalDocs"}):
        yield f"{where}/{escape(key)}", "cannot be said of `metadata`"
    for name in mapping(node.get("properties")):
        if name not in ("name", "generateName"):
            yield f"{where}/properties/{escape(name)}", "cannot be restricted: only `name` and `generateName` can"


def _list(node: Body, place: _Place) -> Iterator[Problem]:
    where, kind, keys = place.pointer, node.get("x-kubernetes-list-type"), node.get("x-kubernetes-list-map-keys")
    items = node.get("items")
    if node.get("type") == "array" and not isinstance(items, dict):
        yield where, "needs `items`"
    if keys and kind != "map":
        yield f"{where}/x-kubernetes-list-map-keys", "goes with `x-kubernetes-list-type: map` only"
    if kind is None:
        return
    if kind not in ("atomic", "map", "set"):
        yield f"{where}/x-kubernetes-list-type", "must be `atomic`, `map` or `set`"
    if node.get("type") != "array":
        yield f"{where}/x-kubernetes-list-type", "goes with `type: array` only"
    below = mapping(items)
    if kind == "map":
        yield from _map_list(below, keys, where)
    elif kind == "set":
        atomic = below.get("x-kubernetes-list-type" if below.get("type") == "array" else "x-kubernetes-map-type")
        if below.get("type") in ("array", "object") and atomic != "atomic":
            yield f"{where}/items", "must be single values or atomic in a list that is a set"
        if below.get("nullable") is True:
            yield f"{where}/items/nullable", "cannot be true in a list that is a set"


def _map_list(items: Body, keys: Any, where: str) -> Iterator[Problem]:
    if not keys:
        yield where, "needs `x-kubernetes-list-map-keys`, as a list of type `map`"
    if items.get("type") != "object":
        yield f"{where}/items", "must have `type: object` in a list of type `map`"
    if items.get("nullable") is True:
        yield f"{where}/items/nullable", "cannot be true in a list of type `map`"
    fields, needed = mapping(items.get("properties")), items.get("required") or []
    named = [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
    for index, key in enumerate(named):
        place, field = f"{where}/x-kubernetes-list-map-keys/{index}", mapping(fields.get(key))
        if key in named[:index]:
            yield place, f"`{key}` is there twice"
        elif key not in fields:
            yield place, f"`{key}` is no field of the items"
        elif field.get("type") in ("object", "array"):
            yield place, f"`{key}` must be a single value"
        elif field.get("nullable") is True:
            yield place, f"`{key}` cannot be nullable"
        elif key not in needed and "default" not in field:
            yield place, f"`{key}` must be required or have a default"


def _rules(node: Body, place: _Place) -> Iterator[Problem]:
    rules = node.get("x-kubernetes-validations")
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        where, held = f"{place.pointer}/x-kubernetes-validations/{index}", mapping(rule)
        if not str(held.get("rule") or "").strip():
            yield where, "needs `rule`"
            continue
        why = why_no_rule(held["rule"], FLAG) or _why_not_of(held["rule"], node, place)
        if why is not None:
            yield f"{where}/rule", why
        if held.get("messageExpression"):
            why = why_no_rule(held["messageExpression"], TEXT)
            if why is not None:
                yield f"{where}/messageExpression", why
        if held.get("optionalOldSelf") is not None and not _OLD.search(held["rule"]):
            yield f"{where}/optionalOldSelf", "goes with a rule that reads `oldSelf` only"
        message = held.get("message")
        if isinstance(message, str) and message and not message.strip():
            yield f"{where}/message", "must not be blank"
        elif isinstance(message, str) and "\n" in message:
            yield f"{where}/message", "must be one line"
        elif isinstance(message, str) and len(message) > 2048:
            yield f"{where}/message", "has more than 2048 characters"
        elif not message and "\n" in held["rule"].strip() and not held.get("messageExpression"):
            yield where, "needs a `message`: the rule has several lines"
        if held.get("reason") is not None and held["reason"] not in _REASONS:
            yield f"{where}/reason", f"must be one of {', '.join(_REASONS)}"
        if held.get("fieldPath"):
            yield from _field_path(str(held["fieldPath"]), node, f"{where}/fieldPath")


_OLD = re.compile(r"\boldSelf\b")


def _why_not_of(rule: str, node: Body, place: _Place) -> str | None:
    """What a rule reads of its node that is not there."""
    if not place.tracked and _OLD.search(rule):
        return "reads `oldSelf` of an item of a list without keys, which nobody knows"
    if node.get("type") != "object" or isinstance(node.get("additionalProperties"), dict | bool):
        return None
    known = {*mapping(node.get("properties")), "apiVersion", "kind", "metadata"}
    for field in fields_read(rule, "self"):
        if field not in known and not field.startswith("__"):
            return f"reads `self.{field}`, which is no field there"
    return None


def _defaults(node: Body, place: _Place) -> Iterator[Problem]:
    """Defaults that the schema itself refuses. None is filled in within another."""
    if node.get("default") is not None and not place.in_metadata:
        for problem in check_value(node["default"], distil(node)):
            yield f"{place.pointer}/default{problem.pointer}", f"does not fit the schema: {problem.message}"
    for below, beneath in _below(node, place):
        yield from _defaults(below, beneath)


def _below(node: Body, place: _Place) -> Iterator[tuple[Body, _Place]]:
    """The nodes below a node, with their places."""
    for name, field in mapping(node.get("properties")).items():
        inside = name == "metadata" and (place.level == "root" or node.get("x-kubernetes-embedded-resource") is True)
        beneath = place.at("properties", name)
        yield mapping(field), replace(beneath, in_metadata=place.in_metadata or inside)
    if isinstance(node.get("items"), dict):
        keyed = node.get("x-kubernetes-list-type") == "map"
        yield node["items"], replace(place.at("items", level="item"), tracked=place.tracked and keyed)
    if isinstance(node.get("additionalProperties"), dict):
        yield node["additionalProperties"], place.at("additionalProperties")


_STEP = re.compile(r"\.(?P<name>[A-Za-z_][\w-]*)|\['(?P<quoted>[^']+)'\]")


def _field_path(path: str, node: Body, where: str) -> Iterator[Problem]:
    at, below = 0, node
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            yield where, "must be a path such as `.spec.replicas`"
            return
        name = step["name"] or step["quoted"]
        fields = mapping(below.get("properties"))
        if name not in fields and not isinstance(below.get("additionalProperties"), dict):
            yield where, f"names `{name}`, which is no field there"
            return
        below = mapping(fields.get(name, below.get("additionalProperties")))
        at = step.end()


# --------------------------------------------------------------------------- what stands inside of logical keywords


def _values(node: Body, pointer: str) -> Iterator[Problem]:
    """`allOf`, `anyOf`, `oneOf` and `not` of a node: they add limits to what is declared outside."""
    either = node.get("x-kubernetes-int-or-string") is True
    for key in _JUNCTORS:
        branches = node.get(key)
        for index, branch in enumerate(branches if isinstance(branches, list) else ()):
            where, held = f"{pointer}/{key}/{index}", mapping(branch)
            if either and key == "anyOf" and _is_int_or_string(branches):
                continue
            if either and key == "allOf" and index == 0 and _is_int_or_string(held.get("anyOf")):
                held = {name: value for name, value in held.items() if name != "anyOf"}
            yield from _nested(held, where)
    if isinstance(node.get("not"), dict):
        yield from _nested(node["not"], f"{pointer}/not")


def _is_int_or_string(branches: Any) -> bool:
    return bool(branches == list(_INT_OR_STRING))


def _nested(node: Body, where: str) -> Iterator[Problem]:
    for key in _OUTSIDE:
        if node.get(key) not in (None, "", [], False):
            yield f"{where}/{escape(key)}", "cannot stand here: write it outside of the logical keyword"
    for name, below in mapping(node.get("properties")).items():
        yield from _nested(mapping(below), f"{where}/properties/{escape(name)}")
    if isinstance(node.get("items"), dict):
        yield from _nested(node["items"], f"{where}/items")
    pattern = node.get("pattern")
    if isinstance(pattern, str) and not is_go_pattern(pattern):
        yield f"{where}/pattern", "is no regular expression"
    yield from _values(node, where)
