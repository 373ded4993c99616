"""What a client-side apply wrote last: the annotation in which kubectl, and who works as it does, keeps the object.

It tells what managedFields cannot: with a client-side apply the server counts defaults as the client's, and a field
that git added since is as absent as one that somebody took away.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.cluster.redaction import Redacted
from mlplat.compare.difference import ABSENT, Path
from mlplat.compare.lists import identity_of, keys_of
from mlplat.drift.owners import Entry, Owners
from mlplat.objects.equality import is_list, is_map, same
from mlplat.objects.marks import LAST_APPLIED


@dataclass(frozen=True, slots=True)
class LastApplied:
    """The last applied configuration of one object. `is_appliers` is True when it is what the applier applied last,
    None where no managedFields say whose it is."""

    body: Mapping[str, Any]
    is_appliers: bool | None

    def at(self, body: Any, path: Path, schema: Node | None) -> Any:
        """The value in the configuration that stands at a place of another form of the object, `ABSENT` where there is
        none; items are found by their keys where they have some, else by value: one at the same index need not be the
        same, and who wrote what is not guessed."""
        applied: Any = self.body
        node = schema or {}
        for step in path:
            if isinstance(step, str):
                if not is_map(applied) or step not in applied:
                    return ABSENT
                applied, body = applied[step], body.get(step) if is_map(body) else None
                node = nodes.child(node, step) or {}
            else:
                if not is_list(body) or not is_list(applied) or step >= len(body):
                    return ABSENT
                applied, body = _twin(body, step, applied, node), body[step]
                if applied is ABSENT:
                    return ABSENT
                node = nodes.items(node) or {}
        return applied


def last_applied(live: Mapping[str, Any], owners: Owners) -> LastApplied | None:
    """What the annotation of a live object says; None without one, and for a Secret, whose is not kept."""
    annotations = live["metadata"].get("annotations")
    text = annotations.get(LAST_APPLIED) if is_map(annotations) else None
    if not isinstance(text, str) or isinstance(text, Redacted):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return LastApplied(found, _is_appliers(owners) if owners.known else None) if is_map(found) else None


def _is_appliers(owners: Owners) -> bool:
    """True when the applier's newest write is an Update that owns the annotation: one that applies on the server since
    leaves the annotation as it was."""
    writes = [entry for entry in owners.entries if entry.is_applier and entry.subresource is None]
    if not writes:
        return False
    newest = max(writes, key=_order)
    held = owners.of(("metadata", "annotations", LAST_APPLIED))
    return newest.operation == "Update" and any(hold.entry is newest for hold in held)


def _order(entry: Entry) -> tuple[str, bool]:
    return (entry.time or "", entry.operation == "Apply")


def _twin(items: Sequence[Any], index: int, others: Sequence[Any], node: Node) -> Any:
    """The item of another list that is the same one as an item of this, `ABSENT` where there is none."""
    keys, item = keys_of(node, items, others), items[index]
    if not keys:
        return next((other for other in others if same(other, item)), ABSENT)
    wanted = identity_of(item, keys, node)
    return next((other for other in others if identity_of(other, keys, node) == wanted), ABSENT)
