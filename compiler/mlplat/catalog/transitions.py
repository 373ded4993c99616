"""What a CustomResourceDefinition lets nobody change, read off its rules that name `oldSelf`.

Source: k8s.io/apiextensions-apiserver `pkg/apiserver/schema/cel`: such a rule is asked at an update, where both states
have what it stands at; in lists, of items that have the same keys. The published rules have a handful of forms; what
they say is kept, their text is not (ADR 9).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

EACH = "*"
"""In a path: every item of a list, every key of a map."""


class Keeps(StrEnum):
    """What of a field stays as it is."""

    VALUE = "value"
    """As long as both states have it, it is the same."""
    PRESENCE = "presence"
    """It neither comes nor goes."""
    BOTH = "both"
    """It neither comes nor goes, nor becomes another."""
    TRUE = "true"
    """Once true it stays true."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One field that may not change, or only in one way. `when`: only where the old state has that field."""

    path: tuple[str, ...]
    keeps: Keeps
    when: tuple[str, ...] | None = None


def transitions_in(schema: Mapping[str, Any]) -> tuple[tuple[Transition, ...], tuple[str, ...]]:
    """What the rules of a published schema keep, and those rules that have a form of which that is not known.

    What is said of `status` is left out: nobody declares it.
    """
    known: list[Transition] = []
    unread: list[str] = []
    for path, text in _rules(schema, ()):
        if path[:1] == ("status",):
            continue
        read = _read(text)
        if read is None:
            unread.append(f"{'.'.join(path)}: {text}")
        else:
            known.append(Transition((*path, *read.path), read.keeps, (*path, *read.when) if read.when else None))
    return tuple(dict.fromkeys(known)), tuple(unread)


def as_data(transitions: Sequence[Transition]) -> list[dict[str, Any]]:
    """Transitions as they stand in the tables."""
    return [
        {"path": list(one.path), "keeps": str(one.keeps), **({"when": list(one.when)} if one.when else {})}
        for one in transitions
    ]


def from_data(stored: Sequence[Mapping[str, Any]]) -> tuple[Transition, ...]:
    """Transitions out of a table."""
    return tuple(
        Transition(tuple(one["path"]), Keeps(one["keeps"]), tuple(one["when"]) if "when" in one else None)
        for one in stored
    )


def _rules(schema: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(schema, Mapping):
        return
    for rule in schema.get("x-kubernetes-validations") or ():
        text = " ".join(str(rule.get("rule", "")).split())
        if re.search(r"\boldSelf\b", text):
            yield path, text
    for name, below in (schema.get("properties") or {}).items():
        yield from _rules(below, (*path, name))
    for key in ("items", "additionalProperties"):
        yield from _rules(schema.get(key), (*path, EACH))


# ------------------------------------------------------------------------------------------- forms of rules

_NAME = r"(?P<name>\w+)"
_AGAIN = r"(?P=name)"
_FORMS: tuple[tuple[str, Keeps], ...] = (
    (r"self == oldSelf", Keeps.VALUE),
    (rf"self\.{_NAME} == oldSelf\.{_AGAIN}", Keeps.VALUE),
    (rf"has\(self\.{_NAME}\) == has\(oldSelf\.{_AGAIN}\)", Keeps.PRESENCE),
    (
        rf"\(\(!has\(oldSelf\.{_NAME}\) && !has\(self\.{_AGAIN}\)\) "
        rf"\|\| \(has\(oldSelf\.{_AGAIN}\) && has\(self\.{_AGAIN}\)\)\)",
        Keeps.PRESENCE,
    ),
    (rf"!oldSelf\.{_NAME} \|\| \(oldSelf\.{_AGAIN} && self\.{_AGAIN}\)", Keeps.TRUE),
    (
        rf"!has\(oldSelf\.(?P<when>\w+)\) \|\| \(has\(self\.{_NAME}\) == has\(oldSelf\.{_AGAIN}\) "
        rf"&& \(!has\(self\.{_AGAIN}\) \|\| self\.{_AGAIN} == oldSelf\.{_AGAIN}\)\)",
        Keeps.BOTH,
    ),
    (
        rf"!has\(oldSelf\.(?P<when>\w+)\) \|\| \(has\(self\.{_NAME}\) && self\.{_AGAIN} == oldSelf\.{_AGAIN}\)",
        Keeps.BOTH,
    ),
)


def _read(text: str) -> Transition | None:
    """What one rule says of the place where it stands; None for a form that is not known."""
    for pattern, keeps in _FORMS:
        match = re.fullmatch(pattern, text)
        if match is not None:
            groups = match.groupdict()
            name, when = groups.get("name"), groups.get("when")
            return Transition((name,) if name else (), keeps, (when,) if when else None)
    return None
