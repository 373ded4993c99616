"""Is a value what stands there when nobody says anything? The tables and the schema, asked in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.compare.defaults.pods import BARE_POD, POD, pod_pattern
from mlplat.compare.defaults.pods import FILLED_IN as FILLED_IN_PODS
from mlplat.compare.defaults.products import PRODUCTS
from mlplat.compare.defaults.services import SERVICES
from mlplat.compare.defaults.spot import OneOf, Spot, anything
from mlplat.compare.defaults.workloads import FILLED_IN, WORKLOADS
from mlplat.compare.difference import Path
from mlplat.compare.tree import compare_objects
from mlplat.compare.values import same_value
from mlplat.objects.equality import is_list, is_map

_ROOT = "**"
_CHOSEN = frozenset(
    {
        "spec.ports[].nodePort",
        "volumes[].image.pullPolicy",
        "secrets[]",
        "imagePullSecrets[]",
        "spec.exempt.lendablePercent",
        "spec.limited.nominalConcurrencyShares",
    }
)
"""Fields whose row knows what may stand there, and not what does: the server chooses, or its version decides."""


@dataclass(frozen=True)
class Defaults:
    """The defaults of one kind. `custom` is True for custom resources, whose defaults stand in their schema."""

    kind: tuple[str, str]
    custom: bool
    _built_in: Mapping[str, Any] = field(default_factory=dict)
    _product: Mapping[str, Any] = field(default_factory=dict)

    def is_default(self, spot: Spot, node: Node | None) -> bool:
        """True for the value that the API server itself fills in there."""
        declared = nodes.default(node) if node else nodes.MISSING
        if declared is not nodes.MISSING and _equals(spot.value, declared, node, self.kind[0], spot.path):
            return True
        if self.custom:
            return False
        return _found(self._built_in, spot, spot.pattern, node) or self._is_in_pod(spot, node)

    def is_certain(self, spot: Spot, node: Node | None) -> bool:
        """True for the value that every API server fills in there, so that it was there before somebody wrote it; not
        for one that a server chooses."""
        declared = nodes.default(node) if node else nodes.MISSING
        if declared is not nodes.MISSING:
            return _equals(spot.value, declared, node, self.kind[0], spot.path)
        inner = pod_pattern(self.kind, spot.pattern)
        if self.custom or _CHOSEN.intersection((spot.pattern, inner)):
            return False
        return _found(self._built_in, spot, spot.pattern, node, free=False) or (
            inner is not None and _found(POD, spot, inner, node, free=False)
        )

    def is_chosen(self, spot: Spot) -> bool:
        """True for a field in which the server or the product puts one of several values (an address, a port of nodes,
        a protocol) where nobody names one."""
        if isinstance(_row(self._product, spot.pattern, spot), OneOf):
            return True
        inner = pod_pattern(self.kind, spot.pattern)
        rows = [_row(self._built_in, spot.pattern, spot), _row(POD, inner, spot) if inner else nodes.MISSING]
        return any(row is anything for row in rows) or bool(_CHOSEN.intersection((spot.pattern, inner)))

    def is_overridden(self, spot: Spot, node: Node | None) -> bool:
        """True for a value in the place of a fixed default of a core kind: the server alone would have filled in
        another one, so somebody chose it, also where nobody owns it (`replicas` after a write through `/scale`)."""
        inner = pod_pattern(self.kind, spot.pattern)
        rows = [_row(self._built_in, spot.pattern, spot), _row(POD, inner, spot) if inner else nodes.MISSING]
        fixed = [row for row in rows if isinstance(row, str | int | bool)]
        return bool(fixed) and not any(_equals(spot.value, row, node, "", spot.path) for row in fixed)

    def is_products(self, spot: Spot, node: Node | None) -> bool:
        """True for a value that the product of the kind fills in, whoever owns it since."""
        return _found(self._product, spot, spot.pattern, node, free=False)

    def is_left_to_product(self, spot: Spot) -> bool:
        """True for a field in which the product of the kind writes what it chooses, where no person does."""
        return _row(self._product, spot.pattern, spot) is anything

    def is_filled_in(self, pattern: str, node: Node | None) -> bool:
        """True for an object that is there when nobody gives it: what somebody added lies below it."""
        if node and nodes.default(node) is not nodes.MISSING:
            return True
        return pattern in FILLED_IN.get(self.kind, ()) or pod_pattern(self.kind, pattern) in FILLED_IN_PODS

    def _is_in_pod(self, spot: Spot, node: Node | None) -> bool:
        inner = pod_pattern(self.kind, spot.pattern)
        if inner is None:
            return False
        if _found(POD, spot, inner, node):
            return True
        return self.kind == ("", "Pod") and _found(BARE_POD, spot, inner, node)


def defaults_of(kind: tuple[str, str], custom: bool) -> Defaults:
    """The defaults of a kind by (group, kind)."""
    built_in = {} if custom else WORKLOADS.get(kind) or SERVICES.get(kind) or {}
    return Defaults(kind, custom, built_in, PRODUCTS.get(kind, {}))


def _row(table: Mapping[str, Any], pattern: str, spot: Spot) -> Any:
    if not table:
        return nodes.MISSING
    if pattern in table:
        return table[pattern]
    key = spot.key
    if key and pattern.endswith("." + key):
        parent = f"{pattern[: -len(key)]}*"
        if parent in table:
            return table[parent]
    start = len(pattern)
    while start > 0:
        above = f"{pattern[:start]}.{_ROOT}"
        if above in table:
            return table[above]
        start = max(pattern.rfind(".", 0, start), 0)
    return nodes.MISSING


def _found(table: Mapping[str, Any], spot: Spot, pattern: str, node: Node | None, free: bool = True) -> bool:
    row = _row(table, pattern, spot)
    if row is nodes.MISSING:
        return False
    if row is anything:
        return free
    if isinstance(row, OneOf):
        return spot.value in row.values
    if callable(row):
        return bool(row(spot))
    return _equals(spot.value, row, node, "", spot.path)


def _equals(value: Any, default: Any, node: Node | None, group: str, path: Path) -> bool:
    """True when a value means what a default does; what an object has beside its default's fields must be defaults of
    theirs. `path` tells what is a duration or a quantity where the schema does not."""
    if is_map(value) and is_map(default):
        return all(
            (
                key in default
                and _equals(inner, default[key], nodes.child(node, key) if node else None, group, (*path, key))
            )
            or _is_own_default(inner, nodes.child(node, key) if node else None, group, (*path, key))
            for key, inner in value.items()
        ) and all(key in value for key in default)
    if is_list(value) and is_list(default):
        below = {"items": nodes.items(node) or {}} if node else None
        within = {"properties": {"of": below}} if below else None
        return not compare_objects({"of": default}, {"of": value}, within, group)
    return same_value(default, value, node, path, group)


def _is_own_default(value: Any, node: Node | None, group: str, path: Path) -> bool:
    if not node:
        return False
    default = nodes.default(node)
    return default is not nodes.MISSING and _equals(value, default, node, group, path)
