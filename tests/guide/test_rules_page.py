"""The page on rules of one's own: its rules are rules, its functions those that there are, its finding what is said."""

import re
from pathlib import Path

from click.testing import CliRunner

from mlplat.cli.check import check
from mlplat.cli.init import init
from mlplat.compiler.check.cel_evaluation import OWN_FUNCTIONS
from mlplat.compiler.manifest_rules import compile_given

PAGE = (Path(__file__).parents[2] / "docs/guide/rules.md").read_text(encoding="utf-8")
RULES = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S) if "kind: Rule" in block]


def test_the_rules_on_the_page_are_rules() -> None:
    given = compile_given({f"{number}.yaml": text for number, text in enumerate(RULES)}, None)
    assert given.findings == ()
    assert len(given.programs.rules) == len(RULES) == 2


def test_the_page_lists_the_functions_that_there_are() -> None:
    listed = PAGE.partition("these functions of Kubernetes:")[2].partition(". Optional fields")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == set(OWN_FUNCTIONS)


def test_what_the_page_shows_is_what_is_said(tmp_path: Path) -> None:
    CliRunner().invoke(init, ["p"], obj=str(tmp_path), standalone_mode=False)
    rules = tmp_path / "p" / "rules"
    rules.mkdir()
    for number, text in enumerate(RULES):
        (rules / f"{number}.yaml").write_text(text, encoding="utf-8")
    said = CliRunner().invoke(check, [], obj=str(tmp_path / "p"), standalone_mode=False).output
    shown = re.search(r"```\n(error\[ACME001\].*?)```", PAGE, re.S)
    assert shown is not None
    assert shown[1] in said
