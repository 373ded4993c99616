"""MLP451: one unit, and so one Argo CD Application, for the objects of two teams."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import KubeObject, ResolvedEnvironment
from mlplat.compiler.check.rule import FoundInObject, PlatformRule, PlatformScope
from mlplat.compiler.effective import namespace_of
from mlplat.schema.team import Team

_PLATFORM = "the platform"


def check(scope: PlatformScope) -> Iterable[tuple[str, FoundInObject]]:
    """Units whose objects belong to several teams, or to a team and the platform."""
    for name, lowered in sorted(scope.objects.items()):
        env = scope.environments[name]
        namespaces = {namespace_of(team): team.name for team in env.all(Team)}
        owners: dict[str, dict[str, KubeObject]] = {}
        for item in lowered.objects:
            owners.setdefault(item.unit, {}).setdefault(_owner(item, env, namespaces), item)
        for unit, found in sorted(owners.items()):
            if len(found) > 1:
                yield name, _found(unit, found)


def _owner(item: KubeObject, env: ResolvedEnvironment, namespaces: dict[str, str]) -> str:
    """The team that an object belongs to: the document's, the one whose namespace it is or is in, else the platform."""
    origin = item.origin
    if origin is not None and (origin.kind == "Team" or origin.team is not None):
        return origin.name if origin.kind == "Team" else str(origin.team)
    if item.ref.kind == "Namespace":
        return namespaces.get(item.ref.name, _PLATFORM)
    return namespaces.get(item.ref.namespace, _PLATFORM)


def _found(unit: str, owners: dict[str, KubeObject]) -> FoundInObject:
    """Blames the team with the longest name: a team `a-training` beside the training jobs of a team `a`."""
    blamed = max(sorted(owners), key=lambda owner: (owner != _PLATFORM, len(owner)))
    others = " and ".join(f"`{owner}`" if owner != _PLATFORM else owner for owner in sorted(owners) if owner != blamed)
    return FoundInObject(
        owners[blamed],
        "/metadata/name",
        f"team `{blamed}` would share the Application `{unit}` with {others}",
        f"also in `{unit}`",
        ("an Application belongs to the project of one team, which allows only the namespace of that team",),
        "rename the team, or the unit that its Team document splits off",
    )


RULE = PlatformRule("MLP451", check)
