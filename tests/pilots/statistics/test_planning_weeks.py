"""Weeks to an answer: against simulated pilots, and when there is no plan."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pilots.statistics import before_after, planning
from pilots.statistics.series import Refusal
from tests.probes import examples

BASELINE = 20 + np.array([0, 2, -1, 1, -2, 1, 0, -1, 2, -2, 1, -1, 0, 2, -2, 1, -1, 0, 1, -1.0])


def test_a_single_test_after_the_planned_weeks_finds_the_change_as_often_as_planned() -> None:
    plan = planning.weeks_for_values(BASELINE, 1.5, reading="once")
    assert plan.autocorrelation < 0.05
    weeks = int(plan.weeks[0])
    rng = np.random.default_rng(1)
    before = rng.standard_normal((20_000, len(BASELINE))) * plan.spread
    after = rng.standard_normal((20_000, weeks)) * plan.spread + 1.5
    found = stats.ttest_ind(after, before, axis=1).pvalue < 0.05
    planned = plan.power[0][plan.read == weeks][0]
    assert planned >= 0.8
    assert found.mean() == pytest.approx(planned, abs=0.02)


def first_found(before: np.ndarray, after: np.ndarray, read: np.ndarray) -> np.ndarray:
    """The first week of each simulated pilot whose interval, as the product draws it, is clear."""
    first = np.full(len(before), np.inf)
    for week in read.astype(int):
        halves = before_after.halves_of_values(before, after[:, :week])
        fit = before_after.fit_of(halves)
        half = before_after.effect_half_width(halves, fit, alpha=0.05)
        clear = np.abs(fit.mean_after - fit.mean_before) > half
        first = np.where(np.isinf(first) & clear, week, first)
    return first


def test_the_interval_read_at_any_time_finds_the_change_about_as_soon_as_planned() -> None:
    plan = planning.weeks_for_values(BASELINE, 2.0)
    rng = np.random.default_rng(2)
    weeks = int(plan.weeks[0])
    read = plan.read[plan.read <= weeks]
    before = rng.standard_normal((3000, len(BASELINE))) * plan.spread
    after = rng.standard_normal((3000, weeks)) * plan.spread + 2.0
    found = (first_found(before, after, read) <= weeks).mean()
    planned = plan.power[0][plan.read == weeks][0]
    assert planned >= 0.8
    assert found == pytest.approx(planned, abs=0.035)


def test_proportions_need_more_weeks_where_units_are_fewer_and_weeks_differ() -> None:
    rng = np.random.default_rng(3)
    few = planning.weeks_for_proportions(rng.binomial(50, 0.2, 20), np.full(20, 50), -0.08)
    many = planning.weeks_for_proportions(rng.binomial(200, 0.2, 20), np.full(20, 200), -0.08)
    assert many.weeks[0] < few.weeks[0]
    assert many.per_week == 200
    uneven = rng.binomial(200, rng.choice([0.1, 0.3], 20))
    spread = planning.weeks_for_proportions(uneven, np.full(20, 200), -0.08)
    assert "overdispersed" in [remark.code for remark in spread.warnings]
    assert not spread.weeks[0] <= many.weeks[0]


def test_proportions_by_hand() -> None:
    x, n = np.tile([9, 11, 10, 10, 12, 8], 4), np.full(24, 50)
    plan = planning.weeks_for_proportions(x, n, -0.08, reading="once")
    assert plan.spread < 1
    before = 0.2 * 0.8 / (24 * 50)
    # The engine adds an event and a non-event to the baseline.
    level = (x.sum() + 1) / (n.sum() + 2)
    before = level * (1 - level) / (24 * 50)
    for week, power in zip(plan.read[:20], plan.power[0][:20], strict=True):
        after = 0.12 * 0.88 / (50 * week)
        widen = plan.autocorrelation
        factor = (1 + max(widen, 0)) / (1 - max(widen, 0))
        shift = 0.08 / math.sqrt((before + after) * factor)
        assert power == pytest.approx(stats.norm.sf(1.959964 - shift), abs=1e-6)


def test_rates_and_missing_weeks() -> None:
    counts = np.array([6, 4, 5, math.nan, 3, 5, 6, 4, 5, 7, 3, 5, 6, 4, 5, 6])
    plan = planning.weeks_for_rates(counts, np.full(16, 100.0), [-0.03, 0.04])
    assert plan.baseline_weeks == 15
    assert plan.level == pytest.approx(np.nanmean(counts) / 100)
    assert plan.weeks.shape == (2,)


def test_a_change_the_baseline_cannot_resolve_is_refused_with_the_reason() -> None:
    plan = planning.weeks_for_values(BASELINE, [0.2, 5.0])
    assert np.isnan(plan.weeks[0])
    assert plan.weeks[1] <= 6
    assert list(plan.refused) == [0]
    assert plan.refused[0].code == "beyond_horizon"
    assert "a longer one" in str(plan.refused[0])


def test_neighbours_alike_take_longer_and_are_said() -> None:
    rng = np.random.default_rng(8)
    series = rng.standard_normal(60)
    for week in range(1, 60):
        series[week] += 0.4 * series[week - 1]
    plan = planning.weeks_for_values(series, 2.0, reading="once")
    assert plan.autocorrelation > 0.2
    assert "autocorrelated" in [remark.code for remark in plan.warnings]
    shuffled = planning.weeks_for_values(rng.permutation(series), 2.0, reading="once")
    assert not plan.weeks[0] < shuffled.weeks[0]


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda: planning.weeks_for_values(BASELINE[:7], 1), "few_points"),
        (lambda: planning.weeks_for_values([*BASELINE[:7], math.nan], 1), "few_points"),
        (lambda: planning.weeks_for_values([], 1), "few_points"),
        (lambda: planning.weeks_for_values([3.0] * 12, 1), "no_variation"),
        (lambda: planning.weeks_for_values(np.arange(20.0), 1), "autocorrelated"),
        (lambda: planning.weeks_for_proportions([0, 1] * 6, [50] * 12, 0.1), "few_events"),
        (lambda: planning.weeks_for_rates([0, 1] * 6, [50] * 12, 0.1), "few_events"),
    ],
)
def test_a_baseline_that_cannot_carry_a_plan_is_refused(
    ask: Callable[[], object], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        ask()
    assert refused.value.remark.code == code


def test_a_short_or_moving_baseline_is_said() -> None:
    short = planning.weeks_for_values(BASELINE[:10], 3)
    assert "short_baseline" in [remark.code for remark in short.warnings]
    wobble = np.tile([3.0, -3.0, 2.0, -2.0], 5)
    moving = planning.weeks_for_values(wobble + 0.5 * np.arange(20), 5)
    assert "moving_baseline" in [remark.code for remark in moving.warnings]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: planning.weeks_for_values(BASELINE, 0),
        lambda: planning.weeks_for_values(BASELINE, math.nan),
        lambda: planning.weeks_for_values(BASELINE, 1, power=0.01),
        lambda: planning.weeks_for_values(BASELINE, 1, horizon=2),
        lambda: planning.weeks_for_values(BASELINE, 1, reading="sometimes"),  # type: ignore[arg-type]  # nonsense on purpose
        lambda: planning.weeks_for_values(BASELINE.reshape(2, 10), 1),
        lambda: planning.weeks_for_proportions([5, 6] * 6, [50] * 12, -0.2),
        lambda: planning.weeks_for_proportions([60] * 12, [50] * 12, -0.2),
        lambda: planning.weeks_for_rates([5, 6] * 6, [50] * 12, -0.2),
    ],
)
def test_nonsense_is_said_to_be(ask: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"\w.*\."):
        ask()


@examples(40)
@given(
    values=st.lists(
        st.one_of(st.just(math.nan), st.floats(-1e6, 1e6), st.integers(-3, 3).map(float)),
        max_size=30,
    ),
    change=st.floats(-1e3, 1e3).filter(lambda c: c != 0),
)
def test_any_baseline_gives_a_plan_or_a_reason(values: list[float], change: float) -> None:
    try:
        plan = planning.weeks_for_values(values, change, horizon=52)
    except Refusal as refused:
        assert refused.remark.text
        return
    assert np.isnan(plan.weeks[0]) == (0 in plan.refused)
    assert ((plan.power >= 0) & (plan.power <= 1 + 1e-9)).all()
    assert (np.diff(plan.power[0]) >= -1e-9).all()
