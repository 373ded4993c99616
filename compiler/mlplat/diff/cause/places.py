"""Where a change of the specifications was written: the lines that a reviewer sees in the diff of the files.

A resolved value differs because somebody wrote another one; because what overrode it is gone, and it comes from a
lower layer now; or because of a line that says how layers are laid on each other (`null`, `$delete`, `exclude`,
`extends`). What differs between two environments of one state was written in the folder of one of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlplat.compare.lists import usual_keys
from mlplat.compiler.artifacts import Document, Node, ResolvedEnvironment
from mlplat.compiler.resolve.merge import DELETE, REPLACE
from mlplat.diagnostics import Span
from mlplat.diff.cause.lines import ChangedLines
from mlplat.diff.cause.spec_changes import ENVIRONMENT, PLATFORM, Address, SpecChange
from mlplat.schema.environment import Environment
from mlplat.schema.merge import Shape, merge_rule


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the specifications; `gone`: in the old state, whose files are no longer at hand."""

    span: Span
    gone: bool


Layers = Mapping[str, Mapping[Address, Document]]
"""The documents of each folder of `environments/`; the Environment goes without a name."""


def by_address(layers: Mapping[str, Sequence[Document]]) -> Layers:
    """The documents of each folder, to be looked up."""
    named = {name: {(one.kind, one.name): one for one in documents} for name, documents in layers.items()}
    for documents in named.values():
        own = next((one for one in documents.values() if one.kind == Environment.kind_name), None)
        if own is not None:
            documents[ENVIRONMENT] = own
    return named


@dataclass(frozen=True, slots=True)
class Written:
    """One environment of one state, and the documents that each layer of it holds."""

    env: ResolvedEnvironment
    layers: Layers

    def of(self, address: Address) -> Iterator[Document]:
        """What the layers of the environment write of a document, the nearest first."""
        for layer in (self.env.name, *reversed(self.env.ancestors)):
            document = self.layers.get(layer, {}).get(address)
            if document is not None:
                yield document


Differs = Callable[[Span, range, bool], Span | None]
"""Where in some lines of a file (of the old state where the last argument says so) something differs; None: nowhere."""


def changed_places(change: SpecChange, old: Written, new: Written, differs: Differs) -> tuple[Place, ...]:
    """The places that made a change; one, but where a value changed and what overrode it went."""
    found: list[Place] = []
    for gone in (False, True):
        node = _node(change, gone)
        span = _differing(node, change, gone, differs) if node is not None else None
        if span is not None and node is not None and _says_the_same(change, node, new if gone else old):
            continue  # something else in its line is another one
        if span is not None and all(layer_of(span.file) != layer_of(one.span.file) for one in found):
            found.append(Place(span, gone))
    if found:
        return tuple(found)
    laid = _directive(change, old, new, differs) or _lineage(change, old, new, differs)
    return (laid,) if laid is not None else (_anywhere(change),)


def lines_that_changed(lines: ChangedLines) -> Differs:
    """Two states: a place differs when its line does."""

    def differs(span: Span, within: range, gone: bool) -> Span | None:
        line = lines.first(span.file, within, gone)
        if line is None or line == span.line:
            return span if line is not None else None
        return Span(span.file, line, 1, line, 1)

    return differs


def folders_of_one(old: ResolvedEnvironment, new: ResolvedEnvironment) -> Differs:
    """Two environments of one state: a place differs when only one of them has its folder among its layers."""
    left, right = ({env.name, *env.ancestors} for env in (old, new))

    def differs(span: Span, within: range, gone: bool) -> Span | None:
        return span if layer_of(span.file) in (left - right if gone else right - left) else None

    return differs


def _node(change: SpecChange, gone: bool) -> Node | None:
    """The value in one state; None where that state does not have it."""
    tree, one = (change.old if gone else change.new), change.difference
    if tree is None or one is None:
        return tree
    if one.added if gone else one.removed:
        return None
    return tree.at(one.old_path if gone else one.new_path)


def _differing(node: Node, change: SpecChange, gone: bool, differs: Differs) -> Span | None:
    """Where something differs in a value: at the value itself, at its key, else in the first line of it that does."""
    place = _place(node, change)
    inside = range(place.line, node.span.end_line + 1) if node.span.file == place.file else range(place.line)
    for within in (range(place.line, place.line + 1), inside):
        found = differs(place, within, gone)
        if found is not None:
            return found
    return None


def _says_the_same(change: SpecChange, node: Node, other: Written) -> bool:
    """True when the same layer has the same value in the other state."""
    for document in other.of(change.address):
        if layer_of(document.file) == layer_of(node.span.file):
            way = _way_to(document.node, change)
            if len(way) > len(change.path) > 0 and way[0].plain() == node.plain():
                return True
    return False


def _place(node: Node, change: SpecChange) -> Span:
    if change.difference is None:
        return (node.at(("metadata", "name")) or node).span
    return node.key_span or node.span if isinstance(node.value, dict | list) else node.span


def layer_of(file: str) -> str:
    """The folder of `environments/` that a file is in; what is elsewhere is in a folder of no environment."""
    folder, _, rest = file.partition("/")
    return rest.partition("/")[0] if folder == "environments" else folder


def _anywhere(change: SpecChange) -> Place:
    tree = change.old if change.gone else change.new
    if tree is None:
        raise AssertionError("one state has what changed")
    return Place(_place(tree.at(change.path) or tree, change), change.gone)


# ------------------------------------------------------------------------------------------- layers laid on each other


def _directive(change: SpecChange, old: Written, new: Written, differs: Differs) -> Place | None:
    """A line that takes something away, in the new state; or that did, in the old one."""
    for side, gone in ((new, False), (old, True)):
        for document in side.of(change.address):
            for node in _way_to(document.node, change):
                where = _taking_away(node)
                span = differs(where, range(where.line, where.line + 1), gone) if where is not None else None
                if span is not None:
                    return Place(span, gone)
    return None


def _way_to(node: Node, change: SpecChange) -> list[Node]:
    """The nodes of a layer's document on the way to a value of the merged one, the nearest to it first."""
    merged = change.old if change.gone else change.new
    found, shape = [node], merge_rule(change.address[0])
    for step in change.path:
        below = _item_like(node, merged, step, shape) if isinstance(step, int) else node.at((step,))
        if below is None:
            break
        node, shape = below, shape.child(step)
        merged = merged.at((step,)) if merged is not None else None
        found.append(node)
    return found[::-1]


def _item_like(items: Node, merged: Node | None, index: int, shape: Shape) -> Node | None:
    """The item of a layer's list that an item of the merged one is made of: the one of the same key, by which the list
    merges; of a list that is replaced as a whole, the one of the same usual keys."""
    wanted = merged.at((index,)) if merged is not None else None
    if merged is None or wanted is None:
        return None
    keys = (shape.key,) if shape.key is not None else usual_keys(merged.plain())
    names = [_value(wanted, key) for key in keys]
    same = (item for _, item in items.children() if [_value(item, key) for key in keys] == names)
    return next(same, None) if keys else None


def _value(item: Node, key: str) -> Any:
    found = item.at((key,))
    return found.value if found is not None else None


def _taking_away(node: Node) -> Span | None:
    """Where a node says that something inherited is not to be there."""
    if node.value is None:
        return node.span
    said = [node.at((DELETE,)), node.at((REPLACE,))]
    if isinstance(node.value, list):
        said += [item.at((REPLACE,)) for item in node.value]
    found = next((one for one in said if one is not None), None)
    return found.key_span or found.span if found is not None else None


def _lineage(change: SpecChange, old: Written, new: Written, differs: Differs) -> Place | None:
    """What an environment extends, and what it leaves out of that."""
    if change.address == PLATFORM:
        return None
    wanted = f"{change.address[0]}/{change.address[1]}"
    for side, gone in ((new, False), (old, True)):
        for field in ("exclude", "extends"):
            for document in side.of(ENVIRONMENT):
                node = document.node.at(("spec", field))
                if node is None:
                    continue
                items = [item for _, item in node.children() if field == "extends" or item.value == wanted]
                for place in (*(item.span for item in items), *((node.key_span or node.span,) if items else ())):
                    span = differs(place, range(place.line, place.line + 1), gone)
                    if span is not None:
                        return Place(span, gone)
    return None
