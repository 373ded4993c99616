"""What a pod may do to its node and in whose name: each right, by whose word it has it, and what says that.

Only what gets wider is of interest, as with roles. What a field that is not written means is Kubernetes' default:
k8s.io/kubernetes v1.37 `pkg/apis/core/types.go`, and for capabilities what containerd 2.2 gives (`pkg/oci/spec.go`,
defaultUnixCaps). In a part of a pod that is laid over another one (`runtimePatches`) it may mean something
else, which is not known here: the default is taken there too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlplat.catalog.products import SERVERS
from mlplat.compiler.check.pod_security import LEVELS, refused_settings
from mlplat.diff.impact.effect import Body
from mlplat.diff.impact.rows import Path
from mlplat.objects.pods import CONTAINER_LISTS, HOST_NAMESPACES
from mlplat.objects.pointer import steps_of

_LISTS = (*CONTAINER_LISTS, "sidecars")
_ACCOUNT = ("serviceAccountName", "serviceAccount", "automountServiceAccountToken")
_MARKS = frozenset((*HOST_NAMESPACES, *_ACCOUNT, "hostUsers", "securityContext"))
"""Fields by which a part of a pod is known that names no container: what is laid over a pod of a runtime."""
_POD_PARTS = frozenset((*_LISTS, *SERVERS, "volumes"))
_NO_PARTS = frozenset((*SERVERS, "securityContext"))
_NO_PODS = frozenset(("CustomResourceDefinition", "Application", "ApplicationSet", "ClusterPolicy", "Policy"))
"""Kinds in whose `spec` the names of a pod's fields are not those of a pod that is made of the object."""

_DEFAULT_CAPABILITIES = frozenset(
    (
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW"),
        *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    )
)
_ALL = "ALL"
_DEFAULT_ACCOUNT = "default"
_IMAGE, _ROOT = "as whom its image says", "root"
_UNSAID, _UNCONFINED = "as the node says", "Unconfined"

_OWN = frozenset(
    (*HOST_NAMESPACES, "hostPath", "privileged", "procMount", "capabilities", "seccompProfile", "appArmorProfile")
)
"""What `baseline` refuses and is looked at more closely here."""

FIELDS = frozenset(
    (
        *_MARKS,
        *("hostPath", "volumes", "capabilities", "privileged", "allowPrivilegeEscalation"),
        *("runAsUser", "runAsNonRoot", "seccompProfile", "appArmorProfile", "procMount"),
        *("sysctls", "seLinuxOptions", "hostProcess", "hostPort", "host"),
    )
)
"""Names of the fields that decide on a right: a change of one value outside of them gives none."""

Name = tuple[str, ...]
"""Of a right: the pod's place in the object, the container ("" for the pod), what it is about, and further words."""


@dataclass(frozen=True, slots=True)
class Right:
    """What is held of one right: nothing, or steps of it. `fields` are the paths that decide on it."""

    held: frozenset[str]
    fields: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Pod:
    """A pod's spec or a part of one. `name` is the same in both states where an item of a list has a name."""

    name: str
    path: Path
    spec: Body


def rights_of(body: Body) -> dict[Name, Right]:
    """All rights of all pods that are made of an object."""
    pods = _pods(body.get("spec"), ("spec",), "") if body.get("kind") not in _NO_PODS else ()
    return {name: right for pod in pods for name, right in _of_pod(pod)}


def default_of(name: Name) -> frozenset[str]:
    """What a pod or container of which nothing is said holds of a right."""
    return _DEFAULTS.get(name[2], frozenset())


def covers(name: Name, held: Mapping[Name, Right]) -> bool:
    """True where a right follows from others: a privileged container has every other one, and who mounts a folder of
    the node has those in it."""
    pod, container, about, *rest = name
    privileged = held.get((pod, container, "privileged"))
    if privileged is not None and privileged.held and about not in ("privileged", "root"):
        return True
    mounted = (other[3] for other in held if other[:3] == (pod, "", "hostPath")) if about == "hostPath" else ()
    return any(rest[0].startswith(f"{folder.rstrip('/')}/") for folder in mounted)


def in_words(name: Name, gained: Sequence[str]) -> str:
    """What is gained of a right, as a part of a sentence."""
    about = name[2]
    container = f"container `{name[1]}`"
    listed = ", ".join(f"`{one}`" for one in gained[:3]) + (f" and {len(gained) - 3} more" if len(gained) > 3 else "")
    match about:
        case "refused":
            return f"pods have what the Pod Security level `{LEVELS[0]}` lets nobody have ({name[3]})"
        case "hostPath":
            return f"pods mount `{name[3]}` of their node"
        case "account":
            return f"pods act as ServiceAccount {listed} and may do what it may"
        case "capabilities":
            return f"{container} gets {'capability' if len(gained) == 1 else 'capabilities'} {listed}"
        case "root" if _ROOT in gained:
            return f"{container} runs as root"
        case "seccomp" if _UNCONFINED in gained:
            return f"no system call of {container} is filtered"
        case _:
            return _WORDS[about].format(container)


_WORDS = {
    "hostNetwork": "pods are in the network of their node",
    "hostPID": "pods see the processes of their node",
    "hostIPC": "pods share memory with the processes of their node",
    "hostUsers": "root in pods is root on their node",
    "token": "pods get the token of their ServiceAccount",
    "privileged": "{} is privileged: it may do anything to its node",
    "escalation": "{} may take more rights than it starts with",
    "root": "{} may run as root: nothing but its image says as whom",
    "seccomp": "system calls of {} are filtered only where its node does so by itself",
    "apparmor": "no AppArmor profile confines {}",
    "procMount": "nothing of `/proc` is hidden from {}",
}
_DEFAULTS = {
    "account": frozenset((_DEFAULT_ACCOUNT,)),
    "hostUsers": frozenset(("yes",)),
    "token": frozenset(("yes",)),
    "escalation": frozenset(("yes",)),
    "root": frozenset((_IMAGE,)),
    "seccomp": frozenset((_UNSAID,)),
    "capabilities": _DEFAULT_CAPABILITIES,
}


# ------------------------------------------------------------------------------------------- one pod


def _of_pod(pod: _Pod) -> Iterator[tuple[Name, Right]]:
    spec, path = pod.spec, pod.path
    for field in HOST_NAMESPACES:
        yield (pod.name, "", field), _if(spec.get(field) is True, (*path, field))
    yield (pod.name, "", "hostUsers"), _if(spec.get("hostUsers") is not False, (*path, "hostUsers"))
    account = spec.get("serviceAccountName") or spec.get("serviceAccount") or _DEFAULT_ACCOUNT
    fields = ((*path, "serviceAccountName"), (*path, "serviceAccount"))
    yield (pod.name, "", "account"), Right(frozenset((str(account),)), fields)
    token = "automountServiceAccountToken"
    yield (pod.name, "", "token"), _if(spec.get(token) is not False, (*path, token))
    for index, volume in _mappings(spec.get("volumes")):
        folder = _map(volume.get("hostPath")).get("path")
        if isinstance(folder, str):
            yield (pod.name, "", "hostPath", folder), _if(True, (*path, "volumes", index, "hostPath"))
    for pointer, problem in refused_settings(spec, "", LEVELS[0]):
        steps = tuple(steps_of(pointer))
        if _OWN.isdisjoint(steps):
            yield (pod.name, "", "refused", problem), _if(True, (*path, *_as_in(spec, steps)))
    for at, name, container in _containers(pod):
        for about, right in _of_container(_map(container.get("securityContext")), at, pod):
            yield (pod.name, name, about), right


def _as_in(spec: Any, steps: Sequence[str]) -> Path:
    """The steps of a pointer as a path: those into lists are numbers."""
    path: list[str | int] = []
    for step in steps:
        path.append(int(step) if isinstance(spec, list | tuple) else step)
        spec = spec[path[-1]]
    return tuple(path)


def _containers(pod: _Pod) -> Iterator[tuple[Path, str, Body]]:
    for field in _LISTS:
        for index, container in _mappings(pod.spec.get(field)):
            yield (*pod.path, field, index), str(container.get("name") or f"{field}[{index}]"), container
    for field in SERVERS:
        if isinstance(pod.spec.get(field), Mapping):
            yield (*pod.path, field), field, pod.spec[field]


def _of_container(context: Body, container: Path, pod: _Pod) -> Iterator[tuple[str, Right]]:
    at, above = (*container, "securityContext"), (*pod.path, "securityContext")
    around = _map(pod.spec.get("securityContext"))
    yield "privileged", _if(context.get("privileged") is True, (*at, "privileged"))
    escalation = "allowPrivilegeEscalation"
    yield "escalation", _if(context.get(escalation) is not False, (*at, escalation))
    yield "procMount", _if(context.get("procMount") not in (None, "Default"), (*at, "procMount"))
    added, dropped = (set(_names(_map(context.get("capabilities")).get(one))) for one in ("add", "drop"))
    yield "capabilities", Right(_capabilities(added, dropped), tuple((*at, "capabilities", x) for x in ("add", "drop")))
    both = {**around, **{key: value for key, value in context.items() if value is not None}}
    fields = ("runAsUser", "runAsNonRoot")
    yield "root", Right(_root(both), tuple((*place, field) for place in (at, above) for field in fields))
    kind = _map(both.get("seccompProfile")).get("type")
    calls = {None: (_UNSAID,), "Unconfined": (_UNSAID, _UNCONFINED)}.get(kind, ())
    yield "seccomp", Right(frozenset(calls), ((*at, "seccompProfile"), (*above, "seccompProfile")))
    confined = _map(both.get("appArmorProfile")).get("type") != "Unconfined"
    held = frozenset(() if confined else ("yes",))
    yield "apparmor", Right(held, ((*at, "appArmorProfile"), (*above, "appArmorProfile")))


def _capabilities(added: set[str], dropped: set[str]) -> frozenset[str]:
    """containerd 2.2 `internal/cri/server/container_create_linux.go`: first `ALL`, then the single ones."""
    start = frozenset((_ALL,)) if _ALL in added else _DEFAULT_CAPABILITIES
    kept = frozenset() if _ALL in dropped else start
    return frozenset((kept | (added - {_ALL})) - dropped)


def _root(context: Body) -> frozenset[str]:
    user = context.get("runAsUser")
    if context.get("runAsNonRoot") is True or (isinstance(user, int) and user != 0):
        return frozenset()
    return frozenset((_IMAGE, _ROOT) if user == 0 else (_IMAGE,))


def _if(held: bool, field: Path) -> Right:
    return Right(frozenset(("yes",)) if held else frozenset(), (field,))


# ------------------------------------------------------------------------------------------- pods in an object


def _pods(value: Any, path: Path, name: str) -> Iterator[_Pod]:
    """Pods are known by their fields, so that kinds which nobody listed have them too."""
    if isinstance(value, Mapping):
        is_pod = _is_pod(value)
        if is_pod:
            yield _Pod(name, path, value)
        for key, inner in value.items():
            # Inside of a pod only KServe has another one, `workerSpec`: no list holds one.
            if not is_pod or (isinstance(inner, Mapping) and key not in _NO_PARTS):
                yield from _pods(inner, (*path, key), f"{name}/{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _pods(inner, (*path, index), f"{name}/{_called(inner, index)}")


def _is_pod(value: Body) -> bool:
    if not _MARKS.isdisjoint(value):
        return True
    if _POD_PARTS.isdisjoint(value):
        return False
    lists, servers = ((value.get(field) for field in fields) for fields in (_LISTS, SERVERS))
    if any(isinstance(one, list | tuple) for one in lists) or any(isinstance(one, Mapping) for one in servers):
        return True
    return any("hostPath" in volume for _, volume in _mappings(value.get("volumes")))


def _called(item: Any, index: int) -> str:
    """An item of a list by its name or by the jobs that it is for, which stay the same where others come before it."""
    if isinstance(item, Mapping):
        jobs = ",".join(str(job.get("name")) for _, job in _mappings(item.get("targetJobs")))
        return str(item.get("name") or item.get("manager") or jobs or index)
    return str(index)


def _mappings(value: Any) -> Iterable[tuple[int, Body]]:
    items = value if isinstance(value, list | tuple) else ()
    return ((index, item) for index, item in enumerate(items) if isinstance(item, Mapping))


def _names(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list | tuple) else ():
        yield str(one).upper().removeprefix("CAP_")


def _map(value: Any) -> Body:
    return value if isinstance(value, Mapping) else {}
