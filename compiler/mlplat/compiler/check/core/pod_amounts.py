"""Amounts that containers and pods ask for: `pkg/apis/core/validation/validation.go`, ValidateResourceRequirements."""

from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.objects.quantity import parse


def _resource(value: Any) -> str | None:
    """A name of a resource that a container may ask for."""
    if not isinstance(value, str):
        return None
    if "/" not in value:
        plain = value in ("cpu", "memory", "ephemeral-storage") or value.startswith("hugepages-")
        return None if plain else "must be `cpu`, `memory`, `ephemeral-storage` or a name such as `nvidia.com/gpu`"
    why = f.qualified(value)
    if why is None and (value.startswith("requests.") or len(value.split("/")[1]) + 9 > 63):
        return "is no name of a resource"
    return why


def amounts(value: Any) -> str | None:
    """Amounts of resources that a pod can ask for."""
    for name, amount in value.items() if isinstance(value, dict) else ():
        why = _resource(name)
        if why is not None:
            return f"`{name}` {why}"
        why = f.not_negative(amount)
        if why is not None:
            return f"`{name}` {why}"
        if is_fraction_of_device(name, amount):
            return f"`{name}` must be a whole number"
    return None


def huge_pages(value: Any) -> str | None:
    """Pages of a size are asked for whole."""
    for name, amount in value.items() if isinstance(value, dict) else ():
        if name.startswith("hugepages-"):
            try:
                size, asked = parse(name.removeprefix("hugepages-")).nanos, parse(amount).nanos
            except ValueError:
                continue
            if size > 0 and asked % size:
                return f"`{name}` must be a multiple of the page"
    return None


def huge_pages_alone(value: Any) -> str | None:
    """Huge pages come with cpu or memory."""
    if not isinstance(value, dict):
        return None
    names = {name for side in ("limits", "requests") if isinstance(value.get(side), dict) for name in value[side]}
    pages = any(name.startswith("hugepages-") for name in names)
    return "huge pages need cpu or memory beside them" if pages and not names & {"cpu", "memory"} else None


def is_device(name: str) -> bool:
    """True for an extended resource: one with a domain that is not Kubernetes' own (IsExtendedResourceName)."""
    return "/" in name and not name.split("/")[0].endswith("kubernetes.io")


def is_fraction_of_device(name: str, amount: Any) -> bool:
    """True where a part of a device is asked for."""
    try:
        return is_device(name) and parse(amount).nanos % 10**9 != 0
    except ValueError:
        return False


def excludes_overcommitment(name: str) -> bool:
    """True for resources of which the request must equal the limit: devices and huge pages."""
    return is_device(name) or name.startswith("hugepages-")


def resources(value: Any) -> str | None:
    """Requests and limits: names, signs, and requests within limits. Devices: both the same, and limits needed."""
    return _resources(value, whole=True)


def part_of_resources(value: Any) -> str | None:
    """The same of requests and limits that a controller completes: a limit that is not there may come from it."""
    return _resources(value, whole=False)


def _resources(value: Any, whole: bool) -> str | None:
    if not isinstance(value, dict):
        return None
    requests, limits = value.get("requests") or {}, value.get("limits") or {}
    if not isinstance(requests, dict) or not isinstance(limits, dict):
        return None
    why = amounts(limits) or amounts(requests)
    if why is not None:
        return why
    for name, wanted in requests.items():
        try:
            if name in limits and parse(wanted) > parse(limits[name]):
                return f"`{name}`: the request is above the limit"
            if not excludes_overcommitment(name) or (name not in limits and not whole):
                continue
            if name not in limits or parse(wanted) != parse(limits[name]):
                return f"`{name}`: the limit must be there and equal the request"
        except ValueError:
            return None
    return None


def is_of_whole_pods(name: str) -> bool:
    """True for what a pod as a whole can ask for (IsSupportedPodLevelResource)."""
    return name in ("cpu", "memory") or name.startswith("hugepages-")


def pod_resources(value: Any) -> str | None:
    """What a pod as a whole asks for: cpu, memory and large pages only."""
    for side in ("requests", "limits"):
        held = value.get(side) if isinstance(value, dict) else None
        for name in held if isinstance(held, dict) else ():
            if not is_of_whole_pods(name):
                return f"`{name}`: a pod as a whole takes cpu, memory and hugepages only"
    return resources(value)
