"""What sort of writer a field manager is: the applier that brings git to the cluster, a person, or a controller.

Names are those that the programs send, seen in `managedFields` of clusters and in the sources of kubectl
(`pkg/cmd/*`: `kubectl-edit`, `kubectl-client-side-apply`), Argo CD 3.6 (`common.ArgoCDSSAManager`), Flux 2, KEDA 2.20,
cert-manager 1.21, External Secrets 2.9, Kueue 0.18 and kube-controller-manager 1.37.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

SCALE = "scale"
STATUS = "status"


class Actor(StrEnum):
    """Who stands behind a field manager."""

    APPLIER = "applier"
    PERSON = "person"
    CONTROLLER = "controller"
    UNKNOWN = "unknown"


DEFAULT_APPLIERS = (
    "argocd-controller",
    "argocd-application-controller",
    "kustomize-controller",
    "helm-controller",
    "mlplat",
    "kubectl:Apply",
)
"""Writes that count as the GitOps applier's where nobody says otherwise, as `NAME` or `NAME:OPERATION`."""

_PEOPLE = re.compile(
    r"kubectl(?:-.*)?|oc|k9s|node-fetch|Mozilla|[Cc]hrome|dashboard(?:-.*)?|kubernetes-dashboard(?:-.*)?|rancher|"
    r"openapi-generator|OpenAPI-Generator|python-requests|curl|[Ll]ens|headlamp|argocd-server|octant|freelens|vscode.*"
)
"""kubectl in all its forms, and programs through which people edit. argocd-server is Argo CD's user interface."""

_CONTROLLERS = frozenset(
    (
        "manager",  # every Kubeflow controller, and whatever else was made with kubebuilder
        "kueue",
        "kubelet",
        "keda",
        "keda-adapter",
        "external-secrets",
        "external-secrets-webhook",
        "PrometheusOperator",
        "katib-manager",
        "training-operator",
        "trainer",
        "pilot-discovery",
        "istiod",
        "istio-operator",
        "argocd-image-updater",
        "autoscaler",
        "activator",
        "webhook",
        "controller",
        "cainjector",
        "clusterrole-aggregation-controller",
        "kubernetes-mutating-webhook",
        "karpenter",
        "kyverno",
        "calico-node",
        "cilium-agent",
        "cilium-operator-generic",
        "coredns",
        "etcd-operator",
        "node-problem-detector",
        "vpa-updater",
        "vpa-recommender",
        "vpa-admission-controller",
        "metacontroller",
        "ml-pipeline",
        "agent",
        "nfd-master",
        "nfd-worker",
    )
)
_CONTROLLER_SUFFIXES = (
    "-controller",
    "-controller-manager",
    "-operator",
    "-scheduler",
    "-autoscaler",
    "-webhook",
    "-cainjector",
    "-provisioner",
    "-attacher",
    "-resizer",
    "-snapshotter",
    "-reconciler",
)
_CERT_MANAGER = re.compile(r"cert-manager(?:-.*)?")


_WRITES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "kubectl-annotate": (("metadata", "annotations"),),
    "kubectl-label": (("metadata", "labels"),),
    "kubectl-rollout": (("spec",), ("metadata", "annotations")),
    "kubectl-scale": (("spec", "replicas"),),
    "kubectl-set": (("spec",), ("subjects",)),
    "kubectl-taint": (("spec", "taints"),),
}
"""Commands of kubectl that write in some places only (`pkg/cmd/{annotate,label,rollout,scale,set,taint}`)."""


def may_write(manager: str, path: Sequence[str | int]) -> bool:
    """False for a place in which the command behind a field manager never writes."""
    places = _WRITES.get(manager)
    return places is None or any(tuple(path[: len(place)]) == place for place in places)


@dataclass(frozen=True, slots=True)
class Appliers:
    """The writes that count as the applier's: field managers, each with one operation or with any (None)."""

    named: frozenset[tuple[str, str | None]]

    def include(self, manager: str, operation: str, subresource: str | None) -> bool:
        """True for a write of the applier. What goes through `/scale` never is: appliers write objects."""
        if subresource == SCALE:
            return False
        return (manager, None) in self.named or (manager, operation) in self.named

    def actor(self, manager: str, operation: str, subresource: str | None) -> Actor:
        """What sort of writer an entry of `managedFields` speaks of."""
        if self.include(manager, operation, subresource):
            return Actor.APPLIER
        if _PEOPLE.fullmatch(manager):
            return Actor.PERSON
        if manager in _CONTROLLERS or manager.endswith(_CONTROLLER_SUFFIXES) or _CERT_MANAGER.fullmatch(manager):
            return Actor.CONTROLLER
        return Actor.UNKNOWN


def parse_appliers(written: Iterable[str]) -> Appliers:
    """`NAME`, `NAME:Apply` or `NAME:Update` each; the default ones where nothing is written.

    Raises ValueError with a sentence for people.
    """
    named: set[tuple[str, str | None]] = set()
    for text in tuple(written) or DEFAULT_APPLIERS:
        name, colon, operation = text.rpartition(":") if text.endswith((":Apply", ":Update")) else (text, "", "")
        if not name or (":" in name and not colon):
            raise ValueError(f"`{text}` is no applier: write `NAME`, `NAME:Apply` or `NAME:Update`")
        named.add((name, operation or None))
    return Appliers(frozenset(named))
