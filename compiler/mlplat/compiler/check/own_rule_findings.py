"""What is told of users' rules themselves: MLP901 to MLP906, at the place in the rule's file."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlplat.compiler.artifacts import KubeObject, Resolved
from mlplat.compiler.check.cel_evaluation import Malformed
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject
from mlplat.diagnostics import Diagnostic, Label, Severity, Span
from mlplat.schema.rule import Rule

UNEVALUATED = "MLP902"

_SORTS: Mapping[type, str] = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "a map"}


def uncompilable(rule: Resolved[Rule], field: str, problem: Malformed, sources: Mapping[str, str]) -> Diagnostic:
    """MLP901: an expression that is no CEL, at the place where it stops to be."""
    span = rule.span("spec", field)
    node = rule.node.at(("spec", field))
    text = node.value if node is not None and isinstance(node.value, str) else ""
    return Diagnostic(
        "MLP901",
        Severity.ERROR,
        f"the `{field}` of rule `{rule.name}` cannot be compiled: {problem.reason}",
        Label(_inside(span, text, problem, sources.get(span.file, "")), "not CEL"),
        help=problem.cure or "mend the expression where it is marked; docs/guide/rules.md has examples",
    )


def unevaluated(rule: Resolved[Rule], item: KubeObject, pointer: str, reason: str) -> FoundInObject:
    """MLP902: an object of which a rule cannot say whether it is as it should be."""
    code = rule.document.spec.code
    cure = "ask first whether the field is there: `!has(...) || ...`, or `has(...) && ...` where it must be"
    return FoundInObject(
        item,
        pointer,
        f"{called(item)}: the rule {code} (`{rule.name}`) cannot be evaluated on it: {reason}",
        "",
        (f"the rule is in {rule.span('spec', 'expression')}",),
        cure if reason.startswith("there is no key") else "make the expression say what is to be of such objects",
    )


def mistyped(rule: Resolved[Rule], item: KubeObject, value: Any) -> Diagnostic:
    """MLP903: an expression that gives something else than true or false."""
    sort = "nothing (null)" if value is None else _SORTS.get(type(value), f"a {type(value).__name__}")
    return Diagnostic(
        "MLP903",
        Severity.ERROR,
        f"the expression of rule `{rule.name}` gives {sort}, not true or false",
        Label(rule.span("spec", "expression"), "true of what is as it should be"),
        notes=(f"found on {called(item)}",),
        help="compare the value with what it should be",
    )


def unbounded(rule: Resolved[Rule], item: KubeObject, reason: str) -> Diagnostic:
    """MLP906: an expression whose loops take too long; no further object is judged by it."""
    return Diagnostic(
        "MLP906",
        Severity.ERROR,
        f"the expression of rule `{rule.name}` is given up: {reason}",
        Label(rule.span("spec", "expression"), "loops inside loops, or lists that grow"),
        notes=(f"found on {called(item)}; it and the objects after it are not judged by this rule",),
        help="loop over fewer things, or make several rules of it",
    )


def never_matched(rule: Resolved[Rule]) -> Diagnostic:
    """MLP905: a rule that looks at no object of any environment."""
    matches = rule.node.at(("spec", "match")) is not None
    return Diagnostic(
        "MLP905",
        Severity.WARNING,
        f"the rule `{rule.name}` looks at no object of any environment",
        Label(rule.key("spec", "match") if matches else rule.span("metadata", "name"), "matches nothing"),
        help="compare `match` with `mlplat explain ENV KIND/NAME`, or delete the rule",
    )


def _inside(span: Span, text: str, problem: Malformed, source: str) -> Span:
    """The place in a file of a part of a text, whose lines YAML may have joined and indented otherwise.

    Found by counting what is no space; where that does not fit (escapes in double quotes), the whole text.
    """
    lines = source.removeprefix("\ufeff").split("\n")[span.line - 1 : span.end_line]
    written = [
        (character, span.line + row, column + 1)
        for row, line in enumerate(lines)
        for column, character in enumerate(line.rstrip("\r"))
        if (row > 0 or column >= span.column - 1) and (row < span.end_line - span.line or column < span.end_column - 1)
    ]
    if not written:
        return span
    if written[0][0] in "|>":
        written = [one for one in written if one[1] > span.line]
    elif written[0][0] == '"':
        written = written[1:-1]
    elif written[0][0] == "'":
        inner = written[1:-1]
        twice = {i for i, one in enumerate(inner) if one[0] == "'" and _begins_pair(inner, i)}
        written = [one for i, one in enumerate(inner) if i not in twice]
    shown = [one for one in written if not one[0].isspace()]
    solid = [character for character in text if not character.isspace()]
    before = sum(not character.isspace() for character in text[: problem.offset])
    if [character for character, _, _ in shown[:before]] != solid[:before] or not shown:
        return span
    _, line, column = shown[min(before, len(shown) - 1)]
    return Span(span.file, line, column, line, column + problem.length)


def _begins_pair(characters: Sequence[tuple[str, int, int]], at: int) -> bool:
    """True for the first of two quotes that stand for one."""
    start = at
    while start > 0 and characters[start - 1][0] == "'":
        start -= 1
    return (at - start) % 2 == 0
