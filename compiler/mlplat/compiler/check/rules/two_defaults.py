"""Several default storage classes, of which only one can be what a volume without a class gets."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each default after the first."""
    classes = env.environment.document.spec.storage_classes
    defaults = [index for index, item in enumerate(classes) if item.default]
    for index in defaults[1:]:
        yield Found(
            env.environment,
            ("spec", "storageClasses", index, "default"),
            f"storage class `{classes[index].name}` is another default",
            "a second default",
            notes=(f"volumes that name no class would get `{classes[defaults[0]].name}`, the first one",),
            help="delete `default` from all but one",
            secondary=(env.environment.label(("spec", "storageClasses", defaults[0], "default"), "the first default"),),
        )


RULE = SpecRule("MLP329", check)
