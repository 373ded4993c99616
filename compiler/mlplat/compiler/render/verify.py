"""The proof: what kustomize renders from the files is, object by object, what the compiler meant."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlplat.compare.masked import masked
from mlplat.compiler.artifacts import BASE, FileTree, KubeObject, ObjectSet
from mlplat.compiler.render.kustomize import Kustomize, RenderedFolder, render
from mlplat.diagnostics import Diagnostic, ObjectAddress, Severity
from mlplat.diagnostics.mask import MASK
from mlplat.objects.equality import first_difference
from mlplat.objects.pointer import steps_of

_Key = tuple[str, str, str, str]
_BUG = "this is a bug in mlplat: report it with the two values"
_LONGEST = 80


def verify(kustomize: Kustomize, tree: FileTree, object_sets: Iterable[ObjectSet]) -> tuple[Diagnostic, ...]:
    """Findings where kustomize and the compiler do not agree exactly; none when they do. Every unit is rendered.

    MLP603 a folder that cannot be rendered, MLP604 an object that differs, MLP605 one that is missing or too many.
    """
    meant = {folder: objects for held in object_sets for folder, objects in _folders(held).items()}
    findings: list[Diagnostic] = []
    for rendered in render(kustomize, tree, sorted(meant)):
        findings += [_failed(rendered)] if rendered.said else compare_folder(rendered, meant[rendered.folder])
    return tuple(findings)


def _failed(rendered: RenderedFolder) -> Diagnostic:
    folder = f"generated/{rendered.folder}"
    return Diagnostic(
        "MLP603",
        Severity.ERROR,
        f"kustomize cannot render `{folder}`",
        notes=rendered.said,
        help=f"run `kubectl kustomize {folder}` to see it; if the folder was just built, report a bug",
    )


def compare_folder(rendered: RenderedFolder, meant: Iterable[KubeObject]) -> Iterator[Diagnostic]:
    """Findings on one folder, sorted by object."""
    declared: dict[_Key, Mapping[str, Any]] = {_key(item.body): item.body for item in meant}
    found: dict[_Key, Mapping[str, Any]] = {_key(body): body for body in rendered.objects}
    folder = f"generated/{rendered.folder}"
    for key in sorted({*declared, *found}):
        if key not in found:
            yield _presence(key, f"kustomize renders no {_name(key)} from `{folder}`")
        elif key not in declared:
            yield _presence(key, f"kustomize renders a {_name(key)} from `{folder}` that is not compiled")
        else:
            pointer = first_difference(declared[key], found[key])
            if pointer is not None:
                yield _difference(key, folder, pointer, (declared[key], found[key]))
    if len(found) != len(rendered.objects):
        yield Diagnostic("MLP605", Severity.ERROR, f"kustomize renders an object twice from `{folder}`", help=_BUG)


def _folders(held: ObjectSet) -> dict[str, list[KubeObject]]:
    prefix = "base" if held.environment == BASE else f"overlays/{held.environment}"
    folders: dict[str, list[KubeObject]] = {}
    for item in held.objects:
        folders.setdefault(f"{prefix}/{item.unit}", []).append(item)
    return folders


def _key(body: Mapping[str, Any]) -> _Key:
    metadata = body.get("metadata") or {}
    return (
        str(body.get("apiVersion", "")),
        str(body.get("kind", "")),
        str(metadata.get("namespace") or ""),
        str(metadata.get("name", "")),
    )


def _name(key: _Key) -> str:
    _, kind, namespace, name = key
    return f"{kind} `{namespace}/{name}`" if namespace else f"{kind} `{name}`"


def _presence(key: _Key, headline: str) -> Diagnostic:
    return Diagnostic("MLP605", Severity.ERROR, headline, help=_BUG, address=_address(key))


def _difference(
    key: _Key, folder: str, pointer: str, bodies: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> Diagnostic:
    names = ("compiled", "rendered")
    hidden = key[1] == "Secret"  # whatever stands in one is nobody's business
    return Diagnostic(
        "MLP604",
        Severity.ERROR,
        f"kustomize renders {_name(key)} otherwise than it was compiled, first at `{pointer}`",
        notes=(
            *(f"{name}: {_shown(body, pointer, hidden)}" for name, body in zip(names, bodies, strict=True)),
            f"rendered from `{folder}`",
        ),
        help=_BUG,
        address=_address(key),
        pointer=pointer,
    )


def _shown(body: Any, pointer: str, hidden: bool) -> str:
    """The value at a pointer, short; `(absent)` where there is none."""
    whole, path = body, tuple(int(step) if step.isdecimal() else step for step in steps_of(pointer))
    for key in steps_of(pointer):
        if isinstance(body, Mapping) and key in body:
            body = body[key]
        elif isinstance(body, list | tuple) and key.isdigit() and int(key) < len(body):
            body = body[int(key)]
        else:
            return "(absent)"
    if hidden:
        return MASK
    text = json.dumps(masked(whole, path, body), default=list, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _address(key: _Key) -> ObjectAddress:
    api_version, kind, namespace, name = key
    return ObjectAddress(api_version, kind, namespace or None, name)
