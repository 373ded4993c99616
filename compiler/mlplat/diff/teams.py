"""Whose an object is."""

from mlplat.compiler.artifacts import KubeObject, ResolvedEnvironment
from mlplat.compiler.effective.workload import namespace_of
from mlplat.diff.state import Side
from mlplat.schema.team import Team


def team_of(item: KubeObject, *sides: Side) -> str | None:
    """The team of an object: that of its document, or that whose namespace it is in; None for the platform's own.

    Without a platform nothing says whose namespaces are, so it is None.
    """
    if item.origin is not None:
        return (
            item.origin.name if item.origin.kind == Team.kind_name else item.origin.team or _by_namespace(item, sides)
        )
    if all(side.resolved is None for side in sides):
        return None
    return _by_namespace(item, sides)


def _by_namespace(item: KubeObject, sides: tuple[Side, ...]) -> str | None:
    for side in reversed(sides):
        team = _namespaces(side.resolved).get(item.ref.namespace) if side.resolved is not None else None
        if team is not None:
            return team
    return None


def _namespaces(env: ResolvedEnvironment) -> dict[str, str]:
    found: dict[str, str] | None = env.memo.get("team_by_namespace")
    if found is None:
        found = env.memo["team_by_namespace"] = {namespace_of(team): team.name for team in env.all(Team)}
    return found
