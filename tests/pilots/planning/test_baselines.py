"""What a baseline says of how a metric will behave: recovered from series that were drawn so, or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from pilots.evidence.numbers import SeriesPlan
from pilots.metrics.series import Series
from pilots.planning.baselines import baseline_of
from pilots.planning.forecast import PlanAsked, forecast
from pilots.statistics.series import Refusal

BEGINS = date(2024, 1, 1)
STARTS = date(2027, 1, 4)
SHARE = SeriesPlan(True, "week", "lower", target=0.09, steady=True)


def shares(events: np.ndarray, cases: np.ndarray | float) -> Series:
    under = np.broadcast_to(np.asarray(cases, dtype=np.float64), events.shape).copy()
    periods = [BEGINS + timedelta(weeks=week) for week in range(len(events))]
    over = events.astype(np.float64)
    return Series(periods, over / under, over, under, under, np.ones(len(events), dtype=np.int64))


def values(numbers: np.ndarray, n: np.ndarray | None = None) -> Series:
    periods = [BEGINS + timedelta(weeks=week) for week in range(len(numbers))]
    cases = np.full(len(numbers), np.nan) if n is None else n.astype(np.float64)
    return Series(periods, numbers, None, None, cases, np.ones(len(numbers), dtype=np.int64))


def known(series: Series, plan: SeriesPlan = SHARE, **more: bool):  # type: ignore[no-untyped-def]
    return baseline_of(series, plan, starts=STARTS, today=STARTS, **more)


def test_independent_shares_have_no_spread_of_their_own() -> None:
    rng = np.random.default_rng(1)
    found = known(shares(rng.binomial(300, 0.12, 90), 300))
    assert found.process.level == pytest.approx(0.12, abs=0.01)
    assert found.process.spread < 0.08
    assert found.cases == 300
    assert found.season is None


def test_spread_and_likeness_beyond_sampling_are_recovered() -> None:
    rng = np.random.default_rng(2)
    spreads, likeness = [], []
    for _number in range(20):
        latent = np.zeros(100)
        for week in range(1, 100):
            latent[week] = 0.6 * latent[week - 1] + rng.normal(0, 0.3 * 0.8)
        share = 1 / (1 + np.exp(-(np.log(0.12 / 0.88) + latent)))
        process = known(shares(rng.binomial(400, share), 400)).process
        spreads.append(process.spread)
        likeness.append(process.alike)
    assert np.mean(spreads) == pytest.approx(0.3, abs=0.04)
    assert np.mean(likeness) == pytest.approx(0.6, abs=0.1)


def test_values_of_known_numbers_of_cases_keep_the_spread_of_one_case() -> None:
    rng = np.random.default_rng(3)
    n = rng.integers(20, 200, 90)
    plan = SeriesPlan(False, "week", "lower", target=45.0, steady=True)
    found = known(values(50 + rng.normal(0, 10 / np.sqrt(n)), n), plan)
    assert found.process.spread == pytest.approx(10, abs=1.5)
    assert set(found.process.cases) <= set(n.tolist())


def test_a_season_is_seen_in_two_years_and_taken_out_of_the_spread() -> None:
    rng = np.random.default_rng(4)
    wave = np.sin(2 * np.pi * np.arange(110) / 52.18)
    plan = SeriesPlan(False, "week", "lower", target=18.0, steady=True)
    line = values(20 + 3 * wave + rng.normal(0, 1, 110))
    found = known(line, replace(plan, design="before_after"))
    assert found.season == pytest.approx(3, abs=0.5)
    assert found.process.spread == pytest.approx(1, abs=0.2)
    assert len(found.process.season_before) == found.process.points
    by_history = known(line, plan).process
    assert by_history.a_year > 52 and by_history.points >= 108
    assert by_history.season_before == ()  # what its own history takes out is no noise
    steady = known(values(20 + rng.normal(0, 1, 110)), plan)
    assert steady.season == 0.0
    assert steady.process.season_after == ()


def test_periods_of_the_window_that_are_to_come_count() -> None:
    rng = np.random.default_rng(5)
    series = shares(rng.binomial(300, 0.12, 10), 300)
    plan = SeriesPlan(
        True, "week", "lower", target=0.09, steady=True,
        baseline_from=BEGINS, baseline_until=BEGINS + timedelta(weeks=16),
    )  # fmt: skip
    found = known(series, plan)
    assert (found.known, found.to_come, found.process.points) == (10, 6, 16)


@pytest.mark.parametrize(
    ("series", "code"),
    [
        (shares(np.full(7, 20), 100), "few_points"),
        (shares(np.r_[1, np.zeros(11)], 100), "few_events"),
        (values(np.full(12, 20.0)), "no_variation"),
        (values(np.linspace(10, 30, 30)), "autocorrelated"),
    ],
)
def test_baselines_that_carry_no_plan_are_refused_with_the_reason(
    series: Series, code: str
) -> None:
    plan = SeriesPlan(series.numerators is not None, "week", "lower", target=0.01, steady=True)
    with pytest.raises(Refusal) as refused:
        known(series, plan)
    assert refused.value.remark.code == code


def test_a_guardrail_of_rare_events_is_foreseen_without_a_single_one() -> None:
    """1 in 500 is the limit, and nothing happened in twelve weeks."""
    plan = SeriesPlan(True, "week", "lower", limit=0.002, steady=True)
    asked = PlanAsked(plan, STARTS, STARTS + timedelta(weeks=26), 1, True, STARTS)
    found = forecast(shares(np.zeros(12), 300), asked)
    assert found.harm is not None
    assert found.harm["to"] == pytest.approx(0.004)
    assert found.harm["median"] is None or found.harm["median"] > 3


def test_without_dates_it_is_said_when_and_not_whether() -> None:
    rng = np.random.default_rng(6)
    found = forecast(
        shares(rng.binomial(300, 0.12, 12), 300), PlanAsked(SHARE, None, None, 1, False, STARTS)
    )
    assert found.planned is None and found.chance is None and found.least is None
    assert found.even_at is not None


def test_a_target_that_the_baseline_has_reached_promises_nothing() -> None:
    rng = np.random.default_rng(7)
    asked = PlanAsked(SHARE, STARTS, STARTS + timedelta(weeks=26), 1, False, STARTS)
    found = forecast(shares(rng.binomial(300, 0.05, 12), 300), asked)
    assert found.promised is None and found.from_target
    assert found.least is not None and found.least < 0
