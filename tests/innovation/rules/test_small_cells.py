"""No group below the minimum, by itself or by taking one from another."""

import doctest
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from innovation.rules import small_cells
from innovation.rules.small_cells import MINIMUM, is_shown, shown_parts

SIZES = st.dictionaries(st.integers(0, 9), st.integers(0, 30), max_size=6)


def test_examples_run() -> None:
    assert doctest.testmod(small_cells).failed == 0


def test_shown_from_five_answers_up() -> None:
    assert [is_shown(n) for n in (0, 4, 5)] == [False, False, True]


@given(sizes=SIZES)
def test_shown_parts_leave_nobody_below_the_minimum(sizes: dict[int, int]) -> None:
    shown = shown_parts(sizes)
    assert all(sizes[key] >= MINIMUM for key in shown)
    # The slow way: the whole less any of what is shown is nobody, a shown part, or enough people.
    whole = sum(sizes.values())
    for count in range(len(shown) + 1):
        for some in combinations(shown, count):
            left = whole - sum(sizes[key] for key in some)
            assert left == 0 or left >= MINIMUM


@given(sizes=SIZES)
def test_shown_parts_hide_nothing_where_all_are_large_enough(sizes: dict[int, int]) -> None:
    large = {key: n + MINIMUM for key, n in sizes.items()}
    assert shown_parts(large) == set(large)
