"""What the specifications say of the children of their objects, read without the help of the lowering."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.objects.quantity import parse
from mlplat.schema.environment import NodePool
from mlplat.schema.serving import ModelService, Step
from mlplat.schema.storage import Volume
from mlplat.schema.team import Team
from mlplat.schema.training import TrainingJob, TrainingJobSpec


def amount(quantity: object) -> Decimal:
    """A quantity as a number: cores, bytes, pieces."""
    return Decimal(parse(str(quantity)).milli_value) / 1000


def gpus(spec: TrainingJobSpec) -> int:
    """Accelerators of one node of a job."""
    return spec.accelerators.count if spec.accelerators is not None else 0


def pool_of(spec: TrainingJobSpec, env: ResolvedEnvironment) -> NodePool:
    """The one pool of the example platform on which a job is meant to run."""
    given = env.environment.document.spec
    if not gpus(spec):
        (pool,) = (pool for pool in given.node_pools if pool.name == given.defaults.node_pool)
        return pool
    spot = spec.placement.spot or False
    (pool,) = (p for p in given.node_pools if p.accelerators is not None and p.spot is spot)
    return pool


def steps(service: Resolved[ModelService]) -> dict[str, Step]:
    """The parts of a model service that are there, by KServe's word for them."""
    spec = service.document.spec
    parts = {"predictor": spec.predictor, "transformer": spec.transformer, "explainer": spec.explainer}
    return {name: part for name, part in parts.items() if part is not None}


def replicas(step: Step) -> tuple[int, int]:
    """Fewest and most replicas; one where a specification says nothing, as with KServe."""
    scaling = step.autoscaling
    fewest = (scaling.min_replicas if scaling else None) or 1
    return fewest, max((scaling.max_replicas if scaling else None) or 1, fewest)


def step_requests(step: Step) -> Mapping[str, str | int | float]:
    """What one replica asks for; the example platform says it for every part."""
    held = getattr(step, "model", None) or getattr(step, "container", None)
    assert held is not None
    assert held.resources is not None
    return dict(held.resources.requests)


def used(team: Team, env: ResolvedEnvironment, jobs: Iterable[TrainingJob]) -> dict[str, Decimal]:
    """What a team's quota must count once all pods are there: those of `jobs`, of its services, and its claims."""
    total: dict[str, Decimal] = {}

    def add(name: str, value: Decimal) -> None:
        total[name] = total.get(name, Decimal(0)) + value

    for job in jobs:
        assert job.spec.resources is not None
        for name, value in job.spec.resources.requests.items():
            add(f"requests.{name}", amount(value) * job.spec.nodes)
        add("requests.nvidia.com/gpu", Decimal(gpus(job.spec) * job.spec.nodes))
    for service in env.all(ModelService):
        if service.team == team.metadata.name:
            for step in steps(service).values():
                for name, value in step_requests(step).items():
                    add(f"requests.{name}", amount(value) * replicas(step)[0])
    for volume in env.all(Volume):
        if volume.team == team.metadata.name:
            add("requests.storage", amount(volume.document.spec.size))
    return {name: total.get(name, Decimal(0)) for name in team.spec.quota}
