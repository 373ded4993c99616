"""Where specifications name a component and give values to its parameters: jobs, trials, servers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.schema.component import Component
from mlplat.schema.pod import Container, ParameterValue
from mlplat.schema.serving import ModelService
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment


@dataclass(frozen=True, slots=True)
class ComponentUse:
    """One place that runs a component.

    `named_at` is the reference (to the component, or to the training job that names it), `path` the map with the
    values `values`. `elsewhere` are parameters that get their value in another way: searched, or from the job.
    """

    document: Resolved[Any]
    component: Resolved[Component]
    named_at: Path
    path: Path
    values: Mapping[str, ParameterValue]
    elsewhere: frozenset[str] = frozenset()


STEPS = ("predictor", "transformer", "explainer")
"""The parts of a model service that can run a container of your own."""


def containers(service: Resolved[ModelService]) -> Iterator[tuple[Path, Container]]:
    """The containers of a model service, with their places."""
    for name in STEPS:
        step = getattr(service.document.spec, name)
        if step is not None and step.container is not None:
            yield ("spec", name, "container"), step.container


def component_of_trial(
    experiment: Resolved[TuningExperiment], env: ResolvedEnvironment
) -> tuple[Path, Resolved[Component]] | None:
    """The component that an experiment's trials run, by itself or through a training job, and where that is named."""
    trial = experiment.document.spec.trial
    if (component := env.find(Component, trial.component)) is not None:
        return ("spec", "trial", "component"), component
    job = env.find(TrainingJob, trial.training_job)
    component = env.find(Component, job.document.spec.component) if job is not None else None
    return (("spec", "trial", "trainingJob"), component) if component is not None else None


def component_uses(env: ResolvedEnvironment) -> Iterator[ComponentUse]:
    """Every use of a component in an environment."""
    for job in env.all(TrainingJob):
        spec = job.document.spec
        if (component := env.find(Component, spec.component)) is not None:
            yield ComponentUse(job, component, ("spec", "component"), ("spec", "parameters"), spec.parameters)
    for experiment in env.all(TuningExperiment):
        if (found := component_of_trial(experiment, env)) is not None:
            trial = experiment.document.spec.trial
            source = env.find(TrainingJob, trial.training_job)
            given = {parameter.name for parameter in experiment.document.spec.parameters}
            given |= set(source.document.spec.parameters) if source is not None else set()
            at: Path = ("spec", "trial", "parameters")
            yield ComponentUse(experiment, found[1], found[0], at, trial.parameters, frozenset(given))
    for service in env.all(ModelService):
        for path, container in containers(service):
            if (component := env.find(Component, container.component)) is not None:
                named_at, values = (*path, "component"), (*path, "parameters")
                yield ComponentUse(service, component, named_at, values, container.parameters)
