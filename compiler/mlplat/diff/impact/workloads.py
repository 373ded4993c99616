"""Kubernetes' own workloads: what replaces pods, what adds some, and what only the next ones see.

Sources are the controllers of kube-controller-manager (k8s.io/kubernetes v1.37 `pkg/controller/`); what is said here is
tried on a real control plane in `tests/control_plane/test_impact.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mlplat.diff.impact.effect import Body, Edit, Effect, Impact
from mlplat.diff.impact.rows import KindRows, Row, row

_DEPLOYMENT = "pkg/controller/deployment/sync.go: a ReplicaSet is named after the hash of the pod template"
_STATEFUL = "pkg/controller/statefulset/stateful_set_control.go: pods of another revision are replaced"
_DAEMON = "pkg/controller/daemon/update.go: pods of another revision are replaced"
_JOB = "pkg/controller/job/job_controller.go"
_CRON = "pkg/controller/cronjob/cronjob_controllerv2.go: jobTemplate is read when a Job is made"
_GC = "pkg/controller/garbagecollector: what an object owns goes with it"
_API = "the API server's field documentation"

STARTS = Effect(Impact.NOTHING, "something new starts; nothing that runs is touched", _API)
AFTERWARDS = "pods that run stay as they are; those made from now on are different"


def _at(body: Any, *path: str) -> Any:
    for step in path:
        body = body.get(step) if isinstance(body, Mapping) else None
    return body


def _roll_deployment(edit: Edit) -> Effect:
    if _at(edit.new, "spec", "strategy", "type") == "Recreate":
        why = "all pods end before the new ones start (strategy `Recreate`)"
        return Effect(Impact.SERVING_INTERRUPTION, why, "pkg/controller/deployment/recreate.go")
    return Effect(Impact.ROLLING_RESTART, "the pod template changes: every pod is replaced", _DEPLOYMENT)


def _roll_stateful(edit: Edit) -> Effect:
    if _at(edit.new, "spec", "updateStrategy", "type") == "OnDelete":
        return Effect(Impact.LATER_PODS, f"{AFTERWARDS} (strategy `OnDelete`)", _STATEFUL)
    return Effect(Impact.ROLLING_RESTART, "the pod template changes: every pod is replaced, one by one", _STATEFUL)


def _roll_daemon(edit: Edit) -> Effect:
    if _at(edit.new, "spec", "updateStrategy", "type") == "OnDelete":
        return Effect(Impact.LATER_PODS, f"{AFTERWARDS} (strategy `OnDelete`)", _DAEMON)
    return Effect(Impact.ROLLING_RESTART, "the pod template changes: every pod is replaced, node by node", _DAEMON)


def _replicas(edit: Edit) -> Effect:
    if edit.difference.new == 0:
        return Effect(Impact.SERVING_INTERRUPTION, "no pod is left", _API)
    return Effect(Impact.SCALED, "pods are added or taken away; the others are not touched", _API)


def _stateful_replicas(edit: Edit) -> Effect:
    before, after = _at(edit.old, "spec", "replicas"), _at(edit.new, "spec", "replicas")
    policy = _at(edit.new, "spec", "persistentVolumeClaimRetentionPolicy", "whenScaled")
    shrinks = isinstance(before, int) and isinstance(after, int) and after < before
    if shrinks and policy == "Delete" and _at(edit.new, "spec", "volumeClaimTemplates"):
        return Effect(Impact.DATA_LOSS, "the claims of the pods that go are deleted (`whenScaled: Delete`)", _API)
    return _replicas(edit)


def _stateful_deleted(body: Body, others: Sequence[Body]) -> Effect:
    policy = _at(body, "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
    if policy == "Delete" and _at(body, "spec", "volumeClaimTemplates"):
        return Effect(Impact.DATA_LOSS, "its claims are deleted with it (`whenDeleted: Delete`)", _API)
    return Effect(Impact.SERVING_INTERRUPTION, "its pods end; its claims stay", _GC)


def suspended(edit: Edit) -> Effect:
    """`suspend: true` deletes the pods that run; anything else lets them start."""
    if edit.difference.new is True:
        return Effect(Impact.WORKLOAD_STOPPED, "its pods are deleted until it is resumed", f"{_JOB}: suspended jobs")
    return Effect(Impact.NOTHING, "it goes on, or starts", f"{_JOB}: resumed jobs")


def _paused(edit: Edit) -> Effect:
    source = "pkg/controller/cronjob/cronjob_controllerv2.go: syncCronJob"
    if edit.difference.new is True:
        return Effect(Impact.LATER_PODS, "no more Jobs are made until it is resumed; one that runs goes on", source)
    return Effect(Impact.LATER_PODS, "Jobs are made again at their times, a missed one at once", source)


def _pod_image(edit: Edit) -> Effect:
    return Effect(
        Impact.SERVING_INTERRUPTION,
        "the container is stopped and started again in its pod",
        "pkg/kubelet/kuberuntime: a container whose spec changed is restarted",
    )


_TEMPLATE = "spec/template/**"
_STOPS_SERVING = Effect(Impact.SERVING_INTERRUPTION, "its pods end", _GC)
_NO_ROLLOUT = row("spec/**", Impact.NOTHING, "how it is rolled out or looked after; no pod is touched", _API)

ROWS: Mapping[tuple[str, str], KindRows] = {
    ("apps", "Deployment"): KindRows(
        STARTS,
        _STOPS_SERVING,
        (Row(_TEMPLATE, _roll_deployment), Row("spec/replicas", _replicas), _NO_ROLLOUT),
    ),
    ("apps", "StatefulSet"): KindRows(
        STARTS,
        _stateful_deleted,
        (Row(_TEMPLATE, _roll_stateful), Row("spec/replicas", _stateful_replicas), _NO_ROLLOUT),
    ),
    ("apps", "DaemonSet"): KindRows(STARTS, _STOPS_SERVING, (Row(_TEMPLATE, _roll_daemon), _NO_ROLLOUT)),
    ("apps", "ReplicaSet"): KindRows(
        STARTS,
        _STOPS_SERVING,
        (
            row(_TEMPLATE, Impact.LATER_PODS, AFTERWARDS, "pkg/controller/replicaset: pods are only counted"),
            Row("spec/replicas", _replicas),
            _NO_ROLLOUT,
        ),
    ),
    ("batch", "Job"): KindRows(
        Effect(Impact.NEW_RUN, "it runs once", _JOB),
        Effect(Impact.WORKLOAD_STOPPED, "its pods end, done or not", _GC),
        (
            row("spec/parallelism", Impact.SCALED, "more or fewer of its pods run at once", _JOB),
            Row("spec/suspend", suspended),
            row("spec/activeDeadlineSeconds", Impact.WORKLOAD_STOPPED, "it ends at another time", _JOB),
            row("spec/**", Impact.NOTHING, "when it is given up or cleaned away; its pods run on", _JOB),
        ),
    ),
    ("batch", "CronJob"): KindRows(
        Effect(Impact.NOTHING, "it runs from its next time on", _CRON),
        Effect(Impact.WORKLOAD_STOPPED, "the Jobs that it made end with it", _GC),
        (
            Row("spec/suspend", _paused),
            row("spec/**", Impact.LATER_PODS, "a Job that runs goes on; the next one is different", _CRON),
        ),
    ),
    ("", "Pod"): KindRows(
        STARTS,
        Effect(Impact.WORKLOAD_STOPPED, "the pod ends, and nothing makes it again", _API),
        (
            Row("spec/containers/*/image", _pod_image),
            Row("spec/initContainers/*/image", _pod_image),
            row("spec/activeDeadlineSeconds", Impact.WORKLOAD_STOPPED, "it ends at another time", _API),
            row(
                "spec/**",
                Impact.IMMUTABLE,
                "of a pod little but its images may change",
                "pkg/apis/core/validation/validation.go: ValidatePodUpdate",
            ),
        ),
    ),
    ("autoscaling", "HorizontalPodAutoscaler"): KindRows(
        Effect(Impact.SCALED, "it decides on the number of pods from now on", "pkg/controller/podautoscaler"),
        Effect(Impact.SCALED, "the number of pods stays as it is now", "pkg/controller/podautoscaler"),
        (row("spec/**", Impact.SCALED, "other numbers of pods", "pkg/controller/podautoscaler"),),
    ),
    ("policy", "PodDisruptionBudget"): KindRows(
        Effect(Impact.NOTHING, "evictions are limited; no pod is touched", "pkg/controller/disruption"),
        Effect(Impact.NOTHING, "evictions are not limited any more; no pod is touched", "pkg/controller/disruption"),
        (row("spec/**", Impact.NOTHING, "evictions are limited otherwise", "pkg/controller/disruption"),),
    ),
}
