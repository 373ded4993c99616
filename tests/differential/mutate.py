"""Objects that differ from a valid one in one place: what people get wrong, and what programs do to them."""

import copy
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
Body = dict[str, Any]
Steps = tuple[str | int, ...]

_ODD_TEXTS = (
    *("", "Not A Name!", "UPPER", "x_y", "a" * 300, "a.b", "-1", "10%", "1Gi", "/abs", "a/b", "${x}"),
    *("naïve-ü", "two\nlines", " spaced ", "true", "1.5", "a" * 64, "no-such-thing", "../up", "http://x", "*"),
)
_ODD_NUMBERS = (-1, 0, 1, 3, 100000, 2**31, 10**12, 1.5, 0.0)


@dataclass(frozen=True)
class Case:
    """One object and how it differs: `name` is `<seed>|<pointer>|<what>`."""

    name: str
    seed: str
    body: Body


def seeds(files: tuple[str, ...]) -> list[tuple[str, Body]]:
    """The valid objects of some files of `seeds/`, by `<kind>/<name>`."""
    found = []
    for file in files:
        text = (HERE / "seeds" / f"{file}.yaml").read_text(encoding="utf-8")
        for body in yaml.safe_load_all(text):
            version = body["apiVersion"].rpartition("/")[2]
            found.append((f"{body['kind']}.{version}/{body['metadata']['name']}", body))
    return found


def cases(files: tuple[str, ...], share: int = 1, turn: int = 0) -> Iterator[Case]:
    """Every seed as it is, then every seed with one difference, in a fixed order.

    Of the differences that are made by rule one in `share` is taken; another `turn` takes others.
    """
    listed = yaml.safe_load((HERE / "settings.yaml").read_text(encoding="utf-8"))
    for seed, body in seeds(files):
        yield Case(f"{seed}||as it is", seed, body)
        for steps, what, changed in _changes(body):
            name = f"{seed}|{_pointer(steps)}|{what}"
            if zlib.crc32(name.encode()) % share == turn % share:
                yield Case(name, seed, changed)
        for steps, value in listed.get(seed, ()):
            yield Case(f"{seed}|{_pointer(tuple(steps))}|= {value!r}", seed, _with(body, tuple(steps), value, add=True))


def _changes(body: Body) -> Iterator[tuple[Steps, str, Body]]:
    for steps, value in _places(body, ()):
        if steps in (("apiVersion",), ("kind",), ("metadata", "namespace")):
            continue
        yield steps, "removed", _without(body, steps)
        for what, other in _others(value):
            if other != value or type(other) is not type(value):
                yield steps, what, _with(body, steps, other)
        if isinstance(value, dict):
            yield steps, "unknown sibling", _with(body, (*steps, "notAField"), "x", add=True)
            for key in value:
                yield (*steps, key), "key in other case", _renamed(body, steps, key, key[:1].swapcase() + key[1:])
        if isinstance(value, list) and value:
            yield steps, "first item twice", _with(body, steps, [*value, copy.deepcopy(value[0])])
        if isinstance(value, list) and len(value) > 1:
            yield steps, "reversed", _with(body, steps, value[::-1])


def _places(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    if steps:
        yield steps, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places(inner, (*steps, key))


def _others(value: Any) -> Iterator[tuple[str, Any]]:
    yield "null", None
    if isinstance(value, bool):
        yield from (("negated", not value), ("text", "true"), ("number", 1))
    elif isinstance(value, int | float):
        yield from ((f"number {number}", number) for number in _ODD_NUMBERS)
        yield from (("as text", str(value)), ("text", "many"), ("boolean", True), ("mapping", {}))
    elif isinstance(value, str):
        yield from ((f"text {text!r}" if len(text) < 20 else f"{len(text)} letters", text) for text in _ODD_TEXTS)
        if value.swapcase() not in (value, "UPPER"):
            yield "other case", value.swapcase()
        yield from (("number", 7), ("boolean", True), ("mapping", {"a": "b"}), ("list", ["a"]))
    elif isinstance(value, list):
        yield from (("empty", []), ("mapping", {"a": "b"}), ("text", "a"), ("holding null", [None]))
        yield from (("holding an empty mapping", [{}]), ("holding numbers", [1]), ("holding an empty text", [""]))
    else:
        yield from (("empty", {}), ("list", ["a"]), ("text", "a"), ("number", 7), ("boolean", False))


def _with(body: Body, steps: Steps, value: Any, add: bool = False) -> Body:
    changed = copy.deepcopy(body)
    parent: Any = changed
    for step, following in pairwise(steps):
        if add and isinstance(parent, dict) and step not in parent:
            parent[step] = [] if isinstance(following, int) else {}
        if add and isinstance(parent, list) and step == len(parent):
            parent.append({})
        parent = parent[step]
    if isinstance(parent, list) and isinstance(steps[-1], int) and steps[-1] >= len(parent):
        parent.append(value)
    else:
        parent[steps[-1]] = copy.deepcopy(value)
    return changed


def _renamed(body: Body, steps: Steps, old: str, new: str) -> Body:
    changed = copy.deepcopy(body)
    parent: Any = changed
    for step in steps:
        parent = parent[step]
    parent[new] = parent.pop(old)
    return changed


def _without(body: Body, steps: Steps) -> Body:
    changed = copy.deepcopy(body)
    parent: Any = changed
    for step in steps[:-1]:
        parent = parent[step]
    del parent[steps[-1]]
    return changed


def _pointer(steps: Steps) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
