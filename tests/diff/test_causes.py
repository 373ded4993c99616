"""The line that is named is the cause: for random edits of the example platform, a difference goes when the edits that
it names are taken back, and each of them is needed for that, or would do alone.

The edits are made in the text of the files, and taken back there: all that is asked of the code under test is what it
says of them.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mlplat.compiler.artifacts import Node
from mlplat.compiler.load.yaml import parse_documents
from mlplat.compiler.pipeline import Earlier
from mlplat.diff.compare import compare_states
from mlplat.diff.read.platform import working_tree
from mlplat.diff.report import Change
from mlplat.diff.state import State
from tests.cli.command import ROOT, copy_platform

SEEDS = [pytest.param(seed, marks=[pytest.mark.slow] if seed > 2 else []) for seed in range(12)]
TAKEN_OUT = "# taken out"


@dataclass(frozen=True, order=True)
class LineEdit:
    """One line of one file, and what stands there instead. Lines are taken out by a comment: all others keep theirs."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text.strip()}"


def possible_edits() -> Iterator[LineEdit]:
    """Another value for each scalar that has a line to itself, and that line taken out."""
    files = [ROOT / "platform.yaml", *ROOT.glob("environments/*/**/*.yaml"), *ROOT.glob("components/*/*.yaml")]
    for path in sorted(files):
        text, file = path.read_text(), path.relative_to(ROOT).as_posix()
        lines = text.splitlines()
        for document in parse_documents(text, file)[0]:
            for node in scalars(document):
                span, key = node.span, node.key_span
                if key is None or key.line != span.line or span.end_line != span.line:
                    continue
                line = lines[span.line - 1]
                name = line[key.column - 1 : key.end_column - 1]
                if name in ("apiVersion", "kind", "name", "team", "$schema"):
                    continue
                for value in other_values(node.value):
                    yield LineEdit(file, span.line, line[: span.column - 1] + value + line[span.end_column - 1 :])
                if line.strip().startswith(name):
                    yield LineEdit(file, span.line, re.match(r" *", line)[0] + TAKEN_OUT)  # type: ignore[index]


def scalars(node: Node) -> Iterator[Node]:
    for _, child in node.children():
        yield from scalars(child)
    if not isinstance(node.value, dict | list):
        yield node


def other_values(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(not value).lower()
    elif isinstance(value, int):
        yield from (str(value + 1), str(value * 2))
    elif isinstance(value, str):
        digit = re.search(r"\d", value)
        if digit is not None:
            other = f"{value[: digit.start()]}{(int(digit[0]) + 1) % 10}{value[digit.end() :]}"
            yield f'"{other}"' if re.fullmatch(r"[\d.]+", other) else other
        else:
            yield f"{value}x"


@dataclass(repr=False)
class Example:
    """The example platform with any of some edits; each state is compiled once."""

    folder: Path
    texts: dict[str, str] = field(default_factory=dict)
    earlier: Earlier = field(default_factory=Earlier)
    states: dict[frozenset[LineEdit], State | None] = field(default_factory=dict)
    compared: dict[tuple[frozenset[LineEdit], frozenset[LineEdit]], tuple[Change, ...]] = field(default_factory=dict)

    def state(self, edits: frozenset[LineEdit]) -> State | None:
        """What the platform compiles to with some edits; None where something does not."""
        if edits not in self.states:
            for file in {edit.file for edit in edits}:
                lines = self.original(file).split("\n")
                for edit in edits:
                    if edit.file == file:
                        lines[edit.line - 1] = edit.text
                (self.folder / file).write_text("\n".join(lines))
            found = working_tree(self.folder, (), self.earlier)
            for file in {edit.file for edit in edits}:
                (self.folder / file).write_text(self.original(file))
            self.states[edits] = None if found.missing or not found.sides else found
        return self.states[edits]

    def original(self, file: str) -> str:
        if file not in self.texts:
            self.texts[file] = (self.folder / file).read_text()
        return self.texts[file]

    def changes(self, before: frozenset[LineEdit], after: frozenset[LineEdit]) -> tuple[Change, ...]:
        key = (before, after)
        if key not in self.compared:
            old, new = self.state(before), self.state(after)
            assert old is not None
            assert new is not None
            self.compared[key] = compare_states(old, new).changes
        return self.compared[key]

    def differs(self, change: Change, before: frozenset[LineEdit], after: frozenset[LineEdit]) -> bool:
        """Whether what changed differs between two other states, too."""
        return any(
            (one.object, one.path) == (change.object, change.path) and set(one.environments) & set(change.environments)
            for one in self.changes(before, after)
        )


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    folder = tmp_path_factory.mktemp("causes") / "platform"
    return Example(copy_platform(ROOT, folder, generated=False))


EDITS = sorted(possible_edits())


def some_edits(example: Example, seed: int) -> frozenset[LineEdit]:
    """A handful of edits on different lines that all compile alone, together, and change something."""
    chance, found = random.Random(seed), dict[tuple[str, int], LineEdit]()
    base = frozenset[LineEdit]()
    wanted = chance.randint(2, 5)
    for _ in range(60):
        edit = chance.choice(EDITS)
        place = (edit.file, edit.line)
        if place in found or example.state(frozenset([edit])) is None:
            continue
        together = frozenset([*found.values(), edit])
        if example.changes(base, frozenset([edit])) and example.state(together) is not None:
            found[place] = edit
        if len(found) == wanted:
            break
    return frozenset(found.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_difference_names_exactly_the_edits_that_made_it(example: Example, seed: int) -> None:
    edits = some_edits(example, seed)
    assert len(edits) > 1
    assert not (wrong := list(wrong_causes(example, edits))), "\n".join([*map(str, edits), *wrong])


@pytest.mark.parametrize("file", ["environments/base/queues.yaml", "environments/prod/queues.yaml"])
def test_edits_side_by_side_are_told_apart(example: Example, file: str) -> None:
    """All amounts of a queue at once: they stand in lists whose items have no names."""
    amounts = {edit.line: edit for edit in EDITS if edit.file == file and "nominal" in edit.text}
    edits = frozenset(edit for edit in amounts.values() if example.state(frozenset([edit])) is not None)
    assert len(edits) > 3
    assert example.state(edits) is not None
    assert not (wrong := list(wrong_causes(example, edits))), "\n".join([*map(str, edits), *wrong])


def wrong_causes(example: Example, edits: frozenset[LineEdit]) -> Iterator[str]:
    """What is wrong with the lines that the changes by some edits name."""
    before = frozenset[LineEdit]()
    by_place = {(edit.file, edit.line): edit for edit in edits}
    changes = example.changes(before, edits)
    assert changes
    for change in changes:
        assert all(cause.certain for cause in change.causes)
        places = [(cause.span.file, cause.span.line) for cause in change.causes]
        if not places or any(place not in by_place for place in places):
            yield f"{change.object} {change.path}: {places} is no line that was edited"
            continue
        named = frozenset(by_place[place] for place in places)
        yield from (f"{change.object} {change.path}: {text}" for text in contradictions(example, change, named, edits))


def contradictions(
    example: Example, change: Change, named: frozenset[LineEdit], edits: frozenset[LineEdit]
) -> Iterator[str]:
    before, rest = frozenset[LineEdit](), edits - named
    if example.state(rest) is not None and example.differs(change, before, rest):
        yield f"is still there without {sorted(map(str, named))}"
    for edit in named:
        without, others = edits - {edit}, edits - (named - {edit})
        if example.state(without) is None or example.state(others) is None:
            continue
        if not example.differs(change, without, edits) and not example.differs(change, before, others):
            yield f"does not need {edit}"
