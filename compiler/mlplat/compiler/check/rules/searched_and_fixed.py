"""A parameter that is searched and given a fixed value too: the search would win without a word."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.tuning import TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each. What the trial's training job fixes is its own default and may be searched."""
    for experiment in env.all(TuningExperiment):
        spec = experiment.document.spec
        for index, parameter in enumerate(spec.parameters):
            if parameter.name in spec.trial.parameters:
                yield Found(
                    experiment,
                    ("spec", "trial", "parameters", parameter.name),
                    f"{named(experiment)} searches `{parameter.name}` and fixes it too",
                    "never used",
                    secondary=(experiment.label(("spec", "parameters", index, "name"), "searched here"),),
                    help=f"delete one of the two `{parameter.name}`",
                    at_key=True,
                )


RULE = SpecRule("MLP355", check)
