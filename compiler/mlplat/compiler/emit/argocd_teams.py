"""Whose a unit is, and which namespaces its objects are in."""

from collections.abc import Iterable, Sequence

from mlplat.compiler.artifacts import KubeObject, ResolvedEnvironment
from mlplat.compiler.effective.workload import namespace_of
from mlplat.schema.team import Team


def team_of_unit(name: str, objects: Iterable[KubeObject], env: ResolvedEnvironment) -> str | None:
    """The team whose unit this is; None for the platform's own.

    A team's unit is named `<team>` or `<team>-<rest>`. Where several names fit (teams `vision` and `vision-lab`, or a
    platform unit that happens to begin with a team's name), the objects decide: the team that owns most of them.
    """
    candidates = [team for prefix in _prefixes(name) if (team := env.find(Team, prefix)) is not None]
    owned = {team.name: 0 for team in candidates}
    for item in objects:
        for team in candidates:
            owned[team.name] += _owns(team.name, namespace_of(team), item)
    best = max(owned, key=lambda team: (owned[team], len(team)), default=None)
    return best if best is not None and owned[best] else None


def _prefixes(name: str) -> Iterable[str]:
    """The name, and what stands before each of its `-`: looking these up is faster than trying every team."""
    yield name
    for index, character in enumerate(name):
        if character == "-":
            yield name[:index]


def home_namespace(team: str | None, objects: Sequence[KubeObject], env: ResolvedEnvironment) -> str:
    """The namespace that an Application names as its destination, which its project must allow: the team's, else the
    first that its objects are in. It only matters to objects without a namespace, and ours all have theirs."""
    owner = env.find(Team, team)
    if owner is not None:
        return namespace_of(owner)
    return next(iter(namespaces_of(objects)), "default")


def namespaces_of(objects: Iterable[KubeObject]) -> list[str]:
    """The namespaces that objects are in, sorted."""
    return sorted({item.ref.namespace for item in objects} - {""})


def _owns(team: str, namespace: str, item: KubeObject) -> bool:
    if item.origin is None:
        return item.ref.namespace == namespace
    if item.origin.kind == Team.kind_name:
        return item.origin.name == team
    return item.origin.team == team or (item.origin.team is None and item.ref.namespace == namespace)
