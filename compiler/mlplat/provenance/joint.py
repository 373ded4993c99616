"""What several lines decide together: each says the same, and as long as one of them does, nothing changes."""

from collections.abc import Iterable, Sequence

from mlplat.provenance.changes import changed_objects
from mlplat.provenance.influence import Study
from mlplat.provenance.positions import Position, Role
from mlplat.provenance.worlds import Edit, World

Together = tuple[list[Position], tuple[Position, ...]]
"""The position in the object's own document, and the others that have to change with it."""


def together(pointer: str, value: object, index: int, document: Position, studied: Study) -> Together:
    """What decides a leaf that no single position decides: equal values of one field in several documents, else
    several documents of which each would do."""
    for group in _equal_values(str(value), document, studied):
        edits = tuple(Edit((one.kind, one.name), one.path, f"{value}x") for one in group)
        env = studied.worlds.with_edits(edits)
        if env is not None and _changes(pointer, index, World(env, edits), studied):
            return [group[0]], tuple(group[1:])
    return [document], tuple(_documents(pointer, index, document, studied))


def _equal_values(text: str, document: Position, studied: Study) -> Iterable[list[Position]]:
    """Positions of one field that hold the same text, those of the object's own document first."""
    groups: dict[tuple[object, ...], list[Position]] = {}
    for position in studied.tried:
        found = studied.worlds.document((position.kind, position.name)).node.at(position.path)
        if position.role is Role.VALUE and found is not None and found.value == text:
            field = tuple(0 if isinstance(step, int) else step for step in position.path)
            groups.setdefault((position.kind, field), []).append(position)
    for group in groups.values():
        if len(group) > 1:
            yield sorted(group, key=lambda one: (one.kind, one.name) != (document.kind, document.name))


def _documents(pointer: str, index: int, document: Position, studied: Study) -> Iterable[Position]:
    """The fewest other documents without which, and without its own, the object would not be as it is."""
    others = [one for one in studied.tried if one.role is Role.DOCUMENT and one != document]
    if not _without(pointer, index, [document, *others], studied):
        return []
    needed = list(others)
    for other in others:
        fewer = [one for one in needed if one != other]
        if _without(pointer, index, [document, *fewer], studied):
            needed = fewer
    return needed


def _without(pointer: str, index: int, documents: Sequence[Position], studied: Study) -> bool:
    world = studied.worlds.without([(one.kind, one.name) for one in documents])
    return _changes(pointer, index, world, studied)


def _changes(pointer: str, index: int, world: World, studied: Study) -> bool:
    made = studied.subject.make_in(world)
    if made is None:
        return False
    changed = dict(changed_objects([one.item for one in studied.made], [one.item for one in made]))
    leaves = changed.get(index, {})
    return leaves is None or pointer in leaves
