"""What the server had already: a default that is written out, or is no longer written, changes nothing.

The defaults are those of `compare/defaults`, read back from a real API server, and those of the schema of a kind.
"""

from collections.abc import Mapping
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.lookup import load_tables
from mlplat.catalog.node import Node
from mlplat.compare.defaults.lookup import Defaults, defaults_of
from mlplat.compare.defaults.spot import Spot, pattern_of
from mlplat.compare.difference import Path
from mlplat.diff.impact.effect import Body, Edit, Effect, Impact

_SOURCE = "k8s.io/kubernetes v1.37 `pkg/apis/*/v1/defaults.go`, and `default` in the schema of a kind"
_HAD = Effect(Impact.NOTHING, "the server had this already: it is the default", _SOURCE)
_HAS = Effect(Impact.NOTHING, "the server fills in the same: it is the default", _SOURCE)


def of_default(key: tuple[str, str], edit: Edit) -> Effect | None:
    """What is said of a difference that writes a default out, or takes one away; None for any other."""
    difference = edit.difference
    if difference.added == difference.removed or isinstance(edit.path[-1], int):
        return None
    value = difference.new if difference.added else difference.old
    table = load_tables(edit.versions).lookup(str(edit.new.get("apiVersion")), key[1])
    schema = table.schema if table is not None else None
    defaults = defaults_of(key, table is None or table.custom)
    # A default that follows from a sibling followed from the one that stood there: it must be one in both states.
    for body, path in ((edit.old, difference.old_path), (edit.new, difference.new_path)):
        if not _is_default(defaults, _spot(value, body, path), nodes.at(schema, path) if schema else None):
            return None
    return _HAD if difference.added else _HAS


def _spot(value: Any, body: Body, path: Path) -> Spot:
    return Spot(value, {}, {}, path, pattern_of(path)).declared_twin(body, path)


def _is_default(defaults: Defaults, spot: Spot, node: Node | None) -> bool:
    if defaults.is_certain(spot, node):
        return True
    value = spot.value
    if not isinstance(value, Mapping) or not value:
        return False
    return all(
        _is_default(
            defaults,
            Spot(inner, value, spot.root, (*spot.path, key), pattern_of((*spot.path, key))),
            nodes.child(node, key) if node else None,
        )
        for key, inner in value.items()
    )
