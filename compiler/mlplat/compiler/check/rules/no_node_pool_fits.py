"""Pods that no node of the environment can hold: accelerators, CPU, memory, spot, or more pods than nodes.

An environment that lists no node pools is taken to have nodes for everything.
"""

from collections.abc import Iterable, Iterator

from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.limit_range import admit
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.compiler.check.workloads import PodGroup, Workload, asked_at, workloads
from mlplat.compiler.effective.workload import has_accelerator
from mlplat.diagnostics import Label
from mlplat.objects.quantity import ZERO, Quantity, parse
from mlplat.schema.environment import NodePool


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """At most one finding for each group of alike pods; none in base, which runs nowhere."""
    if not env.is_synced or not env.environment.document.spec.node_pools:
        return
    for workload in workloads(env):
        if not workload.copied:
            for group in workload.groups:
                if group.own:
                    yield from _judge(workload, group, env)


def _judge(workload: Workload, group: PodGroup, env: ResolvedEnvironment) -> Iterator[Found]:
    found = _spot(workload, group, env) or _accelerators(workload, group, env)
    if found is None and group.nodes.pools:
        found = _size(workload, group, env) or _number(workload, group, env)
    if found is not None:
        yield found


def _accelerators(workload: Workload, group: PodGroup, env: ResolvedEnvironment) -> Found | None:
    wanted = group.accelerators
    if wanted is None or wanted.count == 0 or any(has_accelerator(pool, wanted) for pool in group.nodes.pools):
        return None
    pools = env.environment.document.spec.node_pools
    enough = [pool.name for pool in pools if has_accelerator(pool, wanted)]
    offered = [
        f"pool `{pool.name}` has {pool.accelerators.count} {pool.accelerators.resource} on each node"
        for pool in pools
        if pool.accelerators is not None
    ]
    where, secondary = _where(workload, group, env)
    return Found(
        workload.document,
        (*group.path, "accelerators", "count"),
        f"no node {where}has {wanted.count} {wanted.resource} for a pod of {named(workload.document)}",
        "more than any node has",
        notes=tuple(offered) or (f"no node pool of `{env.name}` has accelerators",),
        help=f"use pool {quoted(enough)}" if enough else "ask for fewer on each node, on more nodes if need be",
        secondary=secondary,
    )


def _spot(workload: Workload, group: PodGroup, env: ResolvedEnvironment) -> Found | None:
    wanted = group.placement.spot
    pools = env.environment.document.spec.node_pools
    named_pool = group.placement.node_pool
    judged = [pool for pool in pools if named_pool is None or pool.name == named_pool]
    if group.accelerators is not None and group.accelerators.count and named_pool is None:
        judged = [pool for pool in judged if has_accelerator(pool, group.accelerators)]
    if wanted is None or not judged or any(pool.spot is wanted for pool in judged):
        return None
    word = "spot nodes" if wanted else "nodes that stay"
    where, secondary = _where(workload, group, env)
    fit = [pool.name for pool in pools if pool.spot is wanted]
    return Found(
        workload.document,
        (*group.placed_at, "spot"),
        f"{named(workload.document)} wants {word}, and no fitting pool {where}has them",
        f"no {word} for it",
        notes=(f"pools with {word}: {quoted(fit)}",) if fit else (),
        help="delete `spot`, or set it to null where it is inherited",
        secondary=secondary,
    )


def _size(workload: Workload, group: PodGroup, env: ResolvedEnvironment) -> Found | None:
    """A request above what one node of every allowed pool has."""
    pools = group.nodes.pools
    asked = _asked(workload, group)
    if any(_fits(asked, pool) for pool in pools):
        return None
    where, _ = _where(workload, group, env)
    facts = tuple(f"a node of pool `{pool.name}` has {pool.cpu} cpu and {pool.memory} memory" for pool in pools)
    short = next((name for name in ("cpu", "memory") if all(asked[name] > _has(pool)[name] for pool in pools)), None)
    resource = short or next(
        name for name in ("cpu", "memory") if any(asked[name] > _has(pool)[name] for pool in pools)
    )
    path = asked_at(workload.document, group, resource, "requests", "limits")
    return Found(
        workload.document,
        path,
        f"no node {where}is large enough for a pod of {named(workload.document)}",
        f"asks for {asked[resource]} {resource}",
        notes=facts,
        help="ask for less, or choose a pool of larger nodes",
    )


def _number(workload: Workload, group: PodGroup, env: ResolvedEnvironment) -> Found | None:
    """More pods at a time than all nodes of the allowed pools can hold."""
    asked = _asked(workload, group)
    room = 0
    for pool in group.nodes.pools:
        if pool.max_nodes is None:
            return None
        room += pool.max_nodes * _per_node(asked, group, pool)
    if group.count <= room:
        return None
    path: Path = ("spec", "nodes") if workload.document.node.at(("spec", "nodes")) is not None else group.placed_at
    pools = ", ".join(f"`{pool.name}` (at most {pool.max_nodes} nodes)" for pool in group.nodes.pools)
    return Found(
        workload.document,
        path,
        f"{named(workload.document)} needs {group.count} pods at a time, and its nodes hold {room}",
        f"room for {room}",
        notes=(f"pools that it may use: {pools}",),
        help="use fewer pods, or raise `maxNodes` of the pool",
    )


def _asked(workload: Workload, group: PodGroup) -> dict[str, Quantity]:
    requests = admit(group.container.requests, group.container.limits, None).requests
    return {name: requests.get(name, ZERO) for name in ("cpu", "memory")}


def _has(pool: NodePool) -> dict[str, Quantity]:
    return {"cpu": parse(pool.cpu), "memory": parse(pool.memory)}


def _fits(asked: dict[str, Quantity], pool: NodePool) -> bool:
    return all(amount <= _has(pool)[name] for name, amount in asked.items())


def _per_node(asked: dict[str, Quantity], group: PodGroup, pool: NodePool) -> int:
    """How many of the pods one node of a pool holds; many where they ask for nothing."""
    rooms = [_has(pool)[name].nanos // amount.nanos for name, amount in asked.items() if amount > ZERO]
    wanted = group.accelerators
    if wanted is not None and wanted.count:
        rooms.append(
            pool.accelerators.count // wanted.count if has_accelerator(pool, wanted) and pool.accelerators else 0
        )
    return min(rooms, default=group.count)


def _where(workload: Workload, group: PodGroup, env: ResolvedEnvironment) -> tuple[str, tuple[Label, ...]]:
    """`of pool x `, with the place that names it, where one is named; else `of environment x `."""
    pool = group.placement.node_pool
    if pool is None:
        return f"of `{env.name}` ", ()
    return f"of pool `{pool}` ", (workload.document.label((*group.placed_at, "nodePool"), "only nodes of this pool"),)


RULE = SpecRule("MLP308", check)
