"""What one trial of a tuning experiment really runs: a component or a copy of a training job, whose searched parameters
hold the place where Katib writes the value of each trial."""

from decimal import Decimal

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment, UncheckedError
from mlplat.compiler.effective.workload import (
    ContainerSource,
    EffectiveContainer,
    NodeChoice,
    argument_text,
    choose_nodes,
    make_container,
)
from mlplat.schema.component import Component
from mlplat.schema.pod import ParameterValue
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment, TuningExperimentSpec

LONGEST_PLAIN = 30
"""Digits up to which a number is written without an exponent."""


def placeholder(name: str) -> str:
    """The text that Katib replaces by a trial's value of a parameter (pkg/controller.v1beta1/experiment/manifest)."""
    return f"${{trialParameters.{name}}}"


def number_text(value: ParameterValue) -> str:
    """A value as Katib's search space and a command line have it: `0.00001` where Python says `1e-05`, `true` for a
    bool, text as it is. What is very large or very small keeps its exponent."""
    if isinstance(value, float):
        plain = format(Decimal(repr(value)), "f")
        return plain if len(plain) <= LONGEST_PLAIN else repr(value)
    return argument_text(value)


def bound_text(value: float | int, whole: bool) -> str:
    """`min`, `max` or `step` of a parameter; `whole`: the parameter is an int, for which Katib's algorithms read whole
    numbers only (`int(...)`, pkg/suggestion/v1beta1/internal/search_space.py)."""
    if whole and isinstance(value, float) and value.is_integer():
        return str(int(value))
    return number_text(value)


def trial_component(document: Resolved[TuningExperiment], env: ResolvedEnvironment) -> Component | None:
    """The component that a trial runs in one pod; None when it copies a training job."""
    found = env.find(Component, document.document.spec.trial.component)
    return found.document if found is not None else None


def trial_container(document: Resolved[TuningExperiment], env: ResolvedEnvironment) -> EffectiveContainer:
    """The container of a trial that runs a component. References have been checked."""
    component = trial_component(document, env)
    if component is None:
        raise UncheckedError(f"experiment {document.name} names no component; references are checked before")
    trial = document.document.spec.trial
    source = ContainerSource(
        component=component,
        parameters=_parameters(document.document.spec, {}),
        args=trial.args,
        env=trial.env,
        resources=trial.resources,
        accelerators=trial.accelerators,
        mounts=trial.volumes,
    )
    return make_container(env, source)


def trial_nodes(document: Resolved[TuningExperiment], env: ResolvedEnvironment) -> NodeChoice:
    """The nodes that the pods of a component's trials may run on."""
    trial = document.document.spec.trial
    return choose_nodes(env, trial.placement, trial.accelerators)


def trial_training_job(document: Resolved[TuningExperiment], env: ResolvedEnvironment) -> Resolved[TrainingJob] | None:
    """The training job that each trial runs a copy of, with the experiment's parameters, arguments and queue.

    Where the job names a component the searched parameters take their place among the others; else they are arguments
    after the job's own. None when a trial runs a component.
    """
    spec = document.document.spec
    job = env.find(TrainingJob, spec.trial.training_job)
    if job is None:
        return None
    # Patches change the job's own object, `rerun` its own run: a trial has neither.
    changes: dict[str, object] = {"args": (*job.document.spec.args, *spec.trial.args), "patches": (), "rerun": 0}
    if job.document.spec.component is not None:
        changes["parameters"] = _parameters(spec, job.document.spec.parameters)
    else:
        searched = tuple(f"--{parameter.name}={placeholder(parameter.name)}" for parameter in spec.parameters)
        changes["args"] = (*job.document.spec.args, *searched, *spec.trial.args)
    for field in ("queue", "priority"):
        if getattr(spec, field) is not None:
            changes[field] = getattr(spec, field)
    copied = job.document.model_copy(update={"spec": job.document.spec.model_copy(update=changes)})
    return Resolved(copied, job.node, job.layers)


def _parameters(spec: TuningExperimentSpec, inherited: dict[str, ParameterValue]) -> dict[str, ParameterValue]:
    searched = {parameter.name: placeholder(parameter.name) for parameter in spec.parameters}
    return {**inherited, **spec.trial.parameters, **searched}
