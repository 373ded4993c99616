"""From a line of a generated file to the leaves of the objects that it is about.

Files are known by what the compiler would write there, not by what stands on the disk: an old file is read for its
lines only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlplat.compiler.artifacts import BASE, KubeObject, Node, ObjectSet, Path, ResolvedEnvironment
from mlplat.compiler.emit.inventory import inventory_path
from mlplat.compiler.emit.names import file_stems
from mlplat.compiler.emit.overlay import match_objects, overlay_unit, real_key
from mlplat.compiler.emit.tree import units_of
from mlplat.compiler.load.yaml import parse_documents
from mlplat.objects.marks import ENVIRONMENT_LABEL, IDENTITY
from mlplat.objects.pointer import pointer_of
from mlplat.provenance.changes import GONE, at_pointer, leaves
from mlplat.provenance.origin import Provenance

_ENVIRONMENT = pointer_of(("metadata", "labels", ENVIRONMENT_LABEL))
_IDENTITY = pointer_of(("metadata", "annotations", IDENTITY))


@dataclass(frozen=True, slots=True)
class Part:
    """What a file, or a line of it, is about: leaves of one object of one environment. `note` says what else there is
    to say, such as that the environment does not have the object any more."""

    environment: str
    item: KubeObject
    pointers: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of `generated/`, each with the objects that it is made of."""

    provenance: Provenance
    objects: Mapping[str, ObjectSet]
    environments: Mapping[str, ResolvedEnvironment]

    def parts(self, path: str, text: str, line: int | None) -> tuple[Part, ...] | None:
        """What a file is about, or one line of it; None where nothing of it was ever made of an object.

        `path` is relative to `generated/`, `text` what stands in the file.
        """
        folder, _, rest = path.partition("/")
        environment, _, below = rest.partition("/")
        found: Iterator[Part] | None = None
        if folder == "base" and BASE in self.objects:
            unit, _, name = rest.partition("/")
            found = self._of_unit(BASE, unit, name, text, line)
        elif folder == "overlays" and environment in self.objects:
            unit, _, name = below.partition("/")
            found = self._of_unit(environment, unit, name, text, line)
        elif folder == "argocd" and environment in self.objects:
            found = self._of_argocd(environment, below, text, line)
        elif folder == "inventory":
            found = self._of_inventory(path, text, line)
        return tuple(found) if found is not None else None

    # ------------------------------------------------------------------------------------------- units

    def _of_unit(self, environment: str, unit: str, name: str, text: str, line: int | None) -> Iterator[Part]:
        if name == "kustomization.yaml":
            yield from self._of_kustomization(environment, unit, text, line)
            return
        for base, final in self._of_file(environment, unit, name):
            if base is None and final is not None:
                yield Part(environment, final, _at_line(final, text, line))
            elif base is not None and final is not None:
                yield from _of_patch(environment, base, final, text, line)
            elif base is not None:
                note = f"{environment} does not have this object, base has"
                yield Part(BASE, base, _below(base, ""), note)

    def _of_file(self, environment: str, unit: str, name: str) -> Iterator[tuple[KubeObject | None, KubeObject | None]]:
        """The object that a file of a unit is about: one that it holds whole (no base), one of the base that it
        changes, or one that it takes away (nothing in the end)."""
        items = units_of(self.objects[environment]).get(unit, ())
        held = self._held(environment, unit)
        based = bool(held) and overlay_unit(environment, "", held, items).based
        match = match_objects(held if based else (), items)
        if name.startswith("patches/"):
            stems = {f"patches/{stem}.yaml": key for key, stem in file_stems(held).items()}
            yield from ((pair.base, pair.final) for pair in match.pairs if id(pair.base) == stems.get(name))
            yield from ((item, None) for item in match.deleted if id(item) == stems.get(name))
        else:
            own = match.added if based else items
            stems = {f"{stem}.yaml": key for key, stem in file_stems(own).items()}
            yield from ((None, item) for item in own if id(item) == stems.get(name))

    def _held(self, environment: str, unit: str) -> Sequence[KubeObject]:
        known = environment != BASE and BASE in self.environments[environment].ancestors and BASE in self.objects
        return units_of(self.objects[BASE]).get(unit, ()) if known else ()

    def _of_kustomization(self, environment: str, unit: str, text: str, line: int | None) -> Iterator[Part]:
        """Files that it names are what they are about; the transformers stamp label and identity."""
        items = units_of(self.objects[environment]).get(unit, ())
        documents = parse_documents(text, "")[0]
        for path, node in _lines(documents[0], line) if documents else ():
            patched = documents[0].at((*path[:2], "path")) if path[:1] == ("patches",) else None
            named = (patched or node).value
            if path[:1] == ("labels",) and items:
                yield Part(environment, items[0], (_ENVIRONMENT,))
            elif path[:1] == ("replacements",) and items:
                yield Part(environment, items[0], (_IDENTITY,))
            elif isinstance(named, str) and named.endswith(".yaml"):
                for base, final in self._of_file(environment, unit, named):
                    if final is not None:
                        yield Part(environment, final, ("/kind",))
                    elif base is not None:
                        yield Part(BASE, base, ("/kind",), f"{environment} does not have this object, base has")
            elif path[:1] == ("resources",) and isinstance(node.value, str) and node.value.startswith("../"):
                for item in self._held(environment, unit)[:1]:
                    yield Part(BASE, item, ("/kind",), f"the unit is made out of base/{unit}")

    # ------------------------------------------------------------------------------------------- the rest

    def _of_argocd(self, environment: str, name: str, text: str, line: int | None) -> Iterator[Part]:
        items = self.provenance.applications(environment)
        by_name = {f"apps/{item.ref.kind.lower()}-{item.logical_name}.yaml": item for item in items}
        if name == "root.yaml":
            documents = parse_documents(text, name)[0]
            for item, document in zip(items, documents, strict=False):
                if line is None or _covers(document, line):
                    yield Part(environment, item, _pointers(item, document, line))
        elif name == "apps/kustomization.yaml":
            for _, node in _at(text, line):
                if isinstance(node.value, str) and f"apps/{node.value}" in by_name:
                    yield Part(environment, by_name[f"apps/{node.value}"], ("/kind",))
        elif name in by_name:
            yield Part(environment, by_name[name], _at_line(by_name[name], text, line))

    def _of_inventory(self, path: str, text: str, line: int | None) -> Iterator[Part]:
        for environment, found in self.objects.items():
            if path != inventory_path(environment):
                continue
            entries = sorted(found.objects, key=lambda item: (real_key(item), item.unit))
            lines = text.splitlines()
            if line == 1 and entries:
                yield Part(environment, entries[0], (_ENVIRONMENT,))
            for item in entries:
                mine = (f'"{item.body["apiVersion"]}"', f'"{item.ref.kind}"', f'"{item.ref.name}"', f'"{item.unit}"')
                named = line is not None and line <= len(lines) and all(word in lines[line - 1] for word in mine)
                if line is None or (named and f'"namespace": "{item.ref.namespace}"' in lines[line - 1]):
                    wanted = ("/apiVersion", "/kind", "/metadata/namespace", "/metadata/name")
                    yield Part(
                        environment, item, tuple(one for one in wanted if at_pointer(item.body, one) is not GONE)
                    )


def _of_patch(environment: str, base: KubeObject, final: KubeObject, text: str, line: int | None) -> Iterator[Part]:
    """Each operation is about the leaves at its path; one that removes is about the base's."""
    for document in parse_documents(text, "")[0]:
        for _, operation in document.children():
            path, verb, value = (operation.at((name,)) for name in ("path", "op", "value"))
            if path is None or verb is None or (line is not None and not _covers(operation, line)):
                continue
            removes = verb.value == "remove"
            item = base if removes else final
            inside = line is not None and value is not None and _covers(value, line) and line != path.span.line
            pointers = _below(item, str(path.value))
            if inside and value is not None:
                exact = {f"{path.value}{pointer_of(steps)}" for steps, _ in _lines(value, line)}
                exactly = tuple(one for one in pointers if any(_is_below(one, start) for start in exact))
                pointers = exactly or pointers  # the line of `value` itself is about all of it
            note = f"{environment} does not have this, base has" if removes else ""
            yield Part(BASE if removes else environment, item, pointers, note)


def _at_line(item: KubeObject, text: str, line: int | None) -> tuple[str, ...]:
    documents = parse_documents(text, "")[0] if line is not None else []
    return _pointers(item, documents[0], line) if documents else _below(item, "")


def _pointers(item: KubeObject, document: Node, line: int | None) -> tuple[str, ...]:
    """The leaves of an object that a line of its text is about."""
    if line is None:
        return _below(item, "")
    starts = [pointer_of(steps) for steps, _ in _lines(document, line)]
    return tuple(dict.fromkeys(pointer for start in starts for pointer in _below(item, start)))


def _below(item: KubeObject, start: str) -> tuple[str, ...]:
    return tuple(pointer for pointer, _ in leaves(item.body) if _is_below(pointer, start))


def _is_below(pointer: str, start: str) -> bool:
    return pointer == start or pointer.startswith(f"{start}/")


def _at(text: str, line: int | None) -> Iterator[tuple[Path, Node]]:
    for document in parse_documents(text, "")[0]:
        yield from _lines(document, line)


def _lines(node: Node, line: int | None, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Path, Node]]:
    """The values of a document that stand in a line: scalars, and what is written in no line of its own."""
    children = list(node.children())
    if not children:
        first = node.key_span.line if node.key_span is not None else node.span.line
        if line is None or first <= line <= _last(node):
            yield path, node
        return
    for step, child in children:
        at_key = child.key_span is not None and child.key_span.line == line
        if line is not None and at_key and child.span.line > line and next(child.children(), None) is not None:
            yield (*path, step), child  # the line of a key, below which all else stands
            continue
        yield from _lines(child, line, (*path, step))


def _covers(node: Node, line: int) -> bool:
    first = node.key_span.line if node.key_span is not None else node.span.line
    return first <= line <= _last(node)


def _last(node: Node) -> int:
    return node.span.end_line if node.span.end_column > 1 else max(node.span.line, node.span.end_line - 1)
