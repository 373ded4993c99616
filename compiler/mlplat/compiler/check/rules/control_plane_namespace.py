"""A team in a namespace of the control plane (`namespaces.py` says why)."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.namespaces import CONTROL_PLANE
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.workload import namespace_of
from mlplat.schema.team import Team

_RESERVED = CONTROL_PLANE | {"default"}


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each team; the namespace of Argo CD is the one that the environment names."""
    argocd = env.environment.document.spec.argocd.namespace
    for team in env.all(Team):
        namespace = namespace_of(team)
        if namespace not in _RESERVED and namespace != argocd:
            continue
        path: Path = ("spec", "namespace") if team.document.spec.namespace is not None else ("metadata", "name")
        yield Found(
            team,
            path,
            f"{named(team)} has the namespace `{namespace}`, which is not for teams",
            "belongs to the cluster or its control plane",
            notes=("its workloads would be refused by webhooks there, or left alone by those that they need",),
            help=f"write `namespace: team-{namespace}`",
        )


RULE = SpecRule("MLP313", check)
