"""Which workloads mount which volumes, from how many pods at a time, and whether they write."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.effective.tuning import trial_training_job
from mlplat.schema.environment import AccessMode
from mlplat.schema.notebook import Notebook
from mlplat.schema.pod import VolumeUse
from mlplat.schema.serving import ModelService, Step
from mlplat.schema.storage import Volume
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment


@dataclass(frozen=True, slots=True)
class Mounting:
    """One mount of a volume: by which document, where it is written, in how many pods at a time (`many` in words)."""

    document: Resolved[Any]
    path: Path
    use: VolumeUse
    pods: int
    words: str


def access_modes(volume: Resolved[Volume]) -> tuple[AccessMode, ...] | None:
    """The access modes of a volume; None for an existing claim that says nothing of them."""
    spec = volume.document.spec
    if spec.existing and volume.node.at(("spec", "accessModes")) is None:
        return None
    return spec.access_modes


def mountings(env: ResolvedEnvironment) -> Iterator[Mounting]:
    """Every mount of every workload, by kind and name. Replicas are counted at their most."""
    for job in env.all(TrainingJob):
        yield from _listed(job, ("spec", "volumes"), job.document.spec.volumes, job.document.spec.nodes, "nodes")
    for notebook in env.all(Notebook):
        yield from _listed(notebook, ("spec", "volumes"), notebook.document.spec.volumes, 1, "pods")
    for experiment in env.all(TuningExperiment):
        spec = experiment.document.spec
        job_of_trial = trial_training_job(experiment, env)
        at: Path = ("spec", "trial", "volumes")
        if job_of_trial is None:
            yield from _listed(experiment, at, spec.trial.volumes, spec.parallel_trials, "trials at a time")
        else:
            at = ("spec", "trial", "trainingJob")
            pods = spec.parallel_trials * job_of_trial.document.spec.nodes
            for use in job_of_trial.document.spec.volumes:
                yield Mounting(experiment, at, use, pods, f"{pods} pods of trials at a time")
    for service in env.all(ModelService):
        parts = service.document.spec
        for name, step in (
            ("predictor", parts.predictor),
            ("transformer", parts.transformer),
            ("explainer", parts.explainer),
        ):
            container = getattr(step, "container", None)
            if step is not None and container is not None:
                path = ("spec", name, "container", "volumes")
                yield from _listed(service, path, container.volumes, _replicas(step), "replicas")


def _listed(
    document: Resolved[Any], path: Path, uses: tuple[VolumeUse, ...], pods: int, words: str
) -> Iterator[Mounting]:
    for index, use in enumerate(uses):
        yield Mounting(document, (*path, index), use, pods, f"{pods} {words}")


def _replicas(step: Step) -> int:
    scaling = step.autoscaling
    if scaling is None:
        return 1
    return max(scaling.min_replicas or 1, scaling.max_replicas or 1)
