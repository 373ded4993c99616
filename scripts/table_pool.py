"""The stored form of schema nodes: each distinct node once, and a number wherever it is used again."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

_SMALLEST = 16  # bytes; below this a number saves next to nothing


def text_of(value: Any) -> str:
    """Compact JSON, the same for equal values."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class Pool:
    """Stores nodes bottom up; a node that occurs at least twice becomes a numbered entry."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._counts: Counter[str] = Counter()
        self._numbers: dict[str, int] = {}
        self._texts: dict[int, str] = {}

    def count(self, node: Mapping[str, Any]) -> None:
        """Notes one use of a node and, at its first use, of those below it."""
        text = self._text(node)
        self._counts[text] += 1
        if self._counts[text] == 1:
            for below in _below(node):
                self.count(below)

    def store(self, node: Mapping[str, Any]) -> "dict[str, Any] | int":
        """The stored form of a node that was counted: a number when it is used more than once."""
        text = self._text(node)
        if text in self._numbers:
            return self._numbers[text]
        stored = self._store_children(node)
        if self._counts[text] < 2 or len(text) < _SMALLEST:
            return stored
        self._numbers[text] = len(self.entries)
        self.entries.append(stored)
        return self._numbers[text]

    def _text(self, node: Mapping[str, Any]) -> str:
        return self._texts.setdefault(id(node), text_of(node))

    def _store_children(self, node: Mapping[str, Any]) -> dict[str, Any]:
        stored = dict(node)
        for key in ("items", "additionalProperties", "not"):
            if key in stored:
                stored[key] = self.store(stored[key])
        for key in ("allOf", "anyOf", "oneOf"):
            if key in stored:
                stored[key] = [self.store(branch) for branch in stored[key]]
        if "properties" in stored:
            stored["properties"] = {name: self.store(field) for name, field in stored["properties"].items()}
        return stored


def _below(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    nodes = [node[key] for key in ("items", "additionalProperties", "not") if key in node]
    nodes += [branch for key in ("allOf", "anyOf", "oneOf") for branch in node.get(key, ())]
    return nodes + list(node.get("properties", {}).values())
