"""Workloads that can never start: not within their team's quota, its LimitRange, or the shares of their queue.

Each is judged as if it were the only one; what the others use is a matter of time. What is not written (the quota of an
existing team, the shares of an existing queue, the resources of a serving runtime) is taken to suffice.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.limit_findings import judge_limits
from mlplat.compiler.check.queue_findings import judge_queue
from mlplat.compiler.check.quota_findings import judge_quota, judge_storage
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.workloads import workloads
from mlplat.compiler.effective.workload import team_of
from mlplat.schema.team import Team


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """Findings on every workload of an environment; none on those of base, which runs nowhere."""
    if not env.is_synced:
        return
    for workload in workloads(env):
        team = team_of(workload.document, env)
        if not workload.copied:
            refused = list(judge_limits(workload, team))
            yield from refused
            if refused:
                continue
            yield from judge_quota(workload, team)
        yield from judge_queue(workload, team, env)
    for team in env.all(Team):
        yield from judge_storage(team, env)


RULE = SpecRule("MLP309", check)
