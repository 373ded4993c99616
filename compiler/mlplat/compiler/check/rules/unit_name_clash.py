"""Two units with one name: `<team>-<family>` of one team is the name of another team, or of a unit that was split off.

What both hold would be one Argo CD Application, which belongs to one of the teams.
"""

from collections.abc import Iterable, Iterator

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.team import Team

FAMILIES = ("manifests", "notebooks", "serving", "training", "tuning")
"""What a team's own units are called after its name, besides the team's name itself."""

PLATFORM = ("platform-manifests", "platform-queues")
"""Units that belong to no team."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each unit whose name is taken."""
    taken = dict.fromkeys(PLATFORM, "the platform's own")
    teams = env.all(Team)
    for team in teams:
        taken[team.name] = f"the one of {named(team)}"
    for team in teams:
        for family in FAMILIES:
            name = f"{team.name}-{family}"
            if name in taken:
                yield from _clash_of_team(name, taken[name], teams, team)
            else:
                taken[name] = f"the unit `{family}` of {named(team)}"
    for team in teams:
        for index, split in enumerate(team.document.spec.units):
            name = f"{team.name}-{split.name}"
            if name in taken:
                yield _found(team, ("spec", "units", index, "name"), name, taken[name])
            taken.setdefault(name, f"the unit `{split.name}` of {named(team)}")


def _clash_of_team(name: str, owner: str, teams: Iterable[Resolved[Team]], other: Resolved[Team]) -> Iterator[Found]:
    """A team whose name is that of another team's unit is to be renamed; where it is the platform's own, `other`."""
    wrong = next((team for team in teams if team.name == name), None)
    if wrong is None:
        yield _found(other, ("metadata", "name"), name, owner)
    else:
        yield _found(wrong, ("metadata", "name"), name, f"a unit of {named(other)}")


def _found(team: Resolved[Team], path: Path, name: str, owner: str) -> Found:
    return Found(
        team,
        path,
        f"unit `{name}` of {named(team)} has the name of another unit",
        f"also {owner}",
        notes=("objects of both would be synced by one Application, with the rights of one of them",),
        help="rename it",
    )


RULE = SpecRule("MLP321", check)
