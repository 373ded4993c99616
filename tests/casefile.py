"""Cases in files: blocks of a title, an input and the exact text that is expected of it.

    ==== title
    input
    ----
    expected

`MLPLAT_BLESS=1` rewrites what is expected; it is refused where `CI` is set.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

_TITLE = "==== "
_RULE = "----\n"


@dataclass(frozen=True)
class Case:
    title: str
    text: str
    expected: str


def read_cases(path: Path) -> list[Case]:
    blocks = ("\n" + path.read_bytes().decode()).split("\n" + _TITLE)[1:]
    cases = []
    for block in blocks:
        title, _, rest = (block if block.endswith("\n") else block + "\n").partition("\n")
        text, _, expected = rest.partition(_RULE) if not rest.startswith(_RULE) else ("", "", rest[len(_RULE) :])
        cases.append(Case(title, text, expected.rstrip("\n") + "\n" if expected.strip() else ""))
    return cases


def check_case(path: Path, case: Case, answer: Callable[[str], str]) -> None:
    """Compares the answer with what the file expects, or writes it there."""
    given = answer(case.text).rstrip("\n")
    given = given + "\n" if given else ""
    if os.environ.get("MLPLAT_BLESS"):
        assert not os.environ.get("CI"), "expected texts are never rewritten in CI"
        _write(path, [replace(old, expected=given) if old.title == case.title else old for old in read_cases(path)])
        return
    assert given == case.expected


def _write(path: Path, cases: list[Case]) -> None:
    blocks = [f"{_TITLE}{case.title}\n{case.text}{_RULE}{case.expected}\n" for case in cases]
    path.write_bytes("".join(blocks).rstrip("\n").encode() + b"\n")
