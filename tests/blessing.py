"""Golden files: compared always, rewritten only when a person asks for it and never in CI."""

import os
from pathlib import Path

import pytest


def is_blessing() -> bool:
    """True when `MLPLAT_BLESS=1` asks for golden files to be rewritten; refused in CI."""
    if os.environ.get("MLPLAT_BLESS") != "1":
        return False
    if os.environ.get("CI"):
        pytest.fail("golden files are never rewritten in CI; run `make bless` at home and look at the diff")
    return True


def check_golden(path: Path, actual: str) -> None:
    """`actual` must be the text of the file; with MLPLAT_BLESS=1 it becomes it."""
    if is_blessing():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual, encoding="utf-8")
        return
    assert path.exists(), f"{path} is missing; `make bless` writes it"
    assert actual == path.read_text(encoding="utf-8")
