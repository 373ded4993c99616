"""Services as a whole. Source: Kubernetes v1.37 `pkg/apis/core/validation/validation.go`, ValidateService."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.reading import Body, Problem, mappings, spec_of, texts


def problems_of_service(body: Body) -> Iterator[Problem]:
    """Ports, addresses and what each type of service takes."""
    spec = spec_of(body)
    kind, ports = spec.get("type") or "ClusterIP", mappings(spec.get("ports"))
    headless = spec.get("clusterIP") == "None" or (
        isinstance(spec.get("clusterIPs"), list) and "None" in spec["clusterIPs"]
    )
    if not ports and not headless and kind != "ExternalName":
        yield "/spec", "needs `ports`"
    seen: set[tuple[Any, Any]] = set()
    for index, port in ports:
        where = f"/spec/ports/{index}"
        if len(ports) > 1 and not port.get("name"):
            yield where, "needs `name`: there are several ports"
        pair = (str(port.get("protocol") or "TCP"), str(port.get("port")))
        if pair in seen:
            yield f"{where}/port", f"the port {pair[1]} is there twice"
        seen.add(pair)
        node = port.get("nodePort")
        if node and kind in ("ClusterIP", "ExternalName"):
            yield f"{where}/nodePort", f"a {kind} service takes no `nodePort`"
        elif node:
            yield from _node_port(node, f"{where}/nodePort")
            pair = (str(port.get("protocol") or "TCP"), f"{node} of the nodes")
            if pair in seen:
                yield f"{where}/nodePort", f"{node} is there twice"
            seen.add(pair)
    yield from _service_kind(spec, kind, headless)


_NODE_PORTS = range(30000, 32768)
"""What the server gives to services, unless it is set up otherwise (`--service-node-port-range`)."""


def _node_port(value: Any, where: str) -> Iterator[Problem]:
    """Only an object that is really made is refused: a dry run gives no ports away."""
    if isinstance(value, int) and value not in _NODE_PORTS:
        yield where, "must be from 30000 to 32767, unless the server is set up for other ports"


def _service_kind(spec: Body, kind: str, headless: bool) -> Iterator[Problem]:
    if kind == "ExternalName":
        if not spec.get("externalName"):
            yield "/spec", "needs `externalName`"
        if spec.get("clusterIP") not in (None, "") or spec.get("clusterIPs"):
            yield "/spec/clusterIP", "an ExternalName service has none"
        return
    if headless and kind in ("NodePort", "LoadBalancer"):
        yield "/spec/clusterIP", f"a {kind} service needs an address"
    for field, kinds in (
        ("externalTrafficPolicy", ("NodePort", "LoadBalancer")),
        ("loadBalancerSourceRanges", ("LoadBalancer",)),
        ("loadBalancerClass", ("LoadBalancer",)),
        ("allocateLoadBalancerNodePorts", ("LoadBalancer",)),
    ):
        external = field == "externalTrafficPolicy" and spec.get("externalIPs")
        if spec.get(field) not in (None, "", []) and kind not in kinds and not external:
            yield f"/spec/{field}", f"a {kind} service takes no `{field}`"
    if spec.get("healthCheckNodePort") and (kind != "LoadBalancer" or spec.get("externalTrafficPolicy") != "Local"):
        yield "/spec/healthCheckNodePort", "needs `type: LoadBalancer` and `externalTrafficPolicy: Local`"
    elif spec.get("healthCheckNodePort"):
        yield from _node_port(spec["healthCheckNodePort"], "/spec/healthCheckNodePort")
    address, several = spec.get("clusterIP"), spec.get("clusterIPs")
    for pointer, one in (
        ("/spec/clusterIP", address),
        ("/spec/clusterIPs", (several or [None])[0] if isinstance(several, list) else None),
    ):
        if isinstance(one, str) and one not in ("", "None") and f.ip(one):
            yield pointer, "must be an IP address or `None`"
    if isinstance(several, list) and several:
        if address in (None, ""):
            yield "/spec/clusterIPs", "must be empty without `clusterIP`"
        elif address != several[0]:
            yield "/spec/clusterIPs", "must start with `clusterIP`"
        for index, one in enumerate(several[1:], 1):
            if f.ip("" if one is None else one):
                yield f"/spec/clusterIPs/{index}", "must be an IP address"
        if len(several) > 1 and spec.get("ipFamilyPolicy") in (None, "SingleStack"):
            yield "/spec/clusterIPs", "two addresses need `ipFamilyPolicy: PreferDualStack`"
    for index, external in texts(spec.get("externalIPs")):
        if not f.ip(external):
            place = ipaddress.ip_address(external)
            if place.is_loopback or place.is_unspecified or place.is_link_local or place.is_multicast:
                yield f"/spec/externalIPs/{index}", "must be an address that others can reach"
    families = spec.get("ipFamilies")
    if isinstance(families, list) and len(families) > 1 and spec.get("ipFamilyPolicy") in (None, "SingleStack"):
        yield "/spec/ipFamilies", "two families need `ipFamilyPolicy: PreferDualStack`"
