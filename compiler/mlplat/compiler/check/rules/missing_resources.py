"""Containers that leave out requests of CPU or memory or the limit of memory, whatever component and defaults say.

Where the team has a LimitRange with defaults, that says it. A serving runtime has its own, so a model need not.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.limit_range import admit
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.check.workloads import workloads
from mlplat.compiler.effective.workload import team_of


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each container that leaves something out; alike pods are judged once."""
    for workload in workloads(env):
        if workload.copied:
            continue
        bounds = team_of(workload.document, env).document.spec.limits
        seen = set()
        for group in workload.groups:
            container = admit(group.container.requests, group.container.limits, bounds, group.whole)
            missing = [
                f"{field}.{name}"
                for field, held in (("requests", container.requests), ("limits", container.limits))
                for name in ("cpu", "memory")
                if name not in held and (field, name) != ("limits", "cpu")
            ]
            if not missing or not group.whole or not group.own or group.path in seen:
                continue
            seen.add(group.path)
            written = workload.document.node.at((*group.path, "resources")) is not None
            yield Found(
                workload.document,
                (*group.path, "resources") if written else group.path if len(group.path) > 1 else ("metadata", "name"),
                f"a container of {named(workload.document)} does not say what it needs",
                "no " + ", ".join(f"`{item}`" for item in missing),
                notes=("such pods are the first to be killed when a node runs short, and the scheduler cannot plan",),
                help="add `resources`, here or under `defaults` of the environment",
                at_key=len(group.path) > 1 or written,
            )


RULE = SpecRule("MLP311", check)
