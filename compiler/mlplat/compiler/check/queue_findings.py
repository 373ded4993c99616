"""Findings on workloads that their queue can never admit."""

from collections.abc import Iterator

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.limit_range import admit
from mlplat.compiler.check.queue_shares import PodSet, Shortage, shortage
from mlplat.compiler.check.rule import Found
from mlplat.compiler.check.wording import named
from mlplat.compiler.check.workloads import Workload
from mlplat.diagnostics import Label
from mlplat.schema.queue import Queue
from mlplat.schema.team import Team


def judge_queue(workload: Workload, team: Resolved[Team], env: ResolvedEnvironment) -> Iterator[Found]:
    """At most one finding: why the queue of a workload never admits it."""
    queue = env.find(Queue, workload.queue)
    if queue is None or not env.versions.has("kueue"):
        return
    podsets = []
    for group in workload.groups:
        container = admit(group.container.requests, group.container.limits, team.document.spec.limits, group.whole)
        asked = {name: amount * group.count for name, amount in container.requests.items()}
        podsets.append(PodSet(asked, group.nodes))
    short = shortage(queue.document, podsets, env)
    if short is not None:
        yield _found(workload, queue, short)


def _found(workload: Workload, queue: Resolved[Queue], short: Shortage) -> Found:
    document, name = workload.document, queue.name
    written = document.node.at(("spec", "queue")) is not None
    at_queue: Path = ("spec", "queue") if written else ("spec", "trial", "trainingJob")
    path: Path = at_queue
    secondary: tuple[Label, ...] = ()
    if short.misplaced:
        why, label = f"queue `{name}` has no flavor for the nodes that it may run on", "no flavor for its nodes"
    elif short.resource is None:
        why, label = f"no flavor of queue `{name}` holds all that it asks for", "no flavor is large enough"
    elif short.most is None:
        why, label = f"queue `{name}` has no share of {short.resource}", f"no share of {short.resource}"
    else:
        pods = workload.pods_in_words()
        why = f"it asks for {short.needed} {short.resource}, and queue `{name}` reaches {short.most} at most"
        label = f"{pods}: {short.needed} {short.resource} in all"
        path = ("spec", "nodes") if document.node.at(("spec", "nodes")) is not None else at_queue
        secondary = _shares(queue, short.resource)
    return Found(
        document,
        path,
        f"{named(document)} can never be admitted: {why}",
        label,
        notes=("Kueue would keep it suspended; nothing in the cluster would report an error",),
        help=_cure(short, name),
        secondary=secondary,
    )


def _shares(queue: Resolved[Queue], resource: str) -> tuple[Label, ...]:
    """The places of the queue's own shares of a resource."""
    return tuple(
        queue.label(("spec", "flavors", index, "resources", place, "nominal"), f"share of flavor `{flavor.name}`")
        for index, flavor in enumerate(queue.document.spec.flavors)
        for place, share in enumerate(flavor.resources)
        if share.name == resource
    )


def _cure(short: Shortage, name: str) -> str:
    if short.misplaced:
        return f"add a flavor for its node pool to queue `{name}`, or wait in another queue"
    if short.resource is None:
        return f"ask for less, or raise the shares of one flavor of queue `{name}`"
    if short.most is None:
        return f"add a share of {short.resource} to every flavor of queue `{name}`, or wait in another queue"
    return f"ask for less, or raise the share of {short.resource} in queue `{name}`"
