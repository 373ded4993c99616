"""Pod fragments in the API's words, from effective values: what the lowerings of all families share."""

from collections.abc import Iterable
from typing import Any

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.effective.workload import EffectiveContainer, NodeChoice
from mlplat.objects.quantity import canonical
from mlplat.schema.pod import EnvVar, SecurityContext, VolumeUse

NO_SIDECAR = {"sidecar.istio.io/inject": "false"}
"""Pod label (the annotation of that name is deprecated: istio/api label/labels.yaml) without which a job never ends in
a namespace that Istio injects: its sidecar goes on running."""

SHM = "dshm"
"""Name of the volume at `/dev/shm`."""


def env_list(variables: Iterable[EnvVar]) -> list[dict[str, Any]]:
    """`env` of a container. An empty value is left out, as the API server drops it."""
    listed: list[dict[str, Any]] = []
    for variable in variables:
        if variable.secret is not None:
            source = {"secretKeyRef": {"name": variable.secret.name, "key": variable.secret.key}}
            listed.append({"name": variable.name, "valueFrom": source})
        elif variable.value:
            listed.append({"name": variable.name, "value": variable.value})
        else:
            listed.append({"name": variable.name})
    return listed


def resource_map(container: EffectiveContainer) -> dict[str, Any]:
    """`resources` of a container; empty when nothing is asked for."""
    return {
        field: dict(values)
        for field, values in (("requests", container.requests), ("limits", container.limits))
        if values
    }


def volume_list(mounts: Iterable[VolumeUse], shared_memory: str | int | float | None = None) -> list[dict[str, Any]]:
    """`volumes` of a pod: one for each claim that is mounted, and memory for `/dev/shm` where a size is given."""
    claims = sorted({mount.volume for mount in mounts})
    volumes: list[dict[str, Any]] = [{"name": claim, "persistentVolumeClaim": {"claimName": claim}} for claim in claims]
    if shared_memory is not None:
        volumes.append({"name": SHM, "emptyDir": {"medium": "Memory", "sizeLimit": canonical(shared_memory)}})
    return volumes


def mount_list(mounts: Iterable[VolumeUse], shared_memory: bool = False) -> list[dict[str, Any]]:
    """`volumeMounts` of a container."""
    listed: list[dict[str, Any]] = []
    for mount in mounts:
        entry: dict[str, Any] = {"name": mount.volume, "mountPath": mount.mount_path}
        if mount.read_only:
            entry["readOnly"] = True
        if mount.sub_path:
            entry["subPath"] = mount.sub_path
        listed.append(entry)
    if shared_memory:
        listed.append({"name": SHM, "mountPath": "/dev/shm"})
    return listed


def pod_security_context(context: SecurityContext | None) -> dict[str, Any]:
    """`securityContext` of a pod: the part that only pods have."""
    if context is None:
        return {}
    found: dict[str, Any] = {"fsGroup": context.fs_group} if context.fs_group is not None else {}
    for field, value in (
        ("runAsUser", context.run_as_user),
        ("runAsGroup", context.run_as_group),
        ("runAsNonRoot", context.run_as_non_root),
    ):
        if value is not None:
            found[field] = value
    if context.seccomp_profile is not None:
        found["seccompProfile"] = {"type": context.seccomp_profile}
    return found


def container_security_context(context: SecurityContext | None) -> dict[str, Any]:
    """`securityContext` of a container: the part that only containers have."""
    if context is None:
        return {}
    found: dict[str, Any] = {}
    if context.allow_privilege_escalation is not None:
        found["allowPrivilegeEscalation"] = context.allow_privilege_escalation
    if context.drop_capabilities:
        found["capabilities"] = {"drop": list(context.drop_capabilities)}
    return found


def placement(choice: NodeChoice) -> dict[str, Any]:
    """`nodeSelector`, `tolerations` and `affinity` of a pod; only those that say something."""
    found: dict[str, Any] = {}
    if choice.node_selector:
        found["nodeSelector"] = choice.node_selector
    if choice.tolerations:
        found["tolerations"] = [dict(toleration) for toleration in choice.tolerations]
    if choice.alternatives:
        terms = [
            {"matchExpressions": [{"key": key, "operator": "In", "values": [value]} for key, value in labels.items()]}
            for labels in choice.alternatives
        ]
        if all(choice.alternatives):  # a pool without labels cannot be named, and must not be shut out
            selector = {"nodeSelectorTerms": terms}
            found["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": selector}}
    return found


def pod_extras(env: ResolvedEnvironment, choice: NodeChoice) -> dict[str, Any]:
    """What every pod spec gets from the environment: pull secrets, security context, placement."""
    defaults = env.environment.document.spec.defaults
    found: dict[str, Any] = {}
    if defaults.image_pull_secrets:
        found["imagePullSecrets"] = [{"name": name} for name in defaults.image_pull_secrets]
    if security := pod_security_context(defaults.security_context):
        found["securityContext"] = security
    return found | placement(choice)


def container_body(name: str, container: EffectiveContainer, env: ResolvedEnvironment) -> dict[str, Any]:
    """A container of a core pod spec, without shared memory (see `mount_list`)."""
    defaults = env.environment.document.spec.defaults
    body: dict[str, Any] = {"name": name, "image": container.image}
    for field, value in (
        ("imagePullPolicy", defaults.image_pull_policy),
        ("command", list(container.command)),
        ("args", list(container.args)),
        ("env", env_list(container.env)),
        ("resources", resource_map(container)),
        ("volumeMounts", mount_list(container.mounts)),
        ("securityContext", container_security_context(defaults.security_context)),
    ):
        if value:
            body[field] = value
    if container.port is not None:
        body["ports"] = [{"containerPort": container.port}]
    return body
