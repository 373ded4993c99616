"""Bounds of what is read: how deep a text may nest, and how much its aliases may repeat.

Kubernetes objects stay below 40 levels, the deepest schemas of CustomResourceDefinitions below 100. A few lines of
aliases can stand for more values than fit in memory ("billion laughs"); what people write repeats a block or two.
"""

import re
from typing import Any

import yaml

MAX_DEPTH = 200
"""Levels of nesting of a manifest or of an object in a dump."""

MOST_REPEATED = 200_000
"""Values that the aliases of one document may repeat, all together; values that are written out are not counted."""

_DEEPEST_RUN = 1000
"""libyaml's composer, which recurses in C, overflows the stack at some 30,000 levels (PyYAML 6.0.3)."""

_LEADING_RUN = re.compile(rf"^[ ?:\-]{{{_DEEPEST_RUN},}}", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}]")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def deep_place(text: str) -> tuple[int, int] | None:
    """Line and column (from 1) where a YAML text gets deeper than a composer can go without a crash; None else.

    Most texts are let through by a look at their brackets and indentation; only of one that could be deep are the
    events of the parser counted.
    """
    if (_LEADING_RUN.search(text) is None if len(text) > _DEEPEST_RUN else True) and not _many_open(text):
        return None
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth >= _DEEPEST_RUN and event.start_mark is not None:
                return event.start_mark.line + 1, event.start_mark.column + 1
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        if mark is not None and "maximum nesting" in str(error.problem):  # libyaml 0.2.6 looks after itself
            return mark.line + 1, mark.column + 1
    except yaml.YAMLError:
        pass
    return None  # where the parser stumbles the composer does too, and is not deeper then


def _many_open(text: str) -> bool:
    if text.count("[") + text.count("{") < _DEEPEST_RUN:
        return False
    depth = 0
    for match in _BRACKET.finditer(text):
        depth = depth + 1 if match.group() in "[{" else max(0, depth - 1)
        if depth >= _DEEPEST_RUN:
            return True
    return False


def may_repeat(text: str) -> bool:
    """False for a text that surely has no aliases: there is none without an anchor, and few texts have both signs."""
    return "*" in text and "&" in text


def oversized(root: yaml.Node) -> tuple[str, yaml.Node] | None:
    """What of a composed document grows beyond the bounds, in a clause, and the node; None for one within them."""
    size = _Size()
    size.of(root, 1)
    return size.problem


class _Size:
    """Counts values as they are once aliases are followed, each node once, until `problem` is one."""

    __slots__ = ("_known", "_written", "problem")

    def __init__(self) -> None:
        self._known: dict[int, int] = {}
        self._written = 0
        self.problem: tuple[str, yaml.Node] | None = None

    def of(self, node: yaml.Node, depth: int) -> int:
        """The values that a node stands for; `depth` counts the levels down to it."""
        if isinstance(node, yaml.ScalarNode):
            self._written += 1
            return 1
        if self.problem is None and depth > MAX_DEPTH:
            self.problem = (f"nests deeper than {MAX_DEPTH} levels, or holds an alias of itself", node)
        if self.problem is not None:
            return 0
        if id(node) not in self._known:
            self._written += 1
            pairs = node.value if isinstance(node, yaml.SequenceNode) else [value for _, value in node.value]
            size = 1 + sum(self.of(inner, depth + 1) for inner in pairs)
            if self.problem is None and size - self._written > MOST_REPEATED:
                self.problem = (f"holds aliases that repeat more than {MOST_REPEATED:,} values", node)
            self._known[id(node)] = size
        return self._known[id(node)]


def nests_too_deep(value: Any) -> bool:
    """True for a value with more levels than `MAX_DEPTH`; nothing recurses here."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if outer.__class__ is dict else outer)
            if inner.__class__ is dict or inner.__class__ is list
        ]
        if not level:
            return False
    return True
