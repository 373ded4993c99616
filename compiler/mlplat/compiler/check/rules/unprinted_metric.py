"""A metric that the component does not print: Katib would wait for it and call every trial failed."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.component_uses import component_of_trial
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, suggestion
from mlplat.schema.tuning import TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each metric of an objective that is not in the component's `metrics`."""
    for experiment in env.all(TuningExperiment):
        found = component_of_trial(experiment, env)
        if found is None:
            continue
        objective, component = experiment.document.spec.objective, found[1]
        printed = component.document.spec.metrics
        metrics: list[tuple[Path, str]] = [(("spec", "objective", "metric"), objective.metric)]
        metrics += [
            (("spec", "objective", "additionalMetrics", index), name)
            for index, name in enumerate(objective.additional_metrics)
        ]
        for path, name in metrics:
            if name not in printed:
                told = (component.label(("spec", "metrics"), "what it prints"),) if printed else ()
                yield Found(
                    experiment,
                    path,
                    f"component `{component.name}` does not print `{name}`, which {named(experiment)} wants",
                    "not a metric of the component",
                    help=suggestion(name, printed, "metric")
                    if printed
                    else f"list what component `{component.name}` prints in its `metrics`",
                    secondary=told,
                )


RULE = SpecRule("MLP351", check)
