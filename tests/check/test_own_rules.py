"""Rules that users write: what a platform with them says, and what raw manifests beside them come to.

`own_rules/platform/<case>` holds the files that differ from `skeleton/`; `own_rules/manifests/<case>` holds manifests
and rules. What is said of a platform stands in `expected.txt`, what is said of manifests in `expected.json` and, with
`--env dev`, in `expected-dev.json`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlplat.cli.check import check
from mlplat.cli.explain import explain
from mlplat.compiler.pipeline import compile_platform
from mlplat.diagnostics.render import FORMATS
from mlplat.diagnostics.render.full import render
from tests.blessing import check_golden

HERE = Path(__file__).parent
PLATFORMS = sorted(path.name for path in (HERE / "own_rules/platform").iterdir())
MANIFESTS = sorted(path.name for path in (HERE / "own_rules/manifests").iterdir())


def lay_out(case: str, folder: Path) -> Path:
    shutil.copytree(HERE / "skeleton", folder, dirs_exist_ok=True)
    shutil.copytree(HERE / "own_rules/platform" / case, folder, dirs_exist_ok=True)
    (folder / "expected.txt").unlink(missing_ok=True)
    return folder


@pytest.mark.parametrize("case", PLATFORMS)
def test_what_a_platform_with_rules_of_its_own_says(case: str, tmp_path: Path) -> None:
    compiled = compile_platform(lay_out(case, tmp_path))
    text = render(compiled.findings, compiled.source.sources) or "nothing found\n"
    check_golden(HERE / "own_rules/platform" / case / "expected.txt", text)
    for other in FORMATS.values():
        printed = other(list(compiled.findings), compiled.source.sources)
        assert all(finding.code in printed for finding in compiled.findings)


@pytest.mark.parametrize("case", MANIFESTS)
def test_what_is_said_of_raw_manifests(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = HERE / "own_rules/manifests" / case
    monkeypatch.chdir(folder)
    for name, options in (("expected.json", []), ("expected-dev.json", ["--env", "dev"])):
        arguments = ["--manifests", "manifests.yaml", "--rules", "rules.yaml", "-o", "json", *options]
        result = CliRunner().invoke(check, arguments, obj=".", standalone_mode=False)
        assert result.exception is None
        assert "hunter2" not in result.output
        check_golden(folder / name, result.output)


def test_a_rule_has_a_page_like_every_other(tmp_path: Path) -> None:
    root = lay_out("a-finding-is-where-the-document-is", tmp_path)
    page = CliRunner().invoke(explain, ["ACME001"], obj=str(root), standalone_mode=False).output
    assert page.startswith("# ACME001: workload-without-owner\n")
    for text in ("Has no owner.", "rules/owner.yaml:5:9", "Write `acme.example/owner` under"):
        assert text in page
    assert CliRunner().invoke(explain, ["workload-without-owner"], obj=str(root), standalone_mode=False).output == page
    codes = CliRunner().invoke(explain, [], obj=str(root), standalone_mode=False).output
    assert codes.splitlines()[-1].split() == ["ACME001", "error", "workload-without-owner", "has", "no", "owner"]


def test_the_evaluator_is_loaded_for_platforms_with_rules_only(tmp_path: Path) -> None:
    shutil.copytree(HERE / "skeleton", tmp_path / "without")
    lay_out("a-finding-is-where-the-document-is", tmp_path / "with")
    code = (
        "import sys; from pathlib import Path; from mlplat.compiler.pipeline import compile_platform as compile;"
        "print('cel' in (compile(Path('without')), sys.modules)[1]);"
        "print('cel' in (compile(Path('with')), sys.modules)[1])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True"]


def test_the_order_of_files_and_documents_changes_nothing(tmp_path: Path) -> None:
    one = lay_out("which-objects-a-rule-looks-at", tmp_path / "one")
    other = lay_out("which-objects-a-rule-looks-at", tmp_path / "other")
    documents = (one / "rules/a.yaml").read_text().split("---\n")
    (other / "rules/a.yaml").unlink()
    for number, text in enumerate(reversed(documents)):
        (other / f"rules/{number}.yaml").write_text(text)
    said = [
        sorted(
            (one.code, one.headline, one.primary.span if one.primary else None) for one in compile_platform(r).findings
        )
        for r in (one, other)
    ]
    assert said[0] == said[1]
