"""The pages of the loader's codes say what really happens: their examples are run."""

import re
from pathlib import Path

import pytest

from mlplat.compiler.load import build_tree
from mlplat.diagnostics.codes import CODES, LOAD
from mlplat.diagnostics.render import full
from mlplat.schema.kinds import KINDS

ROOT = Path(__file__).parents[2]
PAGES = [code.code for code in LOAD]


def section(code: str, title: str) -> str:
    page = (ROOT / CODES[code].page).read_text(encoding="utf-8")
    return page.split(f"## {title}\n")[1].split("\n## ")[0]


def block(text: str, language: str, start: str = "") -> str | None:
    found = re.search(rf"^```{language}\n({start}.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else None


def rendered(text: str, file: str) -> str:
    environment = "apiVersion: mlplat.dev/v1alpha1\nkind: Environment\nmetadata: {name: %s}\n"
    name = file.split("/")[1]
    platform = "apiVersion: mlplat.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\n"
    layer = {file: text, f"environments/{name}/zz.yaml": environment % name}
    tree, findings = build_tree({"platform.yaml": platform}, {name: layer}, {}, frozenset(KINDS))
    return full.render(findings, tree.sources)


@pytest.mark.parametrize("code", [code for code in PAGES if block(section(code, "Example"), "yaml")])
def test_the_example_is_refused_as_shown_and_the_cure_is_not(code: str) -> None:
    example = block(section(code, "Example"), "yaml")
    message = block(section(code, "Example"), "", "error")
    assert example is not None
    assert message is not None
    file = re.search(r"--> ([^:\n]+)", message)
    assert file is not None
    assert message in rendered(example, file[1])
    assert rendered(block(section(code, "Use instead"), "yaml") or "", file[1]) == ""
