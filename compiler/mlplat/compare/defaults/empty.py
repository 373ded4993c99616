"""When an empty value means the same as none.

The fields of built-in kinds are Go values that are left out of JSON when they are zero (`omitempty`), but for
pointers, whose zero says something. Custom resources are kept as they were sent, so that only what holds nothing at
all (`{}`, `[]`, null) is nothing there. Sources: `json` tags in Kubernetes 1.37 `staging/src/k8s.io/api/*/types.go`.
"""

from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.objects.equality import is_list, is_map


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


POINTERS = _words(
    "activeDeadlineSeconds allocateLoadBalancerNodePorts allowPrivilegeEscalation allowVolumeExpansion "
    "appProtocol automountServiceAccountToken averageUtilization backoffLimit backoffLimitPerIndex "
    "blockOwnerDeletion caBundleSource clusterName completionMode completions concurrencyPolicy "
    "conditionType controller defaultMode enableServiceLinks expirationSeconds externalTrafficPolicy "
    "failedJobsHistoryLimit failurePolicy fsGroup fsGroupChangePolicy gmsaCredentialSpec grpc hostProcess "
    "hostUsers hostnameOverride immutable ingressClassName internalTrafficPolicy ipFamilyPolicy "
    "isCPUEmulationEnabled loadBalancerClass localhostProfile managedBy manualSelector matchPolicy "
    "maxFailedIndexes maxSurge maxUnavailable minAvailable minDomains minReplicas mode mountPropagation "
    "nodeAffinityPolicy nodeTaintsPolicy optional parallelism partition podReplacementPolicy policy "
    "preemptionPolicy priority privileged procMount progressDeadlineSeconds readOnlyRootFilesystem "
    "recursiveReadOnly reinvocationPolicy replicas resizePolicy restartPolicy revisionHistoryLimit "
    "runAsGroup runAsNonRoot runAsUser runAsUserName runtimeClassName schedulingGates scope seLinuxMount "
    "selectPolicy setHostnameAsFQDN shareProcessNamespace sideEffects sizeLimit stabilizationWindowSeconds "
    "startingDeadlineSeconds stopSignal storageClassName subPathExpr successfulJobsHistoryLimit "
    "supplementalGroupsPolicy suspend terminationGracePeriodSeconds timeZone timeoutSeconds tolerance "
    "tolerationSeconds ttlSecondsAfterFinished type unhealthyPodEvictionPolicy volumeAttributesClassName "
    "volumeMode"
)
"""Fields of built-in kinds that are pointers somewhere: their zero is kept, and compared."""

PRESENCE = _words(
    "all allow any automated dns01 egress emptyDir from http http01 ingress labelSelector "
    "namespaceSelector none objectSelector podSelector preemption runtimeDefault selector selfSigned tls "
    "to"
)
"""Objects that say something by being there: an empty selector takes everything, no selector nothing."""


_FILLERS = frozenset(("metadata", "resources", "securityContext", "spec", "status"))
"""Objects that Go clients write empty where nobody gave them: not pointers."""


def says_something(value: Any, key: str, node: Node | None) -> bool:
    """True for an empty object of a custom resource that chooses something by being there (`torch: {}`).

    A client in Go that writes an object back keeps such objects, so that one that is gone was taken away.
    """
    return is_map(value) and not value and bool(node) and "properties" in (node or {}) and key not in _FILLERS


def is_nothing(value: Any, key: str, node: Node | None, custom: bool) -> bool:
    """True when a field means the same with this value as without it. Not for items of lists or keys of free maps.

    `node` is the schema of the field, `custom` whether its kind is a custom resource.
    """
    if value is None:
        return True
    if is_map(value):
        if not value:
            return key not in PRESENCE
        free = node is not None and nodes.is_map(node)
        return not free and all(
            is_nothing(inner, inner_key, nodes.child(node, inner_key) if node else None, custom)
            for inner_key, inner in value.items()
        )
    if is_list(value):
        return not value
    if custom or key in POINTERS:
        return False
    return value in ("", 0, False)
