"""A service in Knative mode that wants more time for a request than Knative gives.

Source: `max-revision-timeout-seconds` of `config-defaults`, 600 as shipped, above which the webhook refuses a revision
(knative/serving `pkg/apis/config/defaults.go`, `pkg/apis/serving/k8s_validation.go`). A cluster may have raised it.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.serving import ModelService

_MOST = 600


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each part of a service."""
    for service in env.all(ModelService):
        spec = service.document.spec
        if spec.mode != "Knative":
            continue
        for name, step in (
            ("predictor", spec.predictor),
            ("transformer", spec.transformer),
            ("explainer", spec.explainer),
        ):
            if step is not None and step.timeout is not None and step.timeout > _MOST:
                yield Found(
                    service,
                    ("spec", name, "timeout"),
                    f"the {name} of {named(service)} wants {step.timeout} seconds, and Knative gives {_MOST}",
                    f"more than {_MOST}",
                    notes=("Knative's webhook refuses the revision, and the service never becomes ready",),
                    help=f"write at most {_MOST}, or raise `max-revision-timeout-seconds` of Knative and allow this",
                )


RULE = SpecRule("MLP371", check)
