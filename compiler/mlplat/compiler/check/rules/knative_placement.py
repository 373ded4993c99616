"""Placement in Knative mode: a stock Knative refuses pods that choose their nodes.

Knative Serving (`config-features`): `kubernetes.podspec-nodeselector`, `-tolerations` and `-affinity` are disabled
unless the ConfigMap enables them; its webhook answers "must not set the field(s)".
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.component_uses import STEPS
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.serving import step_nodes
from mlplat.schema.serving import ModelService


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each part of a Knative service that gets a node selector, tolerations or affinity."""
    for service in env.all(ModelService):
        mode = service.document.spec.mode
        for name in STEPS:
            step = getattr(service.document.spec, name)
            if mode != "Knative" or step is None:
                continue
            choice = step_nodes(step, env, mode)
            if choice.node_selector or choice.tolerations or choice.alternatives:
                yield Found(
                    service,
                    ("spec", name, "placement"),
                    f"the {name} of {named(service)} chooses its nodes, which a stock Knative refuses",
                    "node selector, tolerations or affinity",
                    ("accelerators choose nodes too, where the environment has pools with them",),
                    "enable `kubernetes.podspec-nodeselector`, `-tolerations` and `-affinity` in Knative's "
                    "`config-features` and allow this with a reason, or use `mode: Standard`",
                )


RULE = SpecRule("MLP366", check)
