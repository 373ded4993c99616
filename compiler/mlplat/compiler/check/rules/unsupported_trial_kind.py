"""Trials of a job kind that Katib does not know.

Katib has success and failure conditions for Job, TFJob, PyTorchJob, XGBoostJob and MPIJob, and for TrainJob from 0.19
(`pkg/apis/controller/experiments/v1beta1/experiment_defaults.go`); for any other its webhook demands them and its
controller may not make it (`katib-config.yaml`, trialResources).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.training_api import training_api, v1_kind
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment

V1_KINDS = ("MPIJob", "PyTorchJob", "TFJob", "XGBoostJob")
"""The Training Operator's kinds that Katib knows."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each experiment whose trials copy a training job of such a kind."""
    version = env.versions.get("katib")
    if version is None:
        return
    for experiment in env.all(TuningExperiment):
        job = env.find(TrainingJob, experiment.document.spec.trial.training_job)
        api = training_api(job, env) if job is not None else None
        if job is None or api is None:
            continue
        kind = "TrainJob" if api == "trainjob" else v1_kind(job.document.spec).kind
        if kind in V1_KINDS or (kind == "TrainJob" and env.versions.at_least("katib", "0.19")):
            continue
        newer = "; Katib 0.19 knows it" if kind == "TrainJob" else ""
        yield Found(
            experiment,
            ("spec", "trial", "trainingJob"),
            f"Katib {version} cannot run trials of {named(job)} for {named(experiment)}",
            f"becomes a {kind}, which Katib does not know",
            notes=(f"its webhook refuses trials of a {kind}{newer}",),
            help="let the trial run the component itself: `component` instead of `trainingJob`",
        )


RULE = SpecRule("MLP362", check)
