"""Who owns which field of a live object: `metadata.managedFields`, read field by field.

The format is that of structured-merge-diff v6 (`fieldpath/serialize.go`): `f:` a field, `k:` an item by its keys, `v:`
an item by its value, `i:` an item by its index, `.` the field itself where fields below it are listed too. A field with
nothing below it is owned with all that it holds: that is how an atomic list or map looks.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mlplat.compare.difference import Path
from mlplat.compare.lists import KEY_DEFAULTS
from mlplat.drift.managers import STATUS, Actor, Appliers, may_write
from mlplat.drift.report import Writer
from mlplat.objects.equality import is_list, is_map, same

_RUN = frozenset(("f:status", "f:operation"))
"""What a controller writes about an object of its own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: what one manager wrote with one operation, and when it last did."""

    manager: str
    operation: str
    subresource: str | None
    time: str | None
    actor: Actor
    fields: Mapping[str, Any]
    _items: dict[int, "_Items"] = field(default_factory=dict, compare=False, repr=False)

    def item(self, node: Mapping[str, Any], item: Any, index: int) -> Mapping[str, Any] | None:
        """What the entry says of an item of the list that a node of its fields stands for; None where it says
        nothing."""
        if id(node) not in self._items:
            self._items[id(node)] = _Items.of(node)
        return self._items[id(node)].find(item, index)

    @property
    def writer(self) -> Writer:
        """The entry as a report names it."""
        return Writer(self.manager, self.operation, self.subresource, self.time, _is_one_field(self.fields))

    @property
    def applies(self) -> bool:
        """False for a write of a status, or of what an object is asked to do, by which nothing is applied: Argo CD's
        controller writes those of Applications as it writes objects."""
        return not _RUN.issuperset(self.fields)

    @property
    def is_applier(self) -> bool:
        """True for a write of the GitOps applier."""
        return self.actor is Actor.APPLIER


@dataclass(frozen=True, slots=True)
class _Items:
    """The items of one list that an entry owns: by the values of their keys, the values of keys by their names."""

    keyed: Mapping[tuple[str, ...], Mapping[tuple[str, ...], Mapping[str, Any]]]
    valued: tuple[tuple[Any, Mapping[str, Any]], ...]
    numbered: Mapping[int, Mapping[str, Any]]

    @classmethod
    def of(cls, node: Mapping[str, Any]) -> "_Items":
        keyed: dict[tuple[str, ...], dict[tuple[str, ...], Mapping[str, Any]]] = {}
        valued: list[tuple[Any, Mapping[str, Any]]] = []
        numbered: dict[int, Mapping[str, Any]] = {}
        for name, below in node.items():
            held = _mapping(below)
            if name[:2] == "i:" and name[2:].isdecimal():
                numbered[int(name[2:])] = held
            elif name[:2] in ("k:", "v:"):
                value = _parsed(name[2:])
                if name[0] == "v":
                    valued.append((value, held))
                elif is_map(value):
                    keys = tuple(sorted(value))
                    keyed.setdefault(keys, {}).setdefault(_identity(value, keys), held)
        return cls(keyed, tuple(valued), numbered)

    def find(self, item: Any, index: int) -> Mapping[str, Any] | None:
        if is_map(item):
            for keys, held in self.keyed.items():
                found = held.get(_identity(item, keys))
                if found is not None:
                    return found
        by_value = next((held for value, held in self.valued if same(value, item)), None)
        return self.numbered.get(index) if by_value is None else by_value


def _identity(item: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[str, ...]:
    """The values of some keys as texts that are the same when JSON calls the values the same."""
    return tuple(_text(item.get(key, KEY_DEFAULTS.get(key))) for key in keys)


def _text(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if whole else value, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Hold:
    """How an entry owns a place: `depth` steps of its path are listed, `whole` when that is less than the path (an
    atomic value above it), `itself` when the entry names the place and not only what lies below it, `leaf` when it
    names nothing below."""

    entry: Entry
    depth: int
    whole: bool
    itself: bool
    leaf: bool

    @property
    def is_of_writer(self) -> bool:
        """True for a value that the entry's manager changed itself, and did not only apply."""
        return (self.leaf or self.whole) and self.entry.operation == "Update"


@dataclass(frozen=True, slots=True)
class Owners:
    """All entries of one live object. `known` is False for an object without `managedFields`."""

    entries: tuple[Entry, ...]
    live: Mapping[str, Any]

    @property
    def known(self) -> bool:
        """True when the object says who owns its fields."""
        return bool(self.entries)

    def of(self, path: Path) -> tuple[Hold, ...]:
        """The entries that own a place of the live object: of the deepest level any reaches, newest first."""
        holds = [hold for entry in self.entries if (hold := _hold(entry, path, self.live)) is not None]
        deepest = max((hold.depth for hold in holds), default=0)
        return tuple(sorted((hold for hold in holds if hold.depth == deepest), key=_time, reverse=True))

    def still_claims(self, path: Path, declared: Mapping[str, Any]) -> bool:
        """True when an applier's Apply owns a place that the live object does not have: something took it away while
        it was applied. `path` is that of the declared object, whose items say their keys."""
        for entry in self.entries:
            if entry.is_applier and entry.operation == "Apply":
                hold = _hold(entry, path, declared)
                if hold is not None and not hold.whole:
                    return True
        return False

    def remover(self, path: Path, keepers: Sequence[Entry] = ()) -> Entry | None:
        """Who most likely took away what stood at a place of the live object; None when there is no evidence.

        A removal leaves no trace of its own, so this is a guess, and its confidence is low. Only an Update takes away
        what another manager owns, and the applier would have put back what was gone before its last write: candidates
        are the entries with operation Update, without a subresource, no older than the applier's. A command of kubectl
        that writes elsewhere (`kubectl label` beside `spec`) is none. Of the candidates who are no controllers the one
        is chosen that owns fields nearest to the place, by the steps of the path that it owns something under; of
        equally near ones the newest. Where nobody else wrote, a controller is chosen that owns something under the
        parent itself. `keepers` are entries whose own last applied configuration still has the place: such a one wrote
        it, and would have put it back as the applier would.
        """
        kept = [entry for entry in self.entries if entry.is_applier and entry.subresource is None and entry.applies]
        applied = max((entry.time or "" for entry in (*kept, *keepers)), default="")
        candidates = [
            (_nearness(entry, path, self.live), entry.time or "", entry)
            for entry in self.entries
            if not entry.is_applier
            and not any(entry is one for one in keepers)
            and entry.operation == "Update"
            and entry.subresource is None
            and (entry.time or "") >= applied
            and may_write(entry.manager, path)
        ]
        people = [one for one in candidates if one[2].actor is not Actor.CONTROLLER]
        chosen = people or [one for one in candidates if one[0] >= len(path) - 1 > 0]
        return max(chosen, key=lambda one: one[:2])[2] if chosen else None


def _is_one_field(fields: Mapping[str, Any]) -> bool:
    """True when an entry lists one field, or one item with one field beside its keys."""
    node, keys = fields, frozenset[str]()
    while True:
        below = {name: inner for name, inner in node.items() if name != "." and name not in keys}
        if len(below) != 1:
            return not below and node is not fields
        ((name, inner),) = below.items()
        node = _mapping(inner)
        named = _parsed(name[2:]) if name[:2] == "k:" else None
        keys = frozenset(f"f:{key}" for key in named) if is_map(named) else frozenset()


def owners_of(live: Mapping[str, Any], appliers: Appliers) -> Owners:
    """What `managedFields` of a live object says."""
    return Owners(tuple(_entries(live, appliers)), live)


def _entries(live: Mapping[str, Any], appliers: Appliers) -> Iterator[Entry]:
    metadata = live.get("metadata")
    managed = metadata.get("managedFields") if is_map(metadata) else None
    for item in managed if is_list(managed) else ():
        fields = item.get("fieldsV1") if is_map(item) else None
        if not is_map(fields):
            continue
        manager, operation = str(item.get("manager") or ""), str(item.get("operation") or "Update")
        subresource = str(item["subresource"]) if item.get("subresource") else None
        time = str(item["time"]) if item.get("time") else None
        yield Entry(manager, operation, subresource, time, appliers.actor(manager, operation, subresource), fields)


def _time(hold: Hold) -> tuple[str, bool]:
    return (hold.entry.time or "", hold.entry.subresource != STATUS)


def _hold(entry: Entry, path: Path, body: Any) -> Hold | None:
    node: Mapping[str, Any] = entry.fields
    value: Any = body
    for depth, step in enumerate(path):
        below, value = _step(entry, node, value, step)
        if below is None:
            # Nothing listed below: the value is owned as one, whatever it holds.
            return Hold(entry, depth, True, False, False) if depth and not node else None
        node = below
    return Hold(entry, len(path), False, not node or "." in node, not node)


def _nearness(entry: Entry, path: Path, body: Any) -> int:
    """How many steps of a path an entry owns something under."""
    node: Mapping[str, Any] = entry.fields
    value: Any = body
    for depth, step in enumerate(path):
        node_below, value = _step(entry, node, value, step)
        if node_below is None:
            return depth
        node = node_below
    return len(path)


def _step(entry: Entry, node: Mapping[str, Any], value: Any, step: str | int) -> tuple[Mapping[str, Any] | None, Any]:
    """What an entry says, and the object holds, one step further down."""
    if isinstance(step, str):
        below = node.get("f:" + step)
        return (_mapping(below) if below is not None else None), value.get(step) if is_map(value) else None
    items = value if is_list(value) else ()
    inner = items[step] if step < len(items) else None
    return entry.item(node, inner, step), inner


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if is_map(value) else {}


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
