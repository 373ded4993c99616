"""The lines behind the changes of one environment: from specifications where there are any, else from manifests."""

from dataclasses import dataclass

from mlplat.compare.difference import Difference
from mlplat.compiler.artifacts import KubeObject
from mlplat.diagnostics import Span
from mlplat.diagnostics.mask import MASK, lines_of, mask_text, secret_ranges
from mlplat.diff.cause import SpecChange, SpecChanges, spec_changes
from mlplat.diff.report import Cause
from mlplat.diff.state import Side, State
from mlplat.objects.pointer import pointer_of, steps_of


@dataclass(frozen=True)
class Causes:
    """Both states of an environment, and what differs between their specifications (None: there are none)."""

    old: State
    new: State
    sides: tuple[Side | None, Side | None]
    specs: SpecChanges | None

    def of_difference(self, old: KubeObject, new: KubeObject, difference: Difference) -> tuple[Cause, ...]:
        """The lines that made a difference of an object."""
        found = self.specs.of_object(new, difference) if self.specs is not None else None
        if found is not None:
            return (self._said(found),)
        if difference.removed:
            return self._written(old, pointer_of(difference.old_path), gone=True)
        return self._written(new, pointer_of(difference.new_path), gone=False)

    def of_whole(self, item: KubeObject, created: bool) -> tuple[Cause, ...]:
        """The lines by which an object is there, or gone."""
        found = self.specs.of_object(item, None) if self.specs is not None else None
        if found is not None:
            return (self._said(found),)
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

    def _said(self, found: SpecChange) -> Cause:
        return self._cause(found.span, found.gone)

    def _written(self, item: KubeObject, pointer: str, gone: bool) -> tuple[Cause, ...]:
        """The place in a manifest; in the document where an object has one and nothing in it differs."""
        side = self.sides[0] if gone else self.sides[1]
        span = side.place(item, pointer) if side is not None and side.place is not None else None
        if span is None and item.node is not None:
            span = _nearest(item, steps_of(pointer))
        if span is None and item.origin is not None:
            span = item.origin.node.span
        return (self._cause(span, gone),) if span is not None else ()

    def _cause(self, span: Span, gone: bool) -> Cause:
        state = self.old if gone else self.new
        lines = lines_of(state.sources.get(span.file, ""))
        text = ""
        if 0 < span.line <= len(lines):
            text = lines[span.line - 1]
            for start, end in reversed(secret_ranges(lines, span.line - 1)):
                text = text[:start] + MASK + text[end:]
        return Cause(span, mask_text(text).strip(), state.prefix.removesuffix(":"))


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


def causes_between(old: State, new: State, name: str) -> Causes:
    """The causes of the changes of one environment of two states."""
    before, after = old.sides.get(name), new.sides.get(name)
    specs = None
    if before is not None and after is not None and before.resolved is not None and after.resolved is not None:
        specs = spec_changes(before.resolved, after.resolved)
    return Causes(old, new, (before, after), specs)
