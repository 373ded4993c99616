"""Addresses of the platform's services to what the workloads of a namespace can choose: a PodDefault, or a ConfigMap
where nothing injects PodDefaults."""

from collections.abc import Iterable
from typing import Any

from mlplat.compiler.artifacts import Draft, ResolvedEnvironment
from mlplat.compiler.effective.workload import ENDPOINTS_LABEL, ENDPOINTS_NAME, endpoint_env, namespace_of
from mlplat.compiler.lower.pod import env_list
from mlplat.schema.team import Team


def lower_endpoints(env: ResolvedEnvironment) -> Iterable[Draft]:
    """One object for each team; none where the environment has no services. The ConfigMap has no credentials."""
    variables = endpoint_env(env)
    if not variables:
        return
    for team in env.all(Team):
        metadata = {"name": ENDPOINTS_NAME, "namespace": namespace_of(team)}
        if env.versions.has("profiles"):
            yield Draft(_pod_default(metadata, env_list(variables)), team, team.name)
        else:
            plain = {variable.name: variable.value for variable in variables if variable.value}
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(sorted(plain.items()))}
            yield Draft(body, team, team.name)


def _pod_default(metadata: dict[str, Any], variables: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "apiVersion": "kubeflow.org/v1alpha1",
        "kind": "PodDefault",
        "metadata": metadata,
        "spec": {
            "desc": "Addresses and credentials of the platform's services",
            "env": variables,
            "selector": {"matchLabels": {ENDPOINTS_LABEL: "true"}},
        },
    }
