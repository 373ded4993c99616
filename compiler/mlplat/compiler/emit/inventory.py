"""Which objects an environment has and in which unit: what drift searches orphans by, and what the next build is
compared with to see an object move from one Argo CD Application to another."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlplat.compiler.artifacts import ObjectSet
from mlplat.compiler.emit.overlay import real_key
from mlplat.objects.gvk import ObjectRef, parse_api_version

_FIELDS = ("apiVersion", "kind", "namespace", "name", "unit")


@dataclass(frozen=True, slots=True)
class InventoryEntry:
    """One object of an environment. `namespace` is "" for cluster-scoped kinds."""

    api_version: str
    kind: str
    namespace: str
    name: str
    unit: str

    @property
    def ref(self) -> ObjectRef:
        """The reference to the object."""
        return ObjectRef(parse_api_version(self.api_version)[0], self.kind, self.namespace, self.name)


def inventory_path(environment: str) -> str:
    """Where the inventory of an environment lies, relative to `generated/`."""
    return f"inventory/{environment}.yaml"


def inventory_text(environment: str, objects: ObjectSet) -> str:
    """The inventory as YAML, one object on one line, so that git merges and shows it by object."""
    entries = sorted(objects.objects, key=lambda item: (real_key(item), item.unit))
    lines = [f"environment: {json.dumps(environment)}", "objects:" if entries else "objects: []"]
    for item in entries:
        values = (item.body["apiVersion"], item.ref.kind, item.ref.namespace, item.ref.name, item.unit)
        lines.append(f"- {json.dumps(dict(zip(_FIELDS, values, strict=True)))}")
    return "\n".join((*lines, ""))


def parse_inventory(text: str) -> tuple[InventoryEntry, ...]:
    """The entries of a committed inventory; raises ValueError with a sentence when it is not one.

    An inventory of a merge that nobody has resolved, or an edited one, is not one.
    """
    head, *rows = text.removesuffix("\n").split("\n")
    if not head.startswith("environment: ") or rows[:1] not in (["objects:"], ["objects: []"]):
        raise ValueError("the inventory does not begin with `environment` and `objects`")
    return tuple(map(_entry, rows[1:]))


def kinds_in(lines: Iterable[str]) -> frozenset[tuple[str, str]]:
    """The apiVersion and kind of everything that stands in some lines of inventories; other lines are passed over."""
    kinds: set[tuple[str, str]] = set()
    for line in lines:
        try:
            entry = _entry(line)
        except ValueError:
            continue
        kinds.add((entry.api_version, entry.kind))
    return frozenset(kinds)


def moved(before: Sequence[InventoryEntry], after: Sequence[InventoryEntry]) -> tuple[tuple[InventoryEntry, str], ...]:
    """Objects that are in another unit than before, with the unit that they were in; by reference."""
    units = {entry.ref: entry.unit for entry in before}
    found = [(entry, units[entry.ref]) for entry in after if units.get(entry.ref, entry.unit) != entry.unit]
    return tuple(sorted(found, key=lambda pair: (pair[0].ref, pair[0].unit)))


def _entry(line: str) -> InventoryEntry:
    try:
        row = json.loads(line.removeprefix("- "))
    except ValueError:
        row = None
    if not isinstance(row, dict) or set(row) != set(_FIELDS) or not all(isinstance(v, str) for v in row.values()):
        raise ValueError(f"the inventory has a line that is no object: {line[:80]}")
    return InventoryEntry(*(row[name] for name in _FIELDS))
