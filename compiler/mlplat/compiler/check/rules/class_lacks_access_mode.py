"""A claim with an access mode that its storage class does not offer: no volume is ever made for it."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.schema.storage import Volume


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each mode of each volume that is made; without a class and a default nothing is known."""
    classes = env.environment.document.spec.storage_classes
    default = next((item for item in classes if item.default), None)
    for volume in env.all(Volume):
        spec = volume.document.spec
        if spec.existing:
            continue
        wanted = next((item for item in classes if item.name == spec.storage_class), None)
        storage_class = wanted if spec.storage_class is not None else default
        if storage_class is None:
            continue
        written = volume.node.at(("spec", "accessModes")) is not None
        for index, mode in enumerate(spec.access_modes):
            if mode in storage_class.access_modes:
                continue
            able = [item.name for item in classes if set(spec.access_modes) <= set(item.access_modes)]
            entry = next(place for place, item in enumerate(classes) if item.name == storage_class.name)
            yield Found(
                volume,
                ("spec", "accessModes", index) if written else ("metadata", "name"),
                f"{named(volume)} is to be {mode}, which storage class `{storage_class.name}` does not offer",
                "not offered",
                notes=(f"`{storage_class.name}` offers {quoted(storage_class.access_modes)}",),
                help=f"write `storageClass: {able[0]}`" if able else "choose an access mode that a class offers",
                secondary=(
                    env.environment.label(("spec", "storageClasses", entry, "accessModes"), "what the class offers"),
                ),
            )


RULE = SpecRule("MLP306", check)
