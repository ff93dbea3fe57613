"""On what ground a pilot was stopped, and what the freed shares come to."""

from __future__ import annotations

import doctest
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilots.learning import endings
from pilots.learning.endings import FreedShare, StopCase, StopGround, freed

DAY = date(2026, 11, 23)


def test_examples_run() -> None:
    assert doctest.testmod(endings).failed == 0


@pytest.mark.parametrize(
    ("case", "ground", "keeps"),
    [
        (StopCase(True, "stop"), StopGround.RULE, True),
        (StopCase(True, "stop", unsafe=True), StopGround.SAFETY, True),
        (StopCase(True, "pause", unsafe=True), StopGround.SAFETY, True),
        (StopCase(True, "extend", against=True), StopGround.AGAINST, False),
        (StopCase(True, "extend", against=True, unsafe=True), StopGround.SAFETY, False),
        (StopCase(True), StopGround.NO_RULE, False),
        (StopCase(False), StopGround.EARLY, False),
        (StopCase(False, unsafe=True), StopGround.SAFETY, False),
    ],
)
def test_a_stop_keeps_its_rule_or_it_does_not(
    case: StopCase, ground: StopGround, keeps: bool
) -> None:
    assert (case.ground, case.keeps_rule) == (ground, keeps)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 100), st.integers(-60, 60), st.integers(0, 90)), max_size=6)
)
def test_what_is_freed_is_what_lies_after_today_day_by_day(
    shares: list[tuple[int, int, int]],
) -> None:
    promised = [
        (percent, DAY + timedelta(days=start), DAY + timedelta(days=start + length))
        for percent, start, length in shares
    ]
    found = freed(promised, today=DAY)
    slowly = sum(
        percent
        for percent, start, end in promised
        for day in (start + timedelta(days=n) for n in range((end - start).days + 1))
        if day > DAY
    )
    fast = sum(one.percent * ((one.ends_on - one.starts_on).days + 1) for one in found)
    assert fast == slowly
    assert all(one.starts_on > DAY for one in found)


def test_a_tenth_for_a_week_is_four_hours() -> None:
    assert FreedShare(10, DAY, DAY + timedelta(days=6)).hours == Decimal("4.0")
