"""A queue whose jobs stay suspended: this Kueue cannot start a TrainJob of this Trainer.

Kueue starts a TrainJob by writing `spec.runtimePatches`, which Trainer has since 2.2 (seen with Kueue 0.18.4 and
Trainer 2.1.0: the Workload is admitted, the job stays suspended, Kueue logs `kueue runtime patch not found`; Kueue
0.19.2 is built against Trainer 2.2.1).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.training_api import training_api
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each queued TrainJob, and each experiment whose trials are queued TrainJobs."""
    if not env.versions.has("kueue") or env.versions.at_least("trainer", "2.2"):
        return
    for job in env.all(TrainingJob):
        if job.document.spec.queue is not None and training_api(job, env) == "trainjob":
            yield _found(job, env)
    for experiment in env.all(TuningExperiment):
        trial = env.find(TrainingJob, experiment.document.spec.trial.training_job)
        queued = experiment.document.spec.queue is not None
        if queued and trial is not None and training_api(trial, env) == "trainjob":
            yield _found(experiment, env)


def _found(document: Resolved[TrainingJob] | Resolved[TuningExperiment], env: ResolvedEnvironment) -> Found:
    trainer, kueue = env.versions.get("trainer"), env.versions.get("kueue")
    return Found(
        document,
        ("spec", "queue"),
        f"{named(document)} would wait in its queue for ever in `{env.name}`",
        f"Kueue {kueue} cannot start a TrainJob of Trainer {trainer}",
        ("Kueue admits the job and cannot unsuspend it: it writes `runtimePatches`, which Trainer has since 2.2",),
        "name no queue here (`queue: null` in an override), or give the environment `versions: {trainer: 2.2.0}`",
    )


RULE = SpecRule("MLP365", check)
