"""Reading values of an object that may have any shape: what is not what it should be counts as not there.

What has the wrong shape is the schema's business; a rule on top of it must neither stumble over it nor report it again.
"""

from collections.abc import Mapping
from typing import Any

from mlplat.objects.pointer import escape, steps_of

Body = Mapping[str, Any]
"""A mapping of an object: the whole of it, or a part."""

Problem = tuple[str, str]
"""A JSON pointer, and what is wrong there."""

_EMPTY: Body = {}


def mapping(value: Any) -> Body:
    """The mapping itself, an empty one in the place of anything else."""
    return value if isinstance(value, dict) else _EMPTY


def mappings(value: Any) -> list[tuple[int, Body]]:
    """The mappings of a list, each with its place in the list."""
    return [(i, one) for i, one in enumerate(value) if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[tuple[int, str]]:
    """The texts of a list, each with its place in the list."""
    return [(i, one) for i, one in enumerate(value) if isinstance(one, str)] if isinstance(value, list) else []


def spec_of(body: Body) -> Body:
    """The `spec` of an object."""
    return mapping(body.get("spec"))


def metadata_of(body: Body) -> Body:
    """The `metadata` of an object."""
    return mapping(body.get("metadata"))


def number(value: Any) -> int | None:
    """A whole number, None for anything else (true and false are no numbers)."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def at_key(pointer: str, key: str) -> str:
    """The pointer of a key below another pointer."""
    return f"{pointer}/{escape(key)}"


def value_at(value: Any, pointer: str) -> Any:
    """What stands at a JSON pointer, None where nothing does."""
    for key in steps_of(pointer):
        if isinstance(value, dict):
            value = value.get(key)
        else:
            value = value[int(key)] if isinstance(value, list) and key.isdecimal() and int(key) < len(value) else None
    return value
