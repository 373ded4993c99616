"""Queues to Kueue's objects (`kueue.x-k8s.io/v1beta2`, served and stored by Kueue 0.18 and 0.19).

Flavors and priorities belong to the cluster and are shared by name: each is emitted once. Cohorts are not emitted:
Kueue takes a cohort that is only named for one without a parent or quota of its own, and that is what ours are.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import Draft, Resolved, ResolvedEnvironment
from mlplat.compiler.effective.workload import NodeChoice, namespace_of
from mlplat.objects.quantity import canonical
from mlplat.schema.environment import NodePool
from mlplat.schema.queue import Flavor, Preemption, Priority, Queue, QueueSpec, ResourceShare
from mlplat.schema.team import Team

API_VERSION = "kueue.x-k8s.io/v1beta2"

SHARED = "platform-queues"
"""Unit of what belongs to the cluster and not to a team."""


def lower_queues(env: ResolvedEnvironment) -> Iterable[Draft]:
    """ResourceFlavors, WorkloadPriorityClasses and ClusterQueues of the environment, and each team's LocalQueues.

    Nothing waits for anything here: Kueue takes a queue whose flavors are not there yet, and activates it later.
    """
    if not env.versions.has("kueue"):
        return
    ours = tuple(queue for queue in env.all(Queue) if not queue.document.spec.existing)
    for queue, flavor in _flavors(ours):
        yield Draft(_resource_flavor(flavor, env), queue, SHARED)
    for queue, priority in _priorities(ours):
        yield Draft(_priority_class(priority), queue, SHARED)
    for queue in ours:
        yield Draft(_cluster_queue(queue, env), queue, SHARED)
    for team in env.all(Team):
        for name in sorted(set(team.document.spec.queues)):
            named = env.find(Queue, name)
            if named is not None:
                yield Draft(_local_queue(named, team), named, team.name)


def _flavors(queues: Iterable[Resolved[Queue]]) -> Iterator[tuple[Resolved[Queue], Flavor]]:
    """Every flavor once, by name, with the first queue that names it."""
    found: dict[str, tuple[Resolved[Queue], Flavor]] = {}
    for queue in queues:
        for flavor in queue.document.spec.flavors:
            found.setdefault(flavor.name, (queue, flavor))
    yield from (found[name] for name in sorted(found))


def _priorities(queues: Iterable[Resolved[Queue]]) -> Iterator[tuple[Resolved[Queue], Priority]]:
    """Every priority once, by name, with the first queue that names it."""
    found: dict[str, tuple[Resolved[Queue], Priority]] = {}
    for queue in queues:
        for priority in queue.document.spec.priorities:
            found.setdefault(priority.name, (queue, priority))
    yield from (found[name] for name in sorted(found))


def _resource_flavor(flavor: Flavor, env: ResolvedEnvironment) -> dict[str, Any]:
    pools = env.environment.document.spec.node_pools
    pool = next((pool for pool in pools if pool.name == flavor.node_pool), None)
    body: dict[str, Any] = {"apiVersion": API_VERSION, "kind": "ResourceFlavor", "metadata": {"name": flavor.name}}
    # An empty `spec` is what the API server stores for any node, but not what it needs to be told.
    if pool is not None and (spec := _flavor_spec(pool)):
        body["spec"] = spec
    return body


def _flavor_spec(pool: NodePool) -> dict[str, Any]:
    """Labels, which Kueue writes into the pods that it admits, and taints, which a job must tolerate to be admitted.

    Whoever waits in a queue of a pool may run there, so Kueue is told to add the tolerations; but not for a pool with
    accelerators: its taints keep off what asks for none, and what asks for some tolerates them by its own placement.
    """
    spec: dict[str, Any] = {}
    if pool.labels:
        spec["nodeLabels"] = dict(sorted(pool.labels.items()))
    if pool.taints:
        spec["nodeTaints"] = [
            {"key": taint.key, "effect": taint.effect} | ({"value": taint.value} if taint.value else {})
            for taint in pool.taints
        ]
        if pool.accelerators is None:
            spec["tolerations"] = [dict(toleration) for toleration in NodeChoice((pool,), ()).tolerations]
    return spec


def _priority_class(priority: Priority) -> dict[str, Any]:
    body: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": "WorkloadPriorityClass",
        "metadata": {"name": priority.name},
        "value": priority.value,
    }
    if priority.description:
        body["description"] = priority.description
    return body


def _cluster_queue(queue: Resolved[Queue], env: ResolvedEnvironment) -> dict[str, Any]:
    """Default values are left out: the API server fills them in, and they are nobody's then."""
    given = queue.document.spec
    spec: dict[str, Any] = {}
    if selector := _namespace_selector(queue, env):
        spec["namespaceSelector"] = selector
    if groups := _resource_groups(given):
        spec["resourceGroups"] = groups
    if given.cohort is not None:
        spec["cohortName"] = given.cohort
    if given.strategy not in (None, "BestEffortFIFO"):
        spec["queueingStrategy"] = given.strategy
    if given.preemption is not None and (preemption := _preemption(given.preemption)):
        spec["preemption"] = preemption
    if given.stop not in (None, "None"):
        spec["stopPolicy"] = given.stop
    body = {"apiVersion": API_VERSION, "kind": "ClusterQueue", "metadata": {"name": queue.name}}
    return body | ({"spec": spec} if spec else {})


def _namespace_selector(queue: Resolved[Queue], env: ResolvedEnvironment) -> dict[str, Any]:
    """The namespaces of the teams that may use the queue; empty (no namespace at all, for Kueue) when none may."""
    namespaces = sorted({namespace_of(team) for team in env.all(Team) if queue.name in team.document.spec.queues})
    if not namespaces:
        return {}
    expression = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": namespaces}
    return {"matchExpressions": [expression]}


def _resource_groups(spec: QueueSpec) -> list[dict[str, Any]]:
    """One group. Every flavor lists the resources in the order of `coveredResources`: Kueue's webhook wants that."""
    if not spec.flavors:
        return []
    covered = [share.name for share in spec.flavors[0].resources]
    flavors = []
    for flavor in spec.flavors:
        shares = {share.name: share for share in flavor.resources}
        resources = [_quota(shares[name], spec) for name in covered if name in shares]
        flavors.append({"name": flavor.name, "resources": resources})
    return [{"coveredResources": covered, "flavors": flavors}]


def _quota(share: ResourceShare, spec: QueueSpec) -> dict[str, Any]:
    """Limits of borrowing and lending are only taken in a cohort (CEL of the CRD), and mean nothing outside one."""
    quota = {"name": share.name, "nominalQuota": canonical(share.nominal)}
    if spec.cohort is not None and share.borrowing is not None:
        quota["borrowingLimit"] = canonical(share.borrowing)
    if spec.cohort is not None and share.lending is not None:
        quota["lendingLimit"] = canonical(share.lending)
    return quota


def _preemption(preemption: Preemption) -> dict[str, str]:
    fields = (
        ("reclaimWithinCohort", preemption.reclaim_within_cohort),
        ("withinClusterQueue", preemption.within_cluster_queue),
    )
    return {field: value for field, value in fields if value not in (None, "Never")}


def _local_queue(queue: Resolved[Queue], team: Resolved[Team]) -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": "LocalQueue",
        "metadata": {"name": queue.name, "namespace": namespace_of(team)},
        "spec": {"clusterQueue": queue.name},
    }
