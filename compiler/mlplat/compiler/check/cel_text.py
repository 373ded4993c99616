"""CEL as text: its words, which names an expression binds, and the same expression with its steps counted.

An expression of CEL always ends, but not always soon: loops inside loops over long lists, or a list that is doubled
again and again. The evaluator has no limit of its own, so loops are written anew with a question in each turn.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*)
    |(?P<string>(?:[bB]?[rR]|[rR][bB])(?:\"{3}[\s\S]*?\"{3}|'{3}[\s\S]*?'{3}|"[^"\n]*"|'[^'\n]*')
        |[bB]?(?:\"{3}(?:\\[\s\S]|[^\\])*?\"{3}|'{3}(?:\\[\s\S]|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<name>[A-Za-z_]\w*)
    |(?P<space>\s+)
    |(?P<number>[0-9][\w.]*)
    |(?P<sign>[=!<>]=|&&|\|\||[\s\S])""",
    re.VERBOSE,
)
_OPENING, _CLOSING = "([{", ")]}"

LOOPS = frozenset(("all", "exists", "exists_one", "existsOne", "filter", "map"))
"""Macros that evaluate an expression for each item of a list."""

GOES_ON = "__goes_on"
"""A function without arguments, asked in each turn of a loop: true as long as there are steps left."""

IS_SMALL = "__is_small"
"""A function of a value that a loop made: true as long as the steps last that its size costs."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression: its sort (a group of `_TOKEN`), its text, and where it begins."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class _Loop:
    """A macro with a loop: its words from the name to the closing bracket, and what stands between the commas."""

    close: int
    variable: str
    bodies: tuple[tuple[int, int], ...]


def tokens_of(text: str) -> tuple[Token, ...]:
    """All words of an expression, spaces and comments included; none is refused."""
    return tuple(Token(str(match.lastgroup), match.group(), match.start()) for match in _TOKEN.finditer(text))


def bound_names(text: str) -> frozenset[str]:
    """The variables that loops of an expression bind."""
    tokens = tokens_of(text)
    return frozenset(loop.variable for at in range(len(tokens)) if (loop := _loop_at(tokens, at)) is not None)


def place_of_name(text: str, name: str) -> int:
    """Where a name stands first in an expression; 0 where it does not."""
    return next((token.start for token in tokens_of(text) if token.kind == "name" and token.text == name), 0)


def with_steps_counted(text: str) -> str | None:
    """The same expression, in which every turn of a loop asks `GOES_ON` and `IS_SMALL`; None where there is at most one
    loop, which has as many turns as a list of the object has items.

    Once `GOES_ON` is false, loops do nothing more, whatever else the expression makes of their values.
    """
    tokens = tokens_of(text)
    loops = sum(_loop_at(tokens, at) is not None for at in range(len(tokens)))
    return "".join(_counted(tokens, 0, len(tokens))) if loops > 1 else None


def _counted(tokens: Sequence[Token], start: int, end: int) -> Iterator[str]:
    at = start
    while at < end:
        loop = _loop_at(tokens, at)
        if loop is None:
            yield " " if tokens[at].kind == "comment" else tokens[at].text
            at += 1
            continue
        name = tokens[at].text
        bodies = ["".join(_counted(tokens, *body)) for body in loop.bodies]
        if name == "map":
            *conditions, made = bodies
            guarded = f"{GOES_ON}() ? [{made}].filter(__made, {IS_SMALL}(__made))[0] : null"
            bodies = [*(f"{GOES_ON}() && ({condition})" for condition in conditions), guarded]
        elif name == "exists":
            bodies = [f"!{GOES_ON}() || ({bodies[0]})"]
        else:
            bodies = [f"{GOES_ON}() && ({bodies[0]})"]
        yield f"{name}({', '.join((loop.variable, *bodies))})"
        at = loop.close + 1


def _loop_at(tokens: Sequence[Token], at: int) -> _Loop | None:
    """The loop whose name stands at a place; None where there is none, or one that the evaluator refuses."""
    if tokens[at].kind != "name" or tokens[at].text not in LOOPS:
        return None
    before = next((tokens[i].text for i in range(at - 1, -1, -1) if tokens[i].kind not in ("space", "comment")), "")
    opened = next((i for i in range(at + 1, len(tokens)) if tokens[i].kind not in ("space", "comment")), None)
    if before != "." or opened is None or tokens[opened].text != "(":
        return None
    parts, close = _parts(tokens, opened)
    if close is None or len(parts) not in ((2, 3) if tokens[at].text == "map" else (2,)):
        return None
    variable = [one for one in tokens[slice(*parts[0])] if one.kind not in ("space", "comment")]
    if len(variable) != 1 or variable[0].kind != "name":
        return None
    return _Loop(close, variable[0].text, tuple(parts[1:]))


def _parts(tokens: Sequence[Token], opened: int) -> tuple[list[tuple[int, int]], int | None]:
    """What stands between the commas of a pair of brackets, and where it is closed; None where it is not."""
    parts: list[tuple[int, int]] = []
    depth, start = 0, opened + 1
    for at in range(opened, len(tokens)):
        token = tokens[at]
        if token.kind != "sign":
            continue
        if token.text in _OPENING:
            depth += 1
        elif token.text in _CLOSING:
            depth -= 1
            if depth == 0:
                return [*parts, (start, at)], at
        elif token.text == "," and depth == 1:
            parts.append((start, at))
            start = at + 1
    return parts, None
