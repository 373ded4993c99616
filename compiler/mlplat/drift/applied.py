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
from mlplat.cluster.redaction import LAST_APPLIED, Redacted
from mlplat.compare.difference import ABSENT, Path
from mlplat.drift.owners import Entry, Owners
from mlplat.objects.equality import is_list, is_map

_NAMES = ("name", "containerPort", "mountPath", "port", "key")
"""Keys by which an item of one list is found in another where the schema names none."""

_KEY_DEFAULTS = {"protocol": "TCP"}


@dataclass(frozen=True, slots=True)
class LastApplied:
    """The last applied configuration of one object. `is_appliers` is True when it is what the applier applied last,
    None where no managedFields say whose it is."""

    body: Mapping[str, Any]
    is_appliers: bool | None

    def at(self, body: Any, path: Path, schema: Node | None) -> Any:
        """The value in the configuration that stands at a place of another form of the object, `ABSENT` where there is
        none; items are found by the keys that the schema names, else by name, else by value."""
        applied: Any = self.body
        node = schema or {}
        for step in path:
            if isinstance(step, str):
                if not is_map(applied) or step not in applied:
                    return ABSENT
                applied, body = applied[step], body.get(step) if is_map(body) else None
                node = nodes.child(node, step) or {}
            else:
                item = body[step] if is_list(body) and step < len(body) else ABSENT
                applied = _twin(item, applied, node) if is_list(applied) else ABSENT
                if applied is ABSENT:
                    return ABSENT
                body, node = item, nodes.items(node) or {}
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


def _twin(item: Any, items: Sequence[Any], node: Node) -> Any:
    """The item of a list that is the same as one of another list, `ABSENT` where there is none."""
    if not is_map(item):
        return item if item in items else ABSENT
    merge = nodes.merge_key(node)
    keys = nodes.list_keys(node) or (() if merge is None else (merge,))
    wanted = _identity(item, keys)
    for other in items:
        if is_map(other) and (_identity(other, keys) == wanted if wanted else other == item):
            return other
    return ABSENT


def _identity(item: Mapping[str, Any], keys: Sequence[str]) -> tuple[Any, ...]:
    """What tells an item from others: the values of its keys, else of the first usual one; () where it has none."""
    if keys:
        return tuple(item.get(key, _KEY_DEFAULTS.get(key)) for key in keys)
    return next(((name, item[name]) for name in _NAMES if name in item), ())
