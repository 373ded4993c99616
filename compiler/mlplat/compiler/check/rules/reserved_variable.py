"""Environment variables that controllers set: ranks, addresses, the size of the world.

Sources: Trainer 2.1 to 2.3 `pkg/constants/constants.go` and its webhook (refused); Training Operator 1.7 to 1.9
`pkg/controller.v1/*/envvar.go` (its value is appended after the user's); Katib 0.16 to 0.19
`pkg/webhook/v1beta1/pod/inject_webhook.go`; Knative `pkg/apis/serving/k8s_validation.go`; Kubeflow Notebooks
`notebook_controller.go`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.component_uses import component_uses, containers
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.training_api import RUN_NAME, has_folder_of_run, reserved_env, training_api
from mlplat.diagnostics import Label
from mlplat.schema.notebook import Notebook
from mlplat.schema.pod import EnvVar
from mlplat.schema.serving import ModelService
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment

_HARMLESS = frozenset({"PYTHONUNBUFFERED"})
"""Set by the Training Operator to what everybody sets it to."""

_KNATIVE = frozenset({"K_CONFIGURATION", "K_REVISION", "K_SERVICE", "PORT"})
_KATIB = frozenset({"KATIB_TRIAL_NAME"})
_NOTEBOOK = frozenset({"NB_PREFIX"})

_REASONS = {
    "trainjob": "Trainer and the launcher give it to every node: the webhook refuses the job, or the value is lost",
    "v1": "the Training Operator appends its own value after this one, in every pod",
    "katib": "Katib adds it to the pods of every trial",
    "knative": "Knative gives it to every container and refuses a service that sets it",
    "mlplat": "it holds the name of the run, which is a part of `CHECKPOINT_DIR`",
    "notebook": "the notebook controller overwrites it with the path that the server answers at",
}


@dataclass(frozen=True, slots=True)
class _Reserved:
    """Names that one document's pods may not set, and who sets them."""

    names: frozenset[str]
    setter: str


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each reserved variable, in the workload or in the component that it runs."""
    searched = frozenset(item.document.spec.trial.training_job or "" for item in env.all(TuningExperiment))
    for document, path, variables in _written(env):
        for reserved in _reserved(document, env, searched):
            yield from _in_list(document, path, variables, reserved)
    seen: set[tuple[str, str]] = set()
    for use in component_uses(env):
        for reserved in _reserved(use.document, env, searched):
            label = (use.document.label(use.named_at, f"run by {named(use.document)}"),)
            for found in _in_list(use.component, ("spec", "env"), use.component.document.spec.env, reserved, label):
                if (use.component.name, found.headline) not in seen:
                    seen.add((use.component.name, found.headline))
                    yield found


def _written(env: ResolvedEnvironment) -> Iterator[tuple[Resolved[Any], Path, tuple[EnvVar, ...]]]:
    for job in env.all(TrainingJob):
        yield job, ("spec", "env"), job.document.spec.env
    for experiment in env.all(TuningExperiment):
        yield experiment, ("spec", "trial", "env"), experiment.document.spec.trial.env
    for notebook in env.all(Notebook):
        yield notebook, ("spec", "env"), notebook.document.spec.env
    for service in env.all(ModelService):
        for path, container in containers(service):
            yield service, (*path, "env"), container.env
        if (model := service.document.spec.predictor.model) is not None:
            yield service, ("spec", "predictor", "model", "env"), model.env


def _reserved(document: Resolved[Any], env: ResolvedEnvironment, searched: frozenset[str]) -> Iterator[_Reserved]:
    """What sets variables of a document's pods; `searched` are the training jobs that experiments run."""
    if isinstance(document.document, TrainingJob):
        api = training_api(document, env)
        if api is not None:
            yield _Reserved(frozenset(reserved_env(document, env)) - _HARMLESS, api)
        if has_folder_of_run(document.document.spec):
            yield _Reserved(frozenset((RUN_NAME,)), "mlplat")
        if document.name in searched:
            yield _Reserved(_KATIB, "katib")
    elif isinstance(document.document, TuningExperiment):
        yield _Reserved(_KATIB, "katib")
    elif isinstance(document.document, Notebook):
        yield _Reserved(_NOTEBOOK, "notebook")
    elif isinstance(document.document, ModelService) and document.document.spec.mode == "Knative":
        yield _Reserved(_KNATIVE, "knative")


def _in_list(
    document: Resolved[Any],
    path: Path,
    variables: tuple[EnvVar, ...],
    reserved: _Reserved,
    secondary: tuple[Label, ...] = (),
) -> Iterator[Found]:
    for index, variable in enumerate(variables):
        if variable.name in reserved.names:
            yield Found(
                document,
                (*path, index, "name"),
                f"{named(document)} sets `{variable.name}`, which is set for it",
                "set by its controller" if reserved.setter != "mlplat" else "set by mlplat",
                notes=(_REASONS[reserved.setter],),
                help=f"delete the entry `{variable.name}`",
                secondary=secondary,
            )


RULE = SpecRule("MLP331", check)
