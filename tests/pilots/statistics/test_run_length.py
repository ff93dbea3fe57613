"""Run lengths against published tables, the package spc and simulated charts."""

from collections.abc import Callable

import numpy as np
import pytest

from pilots.statistics.monitoring.cusum import cusum
from pilots.statistics.monitoring.ewma import ewma
from pilots.statistics.monitoring.risk_adjusted import log_likelihood_weights
from pilots.statistics.monitoring.risk_adjusted_run_length import (
    risk_adjusted_arl,
    risk_adjusted_limit,
)
from pilots.statistics.monitoring.run_length import (
    cusum_arl,
    cusum_limit,
    ewma_arl,
    ewma_limit,
)
from pilots.statistics.monitoring.run_rules import (
    RunRules,
    shewhart_arl,
    shewhart_arl_simulated,
)
from tests.twins import monitoring as twin

SHIFTS = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5]


def test_two_sided_cusum_lucas_crosier_1982_table_1() -> None:
    found = cusum_arl(0.5, 4, shift=SHIFTS)
    want = [168, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.62, 2.19, 1.71, 1.31]
    assert found == pytest.approx(want, rel=3e-3)
    found = cusum_arl(0.5, 4, shift=SHIFTS, head_start=2)
    want = [149, 62.7, 20.1, 8.97, 5.29, 2.86, 2.01, 1.59, 1.32, 1.07, 1.01]
    assert found == pytest.approx(want, rel=5e-3)


def test_one_sided_cusum_vance_1986_table_1() -> None:
    found = cusum_arl(0, 10, shift=[-0.25, -0.125, 0, 0.125, 0.25, 0.5, 0.75, 1], sided="one")
    want = [2071.51, 400.28, 124.66, 59.30, 36.71, 20.37, 14.06, 10.75]
    assert found == pytest.approx(want, rel=3e-4)


def test_one_sided_cusum_waldmann_1986_and_the_sas_manual() -> None:
    assert cusum_arl(0.5, 3, shift=[-0.5, 0, 0.5], sided="one") == pytest.approx(
        [1963, 117.4, 17.35], rel=2e-3
    )
    # SAS/QC manual 1999, as in the documentation of spc.
    assert cusum_arl(0.25, 8, shift=2.5, sided="one") == pytest.approx(4.1500836225, abs=2e-7)
    assert cusum_arl(0.25, 8, shift=2.5, head_start=0.1, sided="one") == pytest.approx(
        4.1061588131, abs=5e-8
    )


def test_limits_for_a_wanted_run_length() -> None:
    h = cusum_limit(0.5, [100, 500, 5000])
    assert cusum_arl(0.5, h) == pytest.approx([100, 500, 5000], rel=1e-8)
    # xcusum.crit(.5, 500) of spc.
    assert cusum_limit(0.5, 500, sided="one") == pytest.approx(4.389, abs=5e-4)
    start = cusum_limit(0.5, 500, head_start_share=0.5)
    assert cusum_arl(0.5, start, head_start=start / 2) == pytest.approx(500, rel=1e-8)


def test_a_run_too_long_for_digits_keeps_them() -> None:
    # Two-sided with a large shift: the other side never signals, and must not spoil the answer.
    assert cusum_arl(0.5, 5, shift=8) == pytest.approx(cusum_arl(0.5, 5, shift=8, sided="one"))
    assert cusum_arl(0.5, 12, sided="one") > 1e6
    # Siegmund's approximation holds to a few per cent.
    b, d = 12 + 1.166, 0.5
    siegmund = (np.exp(2 * d * b) - 2 * d * b - 1) / (2 * d**2)
    assert cusum_arl(0.5, 12, sided="one") == pytest.approx(siegmund, rel=0.01)


def test_ewma_crowder_1987_table_1() -> None:
    found = ewma_arl(0.5, 2, shift=[0, 0.25, 0.5, 1, 2, 4], limits="asymptotic")
    assert found == pytest.approx([26.45, 20.12, 11.89, 4.91, 1.94, 1.05], abs=0.006)
    found = ewma_arl(0.05, 2, shift=[0, 0.25, 0.5, 1, 2, 4], limits="asymptotic")
    assert found == pytest.approx([127.53, 43.94, 18.97, 8.38, 4.04, 2.15], abs=0.006)


def test_ewma_lucas_saccucci_1990_table_3_and_the_sas_manual() -> None:
    found = ewma_arl(0.03, 2.437, shift=[0, 0.25, 0.5, 1, 2, 5], limits="asymptotic")
    assert found == pytest.approx([500, 76.7, 29.3, 12.6, 5.99, 2.55], rel=3e-3)
    assert ewma_arl(0.25, 3, shift=1, limits="asymptotic") == pytest.approx(11.154267016, abs=1e-8)


def test_ewma_with_exact_limits_steiner_1999_table_2() -> None:
    found = ewma_arl(0.05, 3, shift=[0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3])
    want = [1353, 127, 32.5, 15.6, 9.0, 4.5, 2.8, 1.6]
    assert found == pytest.approx(want, rel=0.04)


def test_ewma_limits_crowder_1989() -> None:
    found = ewma_limit([0.05, 0.1, 0.15, 0.2, 0.25], 250, limits="asymptotic")
    assert found.round(2).tolist() == [2.32, 2.55, 2.65, 2.72, 2.76]


def test_ewma_with_full_weight_is_a_shewhart_chart() -> None:
    assert ewma_arl(1.0, 3, limits="asymptotic") == pytest.approx(370.398, abs=1e-3)


CHAMP_WOODALL = {
    "limits": (RunRules(), [370.40, 119.67, 27.82, 8.69, 3.65, 2.00]),
    "2 of 3": (RunRules(two_of_three=2), [225.44, 57.92, 12.81, 4.66, 2.48, 1.68]),
    "4 of 5": (RunRules(four_of_five=1), [166.05, 33.99, 8.84, 4.33, 2.78, 1.89]),
    "8 in a row": (RunRules(run=8), [152.73, 33.64, 10.90, 5.85, 3.38, 1.99]),
}


@pytest.mark.parametrize("name", CHAMP_WOODALL)
def test_run_rules_champ_woodall_1987_table_1(name: str) -> None:
    rules, want = CHAMP_WOODALL[name]
    assert shewhart_arl(rules, shift=np.arange(0, 3.1, 0.6)) == pytest.approx(want, abs=0.006)


def test_western_electric_champ_woodall_1987() -> None:
    assert shewhart_arl(RunRules.western_electric()) == pytest.approx(91.75, abs=0.005)


@pytest.mark.parametrize(
    "rules", [RunRules.western_electric(), RunRules(3, 2, None, 7, None, True)]
)
def test_simulated_run_rules_are_those_of_the_markov_chain(rules: RunRules) -> None:
    found = shewhart_arl_simulated(rules, shift=0.3)
    want = float(shewhart_arl(rules, shift=0.3))
    assert abs(found.mean - want) < 3 * found.error
    assert found.mean == pytest.approx(want, rel=0.05)


def test_a_trend_is_simulated_only_and_costs_run_length() -> None:
    with pytest.raises(ValueError, match="simulated"):
        shewhart_arl(RunRules.making_data_count())
    without = float(shewhart_arl(RunRules(3, 2, None, 7, None, True)))
    found = shewhart_arl_simulated(RunRules.making_data_count())
    assert 0.9 * without < found.mean < 1.05 * without


# Simulated charts run as long as designed, within 5 %.


def simulated(chart: str, shift: float) -> float:
    """Points until the charts of the package themselves signal, over 1,500 series."""
    rng = np.random.default_rng(20)
    points = 2400 if shift == 0 else 120
    values = rng.normal(shift, 1, (1500, points))
    found = (
        cusum(values, centre=0, sigma=1, k=0.5, h=4)
        if chart == "cusum"
        else ewma(values, centre=0, sigma=1, lam=0.2, nsigmas=2.6)
    )
    signals = found.signals
    return float(np.where(signals.any(axis=1), signals.argmax(axis=1) + 1, points).mean())


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_simulated_cusum_and_ewma_run_as_long_as_designed(shift: float) -> None:
    want = float(cusum_arl(0.5, 4, shift=shift))
    assert simulated("cusum", shift) == pytest.approx(want, rel=0.05)
    want = float(ewma_arl(0.2, 2.6, shift=shift))
    assert simulated("ewma", shift) == pytest.approx(want, rel=0.05)


def test_simulated_cusum_at_its_designed_limit() -> None:
    h = float(cusum_limit(0.5, 370))

    def step(state: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        z = rng.normal(size=len(state))[:, np.newaxis] * np.array([1, -1])
        state = np.maximum(0, state + z - 0.5)
        return state, np.any(state > h, axis=1)

    assert twin.mean_run_length(step, np.zeros((4000, 2)), 5) == pytest.approx(370, rel=0.05)


@pytest.mark.parametrize(("ratio", "true_ratio"), [(2.0, 1.0), (2.0, 2.0), (0.5, 0.5)])
def test_simulated_risk_adjusted_cusum_runs_as_long_as_designed(
    ratio: float, true_ratio: float
) -> None:
    risks, share = np.array([0.02, 0.1, 0.4]), [0.5, 0.3, 0.2]
    want = risk_adjusted_arl(risks, share=share, h=2.5, ratio=ratio, true_ratio=true_ratio)

    def step(state: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        p = rng.choice(risks, size=len(state), p=share)
        real = true_ratio * p / (1 - p + true_ratio * p)
        y = (rng.random(len(state)) < real).astype(float)
        state = np.maximum(0, state + log_likelihood_weights(y, p, ratio=ratio))
        return state, state > 2.5

    assert twin.mean_run_length(step, np.zeros(3000), 6) == pytest.approx(want, rel=0.05)


def test_a_risk_adjusted_limit_runs_as_long_as_wanted() -> None:
    risks = np.linspace(0.01, 0.4, 30)
    h = risk_adjusted_limit(risks, 2000)
    assert risk_adjusted_arl(risks, h=h) >= 2000 > risk_adjusted_arl(risks, h=h - 1 / 600)
    # Patients with their shares are the same as patients one by one.
    assert risk_adjusted_arl([0.1, 0.1, 0.3], h=2) == pytest.approx(
        risk_adjusted_arl([0.1, 0.3], share=[2, 1], h=2)
    )
    # A finer grid changes little.
    assert risk_adjusted_arl(risks, h=2, grid=1200) == pytest.approx(
        risk_adjusted_arl(risks, h=2), rel=1e-3
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: cusum_arl(0.5, 0),
        lambda: cusum_arl(0.5, 4, head_start=4),
        lambda: cusum_arl(0.5, 4, sided="three"),  # type: ignore[arg-type]  # nonsense on purpose
        lambda: cusum_arl(np.nan, 4),
        lambda: cusum_limit(0.5, 1.0),
        lambda: cusum_limit(0.5, 500, head_start_share=1),
        lambda: ewma_arl(0, 3),
        lambda: ewma_arl(0.2, -1),
        lambda: ewma_arl(0.2, 3, limits="wide"),  # type: ignore[arg-type]  # nonsense on purpose
        lambda: shewhart_arl(RunRules(), shift=np.inf),
        lambda: RunRules(limit=0),
        lambda: RunRules(run=1),
        lambda: shewhart_arl_simulated(RunRules(), charts=1),
        lambda: risk_adjusted_arl([0.1], h=2, ratio=1),
        lambda: risk_adjusted_arl([], h=2),
        lambda: risk_adjusted_arl([0.1], h=2, share=[-1]),
        lambda: risk_adjusted_arl([0.1], h=2, grid=0),
        lambda: risk_adjusted_arl([0.1], h=0),
        lambda: risk_adjusted_arl([0.1], h=2, true_ratio=0),
        lambda: risk_adjusted_limit([0.1], 0.5),
    ],
)
def test_nonsense_is_refused_in_a_sentence(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"[A-Za-zλ].*\."):
        wrong()
