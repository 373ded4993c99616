"""The longest common run of two lists of texts, against the table that everybody knows."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mlplat.compare.sequences import longest_common_run

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
