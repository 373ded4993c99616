"""The jobs of the Training Operator (`kubeflow.org/v1`, 1.7 to 1.9), from a plan."""

from dataclasses import replace
from typing import Any

from mlplat.compiler.effective.training_api import launcher_resources, processes, v1_kind
from mlplat.compiler.effective.workload import EffectiveContainer, choose_nodes
from mlplat.compiler.lower.pod import NO_SIDECAR, container_body, mount_list, pod_extras, volume_list
from mlplat.compiler.lower.training_plan import TrainingPlan, variables


def v1_job(plan: TrainingPlan) -> dict[str, Any]:
    """The job, without what every object gets. Its kind follows from framework and strategy."""
    kind = v1_kind(plan.spec)
    spec: dict[str, Any] = {kind.replicas: _replicas(plan), **_processes(plan)}
    if policy := _run_policy(plan):
        spec["runPolicy"] = policy
    if elastic := _elastic_policy(plan):
        spec["elasticPolicy"] = elastic
    return {"apiVersion": "kubeflow.org/v1", "kind": kind.kind, "metadata": plan.metadata(), "spec": spec}


def _replicas(plan: TrainingPlan) -> dict[str, Any]:
    """Replica specs: how `nodes` pods are shared out over the roles that the kind knows.

    PyTorchJob and XGBoostJob want exactly one Master (an elastic PyTorchJob has Workers only, of which the first holds
    the rendezvous). TFJob, JAXJob and PaddleJob make Worker 0 the chief. An MPIJob's Launcher only runs `mpirun` and
    comes on top of the nodes: the operator has no launcher that computes.
    """
    nodes, kind = plan.spec.nodes, v1_kind(plan.spec).kind
    if kind == "MPIJob":
        idle = replace(plan.container, command=(), args=())  # the operator starts `sleep` in it and `mpirun` enters
        workers = _replica(plan, nodes, idle)
        workers.pop("restartPolicy", None)
        return {"Launcher": _launcher(plan), "Worker": workers}
    if kind in ("PyTorchJob", "XGBoostJob") and not _is_elastic(plan):
        found = {"Master": _replica(plan, 1, plan.container)}
        return found | ({"Worker": _replica(plan, nodes - 1, plan.container)} if nodes > 1 else {})
    return {"Worker": _replica(plan, nodes, plan.container)}


def _replica(plan: TrainingPlan, count: int, container: EffectiveContainer) -> dict[str, Any]:
    template = {"metadata": {"labels": dict(NO_SIDECAR)}, "spec": _pod(plan, container)}
    return {"replicas": count, **_restart(plan), "template": template}


def _launcher(plan: TrainingPlan) -> dict[str, Any]:
    """The pod of `mpirun`: no accelerators, resources of its own, any node of the job's placement."""
    requests, limits = launcher_resources(plan.env)
    light = replace(
        plan,
        container=replace(plan.container, requests=requests, limits=limits),
        nodes=choose_nodes(plan.env, plan.spec.placement, None),
    )
    return _replica(light, 1, light.container)


def _pod(plan: TrainingPlan, container: EffectiveContainer) -> dict[str, Any]:
    shared = plan.spec.shared_memory
    body = container_body(v1_kind(plan.spec).container, container, plan.env)
    if given := variables(plan):
        body["env"] = given
    pod: dict[str, Any] = {"containers": [body], **pod_extras(plan.env, plan.nodes)}
    if mounts := mount_list(container.mounts, shared is not None):
        body["volumeMounts"] = mounts
        pod["volumes"] = volume_list(container.mounts, shared)
    return pod


def _restart(plan: TrainingPlan) -> dict[str, str]:
    """`restartPolicy` of a replica: `backoffLimit` counts restarts, and several kinds restart nothing unless told."""
    if plan.spec.retries is None:
        return {}
    return {"restartPolicy": "OnFailure" if plan.spec.retries else "Never"}


def _run_policy(plan: TrainingPlan) -> dict[str, Any]:
    spec = plan.spec
    found = {
        "backoffLimit": spec.retries,
        "cleanPodPolicy": spec.clean_pods,
        "activeDeadlineSeconds": spec.active_deadline_seconds,
    }
    return {field: value for field, value in found.items() if value is not None}


def _processes(plan: TrainingPlan) -> dict[str, Any]:
    """`nprocPerNode` of a PyTorchJob (text), `slotsPerWorker` of an MPIJob (a number)."""
    count = processes(plan.document, plan.env)
    if count is None:
        return {}
    return {"slotsPerWorker": count} if v1_kind(plan.spec).kind == "MPIJob" else {"nprocPerNode": str(count)}


def _is_elastic(plan: TrainingPlan) -> bool:
    return plan.spec.elastic is not None and v1_kind(plan.spec).kind in ("PyTorchJob", "PaddleJob")


def _elastic_policy(plan: TrainingPlan) -> dict[str, Any]:
    """`elasticPolicy`; the rendezvous backend is given because torchrun's own default is not elastic."""
    elastic = plan.spec.elastic
    if elastic is None or not _is_elastic(plan):
        return {}
    found: dict[str, Any] = {"minReplicas": elastic.min_nodes, "maxReplicas": elastic.max_nodes}
    if elastic.max_restarts is not None:
        found["maxRestarts"] = elastic.max_restarts
    if v1_kind(plan.spec).kind == "PyTorchJob":
        found["rdzvBackend"] = "c10d"
    return found
