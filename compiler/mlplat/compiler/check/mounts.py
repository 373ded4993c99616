"""Paths inside containers, and which mount a path lies on."""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.component_uses import containers
from mlplat.schema.notebook import Notebook
from mlplat.schema.pod import VolumeUse
from mlplat.schema.serving import ModelService
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment


def parts(path: str) -> tuple[str, ...]:
    """The steps of a path from the root, without empty ones, `.` and `..`."""
    found: list[str] = []
    for step in path.split("/"):
        if step == "..":
            found = found[:-1]
        elif step not in ("", "."):
            found.append(step)
    return tuple(found)


def lies_in(path: str, folder: str) -> bool:
    """True when a path is a folder or something in it."""
    steps = parts(folder)
    return parts(path)[: len(steps)] == steps


def mount_of(path: str, mounts: Iterable[VolumeUse]) -> VolumeUse | None:
    """The mount on which a path lies: of several the innermost. None where it lies in the container itself."""
    around = [mount for mount in mounts if lies_in(path, mount.mount_path)]
    return max(around, key=lambda mount: len(parts(mount.mount_path)), default=None)


def mount_lists(env: ResolvedEnvironment) -> Iterator[tuple[Resolved[Any], Path, tuple[VolumeUse, ...], bool]]:
    """Every container's mounts: the document, where they stand, the mounts, whether memory is at `/dev/shm` too."""
    documents: tuple[Resolved[Any], ...] = (*env.all(TrainingJob), *env.all(Notebook))
    for document in documents:
        spec = document.document.spec
        yield document, ("spec", "volumes"), spec.volumes, spec.shared_memory is not None
    for experiment in env.all(TuningExperiment):
        trial = experiment.document.spec.trial
        if trial.component is not None:
            yield experiment, ("spec", "trial", "volumes"), trial.volumes, False
    for service in env.all(ModelService):
        for path, container in containers(service):
            yield service, (*path, "volumes"), container.volumes, False
