"""Fields that the server refuses to change once an object is there, by kind.

Sources: `pkg/apis/*/validation/validation.go` of k8s.io/kubernetes v1.34 for its own kinds; rules with `oldSelf` of the
CRDs of the component versions that the tables hold; webhooks where they are named.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.catalog.versions import ComponentVersions
from mlplat.objects.equality import same
from mlplat.objects.pointer import escape
from mlplat.objects.quantity import parse

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A field that may not change. `only_if_both`: it may still appear and disappear (as CEL's `self == oldSelf`)."""

    path: tuple[str, ...]
    only_if_both: bool = False

    @property
    def pointer(self) -> str:
        """The field as a JSON pointer."""
        return "".join(f"/{escape(step)}" for step in self.path)


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that will be refused: where, and why where there is more to say than that the field is immutable."""

    pointer: str
    why: str = ""


def _fields(*paths: str, only_if_both: bool = False) -> tuple[Frozen, ...]:
    return tuple(Frozen(tuple(path.split(".")), only_if_both) for path in paths)


_WORKLOAD = _fields("spec.selector")
_KUEUE = _fields("spec.runPolicy.schedulingPolicy.queue", only_if_both=True)
_RBAC = "rbac.authorization.k8s.io"

FROZEN: Mapping[tuple[str, str], tuple[Frozen, ...]] = {
    ("apps", "Deployment"): _WORKLOAD,
    ("apps", "DaemonSet"): _WORKLOAD,
    ("apps", "ReplicaSet"): _WORKLOAD,
    ("apps", "StatefulSet"): _fields("spec.selector", "spec.serviceName", "spec.podManagementPolicy")
    + _fields("spec.volumeClaimTemplates"),
    ("batch", "Job"): _fields("spec.selector", "spec.template", "spec.completionMode", "spec.podFailurePolicy")
    + _fields("spec.backoffLimitPerIndex", "spec.managedBy", "spec.successPolicy"),
    (_RBAC, "RoleBinding"): _fields("roleRef"),
    (_RBAC, "ClusterRoleBinding"): _fields("roleRef"),
    ("storage.k8s.io", "StorageClass"): _fields("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    ("scheduling.k8s.io", "PriorityClass"): _fields("value", "preemptionPolicy"),
    ("node.k8s.io", "RuntimeClass"): _fields("handler"),
    ("networking.k8s.io", "IngressClass"): _fields("spec.controller"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _fields("spec.scope", "spec.group", "spec.names.kind"),
    ("", "Secret"): _fields("type"),
    ("kueue.x-k8s.io", "LocalQueue"): _fields("spec.clusterQueue", only_if_both=True),
    ("kueue.x-k8s.io", "AdmissionCheck"): _fields("spec.controllerName", only_if_both=True),
    ("kueue.x-k8s.io", "Topology"): _fields("spec.levels", only_if_both=True),
    **{
        ("kubeflow.org", kind): _KUEUE
        for kind in ("PyTorchJob", "TFJob", "XGBoostJob", "MPIJob", "PaddleJob", "JAXJob")
    },
    ("kubeflow.org", "Workspace"): _fields("spec.kind", only_if_both=True),
    ("serving.kserve.io", "LocalModelCache"): _fields("spec.sourceModelUri", only_if_both=True),
    ("serving.kserve.io", "LocalModelNamespaceCache"): _fields("spec.sourceModelUri", only_if_both=True),
    ("grafana.integreatly.org", "GrafanaDashboard"): _fields("spec.instanceSelector", "spec.uid", only_if_both=True),
    ("grafana.integreatly.org", "GrafanaDatasource"): _fields("spec.instanceSelector", "spec.uid", only_if_both=True),
    ("grafana.integreatly.org", "GrafanaFolder"): _fields("spec.instanceSelector", "spec.uid", only_if_both=True),
    ("ray.io", "RayCluster"): _fields("spec.managedBy", only_if_both=True),
    ("ray.io", "RayJob"): _fields("spec.managedBy", only_if_both=True),
    ("ray.io", "RayService"): _fields("spec.managedBy", only_if_both=True),
}
"""Kinds whose immutable fields are the same in every version."""


def refused_changes(old: Body, new: Body, key: tuple[str, str], versions: ComponentVersions) -> Iterator[Refused]:
    """What of a change from `old` to `new` the server refuses. `key` is group and kind of both."""
    for frozen in FROZEN.get(key, ()):
        if _differs(old, new, frozen):
            yield Refused(frozen.pointer)
    special = _SPECIAL.get(key)
    if special is not None:
        yield from special(old, new, versions)


def _at(body: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        body = body.get(step) if isinstance(body, Mapping) else None
    return body


def _differs(old: Body, new: Body, frozen: Frozen) -> bool:
    before, after = _at(old, frozen.path), _at(new, frozen.path)
    if frozen.only_if_both and (before is None or after is None):
        return False
    return not same(before, after)


def _claim(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """A claim: its spec, but for a request that grows (ValidatePersistentVolumeClaimUpdate). What the server fills in
    (class, mode, volume) may be said later."""
    for field in (
        "accessModes",
        "storageClassName",
        "volumeMode",
        "volumeName",
        "selector",
        "dataSource",
        "dataSourceRef",
    ):
        if _differs(old, new, Frozen(("spec", field), only_if_both=True)):
            yield Refused(f"/spec/{field}")
    place = ("spec", "resources", "requests", "storage")
    before, after = _at(old, place), _at(new, place)
    try:
        shrinks = before is not None and after is not None and parse(after) < parse(before)
    except ValueError:
        return
    if shrinks:
        yield Refused("/spec/resources/requests/storage", f"a claim can only grow: `{before}` is committed")


def _train_job(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """Trainer: the runtime always; from 2.2 on nearly everything (CEL rules of the CRD). Changes of pods are taken only
    while the job is suspended (v2.1.0 and v2.3.0 `pkg/runtime/framework/plugins/jobset/jobset.go`)."""
    names = ["runtimeRef", "managedBy"]
    if versions.at_least("trainer", "2.2"):
        names += ["trainer", "initializer", "activeDeadlineSeconds"]
    for name in names:
        if _differs(old, new, Frozen(("spec", name), only_if_both=True)):
            yield Refused(f"/spec/{name}")
    patches = "runtimePatches" if versions.at_least("trainer", "2.2") else "podTemplateOverrides"
    if not same(_at(old, ("spec", patches)), _at(new, ("spec", patches))):
        yield Refused(f"/spec/{patches}", "pods of a run that has started are not changed")
    yield from _queue(old, new, versions)


def _queue(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """The queue of a job that has started (Kueue v0.19.2 `pkg/controller/jobframework/validation.go`)."""
    label = Frozen(("metadata", "labels", "kueue.x-k8s.io/queue-name"))
    if versions.has("kueue") and _differs(old, new, label):
        yield Refused(label.pointer, "Kueue does not move a job that has started to another queue")


_COUNTS = ("parallelTrialCount", "maxTrialCount", "maxFailedTrialCount")


def _experiment(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """Katib's webhook: only three counts may change (v0.19.0 `validator.go`, ValidateExperiment)."""
    before, after = _at(old, ("spec",)) or {}, _at(new, ("spec",)) or {}
    for field in sorted({*before, *after} - {*_COUNTS}):
        if not same(before.get(field), after.get(field)):
            yield Refused(f"/spec/{escape(field)}", "of an Experiment only the three trial counts may change")


_MODE = ("metadata", "annotations", "serving.kserve.io/deploymentMode")
_MODES = {"RawDeployment": "Standard", "Serverless": "Knative"}


def _inference_service(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """KServe's webhook: the deployment mode (v0.20.0 validateDeploymentMode); old names of a mode mean the same."""
    before, after = _at(old, _MODE), _at(new, _MODE)
    if before and after and _MODES.get(before, before) != _MODES.get(after, after):
        yield Refused(Frozen(_MODE).pointer)


def _flavor(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """Kueue: a flavor with a topology (CEL rules of the CRD)."""
    if _at(old, ("spec", "topologyName")) is not None:
        for field in ("topologyName", "nodeLabels", "tolerations"):
            if _differs(old, new, Frozen(("spec", field))):
                yield Refused(f"/spec/{field}", "a flavor with a topology keeps its nodes")


def _immutable_data(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """ConfigMaps and Secrets that said `immutable: true`."""
    if old.get("immutable") is True:
        for field in ("immutable", "data", "binaryData", "stringData"):
            if not same(old.get(field), new.get(field)):
                yield Refused(f"/{field}", "`immutable: true` is committed")


def _pipeline_version(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """Pipelines: all but the display name and the tags (2.17.0 `pipelineversion_webhook.go`)."""
    before, after = _at(old, ("spec",)) or {}, _at(new, ("spec",)) or {}
    for field in sorted({*before, *after} - {"displayName", "tags"}):
        if not same(before.get(field), after.get(field)):
            yield Refused(f"/spec/{escape(field)}")


_SPECIAL: Mapping[tuple[str, str], Callable[[Body, Body, ComponentVersions], Iterator[Refused]]] = {
    ("", "PersistentVolumeClaim"): _claim,
    ("", "ConfigMap"): _immutable_data,
    ("", "Secret"): _immutable_data,
    ("trainer.kubeflow.org", "TrainJob"): _train_job,
    ("kubeflow.org", "Experiment"): _experiment,
    ("serving.kserve.io", "InferenceService"): _inference_service,
    ("kueue.x-k8s.io", "ResourceFlavor"): _flavor,
    ("pipelines.kubeflow.org", "PipelineVersion"): _pipeline_version,
}
