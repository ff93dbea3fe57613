"""CUSUM, EWMA and risk-adjusted CUSUM against textbooks, packages and slow twins."""

import doctest
import importlib
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics.charts import summarised
from pilots.statistics.monitoring.cusum import cusum, cusum_of_subgroups
from pilots.statistics.monitoring.ewma import ewma, ewma_of_subgroups
from pilots.statistics.monitoring.risk_adjusted import (
    log_likelihood_weights,
    logistic_risk,
    risk_adjusted_cusum,
    vlad,
)
from pilots.statistics.series import Refusal
from tests.probes import examples
from tests.twins import monitoring as twin

QUICK = examples(50)
Z = st.one_of(st.just(math.nan), st.floats(-4, 4), st.sampled_from([0.0, 0.5, -0.5, 1.0]))
# Montgomery, Introduction to Statistical Quality Control, table 9.1.
MONTGOMERY = np.fromstring(
    "9.45 7.99 9.29 11.66 12.16 10.18 8.04 11.46 9.20 10.34 9.03 11.47 10.51 9.40 10.08 9.37 10.62"
    " 10.31 8.52 10.84 10.90 9.33 12.29 11.50 10.60 11.08 10.38 11.62 11.31 10.52",
    sep=" ",
)


@pytest.mark.parametrize(
    "module",
    [
        "standard",
        "cusum",
        "ewma",
        "risk_adjusted",
        "run_length",
        "run_rules",
        "risk_adjusted_run_length",
    ],
)
def test_examples_are_true(module: str) -> None:
    ran = doctest.testmod(importlib.import_module(f"pilots.statistics.monitoring.{module}"))
    assert (ran.failed, ran.attempted > 0) == (0, True)


# CUSUM


def test_montgomery_example_9_1() -> None:
    chart = cusum(MONTGOMERY, centre=10, sigma=1)
    assert np.flatnonzero(chart.signals).tolist() == [28, 29]
    assert chart.upper[[0, 3, 28, 29]] == pytest.approx([0, 1.16, 5.28, 5.30], abs=0.005)
    assert -chart.lower[[1, 2]] == pytest.approx([1.56, 1.77], abs=0.005)
    # "the last period at which the process was in control was 22", estimated new mean 11.25
    assert chart.since_upper[28] == 7
    assert chart.onset[28] == 22
    assert 10 + chart.shifted_mean[28] == pytest.approx(11.25, abs=0.005)


def test_cusum_of_unlike_sizes_meets_qcc() -> None:
    # qcc tests/testthat/test-cusum.R, "phase-II ... uses explicit newsizes".
    groups = summarised([[10.0, 10, 10], [10.0, 10, 10], [14.0, 14, math.nan], [16.0, 16, 16]])
    chart = cusum_of_subgroups(groups, baseline=2, centre=10, sigma=2, h=10)
    assert chart.upper == pytest.approx([0, 0, 2.32842712474619, 7.02457954745282])


@QUICK
@given(
    table=st.lists(st.lists(Z, min_size=9, max_size=9), min_size=1, max_size=4),
    k=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    h=st.sampled_from([1.0, 2.5, 5.0]),
    share=st.sampled_from([0.0, 0.5]),
    reset=st.booleans(),
)
def test_cusum_is_that_of_the_twin(
    table: list[list[float]], k: float, h: float, share: float, reset: bool
) -> None:
    chart = cusum(table, centre=0, sigma=1, k=k, h=h, head_start=share * h, reset=reset)
    for row, z in enumerate(table):
        up, down, run_up, run_down = twin.cusum(z, k, h, share * h, reset)
        assert chart.upper[row] == pytest.approx(up, nan_ok=True)
        assert chart.lower[row] == pytest.approx(down, nan_ok=True)
        assert chart.since_upper[row].tolist() == run_up
        assert chart.since_lower[row].tolist() == run_down
        assert chart.above[row].tolist() == [one > h for one in chart.upper[row]]


def test_a_signal_is_beyond_h_unless_reaching_it_is_asked_for() -> None:
    assert not cusum([1.5], centre=0, sigma=1, h=1).above[0]
    assert cusum([1.5], centre=0, sigma=1, h=1, strict=False).above[0]


def test_a_missing_point_is_passed_over() -> None:
    with_gap = cusum([1.0, math.nan, 2.0], centre=0, sigma=1)
    without = cusum([1.0, 2.0], centre=0, sigma=1)
    assert with_gap.upper[[0, 2]] == pytest.approx(without.upper)
    assert math.isnan(with_gap.upper[1])
    assert not with_gap.signals[1]
    assert int(with_gap.n) == 2


def test_centre_and_sigma_come_from_the_baseline() -> None:
    values = [10.0, 12.0, 11.0, 13.0, 12.0, 30.0, 31.0]
    chart = cusum(values, baseline=5, d2_places=3)
    assert float(chart.centre) == pytest.approx(11.6)
    assert float(chart.sigma) == pytest.approx((2 + 1 + 2 + 1) / 4 / 1.128)
    assert int(chart.baseline) == 5


def test_few_baseline_points_and_alike_ones_are_named() -> None:
    codes = {remark.code for remark in cusum([1.0, 2.0, 1.5, 2.5, 1.0], baseline=5).warnings}
    assert codes == {"few_points"}
    wave = np.sin(np.arange(120) / 6) + np.random.default_rng(2).normal(0, 0.2, 120)
    codes = {remark.code for remark in cusum(wave, baseline=100).warnings}
    assert codes == {"autocorrelated"}
    assert cusum(wave, centre=0, sigma=1).warnings == ()


def test_no_baseline_and_no_spread_are_refused() -> None:
    with pytest.raises(Refusal, match="baseline"):
        cusum([1.0, 2.0, 3.0], baseline=1)
    with pytest.raises(Refusal, match="alike"):
        cusum([2.0, 2.0, 2.0])
    many = cusum([[1.0, 2.0, 3.0], [2.0, 2.0, 2.0]])
    assert list(many.refused) == [1]
    assert np.isnan(many.upper[1]).all()
    assert not many.signals[1].any()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: cusum([1.0], centre=0, sigma=0),
        lambda: cusum([1.0], centre=0, sigma=1, h=0),
        lambda: cusum([1.0], centre=0, sigma=1, head_start=5),
        lambda: cusum([1.0], centre=0, sigma=1, k=-1),
        lambda: cusum([1.0], centre=math.nan, sigma=1),
        lambda: cusum([1.0, 2.0], sizes=[0, 1], centre=0, sigma=1),
        lambda: cusum([math.inf], centre=0, sigma=1),
        lambda: ewma([1.0], centre=0, sigma=1, lam=0),
        lambda: ewma([1.0], centre=0, sigma=1, nsigmas=0),
        lambda: ewma([1.0], centre=0, sigma=1, limits="wide"),  # type: ignore[arg-type]  # nonsense on purpose
        lambda: log_likelihood_weights([2], [0.1]),
        lambda: log_likelihood_weights([1], [1.1]),
        lambda: log_likelihood_weights([1], [0.1], ratio=0),
        lambda: risk_adjusted_cusum([1], [0.1], worse=0.9),
        lambda: risk_adjusted_cusum([1], [0.1], better=1.1),
        lambda: logistic_risk([1.0], [1.0]),
        lambda: logistic_risk([[1.0, 2.0]], [1.0, 1.0, 1.0, 1.0]),
    ],
)
def test_nonsense_is_refused_in_a_sentence(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"[A-Za-zλ].*\."):
        wrong()


# EWMA


def test_montgomery_example_9_2() -> None:
    chart = ewma(MONTGOMERY, centre=10, sigma=1, lam=0.1, nsigmas=2.7)
    assert np.flatnonzero(chart.signals).tolist() == [28, 29]
    assert chart.average[[0, 1, 2]] == pytest.approx([9.945, 9.7495, 9.70355])
    assert chart.upper[[0, 1]] == pytest.approx([10.27, 10.36], abs=0.005)
    assert chart.lower[0] == pytest.approx(9.73, abs=0.005)
    assert chart.upper[29] == pytest.approx(10.62, abs=0.005)


def test_ewma_meets_qcc() -> None:
    # qcc tests/testthat/test-ewma.R, "computes smoothing, sigma, and limits".
    chart = ewma([11, 13, 12], centre=10, sigma=2, lam=0.5, nsigmas=2)
    assert chart.average == pytest.approx([10.5, 11.75, 11.875])
    error = np.sqrt([1, 1.25, 1.3125])
    assert chart.error == pytest.approx(error)
    assert chart.upper == pytest.approx(10 + 2 * error)


@QUICK
@given(
    rows=st.lists(st.tuples(Z, st.integers(1, 9)), min_size=1, max_size=12),
    lam=st.sampled_from([0.05, 0.2, 0.7, 1.0]),
)
def test_ewma_is_that_of_the_twin(rows: list[tuple[float, int]], lam: float) -> None:
    values, sizes = [value for value, _size in rows], [float(size) for _value, size in rows]
    chart = ewma(values, sizes=sizes, centre=0.3, sigma=1.7, lam=lam)
    average, error = twin.ewma(values, sizes, 0.3, 1.7, lam)
    assert chart.average == pytest.approx(average, nan_ok=True)
    assert chart.error == pytest.approx(error, nan_ok=True)


def test_forks_of_the_limits_agree_where_sizes_do_and_in_the_end() -> None:
    values = np.random.default_rng(3).normal(size=60)
    exact, qcc, wide = (
        ewma(values, centre=0, sigma=1, limits=name) for name in ("exact", "qcc", "asymptotic")
    )
    assert exact.upper == pytest.approx(qcc.upper)
    assert exact.upper[-1] == pytest.approx(wide.upper[-1], rel=1e-6)
    assert (exact.upper <= wide.upper + 1e-12).all()


def test_subgroups_and_many_series() -> None:
    rng = np.random.default_rng(4)
    raw = rng.normal(50, 2, (3, 40, 5))
    groups = summarised(raw)
    together = cusum_of_subgroups(groups, baseline=25)
    alone = cusum_of_subgroups(summarised(raw[1]), baseline=25)
    assert together.upper[1] == pytest.approx(alone.upper)
    smooth = ewma_of_subgroups(groups, baseline=25)
    assert smooth.average[1] == pytest.approx(
        ewma_of_subgroups(summarised(raw[1]), baseline=25).average
    )
    assert float(alone.sigma) == pytest.approx(2, rel=0.1)


# Risk-adjusted


def test_weights_meet_steiner_and_vlad() -> None:
    # Steiner et al., Biostatistics 1 (2000) 446; vlad tests/testthat/test-llr_score.R.
    risk = logistic_risk([0, 0, 50, 50], [-3.68, 0.077])
    outcome = [0, 1, 0, 1]
    assert log_likelihood_weights(outcome, risk, ratio=2).round(3).tolist() == [
        -0.024,
        0.669,
        -0.433,
        0.26,
    ]
    assert log_likelihood_weights(outcome, risk, ratio=0.5).round(3).tolist() == [
        0.012,
        -0.681,
        0.316,
        -0.377,
    ]


@QUICK
@given(
    patients=st.lists(st.tuples(st.integers(0, 1), st.floats(0.01, 0.99)), min_size=1, max_size=20),
    ratio=st.sampled_from([0.5, 1.5, 2.0]),
    null=st.sampled_from([1.0, 1.2]),
)
def test_weights_are_log_likelihood_ratios(
    patients: list[tuple[int, float]], ratio: float, null: float
) -> None:
    outcome, risk = [y for y, _p in patients], [p for _y, p in patients]
    assert log_likelihood_weights(outcome, risk, ratio=ratio, null_ratio=null) == pytest.approx(
        [twin.steiner_weight(y, p, ratio, null) for y, p in patients]
    )
    chart = risk_adjusted_cusum(outcome, risk)
    up = [twin.steiner_weight(y, p, 2.0) for y, p in patients]
    down = [-twin.steiner_weight(y, p, 0.5) for y, p in patients]
    assert chart.upper == pytest.approx(twin.cusum(up, 0, 4.5)[0])
    assert chart.lower == pytest.approx(twin.cusum(down, 0, 4.0)[1])
    assert vlad(outcome, risk)[-1] == pytest.approx(sum(risk) - sum(outcome))


def test_a_surgeon_with_doubled_odds_is_found_and_the_model_doubted() -> None:
    rng = np.random.default_rng(8)
    risk = rng.uniform(0.02, 0.3, 800)
    usual = (rng.random(800) < risk).astype(float)
    worse = (rng.random(800) < 2 * risk / (1 + risk)).astype(float)
    chart = risk_adjusted_cusum([usual, worse], risk)
    assert not chart.worse[0].any()
    assert chart.worse[1].any()
    assert {remark.code for remark in chart.warnings} == {"calibration"}
    assert chart.warnings[0].facts["series"] == [1]
    missing = usual.copy()
    missing[5] = math.nan
    gap = risk_adjusted_cusum(missing, risk)
    assert math.isnan(gap.upper[5])
    assert int(gap.n) == 799
    assert risk_adjusted_cusum(worse, risk, reset=True).worse.sum() < chart.worse[1].sum()


def test_risks_of_several_scores() -> None:
    found = logistic_risk([[1.0, 2.0], [0.0, math.nan]], [-1.0, 0.5, 0.25])
    assert found == pytest.approx([0.5, math.nan], nan_ok=True)
