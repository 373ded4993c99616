"""API versions that Kubernetes has removed or deprecated, and the kinds of its own groups.

Source: Kubernetes' Deprecated API Migration Guide (kubernetes.io/docs/reference/using-api/deprecation-guide, as of
Kubernetes 1.34) and the deprecation of Endpoints in 1.33 (KEP-4974).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Retired:
    """One apiVersion of one kind: since when it is deprecated or removed, and what to write instead ("" nothing)."""

    since: str
    successor: str


def _removed(since: str, successor: str, *kinds: str) -> dict[str, Retired]:
    return {kind: Retired(since, successor) for kind in kinds}


REMOVED: Mapping[str, Mapping[str, Retired]] = {
    "extensions/v1beta1": _removed("1.16", "apps/v1", "Deployment", "DaemonSet", "ReplicaSet")
    | _removed("1.16", "networking.k8s.io/v1", "NetworkPolicy")
    | _removed("1.22", "networking.k8s.io/v1", "Ingress")
    | _removed("1.16", "", "PodSecurityPolicy"),
    "apps/v1beta1": _removed("1.16", "apps/v1", "Deployment", "StatefulSet"),
    "apps/v1beta2": _removed("1.16", "apps/v1", "Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"),
    "admissionregistration.k8s.io/v1beta1": _removed(
        "1.22", "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"
    ),
    "apiextensions.k8s.io/v1beta1": _removed("1.22", "apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    "apiregistration.k8s.io/v1beta1": _removed("1.22", "apiregistration.k8s.io/v1", "APIService"),
    "certificates.k8s.io/v1beta1": _removed("1.22", "certificates.k8s.io/v1", "CertificateSigningRequest"),
    "coordination.k8s.io/v1beta1": _removed("1.22", "coordination.k8s.io/v1", "Lease"),
    "networking.k8s.io/v1beta1": _removed("1.22", "networking.k8s.io/v1", "Ingress", "IngressClass"),
    "rbac.authorization.k8s.io/v1beta1": _removed(
        "1.22", "rbac.authorization.k8s.io/v1", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"
    ),
    "scheduling.k8s.io/v1beta1": _removed("1.22", "scheduling.k8s.io/v1", "PriorityClass"),
    "storage.k8s.io/v1beta1": _removed(
        "1.22", "storage.k8s.io/v1", "CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"
    )
    | _removed("1.27", "storage.k8s.io/v1", "CSIStorageCapacity"),
    "batch/v1beta1": _removed("1.25", "batch/v1", "CronJob"),
    "discovery.k8s.io/v1beta1": _removed("1.25", "discovery.k8s.io/v1", "EndpointSlice"),
    "events.k8s.io/v1beta1": _removed("1.25", "events.k8s.io/v1", "Event"),
    "autoscaling/v2beta1": _removed("1.25", "autoscaling/v2", "HorizontalPodAutoscaler"),
    "autoscaling/v2beta2": _removed("1.26", "autoscaling/v2", "HorizontalPodAutoscaler"),
    "node.k8s.io/v1beta1": _removed("1.25", "node.k8s.io/v1", "RuntimeClass"),
    "policy/v1beta1": _removed("1.25", "policy/v1", "PodDisruptionBudget") | _removed("1.25", "", "PodSecurityPolicy"),
    "flowcontrol.apiserver.k8s.io/v1beta1": _removed(
        "1.26", "flowcontrol.apiserver.k8s.io/v1", "FlowSchema", "PriorityLevelConfiguration"
    ),
    "flowcontrol.apiserver.k8s.io/v1beta2": _removed(
        "1.29", "flowcontrol.apiserver.k8s.io/v1", "FlowSchema", "PriorityLevelConfiguration"
    ),
    "flowcontrol.apiserver.k8s.io/v1beta3": _removed(
        "1.32", "flowcontrol.apiserver.k8s.io/v1", "FlowSchema", "PriorityLevelConfiguration"
    ),
}
"""apiVersion to kind to the Kubernetes version that stopped to serve it."""

DEPRECATED: Mapping[str, Mapping[str, Retired]] = {
    "v1": {
        "ComponentStatus": Retired("1.19", ""),
        "Endpoints": Retired("1.33", "an EndpointSlice of `discovery.k8s.io/v1`"),
    },
}
"""apiVersion to kind to the Kubernetes version from which the server warns."""

CLOSED_GROUPS: Mapping[str, frozenset[str]] = {
    "": frozenset(("Binding", "ComponentStatus", "Event", "Node")),
    "apps": frozenset(("ControllerRevision",)),
    "batch": frozenset(),
    "autoscaling": frozenset(("Scale",)),
    "policy": frozenset(("Eviction",)),
    "rbac.authorization.k8s.io": frozenset(),
}
"""Groups that hold only Kubernetes' own kinds, with those of them whose schema is not held."""
