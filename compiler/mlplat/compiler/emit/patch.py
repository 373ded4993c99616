"""The smallest readable RFC 6902 patch from one JSON-like value to another.

Exactness first: applied to `old`, the operations give `new`, with every type as it was (`1`, `true` and `"1"` are
three values, while `1` and `1.0` are one, as they are for JSON). Then size: maps are patched key by key; lists by
position when they are as long as each other, else by aligning equal items and items of one `name`; a list is
replaced whole where that is shorter.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from mlplat.objects.equality import is_list, is_map, same_scalar
from mlplat.objects.pointer import escape

Operation = dict[str, Any]
"""`{"op": ..., "path": ..., "value": ...}`; `remove` has no value."""

_KEYS = ("name", "mountPath", "containerPort", "key", "type")
"""Fields by which items of Kubernetes lists are known, in the order in which they are tried.

Not those of `compare/lists.py`: any alignment gives an exact patch, so they need not tell items apart, and other ones
would change patches that users have committed.
"""


def diff(old: Any, new: Any, path: str = "") -> list[Operation]:
    """Operations that turn `old` into `new`, in the order in which they apply; none when the two are the same.

    `path` is the JSON pointer of `old`. Keys are visited in sorted order, so that the order in which maps were filled
    does not matter.
    """
    if is_map(old) and is_map(new):
        return _diff_maps(old, new, path)
    if is_list(old) and is_list(new):
        return _diff_lists(old, new, path)
    return [] if same_scalar(old, new) else [{"op": "replace", "path": path, "value": new}]


def _diff_maps(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> list[Operation]:
    if old and new and old.keys().isdisjoint(new):
        return [{"op": "replace", "path": path, "value": new}]
    operations: list[Operation] = []
    for key in sorted({*old, *new}):
        pointer = f"{path}/{escape(key)}"
        if key not in new:
            operations.append({"op": "remove", "path": pointer})
        elif key not in old:
            operations.append({"op": "add", "path": pointer, "value": new[key]})
        elif old[key] is not new[key]:  # environments share what they have in common
            operations += diff(old[key], new[key], pointer)
    return operations


def _diff_lists(old: Sequence[Any], new: Sequence[Any], path: str) -> list[Operation]:
    operations = list(_aligned(old, new, path) if len(old) != len(new) else _pairwise(old, new, path, 0))
    whole = [{"op": "replace", "path": path, "value": new}]
    return operations if not operations or _size(operations) < _size(whole) else whole


def _pairwise(old: Sequence[Any], new: Sequence[Any], path: str, start: int) -> Iterator[Operation]:
    for index, (before, after) in enumerate(zip(old, new, strict=True), start):
        if before is not after:
            yield from diff(before, after, f"{path}/{index}")


def _aligned(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[Operation]:
    """Operations front to back: when a stretch is reached, everything before it is already as in `new`."""
    matcher = SequenceMatcher(None, _tokens(old), _tokens(new), autojunk=False)
    for _, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        paired = min(old_end - old_start, new_end - new_start)
        yield from _pairwise(old[old_start : old_start + paired], new[new_start : new_start + paired], path, new_start)
        for _ in range(old_start + paired, old_end):
            yield {"op": "remove", "path": f"{path}/{new_start + paired}"}
        for index in range(new_start + paired, new_end):
            yield {"op": "add", "path": f"{path}/{index}", "value": new[index]}


def _tokens(items: Sequence[Any]) -> list[str]:
    """What each item is recognised by: the value of its key where it has one, else its whole text."""
    return [_token(item) for item in items]


def _token(item: Any) -> str:
    if is_map(item):
        for key in _KEYS:
            if key in item:
                return f"{key}={item[key]!r}"
    return json.dumps(item, sort_keys=True)


def _size(operations: list[Operation]) -> int:
    return len(json.dumps(operations, default=list))
