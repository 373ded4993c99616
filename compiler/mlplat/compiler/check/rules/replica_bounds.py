"""More replicas at least than at most.

KServe's webhook refuses it (`pkg/apis/serving/v1beta1/component.go`, validateReplicas, 0.11 to 0.20); an absent minimum
is 1.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.component_uses import STEPS
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.serving import ModelService


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each part of a service whose bounds are exchanged."""
    for service in env.all(ModelService):
        for name in STEPS:
            step = getattr(service.document.spec, name)
            scaling = step.autoscaling if step is not None else None
            if scaling is None or scaling.max_replicas is None or scaling.min_replicas is None:
                continue
            if scaling.min_replicas > scaling.max_replicas:
                path = ("spec", name, "autoscaling")
                yield Found(
                    service,
                    (*path, "minReplicas"),
                    f"the {name} of {named(service)} wants at least {scaling.min_replicas} "
                    f"and at most {scaling.max_replicas} replicas",
                    "above `maxReplicas`",
                    secondary=(service.label((*path, "maxReplicas"), "the largest number"),),
                    help=f"raise `maxReplicas` to {scaling.min_replicas}, or lower `minReplicas`",
                )


RULE = SpecRule("MLP344", check)
