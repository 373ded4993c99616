"""Volume to a PersistentVolumeClaim, which is never deleted."""

from collections.abc import Iterable
from typing import Any

from mlplat.compiler.artifacts import Draft, Resolved, ResolvedEnvironment
from mlplat.compiler.effective.workload import namespace_of, team_of, unit_of
from mlplat.objects.quantity import canonical
from mlplat.schema.storage import Volume


def lower_volume(document: Resolved[Volume], env: ResolvedEnvironment) -> Iterable[Draft]:
    """The claim; nothing where it exists.

    The storage class is written even where the volume names none and the environment declares a default: what the
    rules looked at is then what the claim gets, whatever the cluster calls its default.
    """
    spec = document.document.spec
    if spec.existing:
        return
    claim: dict[str, Any] = {"accessModes": list(spec.access_modes)}
    if spec.size is not None:
        claim["resources"] = {"requests": {"storage": canonical(spec.size)}}
    storage_class = spec.storage_class or _default_class(env)
    if storage_class is not None:
        claim["storageClassName"] = storage_class
    body = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": document.name, "namespace": namespace_of(team_of(document, env))},
        "spec": claim,
    }
    yield Draft(body, document, unit_of(document, env, None), keep=True)


def _default_class(env: ResolvedEnvironment) -> str | None:
    classes = env.environment.document.spec.storage_classes
    return next((entry.name for entry in classes if entry.default), None)
