"""Funnels against their slow twin and against what they must do."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics.charts import funnel
from pilots.statistics.series import Refusal
from tests.probes import examples
from tests.twins import charts as twin


@examples(50)
@given(
    units=st.lists(st.tuples(st.integers(0, 60), st.floats(0.5, 60)), min_size=2, max_size=25),
    trim=st.sampled_from([0.1, 0.2]),
)
def test_funnel_of_ratios_agrees_with_its_twin(units: list[tuple[int, float]], trim: float) -> None:
    observed, expected = [float(o) for o, _e in units], [e for _o, e in units]
    found = funnel(observed, expected, measure="ratio", trim_by=trim)
    phi, tau2, limits = twin.funnel_of_ratios(observed, expected, trim)
    assert found.phi == pytest.approx(phi)
    assert found.tau2 == pytest.approx(tau2, abs=1e-12)
    if found.overdispersion == "additive":
        np.testing.assert_allclose(found.lower[1], [low for low, _high in limits], atol=1e-9)
        np.testing.assert_allclose(found.upper[1], [high for _low, high in limits], rtol=1e-9)


@pytest.mark.parametrize("expected", [0.7, 3.0, 12.5, 90.0])
def test_exact_limits_of_ratios_are_interpolated_poisson_quantiles(expected: float) -> None:
    found = funnel([1, 1], [expected, expected], measure="ratio", overdispersion="none")
    for row, level in enumerate((0.95, 0.998)):
        low, high = (twin.poisson_limit(expected, p) for p in ((1 - level) / 2, (1 + level) / 2))
        assert found.lower[row, 0] == pytest.approx(low, abs=1e-9)
        assert found.upper[row, 0] == pytest.approx(high, rel=1e-9)


def test_arcsine_funnel_of_proportions_by_its_formula() -> None:
    # As FunnelPlotR's data_type "PR": asin(sqrt(y)), s = 1/(2 sqrt n), winsorised at 10 %.
    rng = np.random.default_rng(7)
    n = rng.integers(80, 600, 40) * 1.0
    x = rng.binomial(n.astype(int), np.clip(rng.normal(0.2, 0.05, 40), 0, 1)) * 1.0
    found = funnel(x, n, measure="proportion")
    target, s = np.arcsin(np.sqrt(x.sum() / n.sum())), 1 / (2 * np.sqrt(n))
    z = (np.arcsin(np.sqrt(x / n)) - target) / s
    kept = np.clip(z, *np.quantile(z, [0.1, 0.9]))
    phi, w = (kept**2).mean(), 4 * n
    tau2 = (40 * phi - 39) / (w.sum() - (w**2).sum() / w.sum())
    assert found.tau2 == pytest.approx(tau2)
    np.testing.assert_allclose(
        found.upper[0], np.sin(target + 1.959964 * np.sqrt(s**2 + tau2)) ** 2, rtol=1e-6
    )
    np.testing.assert_allclose(found.adjusted_z, z * s / np.sqrt(s**2 + tau2))


def test_truncated_log_ratios_by_the_formula_of_the_shmi() -> None:
    # FunnelPlotR's default (sr_method "SHMI"): log ratio, s = 1/sqrt(E), outer tenths left out.
    rng = np.random.default_rng(9)
    e = rng.uniform(200, 2000, 30)
    o = rng.poisson(e * np.exp(rng.normal(0, 0.1, 30))) * 1.0
    found = funnel(o, e, measure="ratio", transform="log", trim="truncate")
    z = np.sqrt(e) * np.log(o / e)
    rank = np.argsort(np.argsort(z)) + 1
    group = np.floor(rank * 10 / 31)
    kept = (group > 0) & (group < 9)
    phi = (z[kept] ** 2).mean()
    tau2 = (kept.sum() * phi - (kept.sum() - 1)) / (
        e[kept].sum() - (e[kept] ** 2).sum() / e[kept].sum()
    )
    assert found.phi == pytest.approx(phi)
    assert found.tau2 == pytest.approx(tau2)
    np.testing.assert_allclose(found.upper[1], np.exp(3.090232 * np.sqrt(1 / e + tau2)), rtol=1e-6)


def test_units_that_differ_stand_out_less_after_overdispersion() -> None:
    rng = np.random.default_rng(11)
    n = rng.integers(2000, 9000, 60) * 1.0
    x = rng.binomial(n.astype(int), np.clip(rng.normal(0.2, 0.02, 60), 0, 1)) * 1.0
    plain = funnel(x, n, measure="proportion", overdispersion="none")
    additive = funnel(x, n, measure="proportion")
    multiplicative = funnel(x, n, measure="proportion", overdispersion="multiplicative")
    assert np.abs(plain.signal).sum() > 15
    assert np.abs(additive.signal).sum() < 5
    assert np.abs(multiplicative.signal).sum() < 5
    assert "overdispersed" in {r.code for r in plain.warnings}
    # Additive limits do not close up, multiplicative ones do.
    huge = [1e9]
    assert np.ptp([a[1, 0] for a in additive.limits_at(huge)]) > 0.05
    assert np.ptp([a[1, 0] for a in multiplicative.limits_at(huge)]) < 0.01


def test_units_that_differ_by_chance_alone_stand_out_at_the_rate_of_the_limits() -> None:
    rng = np.random.default_rng(13)
    n = rng.integers(50, 900, 4000) * 1.0
    x = rng.binomial(n.astype(int), 0.15) * 1.0
    found = funnel(x, n, measure="proportion", overdispersion="none", levels=(0.95,))
    assert 0.03 < (found.signal != 0).mean() < 0.06
    rates = funnel(x, n, measure="rate", overdispersion="none", limits="normal", per=100)
    assert rates.target == pytest.approx(100 * x.sum() / n.sum())
    assert (rates.lower[0] < rates.target).all()


def test_missing_units_are_passed_over_and_the_others_unchanged() -> None:
    x, n = [12.0, 30, 8, 25, 40], [100.0, 120, 90, 110, 160]
    alone = funnel(x, n, measure="proportion")
    holed = funnel([*x, np.nan, 3.0], [*n, 50.0, 0.0], measure="proportion")
    np.testing.assert_allclose(holed.upper[:, :5], alone.upper)
    assert np.isnan(holed.upper[:, 5:]).all()
    assert holed.n == 5
    assert not holed.signal[5:].any()


def test_funnel_that_cannot_be_drawn_says_why() -> None:
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: funnel([1], [2], measure="proportion"), "few_units"),
        (lambda: funnel([0, 3], [2, 4], measure="ratio", transform="log"), "zero_events"),
        (lambda: funnel([0, 0], [2, 4], measure="proportion"), "no_variation"),
    ]
    for call, code in calls:
        with pytest.raises(Refusal) as refused:
            call()
        assert refused.value.remark.code == code
    assert "few_units" in {r.code for r in funnel([1, 2, 1], [9, 9, 9], measure="rate").warnings}


@pytest.mark.parametrize(
    ("given_", "word"),
    [
        ({"measure": "mean"}, "'mean' is none of"),
        ({"measure": "rate", "transform": "arcsine"}, "for proportions"),
        ({"measure": "rate", "trim_by": 0.5}, "Less than half"),
        ({"measure": "rate", "levels": (95.0,)}, "between 0 and 1"),
        ({"measure": "rate", "per": 0}, "above zero"),
    ],
)
def test_nonsense_is_refused(given_: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        funnel([3, 4, 5], [10, 10, 10], **given_)


def test_proportion_above_one_and_two_times_are_refused() -> None:
    with pytest.raises(ValueError, match="above its denominator"):
        funnel([11, 2], [10, 10], measure="proportion")
    with pytest.raises(ValueError, match="one time"):
        funnel([[1, 2]], [[10, 10]], measure="proportion")
