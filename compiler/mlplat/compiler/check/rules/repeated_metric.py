"""A metric that is named twice in one objective.

Katib's webhook refuses the objective's metric among the additional ones (validator.go, validateObjective, 0.16 to
0.19).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.tuning import TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each additional metric that was named before."""
    for experiment in env.all(TuningExperiment):
        objective = experiment.document.spec.objective
        first: dict[str, Path] = {objective.metric: ("spec", "objective", "metric")}
        for index, name in enumerate(objective.additional_metrics):
            path: Path = ("spec", "objective", "additionalMetrics", index)
            if name in first:
                yield Found(
                    experiment,
                    path,
                    f"{named(experiment)} names the metric `{name}` twice",
                    "named again",
                    secondary=(experiment.label(first[name], "first named here"),),
                    help=f"delete this `{name}`",
                )
            first.setdefault(name, path)


RULE = SpecRule("MLP352", check)
