"""Fields that the server refuses to change once an object is there, by kind.

What CustomResourceDefinitions say is read from their own rules, of exactly the version that an environment has
(`catalog/transitions.py`). Kubernetes' own kinds, webhooks and controllers say it in code: each entry here names where.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.lookup import KindTable, load_tables
from mlplat.catalog.node import Node
from mlplat.catalog.products import DEPLOYMENT_MODE, DEPLOYMENT_MODES
from mlplat.catalog.transitions import EACH, Keeps, Transition
from mlplat.catalog.versions import ComponentVersions
from mlplat.objects.equality import is_list, is_map, same
from mlplat.objects.pointer import escape
from mlplat.objects.quantity import parse

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A field that may not change. `only_if_both`: it may still appear and disappear. `source` says who refuses it."""

    path: tuple[str, ...]
    source: str
    only_if_both: bool = False

    @property
    def pointer(self) -> str:
        """The field as a JSON pointer."""
        return _pointer(self.path)


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that will be refused: where, who says so, and why where there is more to say than that the field is
    immutable."""

    pointer: str
    source: str
    why: str = ""


_KUBERNETES = "k8s.io/kubernetes v1.34"


def _fields(source: str, *paths: str) -> tuple[Frozen, ...]:
    return tuple(Frozen(tuple(path.split(".")), f"{_KUBERNETES} {source}") for path in paths)


_RBAC = "rbac.authorization.k8s.io"
_STATEFUL = ("spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates")
_JOB = (
    "spec.selector",
    "spec.template",
    "spec.completionMode",
    "spec.podFailurePolicy",
    "spec.backoffLimitPerIndex",
    "spec.managedBy",
    "spec.successPolicy",
)
_CLASS = ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode")

FROZEN: Mapping[tuple[str, str], tuple[Frozen, ...]] = {
    ("apps", "Deployment"): _fields("pkg/registry/apps/deployment/strategy.go: ValidateUpdate", "spec.selector"),
    ("apps", "DaemonSet"): _fields("pkg/registry/apps/daemonset/strategy.go: ValidateUpdate", "spec.selector"),
    ("apps", "ReplicaSet"): _fields("pkg/registry/apps/replicaset/strategy.go: ValidateUpdate", "spec.selector"),
    ("apps", "StatefulSet"): _fields("pkg/apis/apps/validation: ValidateStatefulSetUpdate", *_STATEFUL),
    ("batch", "Job"): _fields("pkg/apis/batch/validation: ValidateJobSpecUpdate", *_JOB),
    (_RBAC, "RoleBinding"): _fields("pkg/apis/rbac/validation: ValidateRoleBindingUpdate", "roleRef"),
    (_RBAC, "ClusterRoleBinding"): _fields("pkg/apis/rbac/validation: ValidateClusterRoleBindingUpdate", "roleRef"),
    ("storage.k8s.io", "StorageClass"): _fields("pkg/apis/storage/validation: ValidateStorageClassUpdate", *_CLASS),
    ("scheduling.k8s.io", "PriorityClass"): _fields(
        "pkg/apis/scheduling/validation: ValidatePriorityClassUpdate", "value", "preemptionPolicy"
    ),
    ("node.k8s.io", "RuntimeClass"): _fields("pkg/apis/node/validation: ValidateRuntimeClassUpdate", "handler"),
    ("networking.k8s.io", "IngressClass"): _fields(
        "pkg/apis/networking/validation: ValidateIngressClassUpdate", "spec.controller"
    ),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _fields(
        "apiextensions-apiserver pkg/apis/apiextensions/validation: ValidateCustomResourceDefinitionUpdate",
        "spec.scope",
        "spec.group",
        "spec.names.kind",
    ),
    ("", "Secret"): _fields("pkg/apis/core/validation: ValidateSecretUpdate", "type"),
}
"""Kinds of Kubernetes whose immutable fields are the same in every version."""


def refused_changes(old: Body, new: Body, key: tuple[str, str], versions: ComponentVersions) -> Iterator[Refused]:
    """What of a change from `old` to `new` the server refuses. `key` is group and kind of both."""
    for frozen in FROZEN.get(key, ()):
        if _differs(old, new, frozen):
            yield Refused(frozen.pointer, frozen.source)
    special = _SPECIAL.get(key)
    if special is not None:
        yield from special(old, new, versions)
    table = load_tables(versions).lookup(str(new.get("apiVersion")), key[1])
    if table is not None:
        yield from (found for one in table.transitions for found in broken_transition(one, old, new, table))


def broken_transition(one: Transition, old: Body, new: Body, table: KindTable) -> Iterator[Refused]:
    """Where a change breaks one rule of the definition of its kind."""
    field = one.path[-1]
    for before, after, schema, pointer in _both(old, new, table.schema, one.path[:-1], ""):
        if one.when is not None and _child(before, one.when[-1]) is None:
            continue
        for name, left, right in _children(before, after, schema, field):
            if _breaks(one.keeps, left, right):
                why = f"as long as `{one.when[-1]}` is set, it stays as it is" if one.when is not None else ""
                yield Refused(f"{pointer}/{escape(name)}", source_of(table), why)


def source_of(table: KindTable) -> str:
    """Where the rules of a definition on changes are to be read."""
    origin = table.origin
    place = f" ({origin.repository} {origin.tag}, {origin.path})" if origin.repository else ""
    return f"a transition rule in the CustomResourceDefinition of {table.component} {table.component_version}{place}"


def _breaks(keeps: Keeps, old: Any, new: Any) -> bool:
    if keeps is Keeps.TRUE:
        return old is True and new is not True
    both = old is not None and new is not None
    comes_or_goes = (old is None) != (new is None)
    becomes_another = both and not same(old, new)
    return (comes_or_goes and keeps is not Keeps.VALUE) or (becomes_another and keeps is not Keeps.PRESENCE)


_Both = tuple[Any, Any, Node | None, str]


def _both(old: Any, new: Any, schema: Node | None, path: tuple[str, ...], pointer: str) -> Iterator[_Both]:
    """Every place of a path that both states have, with the schema there and its pointer in the new state."""
    if old is None or new is None:
        return
    if not path:
        yield old, new, schema, pointer
        return
    below = _schema_below(schema, path[0])
    for name, left, right in _children(old, new, schema, path[0]):
        yield from _both(left, right, below, path[1:], f"{pointer}/{escape(name)}")


def _children(old: Any, new: Any, schema: Node | None, step: str) -> Iterator[tuple[str, Any, Any]]:
    """What is below one step in both states; items of lists are the same by their map keys, and by nothing else: only
    in such lists the server finds the old item that a transition rule needs."""
    if step != EACH:
        yield step, _child(old, step), _child(new, step)
    elif is_map(old) and is_map(new):
        yield from ((name, value, new.get(name)) for name, value in old.items())
    elif is_list(old) and is_list(new) and schema is not None:
        keys = nodes.list_keys(schema)
        known = {_names(item, keys): item for item in old}
        for index, item in enumerate(new):
            yield str(index), known.get(_names(item, keys)) if keys else None, item


def _names(item: Any, keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(_child(item, key)) for key in keys)


def _child(value: Any, step: str) -> Any:
    return value.get(step) if is_map(value) else None


def _schema_below(schema: Node | None, step: str) -> Node | None:
    if schema is None:
        return None
    if step != EACH:
        return nodes.child(schema, step)
    return nodes.items(schema) or nodes.child(schema, step)


def _pointer(path: tuple[str, ...]) -> str:
    return "".join(f"/{escape(step)}" for step in path)


def _at(body: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        body = body.get(step) if isinstance(body, Mapping) else None
    return body


def _differs(old: Body, new: Body, frozen: Frozen) -> bool:
    before, after = _at(old, frozen.path), _at(new, frozen.path)
    if frozen.only_if_both and (before is None or after is None):
        return False
    return not same(before, after)


_CLAIM_UPDATE = f"{_KUBERNETES} pkg/apis/core/validation: ValidatePersistentVolumeClaimUpdate"
_DATA = f"{_KUBERNETES} pkg/apis/core/validation: ValidateConfigMapUpdate, ValidateSecretUpdate"
_SERVICE_UPDATE = f"{_KUBERNETES} pkg/apis/core/validation: ValidateServiceUpdate"
_ADDRESS = "set when the Service is made, said or not"
_TRAINER = "Trainer v2.1.0 and v2.3.0 pkg/runtime/framework/plugins/jobset/jobset.go"
_KUEUE = "Kueue v0.19.2 pkg/controller/jobframework/validation.go"
_KATIB = "Katib v0.19.0 pkg/webhook/v1beta1/experiment/validator/validator.go: ValidateExperiment"
_KSERVE = "KServe v0.20.0, webhook of InferenceService: validateDeploymentMode"
_PIPELINES = "Pipelines 2.17.0 pipelineversion_webhook.go"


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
        frozen = Frozen(("spec", field), _CLAIM_UPDATE, only_if_both=True)
        if _differs(old, new, frozen):
            yield Refused(frozen.pointer, frozen.source)
    place = ("spec", "resources", "requests", "storage")
    before, after = _at(old, place), _at(new, place)
    try:
        shrinks = before is not None and after is not None and parse(after) < parse(before)
    except ValueError:
        return
    if shrinks:
        why = f"a claim can only grow: `{before}` is committed"
        yield Refused("/spec/resources/requests/storage", _CLAIM_UPDATE, why)


def _train_job(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """Changes of pods are taken only while the job is suspended. (All else is in the rules of the CRD.)"""
    patches = "runtimePatches" if versions.at_least("trainer", "2.2") else "podTemplateOverrides"
    if not same(_at(old, ("spec", patches)), _at(new, ("spec", patches))):
        yield Refused(f"/spec/{patches}", _TRAINER, "pods of a run that has started are not changed")
    yield from _queue(old, new, versions)


def _queue(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """The queue of a job that has started."""
    label = Frozen(("metadata", "labels", "kueue.x-k8s.io/queue-name"), _KUEUE)
    if versions.has("kueue") and _differs(old, new, label):
        yield Refused(label.pointer, label.source, "Kueue does not move a job that has started to another queue")


_COUNTS = ("parallelTrialCount", "maxTrialCount", "maxFailedTrialCount")


def _experiment(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """Katib's webhook: only three counts may change."""
    before, after = _at(old, ("spec",)) or {}, _at(new, ("spec",)) or {}
    for field in sorted({*before, *after} - {*_COUNTS}):
        if not same(before.get(field), after.get(field)):
            yield Refused(f"/spec/{escape(field)}", _KATIB, "of an Experiment only the three trial counts may change")


_MODE = ("metadata", "annotations", DEPLOYMENT_MODE)


def _inference_service(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """KServe's webhook: the deployment mode; old names of a mode mean the same."""
    before, after = _at(old, _MODE), _at(new, _MODE)
    if before and after and DEPLOYMENT_MODES.get(before, before) != DEPLOYMENT_MODES.get(after, after):
        yield Refused(_pointer(_MODE), _KSERVE)


def _immutable_data(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """ConfigMaps and Secrets that said `immutable: true`."""
    if old.get("immutable") is True:
        for field in ("immutable", "data", "binaryData", "stringData"):
            if not same(old.get(field), new.get(field)):
                yield Refused(f"/{field}", _DATA, "`immutable: true` is committed")


def _pipeline_version(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """Pipelines: all but the display name and the tags."""
    before, after = _at(old, ("spec",)) or {}, _at(new, ("spec",)) or {}
    for field in sorted({*before, *after} - {"displayName", "tags"}):
        if not same(before.get(field), after.get(field)):
            yield Refused(f"/spec/{escape(field)}", _PIPELINES)


def _service(old: Body, new: Body, versions: ComponentVersions) -> Iterator[Refused]:
    """A Service's address: one that the server chose is not known here, and never `None`. Where it is no longer said,
    the server keeps it; a Service of type ExternalName has none. (Tried with 1.37.2.)"""
    before, after = _at(old, ("spec", "clusterIP")) or "", _at(new, ("spec", "clusterIP")) or ""
    if not after or before == after or "ExternalName" in (_at(old, ("spec", "type")), _at(new, ("spec", "type"))):
        return
    if before or after == "None":
        yield Refused("/spec/clusterIP", _SERVICE_UPDATE, f"the address may not change once set; it is {_ADDRESS}")
    else:
        why = f"refused unless the server gave it this address: it may not change once set, and is {_ADDRESS}"
        yield Refused("/spec/clusterIP", _SERVICE_UPDATE, why)


_SPECIAL: Mapping[tuple[str, str], Callable[[Body, Body, ComponentVersions], Iterator[Refused]]] = {
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Service"): _service,
    ("", "ConfigMap"): _immutable_data,
    ("", "Secret"): _immutable_data,
    ("trainer.kubeflow.org", "TrainJob"): _train_job,
    ("kubeflow.org", "Experiment"): _experiment,
    ("serving.kserve.io", "InferenceService"): _inference_service,
    ("pipelines.kubeflow.org", "PipelineVersion"): _pipeline_version,
}
