"""MLP452: an object that goes from one Argo CD Application to another.

The two Applications know nothing of each other: the old one prunes what it no longer has, the new one creates what is
not there, in whatever order they sync (Argo CD 3.6.1, resource tracking by annotation).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, PlatformRule, PlatformScope


def check(scope: PlatformScope) -> Iterable[tuple[str, FoundInObject]]:
    """One finding for each pair of units between which objects of an environment move."""
    for name, lowered in sorted(scope.objects.items()):
        before = scope.units.get(name, {})
        moves: dict[tuple[str, str], list[KubeObject]] = {}
        for item in lowered.objects if before else ():
            old = before.get(item.ref, item.unit)
            if old != item.unit:
                moves.setdefault((old, item.unit), []).append(item)
        for (old, new), items in sorted(moves.items(), key=lambda move: move[0]):
            more = f" and {len(items) - 1} more" if len(items) > 1 else ""
            yield (
                name,
                FoundInObject(
                    items[0],
                    "/metadata/name",
                    f"{called(items[0])}{more} of `{name}` would move from the Application `{old}` to `{new}`",
                    f"now in `{new}`",
                    ("the one may delete it before or after the other creates it: it can be gone for a while",),
                    f"sync `{new}` first and `{old}` after it, without pruning in between; or keep it in `{old}`",
                ),
            )


RULE = PlatformRule("MLP452", check, compares=True)
