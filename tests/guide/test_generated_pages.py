"""The generated part of the guide is what the schema and the catalog say today, and staleness is noticed."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "scripts" / "generate_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_up_to_date(generator: ModuleType) -> None:
    assert generator.main(["--check"]) == 0


def test_a_changed_a_missing_and_a_left_over_page_are_stale(generator: ModuleType, tmp_path: Path) -> None:
    pages = {"changed.md": "new", "missing.md": "text", "same.md": "same"}
    (tmp_path / "changed.md").write_text("old")
    (tmp_path / "same.md").write_text("same")
    (tmp_path / "gone.md").write_text(generator.HEADER + "\n\n# A kind that was taken out\n")
    (tmp_path / "notes.md").write_text("written by hand")
    assert generator.stale_pages(tmp_path, pages) == ("changed.md", "gone.md", "missing.md")


def test_a_page_shows_type_default_merge_key_and_description(generator: ModuleType) -> None:
    page = generator.all_pages()["trainingjob.md"]
    assert "| `nodes` | whole number, at least 1 | `1` | replaced | Pods in all. |" in page
    assert "| `env` | list of [EnvVar](#envvar) |  | items by `name` |" in page
    assert "| `queue` | name of a [Queue](queue.md) |" in page


def anchors_of(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_every_link_of_the_guide_leads_somewhere() -> None:
    for page in sorted((ROOT / "docs" / "guide").rglob("*.md")):
        for target in re.findall(r"\]\(([^)\s:]+)\)", page.read_text(encoding="utf-8")):
            file, _, anchor = target.partition("#")
            linked = (page.parent / file).resolve() if file else page
            assert linked.exists(), f"{page.name} links {target}"
            if anchor:
                assert anchor in anchors_of(linked.read_text(encoding="utf-8")), f"{page.name} links {target}"
