"""Forms of single values in a pod's spec: `pkg/apis/core/validation/validation.go`, ValidatePodSpec."""

from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.core.forms import Check, Forms
from mlplat.compiler.check.core.pod_amounts import huge_pages, huge_pages_alone, pod_resources, resources
from mlplat.compiler.check.core.volume_forms import VOLUME, divisor, field_path, resource_field
from mlplat.compiler.check.core.windows import OPTIONS
from mlplat.compiler.check.reading import mapping, mappings

_ENV_FIELDS = (
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)


def _env(value: Any) -> str | None:
    source = value.get("valueFrom") if isinstance(value, dict) else None
    if not isinstance(source, dict):
        return None
    if value.get("value"):
        return "has both `value` and `valueFrom`"
    return f.exactly_one("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")(source)


def toleration(value: Any) -> str | None:
    """What a toleration's fields ask of each other."""
    if not isinstance(value, dict):
        return None
    key, operator, effect = value.get("key"), value.get("operator") or "Equal", value.get("effect")
    if not key and operator != "Exists":
        return "without `key` needs `operator: Exists`"
    if value.get("tolerationSeconds") is not None and effect != "NoExecute":
        return "`tolerationSeconds` needs `effect: NoExecute`"
    if operator == "Exists" and value.get("value"):
        return "`operator: Exists` takes no `value`"
    if operator == "Equal" and isinstance(value.get("value"), str):
        why = f.labels({"a": value["value"]})
        return "its value is no label value" if why else None
    return None


def _node_expression(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    operator, values = value.get("operator"), value.get("values")
    if operator in ("Gt", "Lt"):
        one = isinstance(values, list) and len(values) == 1
        why = None if one else f"`{operator}` needs one value, a whole number"
        return why or f.qualified_strict(value.get("key"))
    return f.expression(value)


def _node_field(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if value.get("operator") not in ("In", "NotIn") or len(value.get("values") or ()) != 1:
        return "needs `In` or `NotIn` with one value"
    if value.get("key") != "metadata.name":
        return "must be about `metadata.name`"
    return f.subdomain_strict("" if value["values"][0] is None else value["values"][0])


def _probe(liveness: bool) -> Check:
    handler = f.exactly_one("exec", "httpGet", "tcpSocket", "grpc")

    def check(value: Any) -> str | None:
        if not isinstance(value, dict):
            return None
        if liveness and value.get("successThreshold") not in (None, 0, 1):
            return "`successThreshold` must be 1"
        return handler(value)

    return check


_HANDLER: dict[str, Any] = {
    "exec": f.need("command"),
    "httpGet": f.need("port"),
    "httpGet.port": f.port_or_name,
    "httpGet.scheme": f.one_of("HTTP", "HTTPS"),
    "httpGet.httpHeaders[].name": f.text(
        lambda v: None if v.isascii() and all(c.isalnum() or c == "-" for c in v) else "is no header name", empty=False
    ),
    "tcpSocket": f.need("port"),
    "tcpSocket.port": f.port_or_name,
    "grpc.port": f.port,
}


def _probe_forms(name: str, liveness: bool) -> dict[str, Any]:
    table = {f"{name}.{path}": check for path, check in _HANDLER.items()}
    table[name] = _probe(liveness)
    for field in ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"):
        table[f"{name}.{field}"] = f.at_least(0)
    if name != "readinessProbe":
        table[f"{name}.terminationGracePeriodSeconds"] = f.at_least(1)
    else:
        table[f"{name}.terminationGracePeriodSeconds"] = lambda value: "must not be set for readiness"
    return table


_SECCOMP: dict[str, Any] = {
    "": f.need("type"),
    "type": f.one_of("RuntimeDefault", "Localhost", "Unconfined"),
    "localhostProfile": f.inside,
}


def _profile(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("type"), str) and value["type"] not in ("RuntimeDefault", "Localhost", "Unconfined"):
        return "`type` must be RuntimeDefault, Localhost or Unconfined"
    local = value.get("localhostProfile")
    if (value.get("type") == "Localhost") != bool(local):
        return "`Localhost` and `localhostProfile` go together"
    return f.inside(local)


def _privileges(value: Any) -> str | None:
    if not isinstance(value, dict) or value.get("allowPrivilegeEscalation") is not False:
        return None
    added = (value.get("capabilities") or {}).get("add") if isinstance(value.get("capabilities"), dict) else None
    if value.get("privileged") is True:
        return "`privileged` and `allowPrivilegeEscalation: false` exclude each other"
    if isinstance(added, list) and "CAP_SYS_ADMIN" in added:
        return "`CAP_SYS_ADMIN` and `allowPrivilegeEscalation: false` exclude each other"
    return None


def _at(prefix: str, table: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{path}" if path else prefix: check for path, check in table.items()}


_IDS = {f"securityContext.{name}": f.between(0, 2**31 - 1) for name in ("runAsUser", "runAsGroup")}

CONTAINER: dict[str, Any] = {
    "": f.need("name"),
    "name": f.label,
    "imagePullPolicy": f.one_of("Always", "IfNotPresent", "Never"),
    "terminationMessagePolicy": f.one_of("File", "FallbackToLogsOnError"),
    "ports[]": f.need("containerPort"),
    "ports": f.unique("name"),
    "ports[].name": f.port_name,
    "ports[].containerPort": f.port,
    "ports[].hostPort": f.between(0, 65535),
    "ports[].protocol": f.one_of("TCP", "UDP", "SCTP"),
    "env[]": (f.need("name"), _env),
    "env[].name": f.env_name,
    "env[].valueFrom.fieldRef": f.need("fieldPath"),
    "env[].valueFrom.fieldRef.apiVersion": f.one_of("v1"),
    "env[].valueFrom.fieldRef.fieldPath": field_path(_ENV_FIELDS, maps=False),
    "env[].valueFrom.resourceFieldRef": (f.need("resource"), divisor),
    "env[].valueFrom.resourceFieldRef.resource": resource_field,
    "env[].valueFrom.fileKeyRef": f.need("volumeName", "path", "key"),
    "env[].valueFrom.fileKeyRef.key": f.env_name,
    "env[].valueFrom.fileKeyRef.path": f.steps_down,
    "env[].valueFrom.configMapKeyRef": f.need("name", "key"),
    "env[].valueFrom.configMapKeyRef.name": f.subdomain,
    "env[].valueFrom.configMapKeyRef.key": f.config_key,
    "env[].valueFrom.secretKeyRef": f.need("name", "key"),
    "env[].valueFrom.secretKeyRef.name": f.subdomain,
    "env[].valueFrom.secretKeyRef.key": f.config_key,
    "envFrom[]": f.exactly_one("configMapRef", "secretRef"),
    "envFrom[].prefix": f.env_name,
    "envFrom[].configMapRef": f.need("name"),
    "envFrom[].configMapRef.name": f.prefix,
    "envFrom[].secretRef": f.need("name"),
    "envFrom[].secretRef.name": f.prefix,
    "resources": (resources, huge_pages_alone),
    "resources.limits": huge_pages,
    "resources.requests": huge_pages,
    "resizePolicy": f.unique("resourceName"),
    "resizePolicy[]": f.need("resourceName"),
    "resizePolicy[].resourceName": f.one_of("cpu", "memory"),
    "resizePolicy[].restartPolicy": f.one_of("NotRequired", "RestartContainer", empty=False),
    "restartPolicyRules": f.at_most(20),
    "restartPolicyRules[]": f.need("action", "exitCodes"),
    "restartPolicyRules[].action": f.one_of("Restart", "RestartAllContainers", empty=False),
    "restartPolicyRules[].exitCodes.operator": f.one_of("In", "NotIn", empty=False),
    **_at("securityContext.windowsOptions", OPTIONS),
    "volumeMounts[]": f.need("name", "mountPath"),
    "volumeMounts": f.unique("mountPath"),
    "resources.claims[].request": f.label,
    "volumeMounts[].recursiveReadOnly": f.one_of("Disabled", "IfPossible", "Enabled", empty=False),
    "volumeMounts[].subPath": f.inside,
    "volumeMounts[].subPathExpr": f.inside,
    "volumeMounts[].mountPropagation": f.one_of("None", "HostToContainer", "Bidirectional", empty=False),
    "volumeDevices[]": f.need("name", "devicePath"),
    "volumeDevices[].devicePath": lambda v: (
        "must not contain `..`" if isinstance(v, str) and ".." in v.split("/") else None
    ),
    "lifecycle.preStop": f.exactly_one("exec", "httpGet", "tcpSocket", "sleep"),
    "lifecycle.postStart": f.exactly_one("exec", "httpGet", "tcpSocket", "sleep"),
    **_at("lifecycle.preStop", _HANDLER),
    **_at("lifecycle.postStart", _HANDLER),
    **_probe_forms("livenessProbe", True),
    **_probe_forms("startupProbe", True),
    **_probe_forms("readinessProbe", False),
    "securityContext": _privileges,
    "securityContext.procMount": f.one_of("Default", "Unmasked", empty=False),
    **_IDS,
    **_at("securityContext.seccompProfile", _SECCOMP),
    "securityContext.appArmorProfile": _profile,
}
CONTAINER["securityContext.seccompProfile"] = (f.need("type"), _profile)


def _keys_need_selector(value: Any) -> str | None:
    if isinstance(value, dict) and value.get("matchLabelKeys") and value.get("labelSelector") is None:
        return "`matchLabelKeys` needs `labelSelector`"
    return None


def _term_keys_need_selector(value: Any) -> str | None:
    if isinstance(value, dict) and value.get("labelSelector") is None:
        for field in ("matchLabelKeys", "mismatchLabelKeys"):
            if value.get(field):
                return f"`{field}` needs `labelSelector`"
    return None


_POD_TERM: dict[str, Any] = {
    "": (f.need("topologyKey"), _term_keys_need_selector),
    "topologyKey": f.qualified,
    "labelSelector": f.selector,
    "namespaceSelector": f.selector,
    "namespaces[]": f.label_strict,
    "matchLabelKeys": f.texts(f.qualified_strict),
    "mismatchLabelKeys": f.texts(f.qualified_strict),
}
NODE_TERMS = {"matchExpressions[]": _node_expression, "matchFields[]": _node_field}
"""One term of a node selector."""

_WEIGHT = f.between(1, 100)
_HARD, _SOFT = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"


_KERNEL = {"hostNetwork": ("net.",), "hostIPC": ("kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.")}


def _sysctls(value: Any) -> str | None:
    """Settings of the kernel that the host's namespaces take away from a pod."""
    if not isinstance(value, dict):
        return None
    names = [str(one.get("name")) for _, one in mappings(mapping(value.get("securityContext")).get("sysctls"))]
    for field, prefixes in _KERNEL.items():
        if value.get(field) is True and any(name.replace("/", ".").startswith(prefixes) for name in names):
            return f"`{field}` and these `sysctls` exclude each other"
    return None


POD = Forms(
    {
        "": (f.need("containers"), _sysctls),
        "resources": pod_resources,
        "restartPolicy": f.one_of("Always", "OnFailure", "Never"),
        "dnsPolicy": f.one_of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
        "activeDeadlineSeconds": f.between(1, 2**31 - 1),
        "serviceAccountName": f.subdomain,
        "nodeName": f.subdomain,
        "priorityClassName": f.subdomain,
        "runtimeClassName": f.subdomain_strict,
        "preemptionPolicy": f.one_of("PreemptLowerPriority", "Never", empty=False),
        "nodeSelector": f.labels,
        "readinessGates[].conditionType": f.qualified_strict,
        "resourceClaims": f.unique("name"),
        "resourceClaims[]": (f.need("name"), f.exactly_one("resourceClaimName", "resourceClaimTemplateName")),
        "resourceClaims[].name": f.label,
        "resourceClaims[].resourceClaimName": f.subdomain_strict,
        "resourceClaims[].resourceClaimTemplateName": f.subdomain_strict,
        "schedulingGates": f.unique("name"),
        "schedulingGates[].name": f.qualified_strict,
        "os": f.need("name"),
        "os.name": f.one_of("linux", "windows"),
        "hostAliases[].ip": f.ip,
        "hostAliases[].hostnames[]": f.subdomain_strict,
        "dnsConfig.nameservers": lambda v: "holds more than three" if isinstance(v, list) and len(v) > 3 else None,
        "dnsConfig.nameservers[]": f.ip,
        "dnsConfig.searches[]": f.text(
            lambda v: f.subdomain_strict(v.removesuffix(".").replace("_", "-")) if v != "." else None, empty=False
        ),
        "dnsConfig.options[]": f.need("name"),
        "securityContext.fsGroup": f.between(0, 2**31 - 1),
        "securityContext.supplementalGroups[]": f.between(0, 2**31 - 1),
        "securityContext.seLinuxChangePolicy": f.one_of("MountOption", "Recursive", empty=False),
        "securityContext.fsGroupChangePolicy": f.one_of("OnRootMismatch", "Always", empty=False),
        "securityContext.supplementalGroupsPolicy": f.one_of("Merge", "Strict", empty=False),
        "securityContext.sysctls": f.unique("name"),
        "securityContext.sysctls[]": f.need("name"),
        "securityContext.sysctls[].name": f.text(
            lambda v: (
                None
                if len(v) <= 253
                and all(
                    part
                    and part[0].isalnum()
                    and part[-1].isalnum()
                    and part.lower() == part
                    and part.replace("-", "").replace("_", "").isalnum()
                    for part in v.replace("/", ".").split(".")
                )
                else "is no name of a sysctl"
            )
        ),
        **_IDS,
        **_at("securityContext.windowsOptions", OPTIONS),
        "securityContext.seccompProfile": (f.need("type"), _profile),
        "securityContext.seccompProfile.type": _SECCOMP["type"],
        "securityContext.appArmorProfile": _profile,
        "tolerations[]": toleration,
        "tolerations[].key": f.qualified,
        "tolerations[].operator": f.one_of("Equal", "Exists"),
        "tolerations[].effect": f.one_of("NoSchedule", "PreferNoSchedule", "NoExecute"),
        "topologySpreadConstraints[].maxSkew": f.at_least(1),
        "topologySpreadConstraints[].minDomains": f.at_least(1),
        "topologySpreadConstraints[].whenUnsatisfiable": f.one_of("DoNotSchedule", "ScheduleAnyway", empty=False),
        "topologySpreadConstraints[].nodeAffinityPolicy": f.one_of("Honor", "Ignore", empty=False),
        "topologySpreadConstraints[].nodeTaintsPolicy": f.one_of("Honor", "Ignore", empty=False),
        "topologySpreadConstraints[].labelSelector": f.selector,
        "topologySpreadConstraints[]": (f.need("maxSkew", "topologyKey", "whenUnsatisfiable"), _keys_need_selector),
        "topologySpreadConstraints[].matchLabelKeys": f.texts(f.qualified_strict),
        f"affinity.nodeAffinity.{_HARD}": f.need("nodeSelectorTerms"),
        **_at(f"affinity.nodeAffinity.{_HARD}.nodeSelectorTerms[]", NODE_TERMS),
        f"affinity.nodeAffinity.{_SOFT}[].weight": _WEIGHT,
        f"affinity.nodeAffinity.{_SOFT}[]": f.need("weight"),
        **_at(f"affinity.nodeAffinity.{_SOFT}[].preference", NODE_TERMS),
        **{
            key: check
            for side in ("podAffinity", "podAntiAffinity")
            for key, check in (
                *_at(f"affinity.{side}.{_HARD}[]", _POD_TERM).items(),
                (f"affinity.{side}.{_SOFT}[].weight", _WEIGHT),
                (f"affinity.{side}.{_SOFT}[]", f.need("weight")),
                *_at(f"affinity.{side}.{_SOFT}[].podAffinityTerm", _POD_TERM).items(),
            )
        },
        **_at("containers[]", CONTAINER),
        **_at("initContainers[]", CONTAINER),
        **_at("volumes[]", VOLUME),
    }
)
