"""MLP302: credentials are found however they are written, ordinary values are left alone, and none is ever shown."""

import shutil
from base64 import b64encode
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

IN_A_COMMAND = {
    "flag": ("  args: [--password, hunter2-x]", "hunter2-x"),
    "quoted flag": ('  args: ["--token", "abcdef123456"]', "abcdef123456"),
    "flag in one word": ('  args: ["--api-key ABCDEFGH12345678"]', "ABCDEFGH12345678"),
    "block": ("  args:\n    - --hf-token\n    # mine\n    - hunter2-x", "hunter2-x"),
    "shell": ('  command: [sh, -c, "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI python x.py"]', "wJalrXUtnFEMI"),
    "export": ('  command: [sh, -c, "export DB_PASSWORD=hunter2-x; python x.py"]', "hunter2-x"),
    "lines": ("  command:\n    - sh\n    - -c\n    - |\n      set -e\n      export A_TOKEN='hunter2-x'\n", "hunter2-x"),
    "address": ("  args: [--url=https://h/x?token=hunter2-x]", "hunter2-x"),
}

COMPONENT = """apiVersion: mlplat.dev/v1alpha1
kind: Component
metadata: {name: said}
spec:
  image: registry.example.com/said:1.0
"""

ORDINARY_IN_A_COMMAND = {
    "file": "  args: [--token-file, run/token, --password-file, run/password]",
    "number": "  args: [--max-tokens, '512', --pad-token, '<pad>', --next-token, abc]",
    "variables": '  args: [--token, $TOKEN, "--password=$(PASSWORD)", "--api-key ${KEY}"]',
    "another flag": "  args: [--token, --verbose]",
    "shell": "  command: [sh, -c, 'TOKEN=$(cat /run/token) && export PASSWORD=\"$P\" && x --token $TOKEN']",
    "program": "  command: [python, -c, 'import os; token=os.environ[0]; run(token=token, password=ask())']",
    "switch": "  args: [--use-auth-token, train.py]",
    "path": "  args: [--token, /run/token]",
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


def of_component(text: str, tmp_path: Path) -> tuple[list[str], list[str]]:
    folder = tmp_path / "components" / "said"
    folder.mkdir(parents=True)
    (folder / "component.yaml").write_text(f"{COMPONENT}{text.replace('args:', 'command:')}\n")
    return compiled("", tmp_path)


@pytest.mark.parametrize("name", IN_A_COMMAND)
def test_a_credential_in_a_command_is_found_and_not_shown(name: str, tmp_path: Path) -> None:
    text, value = IN_A_COMMAND[name]
    codes, shown = of_component(text, tmp_path)
    assert codes == ["MLP302"], shown[0]
    assert not any(value in output for output in shown), shown


@pytest.mark.parametrize("name", ORDINARY_IN_A_COMMAND)
def test_ordinary_words_of_a_command_are_left_alone(name: str, tmp_path: Path) -> None:
    codes, shown = of_component(ORDINARY_IN_A_COMMAND[name], tmp_path)
    assert codes == [], shown[0]


JOB = """apiVersion: batch/v1
kind: Job
metadata: {name: by-hand, namespace: vision}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: c
        image: registry.example.com/said:1.0
"""


@pytest.mark.parametrize("name", [*IN_A_COMMAND, *ORDINARY_IN_A_COMMAND])
def test_the_same_holds_for_objects(name: str, tmp_path: Path) -> None:
    text, value = IN_A_COMMAND.get(name, ("", "")) if name in IN_A_COMMAND else (ORDINARY_IN_A_COMMAND[name], "")
    folder = tmp_path / "environments" / "base" / "manifests"
    folder.mkdir(parents=True)
    (folder / "job.yaml").write_text(JOB + "\n".join(f"      {line}" for line in text.split("\n")) + "\n")
    codes, shown = compiled("", tmp_path)
    assert ("MLP422" in codes) is (name in IN_A_COMMAND), shown[0]
    assert not value or not any(value in output for output in shown), shown


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_values_are_left_alone(name: str, tmp_path: Path) -> None:
    codes, shown = compiled(ORDINARY[name], tmp_path)
    assert "MLP302" not in codes, shown[0]


SEALED = """apiVersion: mlplat.dev/v1alpha1
kind: Secret
metadata: {name: sealed, team: vision}
spec: {sealed: {encrypted: {A: %s}}}
"""


def sealed(key_bytes: int = 512, value_bytes: int = 7, length: int | None = None) -> str:
    """What `kubeseal --raw` prints, in form."""
    content = (key_bytes if length is None else length).to_bytes(2, "big") + b"k" * key_bytes
    return b64encode(content + b"v" * (value_bytes + 16)).decode()


@pytest.mark.parametrize(
    "value",
    ["hunter2-x", "correcthorsebattery", "aHVudGVyMg==", "x" * 800, "A" * 800, sealed(64), sealed(length=600)],
    ids=["word", "words", "base64", "long", "long base64", "short key", "less than its key"],
)
def test_what_is_called_encrypted_and_is_not_is_a_credential(value: str, tmp_path: Path) -> None:
    environment = tmp_path / "environments" / "base"
    (environment / "manifests").mkdir(parents=True)
    (environment / "sealed.yaml").write_text(SEALED % value)
    (environment / "manifests" / "sealed.yaml").write_text(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: by-hand, namespace: vision}\n"
        f"spec: {{encryptedData: {{A: {value}}}}}\n"
    )
    codes, shown = compiled("", tmp_path)
    assert "MLP302" in codes, shown[0]
    assert not any(value in output for output in shown), shown
    document = environment / "sealed.yaml"
    document.unlink()
    codes, shown = compiled("", tmp_path)
    assert "MLP421" in codes, shown[0]
    assert not any(value in output for output in shown), shown


@pytest.mark.parametrize("key", [256, 512])
def test_what_kubeseal_prints_is_none(key: int, tmp_path: Path) -> None:
    folder = tmp_path / "environments" / "base"
    folder.mkdir(parents=True)
    (folder / "sealed.yaml").write_text(SEALED % sealed(key, 0))
    codes, shown = compiled("", tmp_path)
    assert "MLP302" not in codes, shown[0]
