"""When two scalars of a Kubernetes object mean the same."""

import base64
import re
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.compare.difference import Path
from mlplat.objects.equality import same_scalar
from mlplat.objects.quantity import parse

_QUANTITY_PARENTS = frozenset({"limits", "requests", "hard", "capacity", "resourcesPerNode"})
"""Mappings of resource name to quantity, where no schema says so (a pod template inside a schema-less kind)."""

_GO_DURATION = re.compile(r"-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+")
_GO_TERM = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION_NAME = re.compile(
    r"(?:interval|timeout|duration|period|renewBefore|delay|ttl|gracePeriod|retention|backoff)$", re.IGNORECASE
)
_TEXT_DURATIONS = frozenset({"monitoring.coreos.com"})
"""Groups whose durations are texts to Prometheus, which nobody writes again: `60m` and `1h` differ."""


def same_value(old: Any, new: Any, node: Node | None, path: Path, group: str = "") -> bool:
    """True when two scalars mean the same at a place of an object of an API group.

    `node` is the schema there, None where none is known. Quantities are compared by value; `5` and `"5"` only where
    the field is a quantity; base64 by its bytes; durations of custom resources as Go writes them again (`60m` is
    `1h0m0s`).
    """
    if same_scalar(old, new):
        return True
    if _is_quantity(node, path):
        return same_quantity(old, new)
    if isinstance(old, str) and isinstance(new, str):
        if node and node.get("format") == "byte":
            return _same_bytes(old, new)
        return _is_duration(node, path, group) and _same_duration(old, new)
    return False


def _is_quantity(node: Node | None, path: Path) -> bool:
    if node:
        return nodes.is_quantity(node)
    return len(path) > 1 and path[-2] in _QUANTITY_PARENTS


def same_quantity(old: Any, new: Any) -> bool:
    """True when both are quantities of the same value; False where one is none."""
    if isinstance(old, bool) or isinstance(new, bool):
        return False
    try:
        return parse(old) == parse(new)
    except ValueError:
        return False


def _same_bytes(old: str, new: str) -> bool:
    """Base64 may be folded, as people paste it; the server stores it on one line."""
    try:
        return base64.b64decode("".join(old.split()), validate=True) == base64.b64decode(new, validate=True)
    except ValueError:
        return False


def _is_duration(node: Node | None, path: Path, group: str) -> bool:
    if not group or group in _TEXT_DURATIONS or "." not in group:
        return False
    if node and node.get("format") == "duration":
        return True
    return bool(path) and isinstance(path[-1], str) and _DURATION_NAME.search(path[-1]) is not None


def _same_duration(old: str, new: str) -> bool:
    if not (_GO_DURATION.fullmatch(old) and _GO_DURATION.fullmatch(new)):
        return False
    return abs(_seconds(old) - _seconds(new)) < 1e-9


def _seconds(text: str) -> float:
    total = sum(float(amount) * _SECONDS[unit] for amount, unit in _GO_TERM.findall(text))
    return -total if text.startswith("-") else total
