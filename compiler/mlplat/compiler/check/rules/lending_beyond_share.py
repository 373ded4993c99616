"""A queue that lends more of a resource than its share.

The ClusterQueue webhook refuses a `lendingLimit` above `nominalQuota` (`pkg/webhooks/clusterqueue_webhook.go`,
Kueue 0.18 and 0.19).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.objects.quantity import parse
from mlplat.schema.queue import Queue


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each such amount."""
    for queue in env.all(Queue):
        if queue.document.spec.existing:
            continue
        for index, flavor in enumerate(queue.document.spec.flavors):
            for place, share in enumerate(flavor.resources):
                path: Path = ("spec", "flavors", index, "resources", place)
                if share.lending is not None and parse(share.nominal) < parse(share.lending):
                    yield Found(
                        queue,
                        (*path, "lending"),
                        f"{named(queue)} lends more {share.name} than it has",
                        f"more than {share.nominal}",
                        help=f"write at most `lending: {share.nominal}`, or delete it to lend all",
                        secondary=(queue.label((*path, "nominal"), "its share"),),
                    )


RULE = SpecRule("MLP319", check)
