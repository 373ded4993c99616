"""When two JSON-like values are the same value to whoever reads JSON, and where they differ first.

Python's `==` is not that: `True == 1` there.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from mlplat.objects.pointer import escape


def same(left: Any, right: Any) -> bool:
    """True when two JSON-like values are the same value to a JSON reader: the order of keys does not matter, and
    neither do tuple and list, or `1` and `1.0`; `true` and `1` differ."""
    if is_map(left):
        return (
            is_map(right)
            and len(left) == len(right)
            and all(key in right and same(value, right[key]) for key, value in left.items())
        )
    if is_list(left):
        return is_list(right) and len(left) == len(right) and all(map(same, left, right))
    return same_scalar(left, right)


def first_difference(left: Any, right: Any, path: str = "") -> str | None:
    """The JSON pointer of the first place, keys sorted, where two values differ; None when they are the same."""
    if is_map(left) and is_map(right):
        for key in sorted({*left, *right}):
            pointer = f"{path}/{escape(key)}"
            if key not in left or key not in right:
                return pointer
            found = first_difference(left[key], right[key], pointer)
            if found is not None:
                return found
        return None
    if is_list(left) and is_list(right):
        for index, (one, other) in enumerate(zip(left, right, strict=False)):
            found = first_difference(one, other, f"{path}/{index}")
            if found is not None:
                return found
        return None if len(left) == len(right) else f"{path}/{min(len(left), len(right))}"
    return None if same_scalar(left, right) else path


def is_map(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """True for what JSON writes as an object."""
    return value.__class__ is dict or isinstance(value, Mapping)  # asking the abstract class is slow


def is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    """True for what JSON writes as an array."""
    return value.__class__ is list or isinstance(value, (list, tuple))


def same_scalar(left: Any, right: Any) -> bool:
    """True when neither value is a map or list and the two are the same; `1` and `1.0` are, `1` and `true` are not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if is_map(left) or is_list(left) or is_map(right) or is_list(right):
        return False
    return bool(left == right)
