"""Manifests from anywhere, read as kubectl reads them; places are looked up only where a finding needs one."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from mlplat.compiler.load.forbidden import nests_too_deep
from mlplat.compiler.load.json_places import json_span
from mlplat.compiler.load.syntax import syntax_finding
from mlplat.compiler.load.yaml import composer, duplicate_key
from mlplat.diagnostics import Diagnostic, Label, Severity, Span
from mlplat.objects.goyaml_scalars import go_scalar
from mlplat.objects.gvk import ref_of
from mlplat.objects.json_texts import json_documents
from mlplat.objects.lists import list_items
from mlplat.objects.nesting import MAX_DEPTH, may_repeat, oversized
from mlplat.objects.nesting import nests_too_deep as values_nest_too_deep
from mlplat.objects.texts import MANIFEST_SUFFIXES, decoded

STDIN = "-"
_TWICE = "kubectl keeps the last value and says nothing; strict decoding refuses the object"
_STRING = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class RawObject:
    """One object as it was written. `document` counts the documents of its file from 1; empty ones count too.

    `inside` are the steps from the document to the object, where the document is a List. A document that was read as
    JSON has no `root`; `begins` is where it does, in the text.
    """

    body: Any
    file: str
    document: int
    root: Any = None
    inside: tuple[str | int, ...] = ()
    begins: int = 0

    def span(self, steps: tuple[str, ...], composed: "Composed") -> Span:
        """Where a value stands, or the nearest thing above it."""
        found_span = None
        if self.root is None:
            steps_there = (*map(str, self.inside), *steps)
            found_span = json_span(composed.texts[self.file], steps_there, self.file, self.begins)
        if found_span is not None:
            return found_span
        node = self.root if self.root is not None else composed.root(self.file)
        key = None
        for step in (*map(str, self.inside), *steps):
            found = composed.child(node, step)
            if found is None:
                break
            key, node = found
        place = key if key is not None and not isinstance(node, ScalarNode) else node
        if place is None:
            return Span(self.file, 1, 1, 1, 1)
        start, end = place.start_mark, place.end_mark
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


@dataclass(frozen=True, slots=True)
class Composed:
    """Texts that were read as JSON, composed again, once each, where a place in them is asked for."""

    texts: Mapping[str, str]
    _roots: dict[str, Any] = field(default_factory=dict)
    _members: dict[int, tuple[Any, dict[str, Any]]] = field(default_factory=dict)
    """Of mappings that a place was looked up in: the node, so that it stays, and its members by key."""

    def root(self, file: str) -> Any:
        """The composed document of a file; None when it is no YAML."""
        if file not in self._roots:
            self._roots[file] = _compose(self.texts[file])
        return self._roots[file]

    def child(self, node: Any, step: str) -> tuple[Any, Any] | None:
        """The key (None in a list) and the value of a member of a node; None when there is no such member."""
        if isinstance(node, MappingNode):
            if id(node) not in self._members:
                members: dict[str, Any] = {}
                for key, value in node.value:
                    if isinstance(key, ScalarNode):
                        members.setdefault(key.value, (key, value))
                self._members[id(node)] = (node, members)
            found: tuple[Any, Any] | None = self._members[id(node)][1].get(step)
            return found
        if isinstance(node, SequenceNode) and step.isdecimal() and int(step) < len(node.value):
            return None, node.value[int(step)]
        return None


def headless(raw: RawObject, body: Any, places: Composed) -> Diagnostic | None:
    """The finding on what is no Kubernetes object (MLP403), None for one. `body` is the object as it is judged."""
    try:
        if not isinstance(body, dict):
            raise ValueError("an object is a mapping with `apiVersion`, `kind` and `metadata`")
        ref_of(body, namespaced=False)
    except ValueError as error:
        label = Label(raw.span((), places), "not a Kubernetes object")
        cure = "give it `apiVersion`, `kind` and `metadata.name`, or remove it"
        return Diagnostic("MLP403", Severity.ERROR, str(error), label, help=cure, pointer="")
    return None


def read_texts(where: str, unread: Callable[[Diagnostic], None] | None = None) -> dict[str, str]:
    """The texts of a file, of all YAML and JSON files of a folder and below, or of standard input (`-`), by path.
    Hidden folders (`.git`, `.github`) and `node_modules` are no manifests.

    Raises OSError when something cannot be read, and ValueError with a sentence when a file is not UTF-8; with
    `unread`, that is told as a finding, and the other files are read.
    """
    if where == STDIN:
        contents = {STDIN: sys.stdin.buffer.read()}
    elif not Path(where).is_dir():
        contents = {where: Path(where).read_bytes()}
    else:
        contents = {one.as_posix(): one.read_bytes() for one in sorted(_manifests_below(Path(where)))}
    texts = {}
    for name, content in contents.items():
        try:
            texts[name] = decoded(content)
        except ValueError as error:
            if unread is None:
                called = "standard input" if name == STDIN else name
                raise ValueError(f"cannot read `{called}`: {error}") from None
            place = Label(Span(name, 1, 1, 1, 1), "not UTF-8")
            cure = "save the file as UTF-8, or take it out of the folder"
            unread(Diagnostic("MLP001", Severity.ERROR, f"the file cannot be read: {error}", place, help=cure))
    return texts


def _manifests_below(folder: Path) -> Iterator[Path]:
    for one in folder.rglob("*"):
        inside = one.relative_to(folder).parts[:-1]
        if one.suffix in MANIFEST_SUFFIXES and one.is_file() and not any(_is_no_manifests(part) for part in inside):
            yield one


def _is_no_manifests(folder: str) -> bool:
    return folder.startswith(".") or folder == "node_modules"


def parse_raw(text: str, file: str) -> tuple[list[RawObject], list[Diagnostic]]:
    """All objects of a text, Lists taken apart, and what keeps a document from being read."""
    text = text.removeprefix("\ufeff")
    objects: list[RawObject] = []
    findings: list[Diagnostic] = []
    if text.lstrip()[:1] == "{":
        found = _from_json(text, file, findings)
        if found is not None:
            return found, findings
    deep = nests_too_deep(text, file, MAX_DEPTH)
    if deep:
        return objects, deep
    aliases = may_repeat(text)
    for number, root in _documents(text, file, findings):
        reader = _Reader(file, findings)
        known = len(findings)
        problem = oversized(root) if aliases else None
        if problem is not None:
            reader.refuse_size(problem[1], problem[0])
            continue
        body = reader.value(root, 1)
        if body is not None and len(findings) == known:
            objects += _unpacked(RawObject(body, file, number, root))
    return objects, findings


def _from_json(text: str, file: str, findings: list[Diagnostic]) -> list[RawObject] | None:
    """The objects of JSON documents; None where the text is another one (YAML's flow style), and where one nests too
    deep: YAML tells the place of that."""
    twice: list[str] = []

    def pairs(entries: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(entries)
        if len(made) != len(entries):
            names = [name for name, _ in entries]
            twice.extend(name for name in made if names.count(name) > 1)
        return made

    try:
        documents = list(json_documents(text, pairs))
    except (ValueError, RecursionError):
        return None
    if twice:
        findings.append(duplicate_key(twice[0], Span(file, 1, 1, 1, 1), None, _TWICE))
        return []
    if any(not isinstance(body, dict) or values_nest_too_deep(body) for _, body in documents):
        return None
    raws = (RawObject(body, file, number, begins=begins) for number, (begins, body) in enumerate(documents, 1))
    return [item for raw in raws for item in _unpacked(raw)]


def _unpacked(item: RawObject) -> Iterator[RawObject]:
    """An object, or the members of a List."""
    items = list_items(item.body)
    if items is None:
        yield item
    for index, member in enumerate(items or ()):
        yield from _unpacked(replace(item, body=member, inside=(*item.inside, "items", index)))


def _documents(text: str, file: str, findings: list[Diagnostic]) -> Iterator[tuple[int, Any]]:
    reader = None
    number = 0
    try:
        reader = composer(text)
        while reader.check_node():
            number += 1
            yield number, reader.get_node()
    except yaml.YAMLError as error:
        findings.append(syntax_finding(error, text, file)[0])
    finally:
        if reader is not None:
            reader.dispose()


def _compose(text: str) -> Any:
    reader = composer(text)
    try:
        return reader.get_node() if reader.check_node() else None
    except yaml.YAMLError:
        return None
    finally:
        reader.dispose()


class _Reader:
    """Composed nodes to plain values; holds what the recursion shares."""

    __slots__ = ("file", "findings")

    def __init__(self, file: str, findings: list[Diagnostic]) -> None:
        self.file = file
        self.findings = findings

    def value(self, node: Any, depth: int) -> Any:
        """The value of a node; `depth` counts the levels down to it."""
        kind = node.__class__
        if kind is ScalarNode:
            if not node.style and not node.tag:
                return self.plain(node)
            return node.value if node.tag in ("", _STRING) else self.tagged(node)
        if depth > MAX_DEPTH:
            self.refuse_size(node, f"nests deeper than {MAX_DEPTH} levels")
            return None
        if kind is SequenceNode:
            return [self.value(item, depth + 1) for item in node.value]
        return self.mapping(node, depth + 1)

    def mapping(self, node: Any, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, inner in node.value:
            name = key.value
            if key.__class__ is not ScalarNode:
                self.refuse(
                    key,
                    "a mapping or list stands where a key must stand",
                    "not text",
                    "write the key as text",
                    "MLP008",
                )
                continue
            if name == "<<" and not key.style:
                self.merge(self.value(inner, depth), merged)
                continue
            if name in made:
                first = next(other for other, _ in node.value if other.value == name)
                self.findings.append(duplicate_key(name, self.span(key), self.span(first), _TWICE))
            made[name] = self.value(inner, depth)
        return {**merged, **made} if merged else made

    def merge(self, value: Any, merged: dict[str, Any]) -> None:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                merged.update({key: inner for key, inner in one.items() if key not in merged})

    def plain(self, node: Any) -> Any:
        try:
            return go_scalar(node.value)
        except ValueError as error:
            self.refuse(node, str(error), "not a number", "quote it, or write another number", "MLP004")
            return None

    def tagged(self, node: Any) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        value = self.plain(node)
        if kind in ("int", "float", "bool", "null", "timestamp", "binary"):
            return value if kind not in ("timestamp", "binary") else node.value
        self.refuse(node, f"the tag `{node.tag}` means nothing in a manifest", "unknown tag", "delete the tag")
        return None

    def refuse(self, node: Any, headline: str, label: str, cure: str, code: str = "MLP006") -> None:
        self.findings.append(Diagnostic(code, Severity.ERROR, headline, Label(self.span(node), label), help=cure))

    def refuse_size(self, node: Any, problem: str) -> None:
        """Said once a document: a bound that is passed is passed in many places."""
        if not any(one.code == "MLP007" for one in self.findings):
            help_text = "write the values out, or split the document"
            label = Label(self.span(node), "here")
            self.findings.append(Diagnostic("MLP007", Severity.ERROR, f"the document {problem}", label, help=help_text))

    def span(self, node: Any) -> Span:
        start, end = node.start_mark, node.end_mark
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
