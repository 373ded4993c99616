"""A volume that is to be made and does not say how large.

The API server refuses a claim without `resources.requests.storage` (Kubernetes v1.34
`pkg/apis/core/validation`, ValidatePersistentVolumeClaimSpec).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.storage import Volume


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each volume without a size."""
    for volume in env.all(Volume):
        spec = volume.document.spec
        if spec.existing or spec.size is not None:
            continue
        yield Found(
            volume,
            ("spec", "size"),
            f"{named(volume)} has no size",
            "`size` is missing",
            help="add `size: 10Gi`, or `existing: true` for a claim that is already there",
            at_key=True,
        )


RULE = SpecRule("MLP307", check)
