"""One place where two states of an object differ, and the path to it as people read it."""

from dataclasses import dataclass
from typing import Any, Final

Path = tuple[str | int, ...]


class _Absent:
    """The value of a field that is not there; unlike None, which a manifest can say."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between an old and a new state (or: declared and live).

    `old` or `new` is `ABSENT` where the field is not there. `old_path` counts list indexes in the old state,
    `new_path` in the new one; where a side lacks the value, its path ends with the step of the other side below the
    nearest list or mapping that it has. `readable` names list items by their keys:
    `spec.containers[name=main].env[name=LR].value`. `moved` is true for a list whose items are the same in another
    order, where the order means something.
    """

    old: Any
    new: Any
    old_path: Path
    new_path: Path
    readable: str
    moved: bool = False

    @property
    def added(self) -> bool:
        """True for what only the new state has."""
        return self.old is ABSENT

    @property
    def removed(self) -> bool:
        """True for what only the old state has."""
        return self.new is ABSENT
