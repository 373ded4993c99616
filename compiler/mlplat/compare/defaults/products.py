"""What the platform's products write into the objects that they own: values of their webhooks and controllers.

Where `managedFields` are there, ownership tells most of it; this is for dumps without them, for lists that are owned
as one, and for fields that a client wrote back. Sources, seen on real control planes unless said otherwise: KServe
0.16 to 0.20 `pkg/apis/serving/v1beta1/*_defaults.go`; Katib 0.19 `pkg/apis/controller/experiments/v1beta1/
experiment_defaults.go`; Kueue 0.18 `pkg/podset/podset.go`; Trainer 2.3; cert-manager 1.21 (read); KEDA 2.20 (read);
Notebook controller 1.10 `pkg/culler/culler.go` (read); Knative 1.22 (read).
"""

import re
from collections.abc import Mapping
from typing import Any

from mlplat.catalog.products import DEPLOYMENT_MODE, DEPLOYMENT_MODES, PARTS, V1_JOBS
from mlplat.compare.defaults.spot import OneOf, Spot, anything

KUEUE_KEYS = re.compile(
    r"kueue\.x-k8s\.io/(?:workload|cluster-queue-name|local-queue-name|podset|managed|retriable-in-group"
    r"|admission-gated-by|workload-slice-name|podset-.*|role-hash|job-owner-.*|topology|elastic-job-.*)"
)
"""Labels and annotations that Kueue gives the pods of an admitted job."""

QUEUE_LABEL = "kueue.x-k8s.io/queue-name"

_PRODUCT_ANNOTATIONS: Mapping[str, re.Pattern[str]] = {
    "serving.kserve.io": re.compile(
        r"modelFormat|serving\.kserve\.io/(?:modelFormat|deploymentMode|last-.*)|serving\.knative\.dev/.*"
    ),
    "serving.knative.dev": re.compile(r"serving\.knative\.dev/(?:creator|lastModifier)"),
    "kubeflow.org": re.compile(
        r"notebooks\.kubeflow\.org/(?:last-activity|last_activity_check_timestamp)|kubeflow-resource-stopped"
        r"|notebooks\.opendatahub\.io/.*"
    ),
    "autoscaling": re.compile(r"autoscaling\.keda\.sh/.*"),
    "keda.sh": re.compile(r"autoscaling\.keda\.sh/paused-replicas-.*"),
}
_ANYWHERE = re.compile(r"reconcile\.external-secrets\.io/(?:managed|created-by|data-hash|refresh-time)")
"""Labels and annotations of External Secrets on the Secrets that it fills."""

_PRODUCT_LABELS: Mapping[str, re.Pattern[str]] = {
    "keda.sh": re.compile(r"scaledobject\.keda\.sh/name|scaledjob\.keda\.sh/name"),
    "serving.kserve.io": re.compile(r"serving\.kserve\.io/(?:inferenceservice|model-.*)"),
    "kubeflow.org": re.compile(r"training\.kubeflow\.org/.*"),
}

_KSERVE_RESOURCES = {"cpu": "1", "memory": "2Gi"}


def _kserve_resource(spot: Spot) -> bool:
    """1 CPU and 2Gi, requests and limits (`pkg/controller/.../config`, `defaultResource`)."""
    return str(spot.value) == _KSERVE_RESOURCES.get(str(spot.key))


def _kserve() -> Mapping[str, Any]:
    rows: dict[str, Any] = {}
    for part in PARTS:
        for holder in ("model", "containers[]"):
            for side in ("limits", "requests"):
                rows[f"spec.{part}.{holder}.resources.{side}.*"] = _kserve_resource
        rows[f"spec.{part}.containers[].name"] = "kserve-container"
        rows[f"spec.{part}.model.name"] = OneOf(("", "kserve-container"))
        rows[f"spec.{part}.model.protocolVersion"] = OneOf(("v1", "v2"))
        rows[f"spec.{part}.model.runtime"] = anything
        rows[f"spec.{part}.minReplicas"] = 1
    return rows


def _metric_strategy(spot: Spot) -> bool:
    """One for each metric: the objective's by its type (setDefaultMetricStrategies)."""
    objective = spot.at("spec", "objective")
    if not isinstance(objective, Mapping) or not isinstance(spot.value, Mapping):
        return False
    more = objective.get("additionalMetricNames")
    names = [objective.get("objectiveMetricName"), *(more if isinstance(more, list) else ())]
    wanted = {"maximize": "max", "minimize": "min"}.get(str(objective.get("type")))
    return any(spot.value == {"name": name, "value": wanted} for name in names)


def _trial_condition(spot: Spot) -> bool:
    """By the kind of the trial's job: a Job is `Complete`, one of the Training Operator `Succeeded`
    (setDefaultTrialTemplate)."""
    job = spot.at("spec", "trialTemplate", "trialSpec")
    ended = "Complete" if isinstance(job, Mapping) and job.get("kind") == "Job" else "Succeeded"
    word = ended if spot.key == "successCondition" else "Failed"
    return bool(spot.value == f'status.conditions.#(type=="{word}")#|#(status=="True")#')


_EXPERIMENT: Mapping[str, Any] = {
    "spec.metricsCollectorSpec.collector.kind": "StdOut",
    "spec.metricsCollectorSpec.source.fileSystemPath.format": "TEXT",
    "spec.metricsCollectorSpec.source.fileSystemPath.kind": "File",
    "spec.metricsCollectorSpec.source.fileSystemPath.path": "/var/log/katib/metrics.log",
    "spec.objective.metricStrategies[]": _metric_strategy,
    "spec.parallelTrialCount": 3,
    "spec.parameters[].feasibleSpace.distribution": "uniform",
    "spec.resumePolicy": "Never",
    "spec.trialTemplate.failureCondition": _trial_condition,
    "spec.trialTemplate.primaryContainerName": "training-container",
    "spec.trialTemplate.primaryPodLabels.*": lambda spot: spot.value in ("master", "Master", "0"),
    "spec.trialTemplate.successCondition": _trial_condition,
}


def _kueues_patch(spot: Spot) -> bool:
    """Kueue's own patch, empty as long as the job waits and with the flavor's placement once it is admitted."""
    return isinstance(spot.value, Mapping) and spot.value.get("manager") == "kueue.x-k8s.io/manager"


_TRAIN_JOB: Mapping[str, Any] = {
    "spec.managedBy": "trainer.kubeflow.org/trainjob-controller",
    "spec.runtimeRef.apiGroup": "trainer.kubeflow.org",
    "spec.runtimeRef.kind": "ClusterTrainingRuntime",
    "spec.runtimePatches[]": _kueues_patch,
    "spec.runtimePatches[].time": anything,
    "spec.suspend": False,
}

_V1_JOB: Mapping[str, Any] = {"spec.runPolicy.suspend": False}

PRODUCTS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("serving.kserve.io", "InferenceService"): _kserve(),
    ("kubeflow.org", "Experiment"): _EXPERIMENT,
    ("trainer.kubeflow.org", "TrainJob"): _TRAIN_JOB,
    **{("kubeflow.org", kind): _V1_JOB for kind in V1_JOBS},
    ("kueue.x-k8s.io", "ClusterQueue"): {
        "spec.cohort": "",
        "spec.queueingStrategy": "BestEffortFIFO",
        "spec.stopPolicy": "None",
    },
    ("kueue.x-k8s.io", "LocalQueue"): {"spec.stopPolicy": "None"},
    ("keda.sh", "ScaledObject"): {"spec.scaleTargetRef.kind": "Deployment"},
}
"""Kind to field to what its product fills in."""


def is_product_metadata(group: str, kind_of_map: str, key: str) -> bool:
    """True for a label or annotation (`kind_of_map`) that the product of an API group gives its own objects."""
    table = _PRODUCT_ANNOTATIONS if kind_of_map == "annotations" else _PRODUCT_LABELS
    pattern = table.get(group)
    return _ANYWHERE.fullmatch(key) is not None or (pattern is not None and pattern.fullmatch(key) is not None)


def means_the_same(kind: tuple[str, str], pattern: str, declared: Any, live: Any) -> bool:
    """True where a product writes another word for the same thing (KServe 0.16 renamed its deployment modes)."""
    if kind[0] == "serving.kserve.io" and pattern == f"metadata.annotations.{DEPLOYMENT_MODE}":
        modes = DEPLOYMENT_MODES.items()
        return (declared, live) in modes or (live, declared) in modes
    return False
