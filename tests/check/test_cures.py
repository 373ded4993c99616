"""Every finding says what to do, also where its words come from a server's validation."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

from mlplat.compiler.check.cures import cure_of

ROOT = Path(__file__).parents[2]
FINDING = re.compile(r"^(?:error|warning)\[(MLP\d{3})\]: (.*)$", re.MULTILINE)

CURES = {
    "must be a whole number": "write a whole number",
    "must be at least 1": "write a value that is at least 1",
    "needs `name`: there are several ports": "add `name`",
    "needs `completionMode: Indexed`": "add `completionMode: Indexed`",
    "the step `trainer` needs a container `node`": "add a container `node`",
    "`metrics` is there twice": "delete one of the two, or give it another name",
    "there is no job `worker`": "name one that there is, or add it",
    "has more than 15 characters": "shorten it to 15 characters",
    "has 70 characters, 63 are allowed": "shorten it to 63",
    "may not contain `/`": "take `/` out",
    "`subPath` and `subPathExpr` exclude each other": "delete one of the two",
    "`cpu` must not be negative": "write a value that is not negative",
    "must not name a time zone: write `timeZone`": "write `timeZone`",
    "goes with `type: Queue` only": "delete it, or write `type: Queue`",
    "a Headless service takes no `nodePort`": "delete it",
    "the weights of a Splitter must add up to 100": "change it: the weights of a Splitter must add up to 100",
    "must start with `/`": "change it: it must start with `/`",
    "is in words that nobody foresaw": "change or delete what is marked",
}


@pytest.mark.parametrize("problem", CURES)
def test_words_of_a_problem_say_the_cure(problem: str) -> None:
    assert cure_of(problem) == CURES[problem]


def full_findings(text: str) -> list[tuple[str, str]]:
    """The findings of a text in the form for people, each with the lines that follow it up to its page."""
    starts = [*(match.start() for match in FINDING.finditer(text)), len(text)]
    parts = (text[start:end] for start, end in pairwise(starts))
    return [(part.partition("\n")[0], part.partition("= docs: ")[0]) for part in parts if "= docs: " in part]


def test_every_finding_that_a_test_expects_says_what_to_do() -> None:
    seen, silent = 0, []
    for path in sorted((ROOT / "tests").rglob("expected*")):
        if not path.is_file() or path.suffix == ".pyc":  # a module's compiled form has the module's name
            continue
        for headline, text in full_findings(path.read_text()):
            seen += 1
            if "= help: " not in text:
                silent.append(f"{path.relative_to(ROOT)}: {headline}")
    assert seen > 400
    assert silent == []


def test_every_finding_that_is_made_in_place_says_what_to_do() -> None:
    """Where a Diagnostic is written out, its help is too; what passes others on gives more than six fields."""
    silent = []
    for path in sorted((ROOT / "compiler").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Diagnostic":
                code = ast.literal_eval(node.args[0]) if node.args and isinstance(node.args[0], ast.Constant) else ""
                named = {keyword.arg for keyword in node.keywords}
                if code and "help" not in named and len(node.args) < 7:
                    silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert silent == []
