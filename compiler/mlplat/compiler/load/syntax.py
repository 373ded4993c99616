"""What a YAML reader stumbled over, said in words of the text instead of the grammar.

The messages looked at are those of libyaml 0.2.5 and of PyYAML's own scanner; one that is not known is shown as it
is. A reader often notices a mistake a line later than it was made: the findings point at the line to change.
"""

import re
from collections.abc import Callable

import yaml

from mlplat.compiler.load.structure import colon_missing, no_dash, no_key, tab, unexpected_colon, unexpected_dash
from mlplat.compiler.load.stumble import Stumble, last_line_read, made, quoted, without_comment
from mlplat.diagnostics import Diagnostic

_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_BRACKETS = re.compile(r""""(?:\\.|[^"\\])*"|'[^']*'|(?:^|(?<=\s))#.*|[\[\]{}]""")


def syntax_finding(error: yaml.YAMLError, text: str, file: str) -> tuple[Diagnostic, int]:
    """The finding for a document that is not well-formed, and the last line that was read (from 1)."""
    problem_mark = getattr(error, "problem_mark", None)
    start_mark = getattr(error, "context_mark", None)
    lines = text.split("\n")
    mark = problem_mark or start_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    stumble = Stumble(
        file,
        lines,
        str(getattr(error, "problem", None) or getattr(error, "reason", None) or error),
        str(getattr(error, "context", None) or ""),
        line,
        column,
        (start_mark.line + 1, start_mark.column + 1) if start_mark else None,
    )
    template = _template(stumble)
    if template is not None:
        return template, last_line_read(stumble)
    for sign, describe in _DESCRIPTIONS:
        if sign in stumble.problem or sign in stumble.context:
            finding = describe(stumble)
            if finding is not None:
                return finding, last_line_read(stumble)
    return _as_it_is(stumble), last_line_read(stumble)


def _template(stumble: Stumble) -> Diagnostic | None:
    match = _EXPRESSION.search(stumble.text(stumble.line))
    if match is None:
        return None
    return made(
        "specs are not templates",
        stumble.label(stumble.line, (match.start() + 1, match.end() + 1), "an expression of another tool"),
        "write the value itself, and what differs between environments in the environment that differs; "
        "if it is text, quote the whole value",
    )


def _unstartable(stumble: Stumble) -> Diagnostic | None:
    indented = tab(stumble)
    if indented is not None:
        return indented
    character = stumble.text(stumble.line)[stumble.column - 1 : stumble.column]
    if not character:
        return None
    rest = without_comment(stumble.text(stumble.line)[stumble.column - 1 :])
    return made(
        "a value cannot start with a backtick" if character == "`" else f"a value cannot start with `{character}`",
        stumble.label(stumble.line, (stumble.column, stumble.column + 1), "cannot start a value"),
        f"quote the value: {quoted(rest)}" if '"' not in rest else "quote the value",
    )


def _unclosed_quote(stumble: Stumble) -> Diagnostic | None:
    if stumble.start is None:
        return None
    line, column = stumble.start
    quote = stumble.text(line)[column - 1 : column] or '"'
    return made(
        f"the quote `{quote}` is never closed",
        stumble.label(line, (column, len(stumble.text(line)) + 1), "the quoted text starts here"),
        f"close it with another `{quote}` on the same line",
    )


def _escape(stumble: Stumble) -> Diagnostic | None:
    shown = stumble.text(stumble.line)
    column = shown.rfind("\\", 0, stumble.column) + 1
    escape = re.match(r"\\(?:[xuU][0-9a-fA-F]*|.)", shown[column - 1 :])
    if not column or escape is None:
        return None
    return made(
        f"`{escape.group()}` is no escape that YAML knows",
        stumble.label(stumble.line, (column, column + len(escape.group())), "unknown escape"),
        "double the backslash, or use single quotes, in which a backslash is only a backslash",
    )


def _unclosed_bracket(stumble: Stumble) -> Diagnostic | None:
    opener = _last_open_bracket(stumble)
    if opener is None:
        return None
    line, column = opener
    opened = stumble.text(line)[column - 1]
    closing = {"[": "]", "{": "}"}[opened]
    seen = stumble.text(stumble.line)[stumble.column - 1 :].strip()
    secondary = (stumble.label(stumble.line, (stumble.column, stumble.column + 1), "not expected inside it"),)
    return made(
        f"the bracket `{opened}` is not closed where it should be",
        stumble.label(line, (column, column + 1), f"no `{closing}` for this"),
        f"close it with `{closing}`, or put a comma between its parts",
        *(secondary if seen else ()),
    )


def _last_open_bracket(stumble: Stumble) -> tuple[int, int] | None:
    """Line and column of the last bracket before the stumble that is still open; quotes and comments do not count."""
    opened: list[tuple[int, int]] = []
    for number, line in enumerate(stumble.lines[: stumble.line], 1):
        until = stumble.column - 1 if number == stumble.line else len(line)
        for match in _BRACKETS.finditer(line[:until]):
            if match.group() in ("[", "{"):
                opened.append((number, match.start() + 1))
            elif match.group() in ("]", "}") and opened:
                opened.pop()
    return opened[-1] if opened else None


def _unknown_alias(stumble: Stumble) -> Diagnostic | None:
    match = re.match(r"\*([^\s,\]}]*)", stumble.text(stumble.line)[stumble.column - 1 :])
    if match is None:
        return None
    end = stumble.column + len(match.group())
    return made(
        f"the alias `{match.group()}` names no anchor above it",
        stumble.label(stumble.line, (stumble.column, end), f"no `&{match[1]}` in this document"),
        f'if it is text, quote it: "{match.group()}"; an anchor is written `&{match[1]}` before the value to repeat',
    )


def _bad_name(stumble: Stumble) -> Diagnostic | None:
    if stumble.start is None:
        return None
    line, column = stumble.start
    sign = stumble.text(line)[column - 1 : column]
    rest = without_comment(stumble.text(line)[column - 1 :])
    return made(
        f"`{sign}` starts a name in YAML, and no name follows",
        stumble.label(line, (column, column + 1), "anchor or alias without a name"),
        f"if it is text, quote it: {quoted(rest)}" if '"' not in rest else "if it is text, quote it",
    )


def _same_anchor(stumble: Stumble) -> Diagnostic | None:
    first = (stumble.label(stumble.start[0], None, "first written here"),) if stumble.start else ()
    return made(
        "an anchor is written twice in one document",
        stumble.label(stumble.line, None, "written again here"),
        "give the second anchor another name",
        *first,
    )


def _block_header(stumble: Stumble) -> Diagnostic | None:
    if stumble.start is None:
        return None
    line, column = stumble.start
    sign = stumble.text(line)[column - 1 : column]
    rest = without_comment(stumble.text(line)[column - 1 :])
    return made(
        f"text follows `{sign}` on its line",
        stumble.label(stumble.line, (stumble.column, stumble.column + 1), "the text must start on the next line"),
        f"put the text on the next line, indented; or quote it: {quoted(rest)}",
    )


def _directive(stumble: Stumble) -> Diagnostic | None:
    return made(
        "a line that starts with `%` is an instruction to the YAML reader",
        stumble.label(stumble.line, None, "not an instruction it knows"),
        "delete the line",
    )


def _no_document_start(stumble: Stumble) -> Diagnostic | None:
    return made(
        "text follows the end of a document",
        stumble.label(stumble.line, None, "belongs to no document"),
        "start the next document with a line `---`",
    )


def _unknown_handle(stumble: Stumble) -> Diagnostic | None:
    rest = without_comment(stumble.text(stumble.line)[stumble.column - 1 :])
    return made(
        f"`{rest.split(' ')[0]}` is a tag that nobody declared",
        stumble.label(stumble.line, (stumble.column, stumble.column + len(rest.split(" ")[0])), "unknown tag"),
        f"delete the tag; if it is text, quote it: {quoted(rest)}",
    )


def _as_it_is(stumble: Stumble) -> Diagnostic:
    return made(
        f"this is not well-formed YAML: {stumble.problem}",
        stumble.label(stumble.line, (stumble.column, stumble.column + 1), "reading stopped here"),
        "look at the quotes, brackets and indentation of this line and the one before",
    )


_DESCRIPTIONS: tuple[tuple[str, Callable[[Stumble], Diagnostic | None]], ...] = (
    ("tab character that violates indentation", tab),
    ("found a tab character", tab),
    ("found unexpected end of stream", _unclosed_quote),
    ("found unexpected document", _unclosed_quote),
    ("unknown escape character", _escape),
    ("did not find expected hexdecimal number", _escape),
    ("expected escape sequence", _escape),
    ("invalid Unicode character escape code", _escape),
    ("cannot start any token", _unstartable),
    ("could not find expected ':'", colon_missing),
    ("mapping values are not allowed", unexpected_colon),
    ("block sequence entries are not allowed", unexpected_dash),
    ("sequence entries are not allowed", unexpected_dash),
    ("while parsing a flow", _unclosed_bracket),
    ("did not find expected key", no_key),
    ("while parsing a block mapping", no_key),
    ("did not find expected '-' indicator", no_dash),
    ("while parsing a block collection", no_dash),
    ("did not find expected node content", _unstartable),
    ("expected the node content", _unstartable),
    ("found undefined alias", _unknown_alias),
    ("undefined tag handle", _unknown_handle),
    ("expected alphabetic or numeric character", _bad_name),
    ("duplicate anchor", _same_anchor),
    ("while scanning a block scalar", _block_header),
    ("while scanning a directive", _directive),
    ("incompatible YAML document", _directive),
    ("did not find expected <document start>", _no_document_start),
    ("expected '<document start>'", _no_document_start),
)
"""What the message or its context says, and who describes it; the first that has an answer wins."""
