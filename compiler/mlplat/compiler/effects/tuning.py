"""What of a TuningExperiment does nothing with some Katib version or some choice of trial."""

from typing import Any

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.effects.row import EACH, NoEffect
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import MetricsCollector

KIND = "TuningExperiment"
COLLECTOR = ("spec", "metricsCollector")


def _of_a_training_job(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return document.document.spec.trial.training_job is not None


def _of_a_job_without_component(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    job = env.find(TrainingJob, document.document.spec.trial.training_job)
    return job is not None and job.document.spec.component is None


def _collector(document: Resolved[Any]) -> MetricsCollector:
    found: MetricsCollector = document.document.spec.metrics_collector
    return found


def _without_path(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return _collector(document).kind not in ("File", "TensorFlowEvent")


def _without_format(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return _collector(document).kind != "File"


def _without_filters(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return _collector(document).kind not in ("StdOut", "File")


def _no_kueue(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return not env.versions.has("kueue")


def _no_distributions(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return not env.versions.at_least("katib", "0.18")


TUNING_NO_EFFECT: tuple[NoEffect, ...] = (
    *(
        NoEffect(
            KIND,
            ("spec", "trial", field),
            _of_a_training_job,
            "a trial of a training job takes it from the job; change the job, or tune its component",
        )
        for field in ("env", "resources", "accelerators", "volumes", "placement")
    ),
    NoEffect(
        KIND,
        ("spec", "trial", "parameters"),
        _of_a_job_without_component,
        "the training job names no component whose parameters these could be; give arguments in `args`",
    ),
    NoEffect(KIND, (*COLLECTOR, "path"), _without_path, "only the collectors File and TensorFlowEvent read a path"),
    NoEffect(KIND, (*COLLECTOR, "format"), _without_format, "only the collector File has a format"),
    NoEffect(KIND, (*COLLECTOR, "filters"), _without_filters, "only the collectors StdOut and File read text"),
    NoEffect(
        KIND,
        ("spec", "parameters", EACH, "distribution"),
        _no_distributions,
        "an Experiment has it from Katib 0.18 on (pull request 2377); before, values are drawn uniformly",
    ),
    NoEffect(KIND, ("spec", "queue"), _no_kueue, "the environment has no Kueue"),
    NoEffect(KIND, ("spec", "priority"), _no_kueue, "the environment has no Kueue"),
)
"""Rows of the TuningExperiment."""
