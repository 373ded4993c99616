"""A setting that the search algorithm does not have, a value that it does not take, one that it needs and lacks.

Katib's webhook does not look at them; the suggestion service refuses them, and then the Experiment fails. What each
service takes stands in `check/katib_settings.py`.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.katib_settings import ALGORITHMS
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.setting_findings import judge_settings
from mlplat.schema.tuning import TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """Findings on the settings of each experiment's algorithm."""
    for experiment in env.all(TuningExperiment):
        algorithm = experiment.document.spec.algorithm
        known = ALGORITHMS[algorithm.name]
        yield from judge_settings(experiment, ("spec", "algorithm"), algorithm.name, algorithm.settings, known)


RULE = SpecRule("MLP357", check)
