"""YAML as kustomize and the API server read it: what kustomize printed, or what a build wrote, as JSON values.

Go's YAML decides what a plain scalar is; PyYAML's own rules (YAML 1.1) would read `on`, `1:30`, dates, `=` and `<<`
otherwise. kustomize quotes every string that its own reader would take for something else, so what is plain here is
null, a boolean, a number, or text.
"""

import re
from typing import Any

import yaml

from mlplat.objects.nesting import MAX_DEPTH, deep_place, may_repeat, oversized

_PLAIN = "plain"
_STRING = "tag:yaml.org,2002:str"
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    word: value for value, words in ((True, "true True TRUE"), (False, "false False FALSE")) for word in words.split()
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"[-+]?0(?:x[0-9a-fA-F]+|o[0-7]+|b[01]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Composes nodes; tells plain scalars from quoted ones and decides nothing else."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """Tag of a node that has none."""
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else _STRING
        return "tag:yaml.org,2002:map" if kind is yaml.MappingNode else "tag:yaml.org,2002:seq"


class OversizedError(ValueError):
    """A text that grows or nests beyond reason: how, in a clause. `place` is the line and column, from 1."""

    def __init__(self, text: str, place: tuple[int, int]) -> None:
        super().__init__(text)
        self.place = place


class RepeatedKeyError(ValueError):
    """A mapping that has a key twice, of which a reader would take one and say nothing; `place` is line and column,
    where they are known."""

    def __init__(self, place: tuple[int, int] | None = None) -> None:
        where = f" (line {place[0]}, column {place[1]})" if place is not None else ""
        super().__init__(f"a key is written twice in one mapping{where}")
        self.place = place


def parse_stream(text: str) -> tuple[dict[str, Any], ...]:
    """All objects of a stream of documents; empty documents are left out.

    Raises ValueError when the text is not YAML, or a document is not a mapping with text keys.
    """
    values = parse_values(text)
    if not all(isinstance(value, dict) for value in values):
        raise ValueError("a document is not a mapping")
    return values


def parse_values(text: str) -> tuple[Any, ...]:
    """All documents of a stream, whatever they are; empty ones are left out.

    Raises ValueError as `parse_stream`, RepeatedKeyError for a key that is there twice, and OversizedError for a text
    beyond the bounds of `mlplat.objects.nesting`.
    """
    place = deep_place(text)
    if place is not None:
        raise OversizedError(f"nests deeper than {MAX_DEPTH} levels", place)
    aliases = may_repeat(text)
    loader = _Loader(text)
    values = []
    try:
        while loader.check_node():
            node = loader.get_node()
            problem = oversized(node) if aliases else None
            if problem is not None:
                raise _oversized(*problem)
            value = _value(node, 1)
            if value is not None:
                values.append(value)
    except yaml.YAMLError as error:
        raise ValueError(f"not well-formed YAML: {error}") from error
    finally:
        loader.dispose()
    return tuple(values)


def _value(node: yaml.Node, depth: int) -> Any:
    """The value of a node; `depth` counts the levels down to it."""
    if isinstance(node, yaml.MappingNode) and depth <= MAX_DEPTH:
        made = {_key(key): _value(value, depth + 1) for key, value in node.value}
        if len(made) != len(node.value):
            raise RepeatedKeyError(_second_of_two(node))
        return made
    if isinstance(node, yaml.SequenceNode) and depth <= MAX_DEPTH:
        return [_value(item, depth + 1) for item in node.value]
    if node.tag == _PLAIN:
        return _plain(node.value)
    if node.tag == _STRING:
        return node.value
    if depth > MAX_DEPTH:
        raise _oversized(f"nests deeper than {MAX_DEPTH} levels", node)
    raise ValueError(f"the tag {node.tag} has no JSON value")


def _second_of_two(node: yaml.MappingNode) -> tuple[int, int]:
    known: set[str] = set()
    for key, _ in node.value:
        if key.value in known:
            return key.start_mark.line + 1, key.start_mark.column + 1
        known.add(key.value)
    raise AssertionError("a mapping with fewer keys than were written has one twice")


def _oversized(problem: str, node: yaml.Node) -> OversizedError:
    return OversizedError(problem, (node.start_mark.line + 1, node.start_mark.column + 1))


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or (node.tag == _PLAIN and not isinstance(_plain(node.value), str)):
        raise ValueError("a key is not text")
    return str(node.value)


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
