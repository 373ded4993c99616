"""What two lists have in common: against the table that everybody knows, and against all that could be chosen."""

import random
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from mlplat.compare.sequences import longest_common_run, most_alike

TEXTS = st.lists(st.sampled_from("abcd"), max_size=9)


def length(left: list[str], right: list[str]) -> int:
    """By dynamic programming."""
    row = [0] * (len(right) + 1)
    for one in left:
        above = row[:]
        for index, other in enumerate(right):
            row[index + 1] = above[index] + 1 if one == other else max(above[index + 1], row[index])
    return row[-1]


@given(TEXTS, TEXTS)
def test_it_is_common_it_is_a_run_and_none_is_longer(left: list[str], right: list[str]) -> None:
    pairs = longest_common_run(left, right)
    assert all(left[one] == right[other] for one, other in pairs)
    assert all(one < after and other < then for (one, other), (after, then) in pairwise(pairs))
    assert len(pairs) == length(left, right)


def test_thousands_in_another_order_and_thousands_of_the_same() -> None:
    chance = random.Random(7)
    numbers = [str(number) for number in range(6000)]
    shuffled = numbers[:]
    chance.shuffle(shuffled)
    assert 100 < len(longest_common_run(numbers, shuffled)) < 200
    few, others = (["x", *(chance.choice("ab") for _ in range(6000))] for _ in range(2))
    pairs = longest_common_run(few, others)
    assert pairs == [(index, index) for index, one in enumerate(few) if one == others[index]]


ITEMS = st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)), max_size=5)


def alike(one: dict[str, int], other: dict[str, int]) -> int:
    return len(one.items() & other.items())


@given(ITEMS, ITEMS)
def test_the_most_alike_are_pairs_in_their_order(left: list[dict[str, int]], right: list[dict[str, int]]) -> None:
    pairs = most_alike(left, right)
    shorter = min(len(left), len(right))
    assert len(pairs) == shorter
    assert all(one < after and other < then for (one, other), (after, then) in pairwise(pairs))
    if len(left) == len(right):
        assert pairs == [(index, index) for index in range(shorter)]
        return
    chosen = combinations(range(len(left)), shorter), list(combinations(range(len(right)), shorter))
    possible = (zip(ours, theirs, strict=True) for ours in chosen[0] for theirs in chosen[1])
    best = max(sum(alike(left[one], right[other]) for one, other in pairing) for pairing in possible)
    assert sum(alike(left[one], right[other]) for one, other in pairs) == best


def test_plain_values_and_long_lists_are_paired_index_by_index() -> None:
    assert most_alike(["a"], ["x", "a"]) == [(0, 0)]
    assert most_alike([{"a": 1}], [{"b": 1}, {"a": 1}]) == [(0, 1)]
    assert most_alike([{"a": 1}] * 21, [{"b": 1}, *[{"a": 1}] * 21])[0] == (0, 0)
