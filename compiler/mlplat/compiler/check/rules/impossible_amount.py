"""Amounts in `resources` that no container can ask for.

Devices and pages of memory are whole and cannot be overcommitted: a device is asked for in whole numbers, a huge page
in multiples of its size, and request and limit are equal (k8s.io/kubernetes `pkg/apis/core/validation`,
ValidateResourceRequirements). `resources` stands in workloads, in components, and under an environment's defaults.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.core.pod_amounts import excludes_overcommitment, huge_pages, is_fraction_of_device
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.check.workloads import workloads
from mlplat.objects.quantity import parse
from mlplat.schema.component import Component

_NOTE = "the API server refuses the pods, not what makes them"


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each amount, where it is written."""
    for document, path in _places(env):
        yield from _found(document, path)


def _places(env: ResolvedEnvironment) -> Iterator[tuple[Resolved[Any], Path]]:
    yield env.environment, ("spec", "defaults", "resources")
    for component in env.all(Component):
        yield component, ("spec", "resources")
    for workload in workloads(env):
        if not workload.copied:
            for path in dict.fromkeys((*group.path, "resources") for group in workload.groups if group.own):
                yield workload.document, path


def _found(document: Resolved[Any], path: Path) -> Iterator[Found]:
    amounts = {
        field: dict(node.plain()) if (node := document.node.at((*path, field))) is not None else {}
        for field in ("requests", "limits")
    }
    for field, held in amounts.items():
        for name, amount in held.items():
            why = "must be a whole number" if is_fraction_of_device(name, amount) else None
            if why is None and huge_pages({name: amount}) is not None:
                why = "must be a multiple of the page"
            if why is not None:
                yield Found(
                    document,
                    (*path, field, name),
                    f"{named(document)} asks for {amount} `{name}`, which {why}",
                    why,
                    notes=(_NOTE,),
                    help=_cure(name),
                )
    for name, amount in amounts["requests"].items():
        limit = amounts["limits"].get(name)
        if excludes_overcommitment(name) and (limit is None or parse(limit) != parse(amount)):
            yield Found(
                document,
                (*path, "requests", name),
                f"{named(document)} asks for {amount} `{name}` without a limit that equals it",
                "no equal limit",
                notes=(_NOTE,),
                help=f"write `{name}: {amount}` under `limits` too",
            )


def _cure(name: str) -> str:
    page = name.removeprefix("hugepages-")
    return f"write a multiple of {page}" if page != name else "write a whole number"


RULE = SpecRule("MLP369", check)
