"""All documents of one environment: its layers laid on each other, from the components up to its own folder."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mlplat.compiler.artifacts import Document, Node, SourceTree
from mlplat.compiler.resolve.addresses import Address, read_address
from mlplat.compiler.resolve.inherit import COMPONENTS, Lineage, is_only_inherited, own_environment
from mlplat.compiler.resolve.merge import Merged, first_layer, lay_on
from mlplat.compiler.resolve.wording import quoted, subject
from mlplat.diagnostics import Diagnostic, Label, Severity, near_misses
from mlplat.schema.environment import Environment
from mlplat.schema.platform import Platform

_APART = frozenset((Environment.kind_name, Platform.kind_name))
_OWN = ("extends", "exclude", "sync")
"""Fields of an Environment's spec that speak for it alone, and so are not inherited."""


class Composed(NamedTuple):
    """One merged tree, and the layers that it was made from."""

    node: Node
    layers: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Memory:
    """What was merged already: environments that share layers share the resulting trees.

    Keys are identities of trees that the values keep alive.
    """

    merged: dict[tuple[int, int], tuple[Node, Merged]] = field(default_factory=dict)
    first: dict[int, Merged] = field(default_factory=dict)
    inheritable: dict[int, tuple[Node, Node]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything in one environment before it is typed. `findings` are about its own layer and the components."""

    lineage: Lineage
    environment: Composed
    documents: dict[Address, Composed]
    findings: tuple[Diagnostic, ...]


def compose(tree: SourceTree, lineage: Lineage, memory: Memory) -> Scope:
    """Lay all layers of an environment on each other.

    Findings are given only for the environment's own layer: what is wrong with the layer of an ancestor is found
    when that ancestor itself is composed. A document that says that it completes an inherited one is left out when
    nothing is inherited, so that what names it is reported as well. Where nothing is
    synced it may wait for others to complete it.
    """
    documents: dict[Address, Composed] = {}
    environment: Composed | None = None
    findings: list[Diagnostic] = []
    partly = is_partly_unread(tree, lineage)
    for layer in lineage.layers:
        own = tree.components if layer == COMPONENTS else tree.layers[layer]
        found: list[Diagnostic] = []
        written = own_environment(own)
        if written is not None:
            _leave_out(written, documents, found, partly)
            environment = _lay(written, _inheritable(environment, memory), layer, memory, found)
        for document in own:
            if document.kind in _APART:
                continue
            address = Address(document.kind, document.name)
            if address in documents or document.overrides is None or is_only_inherited(layer, written):
                documents[address] = _lay(document, documents.get(address), layer, memory, found)
            elif not partly:
                found.append(_completes_nothing(document, layer, tuple(documents)))
        if layer in (COMPONENTS, lineage.name):
            findings += found
    if environment is None:
        raise AssertionError("an environment without an Environment document has no lineage")
    return Scope(lineage, environment, dict(sorted(documents.items())), tuple(findings))


def is_partly_unread(tree: SourceTree, lineage: Lineage) -> bool:
    """True for an environment that has or inherits a document that could not be read: it may be the one that is missed,
    and nobody is told of what follows from an error."""
    folders = ("components" if layer == COMPONENTS else f"environments/{layer}" for layer in lineage.layers)
    return not tree.unread.isdisjoint(folders)


def _lay(
    document: Document, below: Composed | None, layer: str, memory: Memory, findings: list[Diagnostic]
) -> Composed:
    """One document on what is inherited of it."""
    if below is None:
        merged = memory.first.get(id(document.node)) or first_layer(document)
        memory.first[id(document.node)] = merged
        findings += merged.findings
        return Composed(merged.node, (layer,))
    key = (id(below.node), id(document.node))
    if key not in memory.merged:
        memory.merged[key] = (below.node, lay_on(below.node, document))
    merged = memory.merged[key][1]
    findings += merged.findings
    return below if merged.node is below.node else Composed(merged.node, (*below.layers, layer))


def _inheritable(environment: Composed | None, memory: Memory) -> Composed | None:
    """An Environment document without what only it itself can say."""
    if environment is None:
        return None
    node = environment.node
    spec = node.at(("spec",))
    if spec is None or not isinstance(spec.value, dict) or not isinstance(node.value, dict):
        return environment
    if not any(name in spec.value for name in _OWN):
        return environment
    if id(node) not in memory.inheritable:
        rest = {key: child for key, child in spec.value.items() if key not in _OWN}
        fields = {**node.value, "spec": Node(rest, spec.span, spec.key_span, spec.replaced)}
        memory.inheritable[id(node)] = (node, Node(fields, node.span, node.key_span, node.replaced))
    return Composed(memory.inheritable[id(node)][1], environment.layers)


def _leave_out(
    environment: Document, documents: dict[Address, Composed], findings: list[Diagnostic], partly: bool
) -> None:
    """Take the documents under `spec.exclude` out of what is inherited; `partly` when not all of that was read."""
    listed = environment.node.at(("spec", "exclude"))
    items: Sequence[Node] = listed.value if listed is not None and isinstance(listed.value, list) else ()
    before = tuple(documents)
    for item in items:
        address = read_address(item)
        if isinstance(address, Diagnostic):
            findings.append(address)
        elif address is not None and documents.pop(address, None) is None and not partly:
            findings.append(_not_inherited(environment.name, item, address, before))


def _not_inherited(environment: str, item: Node, address: Address, inherited: tuple[Address, ...]) -> Diagnostic:
    twice = address in inherited
    names = [other.name for other in inherited if other.kind == address.kind]
    close = near_misses(address.name, names)
    notes = (f"inherited: {quoted(f'{address.kind}/{name}' for name in sorted(names))}",) if names and not close else ()
    return Diagnostic(
        "MLP207",
        Severity.ERROR,
        f"environment `{environment}` excludes `{address}`{' twice' if twice else ', which it does not inherit'}",
        Label(item.span, "excluded already" if twice else "not inherited"),
        notes=() if twice else notes,
        help=f"write `{address.kind}/{close[0]}`" if close and not twice else "delete this line",
    )


def _completes_nothing(document: Document, environment: str, inherited: tuple[Address, ...]) -> Diagnostic:
    """A document that says that it completes an inherited one, of which none is inherited."""
    kind, name = document.kind, document.name
    names = sorted(other.name for other in inherited if other.kind == kind)
    close = near_misses(name, names)
    own = f"or name `{kind.lower()}.json` in the modeline above it, if `{environment}` is to have one of its own"
    node = document.node.at(("metadata", "name")) or document.node
    return Diagnostic(
        "MLP215",
        Severity.ERROR,
        f"{subject(kind, name)} of environment `{environment}` completes nothing",
        Label(node.span, f"no {kind} of this name is inherited that this could complete"),
        (Label(document.overrides, "says that the documents below complete inherited ones"),)
        if document.overrides
        else (),
        notes=(f"inherited: {quoted(f'{kind}/{other}' for other in names)}",) if names and not close else (),
        help=f"write `{close[0]}`; {own}" if close else f"delete this document; {own}",
    )
