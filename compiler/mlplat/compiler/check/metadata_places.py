"""Where specifications write labels and annotations that end up on objects."""

from collections.abc import Iterator
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment

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


def _documents(env: ResolvedEnvironment) -> Iterator[Resolved[Any]]:
    for documents in env.documents.values():
        yield from documents.values()


def _entries(document: Resolved[Any], path: Path) -> Iterator[Entry]:
    node = document.node.at(path)
    if node is not None and isinstance(node.value, dict):
        for key, child in node.value.items():
            if isinstance(child.value, str):
                yield document, (*path, key), key, child.value
