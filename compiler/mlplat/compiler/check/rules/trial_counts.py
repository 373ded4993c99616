"""Trial counts that Katib's webhook refuses (validator.go, ValidateExperiment, 0.16 to 0.19)."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.tuning import TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each count that is larger than the number of trials."""
    for experiment in env.all(TuningExperiment):
        spec = experiment.document.spec
        for field, count, words in (
            ("parallelTrials", spec.parallel_trials, "runs more trials at a time than there are"),
            ("maxFailedTrials", spec.max_failed_trials, "allows more trials to fail than there are"),
        ):
            if count is not None and count > spec.max_trials:
                yield Found(
                    experiment,
                    ("spec", field),
                    f"{named(experiment)} {words}",
                    f"more than {spec.max_trials}",
                    secondary=(experiment.label(("spec", "maxTrials"), "trials in all"),),
                    help=f"write `{field}: {spec.max_trials}`, or raise `maxTrials`",
                )


RULE = SpecRule("MLP353", check)
