"""Run identity: what makes two specifications the same run, and the name that follows from it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel

SCHEME = "1"
"""Version of the hash. It is part of what is hashed: a new scheme would start every job again, so it never changes
within one API version of the specifications."""


def identify(**values: object) -> dict[str, Any]:
    """What identifies a run, as plain data: values of the resolved specification, never of lowered objects.

    What is empty or absent is left out, so that a new optional field of a later mlplat does not change old runs.
    """
    return {name: plain for name, value in sorted(values.items()) if (plain := _plain(value)) not in (None, {}, [], "")}


def verbatim(models: Sequence[BaseModel]) -> str | None:
    """Models as they were written, for what must not lose an empty value: in a patch, null and [] mean something."""
    if not models:
        return None
    written = [model.model_dump(mode="json", by_alias=True, exclude_unset=True) for model in models]
    return json.dumps(written, sort_keys=True, separators=(",", ":"))


def run_hash(identity: Mapping[str, Any]) -> str:
    """Eight hexadecimal digits that are the same for the same run."""
    text = json.dumps({"scheme": SCHEME, "run": identity}, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


_SCALARS = frozenset({str, int, float, bool, type(None)})


def _plain(value: object) -> Any:
    """Plain JSON data without what is empty; by exact type first, because most values are scalars."""
    if type(value) in _SCALARS:
        return value
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, BaseModel):
        return _without_empty(value.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True))
    if is_dataclass(value) and not isinstance(value, type):
        return _without_empty({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, Mapping):
        return _without_empty(value)
    raise TypeError(f"{type(value).__name__} cannot identify a run")


def _without_empty(values: Mapping[Any, object]) -> dict[str, Any]:
    pairs = ((str(key), _plain(item)) for key, item in values.items())
    return {key: item for key, item in sorted(pairs) if item not in (None, {}, [], "")}
