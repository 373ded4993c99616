"""The same difference as in a world of `mlplat.provenance`, but written into the sources: one layer of one document,
resolved and lowered anew, with nothing of the engine but the names of the places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mlplat.catalog.lookup import load_tables
from mlplat.compiler.artifacts import (
    CheckedEnvironment,
    Document,
    KubeObject,
    Manifest,
    Node,
    Path,
    Resolved,
    ResolvedEnvironment,
    SourceTree,
    UncheckedError,
)
from mlplat.compiler.emit.argocd import ArgoBodies, argocd_bodies
from mlplat.compiler.emit.tree import units_of
from mlplat.compiler.load.manifests import parse_manifests
from mlplat.compiler.lower.lowering import lower_environment
from mlplat.compiler.resolve.environment import resolve_environments
from mlplat.diagnostics import Span
from mlplat.objects.gvk import ref_of
from mlplat.provenance.subjects import subjects
from mlplat.provenance.trees import COPIED, REMOVED, RENAMED
from mlplat.provenance.whole import ARGOCD
from mlplat.provenance.worlds import Edit, World, Worlds
from mlplat.schema.environment import Environment
from mlplat.schema.merge import merge_rule

_NAME: Path = ("metadata", "name")


@dataclass(frozen=True)
class Place:
    """One value in one file: the document, and the path in it as it is written there."""

    layer: str
    number: int
    path: Path


Address = tuple[str, str]


@dataclass(frozen=True)
class Result:
    """Objects, and the documents of which nothing can be said, as the rules would refuse them (None: what several
    share). Then nothing is said of manifests and of Argo CD's objects either."""

    objects: tuple[KubeObject, ...]
    refused: frozenset[Address | None] = frozenset()

    def says_nothing_of(self, item: KubeObject, edits: tuple[Edit, ...]) -> bool:
        """True for an object that may be another one or not; its document may have another name since the edits."""
        if item.origin is None or item.unit == ARGOCD:
            return bool(self.refused)
        own: Address = (item.origin.kind, item.origin.name)
        renamed = (str(edit.value) for edit in edits if edit.address == own and edit.path == _NAME)
        return None in self.refused or (own[0], next(renamed, own[1])) in self.refused


def _one_by_one(env: ResolvedEnvironment) -> Result:
    """What can be lowered of an environment in which something cannot."""
    found: list[KubeObject] = []
    refused: set[Address | None] = set()
    for subject in subjects(env):
        made = subject.make_in(World(env, ()))
        if made is None:
            refused.add(subject.address)
        else:
            found += (one.item for one in made)
    return Result(tuple(found), frozenset(refused))


@dataclass
class Sources:
    """What one environment is resolved from: its own layer and those that it inherits from."""

    tree: SourceTree
    environment: str
    worlds: Worlds
    layers: dict[str, list[Document]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chain = (*self.worlds.env.ancestors, self.environment)
        self.layers = {
            "platform": [self.tree.platform] if self.tree.platform else [],
            "components": list(self.tree.components),
            **{name: list(self.tree.layers[name]) for name in chain},
        }

    @cached_property
    def places(self) -> Mapping[tuple[Span, type], Place]:
        """Every node by its span; scalars, mappings and lists apart."""
        found: dict[tuple[Span, type], Place] = {}
        for layer, documents in self.layers.items():
            for number, document in enumerate(documents):
                for path, node in _nodes(document.node, ()):
                    found.setdefault((node.span, _kind(node)), Place(layer, number, path))
        return found

    @cached_property
    def _others(self) -> Mapping[str, tuple[Document, ...]]:
        """The other environments, which the order of promotion may name, with nothing in them."""
        return {
            name: tuple(
                replace(one, node=_put(one.node, ("spec",), {})) for one in found if one.kind == Environment.kind_name
            )
            for name, found in self.tree.layers.items()
            if name != self.environment
        }

    # ------------------------------------------------------------------------------------------- compiling

    def compiled(
        self, layers: Mapping[str, list[Document]], name: str, based: frozenset[str] | None = None
    ) -> "Result | None":
        """The objects of the environment, now called `name`; None where it does not resolve.

        With the units that read the base, those of Argo CD too, unless some document cannot be lowered.
        """
        tree = SourceTree(
            next(iter(layers["platform"]), None),
            tuple(layers["components"]),
            {
                **{other: own for other, own in self._others.items() if other not in layers},
                **{layer: tuple(found) for layer, found in layers.items() if layer not in ("platform", "components")},
            },
            extras=self.tree.extras,
            folders=self.tree.folders,
        )
        environments, _ = resolve_environments(tree)
        env = environments.get(name)
        if env is None:
            return None
        manifests: list[Manifest] = []
        for layer in (*self.worlds.env.ancestors, self.environment):
            manifests += parse_manifests(
                {f"environments/{layer}/{path}": text for path, text in self.tree.extras.get(layer, {}).items()}
            )[0]
        try:
            objects, problems = lower_environment(CheckedEnvironment(env), load_tables(env.versions), manifests)
            bodies = argocd_bodies(units_of(objects), based, env) if based is not None else ArgoBodies((), ())
        except UncheckedError:
            return _one_by_one(env)
        found = (*bodies.root, *bodies.apps)
        applications = (KubeObject(one, ref_of(one, True), one["metadata"]["name"], ARGOCD) for one in found)
        return _one_by_one(env) if problems else Result((*objects.objects, *applications))

    def edited(self, edits: tuple[Edit, ...]) -> tuple[dict[str, list[Document]], str] | None:
        """The layers after some edits, and what the environment is called then; None where a place has no text."""
        layers, name = {layer: list(found) for layer, found in self.layers.items()}, self.environment
        for edit in edits:
            kind, called = edit.address
            if isinstance(edit.value, COPIED):
                _copy(layers, kind, called, edit.value.name)
            elif not edit.path:
                _drop(layers, kind, called)
            elif edit.path == _NAME and kind == Environment.kind_name:
                layers, name = self._renamed_environment(layers, str(edit.value)), str(edit.value)
            elif edit.path == _NAME:
                _rename(layers, kind, called, str(edit.value))
            else:
                self._write(layers, edit)
        return layers, name

    def _renamed_environment(self, layers: Mapping[str, list[Document]], name: str) -> dict[str, list[Document]]:
        renamed = {name if layer == self.environment else layer: found for layer, found in layers.items()}
        _rename(renamed, Environment.kind_name, self.environment, name)
        return renamed

    def _write(self, layers: dict[str, list[Document]], edit: Edit) -> None:
        document = self.worlds.document(edit.address)
        for place, rest, overrides in self._written_at(document, edit):
            written = layers[place.layer][place.number]
            path = (*place.path, *rest)
            value = edit.value
            if value is REMOVED and overrides:
                # What is deleted below it shows through again, unless the deletion is written.
                value = None
                item = document.node.at(edit.path)
                if isinstance(path[-1], int) and item is not None and isinstance(item.value, dict):
                    key = merge_rule(edit.address[0]).at(edit.path[:-1]).key
                    assert key is not None
                    value = {key: item.value[key].plain(), "$delete": True}
            layers[place.layer][place.number] = replace(written, node=_put(written.node, path, value))

    def _written_at(self, document: Resolved[Any], edit: Edit) -> Iterator[tuple[Place, Path, bool]]:
        """Where an edit is to be written, with the steps that are not there yet, and whether it overrides."""
        for length in range(len(edit.path), 0, -1):
            node = document.node.at(edit.path[:length])
            if node is None:
                continue
            rest = edit.path[length:]
            chain = list(_chain(document.node, edit.path[:length]))
            identity = isinstance(edit.value, RENAMED) or self._is_merge_key(edit)
            for one in chain if identity and not rest else chain[:1]:
                place = self.places[(one.span, _kind(one))]
                yield place, rest, len(chain) > 1
            return

    def _is_merge_key(self, edit: Edit) -> bool:
        if len(edit.path) < 2 or edit.value is REMOVED:
            return False
        return merge_rule(edit.address[0]).at(edit.path[:-2]).key == edit.path[-1]


def _chain(root: Node, path: Path) -> Iterator[Node]:
    """The node at a path and those of inherited layers that it took the place of."""
    chain = [node for length in range(len(path) + 1) if (node := root.at(path[:length])) is not None]
    yield chain[-1]
    seen = {id(chain[-1]), chain[-1].span}
    for length in range(len(chain) - 1, -1, -1):
        below = chain[length].replaced
        while below is not None:
            found = below.at(path[length:])
            if found is not None and found.span not in seen:
                seen.add(found.span)
                yield found
            below = below.replaced


def _nodes(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    yield path, node
    for step, child in node.children():
        yield from _nodes(child, (*path, step))


def _kind(node: Node) -> type:
    return type(node.value) if isinstance(node.value, dict | list) else str


def _put(node: Node, path: Path, value: Any) -> Node:
    """The tree with a plain value at a path, in the notation of overrides."""
    step, rest = path[0], path[1:]
    if isinstance(node.value, list):
        items = list(node.value)
        assert isinstance(step, int)
        if rest:
            items[step] = _put(items[step], rest, value)
        elif value is REMOVED:
            del items[step]
        elif step >= len(items) or node.at((step,)) is None:
            items.append(_tree(value, node.span))
        else:
            items[step] = _tree(value, items[step].span)
        return replace(node, value=items)
    fields = dict(node.value) if isinstance(node.value, dict) else {}
    name = str(step)
    if rest:
        fields[name] = _put(fields.get(name) or Node({}, node.span), rest, value)
    elif isinstance(value, RENAMED):
        fields = {value.key if key == name else key: child for key, child in fields.items()}
    elif value is REMOVED:
        fields.pop(name, None)
    else:
        fields[name] = _tree(value, node.span)
    return replace(node, value=fields)


def _tree(value: Any, span: Span) -> Node:
    if isinstance(value, dict):
        return Node({key: _tree(inner, span) for key, inner in value.items()}, span)
    if isinstance(value, list | tuple):
        return Node([_tree(inner, span) for inner in value], span)
    return Node(value, span)


def _each(layers: Mapping[str, list[Document]], kind: str, name: str) -> Iterator[tuple[list[Document], int]]:
    for documents in layers.values():
        for number, document in enumerate(list(documents)):
            if (document.kind, document.name) == (kind, name):
                yield documents, number


def _named(document: Document, name: str) -> Document:
    return replace(document, name=name, node=_put(document.node, _NAME, name))


def _rename(layers: Mapping[str, list[Document]], kind: str, old: str, name: str) -> None:
    for documents, number in _each(layers, kind, old):
        documents[number] = _named(documents[number], name)


def _copy(layers: Mapping[str, list[Document]], kind: str, old: str, name: str) -> None:
    for documents, number in _each(layers, kind, old):
        documents.append(_named(documents[number], name))


def _drop(layers: dict[str, list[Document]], kind: str, name: str) -> None:
    for layer, documents in layers.items():
        layers[layer] = [one for one in documents if (one.kind, one.name) != (kind, name)]
