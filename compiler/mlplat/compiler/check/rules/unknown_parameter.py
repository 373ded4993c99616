"""A value, or a search, for a parameter that the component does not have.

It would reach the program as an argument that it does not know.
"""

from collections.abc import Iterable
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.component_uses import component_of_trial, component_uses
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, suggestion
from mlplat.schema.component import Component
from mlplat.schema.tuning import TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each name that the component does not declare."""
    for use in component_uses(env):
        for name in use.values:
            yield from _judge(use.document, use.component, name, (*use.path, name))
    for experiment in env.all(TuningExperiment):
        if (found := component_of_trial(experiment, env)) is not None:
            for index, parameter in enumerate(experiment.document.spec.parameters):
                path = ("spec", "parameters", index, "name")
                yield from _judge(experiment, found[1], parameter.name, path)


def _judge(document: Resolved[Any], component: Resolved[Component], name: str, path: Path) -> Iterable[Found]:
    known = {parameter.name for parameter in component.document.spec.parameters}
    if name not in known:
        yield Found(
            document,
            path,
            f"component `{component.name}` has no parameter `{name}`, which {named(document)} gives it",
            "not a parameter of the component",
            help=suggestion(name, known, "parameter"),
            at_key=path[-1] != "name",
        )


RULE = SpecRule("MLP333", check)
