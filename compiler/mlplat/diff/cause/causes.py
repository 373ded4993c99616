"""The lines behind the changes of one environment: from specifications where there are any, else from manifests."""

from dataclasses import dataclass, field
from typing import Any

from mlplat.compare.difference import Difference
from mlplat.compiler.artifacts import KubeObject
from mlplat.diagnostics import Span
from mlplat.diagnostics.mask import joined, lines_of, mask_text, secret_ranges, without
from mlplat.diff.cause.lines import ChangedLines
from mlplat.diff.cause.places import (
    Differs,
    Layers,
    Written,
    by_address,
    changed_places,
    folders_of_one,
    layer_of,
    lines_that_changed,
)
from mlplat.diff.cause.search import Budget, Found, Makers, Search
from mlplat.diff.cause.spec_changes import Known, spec_changes
from mlplat.diff.report import Cause
from mlplat.diff.secrets import SecretTexts
from mlplat.diff.state import Side, State
from mlplat.objects.pointer import pointer_of, steps_of
from mlplat.schema.environment import Environment

_AT_LEAST = 2000
"""Lowerings that may be tried between small states."""


@dataclass(frozen=True)
class Causes:
    """Both states of an environment; `search` finds what differs between their specifications (None: there are
    none), `differs` where that is written."""

    old: State
    new: State
    sides: tuple[Side | None, Side | None]
    secrets: SecretTexts
    lines: ChangedLines
    search: Search | None = None
    written: tuple[Written, Written] | None = None
    differs: Differs | None = None

    def of_difference(
        self, old: KubeObject, new: KubeObject, difference: Difference, schema: Any = None
    ) -> tuple[Cause, ...]:
        """The lines that made a difference of an object; `schema` is that of its kind."""
        found = self.search.of_object(old, new, difference, schema) if self.search is not None else None
        if found is not None and found.changes:
            return self._said(found)
        if difference.removed:
            return self._written(old, pointer_of(difference.old_path), gone=True)
        return self._written(new, pointer_of(difference.new_path), gone=False)

    def of_whole(self, item: KubeObject, created: bool) -> tuple[Cause, ...]:
        """The lines by which an object is there, or gone."""
        old, new = (None, item) if created else (item, None)
        found = self.search.of_object(old, new, None) if self.search is not None else None
        if found is not None and found.changes:
            return self._said(found)
        environment = self._environment(created)
        if environment is not None:
            return (self._cause(environment, gone=not created),)
        return self._written(item, "/metadata/name", gone=not created)

    def _environment(self, created: bool) -> Span | None:
        """The name of the Environment document, where the whole environment is new or gone."""
        side, other = self.sides if not created else reversed(self.sides)
        if side is None or other is not None or side.resolved is None:
            return None
        return side.resolved.environment.span("metadata", "name")

    def of_value(self, item: KubeObject, pointer: str) -> tuple[Cause, ...]:
        """Where a value of the new state is written, as far as it is known without a difference."""
        if item.origin is not None:
            return (self._cause(item.origin.node.span, gone=False),)
        return self._written(item, pointer, gone=False)

    def _said(self, found: Found) -> tuple[Cause, ...]:
        if self.written is None or self.differs is None:
            raise AssertionError("changes of specifications are found between two resolved environments")
        places = (place for one in found.changes for place in changed_places(one, *self.written, self.differs))
        causes = (self._cause(place.span, place.gone, found.certain) for place in places)
        return tuple(dict.fromkeys(causes))

    def _written(self, item: KubeObject, pointer: str, gone: bool) -> tuple[Cause, ...]:
        """The place in a manifest; in the document where an object has one and nothing in it differs."""
        side = self.sides[0] if gone else self.sides[1]
        span = side.place(item, pointer) if side is not None and side.place is not None else None
        if span is None and item.node is not None:
            span = _nearest(item, steps_of(pointer))
        if span is None and item.origin is not None:
            span = item.origin.node.span
        return (self._cause(span, gone),) if span is not None else ()

    def _cause(self, span: Span, gone: bool, certain: bool = True) -> Cause:
        state = self.old if gone else self.new
        source = state.sources.get(span.file, "")
        lines = lines_of(source)
        text = ""
        if 0 < span.line <= len(lines):
            text = lines[span.line - 1]
            text = without(text, joined([*secret_ranges(source, span.line - 1), *self.secrets.ranges(text)]))
        now = self._now(span) if gone else span
        return Cause(
            span, mask_text(text).strip(), state.prefix.removesuffix(":"), certain, now if state.prefix else None
        )

    def _now(self, span: Span) -> Span | None:
        """Where in the files of the new state to look for a line of the old one."""
        line = self.lines.now(span.file, span.line)
        if line is not None:
            return Span(span.file, line, 1, line, 1)
        for document in self.new.layers.get(layer_of(span.file), ()):
            if document.kind == Environment.kind_name:
                return (document.node.at(("metadata", "name")) or document.node).span
        return None


def _nearest(item: KubeObject, steps: list[str]) -> Span | None:
    node = item.node
    if node is None:
        return None
    for step in steps:
        value = node.value
        below = None
        if isinstance(value, dict):
            below = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            below = value[int(step)]
        if below is None:
            break
        node = below
    return node.key_span if node.key_span is not None and isinstance(node.value, dict | list) else node.span


@dataclass(eq=False)
class Between:
    """What is known of two states for all of their environments. `across`: they are two environments of one state."""

    old: State
    new: State
    across: bool
    makers: Makers
    budget: Budget
    lines: ChangedLines
    layers: tuple[Layers, Layers]
    secrets: SecretTexts
    compared: Known = field(default_factory=dict)
    answers: dict[tuple[object, ...], Found] = field(default_factory=dict)

    def of(self, name: str) -> Causes:
        """The causes of the changes of one environment."""
        before, after = self.old.sides.get(name), self.new.sides.get(name)
        if before is None or after is None or before.resolved is None or after.resolved is None:
            return Causes(self.old, self.new, (before, after), self.secrets, self.lines)
        changes = spec_changes(before.resolved, after.resolved, self.compared)
        search = Search(changes, self.makers, self.budget, self.answers)
        folders = folders_of_one(before.resolved, after.resolved)
        differs = folders if self.across else lines_that_changed(self.lines)
        written = Written(before.resolved, self.layers[0]), Written(after.resolved, self.layers[1])
        return Causes(self.old, self.new, (before, after), self.secrets, self.lines, search, written, differs)


def causes_between(old: State, new: State, across: bool, secrets: SecretTexts) -> Between:
    """The causes of all changes between two states. Trying may cost as many lowerings as both states have objects,
    and some: what cannot be tried any more is guessed, and said to be."""
    objects = sum(len(side.objects) for state in (old, new) for side in state.sides.values())
    budget = Budget(objects + _AT_LEAST)
    lines = ChangedLines(old.sources, new.sources)
    layers = by_address(old.layers), by_address(new.layers)
    return Between(old, new, across, Makers(new.memory), budget, lines, layers, secrets)
