"""What the last build wrote: `generated/` read back into objects, the inverse of `overlay.py`, without kustomize.

Only what is needed is read. A unit whose files are all as the manifest of `generated/` says, and are what this build
writes too, is not opened: nothing can have changed in it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlplat.compiler.artifacts import FileTree
from mlplat.compiler.emit.inventory import inventory_path, parse_inventory
from mlplat.compiler.emit.manifest import MANIFEST, digests, parse_manifest
from mlplat.compiler.emit.swap import unmoved
from mlplat.diagnostics import Diagnostic, Severity
from mlplat.objects.go_yaml import parse_values
from mlplat.objects.gvk import ObjectRef, gvk_of
from mlplat.objects.json_patch import apply_operations
from mlplat.objects.marks import IDENTITY

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Committed:
    """What was committed, by environment; only of units and inventories that this build changes.

    `objects` are the bodies by reference, `units` the unit (Argo CD Application) of each. `unread` are the folders and
    files, relative to `generated/`, that cannot be read back, each with a reason.
    """

    objects: Mapping[str, Mapping[ObjectRef, Body]] = field(default_factory=dict)
    units: Mapping[str, Mapping[ObjectRef, str]] = field(default_factory=dict)
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """One for each thing that could not be read: what changes there is not known."""
        return tuple(
            Diagnostic(
                "MLP505",
                Severity.WARNING,
                f"`generated/{path}` cannot be read back: it is not known what this build changes there",
                notes=(reason,),
                help="discard the changes there (`git checkout` the folder, or `mlplat build --force`)",
            )
            for path, reason in self.unread
        )


def read_committed(root: Path, tree: FileTree, environments: Iterable[str]) -> Committed:
    """What `root` (`generated/`) holds of some environments where `tree` differs from it."""
    with unmoved(root):
        return _read_committed(root, tree, environments)


def _read_committed(root: Path, tree: FileTree, environments: Iterable[str]) -> Committed:
    changed = _changed_paths(root, tree)
    reader = _Reader(root)
    objects: dict[str, dict[ObjectRef, Body]] = {}
    units: dict[str, dict[ObjectRef, str]] = {}
    unread: list[tuple[str, str]] = []
    for name in sorted(environments):
        objects[name], units[name] = {}, {}
        for unit in _changed_units(root, name, changed):
            try:
                objects[name] |= {_ref(body): body for body in reader.unit(f"overlays/{name}/{unit}")}
            except (ValueError, OSError, LookupError, TypeError) as error:
                unread.append((f"overlays/{name}/{unit}", str(error)))
        if inventory_path(name) in changed:
            try:
                entries = parse_inventory(reader.text(inventory_path(name)))
                units[name] = {entry.ref: entry.unit for entry in entries}
            except FileNotFoundError:
                pass  # nothing is committed of this environment yet
            except (ValueError, OSError) as error:
                unread.append((inventory_path(name), str(error)))
    return Committed(objects, units, tuple(unread))


def _changed_paths(root: Path, tree: FileTree) -> frozenset[str]:
    """Paths whose content the manifest does not know as it is in `tree`, and those that `tree` no longer has."""
    try:
        written = parse_manifest((root / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        written = frozenset()
    known: dict[str, set[str]] = {}
    for path, digest in written:
        known.setdefault(path, set()).add(digest)
    new = digests({path: text.encode() for path, text in tree.files.items()})
    return frozenset(path for path in {*new, *known} if known.get(path) != {new.get(path)})


def _changed_units(root: Path, environment: str, changed: frozenset[str]) -> list[str]:
    """Units of an environment that are on disk and of which a file, or one of the base below it, changes."""
    folder = root / "overlays" / environment
    touched = {tuple(path.split("/")[:2]) for path in changed if path.startswith("base/")}
    own = {
        path.split("/")[2] for path in changed if path.startswith(f"overlays/{environment}/") and path.count("/") > 2
    }
    if not folder.is_dir():
        return []
    units = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.is_symlink())
    return [unit for unit in units if unit in own or ("base", unit) in touched]


def _ref(body: Mapping[str, Any]) -> ObjectRef:
    gvk, metadata = gvk_of(body), body["metadata"]
    return ObjectRef(gvk.group, gvk.kind, metadata.get("namespace", ""), metadata["name"])


class _Reader:
    """Reads files below `generated/`; those of base, which several environments share, once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._bases: dict[str, tuple[Body, ...]] = {}

    def text(self, path: str) -> str:
        """The text of a file; raises OSError, and ValueError when it is not UTF-8."""
        return (self._root / path).read_text(encoding="utf-8")

    def unit(self, folder: str) -> list[Body]:
        """The objects of a unit, as kustomize would render them from our own files."""
        kustomization = self._document(f"{folder}/kustomization.yaml")
        found: list[Body] = []
        own: list[Body] = []
        for resource in kustomization.get("resources", ()):
            if resource.startswith("../"):
                base = "base/" + resource.rpartition("/")[2]
                found += self._base(base)
            else:
                own.append(self._document(f"{folder}/{resource}"))
        for patch in kustomization.get("patches", ()):
            (content,) = parse_values(self.text(f"{folder}/{patch['path']}"))
            found = _patched(found, content, patch.get("target"))
        return _transformed([*found, *own], kustomization)

    def _base(self, folder: str) -> tuple[Body, ...]:
        if folder not in self._bases:
            self._bases[folder] = tuple(self.unit(folder))
        return self._bases[folder]

    def _document(self, path: str) -> Body:
        documents = parse_values(self.text(path))
        if len(documents) != 1 or not isinstance(documents[0], dict):
            raise ValueError(f"`{path}` is not one object")
        return documents[0]


def _patched(found: Sequence[Body], content: Any, target: Mapping[str, str] | None) -> list[Body]:
    """The objects after one patch: a deletion by name, or operations on what the target selects."""
    if target is None:
        if not isinstance(content, dict) or content.get("$patch") != "delete":
            raise ValueError("a patch without target is not a deletion")
        gone = (content["apiVersion"], _ref(content))
        return [body for body in found if (body["apiVersion"], _ref(body)) != gone]
    return [apply_operations(body, content) if _selects(target, body) else body for body in found]


def _selects(target: Mapping[str, str], body: Mapping[str, Any]) -> bool:
    """kustomize's reading of a target: each field is a regular expression for the whole value."""
    gvk, metadata = gvk_of(body), body["metadata"]
    values = {"group": gvk.group, "version": gvk.version, "kind": gvk.kind, "name": metadata["name"]}
    values["namespace"] = metadata.get("namespace", "")
    return all(re.fullmatch(pattern, values[name]) for name, pattern in target.items())


def _transformed(bodies: Sequence[Body], kustomization: Mapping[str, Any]) -> list[Body]:
    """Label and identity as the kustomization's transformers write them."""
    pairs = {key: value for entry in kustomization.get("labels", ()) for key, value in entry["pairs"].items()}
    prefixes = [_prefix(bodies, entry["source"]) for entry in kustomization.get("replacements", ())]
    return [_stamped(body, pairs, prefixes[-1] if prefixes else None) for body in bodies]


def _prefix(bodies: Sequence[Body], source: Mapping[str, str]) -> str:
    """The part of the source object's identity that all others get."""
    wanted = ObjectRef(source.get("group", ""), source["kind"], source.get("namespace", ""), source["name"])
    for body in bodies:
        if _ref(body) == wanted:
            return str(body["metadata"]["annotations"][IDENTITY]).partition(":")[0]
    raise ValueError(f"there is no {wanted}, of which the identity is taken")


def _stamped(body: Body, pairs: Mapping[str, str], prefix: str | None) -> Body:
    metadata = dict(body["metadata"])
    if pairs:
        metadata["labels"] = {**metadata.get("labels", {}), **pairs}
    identity = (metadata.get("annotations") or {}).get(IDENTITY)
    if prefix is not None and identity is not None:
        rest = str(identity).partition(":")[2]
        metadata["annotations"] = {**metadata["annotations"], IDENTITY: f"{prefix}:{rest}"}
    return {**body, "metadata": metadata}
