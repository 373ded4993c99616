"""Whether one difference of an object is there in another world: its value is looked up at the same place.

The same place is that of the same keys, and of the same items of lists. Items that are known by their place only are
counted: another item beside them is none of their business.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.compare.difference import ABSENT, Difference, Path
from mlplat.compare.lists import pair_lists
from mlplat.objects.equality import is_list, is_map, same

_BY_PLACE = re.compile(r"\[(\d+|=.*)\]", re.DOTALL)
"""How the path of an item begins that has no key (`lists.py`)."""


class Seen(Enum):
    """What a world has: what the new state has, what the old one had, something else, or nobody can say."""

    NEW = "new"
    OLD = "old"
    OTHER = "other"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One difference of two bodies of an object; None in the place of the difference for the object itself, whose
    missing body is then None."""

    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    difference: Difference | None
    schema: Node | None = None

    def seen_in(self, body: Mapping[str, Any] | None) -> Seen:
        """What a world has in which the object is `body`, or is not there (None)."""
        one = self.difference
        if one is None or self.old is None or self.new is None:
            return Seen.NEW if (body is None) == (self.new is None) else Seen.OLD
        if body is None:
            return Seen.OTHER
        if body is self.new or body is self.old:
            return Seen.NEW if body is self.new else Seen.OLD
        known, path = (self.old, one.old_path) if one.removed else (self.new, one.new_path)
        value, rest = _same_place(body, known, path, self.schema)
        if not rest:
            return _judge(value, one.old, one.new)
        # Below a list whose items have no keys.
        count = len(path) - len(rest)
        before, after = _at(self.old, one.old_path[:count]), _at(self.new, one.new_path[:count])
        if len(rest) > 1 or not (is_list(value) and is_list(before) and is_list(after)):
            return _judge(value, before, after)
        if _counts_as(value, after, one):
            return Seen.NEW
        return Seen.OLD if _counts_as(value, before, one) else Seen.OTHER


def _judge(value: Any, old: Any, new: Any) -> Seen:
    if old is ABSENT and (is_map(new) or is_list(new)):  # whatever is in it
        return Seen.OLD if value is ABSENT else Seen.NEW
    if new is ABSENT and (is_map(old) or is_list(old)):
        return Seen.NEW if value is ABSENT else Seen.OLD
    for known, seen in ((new, Seen.NEW), (old, Seen.OLD)):
        if (value is ABSENT) == (known is ABSENT) and (value is ABSENT or same(value, known)):
            return seen
    return Seen.OTHER


def _same_place(body: Any, known: Any, path: Path, schema: Node | None) -> tuple[Any, Path]:
    """The value of a body that is the one at a path of another body. Where a list on the way has items without keys, it
    is the list, and what is left of the path."""
    for number, step in enumerate(path):
        if isinstance(step, int):
            if not is_list(body) or not is_list(known):
                return ABSENT, ()
            pair = next((one for one in pair_lists(body, known, schema).pairs if one.new == step), None)
            if pair is None or _BY_PLACE.fullmatch(pair.step):
                if number + 1 == len(path) or len(body) != len(known):
                    return body, path[number:]
                body, known = body[step], known[step]  # inside of an item: it is the one at the same place
            elif pair.old is None:
                return ABSENT, ()
            else:
                body, known = body[pair.old], known[step] if step < len(known) else ABSENT
            schema = nodes.items(schema) if schema else None
        else:
            if not is_map(body):
                return ABSENT, ()
            body = body.get(step, ABSENT)
            known = known.get(step, ABSENT) if is_map(known) else ABSENT
            body = ABSENT if body is None else body
            schema = nodes.child(schema, step) if schema else None
    return body, ()


def _at(body: Any, path: Path) -> Any:
    for step in path:
        if is_map(body):
            body = body.get(str(step), ABSENT)
        elif is_list(body) and isinstance(step, int) and step < len(body):
            body = body[step]
        else:
            return ABSENT
    return body


def _counts_as(items: Sequence[Any], known: Sequence[Any], one: Difference) -> bool:
    """True when both lists hold the item before and after the change equally often."""
    values = [value for value in (one.old, one.new) if value is not ABSENT]
    return all(_count(items, value) == _count(known, value) for value in values)


def _count(items: Sequence[Any], value: Any) -> int:
    return sum(same(item, value) for item in items)
