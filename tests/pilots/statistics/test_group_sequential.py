"""Group-sequential designs against published numbers, a plain grid and simulated walks."""

import doctest
import importlib
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pilots.statistics import group_sequential as gs
from pilots.statistics.group_sequential.spending import Spending
from pilots.statistics.series import Refusal
from tests.probes import examples
from tests.twins import group_sequential as twin

MODULES = ["crossing", "spending", "designs", "futility", "operating", "reporting"]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(f"pilots.statistics.group_sequential.{name}")
    assert doctest.testmod(module).failed == 0


# Exit probabilities


@examples(12)
@given(
    gaps=st.lists(st.floats(0.2, 1.0), min_size=1, max_size=3),
    top=st.floats(0.5, 4.0),
    bottom=st.floats(-4.0, 0.4),
    drift=st.floats(-2.0, 2.0),
)
def test_exit_probabilities_agree_with_a_plain_grid(
    gaps: list[float], top: float, bottom: float, drift: float
) -> None:
    information = np.cumsum(gaps)
    looks = len(gaps)
    upper, lower = twin.exit_probabilities(
        [top] * looks, [bottom] * looks, information.tolist(), drift
    )
    exits = gs.exit_probabilities(
        [top] * looks, information, lower=[bottom] * looks, drift=[0.0, drift]
    )
    assert exits.upper[1] == pytest.approx(upper, abs=1e-6)
    assert exits.lower[1] == pytest.approx(lower, abs=1e-6)


def test_exit_probabilities_agree_with_the_multivariate_normal() -> None:
    share = np.array([0.3, 0.8, 1.0])
    bound = np.array([2.5, 2.2, 2.0])
    corr = np.sqrt(np.minimum.outer(share, share) / np.maximum.outer(share, share))
    inside = stats.multivariate_normal.cdf(
        bound, mean=np.sqrt(share) * 1.3, cov=corr, abseps=1e-9, releps=1e-9
    )
    exits = gs.exit_probabilities(bound, share, drift=1.3)
    assert 1 - exits.upper.sum() == pytest.approx(inside, abs=1e-6)


@examples(30)
@given(
    gaps=st.lists(st.floats(0.02, 1.0), min_size=1, max_size=8),
    drift=st.floats(-5.0, 5.0),
    alpha=st.floats(0.001, 0.3),
)
def test_everything_leaves_or_stays(gaps: list[float], drift: float, alpha: float) -> None:
    information = np.cumsum(gaps)
    design = gs.spending_design(information, alpha=alpha)
    seen = gs.operating(design, [0.0, drift], either_side=True)
    assert seen.power[0] == pytest.approx(alpha, abs=1e-8)
    # Looking at the same bounds from below is the same design.
    mirrored = gs.operating(design, -drift)
    assert mirrored.lower.sum() == pytest.approx(seen.upper[1].sum(), abs=1e-9)
    assert 0 < seen.expected_information[1] <= 1 + 1e-12


def test_walks_cross_as_often_as_computed() -> None:
    share = np.array([0.25, 0.5, 0.6, 1.0])
    design = gs.futility_design(share, power=0.8)
    z = twin.walks(share, 2.0, 40_000, seed=5)
    outside_up, outside_down = z >= design.upper, z <= design.lower
    outside_down[:, -1] = False
    first = np.argmax(outside_up | outside_down, axis=1)
    rows = np.arange(len(z))
    exits = gs.exit_probabilities(design.upper, share, lower=design.lower, drift=2.0)
    for look in range(4):
        hit = (first == look) & outside_up[rows, first]
        assert hit.mean() == pytest.approx(exits.upper[look], abs=0.008)


# Boundaries


@pytest.mark.parametrize(
    ("looks", "pocock", "obrien_fleming"),
    [
        # Jennison & Turnbull (2000), Tables 2.1 and 2.3, alpha = 0.05, two-sided.
        (1, 1.960, 1.960),
        (2, 2.178, 1.977),
        (3, 2.289, 2.004),
        (4, 2.361, 2.024),
        (5, 2.413, 2.040),
        (6, 2.453, 2.053),
        (7, 2.485, 2.063),
        (8, 2.512, 2.072),
        (9, 2.535, 2.080),
        (10, 2.555, 2.087),
        (20, 2.672, 2.126),
    ],
)
def test_constants_of_jennison_and_turnbull(
    looks: int, pocock: float, obrien_fleming: float
) -> None:
    assert gs.pocock(looks).constant == pytest.approx(pocock, abs=6e-4)
    assert gs.obrien_fleming(looks).constant == pytest.approx(obrien_fleming, abs=6e-4)


def test_boundaries_of_rpact_test_design_group_sequential() -> None:
    # rpact, tests/testthat/test-f_design_group_sequential.R, x0, x8b, x9; test-f_design_plan_means.R
    x0 = gs.obrien_fleming(3, alpha=0.025, sided=1)
    assert x0.upper == pytest.approx([3.4710914, 2.4544323, 2.0040356], abs=1e-6)
    assert x0.spent == pytest.approx([0.00025917372, 0.0071600594, 0.025], abs=2e-8)
    assert x0.nominal == pytest.approx([0.00025917372, 0.0070553616, 0.022533125], abs=2e-8)
    x8b = gs.wang_tsiatis([0.3, 0.8, 1], 0.24, alpha=0.025)
    assert x8b.upper == pytest.approx([3.2029374, 2.4819703, 2.3420706], abs=1e-6)
    assert x8b.spent == pytest.approx([0.0013603353, 0.013978861, 0.025], abs=2e-8)
    assert x8b.nominal_one_sided == pytest.approx(
        [0.00068016766, 0.0065329078, 0.0095885436], abs=2e-8
    )
    x9 = gs.haybittle_peto(4, alpha=0.025, sided=1)
    assert x9.upper == pytest.approx([3, 3, 3, 1.9827514], abs=1e-6)
    assert x9.spent == pytest.approx([0.001349898, 0.0024617416, 0.0033695882, 0.025], abs=2e-8)
    wt = gs.wang_tsiatis([0.2, 0.5, 1], 0.3, alpha=0.025, sided=1)
    assert wt.upper == pytest.approx([2.8688923, 2.3885055, 2.0793148], abs=1e-6)


def test_hwang_shih_decani_and_its_cost_of_rpact() -> None:
    # rpact, test-f_design_group_sequential.R, x1 and y1: gammaA = 0, i.e. alpha·t.
    x1 = gs.spending_design(
        [0.2, 0.4, 1], alpha=0.03, sided=1, spending="hwang_shih_decani", parameter=0
    )
    assert x1.upper == pytest.approx([2.5121443, 2.4228747, 2.0280392], abs=1e-6)
    y1 = gs.cost(x1, 0.86, at=(0, 0.5, 1))
    assert y1.drift**2 == pytest.approx(9.4594101, abs=1e-6)
    assert y1.inflation == pytest.approx(1.0788327, abs=1e-6)
    assert y1.power_by_look == pytest.approx([0.12783451, 0.34055165, 0.86], abs=1e-7)
    assert y1.expected == pytest.approx([1.0697705, 1.0142116, 0.83081135], abs=1e-6)


@pytest.mark.parametrize(
    ("looks", "delta", "power", "last", "inflation"),
    [(9, 0.1, 0.9, 2.113, 1.048), (6, 0.25, 0.8, 2.154, 1.077), (7, 0.4, 0.8, 2.313, 1.159)],
)
def test_wang_tsiatis_of_gsdesign_test_jt_wt(
    looks: int, delta: float, power: float, last: float, inflation: float
) -> None:
    design = gs.wang_tsiatis(looks, delta)
    assert design.upper[-1] == pytest.approx(last, abs=6e-4)
    assert gs.inflation(design, power) == pytest.approx(inflation, abs=6e-4)


@pytest.mark.parametrize(
    ("looks", "rho", "inflation", "expected"),
    [
        (3, 1, 1.117, [1.099, 1.034, 0.812, 0.565]),
        (10, 2, 1.081, [1.066, 0.997, 0.762, 0.510]),
        (2, 3, 1.010, [1.007, 0.989, 0.895, 0.707]),
    ],
)
def test_power_spending_of_gsdesign_test_jt_power_symm(
    looks: int, rho: int, inflation: float, expected: list[float]
) -> None:
    design = gs.spending_design(looks, spending="power", parameter=rho)
    paid = gs.cost(design, 0.8)
    assert paid.inflation == pytest.approx(inflation, abs=6e-4)
    assert paid.expected == pytest.approx(expected, abs=6e-4)


def test_spending_two_sided_is_each_side_by_half_and_the_fork() -> None:
    halved = gs.spending_design(5, alpha=0.05)
    one = gs.spending_design(5, alpha=0.025, sided=1)
    assert halved.upper == pytest.approx(one.upper, abs=1e-4)
    assert halved.spent == pytest.approx(2 * one.spent, rel=1e-12)
    as_one = gs.spending_design(5, alpha=0.05, both_sides_as_one=True)
    assert as_one.spent[0] == pytest.approx(
        2 - 2 * stats.norm.cdf(1.959964 / math.sqrt(0.2)), rel=1e-5
    )
    assert as_one.upper[0] < halved.upper[0]
    assert as_one.spent[-1] == pytest.approx(0.05)


@pytest.mark.parametrize("spending", ["obrien_fleming", "pocock", "power", "hwang_shih_decani"])
def test_spending_functions_start_at_nothing_and_end_at_alpha(spending: Spending) -> None:
    spent = gs.alpha_spent(np.linspace(0, 1.2, 13), alpha=0.025, spending=spending)
    assert spent[0] == pytest.approx(0, abs=1e-15)
    assert spent[-3:] == pytest.approx([0.025] * 3)
    assert (np.diff(spent) >= 0).all()


def test_looks_so_far_depend_on_nothing_later() -> None:
    planned = gs.spending_design([0.2, 0.5, 0.7, 1.0])
    so_far = gs.spending_design([20, 50], maximum=100)
    assert so_far.upper == pytest.approx(planned.upper[:2], abs=1e-8)
    over = gs.spending_design([50, 120], maximum=100)
    assert over.spent[-1] == pytest.approx(0.05)


def test_spending_by_calendar_time_and_by_a_function_of_ones_own() -> None:
    by_week = gs.spending_design([0.1, 0.5, 1.0], spending_time=[0.25, 0.5, 1.0])
    assert by_week.spent[0] == pytest.approx(gs.spending_design([0.25, 1.0]).spent[0])
    own = gs.spending_design(3, spending=lambda t: 0.025 * t**2)
    assert own.upper == pytest.approx(gs.spending_design(3, spending="power", parameter=2).upper)


def test_a_look_that_may_spend_nothing_rejects_nothing() -> None:
    design = gs.spending_design([1e-4, 0.5, 1.0])
    assert design.upper[0] == np.inf
    assert design.nominal[0] == 0
    assert gs.operating(design, 0.0, either_side=True).power == pytest.approx(0.05, abs=1e-9)


# Futility


def test_default_of_gsdesign() -> None:
    # print(gsDesign()): Z 3.01, 2.55, 2.00 above, -0.24, 0.94, 2.00 below, ratios .357 .713 1.070.
    design = gs.futility_design(3)
    assert design.upper == pytest.approx([3.0107, 2.5465, 1.9992], abs=6e-5)
    assert design.lower == pytest.approx([-0.2387, 0.9411, 1.9992], abs=6e-5)
    assert gs.cost(design, 0.9).n_by_look == pytest.approx([0.3566, 0.7133, 1.0699], abs=6e-5)


def test_non_binding_futility_of_rpact() -> None:
    # rpact, test-f_design_group_sequential.R, x2, y2 and x3, y3.
    x2 = gs.futility_design([0.2, 0.4, 1], alpha=0.07, power=0.86, parameter=-1)
    assert x2.upper == pytest.approx([2.364813, 2.1928805, 1.5660474], abs=1e-6)
    assert x2.lower[:2] == pytest.approx([-1.1063623, -0.35992439], abs=1e-6)
    y2 = gs.cost(x2, 0.86, at=(0, 0.5, 1))
    assert y2.inflation == pytest.approx(1.0869177, abs=1e-6)
    assert y2.expected == pytest.approx([0.79471657, 0.916142, 0.82636428], abs=1e-6)
    x3 = gs.futility_design(
        [0.3, 0.7, 1],
        alpha=0.03,
        power=0.66,
        spending="power",
        parameter=2.2,
        beta_spending="power",
        beta_parameter=3.2,
    )
    assert x3.lower[:2] == pytest.approx([-1.1558435, 0.72836893], abs=1e-6)
    assert gs.cost(x3, 0.66).inflation == pytest.approx(1.0555891, abs=1e-6)


@pytest.mark.parametrize(
    ("looks", "beta", "rho", "inflation", "expected"),
    [
        (5, 0.05, 2, 1.101, [0.634, 0.803, 0.634]),
        (3, 0.1, 2, 1.072, [0.681, 0.839, 0.738]),
        (15, 0.2, 3, 1.069, [0.622, 0.773, 0.730]),
    ],
)
def test_binding_futility_of_gsdesign_test_jt_power_type3(
    looks: int, beta: float, rho: int, inflation: float, expected: list[float]
) -> None:
    design = gs.futility_design(
        looks,
        alpha=0.05,
        power=1 - beta,
        spending="power",
        parameter=rho,
        beta_spending="power",
        beta_parameter=rho,
        binding=True,
    )
    paid = gs.cost(design, 1 - beta, at=(0, 0.5, 1))
    assert paid.inflation == pytest.approx(inflation, abs=6e-4)
    assert paid.expected == pytest.approx(expected, abs=6e-4)


def test_non_binding_keeps_its_error_when_the_lower_boundary_is_passed_over() -> None:
    design = gs.futility_design(4)
    kept = gs.exit_probabilities(design.upper, design.information).upper.sum()
    assert kept == pytest.approx(0.025, abs=1e-9)
    assert gs.operating(design, 0.0).power < 0.025


# Peeking


def test_peeking_of_armitage_mcpherson_rowe() -> None:
    # Table 2 of the paper, 5 %: 0.05, 0.083, 0.107, 0.126, 0.142, 0.193, 0.248.
    errors = [gs.peeking(k).error for k in (1, 2, 3, 4, 5, 10, 20)]
    assert errors == pytest.approx([0.05, 0.083, 0.107, 0.126, 0.142, 0.193, 0.248], abs=6e-4)
    assert gs.peeking(10).by_look[4] == pytest.approx(errors[4])


# Reporting


def test_repeated_intervals_hold_at_all_looks_together() -> None:
    design = gs.obrien_fleming(4)
    z = twin.walks(design.information, 1.5, 20_000, seed=7)
    errors = np.broadcast_to(1 / np.sqrt(design.information), z.shape)
    low, high = gs.repeated_intervals(design, z * errors, errors)
    missed = ((low > 1.5) | (high < 1.5)).any(axis=1)
    assert missed.mean() == pytest.approx(0.05, abs=0.005)


def test_after_one_look_nothing_is_adjusted() -> None:
    done = gs.after_stopping(gs.pocock(1), 1, 2.5, 1.0)
    assert done.p_value == pytest.approx(2 * stats.norm.sf(2.5), rel=1e-8)
    assert (done.lower, done.estimate, done.upper) == pytest.approx(
        (2.5 - 1.959964, 2.5, 2.5 + 1.959964), abs=1e-6
    )


def test_stopped_at_the_first_look_is_not_adjusted_either() -> None:
    done = gs.after_stopping(gs.pocock(5), 1, 3.0, 1.0)
    assert done.p_value == pytest.approx(2 * stats.norm.sf(3.0), rel=1e-8)
    assert done.estimate == pytest.approx(3.0, abs=1e-6)


def test_p_value_at_the_last_boundary_is_alpha() -> None:
    for design in (gs.obrien_fleming(4), gs.pocock(3, alpha=0.025, sided=1)):
        at = design.upper[-1]
        done = gs.after_stopping(design, design.looks, at, 1.0)
        assert done.p_value == pytest.approx(design.alpha, abs=1e-9)
        assert done.lower == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("look", "z"), [(2, 2.6), (3, 1.2), (3, -3.0)])
def test_ends_and_estimate_solve_their_equations_on_a_plain_grid(look: int, z: float) -> None:
    design = gs.pocock(3)
    done = gs.after_stopping(design, look, z * 0.7, 0.7)
    share = (design.information[:look] / design.information[look - 1]).tolist()
    top = [*design.upper[: look - 1].tolist(), z]
    bottom = [*design.lower[: look - 1].tolist(), -math.inf]
    for end, chance in ((done.lower, 0.025), (done.estimate, 0.5), (done.upper, 0.975)):
        upper, _lower = twin.exit_probabilities(top, bottom, share, end / 0.7)
        assert sum(upper) == pytest.approx(chance, abs=1e-6)


def test_adjusted_interval_covers_where_the_naive_one_does_not() -> None:
    design, drift = gs.pocock(5), 2.5
    z = twin.walks(design.information, drift, 30, seed=11)
    covered, too_high = 0, 0
    for walk in z:
        look = int(np.argmax(np.append(np.abs(walk[:-1]) >= design.upper[:-1], True)))
        error = 1 / math.sqrt(design.information[look])
        done = gs.after_stopping(design, look + 1, walk[look] * error, error)
        covered += done.lower <= drift <= done.upper
        too_high += done.naive - done.estimate > -1e-9
    assert covered >= 26
    assert too_high >= 22


def test_a_design_that_has_not_stopped_is_refused() -> None:
    with pytest.raises(Refusal, match="not stopped") as refused:
        gs.after_stopping(gs.obrien_fleming(4), 2, 1.0, 1.0)
    assert refused.value.remark.code == "not_stopped"
    with pytest.raises(Refusal):
        gs.after_stopping(gs.obrien_fleming(4), 2, 400.0, 1.0)


# Nonsense


@pytest.mark.parametrize(
    "ask",
    [
        lambda: gs.pocock(0),
        lambda: gs.pocock(2.5),
        lambda: gs.pocock([0.5, 0.4]),
        lambda: gs.pocock([0.0, 1.0]),
        lambda: gs.pocock(3, alpha=0.0),
        lambda: gs.pocock(3, sided=3),
        lambda: gs.pocock([0.5, 0.5000001, 1.0]),
        lambda: gs.wang_tsiatis(3, 2.0),
        lambda: gs.spending_design([0.5, math.nan]),
        lambda: gs.spending_design(3, spending="linear"),  # type: ignore[arg-type]  # nonsense on purpose
        lambda: gs.spending_design(3, spending="power", parameter=-1),
        lambda: gs.spending_design(3, spending=lambda t: 1 - t),
        lambda: gs.spending_design(3, spending_time=[0.1, 1.0]),
        lambda: gs.exit_probabilities([1.0, 1.0], [1, 2], lower=[2.0, 0.0]),
        lambda: gs.exit_probabilities([1.0, math.nan], [1, 2]),
        lambda: gs.exit_probabilities([1.0], [1, 2]),
        lambda: gs.operating(gs.pocock(3), 60.0),
        lambda: gs.inflation(gs.pocock(3), 0.01),
        lambda: gs.haybittle_peto(20, z=1.5),
        lambda: gs.futility_design(3, power=0.01),
        lambda: gs.repeated_intervals(gs.pocock(3), [1.0], [0.0]),
        lambda: gs.repeated_intervals(gs.pocock(1), [1.0, 1.0], [1.0, 1.0]),
        lambda: gs.after_stopping(gs.pocock(3), 4, 1.0, 1.0),
        lambda: gs.after_stopping(gs.pocock(3), 3, math.nan, 1.0),
        lambda: gs.peeking(3, z=-1),
    ],
)
def test_nonsense_is_said_to_be(ask: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"\w.*\."):
        ask()
