"""Resources that no node has, and accelerators that are asked for in two places or in the wrong one.

Names are Kubernetes' own (`cpu`, `memory`, `ephemeral-storage`, `hugepages-<size>`) or those of extended resources,
which have a domain (k8s.io/kubernetes `pkg/apis/core/validation`, ValidateContainerResourceName). What `accelerators`
asks for takes the place of the same resource in `resources`; only what stands there chooses node pools, with
their labels and taints.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, suggestion
from mlplat.compiler.check.workloads import PodGroup, Workload, workloads
from mlplat.schema.component import Component

_USUAL = "nvidia.com/gpu"
_STANDARD = ("cpu", "ephemeral-storage", "memory")
_NAME = re.compile(r"hugepages-[A-Za-z0-9]+|[a-z0-9][-a-z0-9.]*/[A-Za-z0-9][-A-Za-z0-9_.]*")


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each name of a resource that a workload itself writes."""
    for workload in workloads(env):
        seen = set()
        for group in workload.groups:
            if group.own and not workload.copied and group.path not in seen:
                seen.add(group.path)
                yield from _found(workload, group, _accelerators(env))
    yield from _in_shared(env.environment, ("spec", "defaults", "resources"), env)
    for component in env.all(Component):
        yield from _in_shared(component, ("spec", "resources"), env)


def _in_shared(document: Resolved[Any], path: Path, env: ResolvedEnvironment) -> Iterator[Found]:
    """Accelerators in what workloads get that name no resources of their own."""
    for field in ("requests", "limits"):
        written = document.node.at((*path, field))
        for name, _ in written.children() if written is not None else ():
            if name in _accelerators(env):
                yield Found(
                    document,
                    (*path, field, name),
                    f"{named(document)} asks for `{name}` in the wrong place",
                    "accelerators are asked for by `accelerators`",
                    notes=(
                        "what stands here chooses no node pool and tolerates no taint: such pods may wait for ever",
                    ),
                    help="delete it here; write `accelerators` in each workload that needs one",
                    at_key=True,
                )


def _accelerators(env: ResolvedEnvironment) -> frozenset[str]:
    """Extended resources that are accelerators: the usual one, and those of the environment's node pools."""
    pools = env.environment.document.spec.node_pools
    return frozenset((*(pool.accelerators.resource for pool in pools if pool.accelerators is not None), _USUAL))


def _found(workload: Workload, group: PodGroup, accelerators: frozenset[str]) -> Iterable[Found]:
    document = workload.document
    for field in ("requests", "limits"):
        path = (*group.path, "resources", field)
        written = document.node.at(path)
        for name, _ in written.children() if written is not None else ():
            resource = str(name)
            if resource not in _STANDARD and not _NAME.fullmatch(resource):
                yield Found(
                    document,
                    (*path, resource),
                    f"{named(document)} asks for `{resource}`, which is no resource of a node",
                    "neither Kubernetes' own nor one with a domain",
                    notes=("the API server refuses the pods, not the job",),
                    help=suggestion(resource, _STANDARD, "resource"),
                    at_key=True,
                )
            elif group.accelerators is not None and resource == group.accelerators.resource:
                yield Found(
                    document,
                    (*path, resource),
                    f"{named(document)} asks for `{resource}` in two places",
                    "`accelerators` takes the place of this",
                    help=f"delete it here; `accelerators` asks for {group.accelerators.count}",
                    secondary=(document.label((*group.path, "accelerators"), "asked for here"),),
                    at_key=True,
                )
            elif resource in accelerators:
                count = written.plain()[name] if written is not None else 0
                yield Found(
                    document,
                    (*path, resource),
                    f"{named(document)} asks for `{resource}` in the wrong place",
                    "accelerators are asked for by `accelerators`",
                    notes=(
                        "what stands here chooses no node pool and tolerates no taint: such pods may wait for ever",
                    ),
                    help="delete it here; " + _instead(group, resource, count),
                    at_key=True,
                )


def _instead(group: PodGroup, resource: str, count: object) -> str:
    """The line that asks for the same where it belongs."""
    if group.accelerators is not None:
        return f"`accelerators` asks for `{group.accelerators.resource}`, and one sort is all that it asks for"
    other = "" if resource == _USUAL else f", resource: {resource}"
    whole = count if str(count).isdigit() and int(str(count)) > 0 else "N"
    return f"write `accelerators: {{count: {whole}{other}}}` beside `resources`"


RULE = SpecRule("MLP367", check)
