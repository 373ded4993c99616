"""What the workloads of an environment ask for: their pods, how many of each, and where the specification says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.effective.notebook import notebook_container
from mlplat.compiler.effective.serving import art_container, model_container, server_container
from mlplat.compiler.effective.training_api import (
    launcher_resources,
    runtime_name,
    starts_by_mpi,
    training_api,
    training_container,
    training_env,
    v1_kind,
)
from mlplat.compiler.effective.tuning import trial_container, trial_nodes, trial_training_job
from mlplat.compiler.effective.workload import EffectiveContainer, NodeChoice, choose_nodes
from mlplat.schema.notebook import Notebook
from mlplat.schema.pod import Accelerators, Placement
from mlplat.schema.serving import ModelService, Step
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment


@dataclass(frozen=True, slots=True)
class PodGroup:
    """Pods that are alike.

    `count` of them must run at the same time. `path` is where the specification has `resources` and `accelerators`,
    `placed_at` where it has `placement`. `whole`: a resource that the container does not name is not named by anybody
    else (a serving runtime or a training runtime may). `own` is False for pods that the specification has no words for.
    """

    role: str
    count: int
    container: EffectiveContainer
    nodes: NodeChoice
    placement: Placement
    accelerators: Accelerators | None
    path: Path
    placed_at: Path
    whole: bool = True
    own: bool = True


def asked_at(document: Resolved[Any], group: PodGroup, resource: str, *fields: str) -> Path:
    """Where a document says how much of a resource its pods ask for, under the first of `fields` (`requests`, `limits`)
    that it writes; its name where it says nothing (component or environment do then)."""
    if group.accelerators is not None and group.accelerators.resource == resource:
        return (*group.path, "accelerators", "count")
    for field in fields:
        path = (*group.path, "resources", field, resource)
        if group.own and document.node.at(path) is not None:
            return path
    return ("metadata", "name")


@dataclass(frozen=True, slots=True)
class Workload:
    """A document and its pods. `copied`: they are those of another document, which is looked at by itself."""

    document: Resolved[Any]
    groups: tuple[PodGroup, ...]
    queue: str | None = None
    copied: bool = False

    def pods_in_words(self) -> str:
        """How many pods ask: `a pod`, `3 pods`."""
        count = sum(group.count for group in self.groups)
        return f"{count} pods" if count != 1 else "one pod"


def workloads(env: ResolvedEnvironment) -> tuple[Workload, ...]:
    """Every workload of an environment, by kind and name. Worked out once, for all rules."""
    found: tuple[Workload, ...] | None = env.memo.get("workloads")
    if found is None:
        found = env.memo["workloads"] = tuple(_workloads(env))
    return found


def _workloads(env: ResolvedEnvironment) -> Iterator[Workload]:
    for job in env.all(TrainingJob):
        yield Workload(job, _training(job, env), job.document.spec.queue)
    for experiment in env.all(TuningExperiment):
        yield _experiment(experiment, env)
    for service in env.all(ModelService):
        yield Workload(service, tuple(_service(service, env)))
    for notebook in env.all(Notebook):
        spec = notebook.document.spec
        nodes = choose_nodes(env, spec.placement, spec.accelerators)
        at, placed = ("spec",), ("spec", "placement")
        container = notebook_container(notebook, env)
        group = PodGroup("server", 1, container, nodes, spec.placement, spec.accelerators, at, placed)
        yield Workload(notebook, (group,))


def _experiment(experiment: Resolved[TuningExperiment], env: ResolvedEnvironment) -> Workload:
    """One trial: the others can wait for it."""
    spec = experiment.document.spec
    job = trial_training_job(experiment, env)
    if job is not None:
        return Workload(experiment, _training(job, env), job.document.spec.queue, copied=True)
    at: Path = ("spec", "trial")
    trial = spec.trial
    container, nodes = trial_container(experiment, env), trial_nodes(experiment, env)
    group = PodGroup("trial", 1, container, nodes, trial.placement, trial.accelerators, at, (*at, "placement"))
    return Workload(experiment, (group,), spec.queue)


def _training(job: Resolved[TrainingJob], env: ResolvedEnvironment) -> tuple[PodGroup, ...]:
    """The pods of a job in the groups that its API makes of them.

    Of a TrainJob that an MPI runtime starts one pod is sure: what the others ask for is the runtime's (Trainer 2.1). An
    elastic job goes on with its smallest number of nodes.
    """
    spec = job.document.spec
    container = training_container(job, env, training_env(job, env))
    nodes = choose_nodes(env, spec.placement, spec.accelerators)
    at: Path = ("spec",)
    api = training_api(job, env)

    def group(role: str, count: int, whole: bool = True) -> PodGroup:
        placed = (*at, "placement")
        return PodGroup(role, count, container, nodes, spec.placement, spec.accelerators, at, placed, whole)

    if api != "v1":
        says = bool(container.requests or container.limits)
        count = 1 if api is not None and starts_by_mpi(spec, env) else spec.nodes
        return (group("node", count, says or runtime_name(spec, env) != spec.runtime),)
    kind = v1_kind(spec).kind
    if kind == "MPIJob":
        return (_launcher(job, container, env), group("worker", spec.nodes))
    if spec.elastic is not None and kind in ("PyTorchJob", "PaddleJob"):
        return (group("worker", min(spec.nodes, spec.elastic.min_nodes)),)
    if kind in ("PyTorchJob", "XGBoostJob"):
        workers = (group("worker", spec.nodes - 1),) if spec.nodes > 1 else ()
        return (group("master", 1), *workers)
    return (group("worker", spec.nodes),)


def _launcher(job: Resolved[TrainingJob], container: EffectiveContainer, env: ResolvedEnvironment) -> PodGroup:
    """The pod of an MPIJob that only runs `mpirun`: with resources of its own, on any node."""
    spec = job.document.spec
    requests, limits = launcher_resources(env)
    light = EffectiveContainer(container.image, requests=requests, limits=limits)
    nodes = choose_nodes(env, spec.placement, None)
    return PodGroup("launcher", 1, light, nodes, spec.placement, None, ("spec",), ("spec", "placement"), own=False)


def _service(service: Resolved[ModelService], env: ResolvedEnvironment) -> Iterator[PodGroup]:
    """The fewest replicas of each part."""
    spec = service.document.spec
    steps: Mapping[str, Step | None] = {
        "predictor": spec.predictor,
        "transformer": spec.transformer,
        "explainer": spec.explainer,
    }
    for name, step in steps.items():
        if step is not None:
            least = (step.autoscaling.min_replicas if step.autoscaling is not None else None) or 1
            yield _step(name, step, least, env)
    canary = spec.canary
    if canary is not None and canary.model is not None and spec.mode == "Standard":
        wanted = canary.model.accelerators
        placement = spec.predictor.placement
        nodes, container = choose_nodes(env, placement, wanted), model_container(canary.model, env)
        at, placed = ("spec", "canary", "model"), ("spec", "predictor", "placement")
        yield PodGroup("canary", canary.replicas or 1, container, nodes, placement, wanted, at, placed, whole=False)


def _step(name: str, step: Step, count: int, env: ResolvedEnvironment) -> PodGroup:
    at: Path = ("spec", name)
    model, own, art = (getattr(step, field, None) for field in ("model", "container", "art"))
    if own is not None:
        container, wanted, path, whole = server_container(own, env), own.accelerators, (*at, "container"), True
    elif model is not None:
        container, wanted, path, whole = model_container(model, env), model.accelerators, (*at, "model"), False
    elif art is not None:
        container, wanted, path, whole = art_container(art, env), None, (*at, "art"), True
    else:
        raise LookupError(f"{name} without a server; the schema refuses it")
    nodes = choose_nodes(env, step.placement, wanted)
    return PodGroup(name, count, container, nodes, step.placement, wanted, path, (*at, "placement"), whole)
