"""A pod's spec as a whole: `pkg/apis/core/validation/validation.go`, ValidatePodSpec."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.core.pod_forms import POD
from mlplat.compiler.check.core.pod_totals import problems_of_totals
from mlplat.compiler.check.core.volume_forms import VOLUME_SOURCES
from mlplat.compiler.check.core.windows import problems_of_system
from mlplat.compiler.check.reading import Body, Problem, mapping, mappings
from mlplat.objects.pods import HOST_NAMESPACES


@dataclass(frozen=True, slots=True)
class PodUse:
    """Where a pod's spec stands: which restart policies its owner takes, and claims that the owner makes itself."""

    restart: tuple[str, ...] | None = None
    claims: frozenset[str] = frozenset()
    template: bool = True
    addressed: bool = True
    """Whether its name and address are its own: those of a StatefulSet's pods are written by the controller."""
    made: bool = False
    """Whether it is judged as the pod that is made of the template: with the requests that the server fills in."""


def problems_of_pod(spec: Any, pointer: str, use: PodUse) -> list[Problem]:
    """Everything that the server says against a pod with this spec."""
    if not isinstance(spec, dict):
        return []
    found = POD.problems(spec, pointer)
    found += _restart(spec, pointer, use)
    found += _address(spec, pointer, use)
    found += _volumes(spec, pointer)
    found += _containers(spec, pointer, use)
    found += _whole(spec, pointer, use)
    return found


def _address(spec: Mapping[str, Any], pointer: str, use: PodUse) -> Iterator[Problem]:
    for field in ("hostname", "subdomain"):
        why = f.label(spec.get(field)) if use.addressed else None
        if why is not None:
            yield f"{pointer}/{field}", why


def _restart(spec: Mapping[str, Any], pointer: str, use: PodUse) -> Iterator[Problem]:
    policy = spec.get("restartPolicy") or "Always"
    if use.restart is not None and policy not in use.restart:
        wanted = " or ".join(f"`{one}`" for one in use.restart)
        yield f"{pointer}/restartPolicy" if spec.get("restartPolicy") else pointer, f"`restartPolicy` must be {wanted}"


def _volumes(spec: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, volume in mappings(spec.get("volumes")):
        where = f"{pointer}/volumes/{index}"
        name = volume.get("name")
        if isinstance(name, str) and name:
            if name in seen:
                yield f"{where}/name", f"the volume `{name}` is there twice"
            seen.add(name)
        sources = [one for one in VOLUME_SOURCES if volume.get(one) is not None]
        if len(sources) > 1:
            yield where, f"has {' and '.join(f'`{one}`' for one in sources)}: a volume has one source"
        if isinstance(volume.get("image"), dict) and not volume["image"].get("reference"):
            yield f"{where}/image", "needs `reference`"
        projected = volume.get("projected")
        if isinstance(projected, dict):
            yield from _paths(projected, f"{where}/projected")


_SINGLE_PATHS: Mapping[str, tuple[str, ...]] = {
    "serviceAccountToken": ("path",),
    "clusterTrustBundle": ("path",),
    "podCertificate": ("credentialBundlePath", "keyPath", "certificateChainPath"),
}
"""Sources of a projected volume that name files of their own."""


def _paths(projected: Mapping[str, Any], where: str) -> Iterator[Problem]:
    paths: set[str] = set()
    for index, source in mappings(projected.get("sources")):
        kinds = [kind for kind, held in source.items() if held is not None]
        if len(kinds) > 1:
            yield f"{where}/sources/{index}", f"has {' and '.join(f'`{kind}`' for kind in kinds)}: a source is one"
        for kind, fields in _SINGLE_PATHS.items():
            for field in fields:
                path = mapping(source.get(kind)).get(field)
                if path and str(path) in paths:
                    yield f"{where}/sources/{index}/{kind}/{field}", f"`{path}` is there twice"
                paths.add(str(path))
        for kind in ("configMap", "secret", "downwardAPI"):
            held = source.get(kind)
            for number, item in mappings(held.get("items")) if isinstance(held, dict) else []:
                path = item.get("path")
                if str(path) in paths:
                    yield f"{where}/sources/{index}/{kind}/items/{number}/path", f"`{path}` is there twice"
                paths.add(str(path))


def _containers(spec: Mapping[str, Any], pointer: str, use: PodUse) -> Iterator[Problem]:
    volumes = {str(one.get("name")): one for _, one in mappings(spec.get("volumes"))}
    names: set[str] = set()
    yield from _host_ports(spec, pointer)
    for field in ("initContainers", "containers"):
        for index, body in mappings(spec.get(field)):
            where = f"{pointer}/{field}/{index}"
            name = body.get("name")
            if isinstance(name, str) and name in names:
                yield f"{where}/name", f"two containers are named `{name}`"
            names.add(str(name))
            image = body.get("image")
            if not image:
                yield where, "needs `image`"
            elif isinstance(image, str) and image != image.strip() and not use.template:
                yield f"{where}/image", "has a space at an end"
            yield from _lifecycle(body, where, spec)
            yield from _restarts(body, where, field == "initContainers")
            yield from _mounts(body, where, volumes, use)
            yield from _files(body, where, volumes)
            claimed = body.get("resources", {}).get("claims") if isinstance(body.get("resources"), dict) else None
            known = {str(one.get("name")) for _, one in mappings(spec.get("resourceClaims"))}
            asked: set[tuple[str, str]] = set()
            for number, claim in mappings(claimed):
                pair = (str(claim.get("name")), str(claim.get("request")))
                if pair in asked:
                    yield f"{where}/resources/claims/{number}", "is there twice"
                asked.add(pair)
                if str(claim.get("name")) not in known:
                    yield f"{where}/resources/claims/{number}/name", "no such claim in `resourceClaims`"


def _host_ports(spec: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    """A port of the node is taken once: by all containers together, and by each init container for itself."""
    ports: set[tuple[str, str, str]] = set()
    for field in ("containers", "initContainers"):
        for index, body in mappings(spec.get(field)):
            where = f"{pointer}/{field}/{index}/ports"
            ports = set() if field == "initContainers" else ports
            for number, port in mappings(body.get("ports")):
                key = (str(port.get("protocol") or "TCP"), str(port.get("hostIP")), str(port.get("hostPort")))
                if port.get("hostPort") and key in ports:
                    yield f"{where}/{number}/hostPort", f"the host port {key[2]} is there twice"
                ports.add(key)
                other = port.get("hostPort") not in (None, 0, port.get("containerPort"))
                if other and spec.get("hostNetwork") is True and field == "containers":
                    yield f"{where}/{number}/hostPort", "must equal `containerPort` with `hostNetwork`"


def _mounts(body: Mapping[str, Any], where: str, volumes: Mapping[Any, Any], use: PodUse) -> Iterator[Problem]:
    for number, mount in mappings(body.get("volumeMounts")):
        name = mount.get("name")
        if isinstance(name, str) and name and name not in volumes and name not in use.claims:
            yield f"{where}/volumeMounts/{number}/name", f"there is no volume `{name}`"
        if mount.get("subPath") and mount.get("subPathExpr"):
            yield f"{where}/volumeMounts/{number}", "`subPath` and `subPathExpr` exclude each other"
        privileged = isinstance(body.get("securityContext"), dict) and body["securityContext"].get("privileged")
        if mount.get("mountPropagation") == "Bidirectional" and not privileged:
            yield f"{where}/volumeMounts/{number}/mountPropagation", "`Bidirectional` needs a privileged container"
        if mount.get("recursiveReadOnly") not in (None, "Disabled") and not mount.get("readOnly"):
            yield f"{where}/volumeMounts/{number}/recursiveReadOnly", "needs `readOnly: true`"
    seen: set[str] = set()
    for number, device in mappings(body.get("volumeDevices")):
        for part in ("name", "devicePath"):
            key = f"{part}={device.get(part)}"
            if key in seen:
                yield f"{where}/volumeDevices/{number}/{part}", "is there twice"
            seen.add(key)
    mounted = {str(mount.get("name")) for _, mount in mappings(body.get("volumeMounts"))}
    for number, device in mappings(body.get("volumeDevices")):
        name = str(device.get("name"))
        volume = volumes.get(name)
        if volume is not None and not {"persistentVolumeClaim", "ephemeral"} & set(volume):
            yield f"{where}/volumeDevices/{number}/name", "only a claim can be a device"
        elif volume is None and name not in use.claims:
            yield f"{where}/volumeDevices/{number}/name", f"there is no volume `{name}`"
        if name in mounted:
            yield f"{where}/volumeDevices/{number}/name", "is mounted too"


def _files(body: Body, where: str, volumes: Mapping[Any, Any]) -> Iterator[Problem]:
    for number, entry in mappings(body.get("env")):
        named = mapping(mapping(entry.get("valueFrom")).get("fileKeyRef")).get("volumeName")
        if named and str(named) not in volumes:
            yield f"{where}/env/{number}/valueFrom/fileKeyRef/volumeName", f"there is no volume `{named}`"


def _lifecycle(body: Body, where: str, spec: Body) -> Iterator[Problem]:
    """How long a hook sleeps, within the time that the pod is given to end."""
    given = spec.get("terminationGracePeriodSeconds")
    grace = given if isinstance(given, int) and given >= 0 else 30 if given is None else 1
    for hook in ("preStop", "postStart"):
        seconds = mapping(mapping(mapping(body.get("lifecycle")).get(hook)).get("sleep")).get("seconds")
        if isinstance(seconds, int) and not 0 <= seconds <= grace:
            pointer = f"{where}/lifecycle/{hook}/sleep/seconds"
            yield pointer, f"must be from 0 to `terminationGracePeriodSeconds`, {grace}"


def _restarts(body: Body, where: str, init: bool) -> Iterator[Problem]:
    policy = body.get("restartPolicy")
    if policy is not None and policy not in ("Always", "Never", "OnFailure"):
        yield f"{where}/restartPolicy", "must be `Always`, `Never` or `OnFailure`"
    if body.get("restartPolicyRules") and not policy:
        yield f"{where}/restartPolicyRules", "needs `restartPolicy`"
    if init and policy != "Always":
        yield from _init(body, where)


def _init(body: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
        if body.get(field) is not None:
            yield f"{where}/{field}", "only with `restartPolicy: Always` may an init container have it"


def _whole(spec: Mapping[str, Any], pointer: str, use: PodUse) -> Iterator[Problem]:
    if spec.get("dnsPolicy") == "None":
        config = spec.get("dnsConfig")
        if not isinstance(config, dict) or not config.get("nameservers"):
            yield f"{pointer}/dnsPolicy", "`None` needs `dnsConfig.nameservers`"
    host = any(spec.get(field) is True for field in HOST_NAMESPACES)
    if spec.get("hostUsers") is False and host:
        yield f"{pointer}/hostUsers", "`hostUsers: false` and the host's namespaces exclude each other"
    if spec.get("hostPID") is True and spec.get("shareProcessNamespace") is True:
        yield f"{pointer}/shareProcessNamespace", "`shareProcessNamespace` and `hostPID` exclude each other"
    if spec.get("schedulingGates") and spec.get("nodeName"):
        yield f"{pointer}/nodeName", "`nodeName` and `schedulingGates` exclude each other"
    if not use.template:
        yield from _of_a_pod_itself(spec, pointer)
    if spec.get("hostUsers") is not False:
        for field in ("containers", "initContainers"):
            for index, body in mappings(spec.get(field)):
                if mapping(body.get("securityContext")).get("procMount") == "Unmasked":
                    yield f"{pointer}/{field}/{index}/securityContext/procMount", "`Unmasked` needs `hostUsers: false`"
    if spec.get("ephemeralContainers"):
        yield f"{pointer}/ephemeralContainers", "cannot be there when a pod is made"
    yield from problems_of_system(spec, pointer)
    yield from problems_of_totals(spec, pointer, not use.template or use.made)
    seen: set[tuple[Any, Any]] = set()
    for index, one in mappings(spec.get("topologySpreadConstraints")):
        pair = (str(one.get("topologyKey")), str(one.get("whenUnsatisfiable")))
        if pair in seen:
            yield f"{pointer}/topologySpreadConstraints/{index}", "the same key and `whenUnsatisfiable` are there twice"
        seen.add(pair)
        if one.get("minDomains") is not None and one.get("whenUnsatisfiable") != "DoNotSchedule":
            yield f"{pointer}/topologySpreadConstraints/{index}/minDomains", "needs `whenUnsatisfiable: DoNotSchedule`"


def _of_a_pod_itself(spec: Body, pointer: str) -> Iterator[Problem]:
    """What admission asks of a pod, and not of the template that one is made from."""
    if not spec.get("serviceAccountName"):
        for index, volume in mappings(spec.get("volumes")):
            for number, source in mappings(mapping(volume.get("projected")).get("sources")):
                if source.get("serviceAccountToken") is not None:
                    where = f"{pointer}/volumes/{index}/projected/sources/{number}/serviceAccountToken"
                    yield where, "needs the pod's `serviceAccountName`"
    if spec.get("overhead") and not spec.get("runtimeClassName"):
        yield f"{pointer}/overhead", "comes from a `runtimeClassName`"
    if spec.get("priority") not in (None, 0) and not spec.get("priorityClassName"):
        yield f"{pointer}/priority", "comes from a `priorityClassName`"
