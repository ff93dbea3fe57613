"""What is kept of small groups tells nobody what was held back: tried by whoever knows the rule."""

import doctest
from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.metrics import suppression
from pilots.metrics.suppression import Counts, held_back, is_small

LEAST = 3
# What an attacker sees: the whole, and the groups that are shown.
Seen = tuple[Counts, tuple[tuple[str, Counts], ...]]


def test_examples_run() -> None:
    assert doctest.testmod(suppression).failed == 0


@pytest.mark.parametrize("unknown", [0, 14], ids=["everybody in a group", "some in none"])
@pytest.mark.parametrize("groups", [2, 3])
def test_whoever_knows_the_rule_and_the_whole_finds_no_small_count(
    groups: int, unknown: int
) -> None:
    """The attacker's twin: all tables that there could be, by what is shown of each. What is alike to the
    eye must not have the same small count everywhere, but where the whole alone says so."""
    names, most = "abc"[:groups], 14
    seen: dict[Seen, list[tuple[int, ...]]] = defaultdict(list)
    alone: dict[int, set[tuple[int, ...]]] = defaultdict(set)
    # The last are those of whom nobody says in which group they are.
    for table in product(*[range(1, most)] * groups, range(unknown + 1)):
        if (whole := sum(table)) > most:
            continue
        cells: dict[str, Counts] = {
            name: (count,) for name, count in zip(names, table, strict=False)
        }
        hidden = held_back(cells, (whole,), least=LEAST)
        shown = tuple((name, cells[name]) for name in names if name not in hidden)
        seen[(whole,), shown].append(table)
        alone[whole].add(table)
    checked = 0
    for ((whole,), shown), tables in seen.items():
        for place in range(groups):
            possible = {table[place] for table in tables}
            if names[place] in dict(shown) or min(possible) >= LEAST:
                continue
            checked += 1
            known = len({table[place] for table in alone[whole]}) == 1
            assert known or len(possible) > 1, (whole, shown, place)
    assert checked > 20


def test_whoever_knows_the_rule_finds_no_small_part_of_a_proportion() -> None:
    seen: dict[Seen, list[tuple[int, ...]]] = defaultdict(list)
    for a, b, c, d in product(range(7), repeat=4):
        if a + b == 0 or c + d == 0:
            continue
        cells: dict[str, Counts] = {"a": (a, b), "b": (c, d)}
        whole: Counts = (a + c, b + d)
        hidden = held_back(cells, whole, least=LEAST)
        shown = tuple((name, cells[name]) for name in "ab" if name not in hidden)
        seen[whole, shown].append((a, b, c, d))
    for (whole, shown), tables in seen.items():
        if min(whole) < LEAST:
            continue  # the whole alone is small, and says so itself
        for place in range(4):
            possible = {table[place] for table in tables}
            if "ab"[place // 2] not in dict(shown) and min(possible) < LEAST:
                assert len(possible) > 1, (whole, shown, place)


COUNTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8)


@given(
    counts=COUNTS,
    unknown=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    least=st.integers(1, 20),
)
def test_rest_is_nothing_or_large_and_few_are_held_back_besides(
    counts: list[tuple[int, int]], unknown: tuple[int, int], least: int
) -> None:
    cells = {f"g{place}": one for place, one in enumerate(counts)}
    whole = tuple(sum(part) for part in zip(*counts, unknown, strict=True))
    hidden = held_back(cells, whole, least=least)
    shown = [one for name, one in cells.items() if name not in hidden]
    assert not any(is_small(one, least) for one in shown)
    if shown:
        rest = tuple(
            total - sum(part) for total, part in zip(whole, zip(*shown, strict=True), strict=True)
        )
        assert not is_small(rest, least) or (not hidden and not any(rest))
    small = {name for name, one in cells.items() if is_small(one, least)}
    # Of those that are large one makes the rest large, and another what is alike at the edge.
    assert len({sum(cells[name]) for name in hidden - small}) <= 2


def test_what_was_held_back_stays_so_whatever_comes_later() -> None:
    first = held_back({"a": (40,), "b": (12,), "c": (3,)}, (55,), least=10)
    assert first == {"b", "c"}
    later = held_back({"a": (40,), "b": (12,), "c": (13,)}, (65,), least=10, already=first)
    assert later == {"b", "c"}
