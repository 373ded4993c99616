"""The health checks, run by Argo CD's own program on its own Lua."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlplat.compiler.emit.health import SCRIPTS, argocd_settings

CASES = yaml.safe_load((Path(__file__).parent / "cases/health/cases.yaml").read_text())


def argocd() -> str | None:
    return shutil.which("argocd", path=os.environ.get("KUBEBUILDER_ASSETS", "")) or shutil.which("argocd")


needs_argocd = pytest.mark.skipif(argocd() is None, reason="no `argocd` in KUBEBUILDER_ASSETS or on PATH")


@needs_argocd
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_argocd_says(case: dict[str, Any], tmp_path: Path) -> None:
    settings = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "argocd-cm"},
        "data": dict(argocd_settings()),
    }
    body = {**case["object"], "metadata": {"name": "x", "namespace": "y", **case["object"].get("metadata", {})}}
    (tmp_path / "cm.yaml").write_text(yaml.safe_dump(settings))
    (tmp_path / "object.yaml").write_text(yaml.safe_dump(body))
    command = [argocd() or "", "admin", "settings", "resource-overrides", "health", str(tmp_path / "object.yaml")]
    done = subprocess.run(
        [*command, "--argocd-cm-path", str(tmp_path / "cm.yaml")], capture_output=True, text=True, check=False
    )
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    assert said.get("STATUS") == case["health"], done.stdout + done.stderr
    assert said.get("MESSAGE", "") == case.get("message", said.get("MESSAGE", ""))


def test_every_kind_has_a_case() -> None:
    scripts = {SCRIPTS[(case["object"]["apiVersion"].split("/")[0], case["object"]["kind"])] for case in CASES}
    assert scripts == set(SCRIPTS.values())


def test_the_keys_are_those_of_a_config_map() -> None:
    assert all(key.replace(".", "").replace("_", "").replace("-", "").isalnum() for key in argocd_settings())
