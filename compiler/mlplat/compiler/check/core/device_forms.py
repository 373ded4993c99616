"""Forms of single values in claims of devices, in classes of devices, and in classes of volume attributes.

Source: Kubernetes v1.37 `pkg/apis/{resource,storage}/validation/validation.go`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.core.expressions import FLAG, why_no_expression
from mlplat.compiler.check.reading import Body, Problem, mapping, mappings, spec_of, texts

_GROUP = "resource.k8s.io"
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")


def _selector(value: Any) -> str | None:
    """An expression over one device."""
    return why_no_expression(value, frozenset(("device",)), FLAG) if isinstance(value, str) and value else None


def _attribute(value: Any) -> str | None:
    """A domain and an identifier, such as `example.com/numa`."""
    if not isinstance(value, str) or value.count("/") > 1:  # the server takes the latter
        return None
    domain, slash, name = value.partition("/")
    if not slash or f.subdomain_strict(domain) or not _IDENTIFIER.fullmatch(name):
        return "must be a domain and an identifier, such as `example.com/numa`"
    return None


def _driver(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return "has more than 63 characters" if len(value) > 63 else f.subdomain(value.lower())


def _parameters(value: Any) -> str | None:
    return None if value is None or isinstance(value, dict) else "must be a map"


def _at(prefix: str, table: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{path}" if path else prefix: check for path, check in table.items()}


def _count(value: Any) -> str | None:
    """All devices are not counted; 0 stands for 1."""
    counted = isinstance(value, dict) and value.get("allocationMode") == "All" and value.get("count") not in (None, 0)
    return "`count` does not go with `allocationMode: All`" if counted else None


_SELECTORS: dict[str, Any] = {
    "selectors[]": f.need("cel"),
    "selectors[].cel": f.need("expression"),
    "selectors[].cel.expression": _selector,
}
_CONFIG: dict[str, Any] = {
    "config[]": f.need("opaque"),
    "config[].opaque": (
        f.need("driver"),
        lambda v: "needs `parameters`" if isinstance(v, dict) and v.get("parameters") is None else None,
    ),
    "config[].opaque.driver": _driver,
    "config[].opaque.parameters": _parameters,
}
_REQUEST: dict[str, Any] = {
    "": (f.need("deviceClassName"), _count),
    "deviceClassName": f.subdomain,
    "allocationMode": f.one_of("ExactCount", "All"),
    "count": f.at_least(0),
    **_SELECTORS,
}
_DEVICES: dict[str, Any] = {
    "requests": f.unique("name"),
    "requests[]": (f.need("name"), f.exactly_one("exactly", "firstAvailable")),
    "requests[].name": f.label_strict,
    **_at("requests[].exactly", _REQUEST),
    **_at("requests[].firstAvailable[]", _REQUEST),
    "requests[].firstAvailable": (f.filled, f.unique("name")),
    "requests[].firstAvailable[].name": f.label_strict,
    "constraints[]": f.exactly_one("matchAttribute", "distinctAttribute"),
    "constraints[].matchAttribute": _attribute,
    "constraints[].distinctAttribute": _attribute,
    **_CONFIG,
}


def _only_labels(value: Any) -> str | None:
    wrong = [key for key in value if key not in ("labels", "annotations")] if isinstance(value, dict) else []
    return f"`{wrong[0]}` cannot be set: the claim gets labels and annotations only" if wrong else None


DEVICE_FORMS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    (_GROUP, "ResourceClaim"): _at("spec.devices", _DEVICES),
    (_GROUP, "ResourceClaimTemplate"): {
        **_at("spec.spec.devices", _DEVICES),
        "spec.metadata": _only_labels,
        "spec.metadata.labels": f.labels,
        "spec.metadata.annotations": f.keys(lambda key: f.qualified_strict(key.lower())),
    },
    (_GROUP, "DeviceClass"): _at("spec", {**_SELECTORS, **_CONFIG}),
    ("storage.k8s.io", "VolumeAttributesClass"): {
        "": f.need("driverName", "parameters"),
        "driverName": f.text(lambda value: f.qualified(value.lower())),
    },
}
"""By group and kind: checks of single values, as in `kinds.FORMS`."""


def problems_of_claim(body: Body) -> Iterator[Problem]:
    """Constraints and configuration are of requests of the claim, each named once."""
    spec, where = spec_of(body), "/spec"
    if body.get("kind") == "ResourceClaimTemplate":
        spec, where = mapping(spec.get("spec")), "/spec/spec"
    devices = mapping(spec.get("devices"))
    known: set[str] = set()
    for _, request in mappings(devices.get("requests")):
        known.add(str(request.get("name")))
        for _, one in mappings(request.get("firstAvailable")):
            known.add(f"{request.get('name')}/{one.get('name')}")
    for field in ("constraints", "config"):
        for index, one in mappings(devices.get(field)):
            seen: set[str] = set()
            for place, name in texts(one.get("requests")):
                at = f"{where}/devices/{field}/{index}/requests/{place}"
                if name in seen:
                    yield at, f"`{name}` is there twice"
                elif name not in known:
                    yield at, f"`{name}` is no request of the claim"
                seen.add(name)
