"""MLP454: Applications of two environments with one name: `<environment>-<unit>` can be read in two ways.

Argo CD keeps all Applications of its namespace apart by their names alone.
"""

from collections.abc import Iterable, Mapping

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.rule import FoundInObject, PlatformRule, PlatformScope


def check(scope: PlatformScope) -> Iterable[tuple[str, FoundInObject]]:
    """One finding for each name that is taken, in the later environment by name."""
    taken: dict[tuple[str, str], tuple[str, str]] = {}
    for environment in sorted(scope.objects):
        env = scope.environments[environment]
        if not env.is_synced:
            continue
        for unit, first in sorted(_units(scope.objects[environment].objects).items()):
            key = (env.environment.document.spec.argocd.namespace, f"{environment}-{unit}")
            other, other_unit = taken.setdefault(key, (environment, unit))
            if other != environment:
                yield (
                    environment,
                    FoundInObject(
                        first,
                        "/metadata/name",
                        f"unit `{unit}` of `{environment}` and unit `{other_unit}` of `{other}` "
                        f"have one Application, `{key[1]}`",
                        f"in unit `{unit}`",
                        ("whichever is synced last would take the other's place, and prune what that one made",),
                        "rename the team or one of the environments, or give one another `argocd.namespace`",
                    ),
                )


def _units(objects: Iterable[KubeObject]) -> Mapping[str, KubeObject]:
    """The first object of each unit."""
    units: dict[str, KubeObject] = {}
    for item in objects:
        units.setdefault(item.unit, item)
    return units


RULE = PlatformRule("MLP454", check)
