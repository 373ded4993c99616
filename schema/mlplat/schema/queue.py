"""A queue in which jobs wait for their share of the cluster (Kueue)."""

from typing import Annotated, ClassVar, Literal

from mlplat.schema.model import MergeBy, NamesEntry, SpecDocument, SpecModel
from mlplat.schema.names import DnsSubdomain, Quantity


class ResourceShare(SpecModel):
    """The queue's share of one resource of one flavor."""

    name: str
    """Name of the resource, for example `cpu`, `memory`, `nvidia.com/gpu`."""
    nominal: Quantity
    """What the queue may use at any time."""
    borrowing: Quantity | None = None
    """Most that it may borrow from its cohort; any amount when absent."""
    lending: Quantity | None = None
    """Most of its share that it lends to its cohort; all when absent."""


class Flavor(SpecModel):
    """Nodes of one sort that the queue's jobs run on (a ResourceFlavor)."""

    name: DnsSubdomain
    """Name of the flavor; queues that name the same one share it."""
    node_pool: Annotated[str, NamesEntry("nodePools")] | None = None
    """Node pool of the environment whose labels and taints make the flavor; any node when absent."""
    resources: Annotated[tuple[ResourceShare, ...], MergeBy("name")]
    """Shares of the flavor's resources. All flavors of a queue list the same resources."""


class Priority(SpecModel):
    """A priority that jobs can name (a WorkloadPriorityClass)."""

    name: DnsSubdomain
    """Name of the class; queues that name the same one share it."""
    value: int
    """Higher goes first."""
    description: str | None = None
    """When to use it."""


class Preemption(SpecModel):
    """Which running jobs may be stopped for a waiting one."""

    reclaim_within_cohort: Literal["Never", "LowerPriority", "Any"] | None = None
    """Jobs of other queues of the cohort that use what this one lent."""
    within_cluster_queue: Literal["Never", "LowerPriority", "LowerOrNewerEqualPriority"] | None = None
    """Jobs of this queue."""


class QueueSpec(SpecModel):
    """Shares, order and preemption."""

    flavors: Annotated[tuple[Flavor, ...], MergeBy("name")] = ()
    """Sorts of nodes in the order in which they are tried."""
    cohort: DnsSubdomain | None = None
    """Queues of one cohort lend each other what they do not use."""
    strategy: Literal["StrictFIFO", "BestEffortFIFO"] | None = None
    """Whether a job that does not fit holds up those behind it."""
    preemption: Preemption | None = None
    """Which running jobs may be stopped for a waiting one."""
    priorities: Annotated[tuple[Priority, ...], MergeBy("name")] = ()
    """Priorities that jobs of the queue can name."""
    stop: Literal["None", "Hold", "HoldAndDrain"] | None = None
    """Admit no more jobs; HoldAndDrain also stops the running ones."""
    existing: bool = False
    """The ClusterQueue with its flavors is already there; only the teams' LocalQueues are emitted."""


class Queue(SpecDocument):
    """A queue."""

    kind_name: ClassVar[str] = "Queue"
    kind: Literal["Queue"]
    """Always `Queue`."""
    spec: QueueSpec
    """Shares, order and preemption."""
