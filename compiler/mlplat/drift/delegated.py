"""Fields that git declares, or leaves open, and that somebody else is meant to write: notes, never drift."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlplat.compare.defaults.products import KUEUE_KEYS, QUEUE_LABEL
from mlplat.compare.defaults.spot import Spot
from mlplat.compare.difference import Path
from mlplat.drift.context import Case, is_persons
from mlplat.drift.managers import SCALE
from mlplat.drift.owners import Hold
from mlplat.objects.equality import is_list, is_map

_SCALERS = ("kube-controller-manager", "keda-operator", "keda", "vertical-pod-autoscaler")
_SUSPEND = (("spec", "suspend"), ("spec", "runPolicy", "suspend"))
_INJECTORS = re.compile(r"cert-manager\.io/inject-(?:ca-from|ca-from-secret|apiserver-ca)")
_STOPPED = "kubeflow-resource-stopped"
_UPDATER = "argocd-image-updater"


def delegation(case: Case, path: Path, live: Any, holds: Sequence[Hold]) -> str | None:
    """Why the live value at a place is left to whoever wrote it, in a clause; None when it is not."""
    if path == ("spec", "replicas"):
        return _scaled(case, live, holds)
    if path in _SUSPEND:
        return _suspended(case, holds)
    if case.kind == ("rbac.authorization.k8s.io", "ClusterRole") and path[:1] == ("rules",) and _is_aggregated(case):
        return "the control plane gathers the rules of an aggregated ClusterRole"
    if path and path[-1] == "caBundle" and not is_persons(holds) and _is_injected(case):
        return "cert-manager writes the CA bundle"
    if path[:2] == ("metadata", "annotations") and path[2:] == (_STOPPED,) and not is_persons(holds):
        return "the notebook was stopped because nobody used it"
    if case.kind == ("", "Secret") and path[:1] == ("data",) and not is_persons(holds) and _is_synced(case):
        return "an ExternalSecret fills the Secret"
    updated = case.kind == ("argoproj.io", "Application") and path[:1] == ("spec",)
    if updated and any(hold.entry.manager == _UPDATER for hold in holds):
        return "Argo CD Image Updater chooses the image"
    return None


def _is_aggregated(case: Case) -> bool:
    return bool(case.live.get("aggregationRule") or case.declared.body.get("aggregationRule"))


def is_from_flavor(case: Case, spot: Spot) -> bool:
    """True for a toleration or node label that Kueue takes from a ResourceFlavor into a job of a queue."""
    if case.label(QUEUE_LABEL) is None:
        return False
    for flavor in case.around.flavors:
        spec = flavor.get("spec")
        if not is_map(spec):
            continue
        holder = spot.path[-2] if len(spot.path) > 1 else ""
        tolerations = spec.get("tolerations")
        if holder == "tolerations" and is_list(tolerations) and spot.value in tolerations:
            return True
        labels = spec.get("nodeLabels")
        if holder == "nodeSelector" and is_map(labels) and labels.get(spot.key) == spot.value:
            return True
    return False


def is_kueue_metadata(case: Case, spot: Spot) -> bool:
    """True for a label or annotation by which Kueue marks the pods of an admitted job, and the job itself."""
    path = spot.path
    is_metadata = len(path) > 2 and path[-3] == "metadata" and path[-2] in ("labels", "annotations")
    return is_metadata and KUEUE_KEYS.fullmatch(spot.key) is not None


def is_admitted_placement(case: Case, spot: Spot) -> bool:
    """True for a node label or toleration in a pod template that Kueue has marked as admitted: it puts both there from
    the flavor, and where neither flavor nor managedFields are at hand the mark alone tells."""
    path = spot.path
    if "template" not in path or not {"nodeSelector", "tolerations"} & set(path):
        return False
    template = spot.at(*path[: path.index("template") + 1])
    metadata = template.get("metadata") if is_map(template) else None
    held = [metadata.get(name) for name in ("labels", "annotations")] if is_map(metadata) else []
    return any(is_map(one) and any(KUEUE_KEYS.fullmatch(str(key)) for key in one) for one in held)


def _scaled(case: Case, live: Any, holds: Sequence[Hold]) -> str | None:
    """Replicas within the bounds of a scaler, by whomever; without one to be seen, those that a scaler's program wrote
    through `/scale`."""
    if isinstance(live, bool) or not isinstance(live, int):
        return None
    bounds = list(_bounds(case))
    for low, high, name in bounds:
        if isinstance(low, int) and isinstance(high, int) and low <= live <= high:
            return f"{name} keeps the replicas between {low} and {high}"
    if bounds:
        return None
    for hold in holds:
        if hold.entry.manager in _SCALERS and hold.entry.subresource == SCALE:
            return "an autoscaler writes the replicas"
    return None


def _bounds(case: Case) -> Iterator[tuple[Any, Any, str]]:
    """Lower and upper bound as they are written, and the scaler."""
    ref = case.declared.ref
    seen: set[tuple[str, str]] = set()
    for scaler in case.around.scalers:
        spec, metadata = scaler.get("spec"), scaler["metadata"]
        target = spec.get("scaleTargetRef") if is_map(spec) else None
        if not is_map(spec) or not is_map(target) or (metadata.get("namespace") or ref.namespace) != ref.namespace:
            continue
        identity = (str(scaler.get("kind")), str(metadata.get("name")))
        if identity in seen or not _targets(target, case):
            continue
        seen.add(identity)
        if scaler.get("kind") == "ScaledObject":
            idle, low = spec.get("idleReplicaCount"), spec.get("minReplicaCount", 0)
            low = min(low, idle) if isinstance(idle, int) and isinstance(low, int) else low
            yield low, spec.get("maxReplicaCount", 100), f"ScaledObject {metadata.get('name')}"
        else:
            low = spec.get("minReplicas")
            yield 1 if low is None else low, spec.get("maxReplicas", 0), f"{scaler.get('kind')} {metadata.get('name')}"


def _targets(target: Mapping[str, Any], case: Case) -> bool:
    if target.get("name") != case.declared.ref.name or target.get("kind", "Deployment") != case.declared.gvk.kind:
        return False
    group = str(target.get("apiVersion") or case.declared.gvk.api_version).rpartition("/")[0]
    return group == case.declared.gvk.group


def _suspended(case: Case, holds: Sequence[Hold]) -> str | None:
    """Kueue suspends a job of a queue when it is created, and lets it go when there is room."""
    if case.label(QUEUE_LABEL) is None or is_persons(holds):
        return None
    return "Kueue decides when a job of a queue runs"


def _is_injected(case: Case) -> bool:
    annotations = [body.get("metadata", {}).get("annotations") for body in (case.declared.body, case.live)]
    return any(is_map(one) and any(_INJECTORS.fullmatch(str(key)) for key in one) for one in annotations)


def _is_synced(case: Case) -> bool:
    ref = case.declared.ref
    for source in case.around.secret_sources:
        spec, metadata = source.get("spec"), source.get("metadata", {})
        target = spec.get("target") if is_map(spec) else None
        name = target.get("name") if is_map(target) else None
        if (metadata.get("namespace") or ref.namespace) == ref.namespace and (name or metadata.get("name")) == ref.name:
            return True
    return False
