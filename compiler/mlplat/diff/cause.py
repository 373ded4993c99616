"""Which line of the specifications made a change: one of the values that differ between the two resolved states.

An object is a function of the document it was made from, of the documents that this one names, of the Environment and
of the Platform. So a change of it is caused by a value of these that differs. Where several differ, the one is named
whose value is what changed, else the one that is called like it, the object's own document first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplat.compare.difference import ABSENT, Difference
from mlplat.compare.tree import compare_objects
from mlplat.compiler.artifacts import KubeObject, Node, Resolved, ResolvedEnvironment
from mlplat.compiler.resolve.references import Links
from mlplat.diagnostics import Span

Address = tuple[str, str]
"""Kind and name of a document; the one Environment and the one Platform go without a name."""

_ENVIRONMENT: Address = ("Environment", "")
_PLATFORM: Address = ("Platform", "")


@dataclass(frozen=True, slots=True)
class SpecChange:
    """A value of a resolved document that differs. `gone`: the new state does not have it, `span` is in the old one."""

    document: Address
    path: tuple[str | int, ...]
    old: Any
    new: Any
    span: Span
    gone: bool = False


@dataclass(frozen=True)
class SpecChanges:
    """What differs between two states of one environment's specifications, by document."""

    old: ResolvedEnvironment
    new: ResolvedEnvironment
    by_document: Mapping[Address, tuple[SpecChange, ...]]
    reached: dict[Address, tuple[Address, ...]] = field(default_factory=dict)
    links: Links = field(default_factory=Links)

    def of_object(self, item: KubeObject, difference: Difference | None) -> SpecChange | None:
        """The change that made a difference of an object (None: that the object is there, or gone); None where no
        specification behind it differs."""
        if item.origin is None:
            return None
        own: Address = (item.origin.kind, item.origin.name)
        best: tuple[int, SpecChange] | None = None
        for distance, document in enumerate(self._behind(own)):
            for change in self.by_document.get(document, ()):
                score = _likeness(change, difference) - 10 * min(distance, 3)
                if best is None or score > best[0]:
                    best = (score, change)
        return best[1] if best is not None else None

    def _behind(self, own: Address) -> tuple[Address, ...]:
        """The documents that one is made of, nearest first: itself, what it names, Environment, Platform, the rest."""
        if own not in self.reached:
            named = [*self._named(self.new, own), *self._named(self.old, own)]
            around: list[Address] = [_ENVIRONMENT, _PLATFORM]
            first = [own, *named, *around]
            others = [address for address in self.by_document if address not in first]
            self.reached[own] = tuple(dict.fromkeys([*first, *others]))
        return self.reached[own]

    def _named(self, env: ResolvedEnvironment, own: Address) -> Iterator[Address]:
        document = env.documents.get(own[0], {}).get(own[1])
        if document is not None:
            team = document.team
            for reference in self.links.of(document.node, document.kind):
                if reference.pattern.refers_to is not None:
                    yield (reference.pattern.refers_to, str(reference.node.value))
            if team is not None:
                yield ("Team", team)


def spec_changes(old: ResolvedEnvironment, new: ResolvedEnvironment) -> SpecChanges:
    """Every value that differs between two resolved environments; documents that are the same tree are not opened."""
    found: dict[Address, tuple[SpecChange, ...]] = {}
    left, right = _documents(old), _documents(new)
    for address in sorted({*left, *right}):
        before, after = left.get(address), right.get(address)
        changes = tuple(_changes(address, before, after))
        if changes:
            found[address] = changes
    return SpecChanges(old, new, found)


def _documents(env: ResolvedEnvironment) -> dict[Address, Resolved[Any]]:
    documents: dict[Address, Resolved[Any]] = {
        (kind, name): document for kind, named in env.documents.items() for name, document in named.items()
    }
    # Environments that are compared may have different names.
    return {_ENVIRONMENT: env.environment, _PLATFORM: env.platform, **documents}


def _changes(address: Address, old: Resolved[Any] | None, new: Resolved[Any] | None) -> Iterator[SpecChange]:
    if old is None or new is None:
        document = new or old
        if document is not None:
            span = document.node.at(("metadata", "name")) or document.node
            value = document.name
            before, after = (ABSENT, value) if old is None else (value, ABSENT)
            yield SpecChange(address, (), before, after, span.span, gone=new is None)
        return
    if old.node is new.node:
        return
    for difference in compare_objects(old.node.plain(), new.node.plain(), None):
        if difference.moved:
            continue
        node = old.node.at(difference.old_path) if difference.removed else new.node.at(difference.new_path)
        path = difference.old_path if difference.removed else difference.new_path
        if node is not None:
            yield SpecChange(address, path, difference.old, difference.new, _place(node), difference.removed)


def _place(node: Node) -> Span:
    return node.key_span or node.span if isinstance(node.value, dict | list) else node.span


def _likeness(change: SpecChange, difference: Difference | None) -> int:
    """How much a change of a specification looks like one of an object: by its values, then by what it is called."""
    if difference is None:
        return 5 if not change.path else 0
    score = 0
    for mine, theirs in ((change.new, difference.new), (change.old, difference.old)):
        if mine is ABSENT or theirs is ABSENT:
            score += 2 if mine is theirs else 0
        elif str(mine) == str(theirs):
            score += 40
        elif len(str(mine)) > 1 and str(mine) in str(theirs):
            score += 15
    called = {_folded(step) for step in change.path if isinstance(step, str)}
    steps = [step for step in difference.new_path if isinstance(step, str)]
    if steps and _folded(steps[-1]) in called:
        score += 20
    elif any(_folded(step) in called for step in steps if step not in ("spec", "metadata")):
        score += 8
    return score


def _folded(key: str) -> str:
    """Names of the same thing in specification and object: `nodes`, `numNodes`, `minReplicas`."""
    return key.lower().removeprefix("num")
