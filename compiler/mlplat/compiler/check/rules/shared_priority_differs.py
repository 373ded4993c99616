"""One priority that two queues describe differently: there is one WorkloadPriorityClass of a name in a cluster."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.queue import Priority, Queue


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each priority whose value or description is another than in the first queue that names it."""
    first: dict[str, tuple[Resolved[Queue], int, Priority]] = {}
    for queue in env.all(Queue):
        if queue.document.spec.existing:
            continue
        for index, priority in enumerate(queue.document.spec.priorities):
            other, place, known = first.setdefault(priority.name, (queue, index, priority))
            field = "value" if priority.value != known.value else "description"
            if priority.value == known.value and priority.description in (known.description, None):
                continue
            yield Found(
                queue,
                ("spec", "priorities", index, field),
                f"priority `{priority.name}` of {named(queue)} has another {field} than in {named(other)}",
                "differs",
                notes=("a WorkloadPriorityClass belongs to the cluster: queues that name the same one share it",),
                help=f"write the same `{field}` in both, or rename one priority",
                secondary=(other.label(("spec", "priorities", place, field), "what the other queue says"),),
            )


RULE = SpecRule("MLP318", check)
