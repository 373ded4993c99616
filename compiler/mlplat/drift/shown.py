"""Values as they may be shown: those of Secrets are gone already, and credentials that stand elsewhere are masked."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from mlplat.cluster.redaction import SHORTEST_ELSEWHERE, Redacted, text_digest
from mlplat.compare.difference import ABSENT, Path
from mlplat.compare.masked import masked, shown_text
from mlplat.diagnostics.mask import MASK, mask_words
from mlplat.objects.equality import is_list, is_map

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

    def value(self, value: Any, path: Path, body: Any) -> Any:
        """What stands at a path of an object, `body`, as plain JSON data. None where there is nothing."""
        return None if value is ABSENT else masked(body, path, value, self._text)

    def _text(self, text: str) -> str:
        if isinstance(text, Redacted) or self._is_secret(text):
            return MASK
        # First what is known to be secret: what else is masked in a text changes the words around it.
        return shown_text(self._without_secrets(text))

    def repeated(self, text: str, body: Any) -> str:
        """What a server says of an object, without what the object holds and nobody may see: refusals quote values."""
        for one in sorted(_withheld(body, self.value(body, (), body)), key=len, reverse=True):
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
