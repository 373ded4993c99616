"""The rows of the table: a pattern of paths, and what a change there does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mlplat.diff.impact.effect import Body, Edit, Effect, Impact
from mlplat.objects.pointer import escape

Path = tuple[str | int, ...]
Judge = Callable[[Edit], Effect | None]
"""Looks at both states; None where the next row is to say."""

JudgeWhole = Callable[[Body, Sequence[Body]], Effect]


@dataclass(frozen=True, slots=True)
class Row:
    """What a change of a field does.

    `path` has keys with `/` between them (one within a key is `~1`, as in a JSON pointer): `*` stands for any one step
    (an item of a list too), a `**` at the end for any number of steps, none included. The row also speaks of a
    difference above its path, where a whole mapping appears or goes.
    """

    path: str
    says: Effect | Judge

    def speaks_of(self, path: Path) -> bool:
        """True when a difference at `path` is one of this row."""
        steps = self.path.split("/")
        for number, step in enumerate(steps):
            if step == "**":
                return True
            if number == len(path):
                return True
            if step not in ("*", escape(str(path[number]))):
                return False
        return len(path) == len(steps)

    def effect(self, edit: Edit) -> Effect | None:
        """What this row says of a change; None when it is not about it."""
        if not self.speaks_of(edit.path):
            return None
        return self.says if isinstance(self.says, Effect) else self.says(edit)


@dataclass(frozen=True, slots=True)
class KindRows:
    """Everything that is known of the changes of one kind. The first row that speaks of a change decides.

    `created` and `deleted` look at the whole object, and at others of its kind and namespace: those that were there
    before it, or are left after it.
    """

    created: Effect | JudgeWhole
    deleted: Effect | JudgeWhole
    rows: tuple[Row, ...] = field(default=())

    def of_created(self, body: Body, others: Sequence[Body]) -> Effect:
        """What a new object does."""
        return self.created if isinstance(self.created, Effect) else self.created(body, others)

    def of_deleted(self, body: Body, others: Sequence[Body]) -> Effect:
        """What the end of an object does."""
        return self.deleted if isinstance(self.deleted, Effect) else self.deleted(body, others)


def row(path: str, impact: Impact, why: str, source: str) -> Row:
    """A row that says the same of every change."""
    return Row(path, Effect(impact, why, source))
