"""A member of a team, or its owner, that stands for everybody, for nobody, or for those who may do everything anyway.

Source: k8s.io/apiserver `pkg/authentication/user/user.go`: every request without credentials is `system:anonymous` in
`system:unauthenticated`, every other one is in `system:authenticated`; `system:masters` is authorised without rules.
"""

from collections.abc import Iterable, Iterator, Mapping

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.team import Team

_WHO: Mapping[str, str] = {
    "system:anonymous": "everybody who reaches the API server, without a password",
    "system:unauthenticated": "everybody who reaches the API server, without a password",
    "system:authenticated": "everybody who can log in, and every ServiceAccount of the cluster",
    "system:serviceaccounts": "every ServiceAccount of the cluster",
    "system:masters": "the cluster's administrators, who may do everything without it",
}


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each such name."""
    for team in env.all(Team):
        spec = team.document.spec
        yield from _found(team, ("spec", "owner", "name"), spec.owner.name)
        for index, member in enumerate(spec.members):
            yield from _found(team, ("spec", "members", index, "name"), member.name)


def _found(team: Resolved[Team], path: Path, name: str) -> Iterator[Found]:
    who = _WHO.get(name)
    if who is not None:
        yield Found(
            team,
            path,
            f"`{name}` in {named(team)} is nobody in particular",
            "stands for many",
            notes=(f"it is {who}",),
            help="name people, groups of the single sign-on, or single ServiceAccounts",
        )


RULE = SpecRule("MLP373", check)
