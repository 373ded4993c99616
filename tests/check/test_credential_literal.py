"""MLP302: credentials are found however they are written, ordinary values are left alone, and none is ever shown."""

import shutil
from pathlib import Path

import pytest

from mlplat.compiler.pipeline import compile_platform
from mlplat.diagnostics.render import FORMATS
from tests.check.test_cases import HERE

NOTEBOOK = """apiVersion: mlplat.dev/v1alpha1
kind: Notebook
metadata: {name: written, team: vision}
spec:
  image: notebook:2026.1
  resources: {requests: {cpu: "1", memory: 2Gi}, limits: {cpu: "2", memory: 4Gi}}
"""

CREDENTIALS = {
    "flow": ("  env: [{name: DB_PASSWORD, value: hunter2-x}]", "hunter2-x"),
    "reversed": ("  env: [{value: hunter2-x, name: DB_PASSWORD}]", "hunter2-x"),
    "block": ("  env:\n    - name: API_TOKEN\n      value: hunter2-x", "hunter2-x"),
    "value first": ("  env:\n    - value: hunter2-x\n      name: API_TOKEN", "hunter2-x"),
    "quoted": ("  env:\n    - name: 'API_TOKEN'\n      value: \"hunter2 x\"", "hunter2 x"),
    "literal": ("  env:\n    - name: API_TOKEN\n      value: |\n        hunter2-x\n        hunter3-y", "hunter2-x"),
    "folded": ("  env:\n    - name: API_TOKEN\n      value: >-\n        hunter2-x\n        hunter3-y", "hunter3-y"),
    "private key": (
        "  env:\n    - name: PLAIN\n      value: |\n        -----BEGIN RSA PRIVATE KEY-----\n        " + "Ab3" * 20,
        "Ab3" * 20,
    ),
    "github": ("  env: [{name: PLAIN, value: ghp_0123456789abcdefghijABCDEFGHIJ012345}]", "ghp_0123456789"),
    "address": ("  env: [{name: PLAIN, value: 'postgres://ada:hunter2-x@db:5432/ml'}]", "hunter2-x"),
    "web token": ("  env: [{name: PLAIN, value: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl}]", "c2lnbmF0dXJl"),
    "random": ("  env: [{name: STORAGE_KEY, value: x8Kq20vNz7LwPd93RtYb}]", "x8Kq20vNz7LwPd93RtYb"),
    "label": ("  podDefaults: {example.com/api-token: hunter2-x}", "hunter2-x"),
    "patch": (
        "  patches:\n    - target: Notebook\n      merge:\n        spec: {template: {spec: {containers: "
        "[{name: written, env: [{name: DB_PASSWORD, value: hunter2-x}]}]}}}",
        "hunter2-x",
    ),
}

ORDINARY = {
    "reference": "  env: [{name: AWS_SECRET_ACCESS_KEY, secret: {name: s3, key: AWS_SECRET_ACCESS_KEY}}]",
    "vocabulary": "  env: [{name: PAD_TOKEN, value: '[PAD]'}, {name: MASK_TOKEN, value: mask}]",
    "file": "  env: [{name: TOKEN, value: /var/run/secrets/token}]",
    "switch": "  env: [{name: USE_TOKEN, value: 'true'}]",
    "digest": "  env: [{name: COMMIT, value: 0123456789abcdef0123456789abcdef01234567}]",
    "word": "  env: [{name: PARTITION_KEY, value: customer_identifier}]",
    "address": "  env: [{name: TOKEN_URL, value: https://auth.example.com/token}]",
}


def compiled(text: str, tmp_path: Path) -> tuple[list[str], list[str]]:
    """The codes that were found, and the findings in every format."""
    shutil.copytree(HERE / "skeleton", tmp_path, dirs_exist_ok=True)
    (tmp_path / "environments/base/more.yaml").write_text(f"{NOTEBOOK}{text}\n")
    result = compile_platform(tmp_path)
    shown = [render(list(result.findings), result.source.sources) for render in FORMATS.values()]
    return [finding.code for finding in result.findings], shown


@pytest.mark.parametrize("name", CREDENTIALS)
def test_a_credential_is_found_and_not_shown(name: str, tmp_path: Path) -> None:
    text, value = CREDENTIALS[name]
    codes, shown = compiled(text, tmp_path)
    assert "MLP302" in codes
    assert not any(value in output for output in shown), shown


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_values_are_left_alone(name: str, tmp_path: Path) -> None:
    codes, shown = compiled(ORDINARY[name], tmp_path)
    assert "MLP302" not in codes, shown[0]
