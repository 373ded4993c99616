"""Several accelerators in a pod, and no memory at `/dev/shm` through which the processes that use them talk.

NCCL makes segments there for every pair of its processes (NCCL user guide, Troubleshooting, Shared memory). A container
has 64 MiB of it unless something larger is mounted.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.mounts import mount_of
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.training import TrainingJob


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each job whose pods have several accelerators and only a container's own shared memory."""
    for job in env.all(TrainingJob):
        spec = job.document.spec
        count = spec.accelerators.count if spec.accelerators is not None else 0
        if count < 2 or spec.shared_memory is not None or mount_of("/dev/shm", spec.volumes) is not None:
            continue
        yield Found(
            job,
            ("spec", "accelerators", "count"),
            f"{named(job)} has {count} accelerators in a pod and no shared memory",
            "NCCL's processes talk through `/dev/shm`, of which a container has 64 MiB",
            help="add `sharedMemory: 8Gi` to `spec`; what lies there counts as memory of the pod",
        )


RULE = SpecRule("MLP341", check)
