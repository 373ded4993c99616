"""MLP455: a unit whose name is too long for the label `mlplat.dev/unit` of its Application."""

from collections.abc import Iterable

from mlplat.compiler.check.rule import FoundInObject, PlatformRule, PlatformScope

LONGEST = 63
"""Characters that the value of a label may have (Kubernetes, `ValidateLabelValue`)."""


def check(scope: PlatformScope) -> Iterable[tuple[str, FoundInObject]]:
    """One finding for each unit, in the first environment that has it: it is the same in all."""
    seen: set[str] = set()
    for environment, lowered in sorted(scope.objects.items()):
        if not scope.environments[environment].is_synced:
            continue
        for item in lowered.objects:
            if len(item.unit) <= LONGEST or item.unit in seen:
                continue
            seen.add(item.unit)
            yield (
                environment,
                FoundInObject(
                    item,
                    "/metadata/name",
                    f"the name of unit `{item.unit}` has {len(item.unit)} characters",
                    f"at most {LONGEST} are possible",
                    ("it is the value of the label `mlplat.dev/unit` of the Argo CD Application, which is refused",),
                    "shorten the name of the team, or of the unit in the team's `units`; "
                    "a team keeps its `namespace` when that is written",
                ),
            )


RULE = PlatformRule("MLP455", check)
