"""What two lists of texts have in common, in order: in the time of a sort where few texts stand in them twice."""

from bisect import bisect_left
from collections.abc import Sequence

_MOST_MATCHES = 500_000
"""Pairs of equal texts that are looked at: half a second. Two lists of thousands of the same few texts have more."""


def longest_common_run(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of indexes of equal texts, growing in both lists, as many as can be (Hunt and Szymanski 1977).

    Where the two have too many equal pairs to look at, what stands at the same index in both is a pair, between what
    they begin and end with: fewer perhaps than could be, and never a wrong one.
    """
    start = _equal(left, right)
    end = _equal(left[: start - 1 if start else None : -1], right[: start - 1 if start else None : -1])
    ends = len(left) - end, len(right) - end
    middle = _between(left[start : ends[0]], right[start : ends[1]])
    return [
        *((index, index) for index in range(start)),
        *((start + one, start + other) for one, other in middle),
        *((ends[0] + index, ends[1] + index) for index in range(end)),
    ]


def _equal(left: Sequence[str], right: Sequence[str]) -> int:
    """How many texts two lists begin with that are the same."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((index for index, (one, other) in pairs if one != other), min(len(left), len(right)))


def _between(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    places: dict[str, list[int]] = {}
    for index in range(len(right) - 1, -1, -1):
        places.setdefault(right[index], []).append(index)
    if sum(len(places.get(text, ())) for text in left) > _MOST_MATCHES:
        return [(index, index) for index, (one, other) in enumerate(zip(left, right, strict=False)) if one == other]
    lasts: list[int] = []  # of the runs of each length, the index in `right` at which the one that ends first ends
    runs: list[_Run] = []
    for index, text in enumerate(left):
        for place in places.get(text, ()):
            length = bisect_left(lasts, place)
            run = (index, place, runs[length - 1] if length else None)
            if length == len(lasts):
                lasts.append(place)
                runs.append(run)
            elif place < lasts[length]:
                lasts[length] = place
                runs[length] = run
    return _unrolled(runs[-1] if runs else None)


_Run = tuple[int, int, "_Run | None"]
"""A pair of indexes, and the run that it goes on."""


def _unrolled(run: "_Run | None") -> list[tuple[int, int]]:
    pairs = []
    while run is not None:
        index, place, run = run
        pairs.append((index, place))
    return pairs[::-1]
