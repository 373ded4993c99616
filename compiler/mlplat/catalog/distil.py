"""From a CustomResourceDefinition to the facts that the catalog keeps of it: no prose, no examples, no CEL text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlplat.catalog.node import LIMITS, QUANTITY_PATTERN, Node
from mlplat.catalog.transitions import Transition, transitions_in

KEPT = (
    "type",
    "format",
    "nullable",
    "default",
    *LIMITS,
    "uniqueItems",
    "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    "x-kubernetes-patch-merge-key",
    "x-kubernetes-patch-strategy",
)
"""Keywords with plain values, copied as they are. Keywords with schemas in them are followed."""

_FLAGS = (
    "exclusiveMinimum",
    "exclusiveMaximum",
    "nullable",
    "uniqueItems",
    "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-embedded-resource",
)
"""Keywords that say nothing when they are false."""

_INT_OR_STRING: tuple[dict[str, str], ...] = ({"type": "integer"}, {"type": "string"})


@dataclass(frozen=True, slots=True)
class KindVersion:
    """One version of a kind that the server serves."""

    name: str
    storage: bool
    deprecated: bool
    schema: Node
    transitions: tuple[Transition, ...] = ()
    unread: tuple[str, ...] = ()
    """Rules on changes of which it is not known what they say."""


@dataclass(frozen=True, slots=True)
class KindFacts:
    """Everything kept of one CustomResourceDefinition."""

    group: str
    kind: str
    plural: str
    namespaced: bool
    versions: tuple[KindVersion, ...]


def distil_crd(crd: Mapping[str, Any]) -> KindFacts:
    """The facts of one CRD (`apiextensions.k8s.io/v1`). Raises ValueError when it is none.

    Versions that are not served are left out. A version without a schema is given the node that allows everything.
    """
    spec = crd.get("spec")
    if crd.get("kind") != "CustomResourceDefinition" or crd.get("apiVersion") != "apiextensions.k8s.io/v1":
        raise ValueError("not a CustomResourceDefinition of apiextensions.k8s.io/v1")
    if not isinstance(spec, Mapping) or not isinstance(spec.get("names"), Mapping):
        raise ValueError("a CustomResourceDefinition without `spec.names`")
    versions = tuple(_version(version) for version in spec.get("versions", ()) if version.get("served"))
    names = spec["names"]
    return KindFacts(spec["group"], names["kind"], names["plural"], spec.get("scope") == "Namespaced", versions)


def _version(version: Mapping[str, Any]) -> KindVersion:
    schema = version.get("schema", {}).get("openAPIV3Schema", {})
    transitions, unread = transitions_in(schema)
    return KindVersion(
        name=version["name"],
        storage=bool(version.get("storage")),
        deprecated=bool(version.get("deprecated")),
        schema=distil_root(schema),
        transitions=transitions,
        unread=unread,
    )


def distil_root(schema: Mapping[str, Any]) -> Node:
    """The facts of a kind's root: `apiVersion`, `kind` and `status` are left out, limits on `metadata` kept."""
    node = dict(distil(schema))
    node["type"] = "object"
    properties = {
        name: field
        for name, field in node.get("properties", {}).items()
        if name not in ("apiVersion", "kind", "status")
    }
    metadata = properties.pop("metadata", {})
    if "properties" in metadata:
        properties["metadata"] = {"properties": metadata["properties"]}
    node["properties"] = dict(sorted(properties.items()))
    required = [name for name in node.pop("required", ()) if name not in ("apiVersion", "kind", "metadata", "status")]
    if required:
        node["required"] = required
    return node


def distil(schema: Mapping[str, Any]) -> Node:
    """The facts of one schema node and all below it, keywords in a fixed order."""
    node: dict[str, Any] = {
        key: schema[key] for key in KEPT if key in schema and not (key in _FLAGS and not schema[key])
    }
    if "required" in node:
        node["required"] = sorted(node["required"])
    if "enum" in node:
        node["enum"] = list(node["enum"])
    if node.get("x-kubernetes-int-or-string"):
        node.pop("type", None)
        if node.get("pattern") == QUANTITY_PATTERN:
            del node["pattern"]
            node["format"] = "quantity"
    if "properties" in schema:
        node["properties"] = {name: distil(field) for name, field in sorted(schema["properties"].items())}
    if isinstance(schema.get("items"), Mapping):
        node["items"] = distil(schema["items"])
    additional = schema.get("additionalProperties")
    if isinstance(additional, Mapping):
        node["additionalProperties"] = (
            distil(additional) if additional else {"x-kubernetes-preserve-unknown-fields": True}
        )
    elif additional is True:
        node["x-kubernetes-preserve-unknown-fields"] = True
    _distil_logic(schema, node)
    return node


def _distil_logic(schema: Mapping[str, Any], node: dict[str, Any]) -> None:
    """`not`, `allOf`, `anyOf` and `oneOf`; the pair that only says int-or-string is left out."""
    int_or_string = bool(node.get("x-kubernetes-int-or-string"))
    if isinstance(schema.get("not"), Mapping):
        node["not"] = distil(schema["not"])
    for key in ("allOf", "anyOf", "oneOf"):
        branches: Sequence[Mapping[str, Any]] = schema.get(key, ())
        if not branches or (int_or_string and _is_int_or_string(branches)):
            continue
        kept = [
            distil(branch) for branch in branches if not (int_or_string and _is_int_or_string(branch.get("anyOf", ())))
        ]
        if kept:
            node[key] = kept


def _is_int_or_string(branches: Sequence[Mapping[str, Any]]) -> bool:
    return len(branches) == 2 and all(branch in _INT_OR_STRING for branch in branches)
