"""Every code has a registry line, a page and cases; every page and case has a code."""

import re
from pathlib import Path

import pytest

from mlplat.compiler.check.object_rules import OBJECT_RULES
from mlplat.compiler.check.platform_rules import PLATFORM_RULES
from mlplat.compiler.check.rules import SPEC_RULES
from mlplat.diagnostics.codes import ALL, CODES

ROOT = Path(__file__).parents[2]
RULES = {rule.code: rule for rule in (*SPEC_RULES, *OBJECT_RULES, *PLATFORM_RULES)}
SECTIONS = ("What it means", "Why it matters", "Example", "Use instead", "How to allow", "References")


def test_numbers_and_slugs_are_used_once() -> None:
    assert len(CODES) == len(ALL)
    assert len({code.slug for code in ALL}) == len(ALL)


def test_pages_and_codes_are_the_same() -> None:
    pages = {path.stem for path in (ROOT / "docs/errors").glob("MLP*.md")}
    assert pages == set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_page_says_everything(code: str) -> None:
    text = (ROOT / f"docs/errors/{code}.md").read_text()
    assert text.startswith(f"# {code}")
    headings = re.findall(r"^## (.*)$", text, re.M)
    assert tuple(headings) == SECTIONS


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_has_a_good_and_a_bad_case(code: str) -> None:
    assert code in CODES
    assert (ROOT / f"tests/check/cases/{code}/bad/expected.txt").exists()
    assert (ROOT / f"tests/check/cases/{code}/good").exists()


def test_each_rule_is_the_only_one_of_its_code() -> None:
    assert len(RULES) == len(SPEC_RULES) + len(OBJECT_RULES) + len(PLATFORM_RULES)


def test_every_rule_file_is_listed() -> None:
    for package, rules in (("rules", SPEC_RULES), ("object_rules", OBJECT_RULES), ("platform_rules", PLATFORM_RULES)):
        files = {p.stem for p in (ROOT / f"compiler/mlplat/compiler/check/{package}").glob("*.py")} - {"__init__"}
        listed = {rule.check.__module__.rsplit(".", 1)[1] for rule in rules}
        assert files == listed, package
