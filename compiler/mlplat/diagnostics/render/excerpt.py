"""The lines of the user's file that a finding shows, with carets below them."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlplat.diagnostics.diagnostic import Diagnostic, Label
from mlplat.diagnostics.mask import MASK, is_withheld, lines_of, secret_ranges
from mlplat.diagnostics.render.text import one_line, visible, width

_LONGEST_LINE = 160
_BEFORE_CARET = 60
_CUT = "..."


@dataclass(frozen=True, slots=True)
class ExcerptLine:
    """One line of an excerpt. `number` is None for carets and elisions; `mark` is the colour's name, if any."""

    number: int | None
    text: str
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is shown of one file: the place in the arrow, and the lines. No lines when there is no text to show."""

    place: str
    lines: tuple[ExcerptLine, ...]


def excerpts(finding: Diagnostic, sources: Mapping[str, str]) -> list[Excerpt]:
    """One excerpt for each file that the finding points into, that of the primary label first."""
    if finding.primary is None:
        return []
    if is_withheld(finding, sources):
        return [Excerpt(str(finding.primary.span), ())]
    by_file: dict[str, list[tuple[Label, bool]]] = {finding.primary.span.file: [(finding.primary, True)]}
    for label in finding.secondary:
        by_file.setdefault(label.span.file, []).append((label, False))
    return [_excerpt(file, labels, sources.get(file)) for file, labels in by_file.items()]


def _excerpt(file: str, labels: list[tuple[Label, bool]], source: str | None) -> Excerpt:
    span = labels[0][0].span
    if source is None:
        return Excerpt(file if span[1:] == (1, 1, 1, 1) else str(span), ())
    lines = lines_of(source)
    shown: list[ExcerptLine] = []
    marked: dict[int, list[tuple[Label, bool]]] = {}
    for label, primary in labels:
        marked.setdefault(min(max(label.span.line, 1), len(lines)), []).append((label, primary))
    previous = 0
    for number in sorted(marked):
        if previous and number == previous + 2:
            shown.append(ExcerptLine(previous + 1, _plain_line(source, previous)))
        elif previous and number > previous + 2:
            shown.append(ExcerptLine(None, _CUT, "elided"))
        shown += _marked_line(source, number, marked[number])
        previous = number
    return Excerpt(str(span), tuple(shown))


def _plain_line(source: str, index: int) -> str:
    text = _Shown(source, index, 0, 0).text
    return text if len(text) <= _LONGEST_LINE else text[: _LONGEST_LINE - len(_CUT)] + _CUT


def _marked_line(source: str, number: int, labels: list[tuple[Label, bool]]) -> list[ExcerptLine]:
    """The line itself and one line of carets for each label, from left to right."""
    text = lines_of(source)[number - 1].rstrip("\r")
    ranges = [_columns(label, text) for label, _ in labels]
    line = _Shown(source, number - 1, min(start for start, _ in ranges), max(end for _, end in ranges))
    result = [ExcerptLine(number, line.text)]
    for (start, end), (label, primary) in sorted(zip(ranges, labels, strict=True), key=lambda item: item[0]):
        left, right = line.place(start), line.place(end)
        carets = ("^" if primary else "-") * max(1, right - left)
        text = f"{' ' * left}{carets} {one_line(label.text)}".rstrip()
        result.append(ExcerptLine(None, text, "primary" if primary else "secondary"))
    return result


def _columns(label: Label, line: str) -> tuple[int, int]:
    """Start and end (from 0) of a label on its first line; of one that goes on, all that is written there."""
    start = min(max(label.span.column - 1, 0), len(line))
    end = label.span.end_column - 1 if label.span.end_line <= label.span.line else len(line.rstrip())
    return start, max(start, min(end, len(line)))


class _Shown:
    """A line as it is shown: masked, cut around what matters, and the screen column of each of its characters."""

    def __init__(self, source: str, index: int, first: int, last: int) -> None:
        self.line = lines_of(source)[index].rstrip("\r")
        self.pieces: list[tuple[int, int, str]] = []
        position = self._window(first, last)
        self.start, end = position, min(len(self.line), position + _LONGEST_LINE)
        for left, right in secret_ranges(source, index):
            left, right = max(left, self.start), min(right, end)
            if left >= right:
                continue
            self.pieces += [(position, left, visible(self.line[position:left])), (left, right, MASK)]
            position = right
        self.pieces.append((position, end, visible(self.line[position:end])))
        self.lead = _CUT if self.start else ""
        self.text = self.lead + "".join(piece[2] for piece in self.pieces) + (_CUT if end < len(self.line) else "")
        self.text = self.text.rstrip()

    def _window(self, first: int, last: int) -> int:
        if len(self.line) <= _LONGEST_LINE or last < _LONGEST_LINE - 1:
            return 0
        return max(0, first - _BEFORE_CARET)

    def place(self, offset: int) -> int:
        """The screen column (from 0) of the character at `offset`; the edge of the mask for what is masked."""
        column = len(self.lead)
        for left, right, text in self.pieces:
            if offset <= left:
                return column
            if offset < right and text != MASK:
                return column + width(self.line[left:offset])
            column += width(text)
        return column
