"""A TrainingRuntime of a job's own: Trainer's stock runtime with the initializers that it lacks.

No stock runtime for a framework has initializers (Trainer 2.1.0 to 2.3.0, `manifests/base/runtimes`), and the webhook
refuses a TrainJob that asks one of them to fetch something.
"""

from typing import Any

from mlplat.compiler.artifacts import UncheckedError
from mlplat.compiler.effective.training_api import workspace_volume
from mlplat.compiler.effective.workload import EffectiveContainer, choose_nodes, resources
from mlplat.compiler.lower.pod import NO_SIDECAR, container_body, mount_list, pod_extras
from mlplat.compiler.lower.training_plan import TrainingPlan
from mlplat.objects.marks import COMPARE_OPTIONS, SYNC_OPTIONS
from mlplat.schema.pod import Placement

_STEP = "trainer.kubeflow.org/trainjob-ancestor-step"
_VOLUME = "initializer"  # the webhook looks for a mount of this name
_POLICIES = {"pytorch": "torch", "jax": "jax", "xgboost": "xgboost"}


def training_runtime(plan: TrainingPlan) -> dict[str, Any]:
    """The runtime, without what every object gets. It says nothing that changes from run to run: runs share it."""
    metadata = {key: value for key, value in plan.metadata().items() if key != "labels"}
    if plan.spec.on_change == "keep":
        # Runs that are no longer in git need it as they do (Trainer up to 2.2 holds it by a finalizer).
        metadata["annotations"] = {
            SYNC_OPTIONS: "Prune=false",
            COMPARE_OPTIONS: "IgnoreExtraneous",
        }
    steps = [
        name
        for name, asset in (("dataset-initializer", plan.spec.dataset), ("model-initializer", plan.spec.model))
        if asset is not None
    ]
    trainer = _replicated_job("node", "trainer", {"containers": [{"name": "node"}]})
    trainer["dependsOn"] = [{"name": step, "status": "Complete"} for step in steps]
    jobs = [*(_replicated_job(step, step, _initializer_pod(step, plan)) for step in steps), trainer]
    return {
        "apiVersion": "trainer.kubeflow.org/v1alpha1",
        "kind": "TrainingRuntime",
        "metadata": metadata,
        "spec": {
            "mlPolicy": {_POLICIES[plan.spec.framework]: {}},
            "template": {"spec": {"replicatedJobs": jobs}},
        },
    }


def _replicated_job(name: str, step: str, pod: dict[str, Any]) -> dict[str, Any]:
    template = {"metadata": {"labels": dict(NO_SIDECAR)}, "spec": pod}
    return {"name": name, "template": {"metadata": {"labels": {_STEP: step}}, "spec": {"template": template}}}


def _initializer_pod(step: str, plan: TrainingPlan) -> dict[str, Any]:
    """The pod of an initializer: it runs where the environment's ordinary pods run, on the job's volume."""
    env = plan.env
    use = workspace_volume(plan.spec)
    if use is None:
        raise UncheckedError(f"training job {plan.document.name} has no volume for an initializer")
    requests, limits = resources(env, (), None)
    image = f"ghcr.io/kubeflow/trainer/{step}:v{env.versions.get('trainer')}"
    container = container_body(step, EffectiveContainer(image=image, requests=requests, limits=limits), env)
    container["volumeMounts"] = mount_list((use.model_copy(update={"volume": _VOLUME}),))
    return {
        "containers": [container],
        "volumes": [{"name": _VOLUME, "persistentVolumeClaim": {"claimName": use.volume}}],
        **pod_extras(env, choose_nodes(env, Placement(), None)),
    }
