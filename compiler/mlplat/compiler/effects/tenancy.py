"""What of teams, queues, volumes, secrets and notebooks does nothing in some environments."""

from collections.abc import Callable
from typing import Any

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.effects.row import EACH, NoEffect
from mlplat.objects.marks import ALLOW
from mlplat.schema.storage import Secret

Applies = Callable[[ResolvedEnvironment, Resolved[Any]], bool]


def _existing(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return bool(document.document.spec.existing)


def _existing_values(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return document.document.spec.existing is not None


def _is_base(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return env.is_base


def _no_cohort(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return document.document.spec.cohort is None


def _reclaims_without_cohort(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    preemption = document.document.spec.preemption
    wanted = preemption.reclaim_within_cohort if preemption is not None else None
    return _no_cohort(env, document) and wanted not in (None, "Never")


def _no_pod_defaults(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return not env.versions.has("profiles")


def _no_kernels(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return bool(document.document.spec.flavour != "jupyter")


def _no_kueue(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return not env.versions.has("kueue")


def _always(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return True


def _says_more_than_allowances(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return any(key != ALLOW for key in document.document.metadata.annotations)


def _storage_secret_not_ours(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    """True when no Secret is made whose annotations could tell KServe about the object storage."""
    storage = document.document.spec.services.object_storage
    if storage is None or storage.verify_tls:
        return False
    secret = env.find(Secret, storage.credentials)
    return not env.versions.has("kserve") or secret is None or secret.document.spec.existing is not None


TENANCY_NO_EFFECT: tuple[NoEffect, ...] = (
    *(
        NoEffect("Team", ("spec", field), _existing, "the team is `existing`, so its namespace is not emitted")
        for field in ("quota", "podSecurity")
    ),
    *(
        NoEffect("Queue", ("spec", field), _existing, "the queue is `existing`, so only LocalQueues are emitted")
        for field in ("strategy", "preemption", "priorities", "stop")
    ),
    *(
        NoEffect(
            "Queue",
            ("spec", "flavors", EACH, "resources", EACH, field),
            _no_cohort,
            "only queues of one `cohort` borrow and lend",
        )
        for field in ("borrowing", "lending")
    ),
    NoEffect(
        "Queue",
        ("spec", "preemption", "reclaimWithinCohort"),
        _reclaims_without_cohort,
        "a queue without a `cohort` lends nothing that it could take back",
    ),
    NoEffect("Environment", ("spec", "sync"), _is_base, "base is never synced"),
    NoEffect("Team", ("spec", "queues"), _no_kueue, "the environment has no Kueue, so no LocalQueue is emitted"),
    *(
        NoEffect("Component", ("metadata", field), applies, "no object is made from a component")
        for field, applies in (("labels", _always), ("annotations", _says_more_than_allowances))
    ),
    *(
        NoEffect("Volume", ("spec", field), _existing, "the volume is `existing`, so no claim is emitted")
        for field in ("size", "storageClass")
    ),
    NoEffect("Secret", ("spec", "type"), _existing_values, "the secret is `existing`, so none is made"),
    NoEffect(
        "Notebook",
        ("spec", "podDefaults"),
        _no_pod_defaults,
        "PodDefaults come with the component `profiles`, which the environment does not have",
    ),
    NoEffect("Notebook", ("spec", "culling"), _no_kernels, "only servers of flavour `jupyter` have kernels to end"),
    NoEffect(
        "Environment",
        ("spec", "services", "objectStorage", "verifyTls"),
        _storage_secret_not_ours,
        "only KServe is told, by annotations of the Secret with the credentials, and none is made here",
    ),
)
"""Rows of Team, Queue, Volume, Secret, Notebook and the services of an Environment."""
