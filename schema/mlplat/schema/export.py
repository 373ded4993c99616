"""The specification language as JSON Schemas (draft 7) for editors: two for each kind.

`<kind>.json` is for documents that inherit nothing. `<kind>.override.json` is for documents of the same kind and name
in an environment that inherits: nothing is required, `null` deletes a field, `$delete: true` an item of a list whose
items have a key, `$replace: true` makes a list or mapping replace the inherited one.
What only a validator knows (fields that exclude each other, references) is not in them; `mlplat check` says that.
"""

import json
from copy import deepcopy
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from mlplat.schema.kinds import KINDS
from mlplat.schema.model import SpecModel

JsonSchema = dict[str, Any]
MERGE_KEY = "x-mlplat-merge-key"
_DIALECT = "http://json-schema.org/draft-07/schema#"
_HEADER = ("apiVersion", "kind", "metadata")
_SAYS_NOTHING: tuple[Any, ...] = (None, [], {})
_DELETE = {"const": True, "description": "Deletes the inherited item with this key; stands alone with the key."}
_REPLACE = {
    "const": True,
    "description": "What stands beside it replaces what is inherited instead of merging with it.",
}


def schema_files() -> dict[str, str]:
    """File name to text for every kind; the same bytes for the same version of mlplat."""
    files: dict[str, str] = {}
    for kind, model in KINDS.items():
        strict = strict_schema(kind, model)
        files[f"{kind.lower()}.json"] = _text(strict)
        files[f"{kind.lower()}.override.json"] = _text(override_schema(strict))
    return dict(sorted(files.items()))


def strict_schema(kind: str, model: type[SpecModel]) -> JsonSchema:
    """The schema of a document that inherits nothing."""
    raw = model.model_json_schema(by_alias=True, ref_template="#/definitions/{model}", schema_generator=_Plain)
    definitions = {name: _tidy(body) for name, body in sorted(raw.pop("$defs", {}).items())}
    return {"$schema": _DIALECT, "title": kind, **_tidy(raw), "definitions": definitions}


def override_schema(strict: JsonSchema) -> JsonSchema:
    """The schema of a document that overrides an inherited one, from that of one that inherits nothing."""
    schema = deepcopy(strict)
    definitions: dict[str, JsonSchema] = schema.pop("definitions")
    root = _loosened(schema)
    for name in _HEADER:
        root["properties"][name] = strict["properties"][name]
    loose = {name: _replaceable(_loosened(body)) for name, body in definitions.items()}
    for name in sorted(_item_models(strict)):
        body = deepcopy(loose[name])
        body["properties"] = {**body["properties"], "$delete": _DELETE}
        loose[f"{name}.item"] = body
    return {**root, "title": f"{strict['title']} (override)", "definitions": dict(sorted(loose.items()))}


class _Plain(GenerateJsonSchema):
    """Without the titles that pydantic makes up from field names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


def _text(schema: JsonSchema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _tidy(schema: JsonSchema) -> JsonSchema:
    """Without titles of models, defaults that say nothing, and line breaks in descriptions."""
    result: JsonSchema = {}
    for key, value in schema.items():
        if key == "title" or (key == "default" and value in _SAYS_NOTHING):
            continue
        if key == "description":
            result[key] = " ".join(value.split())
        elif key == "properties":
            result[key] = {name: _tidy(body) for name, body in value.items()}
        elif key in ("anyOf", "allOf", "oneOf"):
            result[key] = [_tidy(body) for body in value]
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            result[key] = _tidy(value)
        else:
            result[key] = value
    return result


def _loosened(schema: JsonSchema) -> JsonSchema:
    """Nothing required, no smallest number of entries, null for every field, directives where they mean something."""
    result = {key: value for key, value in schema.items() if key not in ("required", "minItems", "minProperties")}
    if "properties" in schema:
        result["properties"] = {name: _or_null(_loosened(body)) for name, body in schema["properties"].items()}
    for key in ("anyOf", "allOf", "oneOf"):
        if key in schema:
            result[key] = [_loosened(body) for body in schema[key]]
    if MERGE_KEY in schema and "items" in schema:
        result["items"] = {"$ref": f"{schema['items']['$ref']}.item"}
    elif MERGE_KEY in schema:
        # An optional list: the list itself is one of the alternatives.
        key = schema[MERGE_KEY]
        result["anyOf"] = [_loosened({**body, MERGE_KEY: key}) if "items" in body else body for body in schema["anyOf"]]
    elif isinstance(schema.get("additionalProperties"), dict):
        result["additionalProperties"] = _or_null(_loosened(schema["additionalProperties"]))
        result = _replaceable(result)
    return result


def _replaceable(schema: JsonSchema) -> JsonSchema:
    return {**schema, "properties": {**schema.get("properties", {}), "$replace": _REPLACE}}


def _or_null(schema: JsonSchema) -> JsonSchema:
    """The schema, or null; what describes the field stays outside."""
    if isinstance(schema.get("type"), str) and "enum" not in schema and "const" not in schema:
        return schema if schema["type"] == "null" else {**schema, "type": [schema["type"], "null"]}
    if "anyOf" in schema:
        alternatives = [body for body in schema["anyOf"] if body.get("type") != "null"]
        return {**schema, "anyOf": [*alternatives, {"type": "null"}]}
    if not any(key in schema for key in ("$ref", "enum", "const", "allOf")):
        return schema
    outside: JsonSchema = {key: schema[key] for key in ("description", "default") if key in schema}
    inside = {key: value for key, value in schema.items() if key not in outside}
    return {**outside, "anyOf": [inside, {"type": "null"}]}


def _item_models(schema: Any) -> set[str]:
    """Names of the definitions that are items of lists with a key."""
    if isinstance(schema, list):
        return {name for entry in schema for name in _item_models(entry)}
    if not isinstance(schema, dict):
        return set()
    found = {name for entry in schema.values() for name in _item_models(entry)}
    if MERGE_KEY in schema:
        lists = [schema, *schema.get("anyOf", [])]
        found |= {entry["items"]["$ref"].rpartition("/")[2] for entry in lists if "items" in entry}
    return found
