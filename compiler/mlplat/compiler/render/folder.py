"""A hand-written kustomization folder: rendered by the real kustomize, and never with anything from the network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import FileTree, Manifest, Node
from mlplat.compiler.render.kustomize import Kustomize, find_kustomize, render
from mlplat.compiler.render.loaded import bases_of, is_kustomization, label_of, unknown_entries
from mlplat.diagnostics import Diagnostic, Label, Severity, Span


@dataclass(frozen=True, slots=True)
class Split:
    """The files of a `manifests/` folder: the main files that kustomize is to render, and the plain manifests."""

    rendered: tuple[str, ...]
    plain: Mapping[str, str]


def split_manifests(texts: Mapping[str, str]) -> Split:
    """What kustomize renders and what is taken as it is. `texts` are the files by path.

    A kustomization covers everything in and below its folder: what lies there is no manifest by itself, and another
    kustomization below is rendered only if this one names it. So is one beside it that it builds on.
    """
    main = sorted((path for path in texts if is_kustomization(path)), key=lambda path: (path.count("/"), path))
    covered: dict[str, str] = {}
    for path in main:
        folder = path.rpartition("/")[0]
        if not any(folder == other or folder.startswith(f"{other}/") for other in covered):
            covered[folder] = path
    built_on = {base for path in main for base in bases_of(path, texts[path])}
    plain = {path: text for path, text in texts.items() if not any(path.startswith(f"{one}/") for one in covered)}
    return Split(tuple(path for folder, path in covered.items() if folder not in built_on), plain)


def render_folder(texts: Mapping[str, str], kustomization: str) -> tuple[tuple[Manifest, ...], tuple[Diagnostic, ...]]:
    """The objects that kustomize makes of a folder.

    `texts` are the files of all hand-written manifests, by path in the repository: a folder may build on another
    environment's. `kustomization` is the path of its main file. Every object is placed at that file: kustomize does
    not tell where it took a value from.
    """
    place = Span(kustomization, 1, 1, 1, 1)
    unknown = _unknown(texts)
    if unknown:
        return (), unknown
    found = find_kustomize()
    if not isinstance(found, Kustomize):
        return (), (found,)
    folder = kustomization.rpartition("/")[0]
    rendered = render(found, FileTree(texts), [folder])[0]
    if rendered.said:
        return (), (_failed(rendered.said, place),)
    return tuple(Manifest(_node(body, place), place.file) for body in rendered.objects), ()


def _failed(said: tuple[str, ...], place: Span) -> Diagnostic:
    return Diagnostic(
        "MLP603",
        Severity.ERROR,
        f"kustomize cannot render `{place.file.rpartition('/')[0]}`",
        Label(place),
        notes=said,
        help="mend the kustomization; it can use the `manifests/` folders of all environments and nothing else",
    )


def _unknown(texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Findings on all that some kustomization would load and that is not here. With one, none is rendered."""
    folders = frozenset(folder for path in texts for folder in _above(path))
    findings: dict[Diagnostic, None] = {}
    for path, text in sorted(texts.items()):
        if not is_kustomization(path):
            continue
        try:
            for one in unknown_entries(path, texts, folders):
                label = label_of(one.entry, path, text)
                findings[_remote(label) if one.is_remote else _missing(one.entry, label)] = None
        except ValueError as error:
            findings[_unread(path, str(error))] = None
    return tuple(findings)


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _remote(label: Label) -> Diagnostic:
    return Diagnostic(
        "MLP606",
        Severity.ERROR,
        "a hand-written kustomization takes something from the network",
        Label(label.span, "can change without a commit here"),
        notes=("the same commit would then not always build the same manifests, and no build works without network",),
        help="copy it into `manifests/` and name the file or folder",
    )


def _missing(entry: str, label: Label) -> Diagnostic:
    return Diagnostic(
        "MLP603",
        Severity.ERROR,
        f"a hand-written kustomization names `{entry}`, which is not there",
        Label(label.span, "no file or folder of a `manifests/` folder"),
        notes=("files whose names begin with a dot are not read",),
        help="correct the path, which counts from the folder of the kustomization",
    )


def _unread(file: str, problem: str) -> Diagnostic:
    first, *rest = problem.splitlines()
    return Diagnostic(
        "MLP603",
        Severity.ERROR,
        f"kustomize cannot render `{file.rpartition('/')[0]}`",
        Label(Span(file, 1, 1, 1, 1)),
        notes=(first, *rest[:4]),
        help="mend the kustomization",
    )


def _node(value: Any, place: Span) -> Node:
    if isinstance(value, dict):
        return Node({key: _node(item, place) for key, item in value.items()}, place)
    if isinstance(value, list):
        return Node([_node(item, place) for item in value], place)
    return Node(value, place)
