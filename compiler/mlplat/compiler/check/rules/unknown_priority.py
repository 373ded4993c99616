"""A priority that the workload's queue does not have, or one without a queue.

Kueue sets a job aside whose WorkloadPriorityClass does not exist (`pkg/util/priority`, 0.18 and 0.19).
"""

from collections.abc import Iterable
from typing import Any

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, suggestion
from mlplat.schema.queue import Queue
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each workload. The priorities of a queue that is `existing` and lists none are not known."""
    documents: tuple[Resolved[Any], ...] = (*env.all(TrainingJob), *env.all(TuningExperiment))
    for document in documents:
        spec = document.document.spec
        if spec.priority is None:
            continue
        name = spec.queue
        if name is None and document.kind == "TuningExperiment":
            job = env.find(TrainingJob, spec.trial.training_job)
            name = job.document.spec.queue if job is not None else None
        queue = env.find(Queue, name)
        if queue is None:
            yield Found(
                document,
                ("spec", "priority"),
                f"{named(document)} has a priority and no queue",
                "means nothing without `queue`",
                help="name the `queue` too, or delete `priority`",
            )
            continue
        known = [priority.name for priority in queue.document.spec.priorities]
        if spec.priority in known or (queue.document.spec.existing and not known):
            continue
        at = ("spec", "priorities") if queue.node.at(("spec", "priorities")) is not None else ("metadata", "name")
        yield Found(
            document,
            ("spec", "priority"),
            f"{named(document)} has priority `{spec.priority}`, which its queue `{queue.name}` does not have",
            f"not a priority of queue `{queue.name}`",
            help=suggestion(spec.priority, known, "priority") if known else f"add it to `priorities` of `{queue.name}`",
            secondary=(queue.label(at, "its priorities" if known else "lists no priorities"),),
        )


RULE = SpecRule("MLP315", check)
