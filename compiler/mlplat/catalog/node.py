"""Walking a schema node: the facts that the catalog holds of one field of a kind.

A node is a mapping with the keywords of a Kubernetes structural schema (`type`, `properties`, `items`,
`additionalProperties`, `required`, `enum`, limits, `default`, `x-kubernetes-*`), without prose. Nodes are shared
between fields and kinds, have no cycles, and must never be changed. `format: quantity` marks a quantity.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

Node = Mapping[str, Any]

QUANTITY_PATTERN: Final = (
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
    r"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"
)
"""What controller-gen writes for `resource.Quantity`; the mark by which quantities in CRDs are known."""

LIMITS: Final = (
    *("enum", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "minItems", "maxItems", "minProperties", "maxProperties", "required"),
)
"""The keywords that limit values, which mean in a node what they mean in any JSON Schema."""

MISSING: Final = object()
"""What `default` gives when a node has none (a default may be null)."""

_EMPTY: Node = {}


def child(node: Node, key: str) -> Node | None:
    """The node of a field or map key; None when the schema has no such field.

    Below a node that keeps unknown fields the empty node is given: it allows everything.
    """
    properties = node.get("properties")
    if properties is not None and key in properties:
        found: Node = properties[key]
        return found
    additional = node.get("additionalProperties")
    if isinstance(additional, Mapping):
        return additional
    return _EMPTY if additional is True or allows_unknown(node) else None


def items(node: Node) -> Node | None:
    """The node of a list's items, None when it is no list; the empty node where anything is allowed."""
    found = node.get("items")
    if isinstance(found, Mapping):
        return found
    return _EMPTY if allows_unknown(node) else None


def at(node: Node, path: Iterable[str | int]) -> Node | None:
    """The node at a path of keys and list indexes, None where the schema has no such field."""
    found: Node | None = node
    for step in path:
        if found is None:
            return None
        found = items(found) if isinstance(step, int) else child(found, step)
    return found


def allows_unknown(node: Node) -> bool:
    """True when the server keeps fields of this node that the schema does not name."""
    return bool(node.get("x-kubernetes-preserve-unknown-fields")) or not node


def is_quantity(node: Node) -> bool:
    """True when the value is a quantity (`500m`, `4Gi`), which the server stores in canonical form."""
    return node.get("format") == "quantity"


def is_int_or_string(node: Node) -> bool:
    """True when the value may be a whole number or text (a port, a percentage); quantities too."""
    return bool(node.get("x-kubernetes-int-or-string"))


def is_map(node: Node) -> bool:
    """True for a mapping with free keys (labels, limits); False for an object with named fields."""
    return "additionalProperties" in node and "properties" not in node


def list_type(node: Node) -> str:
    """`atomic`, `set` or `map`: how server-side apply merges the list; a list that says nothing is atomic."""
    return str(node.get("x-kubernetes-list-type", "atomic"))


def list_keys(node: Node) -> tuple[str, ...]:
    """The fields that tell the items of a `map` list apart, in schema order; empty for other lists."""
    return tuple(node.get("x-kubernetes-list-map-keys", ())) if list_type(node) == "map" else ()


def merge_key(node: Node) -> str | None:
    """The field by which a strategic-merge patch merges this list; None when it replaces the list (all CRD lists)."""
    if "merge" not in str(node.get("x-kubernetes-patch-strategy", "")).split(","):
        return None
    key = node.get("x-kubernetes-patch-merge-key")
    return str(key) if key is not None else None


def merges_by_value(node: Node) -> bool:
    """True for a list of plain values that a strategic-merge patch adds to instead of replacing (finalizers)."""
    return "merge" in str(node.get("x-kubernetes-patch-strategy", "")).split(",") and merge_key(node) is None


def item_keys(node: Node) -> tuple[str, ...]:
    """The fields by which a schema tells the items of a list apart: the map keys, else the merge key that some core
    lists have alone; empty where it says nothing."""
    key = merge_key(node)
    return list_keys(node) or (() if key is None else (key,))


def is_granular_list(node: Node) -> bool:
    """True for a list whose items have owners of their own in managedFields: a map or a set, or, where no list type is
    said, one that patches merge (kube-openapi `pkg/schemaconv`)."""
    if "x-kubernetes-list-type" in node:
        return list_type(node) in ("map", "set")
    return merge_key(node) is not None or merges_by_value(node)


def is_granular_map(node: Node) -> bool:
    """True for a mapping with free keys that have owners of their own in managedFields (labels)."""
    return is_map(node) and not is_atomic_map(node)


def is_atomic_map(node: Node) -> bool:
    """True for a mapping or object that has one owner as a whole in managedFields (selectors)."""
    return bool(node.get("x-kubernetes-map-type") == "atomic")


def default(node: Node) -> Any:
    """The value the server fills in when the field is absent, or `MISSING`; only CRDs declare theirs."""
    return node.get("default", MISSING)


def required(node: Node) -> tuple[str, ...]:
    """The fields that must be there, sorted."""
    return tuple(node.get("required", ()))
