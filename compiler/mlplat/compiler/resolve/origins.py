"""A resolved document as text, with the place of every value when it is asked for."""

from collections.abc import Iterator

from mlplat.compiler.artifacts import Node, Resolved
from mlplat.objects.yaml import dump
from mlplat.schema.model import SpecDocument

_STEP = "  "


def text_of(resolved: Resolved[SpecDocument], origins: bool = False) -> str:
    """The merged document as YAML; fields that no layer gives (they have their defaults) are not in it.

    With `origins` every value is followed by a comment: where it was written, and after `over` where the inherited
    values stand that it took the place of, nearest first.
    """
    return "\n".join(_mapping(resolved.node, origins)) + "\n"


def _mapping(node: Node, origins: bool) -> Iterator[str]:
    for key, child in node.children():
        name = dump({str(key): 0}).removesuffix(": 0\n")
        if not child.value and isinstance(child.value, dict | list):
            yield f"{name}: {'{}' if isinstance(child.value, dict) else '[]'}{_comment(child, origins)}"
        elif isinstance(child.value, dict):
            yield f"{name}:"
            yield from (_STEP + line for line in _mapping(child, origins))
        elif isinstance(child.value, list):
            yield f"{name}:"
            yield from _items(child, origins)
        else:
            yield from _scalar(f"{name}: ", child, origins)


def _items(node: Node, origins: bool) -> Iterator[str]:
    for _, item in node.children():
        if not item.value and isinstance(item.value, dict | list):
            yield f"- {'{}' if isinstance(item.value, dict) else '[]'}{_comment(item, origins)}"
        elif isinstance(item.value, dict | list):
            lines = _mapping(item, origins) if isinstance(item.value, dict) else _items(item, origins)
            for number, line in enumerate(lines):
                yield f"{_STEP if number else '- '}{line}"
        else:
            yield from _scalar("- ", item, origins)


def _scalar(start: str, node: Node, origins: bool) -> Iterator[str]:
    # The comment of a text of several lines stands behind its `|`.
    first, *others = dump({"x": node.value}).removesuffix("\n").split("\n")
    yield f"{start}{first.removeprefix('x: ')}{_comment(node, origins)}"
    yield from others


def _comment(node: Node, origins: bool) -> str:
    if not origins:
        return ""
    over: list[str] = []
    below = node.replaced
    while below is not None:
        over.append(str(below.span))
        below = below.replaced
    return f"  # {node.span}" + (f" over {', '.join(over)}" if over else "")
