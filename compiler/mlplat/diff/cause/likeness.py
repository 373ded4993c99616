"""How much a change of a specification looks like one of an object: what cannot be tried is guessed by that."""

from mlplat.compare.difference import ABSENT, Difference
from mlplat.diff.cause.spec_changes import Address, SpecChange


def likeness(change: SpecChange, difference: Difference | None, own: Address | None) -> int:
    """By its values, then by what it is called, the object's own document first."""
    score = 0 if change.address == own else -10
    if difference is None:
        return score + (5 if not change.path else 0)
    before, after = change.values
    for mine, theirs in ((after, difference.new), (before, difference.old)):
        if mine is ABSENT or theirs is ABSENT:
            score += 2 if mine is theirs else 0
        elif str(mine) == str(theirs):
            score += 40
        elif len(str(mine)) > 1 and str(mine) in str(theirs):
            score += 15
    called = {_folded(step) for step in change.path if isinstance(step, str)}
    steps = [step for step in difference.new_path if isinstance(step, str)]
    if steps and _folded(steps[-1]) in called:
        score += 20
    elif any(_folded(step) in called for step in steps if step not in ("spec", "metadata")):
        score += 8
    return score


def _folded(key: str) -> str:
    """Names of the same thing in specification and object: `nodes`, `numNodes`, `minReplicas`."""
    return key.lower().removeprefix("num")
