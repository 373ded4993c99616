"""The README says what the program does: its tables, and everything that it shows on a terminal."""

import re
from difflib import unified_diff
from pathlib import Path

from mlplat.cli import exit as statuses
from mlplat.cli.main import COMMANDS
from mlplat.diagnostics.version import VERSION
from tests.cli.command import ROOT, edit, mlplat
from tests.control_plane.sets import SETS

README = (ROOT / "README.md").read_text(encoding="utf-8")
JOB = "environments/base/vision/mnist-ddp.yaml"
SERVICE = "environments/prod/tabular/ml-model-service.yaml"
PATCH = "generated/overlays/prod/tabular-serving/patches/inferenceservice-ml-model-service.yaml"


def shown(name: str) -> list[str]:
    """The lines of a block of the README, without the commands."""
    (block,) = re.findall(rf"<!-- shown: {name} -->\n```\n(.*?)```", README, re.DOTALL)
    return [line for line in block.splitlines() if not line.startswith("$ ")]


def without_times(lines: list[str]) -> list[str]:
    """Seconds differ from run to run."""
    return [re.sub(r"\d+\.\d s\)", "N s)", line) for line in lines]


def test_a_build_and_its_diff_are_as_shown(example: Path) -> None:
    before = (example / PATCH).read_text()
    edit(example / SERVICE, "maxReplicas: 10", "maxReplicas: 12")
    outcome = mlplat("-C", example, "build")
    assert without_times(outcome.err.splitlines()) == without_times(shown("build"))
    assert "generated/: 1 file written" in outcome.err
    rows = unified_diff(before.splitlines(), (example / PATCH).read_text().splitlines(), n=3, lineterm="")
    assert [row for row in rows if not row.startswith(("---", "+++"))] == shown("diff")


def test_the_findings_are_as_shown(example: Path) -> None:
    edit(example / JOB, "  nodes: 3", "  node: 3")
    edit(example / JOB, "volume: models,", "volume: model,")
    assert mlplat("-C", example, "build").err.splitlines() == shown("findings")


def test_a_new_platform_is_as_shown(tmp_path: Path) -> None:
    made = mlplat("-C", tmp_path, "init", "acme")
    built = mlplat("-C", tmp_path / "acme", "build")
    lines = (made.err.replace(f"{tmp_path}/", "") + built.err).splitlines()
    assert without_times(lines) == without_times(shown("init"))


def test_every_command_is_in_the_table_and_none_else() -> None:
    assert set(re.findall(r"^\| `mlplat (\w+)` \|", README, re.M)) == set(COMMANDS)


def test_every_exit_status_is_in_the_table() -> None:
    values = {value for name, value in vars(statuses).items() if name.isupper()}
    assert {int(text) for text in re.findall(r"^\| (\d) \|", README, re.M)} == values


def test_every_link_leads_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_readme_and_changelog_name_this_version() -> None:
    assert f"Version {VERSION}" in README
    assert re.search(rf"^## {re.escape(VERSION)}\b", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)


def test_the_versions_of_the_proof_are_those_of_its_clusters() -> None:
    readme, contributing = (
        " ".join((ROOT / name).read_text(encoding="utf-8").split()) for name in ("README.md", "CONTRIBUTING.md")
    )
    for held in SETS:
        assert held.variable in contributing
        for program in re.findall(r"[A-Z][A-Za-z ]+ \d+\.\d+\.\d+", held.versions.replace(" and ", ", ")):
            assert program.strip() in readme
            assert program.strip() in contributing


def test_every_file_that_the_readme_links_is_there() -> None:
    linked = set(re.findall(r"\]\((?!http)([^)#]+)\)", README))
    assert len(linked) > 10
    assert {name for name in linked if not (ROOT / name).exists()} == set()
