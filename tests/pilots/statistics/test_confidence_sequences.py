"""Confidence sequences against published numbers, slow twins and simulated looks."""

import doctest
import importlib
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics.confidence_sequences import boundaries, half_widths
from pilots.statistics.confidence_sequences.crossings import root
from pilots.statistics.confidence_sequences.looks import (
    ConfidenceSequence,
    always_valid_p,
    check_looks,
)
from pilots.statistics.confidence_sequences.means import (
    Sample,
    difference_sequence,
    mean_sequence,
    uplift_sequence,
)
from pilots.statistics.confidence_sequences.proportions import (
    bernoulli_interval,
    bernoulli_log_e_value,
    difference_of_proportions_sequence,
    proportion_sequence,
)
from pilots.statistics.confidence_sequences.rates import (
    poisson_interval,
    poisson_log_e_value,
    rate_sequence,
)
from pilots.statistics.confidence_sequences.tuning import best_rho, tuning
from pilots.statistics.series import Refusal
from tests.present import present
from tests.probes import examples
from tests.twins import martingales as twin

QUICK = examples(40)
GB_MEANS = (
    Sample.of_sums(1396.87, 52377.9767, 3000),
    Sample.of_sums(2422.7, 134698.29, 3461),
)


@pytest.mark.parametrize(
    "module",
    ["boundaries", "half_widths", "looks", "means", "proportions", "rates", "tuning"],
)
def test_examples_are_true(module: str) -> None:
    name = f"pilots.statistics.confidence_sequences.{module}"
    ran = doctest.testmod(importlib.import_module(name))
    assert (ran.failed, ran.attempted > 0) == (0, True)


# Boundaries


def test_boundaries_meet_the_unit_tests_of_confseq() -> None:
    # confseq test/uniform_boundaries_unittest.cpp, "from a reference implementation in R".
    assert boundaries.gamma_exponential_bound(100, alpha=0.05, optimal=100, c=2) == pytest.approx(
        33.02017, abs=1e-5
    )
    assert boundaries.gamma_poisson_bound(100, alpha=0.05, optimal=100, c=2) == pytest.approx(
        30.1949, abs=1e-5
    )
    assert boundaries.poly_stitching_bound(100, alpha=0.05, v_min=10, c=[3, -1]) == pytest.approx(
        [64.48755, 28.99389], abs=1e-5
    )


@QUICK
@given(alpha=st.floats(0.001, 0.3), variance=st.floats(0.5, 300), optimal=st.floats(5, 300))
def test_the_one_sided_bound_is_where_the_mixture_over_effects_reaches_the_limit(
    alpha: float, variance: float, optimal: float
) -> None:
    rho = float(best_rho(optimal, alpha=alpha, one_sided=True))
    bound = float(
        boundaries.normal_mixture_bound(variance, alpha=alpha, optimal=optimal, one_sided=True)
    )
    assert twin.one_sided_normal_mixture(bound, variance, rho) == pytest.approx(1 / alpha, rel=1e-5)


@pytest.mark.parametrize("c", [0.5, 1.0, 2.0])
@pytest.mark.parametrize(("alpha", "variance"), [(0.05, 100), (0.01, 60), (0.2, 20)])
def test_gamma_bounds_are_where_the_mixtures_over_effects_reach_the_limit(
    alpha: float, variance: int, c: float
) -> None:
    rho = float(best_rho(100, alpha=alpha, one_sided=True))
    for kind, bound_of in (
        ("exponential", boundaries.gamma_exponential_bound),
        ("poisson", boundaries.gamma_poisson_bound),
    ):
        bound = float(bound_of(variance, alpha=alpha, optimal=100, c=c))
        reached = twin.sub_gamma_mixture(bound, variance, rho, c, kind)
        assert math.log(reached) == pytest.approx(-math.log(alpha), abs=1e-6)


def test_the_two_sided_bound_is_where_the_mixture_over_effects_reaches_the_limit() -> None:
    for variance in (1.0, 30.0, 100.0, 2e3):
        bound = float(boundaries.normal_mixture_bound(variance, alpha=0.05, optimal=50))
        rho = float(best_rho(50, alpha=0.05))
        # The sum over its variance is an estimate of the effect.
        reached = twin.normal_mixture(bound / variance, 1 / variance, 1 / rho)
        assert reached == pytest.approx(20, rel=1e-5)
    assert np.isnan(boundaries.normal_mixture_bound(np.nan, alpha=0.05, optimal=50))


@pytest.mark.parametrize("one_sided", [False, True])
def test_a_bound_of_events_is_where_its_e_value_reaches_the_limit(one_sided: bool) -> None:
    v = np.array([[30.0, 100.0], [1e5, np.nan]])
    for alpha in (0.01, 0.1):
        bound = boundaries.beta_binomial_bound(
            v, alpha=alpha, optimal=50, g=0.3, h=0.7, one_sided=one_sided
        )
        g, h = np.array(0.3), np.array(0.7)
        r = boundaries._beta_precision(50, g, h, alpha, one_sided)
        reached = boundaries._beta_log(bound, v, g, h, r, one_sided)
        want = np.where(np.isnan(v), np.nan, -np.log(alpha))
        assert reached == pytest.approx(want, nan_ok=True)


def test_a_sum_that_cannot_reach_the_limit_is_bounded_by_what_it_can_reach() -> None:
    bound = boundaries.beta_binomial_bound(1.0, alpha=0.05, optimal=100, g=0.2, h=0.8)
    assert bound == pytest.approx(1.0 / 0.2)


def test_tuning_is_the_variance_at_which_the_bound_per_root_variance_is_lowest() -> None:
    v = np.geomspace(1, 10_000, 400)
    bound = boundaries.normal_mixture_bound(v, alpha=0.05, optimal=100)
    assert v[np.argmin(bound / np.sqrt(v))] == pytest.approx(100, rel=0.05)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: tuning(0.0),
        lambda: best_rho(0.0),
        lambda: best_rho(1.0, alpha=0.6, one_sided=True),
        lambda: boundaries.normal_mixture_bound(-1.0, alpha=0.05, optimal=1),
        lambda: boundaries.poly_stitching_bound(1.0, alpha=0.05, v_min=1, s=1.0),
        lambda: half_widths.asymptotic_interval(0, 1, 10, alpha=0.05, optimal_n=0),
        lambda: half_widths.asymptotic_interval(0, 1, 10, alpha=0.7, optimal_n=9, side="lower"),
        lambda: bernoulli_interval(3, 2, t_opt=10),
        lambda: bernoulli_log_e_value(1, 2, 1.0, t_opt=10),
        lambda: poisson_interval(-1, 2, exposure_opt=10),
        lambda: proportion_sequence([3, 2], [10, 20], t_opt=10),
        lambda: proportion_sequence([1, 2], [10, 8], t_opt=10),
        lambda: proportion_sequence([1, math.inf], [10, 20], t_opt=10),
        lambda: difference_of_proportions_sequence(1, 2, 1, 2, t_opt=10, null=1.5),
        lambda: Sample.of_counts(3, 2),
        lambda: Sample.of_sums(10, 1, 4),
    ],
)
def test_nonsense_is_refused_in_a_sentence(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"[A-Za-z].*\."):
        wrong()


def test_root_of_nothing_is_the_upper_end_and_of_nan_is_nan() -> None:
    found = root(lambda x, shift: x - shift, 0.0, 1.0, [0.25, 2.0, math.nan, -1.0])
    assert found == pytest.approx([0.25, 1.0, math.nan, 0.0], nan_ok=True)


# Proportions and rates


@QUICK
@given(
    n=st.integers(1, 400),
    share=st.floats(0, 1),
    t_opt=st.integers(1, 500),
    alpha=st.sampled_from([0.01, 0.05, 0.2]),
)
def test_bernoulli_interval_is_that_of_the_twin(
    n: int, share: float, t_opt: int, alpha: float
) -> None:
    x = round(share * n)
    low, high = bernoulli_interval(x, n, t_opt=t_opt, alpha=alpha)
    want = twin.interval(
        lambda p: twin.log_beta_binomial(x, n, p, t_opt / tuning(0.05)), x / n, 0.0, 1.0, alpha
    )
    assert (float(low), float(high)) == pytest.approx(want, abs=2e-8)


@QUICK
@given(
    x=st.integers(0, 300),
    exposure=st.floats(0.5, 500),
    best=st.floats(1, 500),
    alpha=st.sampled_from([0.01, 0.05, 0.2]),
)
def test_poisson_interval_is_that_of_the_twin(
    x: int, exposure: float, best: float, alpha: float
) -> None:
    low, high = poisson_interval(x, exposure, exposure_opt=best, alpha=alpha)
    at = x / exposure
    ends = twin.interval(
        lambda rate: twin.log_gamma_poisson(x, exposure, rate, best / tuning(0.05)),
        at,
        0.0,
        float(high) * 2,
        alpha,
    )
    assert (float(low), float(high)) == pytest.approx(ends, rel=1e-6, abs=1e-9)


@examples(12)
@given(
    control=st.tuples(st.integers(1, 120), st.floats(0, 1)),
    treated=st.tuples(st.integers(1, 120), st.floats(0, 1)),
    null=st.sampled_from([-0.3, 0.0, 0.1]),
)
def test_difference_of_proportions_takes_the_pair_that_survives_longest(
    control: tuple[int, float], treated: tuple[int, float], null: float
) -> None:
    (nc, share_c), (nt, share_t) = control, treated
    xc, xt = round(share_c * nc), round(share_t * nt)
    arms = (xc, nc), (xt, nt)
    found = difference_of_proportions_sequence(xc, nc, xt, nt, t_opt=50, null=null)
    assert float(-found.log_p) == pytest.approx(
        twin.least_evidence(null, arms, 50 / tuning(0.05)), abs=2e-2
    )
    for end in (float(found.lower), float(found.upper)):
        if abs(end) < 0.99:
            reached = twin.least_evidence(end, arms, 50 / tuning(0.05))
            assert reached == pytest.approx(math.log(20), abs=5e-2)


def test_a_difference_reversed_is_the_same_with_the_sign_reversed() -> None:
    one = difference_of_proportions_sequence([3, 9], [30, 60], [8, 21], [28, 61], t_opt=50)
    other = difference_of_proportions_sequence([8, 21], [28, 61], [3, 9], [30, 60], t_opt=50)
    assert one.lower == pytest.approx(-other.upper, abs=1e-9)
    assert one.p_value == pytest.approx(other.p_value, rel=1e-6)


def test_p_value_and_interval_say_the_same() -> None:
    rng = np.random.default_rng(1)
    x = rng.binomial(40, 0.35, (200, 12)).cumsum(axis=1)
    n = np.full((200, 12), 40).cumsum(axis=1)
    found = proportion_sequence(x, n, t_opt=200, null=0.25, alpha=0.1)
    excluded = np.logical_or.accumulate((found.lower > 0.25) | (found.upper < 0.25), axis=1)
    assert (excluded == (found.p_value <= 0.1)).all()
    assert excluded[:, -1].mean() > 0.9


def test_log_e_values_meet_their_twins() -> None:
    assert bernoulli_log_e_value(7, 30, 0.4, t_opt=50) == pytest.approx(
        twin.log_beta_binomial(7, 30, 0.4, 50 / tuning(0.05))
    )
    assert poisson_log_e_value(7, 30, 0.4, exposure_opt=50) == pytest.approx(
        twin.log_gamma_poisson(7, 30, 0.4, 50 / tuning(0.05))
    )


@QUICK
@given(st.lists(st.one_of(st.just(math.nan), st.floats(-20, 20)), min_size=1, max_size=30))
def test_always_valid_p_is_the_smallest_so_far(log_p: list[float]) -> None:
    assert always_valid_p(log_p) == pytest.approx(twin.always_valid_p(log_p))


# Asymptotic sequences


def test_absolute_and_one_sided_sequences_meet_the_tests_of_growthbook() -> None:
    # gbstats tests/frequentist/test_tests.py, TestSequentialOneSidedGreaterTTest and -Lesser-.
    lower = uplift_sequence(*GB_MEANS, optimal_n=5000, side="lower")
    assert (float(lower.lower), float(lower.upper)) == pytest.approx((-0.42356454602790883, np.inf))
    upper = uplift_sequence(*GB_MEANS, optimal_n=5000, side="upper")
    assert float(upper.upper) == pytest.approx(1.4302867177403806)
    absolute = difference_sequence(*GB_MEANS, optimal_n=5000, side="lower")
    assert float(absolute.estimate) == pytest.approx(0.23437666666666668)
    assert float(absolute.lower) == pytest.approx(-0.12656844172804982)
    # Their bisection stops where the interval's end is within 1e-6 of zero, not the p-value.
    assert float(absolute.p_value) == pytest.approx(0.46316491943359384, abs=3e-4)
    absolute = difference_sequence(*GB_MEANS, optimal_n=5000, side="upper")
    assert float(absolute.upper) == pytest.approx(0.5953217750613832)
    # Where there is no evidence at all gbstats stops at 0.4999.
    assert float(absolute.p_value) == 1.0


def test_one_sided_p_is_the_level_at_which_the_interval_just_excludes_the_null() -> None:
    n, s, d = 800.0, 1.3, 0.14
    p = math.exp(half_widths.asymptotic_log_p(d, s, n, alpha=0.05, optimal_n=500, side="lower"))
    grown = n * tuning(0.1) / 500 + 1
    half = s * math.sqrt(2 * grown / (n * (grown - 1)) * math.log(1 + math.sqrt(grown) / (2 * p)))
    assert half == pytest.approx(d)


def test_values_looked_at_one_by_one_are_the_running_mean_and_deviation() -> None:
    values = [3.0, math.nan, 5.0, 5.0, 1e9, 1e9 + 3]
    sample = Sample.of_values(values)
    for look in range(len(values)):
        so_far = [one for one in values[: look + 1] if not math.isnan(one)]
        if math.isnan(values[look]):
            assert math.isnan(sample.mean[look])
            continue
        assert sample.mean[look] == pytest.approx(np.mean(so_far))
        if len(so_far) > 1:
            assert sample.deviation[look] == pytest.approx(np.std(so_far, ddof=1))


def test_a_missing_look_is_nan_and_keeps_the_p_value() -> None:
    found = mean_sequence(
        Sample.of_counts([30, math.nan, 250], [200, math.nan, 800]), optimal_n=400, null=0.5
    )
    assert np.isnan(found.lower).tolist() == [False, True, False]
    assert found.p_value[1] == found.p_value[0]


def test_early_looks_are_left_out_and_few_units_refused() -> None:
    events, n = np.array([2, 8, 40]), np.array([50, 150, 500])
    found = mean_sequence(Sample.of_counts(events, n), optimal_n=500)
    assert np.isnan(found.lower).tolist() == [True, True, False]
    shown = mean_sequence(Sample.of_counts(events, n), optimal_n=500, strict=False)
    assert np.isfinite(shown.lower).all()
    with pytest.raises(Refusal, match="100 units"):
        mean_sequence(Sample.of_values([1.0, 2.0, 4.0]), optimal_n=100)
    with pytest.raises(Refusal, match="any variation"):
        mean_sequence(Sample(np.array(1.0), np.array(0.0), np.array(500.0)), optimal_n=100)


def test_values_with_a_long_tail_wait_for_more_units() -> None:
    rng = np.random.default_rng(7)
    stays, even = rng.lognormal(0, 1, 2000), rng.normal(5, 1, 2000)
    first = [
        int(np.isfinite(mean_sequence(Sample.of_values(values), optimal_n=500).lower).argmax()) + 1
        for values in (even, stays)
    ]
    assert first[0] == 100
    assert first[1] > 300
    # Sums of cubes tell the same as the values one by one.
    cubes = Sample.of_sums(stays.sum(), (stays**2).sum(), 2000, cubes=(stays**3).sum())
    assert cubes.skewness == pytest.approx(present(Sample.of_values(stays).skewness)[-1])
    assert cubes.skewness == pytest.approx(
        float(np.mean((stays - stays.mean()) ** 3) / np.std(stays, ddof=1) ** 3)
    )


def test_many_series_leave_the_refused_row_nan_with_its_reason() -> None:
    events = np.array([[20, 60], [1, 2]])
    found = mean_sequence(Sample.of_counts(events, [[200, 600]] * 2), optimal_n=500)
    assert list(found.refused) == [1]
    assert np.isnan(found.lower[1]).all()
    assert np.isnan(found.p_value[1]).all()
    assert found.one(0).lower == pytest.approx(found.lower[0])
    with pytest.raises(Refusal, match="10 events"):
        found.one(1)


def test_a_relative_uplift_over_almost_nothing_is_refused() -> None:
    control = Sample(np.array(0.02), np.array(1.0), np.array(1000.0))
    treated = Sample(np.array(0.5), np.array(1.0), np.array(1000.0))
    with pytest.raises(Refusal):
        uplift_sequence(control, treated, optimal_n=1000)


def test_exact_sequences_answer_from_the_first_unit_and_refuse_none() -> None:
    assert np.isfinite(proportion_sequence(1, 1, t_opt=50).upper)
    assert float(rate_sequence(0, 3.0, exposure_opt=10.0).lower) == 0.0
    with pytest.raises(Refusal, match="units"):
        proportion_sequence(0, 0, t_opt=50)
    with pytest.raises(Refusal, match="exposure"):
        rate_sequence(0, 0, exposure_opt=50)


# Weeks are not units


def weekly(rng: np.random.Generator, *, rho: float, spread: float, weeks: int = 52) -> np.ndarray:
    """Weekly proportions that wander (on the logit scale), 200 cases a week."""
    noise = rng.normal(size=weeks)
    wave = np.zeros(weeks)
    for week in range(weeks):
        wave[week] = (rho * wave[week - 1] if week else 0) + noise[week] * math.sqrt(1 - rho**2)
    p = 1 / (1 + np.exp(-(-0.8 + spread * wave)))
    return rng.binomial(200, p).cumsum()


def test_looks_that_differ_more_than_units_would_are_named() -> None:
    rng = np.random.default_rng(5)
    n = np.arange(1, 53) * 200
    found = proportion_sequence(weekly(rng, rho=0.0, spread=0.5), n, t_opt=5000)
    assert "overdispersed" in {remark.code for remark in found.warnings}
    calm = proportion_sequence(weekly(rng, rho=0.0, spread=0.0), n, t_opt=5000)
    assert calm.warnings == ()


def test_looks_that_resemble_each_other_are_named_and_refused_where_too_alike() -> None:
    rng = np.random.default_rng(5)
    n = np.arange(1, 53) * 200
    found = proportion_sequence(weekly(rng, rho=0.6, spread=0.5), n, t_opt=5000)
    assert "autocorrelated" in {remark.code for remark in found.warnings}
    with pytest.raises(Refusal, match="time-series"):
        proportion_sequence(weekly(rng, rho=0.98, spread=0.8), n, t_opt=5000)


@QUICK
@given(
    parts=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=20),
    gaps=st.sets(st.integers(0, 19), max_size=4),
)
def test_look_check_is_that_of_the_twin(parts: list[tuple[int, int]], gaps: set[int]) -> None:
    n = np.cumsum([size for size, _share in parts]).astype(float)
    total = np.cumsum([size * share / 9 for size, share in parts])
    for gap in gaps & set(range(len(parts))):
        n[gap] = total[gap] = math.nan
    check = check_looks(total[np.newaxis], n[np.newaxis], np.array([0.2]))
    want = twin.look_check(total.tolist(), n.tolist(), 0.2)
    assert (float(check.dispersion[0]), float(check.autocorrelation[0])) == pytest.approx(
        want, nan_ok=True
    )


# Type I error


def missed(found: ConfidenceSequence, truth: float) -> float:
    with np.errstate(invalid="ignore"):
        return float(((found.lower > truth) | (found.upper < truth)).any(axis=1).mean())


def test_the_truth_is_rarely_missed_at_any_of_52_looks() -> None:
    rng = np.random.default_rng(11)
    n = np.broadcast_to(np.arange(1, 53) * 30, (1000, 52))
    x = rng.binomial(30, 0.12, (1000, 52)).cumsum(axis=1)
    assert missed(proportion_sequence(x, n, t_opt=800), 0.12) < 0.05
    assert missed(mean_sequence(Sample.of_counts(x, n), optimal_n=800), 0.12) < 0.055
    counts = rng.poisson(4.0, (1000, 52)).cumsum(axis=1)
    weeks = np.broadcast_to(np.arange(1.0, 53), (1000, 52))
    assert missed(rate_sequence(counts, weeks, exposure_opt=26.0), 4.0) < 0.05
    # The fixed-sample interval of the same looks misses far more often.
    p = x / n
    half = 1.96 * np.sqrt(p * (1 - p) / n)
    assert (np.abs(p - 0.12) > half).any(axis=1).mean() > 0.2
