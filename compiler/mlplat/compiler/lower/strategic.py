"""Strategic-merge and JSON patches of one object, in memory.

Lists merge by the key that the object's schema declares: the patch merge key of core kinds, the map keys of custom
resources (`x-kubernetes-list-map-keys`); all other lists are replaced. `null` deletes a field, `$patch: delete` a list
item or map, `$patch: replace` takes a map as it stands.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mlplat.catalog.node import Node, child, items, list_keys, merge_key

DIRECTIVE = "$patch"


class PatchRefusedError(Exception):
    """A patch that cannot be applied; the message says why, in the user's words. `pointer` is where in the patch."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer


def strategic_merge(body: Mapping[str, Any], patch: Mapping[str, Any], node: Node | None) -> dict[str, Any]:
    """The object with the patch applied; neither argument is changed. `node` is the schema of the object."""
    return _merge_map(body, patch, node, "")


def _merge_map(body: Mapping[str, Any], patch: Mapping[str, Any], node: Node | None, where: str) -> dict[str, Any]:
    directive = patch.get(DIRECTIVE)
    if directive not in (None, "merge", "replace", "delete"):
        raise PatchRefusedError(f"`{DIRECTIVE}: {directive}` means nothing; write delete, replace or merge", where)
    unknown = sorted(key for key in patch if key.startswith("$") and key != DIRECTIVE)
    if unknown:
        raise PatchRefusedError(f"the directive `{unknown[0]}` is not supported; only `{DIRECTIVE}` is", where)
    merged = {} if directive == "replace" else dict(body)
    for key, value in patch.items():
        if key == DIRECTIVE:
            continue
        if value is None or (isinstance(value, Mapping) and value.get(DIRECTIVE) == "delete"):
            merged.pop(key, None)
            continue
        merged[key] = _merge_value(
            merged.get(key), value, child(node, key) if node is not None else None, f"{where}/{key}"
        )
    return merged


def _merge_value(old: Any, new: Any, node: Node | None, where: str) -> Any:
    if isinstance(new, Mapping):
        return _merge_map(old if isinstance(old, Mapping) else {}, new, node, where)
    if isinstance(new, (list, tuple)):
        keys = _keys(node)
        if keys and isinstance(old, list):
            return _merge_list(old, new, keys, node, where)
        return [
            _merge_value(None, item, items(node) if node is not None else None, f"{where}/{i}")
            for i, item in enumerate(new)
        ]
    return new


def _keys(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    key = merge_key(node)
    return (key,) if key is not None else list_keys(node)


def _merge_list(
    old: Sequence[Any], new: Sequence[Any], keys: tuple[str, ...], node: Node | None, where: str
) -> list[Any]:
    merged = list(old)
    for index, item in enumerate(new):
        here = f"{where}/{index}"
        if isinstance(item, Mapping) and item.get(DIRECTIVE) == "replace" and len(item) == 1:
            return [_merge_value(None, rest, None, here) for rest in new if rest is not item]
        if not isinstance(item, Mapping) or keys[0] not in item:
            raise PatchRefusedError(f"an item of this list needs `{keys[0]}`, by which it is merged", here)
        wanted = tuple(item.get(key) for key in keys)
        place = next((i for i, there in enumerate(merged) if tuple(there.get(key) for key in keys) == wanted), None)
        if item.get(DIRECTIVE) == "delete":
            if place is None:
                raise PatchRefusedError(f"there is no item with `{keys[0]}: {wanted[0]}` to delete", here)
            del merged[place]
        elif place is None:
            merged.append(_merge_value(None, item, items(node) if node is not None else None, here))
        else:
            merged[place] = _merge_value(merged[place], item, items(node) if node is not None else None, here)
    return merged


def json_patch(body: Mapping[str, Any], operations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The object with RFC 6902 operations applied in order; the argument is not changed."""
    document: Any = _copy(body)
    for index, operation in enumerate(operations):
        try:
            document = _apply(document, operation)
        except (LookupError, TypeError, ValueError) as error:
            reason = str(error.args[0]) if error.args else "the path does not exist"
            raise PatchRefusedError(f"`{operation['op']} {operation['path']}`: {reason}", f"/{index}") from error
    if not isinstance(document, dict):
        raise PatchRefusedError("the patch leaves no object", "")
    return document


def _apply(document: Any, operation: Mapping[str, Any]) -> Any:
    name, steps = operation["op"], _pointer(operation["path"])
    if name == "test":
        if _get(document, steps) != operation.get("value"):
            raise ValueError("the value there is another")
        return document
    if name in ("move", "copy"):
        source = _pointer(operation.get("from") or "")
        value = _copy(_get(document, source))
        if name == "move":
            document = _set(document, source, None, remove=True, replace=False)
        return _set(document, steps, value, remove=False, replace=False)
    return _set(document, steps, _copy(operation.get("value")), remove=name == "remove", replace=name == "replace")


def _pointer(text: str) -> list[str]:
    if text and not text.startswith("/"):
        raise ValueError("a path starts with `/`")
    return [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]]


def _get(document: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        document = document[_index(document, step)] if isinstance(document, list) else _field(document, step)
    return document


def _field(document: Any, step: str) -> Any:
    if not isinstance(document, dict) or step not in document:
        raise LookupError(f"there is no `{step}`")
    return document[step]


def _index(document: Sequence[Any], step: str, appending: bool = False) -> int:
    if appending and step == "-":
        return len(document)
    if not step.isdigit() or int(step) >= len(document) + appending:
        raise LookupError(f"there is no item `{step}`; the list has {len(document)}")
    return int(step)


def _set(document: Any, steps: Sequence[str], value: Any, *, remove: bool, replace: bool) -> Any:
    if not steps:
        if remove:
            raise ValueError("the whole object cannot be removed")
        return value
    parent, last = _get(document, steps[:-1]), steps[-1]
    if isinstance(parent, list):
        if remove:
            del parent[_index(parent, last)]
        elif replace:
            parent[_index(parent, last)] = value
        else:
            parent.insert(_index(parent, last, appending=True), value)
    elif isinstance(parent, dict):
        if remove or replace:
            _field(parent, last)
        if remove:
            del parent[last]
        else:
            parent[last] = value
    else:
        raise LookupError(f"there is nothing below which `{last}` could stand")
    return document


def _copy(value: Any) -> Any:
    """A deep copy in which mappings are dicts and sequences lists."""
    if isinstance(value, Mapping):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copy(item) for item in value]
    return value
