"""YAML text to `Node` trees, with the place of every value and key.

PyYAML's composer gives nodes with marks; its resolver and constructors are not used, because they read YAML 1.1 and
keep the last of two equal keys without a word. Here keys are strings, duplicates are refused, scalars follow the core
schema of YAML 1.2, and whatever does not exist in JSON (tags, merge keys, infinity) is a finding.
"""

import re
from typing import Any, Protocol

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, ScalarNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from mlplat.compiler.artifacts import Node
from mlplat.compiler.load.forbidden import forbidden_characters, nests_too_deep
from mlplat.compiler.load.scalars import Refused, core_scalar
from mlplat.compiler.load.syntax import syntax_finding
from mlplat.diagnostics import Diagnostic, Label, Severity, Span

MAX_DEPTH = 64
"""Levels of nesting that a document may have; Kubernetes objects stay below 30."""

MAX_NODES = 100_000
"""Values that one document may have once its aliases are followed; a guard against alias bombs."""

_CORE = "tag:yaml.org,2002:"
_STRING = _CORE + "str"


class _Composing(Protocol):
    def check_node(self) -> bool: ...

    def get_node(self) -> Any: ...

    def dispose(self) -> None: ...


class _Unresolved:
    """The three hooks through which a composer asks for tags: plain scalars keep none, quoted ones are strings."""

    def resolve(self, kind: type, value: object, implicit: tuple[bool, bool]) -> str:
        return "" if kind is not ScalarNode or implicit[0] else _STRING

    def descend_resolver(self, node: object, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


class PythonComposer(_Unresolved, Reader, Scanner, Parser, Composer):
    """Composer for installations of PyYAML without libyaml; some forty times slower."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)

    def dispose(self) -> None:
        """Nothing to release, as in `yaml.CLoader`."""


def _composer_class() -> Any:
    try:
        from yaml._yaml import CParser  # PyYAML built without libyaml has no such module
    except ImportError:
        return PythonComposer
    return type("CComposer", (_Unresolved, CParser), {})


_DEFAULT_COMPOSER = _composer_class()
_SURROGATE = re.compile("[\ud800-\udfff]")
_NEXT_DOCUMENT = re.compile(r"^---(?=\s|$)", re.MULTILINE)


def parse_documents(text: str, file: str, composer: Any = None) -> tuple[list[Node], list[Diagnostic]]:
    """The documents of one file, in order, and what is wrong with them.

    `file` is the path that spans carry. Empty documents are left out. A document that is not well-formed is reported
    and left out, and reading goes on at the next `---`; a document with other findings is left out too, so that no
    later pass reports what follows from them. `composer` is for tests: a class with the methods of `_Composing`.
    """
    text = text.removeprefix("\ufeff")
    findings = forbidden_characters(text, file) or nests_too_deep(text, file, MAX_DEPTH)
    if findings:
        return [], findings
    nodes: list[Node] = []
    rest: str | None = text
    while rest is not None:
        rest = _parse_until_error(rest, _Conversion(file, text, findings), composer or _DEFAULT_COMPOSER, nodes)
    return nodes, findings


def _parse_until_error(text: str, conversion: "_Conversion", composer: Any, nodes: list[Node]) -> str | None:
    """Appends documents to `nodes`; gives the text to go on with after an error, None at the end.

    The text to go on with has as many empty lines in front as were read, so that its lines count on.
    """
    reader: _Composing | None = None
    findings = conversion.findings
    try:
        reader = composer(text)
        while reader.check_node():
            known = len(findings)
            node = conversion.document(reader.get_node())
            if node is not None and len(findings) == known:
                nodes.append(node)
        return None
    except yaml.YAMLError as error:
        finding, line = syntax_finding(error, text, conversion.file)
        findings.append(finding)
    except RecursionError:  # only the composer in Python; libyaml is guarded by `nests_too_deep`
        findings.append(_oversized(Span(conversion.file, 1, 1, 1, 1), f"nests deeper than {MAX_DEPTH} levels"))
        return None
    finally:
        if reader is not None:
            reader.dispose()
    start = _offset_of_line(text, line)
    following = _NEXT_DOCUMENT.search(text, start)
    return None if following is None else "\n" * text.count("\n", 0, following.start()) + text[following.start() :]


def _offset_of_line(text: str, line: int) -> int:
    """Where the line after `line` (from 1) starts."""
    offset = 0
    for _ in range(line):
        offset = text.find("\n", offset) + 1
        if offset == 0:
            return len(text)
    return offset


class _Conversion:
    """Turns composed nodes of one file into ours; holds what the recursion shares."""

    __slots__ = ("count", "depth", "file", "findings", "lines", "seen", "text")

    def __init__(self, file: str, text: str, findings: list[Diagnostic]) -> None:
        self.file = file
        self.text = text
        self.findings = findings
        self.lines: list[str] = []
        self.seen: dict[int, tuple[Node, int] | None] | None = {} if "*" in text else None
        self.count = 0
        self.depth = 0

    def document(self, root: Any) -> Node | None:
        """The tree of one document; None for an empty one."""
        if root.__class__ is ScalarNode and not root.value and not root.style and not root.tag:
            return None
        self.count = 0
        self.depth = 0
        if self.seen is not None:
            self.seen = {}
        node = self.node(root, None)
        if self.count > MAX_NODES:
            span = Span(self.file, node.span.line, node.span.column, node.span.line, node.span.column)
            self.findings.append(_oversized(span, f"holds more than {MAX_NODES} values once its aliases are followed"))
        return node

    def node(self, node: Any, key_span: Span | None) -> Node:
        """One value. `key_span` is the place of the key that holds it."""
        self.count += 1
        if node.__class__ is ScalarNode:
            return self.scalar(node, key_span)
        if self.seen is None:
            return self.collection(node, key_span)
        return self.shared(node, key_span, self.seen)

    def shared(self, node: Any, key_span: Span | None, seen: dict[int, tuple[Node, int] | None]) -> Node:
        """A collection that an alias may name again: it is converted once, and counted each time it is used."""
        if id(node) not in seen:
            seen[id(node)] = None
            before = self.count
            made = self.collection(node, key_span)
            seen[id(node)] = (made, self.count - before)
            return made
        known = seen[id(node)]
        if known is None:
            span = self.span(node.start_mark, node.start_mark)
            self.findings.append(_oversized(span, "holds an alias of itself"))
            return Node(None, span, key_span)
        self.count += known[1]
        return Node(known[0].value, known[0].span, key_span)

    def collection(self, node: Any, key_span: Span | None) -> Node:
        """A mapping or a sequence, with the tag and the depth looked at."""
        start = node.start_mark
        if node.tag and node.tag != _CORE + ("map" if node.__class__ is MappingNode else "seq"):
            self.findings.append(_unknown_tag(node.tag, self.span(start, start)))
        if self.depth >= MAX_DEPTH:
            if self.depth == MAX_DEPTH:
                self.findings.append(_oversized(self.span(start, start), f"nests deeper than {MAX_DEPTH} levels"))
            self.depth = MAX_DEPTH + 1  # said once a document; `document` starts over
            return Node(None, self.span(start, start), key_span)
        self.depth += 1
        value: dict[str, Node] | list[Node]
        if node.__class__ is MappingNode:
            value = self.mapping(node)
            last = next(reversed(value.values())) if value else None
        else:
            value = [self.node(item, None) for item in node.value]
            last = value[-1] if value else None
        if self.depth <= MAX_DEPTH:
            self.depth -= 1
        if node.flow_style or last is None or last.span[3] <= start.line:
            return Node(value, self.span(start, node.end_mark), key_span)
        return Node(value, Span(self.file, start.line + 1, start.column + 1, last.span[3], last.span[4]), key_span)

    def mapping(self, node: MappingNode) -> dict[str, Node]:
        """The children of a mapping by key; a key of the wrong sort is reported and its value still looked at."""
        children: dict[str, Node] = {}
        file = self.file
        for key_node, value_node in node.value:
            start, end = key_node.start_mark, key_node.end_mark
            span = Span(file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
            key = key_node.value
            if key_node.__class__ is not ScalarNode or (
                not key_node.style and (key == "<<" or key_node.tag or core_scalar(key).__class__ is not str)
            ):
                self.findings.append(_bad_key(key_node, span))
                key = f"{span.line}:{span.column}"
            elif key in children:
                note = "most YAML readers keep the last value and say nothing"
                self.findings.append(duplicate_key(key, span, children[key].key_span, note))
            children[key] = self.node(value_node, span)
        return children

    def scalar(self, node: ScalarNode, key_span: Span | None) -> Node:
        """A scalar by the core schema; what is refused is reported and kept as text."""
        start, end = node.start_mark, node.end_mark
        style, tag = node.style, node.tag
        span = Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
        value: Any = node.value
        if not style and not tag:
            value = core_scalar(value)
            if value.__class__ is Refused:
                self.findings.append(_ambiguous_number(node.value, value, span))
        elif style in ("|", ">"):
            span = self.block_span(span)
        if tag and tag != _STRING:
            value = self.tagged(node, span)
        elif style == '"' and not value.isascii() and _SURROGATE.search(value):
            self.findings.append(_surrogate(span))  # libyaml refuses the escape by itself; the Python scanner does not
        return Node(value, span, key_span)

    def tagged(self, node: ScalarNode, span: Span) -> Any:
        """A scalar with a tag that is not `!!str`: it must be what the tag says."""
        value = core_scalar(node.value)
        kinds: dict[str, tuple[type, ...]] = {
            "int": (int,),
            "float": (float, int),
            "bool": (bool,),
            "null": (type(None),),
        }
        allowed = kinds.get(node.tag.removeprefix(_CORE), ())
        if type(value) not in allowed:
            self.findings.append(_unknown_tag(node.tag, span, node.value if allowed else None))
        return float(value) if node.tag == _CORE + "float" and isinstance(value, int) else value

    def span(self, start: Any, end: Any) -> Span:
        """From mark to mark."""
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def block_span(self, span: Span) -> Span:
        """The span of a block scalar, which the composer ends at the next token, cut after its last line of text."""
        lines = self.lines = self.lines or self.text.split("\n")
        last = min(span.end_line, len(lines)) - (1 if span.end_column == 1 else 0)
        while last > span.line and not lines[last - 1].strip():
            last -= 1
        return Span(span.file, span.line, span.column, last, len(lines[last - 1].rstrip()) + 1)


def duplicate_key(key: str, span: Span, first: Span | None, note: str) -> Diagnostic:
    """The finding on a key that stands twice in a mapping; `note` says what readers make of it."""
    return Diagnostic(
        "MLP003",
        Severity.ERROR,
        f"the key `{key}` is written twice in one mapping",
        Label(span, "written again here"),
        () if first is None else (Label(first, "first written here"),),
        notes=(note,),
        help="delete one of the two",
    )


def _ambiguous_number(text: str, refused: Refused, span: Span) -> Diagnostic:
    shown = text if len(text) <= 40 else text[:37] + "..."
    return Diagnostic(
        "MLP004",
        Severity.ERROR,
        f"the number `{shown}` {refused.reason}",
        Label(span, refused.reason),
        notes=(refused.note,),
        help=f'if it is text, quote it: "{shown}"' + _number_cure(text),
    )


def _number_cure(text: str) -> str:
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    if not re.fullmatch(r"0[0-9]{1,18}", digits):
        return ""
    decimal = sign.replace("+", "") + (digits.lstrip("0") or "0")
    if re.fullmatch(r"0[0-7]+", digits) and digits.strip("0"):
        return f"; if it is a number, write `{decimal}` (base ten) or `{sign}0o{digits.lstrip('0')}` (base eight)"
    return f"; if it is a number, write `{decimal}`"


def _bad_key(node: Any, span: Span) -> Diagnostic:
    if node.__class__ is ScalarNode and node.value == "<<" and not node.tag:
        return Diagnostic(
            "MLP005",
            Severity.ERROR,
            "the merge key `<<` is not read here",
            Label(span, "merge key"),
            notes=("YAML 1.2 has no merge keys, and readers of YAML 1.1 do not agree on which value wins",),
            help="write the fields out, or put them in an environment that this one extends",
        )
    if node.__class__ is ScalarNode and not node.tag:
        what = "an empty key" if not node.value else f"the key `{node.value}` is not text"
        help_text = f'quote it: "{node.value}":' if node.value else "write the name of the field before the colon"
        return Diagnostic("MLP008", Severity.ERROR, what, Label(span, "not text"), help=help_text)
    if node.__class__ is ScalarNode:
        return _unknown_tag(node.tag, span)
    template = node.__class__ is MappingNode and node.flow_style
    notes = ("specs are not templates: `{{ ... }}` is a mapping inside a mapping to YAML",) if template else ()
    return Diagnostic(
        "MLP008",
        Severity.ERROR,
        "a mapping or list stands where a key must stand",
        Label(Span(span.file, span.line, span.column, span.line, span.column + 1), "not text"),
        notes=notes,
        help="if it is text, quote the whole value" if template else "use text as the key",
    )


def _unknown_tag(tag: str, span: Span, text: str | None = None) -> Diagnostic:
    shown = "!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else tag
    if text is not None:
        return Diagnostic(
            "MLP006",
            Severity.ERROR,
            f"`{text}` is not what its tag `{shown}` says",
            Label(span, f"no {shown.removeprefix('!!')}"),
            help="delete the tag, or correct the value",
        )
    return Diagnostic(
        "MLP006",
        Severity.ERROR,
        f"the tag `{shown}` means nothing here",
        Label(span, "unknown tag"),
        notes=("a value is text, a number, true, false, null, a list or a mapping; YAML finds out by itself",),
        help="delete the tag" if shown.startswith("!!") else f'delete the tag, or quote the text: "{shown} ..."',
    )


def _surrogate(span: Span) -> Diagnostic:
    return Diagnostic(
        "MLP009",
        Severity.ERROR,
        "this text holds half of a surrogate pair, which is no character",
        Label(span, "no character"),
        help="write the character itself, or its code as \\U and eight digits",
    )


def _oversized(span: Span, why: str) -> Diagnostic:
    return Diagnostic(
        "MLP007",
        Severity.ERROR,
        f"this document {why}",
        Label(span, "starts here" if "values" in why else "here"),
        help="write the values out, or split the document",
    )


def composer(text: str) -> Any:
    """The composer of a text: `check_node`, `get_node` and `dispose`. Plain scalars have no tag."""
    return _DEFAULT_COMPOSER(text)
