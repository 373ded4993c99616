"""Defaults of the kinds that run pods.

Source: Kubernetes 1.37 `pkg/apis/{apps,batch,autoscaling}/v1*/defaults.go`, and
`pkg/registry/batch/job/strategy.go` for what a Job is given on creation.
"""

from collections.abc import Mapping
from typing import Any

from mlplat.compare.defaults.spot import Spot, anything

_JOB_LABELS = (
    "controller-uid",
    "job-name",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
)


def _completions(spot: Spot) -> bool:
    """1, where parallelism is not given either: a Job with parallelism alone is a work queue and has no completions."""
    return bool(spot.value == 1 and spot.parent.get("parallelism", 1) == 1)


def _backoff_limit(spot: Spot) -> bool:
    return bool(spot.value == (2147483647 if spot.parent.get("backoffLimitPerIndex") is not None else 6))


def _replacement(spot: Spot) -> bool:
    return bool(spot.value == ("Failed" if spot.parent.get("podFailurePolicy") else "TerminatingOrFailed"))


def is_job_label(key: str) -> bool:
    """A label that the API server gives the pods of a Job."""
    return key in _JOB_LABELS


_CPU_METRIC = {
    "type": "Resource",
    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
}
_SCALE_UP = (
    {"type": "Pods", "value": 4, "periodSeconds": 15},
    {"type": "Percent", "value": 100, "periodSeconds": 15},
)

_JOB: Mapping[str, Any] = {
    "backoffLimit": _backoff_limit,
    "completionMode": "NonIndexed",
    "completions": _completions,
    "manualSelector": False,
    "parallelism": 1,
    "podFailurePolicy.rules[].onPodConditions[].status": "True",
    "podReplacementPolicy": _replacement,
    "suspend": False,
}

WORKLOADS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("", "ReplicationController"): {"spec.replicas": 1},
    ("apps", "ReplicaSet"): {"spec.replicas": 1},
    ("apps", "Deployment"): {
        "spec.progressDeadlineSeconds": 600,
        "spec.replicas": 1,
        "spec.revisionHistoryLimit": 10,
        "spec.strategy.rollingUpdate.maxSurge": "25%",
        "spec.strategy.rollingUpdate.maxUnavailable": "25%",
        "spec.strategy.type": "RollingUpdate",
    },
    ("apps", "StatefulSet"): {
        "spec.persistentVolumeClaimRetentionPolicy.whenDeleted": "Retain",
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled": "Retain",
        "spec.podManagementPolicy": "OrderedReady",
        "spec.replicas": 1,
        "spec.revisionHistoryLimit": 10,
        "spec.updateStrategy.rollingUpdate.maxUnavailable": 1,
        "spec.updateStrategy.rollingUpdate.partition": 0,
        "spec.updateStrategy.type": "RollingUpdate",
        "spec.volumeClaimTemplates[].apiVersion": "v1",
        "spec.volumeClaimTemplates[].kind": "PersistentVolumeClaim",
        "spec.volumeClaimTemplates[].spec.volumeMode": "Filesystem",
        "spec.volumeClaimTemplates[].status.phase": "Pending",
    },
    ("apps", "DaemonSet"): {
        "spec.revisionHistoryLimit": 10,
        "spec.updateStrategy.rollingUpdate.maxSurge": 0,
        "spec.updateStrategy.rollingUpdate.maxUnavailable": 1,
        "spec.updateStrategy.type": "RollingUpdate",
    },
    ("batch", "Job"): {
        **{f"spec.{field}": default for field, default in _JOB.items()},
        "spec.selector.**": anything,
    },
    ("batch", "CronJob"): {
        **{f"spec.jobTemplate.spec.{field}": default for field, default in _JOB.items()},
        "spec.concurrencyPolicy": "Allow",
        "spec.failedJobsHistoryLimit": 1,
        "spec.successfulJobsHistoryLimit": 3,
        "spec.suspend": False,
    },
    ("autoscaling", "HorizontalPodAutoscaler"): {
        "spec.behavior.scaleDown.policies[]": lambda spot: (
            spot.value == {"type": "Percent", "value": 100, "periodSeconds": 15}
        ),
        "spec.behavior.scaleDown.selectPolicy": "Max",
        "spec.behavior.scaleDown.stabilizationWindowSeconds": 300,
        "spec.behavior.scaleUp.policies[]": lambda spot: spot.value in _SCALE_UP,
        "spec.behavior.scaleUp.selectPolicy": "Max",
        "spec.behavior.scaleUp.stabilizationWindowSeconds": 0,
        "spec.metrics[]": lambda spot: spot.value == _CPU_METRIC and spot.parent == [_CPU_METRIC],
        "spec.minReplicas": 1,
        "spec.targetCPUUtilizationPercentage": 80,
    },
}
"""Kind to field to default, beside what its pod spec has."""

FILLED_IN: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("apps", "Deployment"): ("spec.strategy", "spec.strategy.rollingUpdate"),
    ("apps", "DaemonSet"): ("spec.updateStrategy", "spec.updateStrategy.rollingUpdate"),
    ("apps", "StatefulSet"): (
        "spec.updateStrategy",
        "spec.updateStrategy.rollingUpdate",
        "spec.persistentVolumeClaimRetentionPolicy",
    ),
}
"""Objects that are there when nobody gives them, as in pods."""
