"""A search for values that the component's parameter does not take: the trials would fail one by one."""

from collections.abc import Iterable, Iterator

from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.component_uses import component_of_trial
from mlplat.compiler.check.parameter_values import accepted, value_problem
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.component import Parameter
from mlplat.schema.tuning import SearchParameter, TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each bound or value beyond what the component takes, or for a type that is not its own."""
    for experiment in env.all(TuningExperiment):
        found = component_of_trial(experiment, env)
        if found is None:
            continue
        component = found[1]
        declared = {item.name: (index, item) for index, item in enumerate(component.document.spec.parameters)}
        for index, searched in enumerate(experiment.document.spec.parameters):
            if searched.name not in declared:
                continue
            number, parameter = declared[searched.name]
            for path, problem in _problems(searched, parameter):
                yield Found(
                    experiment,
                    ("spec", "parameters", index, *path),
                    f"{named(experiment)} tries values of `{searched.name}` that component `{component.name}` "
                    "does not take",
                    problem,
                    notes=(f"`{searched.name}` is {accepted(parameter)}",),
                    help="search within what the component takes, or change the component",
                    secondary=(component.label(("spec", "parameters", number, "name"), "the component's parameter"),),
                )


def _problems(searched: SearchParameter, parameter: Parameter) -> Iterator[tuple[Path, str]]:
    if searched.type in ("discrete", "categorical"):
        for number, value in enumerate(searched.values):
            if (problem := value_problem(parameter, value)) is not None:
                yield ("values", number), problem
        return
    if parameter.type not in (("int", "float") if searched.type == "int" else ("float",)):
        yield ("type",), f"the component's is of type {parameter.type}"
        return
    if parameter.choices:
        yield ("type",), "the component takes single values only"
        return
    for bound in ("min", "max"):
        value = getattr(searched, bound)
        if value is None:
            continue
        if parameter.min is not None and value < parameter.min:
            yield (bound,), f"below {parameter.min}"
        elif parameter.max is not None and value > parameter.max:
            yield (bound,), f"above {parameter.max}"


RULE = SpecRule("MLP356", check)
