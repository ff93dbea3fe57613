"""Events over an exposure, read as a page needs them. Both scripts of an evidence pack are their slow second
implementation (`tests/pilots/evidence_packs/test_scripts.py`)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import analysis, charts, guardrails, intervals
from pilots.statistics.guardrails import GuardrailState
from tests.present import present

EVENTS = st.lists(st.integers(0, 40), min_size=16, max_size=40)


def test_example_of_two_rates_lies_around_their_exact_interval() -> None:
    # Rothman, Greenland and Lash, Modern Epidemiology (2008): 41 breast cancers in 28,010 woman-years with
    # fluoroscopy, 15 in 19,017 without; the difference is 6.75 per 10,000.
    before = np.array([15.0] * 8) / 8, np.array([1.9017] * 8) / 8
    after = np.array([41.0] * 8) / 8, np.array([2.801] * 8) / 8
    over, under = (np.concatenate(pair) for pair in zip(before, after, strict=True))
    effect = present(analysis.analyse_rates(over, under, direction="lower", go_live=8).effect)
    once = intervals.rate_difference(41, 2.801, 15, 1.9017)
    assert effect.estimate == pytest.approx(6.75, abs=0.005)
    assert (effect.n_before, effect.n_after) == (15, 41)
    # It may be read at every look, which an interval of one look may not: it is wider.
    assert present(effect.lower) < present(once.lower) < present(once.upper) < present(effect.upper)


@given(events=EVENTS)
def test_counts_are_a_rate_of_one_a_period_and_their_chart_is_a_c_chart(events: list[int]) -> None:
    read = analysis.analyse_rates(events, np.ones(len(events)), direction="lower", go_live=12)
    drawn = charts.u_chart(events, np.ones(len(events)), baseline=12)
    assert np.array_equal(read.judged.upper, drawn.upper, equal_nan=True)
    plain = charts.c_chart(events, baseline=12)
    assert read.judged.centre == pytest.approx(plain.centre, nan_ok=True)


@given(events=EVENTS, seed=st.integers(0, 99))
def test_what_it_is_told_per_changes_no_finding(events: list[int], seed: int) -> None:
    days = np.random.default_rng(seed).integers(200, 2000, len(events)).astype(float)
    per_day, per_thousand = (
        analysis.analyse_rates(events, days / per, direction="lower", go_live=12)
        for per in (1, 1000)
    )
    first, second = present(per_day.effect), present(per_thousand.effect)
    assert (first.refused is None) == (second.refused is None)
    if first.refused is None:
        for name in ("estimate", "lower", "upper"):
            told = 1000 * getattr(first, name)
            assert getattr(second, name) == pytest.approx(told, rel=1e-9, abs=1e-9)
    assert per_day.classes.tolist() == per_thousand.classes.tolist()


def test_rare_falls_beyond_their_limit_are_found_event_by_event() -> None:
    calm, worse = [0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], [2, 1, 3, 2, 2, 3]
    found = guardrails.guardrail_of_rates(
        calm, [1.2] * 12, worse, [1.2] * 6, limit=0.5, direction="lower", looks_a_year=12
    )
    assert found.state is GuardrailState.BREACHED
    assert present(found.times) > 1


def test_of_what_should_be_many_too_few_are_found() -> None:
    found = guardrails.guardrail_of_rates(
        [40, 44, 38, 41] * 4, [2.0] * 16, [12, 9, 11, 10] * 2, [2.0] * 8, limit=15, direction="higher",
    )  # fmt: skip
    assert found.state is GuardrailState.BREACHED
    calm = guardrails.guardrail_of_rates(
        [40, 44, 38, 41] * 4, [2.0] * 16, [12, 9, 11, 10], [2.0] * 4, limit=0, direction="higher",
    )  # fmt: skip
    assert calm.state is not GuardrailState.BREACHED


def test_few_events_are_refused_however_much_exposure() -> None:
    read = analysis.analyse_rates([0, 1] * 8, [9000.0] * 16, direction="lower", go_live=10)
    assert present(present(read.effect).refused).code == "few_events"
