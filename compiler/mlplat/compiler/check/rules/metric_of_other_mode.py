"""A scaling metric that the deployment mode does not measure.

KServe's webhook refuses it (`pkg/apis/serving/v1beta1/inference_service_validation.go`, validateScalingHPACompExtension
and validateScalingKPACompExtension, 0.11 to 0.20).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.component_uses import STEPS
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.schema.serving import ModelService

METRICS = {"Standard": ("cpu", "memory"), "Knative": ("concurrency", "rps")}
"""Mode to the metrics that it scales by."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each part of a service that scales by a metric of the other mode."""
    for service in env.all(ModelService):
        mode = service.document.spec.mode
        for name in STEPS:
            step = getattr(service.document.spec, name)
            metric = step.autoscaling.metric if step is not None and step.autoscaling is not None else None
            if metric is not None and metric not in METRICS[mode]:
                other = "Knative" if mode == "Standard" else "Standard"
                yield Found(
                    service,
                    ("spec", name, "autoscaling", "metric"),
                    f"the {name} of {named(service)} scales by {metric}, which {mode} mode does not measure",
                    f"a metric of {other} mode",
                    help=f"use one of {quoted(METRICS[mode])}",
                )


RULE = SpecRule("MLP343", check)
