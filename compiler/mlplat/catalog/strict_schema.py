"""From the catalog's facts of a kind to a strict JSON Schema: what the server would drop without a word is refused."""

from typing import Any

from mlplat.catalog.lookup import KindTable
from mlplat.catalog.node import LIMITS, QUANTITY_PATTERN, Node
from mlplat.catalog.object_meta import OBJECT_META

BYTES_PATTERN = (
    r"^[\r\n]*(?:(?:[A-Za-z0-9+/][\r\n]*){4})*"
    r"(?:(?:[A-Za-z0-9+/][\r\n]*){2}=[\r\n]*=|(?:[A-Za-z0-9+/][\r\n]*){3}=)?[\r\n]*$"
)
"""Base64 with padding, as Go's encoding/json reads a []byte: line breaks may be anywhere in it."""
_TEXT: Node = {"type": "string"}
_BOUNDS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def strict_schema(table: KindTable) -> dict[str, Any]:
    """A JSON Schema (2020-12) of one kind with every shared part under `$defs`: it refers to nothing outside itself.

    Refused: fields that the schema does not name (unless the server keeps them), whole numbers that do not fit the
    field's width, quantities and base64 that cannot be read. `metadata.name` must be there.
    """
    return _Strict(table.custom).document(table.schema)


def strict_value_schema(node: Node) -> dict[str, Any]:
    """The same for one value of a custom resource, such as a default."""
    return _Strict(custom=True).value(node)


class _Strict:
    def __init__(self, custom: bool) -> None:
        self._custom = custom
        self._numbers: dict[int, int] = {}
        self._definitions: dict[str, Any] = {}

    def document(self, root: Node) -> dict[str, Any]:
        properties = dict(root["properties"])
        properties["metadata"] = {**_with_finalizers_twice(properties["metadata"]), "required": ["name"]}
        required = sorted({"apiVersion", "kind", "metadata", *root.get("required", ())})
        body = self._object({**root, "properties": properties, "required": required}, logic=False)
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body, "$defs": self._definitions}

    def value(self, node: Node) -> dict[str, Any]:
        schema = self.schema(node)
        body = schema if isinstance(schema, dict) else {}
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body, "$defs": self._definitions}

    def schema(self, node: Node, logic: bool = False) -> Any:
        """The schema of a node. `logic` is True inside `anyOf` and its like, where unnamed fields are not refused."""
        if not node:
            return True
        if "properties" not in node or logic:
            return self._object(node, logic)
        number = self._numbers.get(id(node))
        if number is None:
            number = self._numbers[id(node)] = len(self._numbers)
            self._definitions[str(number)] = self._object(node, logic)
        return {"$ref": f"#/$defs/{number}"}

    def _object(self, node: Node, logic: bool) -> dict[str, Any]:
        schema: dict[str, Any] = {key: node[key] for key in LIMITS if key in node}
        types = self._types(node)
        if types:
            schema["type"] = types[0] if len(types) == 1 else types
        if node.get("nullable") and "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
        _use_numbers_for_exclusive_limits(schema)
        self._add_format(node, schema)
        self._add_fields(node, schema, logic)
        if "items" in node:
            schema["items"] = self.schema(node["items"], logic)
        if node.get("x-kubernetes-list-type") == "set" and self._custom:
            schema["uniqueItems"] = True
        if "not" in node:
            schema["not"] = self.schema(node["not"], logic=True)
        for key in ("allOf", "anyOf", "oneOf"):
            if key in node:
                schema[key] = [self.schema(branch, logic=True) for branch in node[key]]
        return schema

    def _types(self, node: Node) -> list[str]:
        if node.get("x-kubernetes-int-or-string"):
            # Core quantities are read by resource.Quantity, which takes any number; CRDs say integer or string.
            fractions = node.get("format") == "quantity" and not self._custom
            types = ["number" if fractions else "integer", "string"]
        else:
            types = [node["type"]] if "type" in node else []
        return [*types, "null"] if types and node.get("nullable") else types

    def _add_format(self, node: Node, schema: dict[str, Any]) -> None:
        kind = node.get("format")
        if node.get("x-kubernetes-int-or-string") and kind != "quantity":
            # Go's intstr.IntOrString holds 32 bits.
            schema["minimum"], schema["maximum"] = _BOUNDS["int32"]
        if kind == "quantity":
            schema["pattern"] = QUANTITY_PATTERN
            if self._custom:
                schema["minimum"], schema["maximum"] = _BOUNDS["int64"]
        elif kind == "byte":
            schema.setdefault("pattern", BYTES_PATTERN)
        elif kind == "date-time":
            schema["format"] = kind
        elif self._custom and node.get("type") == "integer" and kind not in _BOUNDS:
            # What does not fit 64 bits is read as a number with a fraction.
            schema.setdefault("minimum", _BOUNDS["int64"][0])
            schema.setdefault("maximum", _BOUNDS["int64"][1])
        elif kind in _BOUNDS and node.get("type") == "integer":
            low, high = _BOUNDS[kind]
            schema["minimum"] = max(low, schema.get("minimum", low))
            schema["maximum"] = min(high, schema.get("maximum", high))

    def _add_fields(self, node: Node, schema: dict[str, Any], logic: bool) -> None:
        properties = dict(node.get("properties", {}))
        if node.get("x-kubernetes-embedded-resource"):
            properties = {
                "apiVersion": {"type": "string"},
                "kind": {"type": "string"},
                "metadata": OBJECT_META,
                **properties,
            }
            schema["required"] = sorted({"apiVersion", "kind", *schema.get("required", ())})
        if not self._custom:
            # The server reads an embedded object by its place, whatever it calls itself.
            properties.update({name: _TEXT for name in ("apiVersion", "kind") if "enum" in properties.get(name, ())})
        if properties:
            schema["properties"] = {name: self.schema(field, logic) for name, field in properties.items()}
        if "additionalProperties" in node:
            schema["additionalProperties"] = self.schema(node["additionalProperties"], logic)
        elif not logic and not node.get("x-kubernetes-preserve-unknown-fields") and node.get("type") == "object":
            schema["additionalProperties"] = False


def _with_finalizers_twice(metadata: Node) -> Node:
    """The server keeps a finalizer that is written twice once, and does not mind."""
    fields = metadata["properties"]
    finalizers = {key: value for key, value in fields["finalizers"].items() if key != "x-kubernetes-list-type"}
    return {**metadata, "properties": {**fields, "finalizers": finalizers}}


def _use_numbers_for_exclusive_limits(schema: dict[str, Any]) -> None:
    """OpenAPI 3.0 marks a limit as exclusive with a flag beside it; JSON Schema wants the limit itself there."""
    for exclusive, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if schema.pop(exclusive, None) is True and limit in schema:
            schema[exclusive] = schema.pop(limit)
