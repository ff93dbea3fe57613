"""One change of level: its place, its p-value and interval against slow twins and published series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics.series import Refusal
from pilots.statistics.time_series import change_point as module
from pilots.statistics.time_series import crossing
from pilots.statistics.time_series.change_point import change_point, change_points
from pilots.statistics.time_series.change_results import MIN_POINTS
from pilots.statistics.time_series.pettitt import pettitt, pettitt_many
from tests.probes import examples
from tests.twins import time_series as twin

VALUE = st.one_of(st.just(np.nan), st.integers(-3, 3).map(float), st.floats(-1e3, 1e3))


@examples(50)
@given(values=st.lists(VALUE, min_size=10, max_size=40))
def test_every_series_has_the_step_of_the_slow_twin_or_a_reason(values: list[float]) -> None:
    known = [v for v in values if not np.isnan(v)]
    many, ranks = change_points([values, values]), pettitt_many([values, values])
    if len(known) < MIN_POINTS or len(set(known)) == 1:
        assert set(many.refused) == {0, 1} and set(ranks.refused) == {0, 1}
        assert np.isnan(many.p).all() and (many.at == -1).all()
        return
    places = [i for i, v in enumerate(values) if not np.isnan(v)]
    k, statistic = twin.largest_f(known, 0.15, module.MIN_A_SIDE)
    if statistic < 1e9:
        assert many.statistic[0] == pytest.approx(statistic, rel=1e-6, abs=1e-9)
    assert many.lower[0] <= many.at[0] <= many.upper[0]
    assert many.at[0] in places
    assert 0 <= many.p[0] <= 1
    if not ranks.refused:
        k, statistic, p = twin.pettitt(known)
        assert (ranks.statistic[0], ranks.p[0]) == pytest.approx((statistic, p))
        assert ranks.at[0] == places[k]


def test_pettitt_1979_table_1() -> None:
    values = [-1.05, 0.96, 1.22, 0.58, -0.98, -0.03, -1.54, -0.71, -0.35, 0.66, 0.44, 0.91, -0.02]
    values += [-1.42, 1.26, -1.02, -0.81, 1.66, 1.05, 0.97, 2.14, 1.22, -0.24, 1.60, 0.72, -0.12]
    values += [0.44, 0.03, 0.66, 0.56, 1.37, 1.66, 0.10, 0.80, 1.29, 0.49, -0.07, 1.18, 3.29, 1.84]
    found = pettitt(values)
    assert (found.at, found.statistic) == (17, 232)
    assert found.p == pytest.approx(0.0146, abs=5e-5)
    assert found.lower is None


@pytest.mark.parametrize(("share", "c", "p"), [(0.15, 8.85, 0.05), (0.15, 12.35, 0.01)])
def test_largest_f_law_is_that_of_andrews_1993_table_1(share: float, c: float, p: float) -> None:
    found = crossing.largest_f_p(np.array([c]), np.array([share]), np.array([1 - share]))
    assert found[0] == pytest.approx(p, abs=5e-4)


@pytest.mark.parametrize("c", [3.0, 7.0, 11.0])
def test_largest_f_law_is_that_of_many_small_steps(c: float) -> None:
    length = 2 * np.log(0.85 / 0.15)
    # The twin looks at 401 moments only: as if the bound were higher (Siegmund 1985, chapter X).
    seen = (np.sqrt(c) + 0.5826 * np.sqrt(length / 400)) ** 2
    found = crossing.largest_f_p(np.array([seen]), np.array([0.15]), np.array([0.85]))[0]
    assert found == pytest.approx(1 - twin.stays_below(c, length), abs=0.004)
    grid = np.array([17.0, 22.0, 24.0, 26.0, 40.0])
    far = crossing.largest_f_p(grid, np.full(5, 0.15), np.full(5, 0.85))
    assert (np.diff(far) < 0).all()


@pytest.mark.parametrize("spread", [0.25, 1.0, 3.0])
@pytest.mark.parametrize("later", [True, False])
def test_law_of_the_place_is_that_of_maxima_and_passage_times(spread: float, later: bool) -> None:
    for x in (0.3, 2.0, 8.0):
        found = crossing.place_tail(np.array([x]), np.array([spread]), later=later)[0]
        assert found == pytest.approx(twin.place_tail(x, spread, later=later), abs=1e-5)


def test_law_of_the_place_has_the_quantiles_that_bai_gives() -> None:
    equal = np.array([1.0])
    for tail, quantile in ((0.05, 7.69), (0.025, 11.03), (0.005, 19.77)):
        assert crossing.place_quantile(tail, equal, later=True)[0] == pytest.approx(
            quantile, abs=0.02
        )


def test_chance_alone_is_called_no_more_often_than_said() -> None:
    series = np.random.default_rng(1).standard_normal((2000, 24))
    assert (change_points(series).p < 0.05).mean() <= 0.05
    assert (pettitt_many(series).p < 0.05).mean() <= 0.05


def test_interval_of_the_place_holds_it() -> None:
    series = np.random.default_rng(2).standard_normal((1000, 60))
    series[:, 30:] += 2
    many = change_points(series)
    assert ((many.lower <= 30) & (many.upper >= 30)).mean() > 0.93


def test_neighbours_that_are_alike_and_drifts_are_warned_of() -> None:
    noise = np.random.default_rng(3).standard_normal(80)
    for point in range(1, 80):
        noise[point] += 0.7 * noise[point - 1]
    found = change_point(noise)
    assert "autocorrelated" in {remark.code for remark in found.warnings}
    line = np.arange(40) + np.random.default_rng(4).normal(size=40)
    assert "trend" in {remark.code for remark in change_point(line).warnings}


def test_short_and_constant_series_are_refused() -> None:
    for values, code in ((np.arange(15.0), "few_points"), (np.ones(30), "no_variation")):
        for find in (change_point, pettitt):
            with pytest.raises(Refusal) as refused:
                find(values)
            assert refused.value.remark.code == code
    with pytest.raises(ValueError):
        change_point(np.zeros((2, 30)))
    with pytest.raises(ValueError):
        change_point(np.arange(30.0), trim=0.6)
