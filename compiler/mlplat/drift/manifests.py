"""The declared side from plain manifests: `--declared FILE|DIR|-`, no platform needed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from mlplat.catalog import node as nodes
from mlplat.catalog.lookup import Tables
from mlplat.catalog.node import Node
from mlplat.cluster.redaction import redact
from mlplat.compare.difference import Path as Place
from mlplat.compiler.load.raw import Composed, RawObject, headless, parse_raw, read_texts
from mlplat.compiler.render.foreign import main_file, render_foreign
from mlplat.diagnostics import Diagnostic, Span
from mlplat.drift.declared import DeclaredObject, DeclaredSet
from mlplat.drift.report import Note, NoteReason, ObjectName
from mlplat.objects.equality import is_map
from mlplat.objects.gvk import GVK, ObjectRef, gvk_of, ref_of
from mlplat.objects.marks import ENVIRONMENT_LABEL


@dataclass(frozen=True, slots=True)
class Manifests:
    """Objects as they were written, in order, and the texts that they stand in. With a finding that is an error they
    are not all there."""

    objects: tuple[RawObject, ...]
    texts: Mapping[str, str]
    findings: tuple[Diagnostic, ...]


def read_manifests(where: str) -> Manifests:
    """The manifests of a file, of a folder and below, or of standard input; a folder with a kustomization is rendered.

    Raises OSError when something cannot be read, ValueError when a file is not UTF-8 text.
    """
    if main_file(where) is not None:
        return _rendered(where)
    texts = read_texts(where)
    objects: list[RawObject] = []
    findings: list[Diagnostic] = []
    for file, text in sorted(texts.items()):
        found, problems = parse_raw(text, file)
        objects += found
        findings += problems
    places = Composed(texts)
    findings += [problem for raw in objects if (problem := _headless(raw, places)) is not None]
    return Manifests(tuple(objects), texts, tuple(findings))


def _rendered(where: str) -> Manifests:
    rendered = render_foreign(where)
    if rendered.findings:
        return Manifests((), rendered.texts, rendered.findings)
    objects = (RawObject(body, rendered.file, 1, inside=("",)) for body in rendered.objects)
    return Manifests(tuple(objects), {rendered.file: ""}, ())


def _headless(raw: RawObject, places: Composed) -> Diagnostic | None:
    metadata = raw.body.get("metadata") if isinstance(raw.body, dict) else None
    if isinstance(metadata, dict) and metadata.get("generateName") and not metadata.get("name"):
        return None
    return headless(raw, raw.body, places)


@dataclass(frozen=True, slots=True)
class Reading:
    """How manifests are read: `namespace` is that of namespaced objects that name none, `scopes` whether a kind is
    namespaced, by (group, kind), where the live side knows and no schema does."""

    tables: Tables
    namespace: str
    scopes: Mapping[tuple[str, str], bool]

    def is_namespaced(self, body: Mapping[str, Any], gvk: GVK) -> bool:
        """Whether an object lies in a namespace: what its schema says, else the live side, else the object itself."""
        table = self.tables.lookup(gvk.api_version, gvk.kind) or self.tables.of_kind(gvk.group, gvk.kind)
        if table is not None:
            return table.namespaced
        return self.scopes.get(gvk.group_kind, bool(body["metadata"].get("namespace")))


def declare(manifests: Manifests, reading: Reading, tracking: tuple[str, str] | None) -> DeclaredSet:
    """The declared set of some manifests without errors.

    `tracking` is the label of orphans; None for the environment's label where all objects that carry it agree.
    """
    places = Composed(manifests.texts)
    made: dict[ObjectRef, DeclaredObject] = {}
    notes: list[Note] = []
    for raw in manifests.objects:
        body = redact(_as_written(raw, reading.tables))
        gvk = gvk_of(body)
        metadata = body["metadata"]
        table = reading.tables.lookup(gvk.api_version, gvk.kind)
        if not metadata.get("name"):
            name = ObjectName(gvk.api_version, gvk.kind, metadata.get("namespace"), None)
            text = f"`generateName: {metadata['generateName']}` makes another object each time: nothing to compare with"
            notes.append(Note(NoteReason.GENERATED_NAME, text, name))
            continue
        ref = ref_of(body, reading.is_namespaced(body, gvk), reading.namespace)
        item = DeclaredObject(body, gvk, ref, table, _locator(raw, places))
        if ref in made:
            text = "it is declared more than once: the last one is compared"
            notes.append(Note(NoteReason.DECLARED_TWICE, text, item.name))
        made[ref] = item
    objects = tuple(made.values())
    return DeclaredSet(objects, tracking=tracking or _tracking(objects), notes=tuple(notes))


def _as_written(raw: RawObject, tables: Tables) -> dict[str, Any]:
    """An object in which every text is one: where a field is a text, `on`, `08` and `1.10` are what was written.

    kubectl reads a boolean or number there and the server refuses it, so that an object that is in the cluster came
    through kustomize, which keeps the text.
    """
    body: dict[str, Any] = raw.body
    table = tables.lookup(body["apiVersion"], body["kind"])
    node = raw.root
    for step in raw.inside:
        node = _below(node, step)
    return _texted(body, node, table.schema) if table is not None and node is not None else body


def _texted(value: Any, written: Any, node: Node | None) -> Any:
    if not node or written is None:
        return value
    if isinstance(value, dict):
        return {
            key: _texted(inner, _below(written, key), nodes.child(node, key)) if inner is not None else None
            for key, inner in value.items()
        }
    if isinstance(value, list):
        below = nodes.items(node)
        return [_texted(item, _below(written, index), below) for index, item in enumerate(value)]
    is_text = node.get("type") == "string" and isinstance(written, ScalarNode)
    return str(written.value) if is_text and value is not None and not isinstance(value, str) else value


def _below(node: Any, step: str | int) -> Any:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


def _locator(raw: RawObject, places: Composed) -> Any:
    texts = raw.body.get("stringData") if raw.body.get("kind") == "Secret" else None

    def locate(path: Place) -> Span | None:
        if path[:1] == ("data",) and len(path) == 2 and is_map(texts) and path[1] in texts:
            path = ("stringData", path[1])
        if raw.inside == ("",):  # kustomize does not say where it took a value from
            return Span(raw.file, 1, 1, 1, 1)
        return raw.span(tuple(map(str, path)), places)

    return locate


def _tracking(objects: Sequence[DeclaredObject]) -> tuple[str, str] | None:
    values = sorted(set(_labels(objects)))
    return (ENVIRONMENT_LABEL, values[0]) if len(values) == 1 else None


def _labels(objects: Sequence[DeclaredObject]) -> Iterator[str]:
    for item in objects:
        labels = item.body["metadata"].get("labels")
        value = labels.get(ENVIRONMENT_LABEL) if is_map(labels) else None
        if isinstance(value, str):
            yield value
