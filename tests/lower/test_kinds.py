"""The list of kinds that mlplat writes is whole: every object in the source of the lowerings is of one of them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import mlplat.compiler.lower
from mlplat.compiler.effective.training_api import _V1_KINDS
from mlplat.compiler.lower.kinds import EMITTED

TEMPLATES = {"Job"}
"""What only stands inside of another object."""


def written() -> Iterator[str]:
    """The kinds of all objects that a lowering writes out."""
    for file in Path(mlplat.compiler.lower.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                pairs = {
                    key.value: value
                    for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant)
                }
                kind = pairs.get("kind")
                if "apiVersion" in pairs and isinstance(kind, ast.Constant):
                    yield str(kind.value)


def test_every_kind_that_is_written_is_listed() -> None:
    found = set(written()) - TEMPLATES | {one.kind for one in _V1_KINDS.values()}
    assert found == {kind for _, kind in EMITTED}
    assert list(EMITTED) == sorted(set(EMITTED))
