"""Flavors of one queue that do not list the same resources.

Every flavor lists exactly the resources that the queue covers (CEL of the ClusterQueue CRD; the order is made the same
when it is lowered), and flavors and resources are limited in number (Kueue 0.18 and 0.19: 64 flavors of 64 resources).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.schema.queue import Queue


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each flavor that lists other resources than the first one, or none at all."""
    for queue in env.all(Queue):
        flavors = queue.document.spec.flavors
        if queue.document.spec.existing or not flavors:
            continue
        covered = [share.name for share in flavors[0].resources]
        for index, flavor in enumerate(flavors):
            listed = [share.name for share in flavor.resources]
            missing = [name for name in covered if name not in listed]
            extra = [name for name in listed if name not in covered]
            if listed and not missing and not extra:
                continue
            what = [f"lacks {quoted(missing)}"] if missing else []
            what += [f"has {quoted(extra)} too"] if extra else []
            first = ("spec", "flavors", 0, "resources")
            yield Found(
                queue,
                ("spec", "flavors", index, "name"),
                f"flavor `{flavor.name}` of {named(queue)} lists "
                + ("no resources" if not listed else "other resources"),
                " and ".join(what) or "lists nothing",
                notes=("Kueue refuses a queue whose flavors do not list the same resources",),
                help="list the same resources everywhere; `nominal: 0` where there is none",
                secondary=(queue.label((*first[:3], "name"), f"lists {quoted(covered)}"),) if index else (),
            )


RULE = SpecRule("MLP316", check)
