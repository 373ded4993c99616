"""Team to its namespace, its Kubeflow Profile, its quota and the limits of its containers."""

from collections.abc import Iterable
from typing import Any

from mlplat.compiler.artifacts import Draft, Resolved, ResolvedEnvironment
from mlplat.compiler.effective.workload import namespace_of, quantities
from mlplat.objects.pods import ENFORCE
from mlplat.schema.team import ContainerLimits, Team

BEFORE_CONTENTS = -1
"""Sync wave of a Namespace: the API server refuses every object of a namespace that is not there (404)."""

QUOTA = "platform-quota"
"""Name of the ResourceQuota. Not `kf-resource-quota`: the profile controller deletes that one when the Profile has no
quota (profile_controller.go, 1.8.0 to 2.0.0)."""

LIMITS = "platform-limits"


def lower_team(document: Resolved[Team], env: ResolvedEnvironment) -> Iterable[Draft]:
    """Namespace, Profile, ResourceQuota and LimitRange; of an existing team only the LimitRange."""
    spec = document.document.spec
    if not spec.existing:
        yield Draft(_namespace(document, env), document, document.name, keep=True, wave=BEFORE_CONTENTS)
        if env.versions.has("profiles"):
            yield Draft(_profile(document), document, document.name, keep=True)
        if spec.quota:
            yield Draft(_quota(document), document, document.name)
    if spec.limits is not None and (item := _limit_item(spec.limits)):
        yield Draft(_limit_range(document, item), document, document.name)


def namespace_labels(env: ResolvedEnvironment, pod_security: str) -> dict[str, str]:
    """Labels by which controllers and webhooks know a team's namespace, as far as the environment has them.

    Source: common/profiles `namespace-labels.yaml` of the Kubeflow distribution (1.8.0 to 26.03.1); the profile
    controller adds those that are missing and overwrites none.
    """
    labels = {ENFORCE: pod_security}
    if env.versions.has("profiles"):
        # PodDefaults' webhook and the distribution's NetworkPolicies select on it.
        labels["app.kubernetes.io/part-of"] = "kubeflow-profile"
        if env.versions.has("istio"):
            labels["istio-injection"] = "enabled"
    for component, label, value in (
        # Katib's webhook refuses an Experiment in a namespace without it.
        ("katib", "katib.kubeflow.org/metrics-collector-injection", "enabled"),
        ("pipelines", "pipelines.kubeflow.org/enabled", "true"),
        ("kserve", "serving.kubeflow.org/inferenceservice", "enabled"),
    ):
        if env.versions.has(component):
            labels[label] = value
    return dict(sorted(labels.items()))


def _namespace(document: Resolved[Team], env: ResolvedEnvironment) -> dict[str, Any]:
    spec = document.document.spec
    metadata: dict[str, Any] = {"name": namespace_of(document), "labels": namespace_labels(env, spec.pod_security)}
    if env.versions.has("profiles"):
        # Without it the profile controller does not take over a namespace that is already there.
        metadata["annotations"] = {"owner": spec.owner.name}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _profile(document: Resolved[Team]) -> dict[str, Any]:
    """`kubeflow.org/v1` is served and stored by every release from 1.8 on. Without a quota: that is an object of ours,
    so that it can be changed without the controller in between. Its name is the namespace's."""
    owner = document.document.spec.owner
    return {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": namespace_of(document)},
        "spec": {"owner": {"kind": owner.kind, "name": owner.name}},
    }


def _quota(document: Resolved[Team]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": QUOTA, "namespace": namespace_of(document)},
        "spec": {"hard": quantities(document.document.spec.quota)},
    }


def _limit_range(document: Resolved[Team], item: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": LIMITS, "namespace": namespace_of(document)},
        "spec": {"limits": [{"type": "Container", **item}]},
    }


def _limit_item(limits: ContainerLimits) -> dict[str, Any]:
    """The limits as the API server stores them: it fills `default` from `max`, and `defaultRequest` from `default`,
    then from `min` (SetDefaults_LimitRangeItem, Kubernetes 1.25 to 1.37). The list is atomic, so what it adds to an
    item would otherwise look like somebody's change."""
    most, least = quantities(limits.max), quantities(limits.min)
    default = {**most, **quantities(limits.default)}
    request = {**least, **default, **quantities(limits.default_request)}
    maps = {"default": default, "defaultRequest": request, "max": most, "min": least}
    return {field: dict(sorted(values.items())) for field, values in maps.items() if values}
