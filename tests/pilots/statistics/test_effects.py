"""The change since go-live: what it says, when it refuses, and whether it covers the truth."""

from collections.abc import Callable

import numpy as np
import pytest

from pilots.statistics import before_after, effects
from pilots.statistics.confidence_sequences import half_widths
from tests.present import present

WEEKS_BEFORE, LOOKS, SERIES = 24, 52, 1000


def width(found: effects.Effect) -> float:
    return present(found.upper) - present(found.lower)


def missed(halves_at: Callable[[int], before_after.Halves], truth: float) -> float:
    """How often the truth was outside the interval at any of the looks."""
    ever = np.zeros(SERIES, dtype=bool)
    for weeks in range(effects.MIN_AFTER, LOOKS + 1):
        halves = halves_at(weeks)
        fit = before_after.fit_of(halves)
        half = before_after.effect_half_width(halves, fit, alpha=0.05)
        judged = fit.autocorrelation < effects.TOO_ALIKE
        ever |= judged & (np.abs(fit.mean_after - fit.mean_before - truth) > half)
    return float(ever.mean())


def autoregressive(rng: np.random.Generator, r: float) -> np.ndarray:
    noise = rng.standard_normal((SERIES, 40 + WEEKS_BEFORE + LOOKS))
    series = noise.copy()
    for week in range(1, series.shape[1]):
        series[:, week] += r * series[:, week - 1]
    return series[:, 40:]


@pytest.mark.parametrize("r", [0.0, 0.3])
def test_interval_of_weekly_values_read_every_week_for_a_year_covers_the_truth(r: float) -> None:
    series = autoregressive(np.random.default_rng(20), r)
    series[:, WEEKS_BEFORE:] += 0.7
    before, after = series[:, :WEEKS_BEFORE], series[:, WEEKS_BEFORE:]

    def halves_at(weeks: int) -> before_after.Halves:
        return before_after.halves_of_values(before, after[:, :weeks])

    assert missed(halves_at, 0.7) <= 0.05


def test_fixed_sample_interval_read_every_week_would_not_cover_the_truth() -> None:
    series = autoregressive(np.random.default_rng(20), 0.0)
    before, after = series[:, :WEEKS_BEFORE], series[:, WEEKS_BEFORE:]
    ever = np.zeros(SERIES, dtype=bool)
    for weeks in range(effects.MIN_AFTER, LOOKS + 1):
        difference = after[:, :weeks].mean(axis=1) - before.mean(axis=1)
        ever |= np.abs(difference) > 1.96 * np.sqrt(1 / WEEKS_BEFORE + 1 / weeks)
    assert ever.mean() > 0.1


@pytest.mark.parametrize(("size", "share", "between"), [(60, 0.2, 0.0), (800, 0.1, 0.01)])
def test_interval_of_proportions_read_every_week_for_a_year_covers_the_truth(
    size: int, share: float, between: float
) -> None:
    rng = np.random.default_rng(21)
    shape = (SERIES, WEEKS_BEFORE + LOOKS)
    under = rng.poisson(size, shape) + 1
    level = np.full(shape, share)
    if between:
        level = rng.beta(share * (1 / between - 1), (1 - share) * (1 / between - 1), shape)
    over = rng.binomial(under, level)
    cut = WEEKS_BEFORE

    def halves_at(weeks: int) -> before_after.Halves:
        until = cut + weeks
        return before_after.halves_of_proportions(
            over[:, :cut], under[:, :cut], over[:, cut:until], under[:, cut:until]
        )

    assert missed(halves_at, 0.0) <= 0.05


def test_effect_of_values_is_the_difference_of_means_with_an_interval_around_it() -> None:
    rng = np.random.default_rng(1)
    before, after = rng.normal(16.1, 1, 28), rng.normal(11.7, 1, 20)
    effect = effects.effect_of_values(before, after)
    assert effect.estimate == pytest.approx(after.mean() - before.mean())
    assert present(effect.lower) < present(effect.estimate) < present(effect.upper) < 0
    assert (effect.points_before, effect.n_after) == (28, 20)
    assert effect.method == "Anytime-valid 95%"
    assert effect.refused is None
    assert "before_after" in {remark.code for remark in effect.assumptions}


def test_effect_of_proportions_counts_units_and_missing_weeks_do_not() -> None:
    over, under = [5.0, np.nan, 7] * 4, [100.0, 100, 100] * 4
    effect = effects.effect_of_proportions(over, under, over, under)
    assert (effect.n_before, effect.points_before) == (800, 8)
    assert effect.estimate == pytest.approx(0)


def test_effect_of_rates_is_the_difference_of_events_per_exposure() -> None:
    effect = effects.effect(
        before_after.halves_of_rates([10] * 10, [50.0] * 10, [4] * 10, [40.0] * 10)
    )
    assert effect.estimate == pytest.approx(4 / 40 - 10 / 50)
    assert effect.excludes_zero
    assert (effect.n_before, effect.n_after) == (100, 40)


def test_weeks_that_differ_more_than_sampling_brings_widen_the_interval() -> None:
    rng = np.random.default_rng(3)
    under = np.full(20, 5000)
    steady = rng.binomial(under, 0.2)
    moving = rng.binomial(under, np.clip(rng.normal(0.2, 0.05, 20), 0, 1))
    calm = effects.effect_of_proportions(steady, under, steady, under)
    wild = effects.effect_of_proportions(moving, under, moving, under)
    assert width(wild) > 3 * width(calm)
    assert "overdispersed" in {remark.code for remark in wild.warnings}
    assert present(wild.dispersion) > 3


def test_weeks_that_resemble_their_neighbours_widen_the_interval_and_say_so() -> None:
    series = autoregressive(np.random.default_rng(8), 0.45)[0]
    effect = effects.effect_of_values(series[:24], series[24:60])
    shuffled = np.random.default_rng(0).permutation(series[:24])
    other = effects.effect_of_values(shuffled, np.random.default_rng(1).permutation(series[24:60]))
    assert "autocorrelated" in {remark.code for remark in effect.warnings}
    assert width(effect) > width(other)


def test_drift_is_refused_because_it_cannot_be_told_from_change() -> None:
    walk = np.random.default_rng(5).normal(0, 1, 80).cumsum()
    effect = effects.effect_of_values(walk[:40], walk[40:])
    assert effect.refused is not None
    assert effect.refused.code == "autocorrelated"
    assert effect.lower is None
    assert effect.estimate is not None


def test_moving_baseline_is_warned_of() -> None:
    rng = np.random.default_rng(6)
    before = np.arange(20) * 0.5 + rng.normal(0, 1, 20)
    effect = effects.effect_of_values(before, rng.normal(10, 1, 20))
    assert "moving_baseline" in {remark.code for remark in effect.warnings}


def test_spread_that_changes_at_go_live_widens_the_interval_and_says_so() -> None:
    rng = np.random.default_rng(9)
    effect = effects.effect_of_values(rng.normal(0, 1, 40), rng.normal(0, 6, 10))
    assert "uneven_spread" in {remark.code for remark in effect.warnings}


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ([1.0, 2] * 3, [1.0, 2] * 5, "few_points"),
        ([1.0, 2] * 6, [1.0, 2, 1], "few_points"),
        ([1.0, 2] * 6, [], "no_after"),
        ([3.0] * 12, [3.0] * 6, "no_variation"),
        ([], [1.0, 2] * 6, "few_points"),
    ],
)
def test_values_that_cannot_carry_an_interval_are_refused_with_a_reason(
    before: list[float], after: list[float], code: str
) -> None:
    effect = effects.effect_of_values(before, after)
    assert effect.refused is not None
    assert effect.refused.code == code
    assert effect.refused.text
    assert effect.lower is None
    assert effect.upper is None


@pytest.mark.parametrize(
    ("over", "under", "code"),
    [([0, 0, 1] * 4, [100] * 12, "few_events"), ([1, 1] * 5, [2] * 10, "few_units")],
)
def test_proportions_that_cannot_carry_an_interval_are_refused_with_a_reason(
    over: list[int], under: list[int], code: str
) -> None:
    effect = effects.effect_of_proportions(over, under, over, under)
    assert effect.refused is not None
    assert effect.refused.code == code


def test_level_since_go_live_borrows_the_baselines_spread() -> None:
    rng = np.random.default_rng(2)
    before, after = rng.normal(10, 1, 30), rng.normal(8, 1, 5)
    level = effects.level_since(before_after.halves_of_values(before, after))
    assert level.lower < after.mean() < level.upper
    alone = effects.level_since(before_after.halves_of_values([], after))
    assert alone.refused is not None


def test_interval_of_values_is_the_sequence_tightest_when_both_sides_are_as_long() -> None:
    rng = np.random.default_rng(14)
    before, after = rng.normal(5, 1, 20), rng.normal(5, 1, 10)
    effect = effects.effect_of_values(before, after)
    residual = ((before - before.mean()) ** 2).sum() + ((after - after.mean()) ** 2).sum()
    half = half_widths.half_width_student(1 / 20 + 1 / 10, residual, 29, alpha=0.05, optimal=2 / 20)
    r = max(present(effect.autocorrelation), 0)
    above = present(effect.upper) - present(effect.estimate)
    assert above == pytest.approx(half * np.sqrt((1 + r) / (1 - r)))


def test_weeks_more_alike_than_sampling_allows_do_not_narrow_the_interval() -> None:
    effect = effects.effect_of_proportions([20] * 10, [100] * 10, [20] * 10, [100] * 10)
    share = 201 / 1002
    variance = 2 * share * (1 - share) / 1000
    half = half_widths.half_width(variance, alpha=0.05, optimal=variance)
    assert effect.upper == pytest.approx(float(half))


def test_autocorrelation_of_independent_weeks_is_zero_on_average() -> None:
    noise = np.random.default_rng(15).standard_normal((4000, 20))
    fit = before_after.fit_of(before_after.halves_of_values(noise[:, :12], noise[:, 12:]))
    assert abs(fit.autocorrelation.mean()) < 0.03
