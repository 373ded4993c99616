"""The Pod Security Standards: what a namespace that enforces `baseline` or `restricted` lets no pod have or lack.

Source: k8s.io/pod-security-admission v0.37 `policy/check_*.go`, the newest version of each check.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.check.reading import Body, Problem, mapping, mappings
from mlplat.objects.pods import CONTAINER_LISTS, HOST_NAMESPACES
from mlplat.objects.pointer import escape

LEVELS = ("baseline", "restricted")
"""Levels that refuse something."""

_ADDED = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP"),
        *("SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }
)
_SYSCTLS = frozenset(
    {
        *("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports"),
        *("net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout"),
        *("net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time"),
        *("net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem"),
    }
)
_SELINUX = frozenset(("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"))
_NOT_RESTRICTED = frozenset(
    {
        *("awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume", "flocker"),
        *("gcePersistentDisk", "gitRepo", "glusterfs", "iscsi", "nfs", "photonPersistentDisk", "portworxVolume"),
        *("quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"),
    }
)
"""Volumes that `restricted` refuses, beside `hostPath`."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What `restricted` wants of every container and one lacks; a part of it may be given for the whole pod."""

    container: str
    settings: tuple[str, ...]


def refused_settings(pod: Body, pointer: str, level: str) -> Iterator[Problem]:
    """Everything written in a pod's spec that the level refuses, each at its place."""
    for field in HOST_NAMESPACES:
        if pod.get(field) is True:
            yield f"{pointer}/{field}", f"`{field}` is refused"
    for index, volume in mappings(pod.get("volumes")):
        if volume.get("hostPath") is not None:
            yield f"{pointer}/volumes/{index}/hostPath", "a folder of the node is refused"
        for source in sorted(_NOT_RESTRICTED & set(volume)) if level == "restricted" else ():
            yield f"{pointer}/volumes/{index}/{source}", f"a volume of the sort `{source}` is refused"
    context = mapping(pod.get("securityContext"))
    yield from _of_context(context, f"{pointer}/securityContext", level, pod)
    for index, sysctl in mappings(context.get("sysctls")):
        if str(sysctl.get("name")) not in _SYSCTLS:
            yield f"{pointer}/securityContext/sysctls/{index}", f"the sysctl `{sysctl.get('name')}` is refused"
    for place, container in _containers(pod, pointer):
        yield from _of_container(container, place, level)
        yield from _of_context(mapping(container.get("securityContext")), f"{place}/securityContext", level, pod)


def _containers(pod: Body, pointer: str) -> Iterator[tuple[str, Body]]:
    for field in CONTAINER_LISTS:
        for index, container in mappings(pod.get(field)):
            yield f"{pointer}/{field}/{index}", container


def _of_context(context: Body, at: str, level: str, pod: Body) -> Iterator[Problem]:
    """Settings that pod and container both have."""
    if mapping(context.get("seccompProfile")).get("type") == "Unconfined":
        yield f"{at}/seccompProfile/type", "`Unconfined` is refused"
    if mapping(context.get("appArmorProfile")).get("type") == "Unconfined":
        yield f"{at}/appArmorProfile/type", "`Unconfined` is refused"
    options = mapping(context.get("seLinuxOptions"))
    if str(options.get("type") or "") not in _SELINUX or options.get("user") or options.get("role"):
        yield f"{at}/seLinuxOptions", "these SELinux options are refused"
    if mapping(context.get("windowsOptions")).get("hostProcess") is True:
        yield f"{at}/windowsOptions/hostProcess", "a process of the host is refused"
    if level == "restricted" and pod.get("hostUsers") is not False:
        if context.get("runAsNonRoot") is False:
            yield f"{at}/runAsNonRoot", "`runAsNonRoot: false` is refused"
        if context.get("runAsUser") == 0 and not isinstance(context.get("runAsUser"), bool):
            yield f"{at}/runAsUser", "user 0 is refused"


def _of_container(container: Body, at: str, level: str) -> Iterator[Problem]:
    context = mapping(container.get("securityContext"))
    if context.get("privileged") is True:
        yield f"{at}/securityContext/privileged", "a privileged container is refused"
    if context.get("procMount") not in (None, "Default"):
        yield f"{at}/securityContext/procMount", "`procMount` is refused"
    if level == "restricted" and context.get("allowPrivilegeEscalation") is True:
        yield f"{at}/securityContext/allowPrivilegeEscalation", "`allowPrivilegeEscalation: true` is refused"
    allowed = _ADDED if level == "baseline" else frozenset(("NET_BIND_SERVICE",))
    added: Any = mapping(context.get("capabilities")).get("add")
    for index, one in enumerate(added if isinstance(added, list) else ()):
        if str(one) not in allowed:
            yield f"{at}/securityContext/capabilities/add/{index}", f"the capability `{one}` is refused"
    for index, port in mappings(container.get("ports")):
        if port.get("hostPort"):
            yield f"{at}/ports/{index}/hostPort", "a port of the node is refused"
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        for action in ("httpGet", "tcpSocket"):
            if mapping(mapping(container.get(probe)).get(action)).get("host"):
                yield f"{at}/{escape(probe)}/{action}/host", "a host of your own is refused"


def missing_settings(pod: Body) -> Iterator[Missing]:
    """What `restricted` wants and the containers of a pod do not have. A Windows pod needs less and is left out."""
    if mapping(pod.get("os")).get("name") == "windows":
        return
    above = mapping(pod.get("securityContext"))
    for _, container in _containers(pod, ""):
        own = mapping(container.get("securityContext"))
        settings: list[str] = []
        if "runAsNonRoot" not in own and "runAsNonRoot" not in above and pod.get("hostUsers") is not False:
            settings.append("runAsNonRoot: true")
        if not mapping(own.get("seccompProfile")) and not mapping(above.get("seccompProfile")):
            settings.append("seccompProfile: RuntimeDefault")
        if "allowPrivilegeEscalation" not in own:
            settings.append("allowPrivilegeEscalation: false")
        dropped: Any = mapping(own.get("capabilities")).get("drop")
        if not isinstance(dropped, list) or "ALL" not in dropped:
            settings.append("dropCapabilities: [ALL]")
        if settings:
            yield Missing(str(container.get("name")), tuple(settings))
