"""A parameter that the component requires and that gets no value."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.component_uses import component_uses
from mlplat.compiler.check.parameter_values import accepted
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each required parameter without a value; a default is not a value that somebody chose."""
    for use in component_uses(env):
        for index, parameter in enumerate(use.component.document.spec.parameters):
            if parameter.required and parameter.name not in use.values and parameter.name not in use.elsewhere:
                yield Found(
                    use.document,
                    use.path if use.document.node.at(use.path) is not None else use.named_at,
                    f"{named(use.document)} gives no value to `{parameter.name}`, which component "
                    f"`{use.component.name}` requires",
                    f"`{parameter.name}` is missing",
                    notes=(f"`{parameter.name}` is {accepted(parameter)}",),
                    help=f"add `{parameter.name}` to `parameters`",
                    secondary=(
                        use.component.label(("spec", "parameters", index, "required"), "required by the component"),
                    ),
                    at_key=True,
                )


RULE = SpecRule("MLP334", check)
