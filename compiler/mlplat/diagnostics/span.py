"""Where in a file a piece of text stands."""

from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of text in one file.

    `file` is relative to the repository, with `/` on every system, so that messages are the same everywhere.
    Lines and columns count from 1; `end_column` is the first column after the text.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
