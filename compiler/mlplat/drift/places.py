"""Places of an object as people read them, with the items of lists by name, and what stands there."""

from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.compare.difference import ABSENT, Path
from mlplat.compare.lists import item_step
from mlplat.compare.tree import step_text
from mlplat.objects.equality import is_list, is_map


def readable_of(body: Any, path: Path, schema: Node | None) -> str:
    """A path of an object as people read it: `spec.containers[name=main].image`."""
    text, value, node = "", body, schema
    for step in path:
        if isinstance(step, str):
            text = step_text(text, step)
            value = value.get(step) if is_map(value) else None
            node = nodes.child(node, step) if node else None
        else:
            items = value if is_list(value) else ()
            text += item_step(items, step, node)
            value = items[step] if step < len(items) else None
            node = nodes.items(node) if node else None
    return text


def value_at(body: Any, path: Path) -> Any:
    """The value at a path, `ABSENT` where the object has none."""
    value = body
    for step in path:
        if isinstance(step, str):
            value = value.get(step, ABSENT) if is_map(value) else ABSENT
        else:
            value = value[step] if is_list(value) and step < len(value) else ABSENT
    return value
