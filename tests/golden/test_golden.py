"""Whole builds of small platforms, each named after the question that it answers.

    <question>/input/         what people write
    <question>/generated/     what a build writes of it; not there when nothing may be built
    <question>/expected.txt   what `mlplat check` says of it

`make bless` rewrites the last two.
"""

import shutil
from pathlib import Path

import pytest

from mlplat.compiler.pipeline import compile_platform
from tests.blessing import check_golden, is_blessing
from tests.cli.command import files_of, mlplat

HERE = Path(__file__).parent
QUESTIONS = sorted(path.parent for path in HERE.glob("*/input"))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.name)
def test_the_answer(question: Path) -> None:
    outcome = mlplat("-C", question / "input", "check")
    check_golden(question / "expected.txt", outcome.err)
    tree = compile_platform(question / "input").tree
    files = {} if tree is None else {path: text.encode() for path, text in tree.files.items()}
    assert outcome.status == (1 if tree is None else 0)
    generated = question / "generated"
    if is_blessing():
        shutil.rmtree(generated, ignore_errors=True)
        for path, content in files.items():
            (generated / path).parent.mkdir(parents=True, exist_ok=True)
            (generated / path).write_bytes(content)
    held = files_of(generated) if generated.is_dir() else {}
    assert sorted(held) == sorted(files)
    for path, content in files.items():
        assert content.decode() == held[path].decode(), path


def test_there_are_questions() -> None:
    assert len(QUESTIONS) >= 8
    assert any(not (question / "generated").is_dir() for question in QUESTIONS), "one that must not build"
