"""MLP431: a hand-written object in a namespace that nothing is known to create."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.namespaces import CONTROL_PLANE
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.effective.workload import namespace_of
from mlplat.diagnostics import near_misses
from mlplat.schema.team import Team

_IN_CLUSTER = re.compile(r"^[^.]+\.(?P<namespace>[^.]+)\.svc(\.|$)")
_CURE = (
    "use the namespace of a team, or declare it as a Namespace beside the object; "
    "one that others create is allowed with a reason"
)


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Manifests in a namespace that is not a team's, a known part of a cluster, declared, or that of a service."""
    if scope.environment is None:
        return
    env = scope.environment
    teams = {namespace_of(team) for team in env.all(Team)}
    declared = {item.ref.name for item in scope.objects if item.ref.kind == "Namespace" and not item.ref.group}
    others = {"default", env.environment.document.spec.argocd.namespace, *CONTROL_PLANE, *_of_services(env)}
    for item in scope.objects:
        namespace = item.ref.namespace
        if item.node is None or not namespace or namespace in teams | declared | others:
            continue
        close = near_misses(namespace, teams | declared) or near_misses(namespace, others)
        yield FoundInObject(
            item,
            "/metadata/namespace",
            f"{called(item)} stands in a namespace that nothing creates: `{namespace}`",
            "no team has it, and no manifest declares it",
            ("the server refuses objects of a namespace that is not there",),
            f"write `{close[0]}`" if close else _CURE,
        )


def _of_services(env: ResolvedEnvironment) -> Iterator[str]:
    """Namespaces in which the services of the environment run, by their addresses in the cluster."""
    for _, service in env.environment.document.spec.services:
        found = _IN_CLUSTER.match(urlsplit(service.uri).hostname or "") if service is not None else None
        if found is not None:
            yield found["namespace"]


RULE = ObjectRule("MLP431", check)
