"""TrainJob (`trainer.kubeflow.org/v1alpha1`) of Trainer 2.1, 2.2 and 2.3, from a plan.

Pod fields reach the pods as `podTemplateOverrides` in 2.1 and as `runtimePatches` from 2.2 on. What those refuse has no
effect here: image, pull policy, resources of initializers, and in 2.1 every security context.
"""

from collections.abc import Iterable
from typing import Any

from mlplat.compiler.effective.training_api import (
    fetches_assets,
    needs_own_runtime,
    processes,
    runtime_name,
    starts_by_mpi,
)
from mlplat.compiler.effective.workload import secret_keys
from mlplat.compiler.lower.pod import (
    NO_SIDECAR,
    SHM,
    container_security_context,
    env_list,
    mount_list,
    pod_extras,
    resource_map,
    volume_list,
)
from mlplat.compiler.lower.training_plan import TrainingPlan, variables
from mlplat.schema.pod import EnvVar, SecretKey, VolumeUse
from mlplat.schema.storage import Secret
from mlplat.schema.training import Asset

API_VERSION = "trainer.kubeflow.org/v1alpha1"

MANAGER = "mlplat.dev/compiler"
"""Our entry in `runtimePatches`; the webhook wants a path with a domain (pkg/runtime/.../jobset.go, Trainer 2.2)."""

_ACCESS = (
    ("ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
    ("SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
    ("ACCESS_TOKEN", "HF_TOKEN"),
)
"""Variable that an initializer reads (field names of pkg/initializers/types/types.py in capitals), and the usual name
of the key that holds the value."""


def train_job(plan: TrainingPlan) -> dict[str, Any]:
    """The TrainJob, without what every object gets."""
    spec = plan.spec
    body: dict[str, Any] = {"runtimeRef": _runtime_ref(plan), "trainer": _trainer(plan)}
    if fetches_assets(plan.document, plan.env):
        initializer = {
            name: _initializer(asset, plan)
            for name, asset in (("dataset", spec.dataset), ("model", spec.model))
            if asset is not None
        }
        if initializer:
            body["initializer"] = initializer
    if spec.active_deadline_seconds is not None and _patches(plan):
        body["activeDeadlineSeconds"] = spec.active_deadline_seconds
    body |= _pod_changes(plan)
    return {"apiVersion": API_VERSION, "kind": "TrainJob", "metadata": plan.metadata(), "spec": body}


def _patches(plan: TrainingPlan) -> bool:
    """True where the API is that of Trainer 2.2 and later."""
    return plan.env.versions.at_least("trainer", "2.2")


def _runtime_ref(plan: TrainingPlan) -> dict[str, str]:
    """The cluster's runtime (the API server's default kind), or the job's own of the namespace."""
    if needs_own_runtime(plan.document, plan.env):
        return {"kind": "TrainingRuntime", "name": plan.document.name}
    return {"name": runtime_name(plan.spec, plan.env) or ""}


def _trainer(plan: TrainingPlan) -> dict[str, Any]:
    container = plan.container
    body: dict[str, Any] = {"image": container.image, "numNodes": plan.spec.nodes}
    for field, value in (
        ("command", list(container.command)),
        ("args", list(container.args)),
        ("env", variables(plan)),
        ("numProcPerNode", processes(plan.document, plan.env)),
        ("resourcesPerNode", resource_map(container)),
    ):
        if value:
            body[field] = value
    return body


def _initializer(asset: Asset, plan: TrainingPlan) -> dict[str, Any]:
    """What is fetched, with the credentials as they are and under the names that Trainer's initializers read."""
    storage = plan.env.environment.document.spec.services.object_storage
    of_storage = storage is not None and asset.uri.startswith("s3://")
    variables: list[EnvVar] = []
    if storage is not None and of_storage:
        variables.append(EnvVar(name="ENDPOINT", value=storage.uri))
        if storage.region is not None:
            variables.append(EnvVar(name="REGION", value=storage.region))
    named = asset.credentials or (storage.credentials if storage is not None and of_storage else None)
    secret = plan.env.find(Secret, named)
    keys = secret_keys(secret.document) if secret is not None else ()
    for variable, key in _ACCESS:
        if named is not None and key in keys and variable not in keys:
            variables.append(EnvVar(name=variable, secret=SecretKey(name=named, key=key)))
    body: dict[str, Any] = {"storageUri": asset.uri}
    if variables:
        body["env"] = env_list(variables)
    if asset.credentials is not None:
        body["secretRef"] = {"name": asset.credentials}
    return body


def _pod_changes(plan: TrainingPlan) -> dict[str, Any]:
    """Changes to the pods of the runtime's replicated jobs."""
    nodes = ("launcher", "node") if starts_by_mpi(plan.spec, plan.env) else ("node",)
    changes: list[tuple[tuple[str, ...], dict[str, Any]]] = [(nodes, _node_pod(plan))]
    if fetches_assets(plan.document, plan.env) and not needs_own_runtime(plan.document, plan.env):
        assets = (("dataset-initializer", plan.spec.dataset), ("model-initializer", plan.spec.model))
        if fetching := tuple(name for name, asset in assets if asset is not None):
            changes.append((fetching, _environment_pod(plan)))
    if _patches(plan):
        jobs = [_job_patch(name, pod) for names, pod in changes for name in names]
        return {
            "runtimePatches": [
                {"manager": MANAGER, "trainingRuntimeSpec": {"template": {"spec": {"replicatedJobs": jobs}}}}
            ]
        }
    return {"podTemplateOverrides": [_override(names, pod) for names, pod in changes]}


def _job_patch(name: str, pod: dict[str, Any]) -> dict[str, Any]:
    template = {"metadata": {"labels": dict(NO_SIDECAR)}} | ({"spec": pod} if pod else {})
    return {"name": name, "template": {"spec": {"template": template}}}


def _override(names: tuple[str, ...], pod: dict[str, Any]) -> dict[str, Any]:
    targets = {"targetJobs": [{"name": name} for name in names], "metadata": {"labels": dict(NO_SIDECAR)}}
    return targets | ({"spec": pod} if pod else {})


def _environment_pod(plan: TrainingPlan) -> dict[str, Any]:
    """What pods that only fetch get from the environment: pull secrets and security context."""
    extras = pod_extras(plan.env, plan.nodes)
    wanted = ("imagePullSecrets", "securityContext") if _patches(plan) else ("imagePullSecrets",)
    return {field: extras[field] for field in wanted if field in extras}


def _node_pod(plan: TrainingPlan) -> dict[str, Any]:
    """Changes to the pods that train: volumes, memory for `/dev/shm`, placement, rights."""
    mounts = _unique_mounts(plan.container.mounts)
    shared = plan.spec.shared_memory
    pod = pod_extras(plan.env, plan.nodes)
    container: dict[str, Any] = {}
    if mounted := _mounts(mounts, shared is not None):
        container["volumeMounts"] = mounted
        claims = [{"name": name, "persistentVolumeClaim": {"claimName": use.volume}} for name, use in mounts]
        pod["volumes"] = [*claims, *volume_list((), shared)]
    if _patches(plan):
        defaults = plan.env.environment.document.spec.defaults
        if rights := container_security_context(defaults.security_context):
            container["securityContext"] = rights
    else:
        pod.pop("securityContext", None)
    if container:
        pod["containers"] = [{"name": "node", **container}]
    return pod


def _mounts(mounts: Iterable[tuple[str, VolumeUse]], shared: bool) -> list[dict[str, Any]]:
    uses = [use.model_copy(update={"volume": name}) for name, use in mounts]
    return mount_list(uses, shared)


def _unique_mounts(uses: Iterable[VolumeUse]) -> tuple[tuple[str, VolumeUse], ...]:
    """Each mount with a pod volume of its own: the TrainJob CRD keys `volumeMounts` by `name`, so that one volume
    cannot be mounted twice. The first mount of a claim keeps the claim's name."""
    listed = tuple(uses)
    taken = {SHM, *(use.volume for use in listed)}
    seen: set[str] = set()
    named: list[tuple[str, VolumeUse]] = []
    for use in listed:
        name, number = use.volume, 2
        if use.volume in seen:
            while name in taken:
                name, number = f"{use.volume[:58]}-{number}", number + 1
        seen.add(use.volume)
        taken.add(name)
        named.append((name, use))
    return tuple(named)
