"""The new state of an environment with some of its changes undone.

A document with all of its changes undone is the old one, with none the new one; what lies between is put together from
both, and typed like any other. Where the schema refuses that, there is no such state.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from mlplat.catalog.versions import ComponentVersions
from mlplat.compare.difference import Difference
from mlplat.compare.lists import pair_lists
from mlplat.compiler.artifacts import Node, Resolved, ResolvedEnvironment
from mlplat.compiler.resolve.versions import environment_versions
from mlplat.diff.cause.spec_changes import ENVIRONMENT, PLATFORM, Address, SpecChange, SpecChanges, documents_of
from mlplat.schema.kinds import KINDS


@dataclass(eq=False)
class Undone:
    """The environments between two states; each is made once."""

    changes: SpecChanges
    _environments: dict[frozenset[SpecChange], ResolvedEnvironment | None] = field(default_factory=dict)
    _documents: dict[tuple[Address, frozenset[SpecChange]], Resolved[Any] | None] = field(default_factory=dict)

    @cached_property
    def _sides(self) -> tuple[Mapping[Address, Resolved[Any]], Mapping[Address, Resolved[Any]]]:
        return documents_of(self.changes.old), documents_of(self.changes.new)

    def without(self, undone: frozenset[SpecChange]) -> ResolvedEnvironment | None:
        """The new environment without some changes; None when it would not be valid."""
        if undone not in self._environments:
            self._environments[undone] = self._make(undone)
        return self._environments[undone]

    def _make(self, undone: frozenset[SpecChange]) -> ResolvedEnvironment | None:
        new = self.changes.new
        platform, environment, versions = new.platform, new.environment, new.versions
        documents: dict[str, Mapping[str, Resolved[Any]]] = dict(new.documents)
        for address in sorted({change.address for change in undone}):
            document = self._document(address, frozenset(one for one in undone if one.address == address))
            if document is None and any(one.difference is not None for one in undone if one.address == address):
                return None
            if address == PLATFORM and document is not None:
                platform = document
            elif address == ENVIRONMENT and document is not None:
                found = environment_versions(document, {})
                if not isinstance(found, ComponentVersions):
                    return None
                environment, versions = document, found
            else:
                documents[address[0]] = _with_document(documents.get(address[0], {}), address[1], document)
        name = environment.name
        return replace(
            new, name=name, platform=platform, environment=environment, versions=versions, documents=documents, memo={}
        )

    def _document(self, address: Address, undone: frozenset[SpecChange]) -> Resolved[Any] | None:
        """A document without some of its changes; None when there is none then, or no valid one."""
        key = (address, undone)
        if key not in self._documents:
            self._documents[key] = self._without(address, undone)
        return self._documents[key]

    def _without(self, address: Address, undone: frozenset[SpecChange]) -> Resolved[Any] | None:
        old, new = (side.get(address) for side in self._sides)
        if old is None or new is None or len(undone) == len(self.changes.by_document[address]):
            return old
        node = mixed(old.node, new.node, [one.difference for one in undone if one.difference is not None])
        try:
            return Resolved(KINDS[new.kind].model_validate(node.plain()), node, new.layers)
        except ValidationError:
            return None


def _with_document(
    named: Mapping[str, Resolved[Any]], name: str, document: Resolved[Any] | None
) -> dict[str, Resolved[Any]]:
    others = {other: one for other, one in named.items() if other != name}
    return others if document is None else dict(sorted({**others, name: document}.items()))


def mixed(old: Node, new: Node, undone: Sequence[Difference], depth: int = 0) -> Node:
    """The new tree in which some of its differences from the old one are undone."""
    if any(len(one.new_path) == depth and not one.moved for one in undone):
        return old
    if isinstance(new.value, dict) and isinstance(old.value, dict):
        return replace(new, value=_mixed_maps(old.value, new.value, undone, depth))
    if isinstance(new.value, list) and isinstance(old.value, list):
        return replace(new, value=_mixed_lists(old, new, undone, depth))
    return new


def _mixed_maps(
    old: Mapping[str, Node], new: Mapping[str, Node], undone: Iterable[Difference], depth: int
) -> dict[str, Node]:
    result = dict(new)
    for key, below in _by_step(undone, depth).items():
        name = str(key[1])
        if name in old and name in new:
            result[name] = mixed(old[name], new[name], below, depth + 1)
        elif name in old:
            result[name] = old[name]
        else:
            result.pop(name, None)
    return result


def _mixed_lists(old: Node, new: Node, undone: Sequence[Difference], depth: int) -> list[Node]:
    """Items stand in the order of the new list; those that come back stand behind the one that they stood behind."""
    before, after = ([child for _, child in side.children()] for side in (old, new))
    pairs = pair_lists(old.plain(), new.plain(), None).pairs
    partner = {pair.old: pair.new for pair in pairs if pair.old is not None}
    steps = _by_step([one for one in undone if len(one.new_path) > depth], depth)
    gone = {key[0] for key, below in steps.items() if _ends(below, depth) and below[0].removed}
    come = {key[1] for key, below in steps.items() if _ends(below, depth) and below[0].added}
    rest = {key: below for key, below in steps.items() if key[0] not in gone and key[1] not in come}
    changed = {key[1]: mixed(before[int(key[0])], after[int(key[1])], below, depth + 1) for key, below in rest.items()}
    items = [(index, changed.get(index, node)) for index, node in enumerate(after) if index not in come]
    if any(one.moved and len(one.new_path) == depth for one in undone):
        place = {new_index: old_index for old_index, new_index in partner.items()}
        items.sort(key=lambda item: place.get(item[0], len(before)))
    order: list[tuple[object, Node]] = list(items)
    for index, node in enumerate(before):
        if index in gone:
            above = [position for position, (name, _) in enumerate(order) if name in _names(partner, index)]
            order.insert(max(above, default=-1) + 1, (("old", index), node))
    return [node for _, node in order]


def _names(partner: Mapping[int, int | None], index: int) -> set[object]:
    """What the items before one of the old list are called in the list that is put together."""
    return {name for one in range(index) for name in (partner.get(one), ("old", one)) if name is not None}


def _ends(differences: Sequence[Difference], depth: int) -> bool:
    return len(differences) == 1 and len(differences[0].new_path) == depth + 1


_Step = tuple[str | int, str | int]


def _by_step(differences: Iterable[Difference], depth: int) -> dict[_Step, list[Difference]]:
    """Differences by the step below the place where we are, in both states. An item that only one state has has an
    index of its own there."""
    steps: dict[_Step, list[Difference]] = {}
    for one in differences:
        step: _Step = (one.old_path[depth], one.new_path[depth])
        if isinstance(step[1], int) and len(one.new_path) == depth + 1 and (one.added or one.removed):
            step = (step[0], -1) if one.removed else (-1, step[1])
        steps.setdefault(step, []).append(one)
    return steps
