"""A training job as one object, whatever API runs it; and as the template of a tuning experiment's trials."""

from collections.abc import Sequence
from typing import Any

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment, UncheckedError
from mlplat.compiler.effective.training_api import training_api
from mlplat.compiler.lower.kubeflow_v1 import v1_job
from mlplat.compiler.lower.training_plan import TrainingPlan, plan_training, with_arguments
from mlplat.compiler.lower.trainjob import train_job
from mlplat.schema.training import TrainingJob


def training_body(plan: TrainingPlan) -> dict[str, Any]:
    """The job: a TrainJob, or a job of the Training Operator."""
    api = training_api(plan.document, plan.env)
    if api is None:
        raise UncheckedError(f"nothing runs training job {plan.document.name}; that is checked before")
    return train_job(plan) if api == "trainjob" else v1_job(plan)


def training_template(
    document: Resolved[TrainingJob],
    env: ResolvedEnvironment,
    extra_args: Sequence[str] = (),
    drop_parameters: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The job as a trial of an experiment: without name and namespace, which Katib gives, and with `extra_args` (the
    placeholders) in the place of the parameters that are searched.

    A job that fetches its data refers to its own TrainingRuntime, which the job's document brings.
    """
    body = training_body(with_arguments(plan_training(document, env), extra_args, drop_parameters))
    metadata = {key: value for key, value in body.pop("metadata").items() if key not in ("name", "namespace")}
    return body | ({"metadata": metadata} if metadata else {})
