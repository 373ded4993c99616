"""Defaults of networking, storage, access and admission kinds, and what the server alone decides of them.

Source: Kubernetes 1.37 `pkg/apis/{core,networking,rbac,storage,scheduling,admissionregistration,discovery,
flowcontrol}/v1/defaults.go`, `pkg/registry/core/service/{alloc,strategy}.go`,
`staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/defaults.go` and
`plugin/pkg/admission/storage/{storageclass/setdefault,storageobjectinuseprotection}`.
"""

from collections.abc import Mapping
from typing import Any

from mlplat.compare.defaults.spot import OneOf, Spot, anything
from mlplat.compare.values import same_quantity

_RBAC = "rbac.authorization.k8s.io"
_PUBLIC_TYPES = ("NodePort", "LoadBalancer")


def _is_public(spot: Spot) -> bool:
    return spot.at("spec", "type") in _PUBLIC_TYPES


def _target_port(spot: Spot) -> bool:
    return isinstance(spot.parent, Mapping) and spot.value == spot.parent.get("port")


def _policy_types(spot: Spot) -> bool:
    """`Ingress` always, `Egress` where there are egress rules (SetDefaults_NetworkPolicy); nothing is added to types
    that somebody gave."""
    derived = ["Ingress", "Egress"] if spot.at("spec", "egress") else ["Ingress"]
    return bool(spot.value == derived)


def _limit_default(*sources: str) -> Any:
    """A limit of a LimitRange that follows from others of the same resource, the first that is there
    (SetDefaults_LimitRangeItem: `default` from `max`, then `defaultRequest` from `default`, then from `min`)."""

    def rule(spot: Spot) -> bool:
        item = spot.item
        if not isinstance(item, Mapping) or item.get("type") != "Container":
            return False
        for source in sources:
            held = item.get(source)
            if isinstance(held, Mapping) and spot.key in held:
                return same_quantity(held[spot.key], spot.value)
        return False

    return rule


def _singular(spot: Spot) -> bool:
    return bool(spot.value == str(spot.parent.get("kind", "")).lower())


def _list_kind(spot: Spot) -> bool:
    return bool(spot.value == f"{spot.parent.get('kind', '')}List")


def _token_secret(spot: Spot) -> bool:
    """Token Secrets of clusters before 1.24, and OpenShift's (`<account>-dockercfg-`)."""
    name = spot.value.get("name", "") if isinstance(spot.value, Mapping) else ""
    account = spot.at("metadata", "name")
    return str(name).startswith((f"{account}-token-", f"{account}-dockercfg-"))


_HOOK: Mapping[str, Any] = {
    "webhooks[].clientConfig.service.port": 443,
    "webhooks[].namespaceSelector": {},
    "webhooks[].objectSelector": {},
    "webhooks[].failurePolicy": "Fail",
    "webhooks[].matchPolicy": "Equivalent",
    "webhooks[].reinvocationPolicy": "Never",
    "webhooks[].rules[].scope": "*",
    "webhooks[].timeoutSeconds": 10,
}
_POLICY: Mapping[str, Any] = {
    f"spec.{part}.{field}": default
    for part in ("matchConstraints", "matchResources")
    for field, default in (
        ("matchPolicy", "Equivalent"),
        ("namespaceSelector", {}),
        ("objectSelector", {}),
        ("resourceRules[].scope", "*"),
        ("excludeResourceRules[].scope", "*"),
    )
} | {"spec.failurePolicy": "Fail", "spec.reinvocationPolicy": "Never"}
_BINDING: Mapping[str, Any] = {
    "roleRef.apiGroup": _RBAC,
    "subjects[].apiGroup": lambda spot: spot.value == ("" if spot.parent.get("kind") == "ServiceAccount" else _RBAC),
}
_CLAIM: Mapping[str, Any] = {
    "spec.dataSource.**": anything,
    "spec.dataSourceRef.**": anything,
    "spec.storageClassName": anything,
    "spec.volumeMode": "Filesystem",
    "spec.volumeName": anything,
}

SERVICES: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("", "Service"): {
        "spec.allocateLoadBalancerNodePorts": True,
        "spec.clusterIP": anything,
        "spec.clusterIPs[]": anything,
        "spec.externalTrafficPolicy": "Cluster",
        "spec.healthCheckNodePort": anything,
        "spec.internalTrafficPolicy": "Cluster",
        "spec.ipFamilies[]": anything,
        "spec.ipFamilyPolicy": "SingleStack",
        "spec.ports[].nodePort": _is_public,
        "spec.ports[].protocol": "TCP",
        "spec.ports[].targetPort": _target_port,
        "spec.sessionAffinity": "None",
        "spec.sessionAffinityConfig.clientIP.timeoutSeconds": 10800,
        "spec.type": "ClusterIP",
    },
    ("", "Secret"): {"type": "Opaque"},
    ("", "ServiceAccount"): {"secrets[]": _token_secret, "imagePullSecrets[]": _token_secret},
    ("", "Namespace"): {"spec.finalizers[]": "kubernetes"},
    ("", "PersistentVolumeClaim"): _CLAIM,
    ("", "PersistentVolume"): {
        "spec.claimRef.**": anything,
        "spec.hostPath.type": "",
        "spec.persistentVolumeReclaimPolicy": "Retain",
        "spec.volumeMode": "Filesystem",
    },
    ("", "LimitRange"): {
        "spec.limits[].default.*": _limit_default("max"),
        "spec.limits[].defaultRequest.*": _limit_default("default", "max", "min"),
    },
    ("", "Endpoints"): {"subsets[].ports[].protocol": "TCP"},
    ("discovery.k8s.io", "EndpointSlice"): {"ports[].name": "", "ports[].protocol": "TCP"},
    ("networking.k8s.io", "NetworkPolicy"): {
        "spec.egress[].ports[].protocol": "TCP",
        "spec.ingress[].ports[].protocol": "TCP",
        "spec.policyTypes": _policy_types,
    },
    ("networking.k8s.io", "IngressClass"): {"spec.parameters.scope": "Cluster"},
    (_RBAC, "RoleBinding"): _BINDING,
    (_RBAC, "ClusterRoleBinding"): _BINDING,
    ("scheduling.k8s.io", "PriorityClass"): {"preemptionPolicy": "PreemptLowerPriority"},
    ("storage.k8s.io", "StorageClass"): {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
    ("storage.k8s.io", "CSIDriver"): {
        "spec.attachRequired": True,
        "spec.fsGroupPolicy": "ReadWriteOnceWithFSType",
        "spec.podInfoOnMount": False,
        "spec.preventPodSchedulingIfMissing": False,
        "spec.requiresRepublish": False,
        "spec.seLinuxMount": False,
        "spec.serviceAccountTokenInSecrets": False,
        "spec.storageCapacity": False,
        "spec.volumeLifecycleModes[]": "Persistent",
    },
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): _HOOK,
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): _HOOK,
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"): _POLICY,
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"): _POLICY,
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"): _POLICY,
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"): _POLICY,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): {
        "spec.conversion.strategy": "None",
        "spec.conversion.webhook.clientConfig.service.port": 443,
        "spec.names.listKind": _list_kind,
        "spec.names.singular": _singular,
        "spec.preserveUnknownFields": False,
    },
    ("apiregistration.k8s.io", "APIService"): {"spec.service.port": 443},
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"): {"spec.matchingPrecedence": 1000},
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"): {
        "spec.exempt.lendablePercent": 0,
        "spec.exempt.nominalConcurrencyShares": 0,
        "spec.limited.lendablePercent": 0,
        "spec.limited.limitResponse.queuing.handSize": 8,
        "spec.limited.limitResponse.queuing.queueLengthLimit": 50,
        "spec.limited.limitResponse.queuing.queues": 64,
        "spec.limited.nominalConcurrencyShares": OneOf((20, 30)),
    },
}
"""Kind to field to default."""
