"""Places of an object as people read them, with the items of lists by name, and what stands there."""

from collections.abc import Sequence
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.compare.difference import ABSENT, Path
from mlplat.compare.lists import item_step, keys_of
from mlplat.compare.tree import step_text
from mlplat.objects.equality import is_list, is_map


class Readable:
    """Paths of one object as people read them."""

    __slots__ = ("_body", "_keys", "_schema")

    def __init__(self, body: Any, schema: Node | None) -> None:
        self._body = body
        self._schema = schema
        self._keys: dict[int, tuple[str, ...]] = {}

    def of(self, path: Path) -> str:
        """A path of the object: `spec.containers[name=main].image`."""
        text, value, node = "", self._body, self._schema
        for step in path:
            if isinstance(step, str):
                text = step_text(text, step)
                value = value.get(step) if is_map(value) else None
                node = nodes.child(node, step) if node else None
            else:
                items = value if is_list(value) else ()
                text += item_step(items, step, self._keys_of(items, node))
                value = items[step] if step < len(items) else None
                node = nodes.items(node) if node else None
        return text

    def _keys_of(self, items: Sequence[Any], node: Node | None) -> tuple[str, ...]:
        """Found once for each list: all items are looked at."""
        if id(items) not in self._keys:
            self._keys[id(items)] = keys_of(node, items)
        return self._keys[id(items)]


def value_at(body: Any, path: Path) -> Any:
    """The value at a path, `ABSENT` where the object has none."""
    value = body
    for step in path:
        if isinstance(step, str):
            value = value.get(step, ABSENT) if is_map(value) else ABSENT
        else:
            value = value[step] if is_list(value) and step < len(value) else ABSENT
    return value
