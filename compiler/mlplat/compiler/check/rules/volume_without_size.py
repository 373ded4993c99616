"""A volume that is to be made and does not say how large.

The API server refuses a claim without `resources.requests.storage`, and one of nothing (Kubernetes v1.34
`pkg/apis/core/validation`, ValidatePersistentVolumeClaimSpec).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.objects.quantity import ZERO, parse
from mlplat.schema.storage import Volume


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each volume without a size, or with one that is not above zero."""
    for volume in env.all(Volume):
        spec = volume.document.spec
        if spec.existing or (spec.size is not None and parse(spec.size) > ZERO):
            continue
        yield Found(
            volume,
            ("spec", "size"),
            f"{named(volume)} has " + ("no size" if spec.size is None else "a size of nothing"),
            "`size` is missing" if spec.size is None else "not above zero",
            help="add `size: 10Gi`, or `existing: true` for a claim that is already there",
            at_key=spec.size is None,
        )


RULE = SpecRule("MLP307", check)
