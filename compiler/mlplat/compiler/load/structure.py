"""Mistakes in the structure of a YAML text: indentation, colons and dashes."""

import re

from mlplat.compiler.load.stumble import Stumble, indent_of, line_before, made, quoted, without_comment
from mlplat.diagnostics import Diagnostic


def tab(stumble: Stumble) -> Diagnostic | None:
    """A tab in front of the first word of a line."""
    for line in (stumble.line, stumble.line + 1):
        shown = stumble.text(line)
        lead = shown[: len(shown) - len(shown.lstrip())]
        if "\t" in lead:
            column = lead.index("\t") + 1
            return made(
                "a tab indents a line",
                stumble.label(line, (column, len(lead) + 1), "tab"),
                "indent with spaces; most editors can convert the whole file",
                note="YAML does not allow tabs in indentation, because their width differs between editors",
            )
    return None


def colon_missing(stumble: Stumble) -> Diagnostic | None:
    """libyaml: a simple key was begun (context mark) and no colon came."""
    return None if stumble.start is None else _no_colon(stumble, stumble.start[0])


def _no_colon(stumble: Stumble, line: int) -> Diagnostic:
    shown = without_comment(stumble.text(line)).strip().removeprefix("- ")
    tight = re.fullmatch(r"([\w.-]+):(\S.*)", shown)
    if tight:
        return made(
            f"no space after the colon of `{tight[1]}`",
            stumble.label(line, None, "one word to YAML, not a field"),
            f"write `{tight[1]}: {tight[2]}`",
        )
    spaced = re.fullmatch(r"([\w.-]+)\s+(\S.*)", shown)
    return made(
        f"no colon after `{spaced[1] if spaced else shown}`",
        stumble.label(line, None, "neither a field nor a list item"),
        f"write `{spaced[1]}: {spaced[2]}`" if spaced else f"write `{shown}:` and its value",
    )


def unexpected_colon(stumble: Stumble) -> Diagnostic | None:
    """A colon where no field can start: a second one on the line, or the line above is to blame."""
    line, column = stumble.line, stumble.column
    before = stumble.text(line)[: column - 1]
    inner = re.search(r"(?:^|[\s-])([\w.-]+):\s+(?=\S)", before)
    if inner:
        value = without_comment(stumble.text(line)[inner.end() :])
        return made(
            f"the value of `{inner[1]}` holds a colon followed by a space",
            stumble.label(line, (column, column + 1), "a second field on one line"),
            f"quote the value: {quoted(value)}" if '"' not in value else "quote the whole value",
        )
    above = line_before(stumble, line)
    shown = without_comment(stumble.text(above)).strip().removeprefix("- ")
    if above and not re.search(r":(\s|$)", shown):
        return _no_colon(stumble, above)
    if above and indent_of(stumble.text(line)) > indent_of(stumble.text(above)):
        key = shown.split(":")[0]
        return made(
            f"line {line} is indented deeper than `{key}`, which already has a value",
            stumble.label(line, (1, indent_of(stumble.text(line)) + 1), f"{indent_of(stumble.text(line))} spaces"),
            f"indent it by {indent_of(stumble.text(above))} spaces to put it beside `{key}`, "
            f"or delete the value of `{key}` to put it below",
            stumble.label(above, None, "has a value already"),
        )
    return None


def unexpected_dash(stumble: Stumble) -> Diagnostic | None:
    """A list item right after `key:`."""
    return made(
        "a list starts on the line of its key",
        stumble.label(stumble.line, (stumble.column, stumble.column + 1), "must start on a line of its own"),
        "put each `- item` on a line below the key, or write the list as [a, b]",
    )


def no_key(stumble: Stumble) -> Diagnostic | None:
    """A block mapping went on with something that is no key."""
    shown = stumble.text(stumble.line)
    indent = indent_of(shown)
    before = shown[indent : stumble.column - 1]
    if before.strip():
        return made(
            "text follows a value that was already complete",
            stumble.label(stumble.line, (stumble.column, len(without_comment(shown)) + 1), "left over"),
            "put the whole value in one pair of quotes; inside them write '' for ' and \\\" for \"",
        )
    if shown[indent:].startswith("-") and stumble.start:
        return made(
            "a list item stands among the fields of a mapping",
            stumble.label(stumble.line, (indent + 1, indent + 2), "list item"),
            "indent the list below its key, or delete the dash",
            stumble.label(stumble.start[0], None, "the mapping starts here"),
        )
    if shown[indent:].startswith(":"):
        return made(
            "no key before the colon",
            stumble.label(stumble.line, (indent + 1, indent + 2), "key missing"),
            "write the name of the field before the colon",
        )
    return _wrong_indent(stumble, indent)


def _wrong_indent(stumble: Stumble, indent: int) -> Diagnostic:
    """Names the lines above whose indentation would have fitted."""
    fitting: list[tuple[int, int]] = []
    line, deepest = stumble.line, 10**6
    while (line := line_before(stumble, line)) and deepest > 0:
        level = indent_of(stumble.text(line))
        if level < deepest:
            deepest = level
            fitting.append((level, line))
    choices = [
        f"{level} like `{_first_word(stumble.text(line))}` in line {line}"
        for level, line in sorted(fitting, key=lambda item: (abs(item[0] - indent), item[0]))[:3]
    ]
    return made(
        f"the indentation of line {stumble.line} fits no line above it",
        stumble.label(stumble.line, None, f"indented by {indent}"),
        f"indent it by {', or by '.join(choices)}" if choices else "start the document at the first column",
    )


def _first_word(line: str) -> str:
    return line.strip().removeprefix("- ").split(":")[0]


def no_dash(stumble: Stumble) -> Diagnostic | None:
    """A list went on with something that is no item."""
    starts = (stumble.label(stumble.start[0], None, "the list starts here"),) if stumble.start else ()
    return made(
        "a field stands among the items of a list",
        stumble.label(stumble.line, None, "no dash"),
        "start it with `- `, or indent it to the fields that it belongs to",
        *starts,
    )
