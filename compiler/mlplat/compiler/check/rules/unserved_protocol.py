"""An inference protocol that the format's stock runtime does not speak.

Source: `protocolVersions` in `config/runtimes/` of kserve/kserve: Triton and MLServer speak v2 only, the servers for
PMML and PaddlePaddle HTTP only. Formats whose runtimes changed from version to version are not in the table.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.schema.serving import ModelService

PROTOCOLS = {
    "mlflow": ("v2", "grpc-v2"),
    "paddle": ("v1", "v2"),
    "pmml": ("v1", "v2"),
    "tensorrt": ("v2", "grpc-v2"),
    "triton": ("v2", "grpc-v2"),
}
"""Format to the protocols that its stock runtimes speak."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each model without a runtime of its own whose protocol nobody would answer."""
    for service in env.all(ModelService):
        model = service.document.spec.predictor.model
        if model is None or model.runtime is not None or model.protocol is None:
            continue
        spoken = PROTOCOLS.get(model.format)
        if spoken is not None and model.protocol not in spoken:
            yield Found(
                service,
                ("spec", "predictor", "model", "protocol"),
                f"no stock runtime serves a {model.format} model by {model.protocol}, which {named(service)} wants",
                f"not spoken by the runtimes for {model.format}",
                notes=("KServe would find no runtime and leave the service without pods",),
                help=f"use one of {quoted(spoken)}, or name the `runtime` that speaks it",
            )


RULE = SpecRule("MLP348", check)
