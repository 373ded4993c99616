"""Whether a value is one that a component's parameter takes."""

from typing import TypeGuard

from mlplat.schema.component import Parameter
from mlplat.schema.pod import ParameterValue

WORDS = {"int": "a whole number", "float": "a number", "string": "text", "bool": "`true` or `false`"}
"""Type of a parameter to what its values are."""


def is_number(value: object) -> TypeGuard[int | float]:
    """True for numbers; `true` and `false` are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def has_type(parameter: Parameter, value: ParameterValue) -> bool:
    """True when a value is of the parameter's type. A whole number is a number too; nothing else is converted."""
    if parameter.type == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if parameter.type == "float":
        return is_number(value)
    return isinstance(value, bool if parameter.type == "bool" else str)


def value_problem(parameter: Parameter, value: ParameterValue) -> str | None:
    """What is wrong with a value, to follow "the value is"; None for a value that the parameter takes."""
    if not has_type(parameter, value):
        return f"not {WORDS[parameter.type]}"
    if is_number(value):
        if parameter.min is not None and value < parameter.min:
            return f"below {parameter.min}"
        if parameter.max is not None and value > parameter.max:
            return f"above {parameter.max}"
    if parameter.choices and value not in parameter.choices:
        return "not one of its choices"
    return None


def accepted(parameter: Parameter) -> str:
    """What a parameter takes, in words: its type and bounds."""
    bounds = []
    if parameter.min is not None:
        bounds.append(f"at least {parameter.min}")
    if parameter.max is not None:
        bounds.append(f"at most {parameter.max}")
    if parameter.choices:
        bounds.append("one of " + ", ".join(f"`{choice}`" for choice in parameter.choices))
    return ", ".join([WORDS[parameter.type], *bounds])
