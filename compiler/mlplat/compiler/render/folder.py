"""A hand-written kustomization folder: rendered by the real kustomize, and never with anything from the network."""

import re
from collections.abc import Mapping
from typing import Any

from mlplat.compiler.artifacts import FileTree, Manifest, Node
from mlplat.compiler.render.kustomize import Kustomize, find_kustomize, render
from mlplat.diagnostics import Diagnostic, Label, Severity, Span
from mlplat.objects.go_yaml import parse_stream

_REMOTE = re.compile(r"^(https?://|ssh://|git@|git::|github\.com[/:])|[?&]ref=")
_LISTS = ("resources", "components", "bases", "crds", "configurations", "generators", "transformers")


def render_folder(texts: Mapping[str, str], kustomization: str) -> tuple[tuple[Manifest, ...], tuple[Diagnostic, ...]]:
    """The objects that kustomize makes of a folder.

    `texts` are the files of all hand-written manifests, by path in the repository: a folder may build on another
    environment's. `kustomization` is the path of its main file. Every object is placed at that file: kustomize does
    not tell where it took a value from.
    """
    place = Span(kustomization, 1, 1, 1, 1)
    remote = _remote_bases(texts)
    if remote:
        return (), remote
    found = find_kustomize()
    if not isinstance(found, Kustomize):
        return (), (found,)
    folder = kustomization.rpartition("/")[0]
    rendered = render(found, FileTree(texts), [folder])[0]
    if rendered.problem is not None:
        return (), (_failed(rendered.problem, place),)
    return tuple(Manifest(_node(body, place), place.file) for body in rendered.objects), ()


def _failed(problem: Diagnostic, place: Span) -> Diagnostic:
    return Diagnostic(
        "MLP603",
        Severity.ERROR,
        f"kustomize cannot render `{place.file.rpartition('/')[0]}`",
        Label(place),
        notes=problem.notes,
        help="mend the kustomization; it can use the `manifests/` folders of all environments and nothing else",
    )


def _remote_bases(texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    findings = []
    for path, text in sorted(texts.items()):
        if path.rpartition("/")[2].lower() not in ("kustomization", "kustomization.yaml", "kustomization.yml"):
            continue
        try:
            documents = parse_stream(text)
        except ValueError:
            continue  # kustomize itself says what is wrong with the file
        for entry in (entry for document in documents for key in _LISTS for entry in document.get(key) or ()):
            if isinstance(entry, str) and _REMOTE.search(entry):
                findings.append(_remote(entry, path, text))
    return tuple(findings)


def _remote(entry: str, file: str, text: str) -> Diagnostic:
    lines = text.splitlines()
    line = next((number for number, line in enumerate(lines, 1) if entry in line), 1)
    column = lines[line - 1].find(entry) + 1 if lines else 1
    return Diagnostic(
        "MLP606",
        Severity.ERROR,
        "a hand-written kustomization takes a base from the network",
        Label(Span(file, line, max(column, 1), line, max(column, 1) + len(entry)), "can change without a commit here"),
        notes=("the same commit would then not always build the same manifests, and no build works without network",),
        help="copy the base into `manifests/` and name the folder",
    )


def _node(value: Any, place: Span) -> Node:
    if isinstance(value, dict):
        return Node({key: _node(item, place) for key, item in value.items()}, place)
    if isinstance(value, list):
        return Node([_node(item, place) for item in value], place)
    return Node(value, place)
