"""Values as they may be shown: those of Secrets are gone already, and credentials that stand elsewhere are masked."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from mlplat.cluster.redaction import SHORTEST_ELSEWHERE, Redacted, text_digest
from mlplat.compare.difference import ABSENT, Path
from mlplat.diagnostics.assignments import flags_before
from mlplat.diagnostics.mask import MASK, mask_lines, mask_words, names_credential
from mlplat.objects.credentials import is_credential
from mlplat.objects.equality import is_list, is_map
from mlplat.objects.marks import LAST_APPLIED

_LONGEST = 4096
"""Characters of the longest value that is looked for within a text; a text that is a longer one is still masked."""


class Shown:
    """Makes values presentable. `secrets` are all values of Secrets that were read: a text that is one of them, or
    holds one as words of its own, plain or in base64, is masked wherever it stands."""

    __slots__ = ("_begins",)

    def __init__(self, secrets: Iterable[Redacted] = ()) -> None:
        self._begins: dict[bytes, set[bytes]] = {}
        for trace in (trace for secret in secrets for trace in secret.traces):
            self._begins.setdefault(trace.begins, set()).add(trace.whole)

    def value(self, value: Any, path: Path, holder: Any = None) -> Any:
        """A value at a path as plain JSON data; `holder` is the mapping or list around it. None where there is none."""
        if value is ABSENT:
            return None
        name = next((step for step in reversed(path) if isinstance(step, str)), "")
        if name == "value" and is_map(holder) and isinstance(holder.get("name"), str):
            name = holder["name"]
        if is_list(holder) and isinstance(path[-1], int) and path[-1] > 0:
            beside = holder[path[-1] - 1 : path[-1] + 1]  # not the whole list, for each of its thousands of words
            if any(names_credential(flag) for _, flag in flags_before(beside)):
                return MASK
        return self._shown(value, name)

    def _shown(self, value: Any, name: str) -> Any:
        if isinstance(value, Redacted):
            return MASK
        if isinstance(value, str):
            return self.text(value, name)
        if is_map(value):
            return {key: self._below(value, key, inner) for key, inner in value.items()}
        if is_list(value):
            flagged = {index for index, flag in flags_before(value) if names_credential(flag)}
            return [MASK if index in flagged else self._shown(item, name) for index, item in enumerate(value)]
        return value

    def _below(self, holder: Mapping[str, Any], key: str, value: Any) -> Any:
        if key == LAST_APPLIED:
            return MASK
        named = holder.get("name") if key in ("value", "default") else None
        return self._shown(value, named if isinstance(named, str) else str(key))

    def text(self, value: str, name: str = "") -> str:
        """A text without the credentials in it; `name` is what it is the value of."""
        if is_credential(name, value) or self._is_secret(value):
            return MASK
        # First what is known to be secret: what else is masked in a text changes the words around it.
        value = self._without_secrets(value)
        if "\n" in value or value.lstrip()[:1] in ("{", "["):
            value = mask_lines(value)
        return mask_words(value)

    def repeated(self, text: str, body: Any) -> str:
        """What a server says of an object, without what the object holds and nobody may see: refusals quote values."""
        for one in sorted(_withheld(body, self.value(body, ())), key=len, reverse=True):
            text = text.replace(one, MASK)
        return mask_words(text)

    def _is_secret(self, text: str) -> bool:
        if not self._begins or len(text) < SHORTEST_ELSEWHERE:
            return False
        return text_digest(text) in self._begins.get(text_digest(text[:SHORTEST_ELSEWHERE]), ())

    def _without_secrets(self, text: str) -> str:
        """A text without the secrets in it. One stands out where no letter or digit of its own sort goes on before or
        after it: `postgres` is not looked for in `postgresql`."""
        if not self._begins:
            return text
        kept, done, start = [], 0, 0
        while start <= len(text) - SHORTEST_ELSEWHERE:
            end = self._end_of_secret(text, start) if _is_edge(text, start) else None
            if end is None:
                start += 1
            else:
                kept += [text[done:start], MASK]
                done = start = end
        return "".join((*kept, text[done:]))

    def _end_of_secret(self, text: str, start: int) -> int | None:
        """Where the longest secret ends that begins at a place of a text, None where none does."""
        wholes: Collection[bytes] = self._begins.get(text_digest(text[start : start + SHORTEST_ELSEWHERE]), ())
        if not wholes:
            return None
        for end in range(min(len(text), start + _LONGEST), start + SHORTEST_ELSEWHERE - 1, -1):
            if _is_edge(text, end) and text_digest(text[start:end]) in wholes:
                return end
        return None


def _is_edge(text: str, place: int) -> bool:
    """True where no word goes on from one side of a place of a text to the other."""
    return not (text[place - 1 : place].isalnum() and text[place : place + 1].isalnum())


def _withheld(value: Any, shown: Any) -> Iterator[str]:
    """The texts of a value that are not shown."""
    if isinstance(value, str):
        if shown == MASK and value and not isinstance(value, Redacted):
            yield value
    elif is_map(value):
        for key, inner in value.items():
            yield from _withheld(inner, shown[key] if is_map(shown) else MASK)
    elif is_list(value):
        for index, inner in enumerate(value):
            yield from _withheld(inner, shown[index] if is_list(shown) else MASK)
