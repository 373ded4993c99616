"""A person in a team whom Istio does not let through to the servers of the namespace.

Kubeflow's access management makes an AuthorizationPolicy beside the RoleBinding of a contributor
(access-management/kfam/bindings.go, 1.8.0 to 2.0.0). One is emitted only for versions of Istio whose schema is held.
"""

from collections.abc import Iterable

from mlplat.catalog.index import held_versions
from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.workload import istio_guards, istio_lets_in
from mlplat.schema.team import Team


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each team with such members, at the first of them."""
    if not istio_guards(env) or istio_lets_in(env):
        return
    for team in env.all(Team):
        people = [index for index, member in enumerate(team.document.spec.members) if member.kind == "User"]
        if not people:
            continue
        others = f" and {len(people) - 1} more" if len(people) > 1 else ""
        name = team.document.spec.members[people[0]].name
        held = held_versions()["istio"]
        yield Found(
            team,
            ("spec", "members", people[0], "name"),
            f"`{name}`{others} of {named(team)} cannot pass Istio {env.versions.get('istio')}",
            "gets rights, but no way to the servers of the namespace",
            notes=(
                f"no AuthorizationPolicy is emitted: of Istio only the schemas of {held[-1]} are held to judge it by",
            ),
            help=f"write `versions: {{istio: {held[-1]}}}` where that version runs, or the policies as manifests",
        )


RULE = SpecRule("MLP368", check)
