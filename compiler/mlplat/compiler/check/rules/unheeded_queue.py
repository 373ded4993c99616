"""A queue that does not hold its job back: Kueue has no integration for what the job becomes.

Kueue knows the MPIJob of the MPI Operator (`kubeflow.org/v2beta1`), not the Training Operator's of `kubeflow.org/v1`
(kubernetes-sigs/kueue v0.18 `pkg/controller/jobs/mpijob`, which imports `mpi-operator/pkg/apis/kubeflow/v2beta1`; the
framework `kubeflow.org/mpijob` of its configuration). Without an integration nobody suspends the job.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.training_api import training_api, v1_kind
from mlplat.compiler.effective.tuning import trial_training_job
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each queued MPIJob, and each experiment whose trials are queued MPIJobs."""
    if not env.versions.has("kueue"):
        return
    for job in env.all(TrainingJob):
        if job.document.spec.queue is not None and _is_mpi_job(job, env):
            yield _found(job, "the job", env)
    for experiment in env.all(TuningExperiment):
        trial = trial_training_job(experiment, env)
        queued = experiment.document.spec.queue is not None
        if queued and trial is not None and _is_mpi_job(trial, env):
            yield _found(experiment, "each trial", env)


def _is_mpi_job(job: Resolved[TrainingJob], env: ResolvedEnvironment) -> bool:
    return training_api(job, env) == "v1" and v1_kind(job.document.spec).kind == "MPIJob"


def _found(document: Resolved[TrainingJob] | Resolved[TuningExperiment], what: str, env: ResolvedEnvironment) -> Found:
    return Found(
        document,
        ("spec", "queue"),
        f"{named(document)} would not wait in its queue in `{env.name}`, but start at once",
        "Kueue does not know the Training Operator's MPIJob",
        (
            f"{what} is an MPIJob of `kubeflow.org/v1`; Kueue holds back those of `kubeflow.org/v2beta1` only, so it "
            "runs outside of every quota of the queue",
        ),
        "name no queue here (`queue: null` in an override), or run it by Trainer: `framework: pytorch` with `strategy: "
        "deepspeed`, or a `runtime` of yours",
    )


RULE = SpecRule("MLP370", check)
