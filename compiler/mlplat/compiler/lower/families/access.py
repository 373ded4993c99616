"""Members of teams to their rights: a RoleBinding each, and the way through Istio to the servers of the namespace.

Both are as Kubeflow's access management writes them (access-management/kfam/bindings.go, 1.8.0 to 2.0.0), so that the
dashboard shows the members as contributors, and does not add one twice.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from mlplat.compiler.artifacts import Draft, Resolved, ResolvedEnvironment
from mlplat.compiler.effective.workload import istio_lets_in, namespace_of
from mlplat.schema.team import Member, Team

RBAC = "rbac.authorization.k8s.io"

USER_HEADER = "kubeflow-userid"
"""Header in which the distribution's gateway says who asks, without a prefix (profile-controller `USERID_HEADER`)."""

PRINCIPALS = (
    "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account",
    "cluster.local/ns/kubeflow/sa/ml-pipeline-ui",
)
"""Who may be believed to set that header: the gateway and the pipelines' server, by the names of the distribution."""

_LONGEST = 253


def lower_access(env: ResolvedEnvironment) -> Iterable[Draft]:
    """A RoleBinding for each member of each team; an AuthorizationPolicy too for people, where Istio guards the
    namespaces and the schema of its version is held. (There is none for groups: the header names the person only.)"""
    policies = istio_lets_in(env)
    for team in env.all(Team):
        members = _members(team, env)
        names = binding_names(members)
        for member, name in zip(members, names, strict=True):
            yield Draft(_role_binding(team, member, name), team, team.name)
            if member.kind == "User" and policies:
                yield Draft(_authorization_policy(team, member, name), team, team.name)


def binding_names(members: Iterable[Member]) -> tuple[str, ...]:
    """Names of the members' bindings, in order: Kubeflow's own, with a hash where that is too long or not unique.

    The role is part of the name: the API server refuses another role in a RoleBinding that is there.
    """
    listed = tuple(members)
    plain = [_plain_name(member) for member in listed]
    uses = Counter(plain)
    return tuple(
        name if uses[name] == 1 and len(name) <= _LONGEST else _hashed(name, member)
        for name, member in zip(plain, listed, strict=True)
    )


def _plain_name(member: Member) -> str:
    person = re.sub(r"[^a-zA-Z0-9]+", "-", member.name)
    return re.sub(r"[^a-z0-9]+", "-", f"{member.kind}-{person}-clusterrole-{member.role}".lower())


def _hashed(name: str, member: Member) -> str:
    digest = hashlib.sha256(f"{member.kind}/{member.name}".encode()).hexdigest()[:8]
    return f"{name[: _LONGEST - 9].rstrip('-')}-{digest}"


def _members(team: Resolved[Team], env: ResolvedEnvironment) -> tuple[Member, ...]:
    """The members; the owner too where no profile controller is there to give the owner rights."""
    spec = team.document.spec
    if env.versions.has("profiles") or spec.existing:
        return spec.members
    return (Member(name=spec.owner.name, kind=spec.owner.kind, role="admin"), *spec.members)


def _metadata(team: Resolved[Team], member: Member, name: str) -> dict[str, Any]:
    annotations = {"role": member.role, "user": member.name}
    return {"name": name, "namespace": namespace_of(team), "annotations": annotations}


def _role_binding(team: Resolved[Team], member: Member, name: str) -> dict[str, Any]:
    """`apiGroup` is written although the API server would fill it in: `subjects` is an atomic list."""
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": _metadata(team, member, name),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": f"kubeflow-{member.role}"},
        "subjects": [{"apiGroup": RBAC, "kind": member.kind, "name": member.name}],
    }


def _authorization_policy(team: Resolved[Team], member: Member, name: str) -> dict[str, Any]:
    rule = {
        "from": [{"source": {"principals": list(PRINCIPALS)}}],
        "when": [{"key": f"request.headers[{USER_HEADER}]", "values": [member.name]}],
    }
    return {
        "apiVersion": "security.istio.io/v1",  # served from Istio 1.22 on, and no older one's schema is held
        "kind": "AuthorizationPolicy",
        "metadata": _metadata(team, member, name),
        "spec": {"rules": [rule]},
    }
