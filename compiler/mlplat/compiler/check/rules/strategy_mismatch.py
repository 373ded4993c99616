"""A parallel strategy that the framework does not have.

DDP and FSDP are PyTorch's, DeepSpeed is built on PyTorch, Horovod has bindings for PyTorch and TensorFlow
(horovod `docs/summary.rst`); a job of framework `mpi` starts whatever its image holds.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.schema.training import TrainingJob

FRAMEWORKS = {
    "ddp": ("pytorch", "mpi"),
    "fsdp": ("pytorch", "mpi"),
    "deepspeed": ("pytorch", "mpi"),
    "horovod": ("pytorch", "tensorflow", "mpi"),
}
"""Strategy to the frameworks that have it."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each job whose strategy and framework do not go together."""
    for job in env.all(TrainingJob):
        spec = job.document.spec
        if spec.strategy is not None and spec.framework not in FRAMEWORKS[spec.strategy]:
            yield Found(
                job,
                ("spec", "strategy"),
                f"{named(job)} wants {spec.strategy}, which {spec.framework} does not have",
                f"needs {' or '.join(FRAMEWORKS[spec.strategy])}",
                secondary=(job.label(("spec", "framework"), "the framework"),),
                help=f"delete `strategy`, or choose one of the frameworks {quoted(FRAMEWORKS[spec.strategy])}",
            )


RULE = SpecRule("MLP340", check)
