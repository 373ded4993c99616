"""Two teams with one namespace: each would own its quota, its limits and its members."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.workload import namespace_of
from mlplat.schema.team import Team


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each team whose namespace a team before it (by name) has."""
    first: dict[str, Resolved[Team]] = {}
    for team in env.all(Team):
        namespace = namespace_of(team)
        other = first.setdefault(namespace, team)
        if other is team:
            continue
        yield Found(
            team,
            _path(team),
            f"{named(team)} has the namespace of {named(other)}",
            f"namespace `{namespace}`",
            notes=("objects of both would overwrite each other",),
            help="give it a namespace of its own, or make one team of the two",
            secondary=(other.label(_path(other), f"namespace of {named(other)}"),),
        )


def _path(team: Resolved[Team]) -> Path:
    return ("spec", "namespace") if team.document.spec.namespace is not None else ("metadata", "name")


RULE = SpecRule("MLP320", check)
