"""Values of objects as they may be shown: credentials, and everything in a Secret, replaced by `(masked)`."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlplat.diagnostics.assignments import flags_before
from mlplat.diagnostics.mask import MASK, mask_words, names_credential
from mlplat.objects.credentials import is_credential
from mlplat.objects.equality import is_list, is_map
from mlplat.objects.marks import LAST_APPLIED

_SECRET_FIELDS = frozenset({"data", "stringData"})

Path = tuple[str | int, ...]


def masked(body: Mapping[str, Any], path: Path, value: Any) -> Any:
    """`value`, which stands at `path` of an object, without what nobody may see.

    `body` is the object in the state that the path belongs to: what a value is called is said around it.
    """
    if not path:
        return _object(value)
    if _holds_secrets(body) and str(path[0]) in _SECRET_FIELDS:
        return _all(value)
    called, beside, follows = _names(body, path)
    return MASK if follows and isinstance(value, str) else _value(value, called, beside)


def _object(value: Any) -> Any:
    if not is_map(value):
        return value
    secret = _holds_secrets(value)
    return {
        key: _all(inner) if secret and key in _SECRET_FIELDS else _value(inner, str(key), "")
        for key, inner in value.items()
    }


def _holds_secrets(body: Mapping[str, Any]) -> bool:
    return body.get("kind") == "Secret" and body.get("apiVersion") == "v1"


def _all(value: Any) -> Any:
    if is_map(value):
        return {key: _all(inner) for key, inner in value.items()}
    return [_all(inner) for inner in value] if is_list(value) else MASK


def _names(body: Any, path: Path) -> tuple[str, str, bool]:
    """What the value is called: by its key (of a list, by the key of the list), and by the `name` beside it; and
    whether it follows the flag of a credential."""
    for step in path[:-1]:
        if is_map(body):
            body = body.get(str(step))
        elif is_list(body) and isinstance(step, int) and step < len(body):
            body = body[step]
        else:
            body = None
    beside = body.get("name") if is_map(body) else None
    called = next((step for step in reversed(path) if isinstance(step, str)), "")
    follows = is_list(body) and path[-1] in _flagged(body)
    return called, beside if isinstance(beside, str) else "", follows


def _flagged(words: Sequence[Any]) -> frozenset[int]:
    """The places in a list of words that follow the flag of a credential."""
    return frozenset(index for index, name in flags_before(words) if names_credential(name))


def _value(value: Any, called: str, beside: str) -> Any:
    if is_map(value):
        name = value.get("name")
        near = name if isinstance(name, str) else ""
        return {key: _value(inner, str(key), near) for key, inner in value.items()}
    if is_list(value):
        flagged = _flagged(value)
        return [MASK if index in flagged else _value(inner, called, "") for index, inner in enumerate(value)]
    if not isinstance(value, str):
        return value
    if called == LAST_APPLIED or (is_credential(called, value) and called != "name"):
        return MASK
    if called in ("value", "default") and beside and is_credential(beside, value):
        return MASK
    return mask_words(value)
