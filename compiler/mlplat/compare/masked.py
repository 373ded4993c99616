"""Values of objects as they may be shown: credentials, and everything in a Secret, replaced by `(masked)`."""

from collections.abc import Callable, Sequence
from typing import Any

from mlplat.diagnostics.assignments import flags_before
from mlplat.diagnostics.mask import MASK, mask_lines, mask_words, names_credential
from mlplat.objects.credentials import is_credential
from mlplat.objects.equality import is_list, is_map
from mlplat.objects.marks import LAST_APPLIED

_SECRET_FIELDS = frozenset({"data", "stringData"})

Path = tuple[str | int, ...]


def shown_text(text: str) -> str:
    """A text without the credentials in it, and without the values of a Secret that it writes out."""
    if "\n" in text or text.lstrip()[:1] in ("{", "["):
        text = mask_lines(text)
    return mask_words(text)


def masked(body: Any, path: Path, value: Any, text: Callable[[str], str] = shown_text) -> Any:
    """`value`, which stands at `path` of an object, without what nobody may see.

    `body` is the object in the state that the path belongs to: what a value is called is said around it. `text` says
    how a text is shown whose name says nothing.
    """
    if _is_in_secret(body, path):
        return _all(value)
    called, beside, follows = _names(body, path)
    return MASK if follows and isinstance(value, str) else _value(value, called, beside, text)


def _is_in_secret(body: Any, path: Path) -> bool:
    for step in path:
        if _holds_secrets(body) and step in _SECRET_FIELDS:
            return True
        body = _below(body, step)
    return False


def _holds_secrets(body: Any) -> bool:
    return is_map(body) and body.get("kind") == "Secret" and body.get("apiVersion") == "v1"


def _below(body: Any, step: str | int) -> Any:
    if is_map(body):
        return body.get(str(step))
    return body[step] if is_list(body) and isinstance(step, int) and step < len(body) else None


def _all(value: Any) -> Any:
    if is_map(value):
        return {key: _all(inner) for key, inner in value.items()}
    return [_all(inner) for inner in value] if is_list(value) else MASK


def _names(body: Any, path: Path) -> tuple[str, str, bool]:
    """What the value is called: by its key (of a list, by the key of the list), and by the `name` beside it; and
    whether it follows the flag of a credential."""
    for step in path[:-1]:
        body = _below(body, step)
    called = next((step for step in reversed(path) if isinstance(step, str)), "")
    follows = bool(path) and is_list(body) and _follows_flag(body, path[-1])
    return called, _name_in(body) if path else "", follows


def _name_in(holder: Any) -> str:
    name = holder.get("name") if is_map(holder) else None
    return name if isinstance(name, str) else ""


def _follows_flag(words: Sequence[Any], place: str | int) -> bool:
    if not isinstance(place, int) or place < 1:
        return False
    return bool(_flagged(words[place - 1 : place + 1]))  # not all of them, for each of a list's thousands of words


def _flagged(words: Sequence[Any]) -> frozenset[int]:
    """The places in a list of words that follow the flag of a credential."""
    return frozenset(index for index, name in flags_before(words) if names_credential(name))


def _value(value: Any, called: str, beside: str, text: Callable[[str], str]) -> Any:
    if is_map(value):
        secret, near = _holds_secrets(value), _name_in(value)
        return {
            key: _all(inner) if secret and key in _SECRET_FIELDS else _value(inner, str(key), near, text)
            for key, inner in value.items()
        }
    if is_list(value):
        flagged = _flagged(value)
        return [MASK if index in flagged else _value(inner, called, "", text) for index, inner in enumerate(value)]
    if not isinstance(value, str):
        return value
    if called == LAST_APPLIED or (is_credential(called, value) and called != "name"):
        return MASK
    if called in ("value", "default") and beside and is_credential(beside, value):
        return MASK
    return text(value)
