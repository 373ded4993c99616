"""Which lines of a file differ between two states of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from mlplat.diagnostics.mask import lines_of


@dataclass(eq=False)
class ChangedLines:
    """The lines of all files that only one of two states has. `old` and `new` are the texts by path."""

    old: Mapping[str, str]
    new: Mapping[str, str]
    _known: dict[str, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)
    _aligned: dict[str, Sequence[tuple[str, int, int, int, int]]] = field(default_factory=dict)
    """Of files in which somebody looked for a line of the old state: which lines stand where others stood."""

    def now(self, file: str, line: int) -> int | None:
        """The line of the new state that a line of the old one is, or that stands where it was; None where the new
        state lacks the file, or has nothing in it."""
        after = self.new.get(file)
        if not after:
            return None
        before, now = lines_of(self.old.get(file, "")), lines_of(after)
        if file not in self._aligned:
            self._aligned[file] = SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
        for tag, low, high, first, last in self._aligned[file]:
            if low < line <= high:
                return first + line - low if tag == "equal" else min(first + 1, max(last, 1), len(now))
        return None

    def first(self, file: str, lines: range, gone: bool) -> int | None:
        """The first changed line in a part of a file; None where nothing in it changed. Lines count from 1 in the old
        state where `gone` says so, else in the new one."""
        if file not in self._known:
            self._known[file] = _changed(self.old.get(file), self.new.get(file))
        changed = self._known[file][0 if gone else 1]
        return next((line for line in lines if line in changed), None)


def _changed(old: str | None, new: str | None) -> tuple[frozenset[int], frozenset[int]]:
    before, after = (lines_of(text) if text is not None else [] for text in (old, new))
    if old == new:
        return frozenset(), frozenset()
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    middle = before[start : len(before) - end], after[start : len(after) - end]
    gone: set[int] = set()
    come: set[int] = set()
    for tag, low, high, first, last in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        if tag != "equal":
            gone.update(range(start + low + 1, start + high + 1))
            come.update(range(start + first + 1, start + last + 1))
    return frozenset(gone), frozenset(come)
