"""Two folders of manifests as states: raw YAML, or what kustomize makes of a kustomization."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mlplat.catalog.lookup import Tables, load_tables
from mlplat.catalog.products import V1_JOBS
from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.load.raw import Composed, RawObject, parse_raw, read_texts
from mlplat.compiler.render.foreign import main_file, render_foreign
from mlplat.compiler.render.loaded import is_kustomization
from mlplat.diagnostics import Diagnostic, Severity, Span
from mlplat.diff.state import Side, State
from mlplat.objects.gvk import ref_of
from mlplat.objects.marks import ENVIRONMENT_LABEL, IDENTITY
from mlplat.objects.pointer import steps_of

_RUNS = frozenset({"TrainJob", "Experiment", *V1_JOBS})
"""Kinds of ours whose name ends with the hash of a run."""

_RUN_HASH = re.compile(r"-[0-9a-f]{8}$")
_GENERATED = frozenset({("", "ConfigMap"), ("", "Secret")})
_KUSTOMIZE_HASH = re.compile(r"-[bcdfghkmt2456789]{10}$")
"""What kustomize's generators put behind a name (kustomize api v0.21 `hasher.go`: hex without vowels and the like)."""


def manifests_state(where: str, versions: ComponentVersions) -> State:
    """The objects of a file or folder; a folder with a kustomization is rendered.

    Raises OSError when it cannot be read and ValueError when a file is not UTF-8.
    """
    tables = load_tables(versions)
    if main_file(where) is not None:
        return _rendered(where, tables)
    texts = read_texts(where)
    findings: list[Diagnostic] = []
    raws: list[RawObject] = []
    for file, text in sorted(texts.items()):
        if is_kustomization(file):
            continue
        found, problems = parse_raw(text, file)
        raws += found
        findings += problems
    places = _Places(texts)
    objects = []
    for raw in raws:
        made = _object(raw.body, raw.file, tables, findings)
        if made is not None:
            places.known[id(made)] = raw
            objects.append(made)
    return _state(where, objects, tables, findings, places)


class _Places:
    """Where the values of manifests stand."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)
        self.known: dict[int, RawObject] = {}
        self._composed = Composed(texts)

    def find(self, item: KubeObject, pointer: str) -> Span | None:
        """The place of the value at a pointer of an object, or of the nearest thing above it."""
        raw = self.known.get(id(item))
        if raw is None:
            return None
        return raw.span(tuple(steps_of(pointer)), self._composed)


def _rendered(where: str, tables: Tables) -> State:
    rendered = render_foreign(where)
    if rendered.findings:
        return State(where, {}, rendered.texts, rendered.findings, frozenset({""}))
    findings: list[Diagnostic] = []
    made = (_object(body, where, tables, findings) for body in rendered.objects)
    return _state(where, [item for item in made if item is not None], tables, findings, None)


def _state(
    where: str, objects: Iterable[KubeObject], tables: Tables, findings: Iterable[Diagnostic], places: _Places | None
) -> State:
    side = Side("", tuple(objects), tables, place=places.find if places is not None else None)
    return State(where, {"": side}, places.texts if places is not None else {}, tuple(findings))


def _object(body: Any, file: str, tables: Tables, findings: list[Diagnostic]) -> KubeObject | None:
    """The object of a body; None, with a finding, where it is none."""
    try:
        if not isinstance(body, dict):
            raise ValueError("an object is a mapping with `apiVersion`, `kind` and `metadata`")
        ref_of(body, namespaced=False)  # an object without a header has no kind to look up
        table = tables.lookup(body["apiVersion"], body["kind"])
        ref = ref_of(body, table.namespaced if table is not None else "namespace" in body["metadata"])
    except ValueError as error:
        headline = f"a document of `{file}` is not a Kubernetes object: {error}"
        findings.append(Diagnostic("MLP403", Severity.ERROR, headline, help="mend or remove it"))
        return None
    return KubeObject(body, ref, _logical_name(body, ref.group), file)


def _logical_name(body: Mapping[str, Any], group: str) -> str:
    """The name without the hash of a run of ours, or of kustomize's generators."""
    name = str(body["metadata"]["name"])
    annotations, labels = (body["metadata"].get(field) or {} for field in ("annotations", "labels"))
    if IDENTITY in annotations and ENVIRONMENT_LABEL in labels and body["kind"] in _RUNS:
        return _RUN_HASH.sub("", name)
    return _KUSTOMIZE_HASH.sub("", name) if (group, body["kind"]) in _GENERATED else name
