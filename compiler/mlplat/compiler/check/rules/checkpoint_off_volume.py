"""Checkpoints in a folder that goes away with the pod, or that nobody may write to."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.mounts import mount_of
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.schema.training import TrainingJob


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each job whose checkpoint folder is on no volume, or on one that is mounted read-only."""
    for job in env.all(TrainingJob):
        spec = job.document.spec
        if spec.checkpoint is None:
            continue
        mount = mount_of(spec.checkpoint.path, spec.volumes)
        path = ("spec", "checkpoint", "path")
        if mount is None:
            mounted = [use.mount_path for use in spec.volumes if not use.read_only]
            yield Found(
                job,
                path,
                f"{named(job)} keeps checkpoints where no volume is mounted",
                "part of the container, gone with the pod",
                notes=(f"writable volumes are mounted at {quoted(mounted)}",) if mounted else (),
                help=f"write `path: {mounted[0].rstrip('/')}/checkpoints`" if mounted else "mount a volume there",
            )
        elif mount.read_only:
            index = spec.volumes.index(mount)
            yield Found(
                job,
                path,
                f"{named(job)} keeps checkpoints on a volume that is mounted read-only",
                f"lies on volume `{mount.volume}`",
                secondary=(job.label(("spec", "volumes", index, "readOnly"), "nothing can be written"),),
                help="mount the volume for writing, or keep checkpoints on another one",
            )


RULE = SpecRule("MLP337", check)
