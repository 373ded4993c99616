"""TrainingJob to a TrainJob (Kubeflow Trainer) or a job of the Training Operator."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Draft, Resolved, ResolvedEnvironment
from mlplat.compiler.effective.training_api import needs_own_runtime
from mlplat.compiler.effective.workload import unit_of
from mlplat.compiler.lower.training_plan import plan_training, training_identity
from mlplat.compiler.lower.training_runtime import training_runtime
from mlplat.compiler.lower.training_template import training_body
from mlplat.schema.training import TrainingJob

_BEFORE_JOB = -1
"""Wave of a runtime: the webhook refuses a TrainJob whose runtime is not there (Trainer 2.1.0 to 2.3.0)."""


def lower_training_job(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> Iterable[Draft]:
    """The job as one run, and before it the runtime that it needs where no stock runtime does."""
    unit = unit_of(document, env, "training")
    plan = plan_training(document, env)
    if needs_own_runtime(document, env):
        yield Draft(training_runtime(plan), document, unit, wave=_BEFORE_JOB)
    yield Draft(training_body(plan), document, unit, run=training_identity(document, env))
