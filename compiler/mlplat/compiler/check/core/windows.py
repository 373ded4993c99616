"""Pods of Windows, and what they may not have; settings of Windows in pods of Linux.

Source: Kubernetes v1.37 `pkg/apis/core/validation/validation.go` (validateWindows, validateLinux,
validateWindowsSecurityContextOptions, validateWindowsHostProcessPod).
"""

import re
from collections.abc import Iterator
from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.reading import Body, Problem, mapping, mappings

_OF_PODS = ("hostPID", "hostIPC", "shareProcessNamespace", "hostUsers", "resources")
_OF_POD_CONTEXTS = (
    *("seLinuxOptions", "runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "fsGroup"),
    *("fsGroupChangePolicy", "seccompProfile", "appArmorProfile", "sysctls", "seLinuxChangePolicy"),
)
_OF_CONTEXTS = (
    *("seLinuxOptions", "runAsUser", "runAsGroup", "seccompProfile", "appArmorProfile", "capabilities"),
    *("readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation", "procMount"),
)
_CONTAINERS = ("containers", "initContainers")
_NOT_IN_USERS = re.compile(r"""["/\\:;|=,+*?<>@\[\]]""")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DOMAIN = re.compile(r"[^\\/:*?\"<>|.][^\\/:*?\"<>|]{0,14}|[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)*")


def user_name(value: Any) -> str | None:
    """A user of Windows, with a domain in front or not."""
    if not isinstance(value, str):
        return None
    if not value:
        return "must not be empty"
    domain, backslash, user = value.rpartition("\\")
    if "\\" in domain or _CONTROL.search(value):
        return "must have one `\\` at most, and no control characters"
    if backslash and not _DOMAIN.fullmatch(domain):
        return "must have the name of a domain before the `\\`"
    if not user or len(user) > 104 or _NOT_IN_USERS.search(user) or not user.strip(". "):
        return "must be the name of a user of Windows"
    return None


OPTIONS: dict[str, Any] = {
    "gmsaCredentialSpecName": f.subdomain_strict,
    "gmsaCredentialSpec": lambda v: (
        None if not isinstance(v, str) or 0 < len(v) <= 65536 else "must have 1 to 65536 characters"
    ),
    "runAsUserName": user_name,
}
"""Checks of single values below `securityContext.windowsOptions`."""


def problems_of_system(spec: Body, pointer: str) -> Iterator[Problem]:
    """What goes with the operating system that the pod names, and containers that are processes of the host."""
    name = mapping(spec.get("os")).get("name")
    if name == "windows":
        yield from _there(spec, _OF_PODS, pointer, "cannot be set for a Windows pod")
    for where, context, ofpod in _contexts(spec, pointer):
        if name == "windows":
            fields = _OF_POD_CONTEXTS if ofpod else _OF_CONTEXTS
            yield from _there(context, fields, where, "cannot be set for a Windows pod")
        elif name == "linux" and context.get("windowsOptions") is not None:
            yield f"{where}/windowsOptions", "cannot be set for a Linux pod"
    yield from _of_the_host(spec, pointer)


def _there(holder: Body, fields: tuple[str, ...], pointer: str, why: str) -> Iterator[Problem]:
    for field in fields:
        if holder.get(field) is not None:
            yield f"{pointer}/{field}", why


def _contexts(spec: Body, pointer: str) -> Iterator[tuple[str, Body, bool]]:
    yield f"{pointer}/securityContext", mapping(spec.get("securityContext")), True
    for field in _CONTAINERS:
        for index, body in mappings(spec.get(field)):
            yield f"{pointer}/{field}/{index}/securityContext", mapping(body.get("securityContext")), False


def _of_the_host(spec: Body, pointer: str) -> Iterator[Problem]:
    held: list[bool] = []
    own = mapping(mapping(spec.get("securityContext")).get("windowsOptions")).get("hostProcess")
    for where, context, of_pod in _contexts(spec, pointer):
        value = mapping(context.get("windowsOptions")).get("hostProcess")
        if of_pod:
            continue
        if isinstance(own, bool) and isinstance(value, bool) and own != value:
            yield f"{where}/windowsOptions/hostProcess", "must be as the pod's own"
        held.append((own if value is None else value) is True)
    if any(held) and not all(held):
        yield pointer, "has containers that are processes of the host: then all must be"
    if any(held) and spec.get("hostNetwork") is not True:
        yield (
            f"{pointer}/hostNetwork" if "hostNetwork" in spec else pointer,
            "`hostNetwork` must be true with `hostProcess`",
        )
