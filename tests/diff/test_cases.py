"""Each folder of `cases/` is a question; the answer is what `mlplat diff` prints.

`old/` and `new/` are two folders of manifests where `arguments.txt` says `--manifests`; else both lie over the
platform in `platform/` (an empty file takes one away): the old state is a commit, the new one the working tree.
"""

from pathlib import Path

import pytest

from tests.blessing import check_golden
from tests.cli.command import mlplat
from tests.diff.repository import PLATFORM, lay_over, new_repository

CASES = sorted(path.name for path in (Path(__file__).parent / "cases").iterdir())


@pytest.mark.parametrize("name", CASES)
def test_the_answer_to(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Path(__file__).parent / "cases" / name
    given = case / "arguments.txt"
    arguments = given.read_text().split() if given.exists() else []
    if "--manifests" in arguments:
        monkeypatch.chdir(case)
        outcome = mlplat("diff", *arguments)
        text = outcome.text
    else:
        repository = new_repository(tmp_path / "platform", PLATFORM, case / "old")
        lay_over(repository.folder, case / "new")
        outcome = mlplat("-C", repository.folder, "diff", *arguments)
        text = outcome.text.replace(repository.short("HEAD"), "0000000")
    check_golden(case / "expected.txt", text)
