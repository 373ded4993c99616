"""What the builders of every training API start from, and what makes two specifications the same run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.effective.training_api import (
    RUN_NAME,
    fetches_assets,
    has_folder_of_run,
    run_label,
    training_container,
    training_env,
)
from mlplat.compiler.effective.workload import (
    EffectiveContainer,
    NodeChoice,
    choose_nodes,
    namespace_of,
    parameter_args,
    secret_keys,
    team_of,
)
from mlplat.compiler.lower.pod import env_list
from mlplat.compiler.lower.run import identify, verbatim
from mlplat.objects.quantity import canonical
from mlplat.schema.component import Component
from mlplat.schema.storage import Secret
from mlplat.schema.training import TrainingJob, TrainingJobSpec


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """A training job as it will run: the container of every node and the nodes it may run on."""

    document: Resolved[TrainingJob]
    env: ResolvedEnvironment
    container: EffectiveContainer
    nodes: NodeChoice

    @property
    def spec(self) -> TrainingJobSpec:
        """The job's specification."""
        return self.document.document.spec

    def metadata(self) -> dict[str, Any]:
        """`metadata` of the job: name, namespace, and the labels by which Kueue finds queue and priority."""
        labels = {}
        if self.spec.queue is not None:
            labels["kueue.x-k8s.io/queue-name"] = self.spec.queue
        if self.spec.priority is not None:
            labels["kueue.x-k8s.io/priority-class"] = self.spec.priority
        namespace = namespace_of(team_of(self.document, self.env))
        return {"name": self.document.name, "namespace": namespace} | ({"labels": labels} if labels else {})


def plan_training(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> TrainingPlan:
    """The plan of a job in an environment."""
    container = training_container(document, env, training_env(document, env))
    return TrainingPlan(document, env, container, _choice(document, env))


def variables(plan: TrainingPlan) -> list[dict[str, Any]]:
    """`env` of the containers that train. The name of the run comes first: only what stands before can be put into
    another variable (Kubernetes v1.34 `pkg/kubelet/kubelet_pods.go`, makeEnvironmentVariables)."""
    listed = env_list(plan.container.env)
    if has_folder_of_run(plan.spec):
        field = f"metadata.labels['{run_label(plan.document, plan.env)}']"
        listed.insert(0, {"name": RUN_NAME, "valueFrom": {"fieldRef": {"fieldPath": field}}})
    return listed


def with_arguments(plan: TrainingPlan, extra_args: Sequence[str], drop_parameters: frozenset[str]) -> TrainingPlan:
    """The plan with `extra_args` in the place of the named parameters: after the component's parameters and before the
    job's own arguments."""
    spec = plan.spec
    component = plan.env.find(Component, spec.component)
    kept: tuple[str, ...] = ()
    if component is not None:
        document = component.document
        parameters = tuple(item for item in document.spec.parameters if item.name not in drop_parameters)
        trimmed = document.model_copy(update={"spec": document.spec.model_copy(update={"parameters": parameters})})
        kept = parameter_args(trimmed, spec.parameters)
    return replace(plan, container=replace(plan.container, args=(*kept, *extra_args, *spec.args)))


def training_identity(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> Mapping[str, Any]:
    """What identifies a run of a job: whatever changes what runs or where, and whatever Trainer lets nobody change on
    an object that exists (`trainer`, `initializer`, `runtimeRef`, `activeDeadlineSeconds`, patches of pods).

    Not in it: labels, annotations, `queue`, `priority`, `retries`, `cleanPods`, `onChange`. Kueue (0.18, webhook of
    TrainJobs) takes another priority at any time, and another queue as long as the job waits; once the job has started
    it refuses another queue, and the move takes `rerun`. The API that runs the job is not in it either: another release
    is no reason to train again.
    """
    spec = document.document.spec
    defaults = env.environment.document.spec.defaults
    choice = _choice(document, env)
    return identify(
        framework=spec.framework,
        container=training_container(document, env),
        nodes=spec.nodes,
        processes=spec.processes_per_node,
        shared_memory=canonical(spec.shared_memory) if spec.shared_memory is not None else None,
        dataset=spec.dataset,
        model=spec.model,
        strategy=spec.strategy,
        runtime=spec.runtime,
        elastic=spec.elastic,
        active_deadline=spec.active_deadline_seconds,
        node_selector=choice.node_selector,
        node_alternatives=choice.alternatives,
        tolerations=choice.tolerations,
        security=defaults.security_context,
        pull_secrets=defaults.image_pull_secrets,
        checkpoint=spec.checkpoint,
        rerun=spec.rerun or None,
        patches=verbatim(spec.patches),
        fetched_with=_credential_keys(document, env),
    )


def _credential_keys(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> Mapping[str, tuple[str, ...]]:
    """Keys of the secrets that initializers read: each becomes a variable of an object that cannot be changed."""
    if not fetches_assets(document, env):
        return {}
    storage = env.environment.document.spec.services.object_storage
    found: dict[str, tuple[str, ...]] = {}
    for asset in (document.document.spec.dataset, document.document.spec.model):
        if asset is not None:
            of_storage = storage is not None and asset.uri.startswith("s3://")
            named = asset.credentials or (storage.credentials if storage is not None and of_storage else None)
            secret = env.find(Secret, named)
            if secret is not None:
                found[secret.name] = secret_keys(secret.document)
    return found


def _choice(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> NodeChoice:
    spec = document.document.spec
    return choose_nodes(env, spec.placement, spec.accelerators)
