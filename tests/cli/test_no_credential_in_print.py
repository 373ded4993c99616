"""What stands in clear in a specification or a manifest is printed by no command, in no format."""

from pathlib import Path

import pytest

from tests.cli.command import edit, mlplat

PLANTED = "hunter2-Xq"
FINDINGS = ("full", "concise", "json", "sarif", "github", "junit")
DIFFS = ("text", "json", "markdown", "github", "html")

ALLOWED = f"""apiVersion: mlplat.dev/v1alpha1
kind: Notebook
metadata:
  name: lab
  team: vision
  annotations:
    mlplat.dev/allow: |
      MLP302: a test
      MLP422: a test
spec:
  image: registry.example.com/lab:1.0
  resources: {{requests: {{cpu: "1", memory: 2Gi}}, limits: {{cpu: "1", memory: 2Gi}}}}
  env: [{{name: API_TOKEN, value: {PLANTED}}}, {{name: PLAIN, value: "x --token {PLANTED}"}}]
  patches:
    - target: Notebook
      merge:
        metadata: {{annotations: {{example.com/start: "export DB_PASSWORD={PLANTED}"}}}}
"""
"""A document whose author took the responsibility: it is built, shown, explained and compared."""

BY_HAND = f"""apiVersion: v1
kind: Secret
metadata: {{name: s, namespace: vision, annotations: {{mlplat.dev/allow: "MLP421: a test"}}}}
stringData: {{p: {PLANTED}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: c, namespace: vision, annotations: {{mlplat.dev/allow: "MLP422: a test"}}}}
data:
  app.ini: |
    [db]
    password = {PLANTED}
---
apiVersion: batch/v1
kind: Job
metadata: {{name: j, namespace: vision, annotations: {{mlplat.dev/allow: "MLP422: a test"}}}}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: c
        image: registry.example.com/c:1.0
        args: [--token, {PLANTED}, --password={PLANTED}]
        resources: {{requests: {{cpu: "1", memory: 1Gi}}, limits: {{cpu: "1", memory: 1Gi}}}}
"""


@pytest.fixture
def planted(small: Path) -> Path:
    """A platform that holds credentials in clear, in a document and in manifests, and builds."""
    (small / "environments/prod/lab.yaml").write_text(ALLOWED)
    (small / "environments/prod/manifests").mkdir()
    (small / "environments/prod/manifests/by-hand.yaml").write_text(BY_HAND)
    return small


def shown(*arguments: object) -> str:
    outcome = mlplat(*arguments)
    assert PLANTED not in outcome.text, arguments
    return outcome.text


def test_no_command_prints_what_is_built(planted: Path) -> None:
    assert "(masked)" in shown("-C", planted, "show", "prod", "Notebook/lab")
    shown("-C", planted, "show", "prod", "--origins")
    for format_ in FINDINGS:
        shown("-C", planted, "check", "-o", format_)
        shown("-C", planted, "build", "--check", "-o", format_)
    assert shown("-C", planted, "build").startswith("exit status 0")
    for name in ("Notebook/lab", "Secret/s", "ConfigMap/c", "Job/j"):
        for format_ in ("full", "json"):
            told = shown("-C", planted, "explain", "prod", name, "-o", format_)
            assert "masked" in told, told[-1500:]
    for file in ("environments/prod/lab.yaml:12", "environments/prod/lab.yaml:16"):
        shown("-C", planted, "explain", file)


@pytest.mark.parametrize("format_", DIFFS)
def test_no_difference_prints_a_credential(planted: Path, format_: str) -> None:
    shown("-C", planted, "diff", "--env", "dev", "--with", "prod", "-o", format_)
    shown("-C", planted, "diff", "--env", "prod", "--with", "dev", "-o", format_)
    old = planted.parent / "old"
    old.mkdir()
    (old / "x.yaml").write_text(BY_HAND.replace(PLANTED, f"{PLANTED}-old"))
    shown("diff", "--manifests", old, planted / "environments/prod/manifests", "-o", format_)


def test_nothing_of_a_broken_build_prints_a_credential(planted: Path) -> None:
    edit(planted / "environments/prod/lab.yaml", "value: hunter2-Xq", "valeu: hunter2-Xq")
    edit(planted / "environments/prod/manifests/by-hand.yaml", "stringData", "stringDatta")
    edit(planted / "environments/prod/manifests/by-hand.yaml", "args: [--token", "agrs: [--token")
    for format_ in FINDINGS:
        for command in (("build",), ("check",), ("check", "--manifests", "environments/prod/manifests")):
            assert "exit status 1" in shown("-C", planted, *command, "-o", format_)
    for command in (("show", "prod"), ("explain", "prod", "Job/j"), ("diff", "--env", "dev", "--with", "prod")):
        shown("-C", planted, *command)
