"""A model format for which KServe's stock runtimes have no server, and no runtime is named.

Source: `config/runtimes/` of kserve/kserve, 0.11 to 0.20 (`supportedModelFormats` with `autoSelect`). A cluster may
have runtimes of its own, so this is a warning.
"""

from collections.abc import Iterable
from typing import NamedTuple

from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named, quoted
from mlplat.diagnostics.suggest import near_misses
from mlplat.schema.serving import Model, ModelService


class _Format(NamedTuple):
    """A format and the first KServe with a stock runtime that is chosen for it."""

    name: str
    since: str


FORMATS = (
    *(
        _Format(name, "0")
        for name in (
            *("sklearn", "xgboost", "lightgbm", "pmml", "paddle", "mlflow"),
            *("tensorflow", "pytorch", "onnx", "triton", "tensorrt"),
        )
    ),
    _Format("huggingface", "0.13"),
)
"""Formats of the stock runtimes."""


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each model without a runtime whose format no stock runtime serves."""
    version = env.versions.get("kserve")
    if version is None:
        return
    known = [item.name for item in FORMATS if env.versions.at_least("kserve", item.since)]
    for service in env.all(ModelService):
        spec = service.document.spec
        models: list[tuple[Path, Model | None]] = [(("spec", "predictor", "model"), spec.predictor.model)]
        if spec.canary is not None:
            models.append((("spec", "canary", "model"), spec.canary.model))
        for path, model in models:
            if model is not None and model.runtime is None and model.format not in known:
                yield Found(
                    service,
                    (*path, "format"),
                    f"no stock runtime of KServe {version} serves `{model.format}`, the format of {named(service)}",
                    "KServe finds no server for it",
                    notes=("KServe would leave the service without pods until somebody installs a runtime",),
                    help=f"{_cure(model.format, known)}, or name the `runtime` that serves it",
                )


def _cure(written: str, known: list[str]) -> str:
    close = near_misses(written, known)
    return f"use {quoted(close)}" if close else f"use one of the formats {quoted(sorted(known))}"


RULE = SpecRule("MLP346", check)
