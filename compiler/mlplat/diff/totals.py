"""How many objects change, and what runs before and after, for each environment and team."""

from collections.abc import Iterable, Iterator, Sequence

from mlplat.compiler.artifacts import KubeObject
from mlplat.diff.demand import NONE, Asks, asks_of
from mlplat.diff.impact.effect import Impact
from mlplat.diff.pairing import Pair
from mlplat.diff.report import Action, Change, Total
from mlplat.diff.state import Side
from mlplat.diff.teams import team_of


def totals_of(
    environment: str, pairs: Sequence[Pair], changes: Iterable[Change], sides: tuple[Side, Side]
) -> Iterator[Total]:
    """One total for each team of an environment in which something changes; that of no team comes last."""
    changed = {
        (change.object.kind, change.object.namespace, change.object.name) for change in changes if _edits(change)
    }
    teams: dict[str | None, list[Pair]] = {}
    for pair in pairs:
        teams.setdefault(team_of(pair.either, *sides), []).append(pair)
    for team in sorted(teams, key=lambda name: (name is None, name or "")):
        of_team = teams[team]
        created = sum(pair.old is None for pair in of_team)
        deleted = sum(pair.new is None for pair in of_team)
        edited = sum(pair.old is not None and pair.new is not None and _key(pair.new) in changed for pair in of_team)
        if created or deleted or edited:
            before = _sum(pair.old for pair in of_team).demand()
            after = _sum(pair.new for pair in of_team).demand()
            yield Total(environment, team, created, edited, deleted, before, after)


def _edits(change: Change) -> bool:
    return change.action is Action.CHANGED and change.impact is not Impact.QUOTA_EXCEEDED


def _key(item: KubeObject) -> tuple[str, str | None, str]:
    return item.ref.kind, item.ref.namespace or None, item.logical_name


def _sum(items: Iterable[KubeObject | None]) -> Asks:
    total = NONE
    for item in items:
        if item is not None:
            asked = asks_of(item.body)
            total = total.plus(asked) if asked.pods else total
    return total
