"""Forms of single values, for each kind but the pod's spec itself."""

from collections.abc import Mapping
from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.core.cluster_kinds import CLUSTER_FORMS
from mlplat.compiler.check.core.device_forms import DEVICE_FORMS
from mlplat.compiler.check.core.forms import Forms
from mlplat.compiler.check.core.pod_forms import NODE_TERMS
from mlplat.compiler.check.core.running_kinds import RUNNING_FORMS
from mlplat.compiler.check.core.schedules import is_time_zone, why_no_schedule
from mlplat.compiler.check.core.volume_forms import CLAIM, DRIVER, HOST_TYPE
from mlplat.compiler.check.core.volume_sources import SOURCES
from mlplat.objects.names import why_no_path_segment

_RBAC = "rbac.authorization.k8s.io"
_COUNT = f.at_least(0)


def _at(prefix: str, table: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{path}" if path else prefix: check for path, check in table.items()}


_JOB: dict[str, Any] = {
    **dict.fromkeys(
        (
            *("parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"),
            *("backoffLimitPerIndex", "maxFailedIndexes"),
        ),
        _COUNT,
    ),
    "completionMode": f.one_of("Indexed", "NonIndexed", empty=False),
    "podReplacementPolicy": f.one_of("Failed", "TerminatingOrFailed", empty=False),
    "managedBy": lambda v: "must not be empty" if v == "" else f.domain_path(v),
    "podFailurePolicy.rules": f.at_most(20),
    "podFailurePolicy.rules[].onExitCodes.values": f.at_most(255),
    "podFailurePolicy.rules[].onPodConditions": f.at_most(20),
    "successPolicy.rules": f.at_most(20),
    "podFailurePolicy.rules[]": (f.need("action"), f.exactly_one("onExitCodes", "onPodConditions")),
    "podFailurePolicy.rules[].action": f.one_of("Count", "FailIndex", "FailJob", "Ignore"),
    "podFailurePolicy.rules[].onExitCodes": f.need("operator", "values"),
    "podFailurePolicy.rules[].onExitCodes.operator": f.one_of("In", "NotIn"),
    "podFailurePolicy.rules[].onPodConditions[]": f.need("type"),
    "podFailurePolicy.rules[].onPodConditions[].type": f.qualified,
    "podFailurePolicy.rules[].onPodConditions[].status": f.one_of("False", "True", "Unknown"),
    "successPolicy": f.need("rules"),
    "successPolicy.rules[].succeededCount": _COUNT,
}
_WORKLOAD: dict[str, Any] = {
    "spec.replicas": _COUNT,
    "spec.minReadySeconds": _COUNT,
    "spec.selector": f.selector,
}
_SUBJECTS = {
    "roleRef": f.need("kind", "name"),
    "roleRef.apiGroup": f.one_of(_RBAC),
    "roleRef.kind": f.one_of("Role", "ClusterRole"),
    "roleRef.name": f.text(why_no_path_segment),
    "subjects[]": f.need("kind", "name"),
}


def _rule(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if not value.get("verbs"):
        return "needs `verbs`"
    if value.get("nonResourceURLs"):
        mixed = any(value.get(name) for name in ("apiGroups", "resources", "resourceNames"))
        return "`nonResourceURLs` stand alone" if mixed else None
    if not value.get("apiGroups"):
        return "needs `apiGroups`"
    return None if value.get("resources") else "needs `resources`"


def _peer(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    selectors = [one for one in ("podSelector", "namespaceSelector") if value.get(one) is not None]
    if value.get("ipBlock") is not None and selectors:
        return f"`ipBlock` and `{selectors[0]}` exclude each other"
    return (
        None
        if selectors or value.get("ipBlock") is not None
        else "this peer names nobody: it needs `podSelector`, `namespaceSelector` or `ipBlock`"
    )


def _policy_port(value: Any) -> str | None:
    if not isinstance(value, dict) or value.get("endPort") is None:
        return None
    start, end = value.get("port"), value["endPort"]
    if not isinstance(start, int):
        return "`endPort` needs a `port` that is a number"
    return "`endPort` is below `port`" if isinstance(end, int) and end < start else None


def _block(value: Any) -> str | None:
    import ipaddress

    if not isinstance(value, dict):
        return None
    if not value.get("cidr"):
        return "needs `cidr`"
    for one in value.get("except") or ():
        try:
            outer, inner = (ipaddress.ip_network(text, strict=False) for text in (value["cidr"], one))
            if outer.version != inner.version or not inner.subnet_of(outer) or inner == outer:  # type: ignore[arg-type]
                return f"`{one}` does not lie in `cidr`"
        except (ValueError, TypeError):
            continue
    return None


_PEERS = {
    "": _peer,
    "podSelector": f.selector,
    "namespaceSelector": f.selector,
    "ipBlock": _block,
    "ipBlock.cidr": f.cidr,
    "ipBlock.except[]": f.cidr,
}
_POLICY_PORT = {
    "": _policy_port,
    "protocol": f.one_of("TCP", "UDP", "SCTP", empty=False),
    "port": f.port_or_name,
    "endPort": f.port,
}


def _backend(value: Any) -> str | None:
    return f.exactly_one("service", "resource")(value)


def _service_port(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    number, name = value.get("number"), value.get("name")
    if number and name:
        return "`number` and `name` exclude each other"
    return None if number or name else "needs `number` or `name`"


def _host(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    if f.ip(value) is None:
        return "must be a name, not an address"
    return f.subdomain(value.removeprefix("*.")) if "*" not in value[1:] else "may have `*.` only in front"


_BACKEND = {
    "": _backend,
    "service": f.need("name", "port"),
    "service.name": f.label,
    "service.port": _service_port,
    "service.port.name": f.port_name,
    "service.port.number": f.port,
    "resource": f.need("kind", "name"),
    "resource.apiGroup": f.subdomain_strict,
    "resource.kind": f.text(why_no_path_segment),
    "resource.name": f.text(why_no_path_segment),
}


def _path(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    kind, path = value.get("pathType"), value.get("path") or ""
    if kind not in ("Exact", "Prefix", "ImplementationSpecific"):
        return "`pathType` must be `Exact`, `Prefix` or `ImplementationSpecific`"
    if not isinstance(path, str) or (not path and kind == "ImplementationSpecific"):
        return None
    if not path.startswith("/"):
        return "`path` must start with `/`"
    bad = [one for one in ("//", "/./", "/../", "%2f", "%2F") if one in path]
    if kind != "ImplementationSpecific" and (bad or path.endswith(("/..", "/."))):
        return f"`path` must not contain `{bad[0] if bad else '..'}`"
    return None


VOLUME_SPEC: dict[str, Any] = {
    **SOURCES,
    "iscsi.secretRef": f.need("name"),
    "azureFile.secretNamespace": lambda v: "must not be empty" if v == "" else None,
    "cinder.secretRef": f.need("name", "namespace"),
    "storageos.secretRef": f.need("name", "namespace"),
    "nfs": f.need("server", "path"),
    "nfs.path": f.absolute,
    "hostPath": f.need("path"),
    "hostPath.path": f.steps_down,
    "hostPath.type": HOST_TYPE,
    "local": f.need("path"),
    "local.path": f.steps_down,
    "csi": f.need("driver", "volumeHandle"),
    "csi.driver": DRIVER,
    "nodeAffinity": f.need("required"),
    "nodeAffinity.required": f.need("nodeSelectorTerms"),
    **_at("nodeAffinity.required.nodeSelectorTerms[]", NODE_TERMS),
    "volumeAttributesClassName": f.subdomain_strict,
}
"""A PersistentVolume's sources, and the nodes that it can be reached from."""

_TARGETS = {
    "type": f.one_of("Utilization", "Value", "AverageValue", empty=False),
    "averageUtilization": f.at_least(1),
    "averageValue": f.positive,
    "value": f.positive,
}
_METRIC = {"": f.need("name"), "name": f.text(why_no_path_segment)}
_SCALING = {
    "selectPolicy": f.one_of("Max", "Min", "Disabled", empty=False),
    "stabilizationWindowSeconds": f.between(0, 3600),
    "tolerance": f.not_negative,
    "policies": f.filled,
    "policies[].type": f.one_of("Pods", "Percent", empty=False),
    "policies[].value": f.at_least(1),
    "policies[].periodSeconds": f.between(1, 1800),
}
_PLACED = {"": f.need("name", "namespace"), ".name": f.subdomain, ".namespace": f.label}
_REFERENCE = {"": f.need("kind", "name"), "kind": f.text(why_no_path_segment), "name": f.text(why_no_path_segment)}

FORMS: Mapping[tuple[str, str], Forms] = {
    key: Forms(table)
    for key, table in {
        **CLUSTER_FORMS,
        **RUNNING_FORMS,
        **DEVICE_FORMS,
        ("apps", "Deployment"): {
            **_WORKLOAD,
            "spec.progressDeadlineSeconds": _COUNT,
            "spec.revisionHistoryLimit": _COUNT,
            "spec.strategy.type": f.one_of("Recreate", "RollingUpdate"),
            "spec.strategy.rollingUpdate.maxSurge": f.share,
            "spec.strategy.rollingUpdate.maxUnavailable": f.share_up_to_all,
        },
        ("apps", "StatefulSet"): {
            **_WORKLOAD,
            "spec.serviceName": f.label,
            "spec.podManagementPolicy": f.one_of("OrderedReady", "Parallel"),
            "spec.updateStrategy.type": f.one_of("RollingUpdate", "OnDelete"),
            "spec.updateStrategy.rollingUpdate.partition": _COUNT,
            "spec.updateStrategy.rollingUpdate.maxUnavailable": f.share_up_to_all,
            "spec.persistentVolumeClaimRetentionPolicy.whenDeleted": f.one_of("Retain", "Delete"),
            "spec.persistentVolumeClaimRetentionPolicy.whenScaled": f.one_of("Retain", "Delete"),
            "spec.ordinals.start": _COUNT,
            **_at("spec.volumeClaimTemplates[].spec", CLAIM),
            "spec.volumeClaimTemplates[]": f.need("spec"),
        },
        ("apps", "ReplicaSet"): dict(_WORKLOAD),
        ("", "ReplicationController"): {"spec.replicas": _COUNT, "spec.minReadySeconds": _COUNT},
        ("apps", "DaemonSet"): {
            **_WORKLOAD,
            "spec.revisionHistoryLimit": _COUNT,
            "spec.updateStrategy.type": f.one_of("RollingUpdate", "OnDelete"),
            "spec.updateStrategy.rollingUpdate.maxSurge": f.share_up_to_all,
            "spec.updateStrategy.rollingUpdate.maxUnavailable": f.share_up_to_all,
        },
        ("batch", "Job"): _at("spec", _JOB),
        ("batch", "CronJob"): {
            "spec": f.need("schedule"),
            "spec.schedule": f.text(why_no_schedule),
            "spec.timeZone": f.text(lambda v: None if is_time_zone(v) else "is no time zone", empty=False),
            "spec.concurrencyPolicy": f.one_of("Allow", "Forbid", "Replace"),
            "spec.startingDeadlineSeconds": _COUNT,
            "spec.successfulJobsHistoryLimit": _COUNT,
            "spec.failedJobsHistoryLimit": _COUNT,
            **_at("spec.jobTemplate.spec", _JOB),
        },
        ("", "Service"): {
            "spec.type": f.one_of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"),
            "spec.selector": f.labels,
            "spec.sessionAffinity": f.one_of("ClientIP", "None"),
            "spec.sessionAffinityConfig.clientIP.timeoutSeconds": f.between(1, 86400),
            "spec.internalTrafficPolicy": f.one_of("Cluster", "Local", empty=False),
            "spec.externalTrafficPolicy": f.one_of("Cluster", "Local"),
            "spec.ipFamilyPolicy": f.one_of("SingleStack", "PreferDualStack", "RequireDualStack", empty=False),
            "spec.ipFamilies[]": f.one_of("IPv4", "IPv6", empty=False),
            "spec.trafficDistribution": f.one_of("PreferClose", "PreferSameZone", "PreferSameNode", empty=False),
            "spec.loadBalancerSourceRanges[]": lambda v: f.cidr(v.strip() if isinstance(v, str) else v),
            "spec.healthCheckNodePort": f.between(0, 65535),
            "spec.loadBalancerClass": f.qualified_strict,
            "spec.externalIPs[]": f.ip,
            "spec.externalName": f.text(lambda v: f.subdomain(v.removesuffix("."))),
            "spec.ports[]": f.need("port"),
            "spec.ports": f.unique("name"),
            "spec.ports[].name": f.label,
            "spec.ports[].protocol": f.one_of("TCP", "UDP", "SCTP"),
            "spec.ports[].port": f.port,
            "spec.ports[].targetPort": lambda v: None if v in (0, "") else f.port_or_name(v),
            "spec.ports[].appProtocol": f.qualified_strict,
        },
        ("networking.k8s.io", "NetworkPolicy"): {
            "spec.podSelector": f.selector,
            "spec.policyTypes[]": f.one_of("Ingress", "Egress", empty=False),
            "spec.policyTypes": lambda v: "holds more than two" if isinstance(v, list) and len(v) > 2 else None,
            **_at("spec.ingress[].from[]", _PEERS),
            **_at("spec.ingress[].ports[]", _POLICY_PORT),
            **_at("spec.egress[].to[]", _PEERS),
            **_at("spec.egress[].ports[]", _POLICY_PORT),
        },
        ("networking.k8s.io", "Ingress"): {
            "spec.ingressClassName": f.subdomain_strict,
            **_at("spec.defaultBackend", _BACKEND),
            "spec.rules[].host": _host,
            "spec.rules[].http": f.need("paths"),
            "spec.rules[].http.paths[]": (_path, f.need("backend")),
            **_at("spec.rules[].http.paths[].backend", _BACKEND),
            "spec.tls[].hosts[]": lambda v: "must not be empty" if v == "" else _host(v),
            "spec.tls[].secretName": f.subdomain,
        },
        ("", "ConfigMap"): {"data": f.keys(f.config_key), "binaryData": f.keys(f.config_key)},
        ("", "Secret"): {"data": f.keys(f.config_key), "stringData": f.keys(f.config_key)},
        ("", "PersistentVolumeClaim"): {
            "": f.need("spec"),
            **_at("spec", CLAIM),
            "spec.dataSourceRef": f.need("kind", "name"),
            "spec.dataSourceRef.apiGroup": f.subdomain,
            "spec.volumeAttributesClassName": f.subdomain,
        },
        ("", "PersistentVolume"): {
            "": f.need("spec"),
            "spec": f.need("accessModes", "capacity"),
            "spec.accessModes[]": CLAIM["accessModes[]"],
            "spec.capacity.storage": f.positive,
            "spec.capacity": f.need("storage"),
            "spec.persistentVolumeReclaimPolicy": f.one_of("Delete", "Recycle", "Retain"),
            "spec.storageClassName": f.subdomain,
            "spec.volumeMode": CLAIM["volumeMode"],
            **_at("spec", VOLUME_SPEC),
            **{
                f"spec.csi.{kind}SecretRef{path}": check
                for kind in ("controllerPublish", "nodePublish", "controllerExpand", "nodeExpand")
                for path, check in _PLACED.items()
            },
        },
        (_RBAC, "Role"): {"rules[]": _rule},
        (_RBAC, "ClusterRole"): {
            "rules[]": _rule,
            "aggregationRule": f.need("clusterRoleSelectors"),
            "aggregationRule.clusterRoleSelectors[]": f.selector,
        },
        (_RBAC, "RoleBinding"): {"": f.need("roleRef"), **_SUBJECTS},
        (_RBAC, "ClusterRoleBinding"): {"": f.need("roleRef"), **_SUBJECTS},
        ("autoscaling", "HorizontalPodAutoscaler"): {
            "": f.need("spec"),
            "spec": f.need("scaleTargetRef", "maxReplicas"),
            **_at("spec.scaleTargetRef", _REFERENCE),
            "spec.minReplicas": _COUNT,
            "spec.maxReplicas": f.at_least(1),
            "spec.metrics[].type": f.one_of("ContainerResource", "External", "Object", "Pods", "Resource", empty=False),
            **{
                key: check
                for kind in ("resource", "pods", "object", "external", "containerResource")
                for key, check in _at(f"spec.metrics[].{kind}.target", _TARGETS).items()
            },
            **{
                key: check
                for kind in ("pods", "object", "external")
                for key, check in _at(f"spec.metrics[].{kind}.metric", _METRIC).items()
            },
            "spec.metrics[].resource": f.need("name", "target"),
            "spec.metrics[].containerResource": f.need("name", "container", "target"),
            "spec.metrics[].containerResource.container": f.label,
            "spec.metrics[].containerResource.name": f.resource_name,
            **_at("spec.metrics[].object.describedObject", _REFERENCE),
            **_at("spec.behavior.scaleDown", _SCALING),
            **_at("spec.behavior.scaleUp", _SCALING),
        },
        ("policy", "PodDisruptionBudget"): {
            "spec.minAvailable": f.share_up_to_all,
            "spec.maxUnavailable": f.share_up_to_all,
            "spec.selector": f.selector,
            "spec.unhealthyPodEvictionPolicy": f.one_of("IfHealthyBudget", "AlwaysAllow", empty=False),
        },
        ("scheduling.k8s.io", "PriorityClass"): {
            "preemptionPolicy": f.one_of("PreemptLowerPriority", "Never", empty=False),
        },
        ("storage.k8s.io", "StorageClass"): {
            "": f.need("provisioner"),
            "provisioner": f.text(lambda v: f.qualified(v.lower())),
            "reclaimPolicy": f.one_of("Delete", "Retain"),
            "volumeBindingMode": f.one_of("Immediate", "WaitForFirstConsumer", empty=False),
            "allowedTopologies[]": f.need("matchLabelExpressions"),
            "allowedTopologies[].matchLabelExpressions[]": f.need("key", "values"),
            "allowedTopologies[].matchLabelExpressions[].key": f.qualified,
        },
    }.items()
}
"""By group and kind: checks of single values. Pods' specs have a table of their own (`pod_forms.POD`)."""
