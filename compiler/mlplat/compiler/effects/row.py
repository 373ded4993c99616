"""Fields of the specifications that do nothing with some component version: the user is told of each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import Node, Path, Resolved, ResolvedEnvironment

EACH = "*"
"""In the path of a row: every item of the list."""


@dataclass(frozen=True, slots=True)
class NoEffect:
    """A field that has no effect in some environments.

    `kind` is the document's kind, `path` the field (camelCase keys below the document's root, `*` for the items of a
    list), `applies` tells whether it is so in an environment, `reason` completes "`path` has no effect: ...". Where the
    field does nothing for some of its readers only, `readers` says for whom. Where it does something, but not what it
    says, `told` completes "`path` of it ..." in the place of "has no effect", and `cure` says what to do.
    """

    kind: str
    path: Path
    applies: Callable[[ResolvedEnvironment, Resolved[Any]], bool]
    reason: str
    readers: str = ""
    told: str = ""
    cure: str = ""


def written(row: NoEffect, env: ResolvedEnvironment, document: Resolved[Any]) -> Iterator[Path]:
    """The paths at which a document of the row's kind sets the field in vain."""
    if row.kind != document.kind:
        return
    # The cheap question first: most documents do not set the field at all.
    paths = tuple(_paths(document.node, row.path, ()))
    if paths and row.applies(env, document):
        yield from paths


def _paths(node: Node | None, rest: Path, done: Path) -> Iterator[Path]:
    for index, step in enumerate(rest):
        if node is None or node.value is None:
            return
        if step == EACH:
            for key, child in node.children():
                yield from _paths(child, rest[index + 1 :], (*done, *rest[:index], key))
            return
        node = node.at((step,))
    if node is not None and node.value is not None:
        yield (*done, *rest)
