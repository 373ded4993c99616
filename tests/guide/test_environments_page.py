"""The examples of docs/guide/environments.md: what the page says an environment then has is what merging gives."""

import re
from pathlib import Path

import pytest

from mlplat.compiler.artifacts import Document, Node
from mlplat.compiler.load.yaml import parse_documents
from mlplat.compiler.resolve.merge import first_layer, lay_on
from mlplat.schema.kinds import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "environments.md"
BLOCKS = r"```yaml\n(.*?)```\n"
EXAMPLES = re.findall(r"<!-- example: (\S+) -->\n" + BLOCKS * 3, PAGE.read_text(encoding="utf-8"), re.DOTALL)


def document(text: str) -> Document:
    nodes, findings = parse_documents(text, "example.yaml")
    assert findings == []
    (node,) = nodes
    return Document(text_at(node, "kind"), text_at(node, "metadata", "name"), node, "example.yaml")


def text_at(node: Node, *path: str) -> str:
    found = node.at(path)
    assert found is not None
    assert isinstance(found.value, str)
    return found.value


def test_every_example_of_the_page_is_found() -> None:
    assert [name for name, *_ in EXAMPLES] == ["merge", "delete", "replace", "other-source"]
    assert PAGE.read_text(encoding="utf-8").count("<!-- example:") == len(EXAMPLES)


@pytest.mark.parametrize(("name", "inherited", "own", "result"), EXAMPLES, ids=[name for name, *_ in EXAMPLES])
def test_an_example_merges_to_what_the_page_shows(name: str, inherited: str, own: str, result: str) -> None:
    base = first_layer(document(inherited))
    assert base.findings == ()
    merged = lay_on(base.node, document(own))
    assert merged.findings == ()
    assert merged.node.plain() == document(result).node.plain()
    KINDS[document(own).kind].model_validate(merged.node.plain())
    KINDS[document(own).kind].model_validate(base.node.plain())
