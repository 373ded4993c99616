"""Lists of objects, as kubectl and the API itself write them."""

from typing import Any


def list_items(body: Any) -> list[Any] | None:
    """The items of a List of any kind (kubectl flattens whatever ends in `List` and has `items`); None for what is no
    List. The items of a typed one (`ConfigMapList`), as the API answers, do not say their kind: the list does."""
    kind = body.get("kind") if isinstance(body, dict) else None
    if not isinstance(kind, str) or not kind.endswith("List") or "items" not in body:
        return None
    items = body["items"]
    if not isinstance(items, list | None):
        return None
    kind_of_one = kind.removesuffix("List")
    said = {"apiVersion": body.get("apiVersion"), "kind": kind_of_one} if kind_of_one else {}
    return [{**said, **item} if said and isinstance(item, dict) else item for item in items or ()]
