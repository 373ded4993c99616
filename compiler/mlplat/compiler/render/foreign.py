"""A kustomization of somebody else, on disk: rendered for a comparison, and never with anything from the network.

kustomize itself runs no program and no Helm without flags that are not given here. What it would fetch is looked for
before it runs, in the folder and in every other that it builds on (`loaded.py`).
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlplat.compiler.render.kustomize import Kustomize, find_kustomize, render_folders
from mlplat.compiler.render.loaded import NAMES, Unknown, bases_of, label_of, unknown_entries
from mlplat.diagnostics import Diagnostic, Label, Severity, Span
from mlplat.objects.texts import decoded


@dataclass(frozen=True, slots=True)
class Foreign:
    """What kustomize makes of a folder. `file` is its main file as the user would write it, `texts` are those that the
    findings point into. With findings there are no objects."""

    file: str
    objects: tuple[dict[str, Any], ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


def main_file(folder: str) -> str | None:
    """The path of the file by which kustomize renders a folder; None for one that it does not render."""
    return next((path.as_posix() for name in NAMES if (path := Path(folder) / name).is_file()), None)


def render_foreign(where: str) -> Foreign:
    """The objects that the real kustomize makes of a folder that has a main file. Raises OSError for one that cannot be
    read."""
    file = main_file(where)
    if file is None:
        raise AssertionError("a folder that kustomize renders")
    walk = _Walk(where)
    findings = tuple(dict.fromkeys(walk.problems()))
    if findings:
        return Foreign(file, (), findings, walk.texts)
    kustomize = find_kustomize()
    if not isinstance(kustomize, Kustomize):
        return Foreign(file, (), (kustomize,))
    path = Path(where).resolve()
    rendered = render_folders(kustomize, path.parent, [path.name])[0]
    if rendered.said:
        return Foreign(file, (), (_failed(where, rendered.said),))
    return Foreign(file, rendered.objects)


class _Walk:
    """A kustomization and all that it builds on. Paths are real ones, as kustomize sees them; `texts` has the main
    files, by the paths that the user would write."""

    def __init__(self, where: str) -> None:
        self._where, self._root = where, os.path.realpath(where)
        self._folders: dict[str, None] = {}
        self.texts: dict[str, str] = {}

    def problems(self) -> Iterator[Diagnostic]:
        """A finding for everything that would be loaded and is not on this disk."""
        left = [self._root]
        while left:
            folder = left.pop()
            file = main_file(folder)
            if folder in self._folders or file is None:
                continue
            self._folders[folder] = None
            shown = os.path.normpath(os.path.join(self._where, os.path.relpath(file, self._root)))
            try:
                text = self.texts[shown] = decoded(Path(file).read_bytes())
                for one in unknown_entries(file, _Files(text, file, self._folders), _Directories()):
                    yield _not_here(one, label_of(one.entry, shown, text))
            except ValueError as error:
                yield _unread(shown, str(error))
                continue
            left += sorted(map(os.path.realpath, bases_of(file, text)))


@dataclass(frozen=True, slots=True)
class _Files(Mapping[str, str]):
    """The files on this disk by their real paths, read where somebody asks for them. Those in and below the folders
    that were seen are listed."""

    main: str
    file: str
    folders: Mapping[str, None]

    def __getitem__(self, path: str) -> str:
        return self.main if path == self.file else Path(path).read_bytes().decode("utf-8", "replace")

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and os.path.isfile(path)

    def __iter__(self) -> Iterator[str]:
        for folder in self.folders:
            for above, _, names in os.walk(folder):
                yield from (os.path.join(above, name) for name in sorted(names))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Directories:
    """The folders on this disk."""

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and os.path.isdir(path)


# ------------------------------------------------------------------------------------------- findings

_RENDER_YOURSELF = "or render it where that may be fetched, and compare what came of it: `kubectl kustomize DIR > FILE`"


def _not_here(one: Unknown, label: Label) -> Diagnostic:
    if one.is_remote:
        return Diagnostic(
            "MLP606",
            Severity.ERROR,
            "a kustomization takes something from the network",
            Label(label.span, "is not fetched"),
            notes=("it may be something else at each comparison: what differs would then be in neither side",),
            help=f"copy it beside the kustomization and name the copy; {_RENDER_YOURSELF}",
        )
    return Diagnostic(
        "MLP603",
        Severity.ERROR,
        f"a kustomization names `{one.entry}`, which is not there",
        Label(label.span, "no file or folder, as a path from here"),
        help="correct the path, which counts from the folder of the kustomization",
    )


def _unread(file: str, problem: str) -> Diagnostic:
    first, *rest = problem.splitlines()
    label, notes = Label(Span(file, 1, 1, 1, 1)), (first, *rest[:4])
    return Diagnostic("MLP603", Severity.ERROR, f"`{file}` cannot be read", label, notes=notes, help="mend the file")


def _failed(where: str, said: tuple[str, ...]) -> Diagnostic:
    headline = f"kustomize cannot render `{where}`"
    return Diagnostic("MLP603", Severity.ERROR, headline, notes=said, help="mend the kustomization")
