"""The page on raw manifests lists what is stricter than the server; here the list is held to the rules."""

import re
from pathlib import Path

from mlplat.compiler.check import object_rules
from mlplat.compiler.check.runner import STRICTER
from mlplat.compiler.manifest_check import SEVERITIES

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "check-manifests.md"
RULES = Path(object_rules.__file__).parent


def _listed() -> set[str]:
    rows = [line.split("|")[1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `MLP")]
    return {code for row in rows for code in re.findall(r"MLP\d+", row)}


def test_the_page_lists_every_rule_that_is_stricter_and_no_other() -> None:
    tolerant = {
        code
        for file in RULES.glob("*.py")
        for code in re.findall(r'ObjectRule\("(MLP\d+)"', file.read_text(encoding="utf-8"))
        if "tolerated=" in file.read_text(encoding="utf-8")
    }
    softened = {code for code, severity in SEVERITIES.items() if severity == "warning"} | {"MLP418"}
    assert _listed() == tolerant | softened


def test_the_page_names_those_that_are_errors_all_the_same() -> None:
    errors = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if "**an error**" in line]
    assert {code for line in errors for code in re.findall(r"MLP\d+", line)} == STRICTER
