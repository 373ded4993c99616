"""One folder a code: `good` must not have the finding, `bad` must have it, word for word.

A case holds only the files that differ from `skeleton/`.
"""

import shutil
from pathlib import Path

import pytest

from mlplat.compiler.pipeline import compile_platform
from mlplat.diagnostics import Diagnostic
from mlplat.diagnostics.render.full import render
from tests.blessing import check_golden

HERE = Path(__file__).parent
CODES = sorted(path.name for path in (HERE / "cases").iterdir())


def findings_of(case: Path, tmp_path: Path) -> tuple[list[Diagnostic], str]:
    shutil.copytree(HERE / "skeleton", tmp_path, dirs_exist_ok=True)
    shutil.copytree(case, tmp_path, dirs_exist_ok=True)
    compiled = compile_platform(tmp_path)
    return list(compiled.findings), render(compiled.findings, compiled.source.sources, color=False)


def test_the_skeleton_has_no_finding(tmp_path: Path) -> None:
    findings, text = findings_of(HERE / "skeleton", tmp_path)
    assert findings == [], text


@pytest.mark.parametrize("code", CODES)
def test_good(code: str, tmp_path: Path) -> None:
    findings, text = findings_of(HERE / "cases" / code / "good", tmp_path)
    assert findings == [], text


@pytest.mark.parametrize("code", CODES)
def test_bad(code: str, tmp_path: Path) -> None:
    bad = HERE / "cases" / code / "bad"
    findings, text = findings_of(bad, tmp_path)
    assert {finding.code for finding in findings} == {code}, text
    assert [finding.headline for finding in findings if not finding.help] == [], "each says what to do"
    check_golden(bad / "expected.txt", text)
