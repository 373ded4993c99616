"""One flavor that two queues describe differently: there is one ResourceFlavor of a name in a cluster."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.queue import Queue


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each flavor whose node pool is another than in the first queue that names it."""
    first: dict[str, tuple[Resolved[Queue], int, str | None]] = {}
    for queue in env.all(Queue):
        if queue.document.spec.existing:
            continue
        for index, flavor in enumerate(queue.document.spec.flavors):
            other, place, pool = first.setdefault(flavor.name, (queue, index, flavor.node_pool))
            if flavor.node_pool == pool:
                continue
            yield Found(
                queue,
                _path(queue, index),
                f"flavor `{flavor.name}` of {named(queue)} means other nodes than in {named(other)}",
                _nodes(flavor.node_pool),
                notes=("a ResourceFlavor belongs to the cluster: queues that name the same one share it",),
                help="name the same `nodePool` in both, or rename one flavor",
                secondary=(other.label(_path(other, place), _nodes(pool)),),
            )


def _path(queue: Resolved[Queue], index: int) -> Path:
    path: Path = ("spec", "flavors", index, "nodePool")
    return path if queue.node.at(path) is not None else (*path[:3], "name")


def _nodes(pool: str | None) -> str:
    return f"nodes of pool `{pool}`" if pool is not None else "any node"


RULE = SpecRule("MLP317", check)
