"""What two lists have in common, in order: in the time of a sort where few texts stand in them twice."""

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from mlplat.objects.equality import is_list, is_map

_MOST_COMPARED = 400
"""Pairs of items of which it is asked how alike they are, between two items that are the same in both lists."""

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


def most_alike(left: Sequence[Any], right: Sequence[Any]) -> list[tuple[int, int]]:
    """Pairs of indexes, growing in both lists, one for every item of the shorter list: those whose items hold the most
    in common, of equally good ones the first.

    Lists of one length, long ones, and those of plain values are paired index by index.
    """
    shorter = min(len(left), len(right))
    plain = not all(is_map(item) or is_list(item) for item in (*left, *right))
    if plain or len(left) == len(right) or len(left) * len(right) > _MOST_COMPARED:
        return [(index, index) for index in range(shorter)]
    if len(left) > len(right):
        return [(index, other) for other, index in most_alike(right, left)]
    held, others = ([set(_leaves(item)) for item in items] for items in (left, right))
    best: list[list[tuple[int, bool]]] = [[(0, False)] * (len(right) + 1) for _ in range(len(left) + 1)]
    for index in range(len(left) - 1, -1, -1):
        room = len(right) - len(left) + index
        best[index][room + 1 :] = [(-1, False)] * (len(right) - room)
        for other in range(room, -1, -1):
            taken = len(held[index] & others[other]) + best[index + 1][other + 1][0]
            passed = best[index][other + 1][0]
            best[index][other] = (taken, True) if taken >= passed else (passed, False)
    pairs, other = [], 0
    for index in range(len(left)):
        while not best[index][other][1]:
            other += 1
        pairs.append((index, other))
        other += 1
    return pairs


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """What a value holds: the path to each plain value, without indexes, and the value as JSON."""
    if is_map(value):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}")
    elif is_list(value):
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path, json.dumps(value, default=str)
