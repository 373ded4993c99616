"""One value of a live object and what lies around it: what a rule of a table may look at.

A default that follows from a sibling follows from the one that stood there when the default was filled in. Somebody
may have changed the sibling since, and nothing fills the field in again; so a rule is asked of the value among its live
neighbours, and of the same value among the declared ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mlplat.compare.difference import Path


@dataclass(frozen=True, slots=True)
class Spot:
    """A value, the mapping or list that holds it, the object, its path there, and the path as tables write it
    (`spec.ports[].protocol`: keys with dots between them, items without their index).

    The object is the live one, or the declared one in a `declared_twin`: then the value is not in it.
    """

    value: Any
    parent: Any
    root: Mapping[str, Any]
    path: Path
    pattern: str

    @property
    def key(self) -> str:
        """The key of the value, "" for an item of a list."""
        last = self.path[-1] if self.path else ""
        return last if isinstance(last, str) else ""

    @property
    def item(self) -> Any:
        """The nearest list item around the value, None where no list is."""
        found: Any = self.root
        item = None
        for step in self.path[:-1]:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return item
            if isinstance(step, int):
                item = found
        return item

    def at(self, *path: str | int) -> Any:
        """A value elsewhere in the object, None where there is none."""
        found: Any = self.root
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def declared_twin(self, declared: Mapping[str, Any], path: Path) -> "Spot":
        """The same value where it would stand in the declared object, at its path there."""
        twin = Spot(self.value, {}, declared, path, self.pattern)
        parent = twin.at(*path[:-1])
        return replace(twin, parent=parent) if isinstance(parent, Mapping | list) else twin


Rule = Callable[[Spot], bool]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of several values is the default: it changed between versions, or depends on what is not in the object."""

    values: tuple[Any, ...]


def pattern_of(path: Path) -> str:
    """A path as tables write it."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += "[]"
        else:
            text += f".{step}" if text else step
    return text


def anything(spot: Spot) -> bool:
    """For fields that the server alone decides."""
    return True


def same_as(sibling: str) -> Rule:
    """The default is the value of the field beside it."""
    return lambda spot: isinstance(spot.parent, Mapping) and spot.value == spot.parent.get(sibling)
