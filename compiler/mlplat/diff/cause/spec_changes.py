"""What differs between two states of one environment's specifications, value by value.

An object is a function of the documents that its lowering looks up, of the Environment and of the Platform. So a change
of it is caused by a value of these that differs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplat.compare.difference import ABSENT, Difference
from mlplat.compare.tree import compare_objects
from mlplat.compiler.artifacts import Node, Path, Resolved, ResolvedEnvironment

Address = tuple[str, str]
"""Kind and name of a document; the one Environment and the one Platform go without a name."""

ENVIRONMENT: Address = ("Environment", "")
PLATFORM: Address = ("Platform", "")


@dataclass(frozen=True, slots=True, eq=False)
class SpecChange:
    """One value that differs between two resolved documents, or a whole document that one state lacks.

    `difference` is None for a whole document. `old` and `new` are the trees of the document, None where a state lacks
    it. The same change is the same object in all environments that share both trees.
    """

    address: Address
    old: Node | None
    new: Node | None
    difference: Difference | None = None

    @property
    def gone(self) -> bool:
        """True when the new state does not have the value."""
        return self.new is None or (self.difference is not None and self.difference.removed)

    @property
    def path(self) -> Path:
        """Where the value is, in the state that has it; () is the document."""
        if self.difference is None:
            return ()
        return self.difference.old_path if self.gone else self.difference.new_path

    @property
    def values(self) -> tuple[Any, Any]:
        """The value before and after; of a whole document its name."""
        if self.difference is not None:
            return self.difference.old, self.difference.new
        return (self.address[1] if self.old else ABSENT), (self.address[1] if self.new else ABSENT)


Known = dict[tuple[int, int], tuple[tuple[Node | None, Node | None], tuple[SpecChange, ...]]]
"""Changes of pairs of trees that were compared before, by their identities; the trees are kept alive."""


@dataclass(frozen=True, slots=True)
class SpecChanges:
    """All differences of two states of one environment, by document."""

    old: ResolvedEnvironment
    new: ResolvedEnvironment
    by_document: Mapping[Address, tuple[SpecChange, ...]] = field(default_factory=dict)


def spec_changes(old: ResolvedEnvironment, new: ResolvedEnvironment, known: Known) -> SpecChanges:
    """Every value that differs between two resolved environments; documents that are the same tree are not opened."""
    found: dict[Address, tuple[SpecChange, ...]] = {}
    left, right = documents_of(old), documents_of(new)
    for address in sorted({*left, *right}):
        before, after = (side[address].node if address in side else None for side in (left, right))
        if before is after:
            continue
        key = (id(before), id(after))
        if key not in known:
            known[key] = (before, after), tuple(_changes(address, before, after))
        if known[key][1]:
            found[address] = known[key][1]
    return SpecChanges(old, new, found)


def documents_of(env: ResolvedEnvironment) -> dict[Address, Resolved[Any]]:
    """Every document of an environment. Environments that are compared may have different names."""
    documents: dict[Address, Resolved[Any]] = {
        (kind, name): document for kind, named in env.documents.items() for name, document in named.items()
    }
    return {ENVIRONMENT: env.environment, PLATFORM: env.platform, **documents}


def _changes(address: Address, old: Node | None, new: Node | None) -> Iterator[SpecChange]:
    if old is None or new is None:
        yield SpecChange(address, old, new)
        return
    for difference in compare_objects(old.plain(), new.plain(), None):
        yield SpecChange(address, old, new, difference)
