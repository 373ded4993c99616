"""More processes in a pod than accelerators: one for each is what launchers and NCCL expect.

torchrun numbers the processes of a pod (LOCAL_RANK) and training code takes the accelerator of that number; with
`gpu` it refuses to start where it sees none (pytorch `torch/distributed/run.py`, determine_local_world_size).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.training_api import processes
from mlplat.schema.training import TrainingJob


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each job whose processes must share accelerators, or want some where there are none."""
    for job in env.all(TrainingJob):
        spec = job.document.spec
        wanted = spec.processes_per_node
        count = spec.accelerators.count if spec.accelerators is not None else 0
        path = ("spec", "processesPerNode")
        secondary = (job.label(("spec", "accelerators", "count"), "accelerators of a pod"),) if count else ()
        if isinstance(wanted, int) and count and wanted > count:
            yield Found(
                job,
                path,
                f"{named(job)} starts {wanted} processes in a pod with {count} accelerators",
                "they share accelerators",
                secondary=secondary,
                help=f"write `processesPerNode: {count}`",
            )
        elif wanted == "gpu" and not count and processes(job, env) == "gpu":
            yield Found(
                job,
                path,
                f"{named(job)} starts a process for each accelerator and asks for none",
                "no accelerators in the pod",
                help="give `accelerators`, or write `processesPerNode: cpu`",
            )


RULE = SpecRule("MLP339", check)
