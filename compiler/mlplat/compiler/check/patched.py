"""Which line of a user's patch wrote a value of an emitted object: a finding on that value belongs there."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlplat.compiler.artifacts import KubeObject, Node
from mlplat.diagnostics import Span
from mlplat.objects.pointer import steps_of

_WRITES = ("add", "replace")


def patched_place(item: KubeObject, pointer: str, at_key: bool) -> Span | None:
    """Where the value at a JSON pointer (`at_key`: the key of it) stands under `patches`; None when no patch wrote it.

    The last patch that wrote it counts. What was written and then changed again is not found.
    """
    steps = steps_of(pointer)
    patches = item.origin.node.at(("spec", "patches")) if item.origin is not None else None
    if patches is None or not isinstance(patches.value, list) or not steps:
        return None
    value = _value_at(item.body, steps)
    for patch in reversed(patches.value):
        if _text(patch, "target") not in (item.ref.kind, f"{item.ref.kind}/{item.logical_name}"):
            continue
        merge, operations = patch.at(("merge",)), patch.at(("json",))
        if merge is not None:
            written = _walk(merge, item.body, steps)
            if written is not None and _is_whole(written, value):
                return (written.key_span or written.span) if at_key else written.span
        for _, operation in reversed(list(operations.children())) if operations is not None else ():
            found = _in_operation(operation, item.body, steps, at_key)
            if found is not None:
                return found
    return None


def _in_operation(operation: Node, body: Mapping[str, Any], steps: Sequence[str], at_key: bool) -> Span | None:
    path, content = operation.at(("path",)), operation.at(("value",))
    if path is None or content is None or _text(operation, "op") not in _WRITES:
        return None
    own = steps_of(str(path.value))
    above, rest = steps[: len(own)], steps[len(own) :]
    if own[-1:] == ["-"]:  # behind the last item
        items = _value_at(body, above[:-1])
        own = [*own[:-1], str(len(items) - 1)] if isinstance(items, list | tuple) else own
    if own != list(above):
        return None
    written = _walk(content, _value_at(body, above), rest)
    if written is None or not _is_whole(written, _value_at(body, steps)):
        return None
    if at_key:
        return (written.key_span or written.span) if rest else path.span
    return written.span


def _walk(node: Node, value: Any, steps: Sequence[str]) -> Node | None:
    """The node of a patch that wrote the value at the steps below `value`.

    Lists merge by keys, so an item of a patch is known by what it holds, not by its place.
    """
    for step in steps:
        value = _value_at(value, (step,))
        if isinstance(node.value, list):
            candidates = [child for child in node.value if _is_part(child, value)]
            if not candidates:
                return None
            node = candidates[-1]
        else:
            child = node.at((step,))
            if child is None:
                return None
            node = child
    return node


def _value_at(body: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if isinstance(body, Mapping):
            body = body.get(step)
        elif isinstance(body, list | tuple) and step.isdigit() and int(step) < len(body):
            body = body[int(step)]
        else:
            return None
    return body


def _is_part(node: Node, value: Any) -> bool:
    """True when everything that a patch wrote is in the value."""
    if isinstance(node.value, dict):
        return isinstance(value, Mapping) and all(
            key in value and _is_part(child, value[key]) for key, child in node.value.items()
        )
    if isinstance(node.value, list):
        return isinstance(value, list | tuple) and all(any(_is_part(c, v) for v in value) for c in node.value)
    return bool(node.value == value)


def _is_whole(node: Node, value: Any) -> bool:
    """True when a patch wrote the value and nothing else is in it."""
    if isinstance(node.value, dict):
        return _is_part(node, value) and all(key in node.value for key in value)
    if isinstance(node.value, list):
        return _is_part(node, value) and len(node.value) == len(value)
    return bool(node.value == value)


def _text(node: Node, key: str) -> str | None:
    found = node.at((key,))
    return found.value if found is not None and isinstance(found.value, str) else None
