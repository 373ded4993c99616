"""MLP423: a workload in a namespace that belongs to the control plane (`namespaces.py` says why)."""

from collections.abc import Iterable

from mlplat.compiler.check.namespaces import CONTROL_PLANE
from mlplat.compiler.check.pods import called, pods_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope

_OWN = frozenset({("apps", "Deployment"), ("apps", "DaemonSet"), ("apps", "StatefulSet"), ("batch", "CronJob")})
"""Kinds that a platform's own services are made of; they may stand there."""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Objects that run ML work there; Deployments and the like may be the platform's own services."""
    for item in scope.objects:
        if item.ref.namespace not in CONTROL_PLANE or (item.ref.group, item.ref.kind) in _OWN:
            continue
        if any(True for _ in pods_of(item)) or item.ref.kind in ("InferenceService", "Experiment", "TrainJob"):
            yield FoundInObject(
                item,
                "/metadata/namespace",
                f"{called(item)} runs in `{item.ref.namespace}`, a namespace of the control plane",
                "not for workloads",
                ("webhooks that workloads need refuse its pods or leave them alone",),
                "give it the namespace of a team",
            )


RULE = ObjectRule("MLP423", check)
