"""Where specifications write labels and annotations that end up on objects."""

from collections.abc import Iterator
from typing import Any

from mlplat.compiler.artifacts import Node, Path, Resolved, ResolvedEnvironment
from mlplat.objects.pointer import unescape

Entry = tuple[Resolved[Any], Path, str, str]


def labels(env: ResolvedEnvironment) -> Iterator[Entry]:
    """Every label of an object: of the platform, of documents, of notebooks' `podDefaults`."""
    yield from _entries(env.platform, ("spec", "labels"))
    yield from _entries(env.environment, ("metadata", "labels"))
    for document in _documents(env):
        yield from _entries(document, ("metadata", "labels"))
        if document.kind == "Notebook":
            yield from _entries(document, ("spec", "podDefaults"))


def node_labels(env: ResolvedEnvironment) -> Iterator[Entry]:
    """Every label that a node must carry: of node pools and of placements."""
    for index, _ in enumerate(env.environment.document.spec.node_pools):
        yield from _entries(env.environment, ("spec", "nodePools", index, "labels"))
    steps: tuple[Path, ...] = (
        ("spec",),
        ("spec", "trial"),
        ("spec", "predictor"),
        ("spec", "transformer"),
        ("spec", "explainer"),
    )
    for document in _documents(env):
        for step in steps:
            yield from _entries(document, (*step, "placement", "nodeLabels"))


def annotations(env: ResolvedEnvironment) -> Iterator[Entry]:
    """Every annotation of a document."""
    for document in _documents(env):
        yield from _entries(document, ("metadata", "annotations"))


def patched_metadata(env: ResolvedEnvironment) -> Iterator[tuple[Resolved[Any], Path, str, str]]:
    """Every label and annotation of an object itself that a patch writes: document, place, key, and which of both."""
    for document in _documents(env):
        patches = document.node.at(("spec", "patches"))
        for number, _ in patches.children() if patches is not None else ():
            at: Path = ("spec", "patches", number)
            for field, what in (("labels", "label"), ("annotations", "annotation")):
                merged = document.node.at((*at, "merge", "metadata", field))
                for key, _ in merged.children() if merged is not None else ():
                    yield document, (*at, "merge", "metadata", field, key), str(key), what
                operations = document.node.at((*at, "json"))
                for index, operation in operations.children() if operations is not None else ():
                    yield from _written_by(document, (*at, "json", index), operation, f"/metadata/{field}", what)


def _written_by(
    document: Resolved[Any], at: Path, operation: Node, holder: str, what: str
) -> Iterator[tuple[Resolved[Any], Path, str, str]]:
    """The same of one operation of a JSON patch."""
    target, value = operation.at(("path",)), operation.at(("value",))
    pointer = str(target.value) if target is not None else ""
    if pointer == holder:
        for key, _ in value.children() if value is not None else ():
            yield document, (*at, "value", key), str(key), what
    elif pointer.startswith(f"{holder}/"):
        yield document, (*at, "path"), unescape(pointer.removeprefix(f"{holder}/")), what


def _documents(env: ResolvedEnvironment) -> Iterator[Resolved[Any]]:
    for documents in env.documents.values():
        yield from documents.values()


def _entries(document: Resolved[Any], path: Path) -> Iterator[Entry]:
    node = document.node.at(path)
    if node is not None and isinstance(node.value, dict):
        for key, child in node.value.items():
            if isinstance(child.value, str):
                yield document, (*path, key), key, child.value
