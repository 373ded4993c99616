"""A value that the component's parameter does not take: of another type, out of bounds, not one of the choices."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.check.component_uses import component_uses
from mlplat.compiler.check.parameter_values import accepted, has_type, value_problem
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.component import Component, Parameter
from mlplat.schema.pod import ParameterValue


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each value, in workloads and in the components themselves."""
    for component in env.all(Component):
        for index, parameter in enumerate(component.document.spec.parameters):
            yield from _own(component, index, parameter)
    for use in component_uses(env):
        parameters = {parameter.name: parameter for parameter in use.component.document.spec.parameters}
        for name, value in use.values.items():
            problem = value_problem(parameters[name], value) if name in parameters else None
            if problem is not None:
                yield Found(
                    use.document,
                    (*use.path, name),
                    f"{named(use.document)} gives `{name}` a value that component `{use.component.name}` does not take",
                    problem,
                    notes=(f"`{name}` is {accepted(parameters[name])}",),
                    help=_cure(parameters[name], value) or f"write {accepted(parameters[name])}",
                )


def _own(component: Resolved[Component], index: int, parameter: Parameter) -> Iterable[Found]:
    """What a component says of one parameter and contradicts itself."""
    path = ("spec", "parameters", index)
    if parameter.min is not None and parameter.max is not None and parameter.min > parameter.max:
        yield Found(
            component,
            (*path, "min"),
            f"no value is right for `{parameter.name}` of {named(component)}",
            "above its `max`",
            secondary=(component.label((*path, "max"), "the largest value"),),
            help="exchange the two bounds",
        )
        return
    for number, choice in enumerate(parameter.choices):
        if not has_type(parameter, choice):
            yield Found(
                component,
                (*path, "choices", number),
                f"a choice of `{parameter.name}` of {named(component)} is not of its type",
                f"`{parameter.name}` is of type {parameter.type}",
                help=_cure(parameter, choice) or f"write a value of type {parameter.type}",
            )
    problem = value_problem(parameter, parameter.default) if parameter.default is not None else None
    if problem is not None and parameter.default is not None:
        yield Found(
            component,
            (*path, "default"),
            f"the default of `{parameter.name}` of {named(component)} is no value that the parameter takes",
            problem,
            notes=(f"`{parameter.name}` is {accepted(parameter)}",),
            help=_cure(parameter, parameter.default) or f"write {accepted(parameter)}",
        )


def _cure(parameter: Parameter, value: ParameterValue) -> str | None:
    """What to write instead, where that can be told."""
    if parameter.type == "string" and not isinstance(value, str):
        return "put it in quotes"
    if parameter.type == "int" and isinstance(value, float) and value.is_integer():
        return f"write {int(value)}"
    if parameter.type in ("int", "float") and isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return None
        return "write it without quotes" if parameter.type == "float" or number.is_integer() else None
    return None


RULE = SpecRule("MLP335", check)
