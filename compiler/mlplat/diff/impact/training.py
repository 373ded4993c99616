"""Training, tuning and queues.

Sources: Training Operator 1.9.3, Trainer 2.1.0 and 2.3.0, JobSet 0.12.0, Kueue 0.18.4, Katib 0.19.0; tried on a real
control plane in `tests/control_plane/test_impact.py`, Katib (whose controller does not run there) by its source alone.
"""

from collections.abc import Mapping, Sequence

from mlplat.catalog.products import V1_JOBS
from mlplat.diff.impact.effect import Body, Edit, Effect, Impact
from mlplat.diff.impact.rows import KindRows, Row, row
from mlplat.diff.impact.storage import NEW, is_kept
from mlplat.diff.impact.workloads import AFTERWARDS, suspended

_OPERATOR = "Training Operator 1.9.3 `pkg/controller.v1/common/pod.go`: makes pods that are missing, changes none"
_TRAINER = "Trainer 2.3.0 `pkg/runtime/framework/plugins/jobset`: applied to a JobSet only while it is suspended"
_JOBSET = "JobSet 0.12.0 `pkg/controllers/jobset_controller.go`"
_KATIB = "Katib 0.19.0 `pkg/controller.v1beta1/experiment`"
_KUEUE = "Kueue 0.18.4 `pkg/cache` and `pkg/scheduler`: what is admitted stays admitted"
_PIPELINES = "Pipelines 2.17 `backend/src/apiserver`"

_RUN = Effect(Impact.NEW_RUN, "it runs, with pods of its own", "a job runs once it is created")


def _run_deleted(body: Body, others: Sequence[Body]) -> Effect:
    if is_kept(body):
        why = "Argo CD leaves the run in the cluster (`Prune=false`): it goes on"
        return Effect(Impact.NOTHING, why, "Argo CD 3.6: sync option Prune=false")
    return Effect(
        Impact.WORKLOAD_STOPPED, "its pods end, done or not, and its record goes", "garbage collection by owner"
    )


def _v1_replicas(edit: Edit) -> Effect:
    old, new = edit.difference.old, edit.difference.new
    if isinstance(old, int) and isinstance(new, int) and new < old:
        return Effect(Impact.WORKLOAD_STOPPED, "pods above the new number are deleted", _OPERATOR)
    return Effect(Impact.SCALED, "pods are added; those that run are not told of them", _OPERATOR)


_NOT_TAKEN_UP = (
    "the server accepts it and nothing that runs changes: the pods keep what they were made with, and nothing runs "
    "again; a pod that is lost is made anew with the new value"
)
_V1_JOB = KindRows(
    _RUN,
    _run_deleted,
    (
        Row("spec/runPolicy/suspend", suspended),
        *(Row(f"spec/{field}/*/replicas", _v1_replicas) for field in V1_JOBS.values()),
        *(row(f"spec/{field}/**", Impact.NOTHING, _NOT_TAKEN_UP, _OPERATOR) for field in V1_JOBS.values()),
        row("spec/**", Impact.NOTHING, "how the job ends or is retried; its pods run on", _OPERATOR),
    ),
)
_RUNTIME = KindRows(
    NEW,
    Effect(Impact.LATER_PODS, "jobs that run go on; new ones that name it are refused", _TRAINER),
    (row("spec/**", Impact.LATER_PODS, "jobs that run go on; those that start from now on are different", _TRAINER),),
)


def _stop_policy(edit: Edit) -> Effect:
    if edit.difference.new == "HoldAndDrain":
        return Effect(Impact.WORKLOAD_STOPPED, "everything that was admitted is evicted", _KUEUE)
    if edit.difference.new == "Hold":
        return Effect(Impact.LATER_PODS, "nothing more is admitted; what runs goes on", _KUEUE)
    return Effect(Impact.NOTHING, "workloads are admitted again", _KUEUE)


_ADMITTED = "what is admitted goes on; what waits is let in by other amounts"
_WHOSE = "workloads of other namespaces are let in: those of one that it leaves out wait, what is admitted goes on"
_QUEUE_GONE = Effect(Impact.LATER_PODS, "what is admitted goes on; what waits is not let in any more", _KUEUE)


def _counts(edit: Edit) -> Effect:
    return Effect(Impact.SCALED, "more or fewer trials; those that run go on", _KATIB)


ROWS: Mapping[tuple[str, str], KindRows] = {
    **{("kubeflow.org", kind): _V1_JOB for kind in V1_JOBS},
    ("trainer.kubeflow.org", "TrainJob"): KindRows(
        _RUN,
        _run_deleted,
        (
            Row("spec/suspend", suspended),
            row("spec/**", Impact.NOTHING, "a run that has started is not changed", _TRAINER),
        ),
    ),
    ("trainer.kubeflow.org", "TrainingRuntime"): _RUNTIME,
    ("trainer.kubeflow.org", "ClusterTrainingRuntime"): _RUNTIME,
    ("jobset.x-k8s.io", "JobSet"): KindRows(
        _RUN,
        _run_deleted,
        (
            Row("spec/suspend", suspended),
            row(
                "spec/replicatedJobs/**",
                Impact.IMMUTABLE,
                "jobs of a JobSet are not changed",
                f"{_JOBSET}, its webhook",
            ),
            row("spec/**", Impact.NOTHING, "how it ends or is retried; its pods run on", _JOBSET),
        ),
    ),
    ("kubeflow.org", "Experiment"): KindRows(
        Effect(Impact.NEW_RUN, "it tries parameters, with pods of its own", _KATIB),
        _run_deleted,
        (
            Row("spec/maxTrialCount", _counts),
            Row("spec/parallelTrialCount", _counts),
            Row("spec/maxFailedTrialCount", _counts),
        ),
    ),
    ("kubeflow.org", "Notebook"): KindRows(
        Effect(Impact.NOTHING, "a notebook starts; nothing that runs is touched", "notebook-controller v1.10"),
        Effect(
            Impact.WORKLOAD_STOPPED, "its server ends with all kernels; its volumes stay", "notebook-controller v1.10"
        ),
        (
            row(
                "spec/**",
                Impact.WORKLOAD_STOPPED,
                "its server is replaced: what its kernels held is lost, its volumes stay",
                "notebook-controller v1.10 `controllers/notebook_controller.go`: the StatefulSet follows",
            ),
        ),
    ),
    ("kueue.x-k8s.io", "ClusterQueue"): KindRows(
        NEW,
        _QUEUE_GONE,
        (
            Row("spec/stopPolicy", _stop_policy),
            row("spec/namespaceSelector/**", Impact.LATER_PODS, _WHOSE, _KUEUE),
            row("spec/**", Impact.LATER_PODS, _ADMITTED, _KUEUE),
        ),
    ),
    ("kueue.x-k8s.io", "LocalQueue"): KindRows(
        NEW,
        _QUEUE_GONE,
        (Row("spec/stopPolicy", _stop_policy), row("spec/**", Impact.LATER_PODS, _ADMITTED, _KUEUE)),
    ),
    ("kueue.x-k8s.io", "Cohort"): KindRows(NEW, _QUEUE_GONE, (row("spec/**", Impact.LATER_PODS, _ADMITTED, _KUEUE),)),
    ("kueue.x-k8s.io", "ResourceFlavor"): KindRows(
        NEW, _QUEUE_GONE, (row("spec/**", Impact.LATER_PODS, AFTERWARDS, _KUEUE),)
    ),
    ("kueue.x-k8s.io", "WorkloadPriorityClass"): KindRows(
        NEW,
        Effect(Impact.LATER_PODS, "workloads keep their priority; new ones that name it are refused", _KUEUE),
        (row("**", Impact.LATER_PODS, "workloads keep their priority; new ones get another", _KUEUE),),
    ),
    ("pipelines.kubeflow.org", "Pipeline"): KindRows(
        NEW,
        Effect(Impact.DATA_LOSS, "its versions go with it, and runs can no longer name them", _PIPELINES),
        (row("spec/**", Impact.NOTHING, "a name or description", _PIPELINES),),
    ),
    ("pipelines.kubeflow.org", "PipelineVersion"): KindRows(
        NEW,
        Effect(Impact.LATER_PODS, "runs that have started go on; new ones cannot name it", _PIPELINES),
        (row("spec/**", Impact.NOTHING, "a name or tags", _PIPELINES),),
    ),
}
