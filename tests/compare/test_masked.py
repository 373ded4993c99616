"""What may be shown of a value, the same for `mlplat diff` and `mlplat drift`: one walker for the objects of both."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlplat.compare.masked import masked
from mlplat.drift.shown import Shown
from tests.diagnostics.test_planted import PLANTED, texts
from tests.drift.test_laws import compare

SHOW = (masked, lambda body, path, value: Shown().value(value, path, body))
WRITTEN_OUT = "kind: Secret\napiVersion: v1\nmetadata: {name: db}\nstringData: {bar: hunter2-Xq}\n"


def config(text: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a.yaml": text}}


@pytest.mark.parametrize("show", SHOW, ids=["diff", "drift"])
@given(text=texts(), whole=st.booleans())
def test_what_is_planted_in_a_text_of_an_object_is_never_shown(show: Any, text: str, whole: bool) -> None:
    body = config(text)
    path = () if whole else ("data", "a.yaml")
    assert PLANTED not in json.dumps(show(body, path, body if whole else text))


@pytest.mark.parametrize("show", SHOW, ids=["diff", "drift"])
@pytest.mark.parametrize("key", ["value", "default"])
def test_a_value_beside_a_name_is_not_shown_wherever_one_looks(show: Any, key: str) -> None:
    parameter = {"name": "DB_PASSWORD", key: PLANTED}
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTemplate", "spec": {"parameters": [parameter]}}
    for path, value in (
        (("spec", "parameters", 0, key), PLANTED),
        (("spec", "parameters", 0), parameter),
        ((), body),
    ):
        assert PLANTED not in json.dumps(show(body, path, value))
        assert "(masked)" in json.dumps(show(body, path, value))


@pytest.mark.parametrize("show", SHOW, ids=["diff", "drift"])
def test_a_secret_within_an_object_is_one(show: Any) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "stringData": {"bar": PLANTED}}
    body = {"apiVersion": "example.com/v1", "kind": "Template", "spec": {"objects": [secret]}}
    for path, value in (
        (("spec", "objects", 0, "stringData", "bar"), PLANTED),
        (("spec", "objects", 0), secret),
        ((), body),
    ):
        assert PLANTED not in json.dumps(show(body, path, value))


def test_drift_of_a_secret_that_is_written_out_shows_no_value() -> None:
    live = config(WRITTEN_OUT.replace("db", "other").replace("Xq", "live"))
    (finding,) = compare(config(WRITTEN_OUT), live).findings
    assert "hunter2" not in f"{finding.declared}{finding.live}"
    assert "name: other" in finding.live


def test_drift_of_what_a_webhook_moves_shows_no_credential() -> None:
    """KServe makes `model` of `sklearn`: what a value is called is said around the place where it then stands."""

    def service(form: dict[str, Any]) -> dict[str, Any]:
        metadata = {"name": "m", "namespace": "default"}
        head = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": metadata}
        return {**head, "spec": {"predictor": form}}

    def env(value: str) -> dict[str, Any]:
        return {"storageUri": "s3://a/b", "env": [{"name": "DB_PASSWORD", "value": value}]}

    model = {"modelFormat": {"name": "sklearn"}, **env("hunter2-live")}
    (finding,) = compare(service({"sklearn": env(PLANTED)}), service({"model": model})).findings
    assert (finding.declared, finding.live) == ("(masked)", "(masked)")
