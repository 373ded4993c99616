"""Declared objects as the webhook of their product stores them, where it moves fields about.

KServe 0.11 to 0.20 (`pkg/apis/serving/v1beta1/inference_service_defaults.go`, `assignXxxRuntime`): a predictor of one
of the old frameworks (`sklearn:`) becomes a `model` with its `modelFormat`.
"""

from collections.abc import Mapping
from typing import Any

from mlplat.catalog.products import SERVERS
from mlplat.compare.difference import Path
from mlplat.objects.equality import is_map

_FRAMEWORKS = tuple(name for name in SERVERS if name != "model")
_ISVC = ("serving.kserve.io", "InferenceService")


def stored_form(kind: tuple[str, str], declared: Mapping[str, Any], live: Mapping[str, Any]) -> Mapping[str, Any]:
    """The declared object in the form that its product stores; as it is where the live one has the old form too."""
    framework = _framework(kind, declared)
    if framework is None or not is_map(_predictor(live).get("model")):
        return declared
    predictor = _predictor(declared)
    form = predictor[framework].get("modelFormat")
    model = {**predictor[framework], "modelFormat": {**(form if is_map(form) else {}), "name": framework}}
    moved = {
        ("model" if key == framework else key): (model if key == framework else value)
        for key, value in predictor.items()
    }
    return {**declared, "spec": {**declared["spec"], "predictor": moved}}


def written_path(kind: tuple[str, str], declared: Mapping[str, Any], path: Path) -> Path:
    """Where a place of the stored form stands in the object as it was written."""
    framework = _framework(kind, declared)
    if framework is not None and path[:3] == ("spec", "predictor", "model"):
        return ("spec", "predictor", framework, *path[3:])
    return path


def _predictor(body: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = body.get("spec")
    predictor = spec.get("predictor") if is_map(spec) else None
    return predictor if is_map(predictor) else {}


def _framework(kind: tuple[str, str], declared: Mapping[str, Any]) -> str | None:
    if kind != _ISVC:
        return None
    predictor = _predictor(declared)
    return next((name for name in _FRAMEWORKS if is_map(predictor.get(name))), None)
