"""One value of a live object and what lies around it: what a rule of a table may look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compare.difference import Path


@dataclass(frozen=True, slots=True)
class Spot:
    """A value, the mapping or list that holds it, the live object, its path, and the path as tables write it
    (`spec.ports[].protocol`: keys with dots between them, items without their index)."""

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
        """A value elsewhere in the live object, None where there is none."""
        found: Any = self.root
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found


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
