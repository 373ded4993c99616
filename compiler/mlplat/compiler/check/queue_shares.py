"""Whether a Kueue queue could ever give a workload what it asks for, were it the only one.

Kueue 0.18 and 0.19: a podset gets one flavor for all its resources (`pkg/scheduler/flavorassigner`), a flavor whose
labels and taints fit the pods; a queue reaches at most its own share and what its cohort lends it
(`pkg/cache/scheduler/resource_node.go`, potentialAvailable).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.effective.workload import NodeChoice
from mlplat.objects.quantity import ZERO, Quantity, parse
from mlplat.schema.environment import NodePool
from mlplat.schema.queue import Flavor, Queue, ResourceShare

Amounts = Mapping[str, Quantity]


@dataclass(frozen=True, slots=True)
class PodSet:
    """Pods that get one flavor: what all of them ask for together, and the nodes that they may run on."""

    requests: Amounts
    nodes: NodeChoice


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why a workload never starts: of `resource` it needs more than there is (`most`; None: no share of it at all).
    Without a resource: no flavor fits its nodes, or none fits all that it asks for at once."""

    resource: str | None = None
    needed: Quantity = ZERO
    most: Quantity | None = None
    misplaced: bool = False


def has_like_flavors(queue: Queue) -> bool:
    """True when all flavors list the same resources, as Kueue demands."""
    return len({frozenset(share.name for share in flavor.resources) for flavor in queue.spec.flavors}) <= 1


def most_of(queue: Queue, flavor: str, resource: str, env: ResolvedEnvironment) -> Quantity | None:
    """The most that a queue can ever use of a resource of a flavor; None when that is not known."""
    own = _share(queue, flavor, resource)
    if own is None:
        return ZERO
    nominal = parse(own.nominal)
    cohort = queue.spec.cohort
    if cohort is None:
        return nominal
    with_loan = nominal + parse(own.borrowing) if own.borrowing is not None else None
    total = nominal
    for other in env.all(Queue):
        if other.document.spec.cohort != cohort or other.name == queue.metadata.name:
            continue
        if other.document.spec.existing:
            return with_loan  # what its cohort really has is not written here
        total += _lent(_share(other.document, flavor, resource))
    return total if with_loan is None else min(total, with_loan)


def shortage(queue: Queue, podsets: Sequence[PodSet], env: ResolvedEnvironment) -> Shortage | None:
    """Why the queue can never admit these pods; None when it can, or when that is not known."""
    flavors = queue.spec.flavors
    if not flavors or not has_like_flavors(queue):
        return None
    covered = {share.name for share in flavors[0].resources}
    for podset in podsets:
        for name, amount in sorted(podset.requests.items()):
            if amount > ZERO and name not in covered:
                return Shortage(name, _total(podsets, name), None)
    pools = {pool.name: pool for pool in env.environment.document.spec.node_pools}
    choices = [[flavor for flavor in flavors if _suits(flavor, podset.nodes, flavors, pools)] for podset in podsets]
    if not all(choices):
        return Shortage(misplaced=True)
    most = {
        (flavor.name, name): most_of(queue, flavor.name, name, env) for flavor in flavors for name in sorted(covered)
    }
    if _assign(podsets, choices, {}, most):
        return None
    return _explain(podsets, choices, covered, most)


_Used = dict[tuple[str, str], Quantity]
_Most = Mapping[tuple[str, str], Quantity | None]


def _assign(podsets: Sequence[PodSet], choices: Sequence[Sequence[Flavor]], used: _Used, most: _Most) -> bool:
    """True when some choice of a flavor for each podset stays within what there is."""
    if not podsets:
        return True
    for flavor in choices[0]:
        after = dict(used)
        for name, amount in podsets[0].requests.items():
            key = (flavor.name, name)
            after[key] = after.get(key, ZERO) + amount
        if all(_within(most, key, amount) for key, amount in after.items()) and _assign(
            podsets[1:], choices[1:], after, most
        ):
            return True
    return False


def _within(most: _Most, key: tuple[str, str], amount: Quantity) -> bool:
    limit = most.get(key)
    return limit is None or amount <= limit or amount <= ZERO


def _explain(
    podsets: Sequence[PodSet], choices: Sequence[Sequence[Flavor]], covered: set[str], most: _Most
) -> Shortage:
    """The first resource that is short whatever flavors are taken; none when only all of them together are."""
    allowed = {flavor.name for suited in choices for flavor in suited}
    for name in sorted(covered, key=lambda text: ("/" not in text, text)):
        there = [most[flavor, name] for flavor in sorted(allowed)]
        known = [amount for amount in there if amount is not None]
        if len(known) < len(there):
            continue
        largest = max(known) if len(podsets) == 1 else sum(known, ZERO)
        needed = _total(podsets, name)
        if needed > largest:
            return Shortage(name, needed, largest)
    return Shortage()


def _total(podsets: Sequence[PodSet], name: str) -> Quantity:
    return sum((podset.requests.get(name, ZERO) for podset in podsets), ZERO)


def _share(queue: Queue, flavor: str, resource: str) -> ResourceShare | None:
    found = next((item for item in queue.spec.flavors if item.name == flavor), None)
    return next((share for share in found.resources if share.name == resource), None) if found is not None else None


def _lent(share: ResourceShare | None) -> Quantity:
    """What a queue lets others of its cohort use."""
    if share is None:
        return ZERO
    return parse(share.nominal) if share.lending is None else min(parse(share.lending), parse(share.nominal))


def _suits(flavor: Flavor, nodes: NodeChoice, flavors: Sequence[Flavor], pools: Mapping[str, NodePool]) -> bool:
    """True when pods with this choice of nodes may take a flavor.

    Only labels that some flavor of the queue has are compared. Pools without accelerators bring their tolerations.
    """
    pool = pools.get(flavor.node_pool or "")
    labels = pool.labels if pool is not None else {}
    known = {key for item in flavors if (other := pools.get(item.node_pool or "")) is not None for key in other.labels}

    def matches(wanted: Mapping[str, str]) -> bool:
        return all(labels.get(key) == value for key, value in wanted.items() if key in known)

    alternatives = [item for item in nodes.alternatives if item]
    if not matches(nodes.node_selector) or (alternatives and not any(map(matches, alternatives))):
        return False
    if pool is None or pool.accelerators is None:
        return True
    tolerated = {(item["key"], item.get("value", ""), item["effect"]) for item in nodes.tolerations}
    return all(
        (taint.key, taint.value, taint.effect) in tolerated or taint.effect == "PreferNoSchedule"
        for taint in pool.taints
    )
