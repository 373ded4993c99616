"""ResourceQuotas and LimitRanges. Source: Kubernetes v1.37 `pkg/apis/core/validation/validation.go`."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.reading import Body, Problem, mapping
from mlplat.diagnostics import near_misses
from mlplat.objects.pointer import escape
from mlplat.objects.quantity import parse

_COUNTED = frozenset(
    [
        "pods",
        "services",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "resourcequotas",
        "services.loadbalancers",
        "services.nodeports",
    ]
)
_MEASURED = frozenset(
    [
        *(f"{part}{kind}" for part in ("", "requests.", "limits.") for kind in ("cpu", "memory", "ephemeral-storage")),
        *("storage", "requests.storage"),
    ]
)
_SCOPES = ("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity",
           "VolumeAttributesClass")  # fmt: skip
_OF_PODS = frozenset({*(one for one in _MEASURED if "storage" not in one or "ephemeral" in one), "pods"})
_LIMIT_TYPES = ("Pod", "Container", "PersistentVolumeClaim")


def _nanos(value: Any) -> int | None:
    try:
        return parse(value).nanos
    except ValueError:
        return None


def _why_no_name(name: str, plain: frozenset[str]) -> str | None:
    if "/" in name:
        return f.qualified(name)
    known = name in plain or name.startswith(("hugepages-", "requests.hugepages-"))
    if known:
        return None
    near = near_misses(name, plain)
    return "is no resource that Kubernetes knows" + (f"; `{near[0]}` is one" if near else "")


_MOST_NANOS = 2**63 * 10**6
"""Where a number of thousandths does not fit 64 bits, the server reads it as no whole number."""


def _is_counted(name: str) -> bool:
    """What comes in whole numbers: Kubernetes' own counts, and every name with a domain (IsExtendedResourceName)."""
    return name in _COUNTED or ("/" in name and "kubernetes.io/" not in name and not name.startswith("requests."))


def problems_of_quota(body: Body) -> Iterator[Problem]:
    """Names, amounts and scopes of a quota."""
    spec = mapping(body.get("spec"))
    hard = spec.get("hard")
    for name, amount in hard.items() if isinstance(hard, dict) else ():
        where = f"/spec/hard/{escape(name)}"
        why = _why_no_name(name, _COUNTED | _MEASURED)
        nanos = _nanos(amount)
        if why is not None:
            yield where, f"`{name}` {why}"
        elif nanos is not None and nanos < 0:
            yield where, "must not be negative"
        elif nanos is not None and _is_counted(name) and (nanos % 10**9 or nanos >= _MOST_NANOS):
            yield where, "must be a whole number" + ("" if nanos % 10**9 else ", and not as great")
    scopes = [(f"/spec/scopes/{i}", one) for i, one in enumerate(spec.get("scopes") or ()) if isinstance(one, str)]
    selector = spec.get("scopeSelector")
    entries = selector.get("matchExpressions") if isinstance(selector, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            where = f"/spec/scopeSelector/matchExpressions/{index}"
            yield from _scope_expression(entry, where)
            scopes.append((f"{where}/scopeName", str(entry.get("scopeName"))))
    yield from _scopes(scopes, set(hard) if isinstance(hard, dict) else set())


def _scope_expression(entry: Body, where: str) -> Iterator[Problem]:
    operator, values, scope = entry.get("operator"), entry.get("values"), entry.get("scopeName")
    if operator not in ("In", "NotIn", "Exists", "DoesNotExist"):
        yield f"{where}/operator", "must be In, NotIn, Exists or DoesNotExist"
    elif (operator in ("In", "NotIn")) != bool(values):
        yield f"{where}/values", f"`{operator}` {'needs' if not values else 'takes no'} `values`"
    elif scope in _SCOPES[:4] and operator != "Exists":
        yield f"{where}/operator", f"`{scope}` takes `Exists` only"


def _scopes(scopes: list[tuple[str, str]], names: set[str]) -> Iterator[Problem]:
    held = {scope for _, scope in scopes}
    for where, scope in scopes:
        if scope not in _SCOPES:
            yield where, f"`{scope}` is no scope of a quota"
            continue
        allowed = {"pods"} if scope == "BestEffort" else _OF_PODS
        wrong = sorted(name for name in names if name not in allowed and not (scope != "BestEffort" and "/" in name))
        if wrong and scope != "VolumeAttributesClass":
            yield where, f"the scope `{scope}` does not go with `{wrong[0]}`"
    for one, other in (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")):
        if one in held and other in held:
            yield next(where for where, scope in scopes if scope == other), f"the scope `{other}` excludes `{one}`"


def problems_of_limit_range(body: Body) -> Iterator[Problem]:
    """Types, names and bounds of a LimitRange."""
    spec = mapping(body.get("spec"))
    seen: set[str] = set()
    for index, limit in enumerate(spec.get("limits") or ()):
        if isinstance(limit, dict):
            where = f"/spec/limits/{index}"
            kind = limit.get("type")
            if str(kind) in seen:
                yield f"{where}/type", f"`{kind}` is there twice"
            seen.add(str(kind))
            yield from _limit(limit, kind, where)


def _limit(limit: Body, kind: Any, where: str) -> Iterator[Problem]:
    if not isinstance(kind, str) or (kind not in _LIMIT_TYPES and ("/" not in kind or f.qualified_strict(kind))):
        yield f"{where}/type", "must be Pod, Container, PersistentVolumeClaim or a name with a domain"
    fields = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
    amounts = {field: mapping(limit.get(field)) for field in fields}
    if kind == "Pod":
        for field in ("default", "defaultRequest"):
            if amounts[field]:
                yield f"{where}/{field}", "a limit of pods has none"
    if kind == "PersistentVolumeClaim" and "storage" not in amounts["min"] and "storage" not in amounts["max"]:
        yield where, "needs `min.storage` or `max.storage`"
    for name in sorted({name for held in amounts.values() for name in held}):
        if ("/" not in name and _why_no_name(name, _MEASURED)) or f.qualified(name):
            yield f"{where}", f"`{name}` is no resource that Kubernetes knows"
            continue
        yield from _bounds(name, {field: _nanos(held[name]) for field, held in amounts.items() if name in held}, where)


def _bounds(name: str, held: Mapping[str, int | None], where: str) -> Iterator[Problem]:
    order = [
        (field, held[field]) for field in ("min", "defaultRequest", "default", "max") if held.get(field) is not None
    ]
    for (low, small), (high, great) in (
        (order[i], order[j]) for i in range(len(order)) for j in range(i + 1, len(order))
    ):
        if small is not None and great is not None and small > great:
            yield f"{where}/{high}", f"`{name}`: `{low}` is above `{high}`"
            return
    ratio, least, most = held.get("maxLimitRequestRatio"), held.get("min"), held.get("max")
    if ratio is not None and ratio < 10**9:
        yield f"{where}/maxLimitRequestRatio", f"`{name}`: must be at least 1"
    elif ratio is not None and least and most and ratio * 1.0 > most / least * 10**9:
        yield f"{where}/maxLimitRequestRatio", f"`{name}`: is above `max` divided by `min`"
    if "/" in name or name.startswith("hugepages-"):
        request, limit = held.get("defaultRequest"), held.get("default")
        if request is not None and limit is not None and request != limit:
            yield f"{where}/defaultRequest", f"`{name}`: must equal `default`"
