"""Which lines made a namespace ask for more than its quota: the changes without which it would ask for less, and the
line of the quota itself."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.catalog.lookup import Tables
from mlplat.compare.difference import Difference
from mlplat.compare.tree import compare_objects
from mlplat.compiler.artifacts import KubeObject
from mlplat.diff.cause.causes import Causes
from mlplat.diff.pairing import Pair
from mlplat.diff.quota import Excess, asked_by
from mlplat.diff.report import Cause
from mlplat.objects.pointer import pointer_of


def causes_of_excess(excess: Excess, pairs: Iterable[Pair], causes: Causes, tables: Tables) -> tuple[Cause, ...]:
    """The lines behind an excess, each once; the quota's own where no change raised anything."""
    found = dict.fromkeys(cause for pair in pairs for cause in _of_pair(excess, pair, causes, tables))
    path = ("spec", "hard", excess.resource)
    return tuple(found) or causes.of_value(excess.quota, pointer_of(path))


def _of_pair(excess: Excess, pair: Pair, causes: Causes, tables: Tables) -> Iterator[Cause]:
    old, new = pair.old, pair.new
    if new is None or new.ref.namespace != excess.quota.ref.namespace:
        return
    if old is None:
        if new.ref == excess.quota.ref or asked_by(new, excess.resource) > 0:
            yield from causes.of_whole(new, created=True)
        return
    if new.ref != excess.quota.ref and asked_by(new, excess.resource) <= asked_by(old, excess.resource):
        return
    table = tables.lookup(new.body["apiVersion"], new.ref.kind)
    schema = table.schema if table is not None else None
    for difference in compare_objects(old.body, new.body, schema, new.ref.group):
        if _raises(excess, new, difference):
            yield from causes.of_difference(old, new, difference, schema)


def _raises(excess: Excess, new: KubeObject, difference: Difference) -> bool:
    """Whether less would be asked for, or more let in, without one difference."""
    if new.ref == excess.quota.ref:
        return difference.new_path[:3] in (("spec", "hard", excess.resource), ("spec", "hard"), ("spec",))
    if difference.moved:
        return False
    before = KubeObject(_taken_back(new.body, difference), new.ref, new.logical_name, new.unit)
    return asked_by(before, excess.resource) < asked_by(new, excess.resource)


def _taken_back(body: Any, difference: Difference) -> Any:
    """The new body with the old value at one place."""
    taken = copy.deepcopy(body)
    *way, last = difference.new_path
    holder = taken
    for step in way:
        holder = holder[step]
    if difference.added:
        del holder[last]
    elif isinstance(holder, list) and difference.removed:
        holder.append(difference.old)
    else:
        holder[last] = difference.old
    return taken
