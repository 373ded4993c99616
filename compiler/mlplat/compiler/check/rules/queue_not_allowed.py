"""A workload that waits in a queue which its team may not use: there is no LocalQueue of that name in its namespace."""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.compiler.effective.workload import team_of
from mlplat.diagnostics import Label
from mlplat.schema.team import Team
from mlplat.schema.training import TrainingJob
from mlplat.schema.tuning import TuningExperiment


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each workload that names such a queue."""
    documents: tuple[Resolved[Any], ...] = (*env.all(TrainingJob), *env.all(TuningExperiment))
    for document in documents:
        queue, team = document.document.spec.queue, team_of(document, env)
        if queue is None or queue in team.document.spec.queues:
            continue
        usable = sorted(team.document.spec.queues)
        yield Found(
            document,
            ("spec", "queue"),
            f"{named(document)} waits in queue `{queue}`, which its team may not use",
            f"not a queue of team `{team.name}`",
            notes=("Kueue would keep it suspended: its namespace has no such LocalQueue",),
            help=f"add `{queue}` to `queues` of team `{team.name}`"
            + (f", or use one of its queues: {quoted(usable)}" if usable else ""),
            secondary=tuple(_queues(team)),
        )


def _queues(team: Resolved[Team]) -> Iterator[Label]:
    if team.node.at(("spec", "queues")) is not None:
        yield team.label(("spec", "queues"), "the queues that it may use")


RULE = SpecRule("MLP314", check)
