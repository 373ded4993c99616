"""No replicas at least, in a mode that always keeps one.

In Standard mode a HorizontalPodAutoscaler scales, whose `minReplicas` is 1 at least (Kubernetes
`pkg/apis/autoscaling/validation`); KServe writes 1 where 0 is asked for (`hpa_reconciler.go`, 0.11 to 0.20).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.component_uses import STEPS
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.serving import ModelService


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each part of a service in Standard mode with `minReplicas: 0`."""
    for service in env.all(ModelService):
        spec = service.document.spec
        if spec.mode == "Knative":
            continue
        for name in STEPS:
            step = getattr(spec, name)
            if step is not None and step.autoscaling is not None and step.autoscaling.min_replicas == 0:
                yield Found(
                    service,
                    ("spec", name, "autoscaling", "minReplicas"),
                    f"the {name} of {named(service)} cannot scale to zero in Standard mode",
                    "one replica would stay",
                    help="write `minReplicas: 1`, or `mode: Knative` for a new service",
                )


RULE = SpecRule("MLP342", check)
