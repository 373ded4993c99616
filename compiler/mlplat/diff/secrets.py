"""Values of the Secrets of two states: masked wherever else they stand, in values, in lines and in what is said."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.cluster.redaction import forms_of, secret_values
from mlplat.diagnostics.mask import MASK
from mlplat.diff.state import State
from mlplat.objects.equality import is_list, is_map

_HOLE = "\ue000"
"""Stands for a value until the rest of its text is masked too, which must not read the mask as words."""


@dataclass(frozen=True, slots=True)
class SecretTexts:
    """Every form in which a value of a Secret may stand in a text; `pattern` is None where there is no such value."""

    pattern: re.Pattern[str] | None = None

    def punched(self, value: Any) -> Any:
        """A value of an object with a hole for each value of a Secret, in keys too."""
        if self.pattern is None:
            return value
        if isinstance(value, str):
            return self.pattern.sub(_HOLE, value)
        if is_map(value):
            return {self.punched(key): self.punched(inner) for key, inner in value.items()}
        return [self.punched(inner) for inner in value] if is_list(value) else value

    def shown(self, value: Any) -> Any:
        """A value, or a sentence, with `(masked)` for each value of a Secret and each hole."""
        return value if self.pattern is None else _filled(self.punched(value))

    def ranges(self, line: str) -> list[tuple[int, int]]:
        """Start and end (from 0) of the values of Secrets in a line."""
        return [found.span() for found in self.pattern.finditer(line)] if self.pattern is not None else []


def _filled(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(_HOLE, MASK)
    if is_map(value):
        return {_filled(key): _filled(inner) for key, inner in value.items()}
    return [_filled(inner) for inner in value] if is_list(value) else value


def secret_texts(states: Iterable[State]) -> SecretTexts:
    """The values of all Secrets of some states, but for names of objects, which are printed as such."""
    forms: set[str] = set()
    names: set[str] = set()
    for state in states:
        for side in state.sides.values():
            for item in side.objects:
                names |= {item.ref.name, item.ref.namespace}
                if item.ref[:2] == ("", "Secret"):
                    forms.update(_forms(item.body))
    wanted = sorted(forms - names, key=lambda form: (-len(form), form))
    return SecretTexts(re.compile("|".join(map(re.escape, wanted)))) if wanted else SecretTexts()


def _forms(body: Mapping[str, Any]) -> Iterator[str]:
    for part in ("data", "stringData"):  # each by itself: a key of both has two values
        for value in secret_values({part: body.get(part)}).values():
            yield from forms_of(value)
