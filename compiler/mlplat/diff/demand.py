"""How many pods an object stands for, and what they ask for together.

What a controller decides (an autoscaler above its least, a runtime's own resources) is not counted: this is what the
objects themselves say, and so the same kind of number before and after.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from mlplat.catalog.products import PARTS, SERVERS
from mlplat.diff.report import Demand
from mlplat.objects.gvk import parse_api_version
from mlplat.objects.quantity import parse

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asks:
    """What pods ask for together: how many they are, and each resource in thousandths."""

    pods: int = 0
    requests: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: "Asks") -> "Asks":
        """Both together."""
        return Asks(self.pods + other.pods, _sum(self.requests, other.requests), _sum(self.limits, other.limits))

    def times(self, count: int) -> "Asks":
        """So many of them."""
        return Asks(self.pods * count, _scaled(self.requests, count), _scaled(self.limits, count))

    def demand(self) -> Demand:
        """The numbers that reports give."""
        accelerators = (amount for name, amount in self.requests.items() if "/" in name)
        return Demand(
            self.pods, self.requests.get("cpu", 0), self.requests.get("memory", 0) // 1000, sum(accelerators) // 1000
        )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in (*one, *(key for key in other if key not in one))}


def _scaled(amounts: Mapping[str, int], count: int) -> dict[str, int]:
    return {name: amount * count for name, amount in amounts.items()}


def _most(all_amounts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    most: dict[str, int] = {}
    for amounts in all_amounts:
        for name, amount in amounts.items():
            most[name] = max(most.get(name, 0), amount)
    return most


NONE = Asks()

_ONE = frozenset(
    {("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "ReplicaSet"), ("", "ReplicationController")}
)


def asks_of(body: Body) -> Asks:
    """What an object's pods ask for; nothing for an object without pods."""
    spec = _map(body.get("spec"))
    group, _ = parse_api_version(str(body.get("apiVersion") or "v1"))
    kind = str(body.get("kind"))
    if (group, kind) in _ONE:
        return _template(spec).times(_count(spec.get("replicas"), 1))
    if (group, kind) == ("batch", "Job"):
        return _job(spec)
    if (group, kind) == ("batch", "CronJob"):
        return NONE  # between its times nothing runs
    if (group, kind) == ("", "Pod"):
        return _pod(spec)
    if group == "kubeflow.org":
        return _kubeflow(kind, spec)
    if (group, kind) == ("trainer.kubeflow.org", "TrainJob"):
        trainer = _map(spec.get("trainer"))
        return _resources(_map(trainer.get("resourcesPerNode"))).times(_count(trainer.get("numNodes"), 1))
    if (group, kind) == ("jobset.x-k8s.io", "JobSet"):
        jobs = (_map(job) for job in _list(spec.get("replicatedJobs")))
        parts = (
            _job(_map(_map(job.get("template")).get("spec"))).times(_count(job.get("replicas"), 1)) for job in jobs
        )
        return reduce(Asks.plus, parts, NONE)
    if (group, kind) == ("serving.kserve.io", "InferenceService"):
        return reduce(Asks.plus, (_step(_map(spec[step])) for step in PARTS if spec.get(step)), NONE)
    return NONE


def _kubeflow(kind: str, spec: Body) -> Asks:
    if kind == "Notebook":
        return _template(spec)
    if kind == "Experiment":
        trial = _map(_map(spec.get("trialTemplate")).get("trialSpec"))
        return asks_of(trial).times(_count(spec.get("parallelTrialCount"), 3)) if trial else NONE
    for name, replicas in spec.items():
        if name.endswith("ReplicaSpecs"):
            parts = (
                _template(_map(one)).times(_count(_map(one).get("replicas"), 1)) for one in _map(replicas).values()
            )
            return reduce(Asks.plus, parts, NONE)
    return NONE


def _job(spec: Body) -> Asks:
    parallel = _count(spec.get("parallelism"), 1)
    completions = spec.get("completions")
    return _template(spec).times(min(parallel, completions) if isinstance(completions, int) else parallel)


def _step(step: Body) -> Asks:
    """One part of an InferenceService: its least number of pods."""
    one = _pod(step)
    for server in SERVERS:
        if isinstance(step.get(server), Mapping):
            one = one.plus(_resources(_map(step[server].get("resources"))))
    return Asks(1, one.requests, one.limits).times(_count(step.get("minReplicas"), 1))


def _template(spec: Body) -> Asks:
    return _pod(_map(_map(spec.get("template")).get("spec")))


def _pod(spec: Body) -> Asks:
    """One pod: its containers together, or its largest init container, whichever is more (the scheduler's sum)."""
    running = reduce(Asks.plus, (_container(one) for one in _list(spec.get("containers"))), NONE)
    first = [_container(one) for one in _list(spec.get("initContainers"))]
    every = [running, *first]
    return Asks(1, _most(one.requests for one in every), _most(one.limits for one in every))


def _container(container: Any) -> Asks:
    return _resources(_map(_map(container).get("resources")))


def _resources(resources: Body) -> Asks:
    """Requests, and limits where there is no request, as the server completes them."""
    limits = {str(name): _milli(amount) for name, amount in _map(resources.get("limits")).items()}
    requests = {str(name): _milli(amount) for name, amount in _map(resources.get("requests")).items()}
    return Asks(1, {**limits, **requests}, limits)


def _milli(quantity: Any) -> int:
    try:
        return int(parse(quantity).milli_value) if quantity is not None else 0
    except (ValueError, TypeError):
        return 0


def _count(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else default


def _map(value: Any) -> Body:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any] | tuple[Any, ...]:
    return value if isinstance(value, list | tuple) else []
