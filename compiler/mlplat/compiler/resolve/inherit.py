"""Which layers make up each environment, and in what order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlplat.compiler.artifacts import BASE, Document, Node, SourceTree
from mlplat.diagnostics import Diagnostic, Label, Severity, Span, near_misses
from mlplat.schema.environment import Environment

COMPONENTS = "components/"
"""Name of the layer below all others; with a slash, which no name of an environment has."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """The environments that make up one environment, farthest first, itself last."""

    chain: tuple[str, ...]

    @property
    def name(self) -> str:
        """The environment itself."""
        return self.chain[-1]

    @property
    def ancestors(self) -> tuple[str, ...]:
        """What it inherits from, farthest first."""
        return self.chain[:-1]

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer in the order in which they are laid on each other."""
        return (COMPONENTS, *self.chain)


def own_environment(documents: Sequence[Document]) -> Document | None:
    """The Environment document of a layer; None when it has none."""
    return next((document for document in documents if document.kind == Environment.kind_name), None)


def is_only_inherited(name: str, environment: Document | None) -> bool:
    """True for base, and for an environment whose own document says `sync: false`."""
    switch = environment.node.at(("spec", "sync")) if environment is not None else None
    return name == BASE or (switch is not None and switch.value is False)


def order_layers(tree: SourceTree) -> tuple[dict[str, Lineage], tuple[Diagnostic, ...]]:
    """The lineage of each environment by name, and findings for unknown parents and circles.

    Parents are visited from left to right, each after its own parents and only once, so a later parent wins over an
    earlier one and nobody's ancestor wins over them. Environments without an Environment document have no lineage
    (loading has said so), nor have those with an ancestor that cannot be ordered.
    """
    parents = {name: _parents(own_environment(documents)) for name, documents in sorted(tree.layers.items())}
    findings = [
        _unknown_parent(name, node, tuple(parents))
        for name, nodes in parents.items()
        for parent, node in nodes.items()
        if parent not in parents
    ]
    findings += [_circle(circle, parents) for circle in _circles(parents)]
    lineages: dict[str, Lineage] = {}
    for name in parents:
        chain = _chain(name, parents)
        if chain is not None and own_environment(tree.layers[name]) is not None:
            lineages[name] = Lineage(chain)
    return lineages, tuple(findings)


def _parents(environment: Document | None) -> dict[str, Node]:
    """The names under `spec.extends`.

    A single name that is not in a list is meant as one: validation refuses it, and nothing follows from that.
    """
    node = environment.node.at(("spec", "extends")) if environment else None
    if node is None:
        return {}
    items = node.value if isinstance(node.value, list) else [node]
    names: dict[str, Node] = {}
    for item in items:
        if isinstance(item.value, str):
            names.setdefault(item.value, item)
    return names


def _chain(name: str, parents: Mapping[str, Mapping[str, Node]]) -> tuple[str, ...] | None:
    """The order for one environment; None when an ancestor is unknown or its own ancestor."""
    done: dict[str, None] = {}

    def visit(current: str, above: tuple[str, ...]) -> bool:
        if current in done:
            return True
        if current in above or current not in parents:
            return False
        if not all(visit(parent, (*above, current)) for parent in parents[current]):
            return False
        done[current] = None
        return True

    return tuple(done) if visit(name, ()) else None


def _circles(parents: Mapping[str, Mapping[str, Node]]) -> list[tuple[str, ...]]:
    """Every circle that following parents runs into, once, starting at its alphabetically first member."""
    found: dict[tuple[str, ...], None] = {}
    finished: set[str] = set()

    def visit(current: str, above: tuple[str, ...]) -> None:
        if current in above:
            circle = above[above.index(current) :]
            start = circle.index(min(circle))
            found[(*circle[start:], *circle[:start])] = None
        elif current not in finished:
            for parent in parents.get(current, {}):
                visit(parent, (*above, current))
            finished.add(current)

    for name in parents:
        visit(name, ())
    return list(found)


def _unknown_parent(name: str, node: Node, known: tuple[str, ...]) -> Diagnostic:
    others = tuple(other for other in known if other != name)
    close = near_misses(str(node.value), others)
    return Diagnostic(
        "MLP205",
        Severity.ERROR,
        f"environment `{name}` extends `{node.value}`, which does not exist",
        Label(node.span, "no such environment"),
        notes=(f"environments: {', '.join(f'`{other}`' for other in others)}",) if others else (),
        help=f"write `{close[0]}`" if close else f"make `environments/{node.value}/`, or delete this line",
    )


def _circle(circle: tuple[str, ...], parents: Mapping[str, Mapping[str, Node]]) -> Diagnostic:
    links: list[tuple[str, str, Span]] = []
    for index, name in enumerate(circle):
        parent = circle[(index + 1) % len(circle)]
        links.append((name, parent, parents[name][parent].span))
    first, *others = links
    way = " extends ".join(f"`{name}`" for name in (*circle, circle[0]))
    return Diagnostic(
        "MLP206",
        Severity.ERROR,
        f"environment `{circle[0]}` inherits from itself: {way}",
        Label(first[2], f"`{first[0]}` extends `{first[1]}`"),
        tuple(Label(span, f"`{name}` extends `{parent}`") for name, parent, span in others),
        help="delete one of these lines" if others else "delete this line",
    )
