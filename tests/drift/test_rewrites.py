"""A predictor of an old framework becomes a `model`: under the name of the framework, with all else that it says."""

from typing import Any

import pytest

from mlplat.catalog.products import SERVERS
from mlplat.drift.rewrites import stored_form, written_path

ISVC = ("serving.kserve.io", "InferenceService")
LIVE = {"spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}}}}}


def predictor(declared: dict[str, Any], live: dict[str, Any] = LIVE) -> Any:
    return stored_form(ISVC, {"spec": {"predictor": declared}}, live)["spec"]["predictor"]


@pytest.mark.parametrize("framework", [name for name in SERVERS if name != "model"])
def test_the_format_has_the_name_of_the_framework(framework: str) -> None:
    stored = {"modelFormat": {"name": framework}, "storageUri": "s3://a/b"}
    assert predictor({framework: {"storageUri": "s3://a/b"}, "minReplicas": 1}) == {"model": stored, "minReplicas": 1}
    declared, path = {"spec": {"predictor": {framework: {}}}}, ("spec", "predictor", "model", "env")
    assert written_path(ISVC, declared, path) == ("spec", "predictor", framework, "env")


def test_a_format_of_its_own_keeps_what_else_it_says() -> None:
    said = {"name": "another", "version": "1.2"}
    assert predictor({"sklearn": {"modelFormat": said}}) == {"model": {"modelFormat": {**said, "name": "sklearn"}}}


@pytest.mark.parametrize("declared", [{"model": {"modelFormat": {"name": "onnx"}}}, {"containers": []}])
def test_what_is_no_old_framework_stays(declared: dict[str, Any]) -> None:
    assert predictor(declared) == declared


def test_where_the_live_one_has_the_old_form_too_it_stays() -> None:
    declared = {"sklearn": {"storageUri": "s3://a/b"}}
    assert predictor(declared, {"spec": {"predictor": declared}}) == declared
