"""JSON patches (RFC 6902): operations applied to one document, in order."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlplat.objects.pointer import steps_of


class PatchError(ValueError):
    """An operation that cannot be applied; the message says why, in the user's words. `index` is its number from 0."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index


def apply_operations(body: Any, operations: Sequence[Mapping[str, Any]]) -> Any:
    """The document with the operations applied in order; the argument is not changed. Raises `PatchError`."""
    document: Any = _copy(body)
    for index, operation in enumerate(operations):
        try:
            document = _apply(document, operation)
        except (LookupError, TypeError, ValueError) as error:
            reason = str(error.args[0]) if error.args else "the path does not exist"
            raise PatchError(f"`{operation.get('op')} {operation.get('path')}`: {reason}", index) from error
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
    return steps_of(text)


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
