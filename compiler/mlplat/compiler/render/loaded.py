"""What a hand-written kustomization would load, and what of it is not in the repository.

kustomize 5 (api/types/kustomization.go, api/internal/loader) reads an entry as a file, as a folder, and, when it is
neither, as an address that it fetches; wherever it reads a file it takes an http(s) address too. So nothing is left
to it that is not known to be one of our files or folders.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import Any

from mlplat.diagnostics import Label, Span
from mlplat.objects.go_yaml import parse_values

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

_BASES = ("resources", "components", "bases")
_LISTS = (*_BASES, "crds", "configurations")
_CONFIGURED = ("generators", "transformers", "validators")
"""Lists of files and folders with objects that configure kustomize, or of such objects written out."""

_WITH_PATH = ("patches", "patchesJson6902", "replacements")
_GENERATORS = ("configMapGenerator", "secretGenerator")
_FETCHES = ("helmCharts", "helmChartInflationGenerator")
_NAMED_PATHS = re.compile("paths?|files?|envs?|jsonOp|repo|chart|resources|configurations|crds")
"""Fields of such objects in which a path may stand, among texts that are none."""

_ADDRESS = re.compile(
    r"^\w[\w+.-]*:|://|^[\w.-]+@|[?&]ref=|\.git(?:/|$|\?)|^//|^(?:[\w-]+\.)+[a-z]{2,}[/:]|::", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """An entry that is not in the repository; `is_remote` when it has the form of an address."""

    entry: str
    is_remote: bool


def is_kustomization(path: str) -> bool:
    """True for the main file of a folder that kustomize renders."""
    return path.rpartition("/")[2] in NAMES


def bases_of(file: str, text: str) -> Iterator[str]:
    """The folders that a kustomization builds on or is configured by, by their path, whether they exist or not."""
    for document in _documents(text):
        for entry in _texts(document, (*_BASES, *_CONFIGURED)):
            if not _is_written_out(entry):
                yield normpath(join(dirname(file), entry))


def unknown_entries(file: str, texts: Mapping[str, str], folders: Container[str]) -> Iterator[Unknown]:
    """Everything that the kustomization `file` would load and that is none of `texts` and `folders`.

    Raises ValueError when the file cannot be read as YAML.
    """
    for document in parse_values(texts[file]):
        if not isinstance(document, dict):
            continue
        for entry in _entries(document):
            place = normpath(join(dirname(file), entry))
            if entry.startswith("/") or not (place in texts or place in folders):
                yield Unknown(entry, _ADDRESS.search(entry) is not None)
        for entry in _texts(document, _CONFIGURED):
            place = normpath(join(dirname(file), entry))
            if _is_written_out(entry):
                yield from _remote_in(entry)
            elif entry.startswith("/") or not (place in texts or place in folders):
                yield Unknown(entry, _ADDRESS.search(entry) is not None)
            else:
                for path in (path for path in texts if path == place or path.startswith(f"{place}/")):
                    if not is_kustomization(path):  # looked at for itself
                        yield from _remote_in(texts[path])
        for key in _FETCHES:
            if document.get(key):
                yield Unknown(key, True)


def label_of(entry: str, file: str, text: str) -> Label:
    """The first place in a kustomization where an entry is written."""
    lines = text.splitlines() or [""]
    line = next((number for number, line in enumerate(lines, 1) if entry in line), 1)
    column = max(lines[line - 1].find(entry) + 1, 1)
    return Label(Span(file, line, column, line, column + len(entry)))


def _entries(document: Mapping[str, Any]) -> Iterator[str]:
    """Entries that can only be paths."""
    yield from _texts(document, _LISTS)
    yield from (entry for entry in _texts(document, ("patchesStrategicMerge",)) if not _is_written_out(entry))
    for key in _WITH_PATH:
        yield from (entry["path"] for entry in _maps(document, key) if isinstance(entry.get("path"), str))
    openapi = document.get("openapi")
    if isinstance(openapi, dict) and isinstance(openapi.get("path"), str):
        yield openapi["path"]
    for key in _GENERATORS:
        for entry in _maps(document, key):
            for source in _texts(entry, ("files",)):
                yield source.partition("=")[2] if "=" in source else source
            yield from _texts(entry, ("envs", "env"))


def _remote_in(text: str) -> Iterator[Unknown]:
    """Addresses in the objects that configure kustomize. Those of the repository are looked for by kustomize."""
    for document in _documents(text):
        for entry in _strings(document, ""):
            source = entry.partition("=")[2] if "=" in entry else entry
            if _ADDRESS.search(source):
                yield Unknown(source, True)


def _strings(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, str(name))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner, key)
    elif isinstance(value, str) and _NAMED_PATHS.fullmatch(key):
        yield value


def _documents(text: str) -> tuple[Mapping[str, Any], ...]:
    try:
        return tuple(one for one in parse_values(text) if isinstance(one, dict))
    except ValueError:
        return ()  # kustomize says what is wrong with it


def _texts(document: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        value = document.get(key)
        for entry in value if isinstance(value, list | tuple) else (value,):
            if isinstance(entry, str):
                yield entry


def _maps(document: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    value = document.get(key)
    yield from (one for one in (value if isinstance(value, list | tuple) else ()) if isinstance(one, dict))


def _is_written_out(entry: str) -> bool:
    """True for an object in the place of a path."""
    return "\n" in entry.strip() or (": " in entry and not _ADDRESS.search(entry)) or entry.lstrip()[:1] in "{["
