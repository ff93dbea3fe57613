"""Sample sizes and powers against published numbers, slow twins and simulated pilots."""

import doctest
import importlib
import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pilots.statistics import group_sequential as gs
from pilots.statistics import planning
from pilots.statistics.series import Refusal
from tests.probes import examples
from tests.twins import planning as twin

MODULES = [
    "plan",
    "proportions",
    "means",
    "equivalence",
    "exact",
    "rates",
    "clusters",
    "looks",
    "baseline",
    "weeks",
]
RPACT: dict[str, Any] = {"alpha": 0.025, "sided": 1, "power": 0.9}
INFLATION = 1.05485773  # of rpact's WT 0.3 at 0.2, 0.5, 1, on which its tests of n are built


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(f"pilots.statistics.planning.{name}")
    assert doctest.testmod(module).failed == 0


# Published numbers


def test_sample_sizes_of_rpact_test_design_plan_rates() -> None:
    n = planning.sample_size_proportions(0.5, 0.1, margin=0.2, ratio=[1, 0.4], **RPACT).n
    assert n * INFLATION == pytest.approx([201.70565, 267.48868], rel=1e-7)
    normal = planning.sample_size_one_proportion(0.8, [0.5], **RPACT).n
    assert normal * INFLATION == pytest.approx([26.111979], rel=1e-7)
    for p in (0.8, 0.2):
        exact = planning.sample_size_one_proportion_exact(p, 0.5, **RPACT).n
        assert exact * INFLATION == pytest.approx(29.536017, rel=1e-7)


def test_sample_sizes_of_rpact_test_design_plan_means() -> None:
    one: dict[str, Any] = {"margin": 0.5, "samples": 1, **RPACT}
    assert planning.sample_size_means(0.8, 2, **one).n * INFLATION == pytest.approx(494.6455)
    z = planning.sample_size_means(0.8, 2, test="z", **one).n
    assert z * INFLATION == pytest.approx(492.61495)
    two = planning.sample_size_means(1.3, 2, **RPACT).n
    assert two * INFLATION == pytest.approx(107.00299)


def test_sample_sizes_of_rpact_test_design_plan_count_data() -> None:
    plan = planning.sample_size_rates(
        [0.014, 0.016],
        0.02,
        exposure=2,
        overdispersion=13.1,
        power=0.95,
        alpha=0.01,
        sided=1,
    )
    assert plan.units.tolist() == [21550, 52228]


def test_power_prop_test_and_power_t_test_of_r() -> None:
    # Their documented examples and statsmodels' test_power.py (pwr).
    n = planning.sample_size_proportions(0.5, 0.75, power=0.9).n1
    assert n == pytest.approx(76.7069301141077, abs=1e-4)
    assert planning.power_proportions(50, 0.5, 0.75) == pytest.approx(0.740165901331388, abs=1e-7)
    assert planning.sample_size_means(1, 1, power=0.9).n1 == pytest.approx(22.02110, abs=1e-4)
    assert planning.power_means(20, 1, 1) == pytest.approx(0.8689528, abs=1e-7)
    one_sided = planning.sample_size_means(1, 1, power=0.9, sided=1).n1
    assert one_sided == pytest.approx(17.84713, abs=1e-4)
    both = planning.power_means([20, 30], [0.1, 1], 1, either_side=True)
    assert both == pytest.approx([0.06095912465411235, 0.967708258242517], abs=1e-9)
    # pwr.t.test(d = .5, power = .8, type = "one.sample")
    one = planning.sample_size_means(0.5, 1, samples=1, either_side=True).n1
    assert one == pytest.approx(33.36713, abs=1e-5)


def test_either_side_is_a_number_however_clear_the_effect() -> None:
    found = planning.power_means(11, [3, 4, 10, 30], 1, either_side=True)
    assert found == pytest.approx(planning.power_means(11, [3, 4, 10, 30], 1), abs=1e-9)
    plan = planning.sample_size_means([0.2, 2, 20], 1, test="welch", sd2=2, either_side=True)
    other = planning.sample_size_means([0.2, 2, 20], 1, test="welch", sd2=2)
    assert plan.n1 == pytest.approx(other.n1, rel=1e-3)


def test_examples_of_chow_shao_wang() -> None:
    # Sample Size Calculations in Clinical Research, 3.1, 3.2, 4.1 and 4.2.
    assert planning.sample_size_means(0.05, 0.1, test="z").units1 == 63
    ask: dict[str, Any] = {"margin": -0.05, "sided": 1, "test": "z"}
    assert planning.sample_size_means(0, 0.1, **ask).units1 == 50
    ask = {"margins": (-0.05, 0.05), "test": "z", "halved": True}
    assert planning.sample_size_equivalence_means(0.01, 0.1, **ask).units1 == 108
    ask = {"margins": (-0.2, 0.2), "halved": True}
    assert planning.sample_size_equivalence_proportions(0.75, 0.8, **ask).units1 == 133
    assert planning.sample_size_one_proportion(0.5, 0.3, variance="planned").units1 == 50
    assert planning.sample_size_proportions(0.65, 0.85, variance="unpooled").units1 == 70
    ask = {"margin": -0.1, "sided": 1, "variance": "unpooled"}
    assert planning.sample_size_proportions(0.85, 0.65, **ask).units1 == 25


def test_halving_beta_is_exact_midway_and_else_takes_more() -> None:
    margins = (-0.5, 0.5)
    for true, more in ((0.0, 1.0), (0.1, 1.2)):
        exact = planning.sample_size_equivalence_means(true, 1, margins=margins, test="z")
        half = planning.sample_size_equivalence_means(
            true, 1, margins=margins, test="z", halved=True
        )
        assert half.n1 >= more * exact.n1 * (1 - 1e-9)
    with pytest.raises(ValueError, match="z-test"):
        planning.sample_size_equivalence_means(0, 1, margins=margins, halved=True)
    with pytest.raises(ValueError, match="unpooled"):
        planning.sample_size_equivalence_proportions(
            0.5, 0.5, margins=margins, variance="restricted", halved=True
        )


def test_equivalence_of_powertost() -> None:
    # PowerTOST, sampleN.TOST(CV = 0.3): n = 40, power 0.815845 (2x2 crossover, n over both).
    sd = math.sqrt(math.log(1 + 0.3**2) / 2)
    margins = (math.log(0.8), math.log(1.25))
    plan = planning.sample_size_equivalence_means(math.log(0.95), sd, margins=margins)
    assert 38 < plan.n <= 40
    power = planning.power_equivalence_means(20, math.log(0.95), sd, margins=margins)
    assert power == pytest.approx(0.815845, abs=1e-6)


# Twins


@examples(25)
@given(
    n1=st.floats(3, 60),
    n2=st.floats(3, 60),
    shift=st.floats(-2, 2),
    alpha=st.floats(0.005, 0.2),
    sided=st.sampled_from([1, 2]),
)
def test_power_of_t_agrees_with_its_integral(
    n1: float, n2: float, shift: float, alpha: float, sided: int
) -> None:
    fast = planning.power_means(n1, shift, 1.3, n2=n2, alpha=alpha, sided=sided)
    slow = twin.power_t(n1, n2, shift, 1.3, alpha, sided)
    assert fast == pytest.approx(slow, abs=1e-6)


@examples(25)
@given(
    n1=st.floats(3, 60),
    n2=st.floats(3, 60),
    true=st.floats(-1, 1),
    margin=st.floats(0.2, 2),
    alpha=st.floats(0.005, 0.2),
)
def test_power_of_equivalence_agrees_with_its_integral(
    n1: float, n2: float, true: float, margin: float, alpha: float
) -> None:
    margins = (-margin, 1.2 * margin)
    fast = planning.power_equivalence_means(n1, true, 1.1, margins=margins, n2=n2, alpha=alpha)
    slow = twin.power_equivalence_t(n1, n2, true, 1.1, *margins, alpha)
    assert fast == pytest.approx(slow, abs=1e-6)


@examples(50)
@given(
    p1=st.floats(0.02, 0.98),
    p2=st.floats(0.02, 0.98),
    margin=st.one_of(st.just(0.0), st.floats(-0.8, 0.8)),
    ratio=st.floats(0.2, 5),
)
def test_restricted_proportions_are_the_likeliest(
    p1: float, p2: float, margin: float, ratio: float
) -> None:
    fast = planning.restricted_proportions(p1, p2, margin, ratio)
    assert fast == pytest.approx(twin.restricted(p1, p2, margin, ratio), abs=2e-5)


@examples(40)
@given(
    p1=st.floats(0.05, 0.95),
    gap=st.floats(0.03, 0.4),
    power=st.floats(0.3, 0.97),
    ratio=st.floats(0.3, 3),
    sided=st.sampled_from([1, 2]),
    variance=st.sampled_from(["restricted", "unpooled"]),
    continuity=st.booleans(),
)
def test_sample_size_of_proportions_has_the_power(
    p1: float, gap: float, power: float, ratio: float, sided: int, variance: str, continuity: bool
) -> None:
    p2 = p1 + gap if p1 + gap < 0.97 else p1 - gap
    forks: dict[str, Any] = {"sided": sided, "variance": variance, "continuity": continuity}
    if not 0.02 < p2 < 0.98:
        return
    plan = planning.sample_size_proportions(p1, p2, power=power, ratio=ratio, **forks)
    again = planning.power_proportions(plan.n1, p1, p2, n2=plan.n2, **forks)
    assert again == pytest.approx(power, abs=1e-9)
    direction: Literal["up", "down"] = "up" if p1 > p2 else "down"
    nearest = planning.detectable_proportions(
        plan.n1, p2, n2=plan.n2, power=power, direction=direction, **forks
    )
    assert nearest == pytest.approx(p1, abs=1e-6)


@examples(25)
@given(
    shift=st.floats(0.1, 3),
    power=st.floats(0.3, 0.97),
    ratio=st.floats(0.3, 3),
    sided=st.sampled_from([1, 2]),
    test=st.sampled_from(["t", "z", "welch"]),
    samples=st.sampled_from([1, 2]),
)
def test_sample_size_of_means_has_the_power(
    shift: float, power: float, ratio: float, sided: int, test: str, samples: int
) -> None:
    forks: dict[str, Any] = {"sided": sided, "test": test, "samples": samples}
    sd2 = 1.7 if test == "welch" else None
    plan = planning.sample_size_means(shift, 1.0, power=power, ratio=ratio, sd2=sd2, **forks)
    n2 = plan.n2 if samples == 2 else None
    if min(plan.n1, plan.n1 if n2 is None else n2) < 2:
        return
    again = planning.power_means(plan.n1, shift, 1.0, n2=n2, sd2=sd2, **forks)
    assert again == pytest.approx(power, abs=1e-7)
    nearest = planning.detectable_means(plan.n1, 1.0, n2=n2, sd2=sd2, power=power, **forks)
    assert nearest == pytest.approx(shift, rel=1e-5)


@examples(40)
@given(
    rate2=st.floats(0.01, 2),
    factor=st.floats(0.3, 0.95),
    power=st.floats(0.3, 0.97),
    ratio=st.floats(0.3, 3),
    phi=st.floats(0, 2),
    test=st.sampled_from(["log", "pooled", "unpooled"]),
)
def test_sample_size_of_rates_has_the_power(
    rate2: float, factor: float, power: float, ratio: float, phi: float, test: str
) -> None:
    forks: dict[str, Any] = {"overdispersion": phi, "test": test}
    plan = planning.sample_size_rates(rate2 * factor, rate2, power=power, ratio=ratio, **forks)
    again = planning.power_rates(plan.n1, rate2 * factor, rate2, n2=plan.n2, **forks)
    assert again == pytest.approx(power, abs=1e-9)
    nearest = planning.detectable_rates(plan.n1, rate2, n2=plan.n2, power=power, **forks)
    assert nearest == pytest.approx(rate2 * factor, rel=1e-4)


@pytest.mark.parametrize(("n1", "n2", "p1", "p2"), [(12, 9, 0.2, 0.7), (8, 8, 0.5, 0.5)])
def test_power_of_fisher_table_by_table(n1: int, n2: int, p1: float, p2: float) -> None:
    fast = planning.power_proportions_exact(n1, n2, p1, p2)
    assert fast == pytest.approx(twin.power_fisher(n1, n2, p1, p2, 0.05), abs=1e-12)


@pytest.mark.parametrize(("n", "p", "p0"), [(28, 0.8, 0.5), (27, 0.2, 0.5), (60, 0.1, 0.25)])
def test_power_of_one_proportion_table_by_table(n: int, p: float, p0: float) -> None:
    fast = planning.power_one_proportion_exact(n, p, p0, alpha=0.025, sided=1)
    assert fast == pytest.approx(twin.power_one_proportion(n, p, p0, 0.025), abs=1e-12)


@pytest.mark.parametrize(("rate1", "rate2"), [(0.1, 0.25), (0.3, 0.1)])
def test_power_of_rates_pair_by_pair(rate1: float, rate2: float) -> None:
    fast = planning.power_rates_exact(60, 40, rate1, rate2)
    assert fast == pytest.approx(twin.power_rates(60, 40, rate1, rate2, 0.025), abs=1e-9)


def test_sample_sizes_are_the_first_that_suffice() -> None:
    plan = planning.sample_size_means(0.6, 1.0)
    slow = twin.first_n(lambda n: twin.power_t(n, n, 0.6, 1.0, 0.05, 2), 0.8, 20)
    assert plan.units1 == slow
    first = planning.sample_size_one_proportion_exact(0.7, 0.5, sided=1, alpha=0.05)
    lasting = planning.sample_size_one_proportion_exact(0.7, 0.5, sided=1, alpha=0.05, lasting=True)
    assert first.units == twin.first_n(
        lambda n: twin.power_one_proportion(n, 0.7, 0.5, 0.05), 0.8, 2
    )
    assert lasting.units > first.units
    later = np.arange(int(lasting.units), int(lasting.units) + 40)
    power = planning.power_one_proportion_exact(later, 0.7, 0.5, sided=1, alpha=0.05)
    assert (power >= 0.8).all()


# Scenarios, signs, conventions


def test_scenarios_are_broadcast_and_each_is_as_if_alone() -> None:
    p1, p2 = np.array([0.1, 0.2, 0.4])[:, np.newaxis], np.array([0.3, 0.5])
    table = planning.sample_size_proportions(p1, p2, power=0.9)
    assert table.n.shape == (3, 2)
    assert table.n[2, 1] == planning.sample_size_proportions(0.4, 0.5, power=0.9).n
    means = planning.sample_size_means([0.5, 1.0], 1.0, power=[[0.8], [0.9]])
    assert means.n.shape == (2, 2)
    assert means.n[1, 0] == pytest.approx(planning.sample_size_means(0.5, 1, power=0.9).n)


def test_up_and_down_cost_the_same_and_margins_shift() -> None:
    up = planning.sample_size_means(2, 3).n
    assert planning.sample_size_means(-2, 3).n == up
    assert planning.sample_size_means(1, 3, margin=-1).n == pytest.approx(up)
    pairs = planning.sample_size_means(2, planning.sd_of_differences(3, 0.5), samples=1)
    assert pairs.n2 == 0
    assert pairs.n1 < up / 2


def test_exact_power_shows_where_the_normal_approximation_is_off() -> None:
    normal = planning.power_proportions(15, 0.05, 0.3)
    exact = planning.power_proportions_exact(15, 15, 0.05, 0.3)
    assert normal - exact > 0.1
    few = planning.sample_size_proportions(0.05, 0.3)
    assert [remark.code for remark in few.warnings] == ["small_counts"]
    assert planning.sample_size_proportions(0.4, 0.5).warnings == ()


# Clusters


def test_design_effect_of_donner_and_klar_and_unequal_sizes() -> None:
    assert planning.design_effect(1, 0.3) == 1
    assert planning.design_effect(21, 0.05) == pytest.approx(2.0)
    # Eldridge, Ashby, Kerry (2006): cv 0.65.
    assert planning.design_effect(20, 0.05, cv=0.65) == pytest.approx(1 + (1.4225 * 20 - 1) * 0.05)


def test_one_cluster_or_few_warn_and_too_few_are_refused() -> None:
    plan = planning.sample_size_proportions(0.2, 0.4)
    one = planning.clusters_needed(plan, size=500, icc=0.001)
    assert [remark.code for remark in one.warnings] == ["one_cluster"]
    few = planning.clusters_needed(plan, size=50, icc=0.01)
    assert [remark.code for remark in few.warnings] == ["few_clusters"]
    many = planning.sample_size_proportions(0.45, 0.5)
    with pytest.raises(Refusal, match="however large") as refused:
        planning.size_of_clusters(many, 20, 0.05)
    assert refused.value.remark.facts["least"] == pytest.approx(float(many.n1) * 0.05)
    size = planning.size_of_clusters(plan, 6, 0.02)
    needed = planning.clusters_needed(plan, size=size, icc=0.02)
    assert needed.plan.n1 / size == pytest.approx(6)


# Looks


def test_looks_of_rpact_are_the_fixed_size_times_inflation() -> None:
    plan = planning.sample_size_proportions(0.5, 0.1, margin=0.2, **RPACT)
    design = gs.wang_tsiatis([0.2, 0.5, 1], 0.3, alpha=0.025, sided=1)
    looks = planning.with_looks(plan, design)
    assert looks.n_by_look == pytest.approx([40.341131, 100.85283, 201.70565], rel=1e-6)
    assert looks.expected == pytest.approx([200.58487, 188.74931, 146.89828], rel=1e-6)
    assert looks.power_by_look == pytest.approx([0.08379162, 0.49316421, 0.9], abs=1e-7)


def test_looks_for_many_scenarios() -> None:
    plan = planning.sample_size_means([0.5, 1.0], 1.0, power=[0.8, 0.9], test="z")
    looks = planning.with_looks(plan, gs.pocock(3))
    alone = planning.with_looks(
        planning.sample_size_means(1.0, 1.0, power=0.9, test="z"), gs.pocock(3)
    )
    assert looks.n_by_look.shape == (2, 3)
    assert looks.n_by_look[1] == pytest.approx(alone.n_by_look)
    with pytest.raises(ValueError, match="differ in alpha"):
        planning.with_looks(plan, gs.pocock(3, alpha=0.025, sided=1))


def test_any_time_costs_more_than_planned_looks_and_finds_as_often_as_it_says() -> None:
    plan = planning.sample_size_means(0.5, 1.0, test="z")
    looks = planning.with_any_time(plan)
    assert looks.n > planning.with_looks(plan, gs.pocock(20)).n
    rng = np.random.default_rng(3)
    n = np.rint(looks.n_by_look / 2).astype(int)
    steps = np.diff(n, prepend=0)
    total = (rng.standard_normal((6000, 20)) * np.sqrt(2 * steps) + 0.5 * steps).cumsum(axis=1)
    from pilots.statistics.confidence_sequences.half_widths import half_width

    half = half_width(2 / n, alpha=0.05, optimal=2 / float(plan.n1))
    found = (total / n > half).any(axis=1)
    assert found.mean() == pytest.approx(0.8, abs=0.02)


# Simulated power


def test_simulated_power_of_proportions_is_near_the_plan() -> None:
    plan = planning.sample_size_proportions(0.2, 0.3)
    n = int(plan.units1)
    rng = np.random.default_rng(1)
    a, b = rng.binomial(n, 0.2, 20_000) / n, rng.binomial(n, 0.3, 20_000) / n
    both = (a + b) / 2
    found = np.abs(a - b) > 1.959964 * np.sqrt(2 * both * (1 - both) / n)
    assert found.mean() == pytest.approx(0.8, abs=0.02)


def test_simulated_power_of_non_inferiority_is_near_the_plan() -> None:
    plan = planning.sample_size_proportions(0.85, 0.85, margin=-0.1, sided=1, alpha=0.025)
    n = int(plan.units1)
    rng = np.random.default_rng(2)
    a, b = rng.binomial(n, 0.85, 5000) / n, rng.binomial(n, 0.85, 5000) / n
    first, second = planning.restricted_proportions(a, b, -0.1)
    error = np.sqrt((first * (1 - first) + second * (1 - second)) / n)
    assert ((a - b + 0.1) / error > 1.959964).mean() == pytest.approx(0.8, abs=0.02)


def test_simulated_power_of_means_and_rates_is_near_the_plan() -> None:
    rng = np.random.default_rng(3)
    n = int(planning.sample_size_means(0.9, 1.0).units1)
    a, b = rng.standard_normal((2, 10_000, n))
    t = stats.ttest_ind(a + 0.9, b, axis=1).pvalue
    assert (t < 0.05).mean() == pytest.approx(0.8, abs=0.02)
    m = int(planning.sample_size_rates(0.08, 0.12).units1)
    x, y = rng.poisson(m * 0.08, 20_000), rng.poisson(m * 0.12, 20_000)
    z = np.log(x / y) / np.sqrt(1 / x + 1 / y)
    assert (z < -1.959964).mean() == pytest.approx(0.8, abs=0.02)


# Nonsense


@pytest.mark.parametrize(
    "ask",
    [
        lambda: planning.sample_size_proportions(0.5, 0.5),
        lambda: planning.sample_size_proportions(0.0, 0.5),
        lambda: planning.sample_size_proportions(0.2, math.nan),
        lambda: planning.sample_size_proportions(0.2, 0.3, power=0.01),
        lambda: planning.sample_size_proportions(0.2, 0.3, alpha=1.2),
        lambda: planning.sample_size_proportions(0.2, 0.3, sided=3),
        lambda: planning.sample_size_proportions(0.2, 0.3, margin=-0.1, continuity=True),
        lambda: planning.sample_size_proportions(0.2, 0.3, variance="arcsine"),  # type: ignore[arg-type]  # nonsense on purpose
        lambda: planning.sample_size_proportions(0.2, 0.3, ratio=0),
        lambda: planning.power_proportions(0, 0.2, 0.3),
        lambda: planning.sample_size_means(1, 0),
        lambda: planning.sample_size_means(0, 1),
        lambda: planning.sample_size_means(1, 1, sd2=2),
        lambda: planning.sample_size_means(1e-9, 1),
        lambda: planning.power_means(1, 1, 1),
        lambda: planning.sample_size_rates(1, -1),
        lambda: planning.sample_size_rates(1, 2, null_ratio=1.2, test="pooled"),
        lambda: planning.sample_size_equivalence_means(1, 1, margins=(-0.5, 0.5)),
        lambda: planning.sample_size_equivalence_proportions(0.5, 0.5, margins=(0.1, -0.1)),
        lambda: planning.power_one_proportion_exact(10.5, 0.5, 0.2),
        lambda: planning.power_proportions_exact(5000, 5000, 0.5, 0.4),
        lambda: planning.design_effect(20, 1.5),
        lambda: planning.with_any_time(planning.sample_size_means(1, 1), looks=0),
        lambda: planning.with_any_time(planning.sample_size_means(1, 1, sided=1, alpha=0.025)),
        lambda: planning.sd_of_differences(1, 1),
    ],
)
def test_nonsense_is_said_to_be(ask: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"\w.*\."):
        ask()
