"""What of a ModelService does nothing with some KServe version or in one of the two modes."""

from collections.abc import Callable
from typing import Any

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.effects.row import NoEffect

Applies = Callable[[ResolvedEnvironment, Resolved[Any]], bool]


def _standard(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return bool(document.document.spec.mode == "Standard")


def _knative(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return bool(document.document.spec.mode == "Knative")


def _standard_before(version: str) -> Applies:
    def applies(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
        return _standard(env, document) and not env.versions.at_least("kserve", version)

    return applies


def _always(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return True


def _no_accounted_step(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    """True when nothing of the service reads from the model storage through KServe."""
    spec = document.document.spec
    art = spec.explainer.art if spec.explainer is not None else None
    return spec.predictor.model is None and (art is None or art.storage_uri is None)


SERVING_NO_EFFECT: tuple[NoEffect, ...] = (
    *(
        NoEffect(
            "ModelService",
            ("spec", step, "timeout"),
            _standard_before("0.15"),
            "in Standard mode KServe reads it only for the HTTPRoutes of the Gateway API, which 0.15 brought",
        )
        for step in ("predictor", "transformer", "explainer")
    ),
    NoEffect(
        "ModelService",
        ("spec", "explainer", "batching"),
        _always,
        "KServe puts a batcher before predictors and transformers, never before explainers "
        "(controller components/explainer.go)",
    ),
    NoEffect(
        "ModelService",
        ("spec", "canary"),
        _standard_before("0.20"),
        "in Standard mode KServe splits traffic from 0.20 on; raise the version, or use mode Knative",
    ),
    NoEffect("ModelService", ("spec", "canary", "replicas"), _knative, "in Knative mode the predictor's scaling holds"),
    NoEffect(
        "ModelService",
        ("spec", "canary", "name"),
        _knative,
        "in Knative mode the canary is a revision, which Knative names",
    ),
    NoEffect(
        "ModelService",
        ("spec", "credentials"),
        _no_accounted_step,
        "KServe fetches no model for a container of your own; give it the keys by `env` with `secret`",
    ),
)
"""Rows of the ModelService."""
