"""A canary that never serves what it was given, or that KServe refuses.

In Standard mode a canary is a second predictor with a model of its own (KServe 0.20, `spec.canary`, whose fixed
replicas may not be more than the stable predictor's minimum); in Knative mode the predictor itself is the new model,
and Knative keeps the revision before it.
"""

from collections.abc import Iterable, Iterator

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.serving import Canary, ModelService


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each canary that cannot be. Canaries in Standard mode before KServe 0.20 do nothing at all,
    which is another finding."""
    for service in env.all(ModelService):
        canary = service.document.spec.canary
        if canary is None:
            continue
        if service.document.spec.mode == "Knative":
            if canary.model is not None:
                yield Found(
                    service,
                    ("spec", "canary", "model"),
                    f"the canary model of {named(service)} would never be served",
                    "not read in Knative mode",
                    notes=("in Knative mode the predictor is the new model; the revision before it keeps the rest",),
                    help="move this model to `predictor.model`",
                    at_key=True,
                )
        elif env.versions.at_least("kserve", "0.20"):
            yield from _standard(service, canary)


def _standard(service: Resolved[ModelService], canary: Canary) -> Iterator[Found]:
    if canary.model is None:
        yield Found(
            service,
            ("spec", "canary"),
            f"the canary of {named(service)} has no model",
            "`model` is missing",
            notes=("in Standard mode a canary is a second predictor beside the stable one",),
            help="give the new model as `canary.model`",
            at_key=True,
        )
    scaling = service.document.spec.predictor.autoscaling
    least = scaling.min_replicas if scaling is not None and scaling.min_replicas is not None else 1
    if canary.replicas is not None and canary.replicas > least:
        yield Found(
            service,
            ("spec", "canary", "replicas"),
            f"the canary of {named(service)} has more replicas than its predictor has at least",
            f"more than {least}",
            notes=("KServe refuses a canary that is larger than the least of the stable predictor",),
            help=f"write `replicas: {least}`, or raise `minReplicas` of the predictor",
        )


RULE = SpecRule("MLP345", check)
