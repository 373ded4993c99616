"""The values to try of one parameter: fields that do not go together, ranges that are empty.

The first are refused by Katib's webhook (validator.go, validateParameters, 0.16 to 0.19), the others fail in the
suggestion service, which reads whole numbers for int parameters (`pkg/suggestion/v1beta1/internal/search_space.py`) and
takes logarithms for log distributions (`hyperopt/base_service.py`).
"""

from collections.abc import Iterable, Iterator

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.tuning import SearchParameter, TuningExperiment

NUMERIC = ("int", "double")


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """Findings on each searched parameter."""
    for experiment in env.all(TuningExperiment):
        for index, parameter in enumerate(experiment.document.spec.parameters):
            path = ("spec", "parameters", index)
            if "{" in parameter.name or "}" in parameter.name:
                yield Found(
                    experiment,
                    (*path, "name"),
                    f"{named(experiment)} searches `{parameter.name}`, a name with braces",
                    "Katib refuses braces",
                    help="rename the parameter",
                )
            judge = _range if parameter.type in NUMERIC else _list
            yield from judge(experiment, path, parameter)
            if parameter.type in NUMERIC and env.versions.at_least("katib", "0.18"):
                yield from _distribution(experiment, path, parameter)


def _range(experiment: Resolved[TuningExperiment], path: Path, parameter: SearchParameter) -> Iterator[Found]:
    who = f"`{parameter.name}` of {named(experiment)}"
    missing = [bound for bound in ("min", "max") if getattr(parameter, bound) is None]
    if missing:
        yield Found(
            experiment,
            (*path, "name"),
            f"{who} has no range to search",
            f"`{'` and `'.join(missing)}` missing",
            help=f"add {' and '.join(f'`{bound}`' for bound in missing)}",
        )
    if parameter.values:
        yield Found(
            experiment,
            (*path, "values"),
            f"{who} has a list of values, which type {parameter.type} does not take",
            f"not for type {parameter.type}",
            help="delete `values`, or write `type: discrete`",
            at_key=True,
        )
    if parameter.min is not None and parameter.max is not None and parameter.min > parameter.max:
        yield Found(
            experiment,
            (*path, "min"),
            f"{who} has an empty range",
            "above `max`",
            secondary=(experiment.label((*path, "max"), "the largest value"),),
            help="exchange the two bounds",
        )
    for bound in ("min", "max", "step"):
        value = getattr(parameter, bound)
        if parameter.type == "int" and isinstance(value, float) and not value.is_integer():
            yield Found(
                experiment,
                (*path, bound),
                f"`{bound}` of {who} is not a whole number",
                "of type int",
                help="write a whole number, or `type: double`",
            )
    if parameter.step is not None and parameter.step <= 0:
        yield Found(
            experiment,
            (*path, "step"),
            f"{who} has a step that leads nowhere",
            "not above 0",
            help="write a step above 0",
        )


def _list(experiment: Resolved[TuningExperiment], path: Path, parameter: SearchParameter) -> Iterator[Found]:
    who = f"`{parameter.name}` of {named(experiment)}"
    if not parameter.values:
        yield Found(
            experiment,
            (*path, "name"),
            f"{who} has no values to try",
            "`values` missing",
            help="add `values` with a list",
        )
    for field in ("min", "max", "step", "distribution"):
        if getattr(parameter, field) is not None:
            yield Found(
                experiment,
                (*path, field),
                f"{who} has `{field}`, which type {parameter.type} does not take",
                f"not for type {parameter.type}",
                help=f"delete `{field}`, or write `type: double`",
                at_key=True,
            )


def _distribution(experiment: Resolved[TuningExperiment], path: Path, parameter: SearchParameter) -> Iterator[Found]:
    logarithmic = parameter.distribution in ("logUniform", "logNormal")
    if logarithmic and parameter.min is not None and parameter.min <= 0:
        yield Found(
            experiment,
            (*path, "min"),
            f"`{parameter.name}` of {named(experiment)} has a logarithmic scale that starts at {parameter.min}",
            "has no logarithm",
            secondary=(experiment.label((*path, "distribution"), "a logarithmic scale"),),
            help="write a `min` above 0",
        )


RULE = SpecRule("MLP354", check)
