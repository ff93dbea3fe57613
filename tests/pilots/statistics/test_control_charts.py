"""Every kind of control chart against its slow twin, and what a chart says of itself."""

import doctest
import importlib
import math
import pickle
from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import charts, rules
from pilots.statistics.charts import constants
from pilots.statistics.charts.subgroups import SigmaOfSD
from tests.probes import examples
from tests.twins import charts as twin

VALUE = st.one_of(st.just(math.nan), st.integers(-40, 40).map(lambda k: k / 4))
VALUES = st.lists(VALUE, min_size=2, max_size=30)
COUNTED = st.tuples(st.integers(0, 40), st.integers(1, 40)).map(
    lambda p: (min(p) * 1.0, max(p) * 1.0)
)
PAIR = st.one_of(st.just((math.nan, 5.0)), st.just((0.0, 0.0)), COUNTED)
PAIRS = st.lists(PAIR, min_size=2, max_size=25)
quick = examples(50)


def same(chart: charts.ControlChart, lines: list[tuple[float, float, float]]) -> None:
    want = np.array(lines)
    for got, column in zip((chart.centre, chart.lower, chart.upper), want.T, strict=True):
        np.testing.assert_allclose(got, column, atol=1e-9, rtol=1e-9)


def drawn_choices(data: st.DataObject, points: int) -> tuple[int | None, list[int], list[int]]:
    baseline = data.draw(st.one_of(st.none(), st.integers(1, points)))
    exclude = sorted(data.draw(st.sets(st.integers(0, points - 1), max_size=3)))
    steps = sorted(data.draw(st.sets(st.integers(1, points - 1), max_size=2)))
    return baseline, exclude, steps


@pytest.mark.parametrize(
    "module",
    ["chart", "constants", "counts", "funnel", "individuals", "rare_events", "runs", "subgroups"],
)
def test_examples_of_charts_run(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"pilots.statistics.charts.{module}"))
    assert found.attempted > 0
    assert found.failed == 0


@quick
@given(values=VALUES, screen=st.booleans(), bridge=st.booleans(), data=st.data())
def test_xmr_with_points_left_out_agrees_with_its_twin(
    values: list[float], screen: bool, bridge: bool, data: st.DataObject
) -> None:
    baseline, exclude, steps = drawn_choices(data, len(values))
    chart = charts.xmr(
        values, baseline=baseline, exclude=exclude, steps=steps, screen=screen, bridge=bridge,
        factor=charts.QICHARTS_FACTOR,
    )  # fmt: skip
    same(chart, twin.xmr(values, baseline, exclude, steps, screen, 3 / 1.128, bridge))


@quick
@given(values=VALUES, data=st.data())
def test_moving_ranges_agree_with_their_twin(values: list[float], data: st.DataObject) -> None:
    baseline, _exclude, steps = drawn_choices(data, len(values))
    chart = charts.mr(values, baseline=baseline, steps=steps)
    ranges, lines = twin.mr(values, baseline, steps)
    np.testing.assert_allclose(chart.values, ranges, atol=1e-9)
    same(chart, lines)


@quick
@given(
    points=st.lists(st.tuples(VALUE, st.integers(0, 30)), min_size=2, max_size=25), data=st.data()
)
def test_i_prime_agrees_with_its_twin(points: list[tuple[float, int]], data: st.DataObject) -> None:
    baseline, exclude, steps = drawn_choices(data, len(points))
    y, n = [a for a, _b in points], [float(b) for _a, b in points]
    screen = data.draw(st.booleans())
    chart = charts.i_prime(y, n, baseline=baseline, exclude=exclude, steps=steps, screen=screen)
    same(chart, twin.i_prime(y, n, baseline, exclude, steps, screen))


@quick
@given(
    pairs=PAIRS,
    kind=st.sampled_from("pu"),
    laney=st.sampled_from([True, False, "auto", "wider"]),
    screen=st.booleans(),
    data=st.data(),
)
def test_rates_with_every_policy_of_laney_agree_with_their_twin(
    pairs: list[tuple[float, float]],
    kind: str,
    laney: Literal["auto", "wider"] | bool,
    screen: bool,
    data: st.DataObject,
) -> None:
    baseline, exclude, steps = drawn_choices(data, len(pairs))
    x, n = [a for a, _b in pairs], [b for _a, b in pairs]
    chart_of = charts.p_chart if kind == "p" else charts.u_chart
    chart = chart_of(
        x, n, baseline=baseline, exclude=exclude, steps=steps, laney=laney, screen=screen
    )
    same(chart, twin.rates(kind, x, n, baseline, exclude, steps, laney, screen))
    assert chart.laney == laney


@quick
@given(values=st.lists(st.one_of(st.just(math.nan), st.integers(0, 30).map(float)), min_size=2, max_size=25), data=st.data())  # fmt: skip
def test_counts_and_gaps_agree_with_their_twins(values: list[float], data: st.DataObject) -> None:
    baseline, exclude, steps = drawn_choices(data, len(values))
    same(
        charts.c_chart(values, baseline=baseline, exclude=exclude, steps=steps),
        twin.c(values, baseline, exclude, steps),
    )
    same(charts.g_chart(values, baseline=baseline), [twin.g(values, baseline)] * len(values))
    ordinary = [v + 1 for v in values]
    screen = data.draw(st.booleans())
    same(
        charts.t_chart(ordinary, baseline=baseline, screen=screen),
        [twin.t(ordinary, baseline, screen)] * len(values),
    )
    centre = charts.run_chart(values, baseline=baseline).centre
    present = [v for v in values[:baseline] if not math.isnan(v)]
    np.testing.assert_allclose(centre, twin.median(present))


@quick
@given(pairs=st.lists(COUNTED, min_size=2, max_size=20), data=st.data())
def test_np_agrees_with_its_twin(pairs: list[tuple[float, float]], data: st.DataObject) -> None:
    x, n = [a for a, _b in pairs], [b for _a, b in pairs]
    baseline = data.draw(st.one_of(st.none(), st.integers(1, len(pairs))))
    same(charts.np_chart(x, n, baseline=baseline), twin.np_(x, n, baseline))


@quick
@given(
    groups=st.lists(
        st.lists(st.integers(-20, 20).map(float), min_size=2, max_size=6), min_size=2, max_size=12
    ),
    sigma=st.sampled_from(["montgomery", "UWAVE-SD", "MVLUE-SD", "RMSDF"]),
)
def test_means_and_sds_of_subgroups_agree_with_their_twin(
    groups: list[list[float]], sigma: SigmaOfSD
) -> None:
    means, spreads = charts.xbar_s(groups, sigma=sigma)
    slow_means, slow_spreads = twin.xbar_s(groups, sigma)
    same(means, slow_means)
    same(spreads, slow_spreads)
    summary = charts.summarised(groups)
    again = charts.xbar_s(charts.Subgroups(summary.sizes, summary.means, summary.sds), sigma=sigma)
    np.testing.assert_allclose(again.xbar.upper, means.upper)


def test_sigma_of_equal_subgroups_is_the_same_by_montgomery_and_by_qcc() -> None:
    rng = np.random.default_rng(3)
    groups = rng.normal(10, 2, (20, 5))
    by_montgomery, by_qcc = charts.xbar_s(groups), charts.xbar_s(groups, sigma="UWAVE-SD")
    np.testing.assert_allclose(by_montgomery.xbar.upper, by_qcc.xbar.upper)
    np.testing.assert_allclose(by_montgomery.s.upper, by_qcc.s.upper)


def test_sigma_of_ranges_weighted_by_their_precision() -> None:
    groups = [[1.0, 3.0], [2.0, 5.0, 4.0], [0.0, 2.0], [1.0, 1.0, 6.0, 3.0]]
    d2, d3 = constants.d2([2, 3, 2, 4]), constants.d3([2, 3, 2, 4])
    wide = np.array([2.0, 3.0, 2.0, 5.0])
    weights = (d2 / d3) ** 2
    want = (wide / d2 * weights).sum() / weights.sum()
    chart = charts.xbar_r(groups, sigma="MVLUE-R").xbar
    np.testing.assert_allclose(chart.sigma, want / np.sqrt([2, 3, 2, 4]))


def test_many_series_of_subgroups_equal_each_alone() -> None:
    rng = np.random.default_rng(5)
    raw = rng.normal(10, 2, (4, 15, 6))
    raw[rng.random(raw.shape) < 0.2] = np.nan
    many = charts.xbar_s(raw, baseline=10, exclude=[2])
    ranges = charts.xbar_r(raw)
    for i in range(4):
        alone = charts.xbar_s(raw[i], baseline=10, exclude=[2])
        np.testing.assert_allclose(many.xbar.one(i).upper, alone.xbar.upper)
        np.testing.assert_allclose(many.s.one(i).upper, alone.s.upper)
        np.testing.assert_allclose(ranges.r.one(i).upper, charts.xbar_r(raw[i]).r.upper)


@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_constants_of_ranges_agree_with_the_studentised_range(n: int) -> None:
    mean, sd = twin.range_constants(n)
    assert constants.d2(n) == pytest.approx(mean, abs=1e-6)
    assert constants.d3(n) == pytest.approx(sd, abs=1e-5)
    assert constants.c4(n) == pytest.approx(twin.c4(n), abs=1e-12)


def test_constants_at_two_are_known_exactly() -> None:
    assert constants.d2(2) == pytest.approx(2 / math.sqrt(math.pi), abs=1e-12)
    assert constants.d3(2) == pytest.approx(math.sqrt(2 - 4 / math.pi), abs=1e-10)
    assert constants.c4(2) == pytest.approx(math.sqrt(2 / math.pi), abs=1e-12)


def test_constants_of_large_and_of_impossible_subgroups() -> None:
    assert constants.c4(10**8) == pytest.approx(1 - 1 / (4 * 10**8), abs=1e-15)
    # Tippett 1925: the mean range of 1,000 is 6.48287.
    assert constants.d2(1000) == pytest.approx(6.48287, abs=1e-4)
    assert np.isnan(constants.d2([1, np.nan])).all()
    with pytest.raises(ValueError, match="whole number"):
        constants.c4(2.5)


def test_new_points_are_judged_by_the_limits_there_are() -> None:
    rng = np.random.default_rng(8)
    x, n = rng.poisson(20, (3, 30)) * 1.0, rng.integers(100, 200, (3, 30)) * 1.0
    whole = charts.u_chart(x, n, baseline=20, per=1000)
    later = charts.u_chart(x[:, :20], n[:, :20], per=1000).extended(x[:, 20:], n[:, 20:])
    for name in ("values", "centre", "lower", "upper", "sigma"):
        np.testing.assert_allclose(getattr(later, name), getattr(whole, name))
    assert later.used.sum() == 60
    groups = rng.normal(0, 1, (30, 4))
    new = charts.summarised(groups[20:])
    np.testing.assert_allclose(
        charts.xbar_s(groups[:20]).xbar.extended(new.means, new.sizes).upper,
        charts.xbar_s(groups, baseline=20).xbar.upper,
    )
    stepped = charts.xmr([1.0, 2, 1, 2, 9, 8, 9, 8], steps=[4]).extended([8.5])
    assert stepped.centre[-1] == 8.5
    assert stepped.phase[-1] == 1
    np.testing.assert_allclose(stepped.limits_at(3)[1], stepped.upper)


def test_new_points_that_make_no_sense_are_refused() -> None:
    chart = charts.p_chart([5, 6, 7], [50, 50, 50])
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: chart.extended([60], [50]), "above its denominator"),
        (lambda: chart.extended([6]), "denominators"),
        (lambda: charts.c_chart([4, 5, 6]).extended([-1]), "below zero"),
        (lambda: charts.mr([4, 5, 6]).extended([5]), "Moving ranges"),
    ]
    for call, word in calls:
        with pytest.raises(ValueError, match=word):
            call()


def test_limits_at_two_sigmas_lie_at_two_thirds() -> None:
    chart = charts.xmr([4.0, 9, 6, 9, 8])
    np.testing.assert_allclose(chart.limits_at(2)[1], chart.centre + 2 * chart.sigma)
    times = charts.t_chart([286, 948, 536, 124, 816])
    lower, upper = times.limits_at(2)
    assert (upper < times.upper).all()
    assert (lower >= times.lower).all()


def test_excluded_points_are_recorded_and_set_no_limit() -> None:
    values = [5.0, 6, 5, 90, 6, 5, 6, 7]
    chart = charts.xmr(values, exclude=[3])
    without = charts.xmr([v for v in values if v < 90])
    assert chart.upper[0] == without.upper[0]
    assert chart.excluded.tolist() == [False, False, False, True, False, False, False, False]
    assert not chart.used[3]
    assert "excluded" in {r.code for r in chart.warnings}


def test_laney_that_narrows_says_so_and_wider_never_does() -> None:
    under = np.full(24, 400)
    alternating = np.where(np.arange(24) % 2, 80, 81)
    published = charts.p_prime_chart(alternating, under)
    assert "narrower" in {r.code for r in published.remarks()}
    assert (published.upper < charts.p_chart(alternating, under, laney=False).upper).all()
    wider = charts.p_chart(alternating, under, laney="wider")
    np.testing.assert_allclose(wider.upper, charts.p_chart(alternating, under, laney=False).upper)
    assert wider.dispersion == published.dispersion < 1


def test_chart_that_cannot_have_limits_says_why() -> None:
    assert charts.xmr([5.0]).refused[0].code == "too_few_points"
    assert charts.xmr([math.nan, math.nan]).refused[0].code == "no_points"
    many = charts.xmr([[1.0, 2, 3], [1.0, math.nan, math.nan]])
    assert set(many.refused) == {1}
    assert many.one(1).refused[0].facts["points"] == 1
    assert not charts.xmr([1.0, 2, 3]).refused
    assert charts.run_chart([1.0, 2], exclude=[0, 1]).refused[0].code == "too_few_points"


def test_time_of_zero_is_refused_unless_it_is_said_what_it_means() -> None:
    times = [3.0, 0.0, 5.0, 8.0, 2.0]
    refused = charts.t_chart(times)
    assert refused.refused[0].code == "zero_times"
    assert np.isnan(refused.upper).all()
    many = charts.t_chart([times, [3.0, 1, 5, 8, 2]])
    assert set(many.refused) == {0}
    assert np.isfinite(many.upper[1]).all()
    missing = charts.t_chart(times, zeros="missing")
    np.testing.assert_allclose(missing.upper, charts.t_chart([3.0, 5, 8, 2]).upper[0])
    half = charts.t_chart(times, zeros=0.5)
    np.testing.assert_allclose(half.upper, charts.t_chart([3.0, 0.5, 5, 8, 2]).upper)


def test_chart_of_alike_neighbours_warns_that_limits_are_narrow() -> None:
    rng = np.random.default_rng(1)
    wandering = np.cumsum(rng.normal(0, 1, 60))
    assert "autocorrelated" in {r.code for r in charts.xmr(wandering).warnings}
    assert "autocorrelated" not in {r.code for r in charts.xmr(rng.normal(0, 1, 60)).warnings}


def test_chart_of_rare_events_points_to_g_and_t() -> None:
    few = charts.p_chart([0, 1, 0, 2, 1, 0] * 3, [60] * 18)
    assert "few_events" in {r.code for r in few.warnings}
    assert "few_events" not in {r.code for r in charts.c_chart([12, 9, 14, 11]).warnings}
    assert few.assumptions[0].code == "binomial"


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: charts.xmr([1.0, 2], exclude=[2]), "between 0 and 1"),
        (lambda: charts.xmr([1.0, 2], exclude=[0.5]), "positions"),
        (lambda: charts.i_prime([1.0, 2], [1, -2]), "below zero"),
        (lambda: charts.np_chart([5, 11], 10), "above its denominator"),
        (lambda: charts.t_chart([1.0, -2]), "below zero"),
        (lambda: charts.t_chart([1.0, 2], zeros=0.0), "above zero"),
        (lambda: charts.g_chart([1.0, -2]), "below zero"),
        (lambda: charts.g_chart([1.0, 2], centre="mode"), "no 'mode'"),  # type: ignore[arg-type]  # nonsense on purpose
        (lambda: charts.p_chart([1], [2], laney="yes"), "not 'yes'"),  # type: ignore[arg-type]  # nonsense on purpose
        (lambda: charts.p_chart([1], [2], per=0), "above zero"),
        (lambda: charts.xbar_s([[1.0, 2.0]], sigma="UWAVE-R"), "UWAVE-R"),  # type: ignore[arg-type]  # nonsense on purpose
        (lambda: charts.xbar_s(charts.Subgroups([2], [1.0])), "standard deviations"),
        (lambda: charts.xbar_s([1.0, 2.0]), "dimensions"),
        (lambda: charts.run_chart([1.0], centre=np.nan), "number"),
    ],
)
def test_nonsense_is_refused(call: Callable[[], object], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        call()


def test_charts_do_not_hold_on_to_the_callers_arrays() -> None:
    x, n = np.array([5.0, 6, 7]), np.array([50.0, 60, 70])
    for chart in (charts.xmr(x), charts.c_chart(x), charts.p_chart(x, n), charts.np_chart(x, n)):
        before = pickle.dumps((chart.values, chart.denominators))
        x += 1
        n += 1
        assert pickle.dumps((chart.values, chart.denominators)) == before
        x -= 1
        n -= 1


def test_chart_of_many_series_answers_in_blocks_as_if_alone() -> None:
    rng = np.random.default_rng(2)
    n = rng.integers(50, 90, (900, 60)) * 1.0
    x = rng.binomial(n.astype(int), 0.2) * 1.0
    many = charts.p_prime_chart(x, n)
    for i in (0, 545, 546, 899):
        np.testing.assert_allclose(many.one(i).upper, charts.p_prime_chart(x[i], n[i]).upper)


def test_series_with_steps_of_their_own_have_the_limits_they_have_alone() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(10, 1, (4, 40))
    values[2, 31:] = np.nan  # a shorter one
    over, under = rng.binomial(90, 0.2, (4, 40)).astype(float), np.full((4, 40), 90.0)
    over[2, 31:] = np.nan
    lengths, steps = [40, 40, 31, 40], np.array([[12], [40], [20], [33]])
    many = [charts.xmr(values, baseline=10, steps=steps)]
    many.append(charts.p_chart(over, under, baseline=10, steps=steps))
    for row, (points, step) in enumerate(zip(lengths, steps[:, 0].tolist(), strict=True)):
        own = () if step == points == 40 else (step,)
        alone = [charts.xmr(values[row, :points], baseline=10, steps=own)]
        alone.append(
            charts.p_chart(over[row, :points], under[row, :points], baseline=10, steps=own)
        )
        for together, one in zip(many, alone, strict=True):
            cut = together.one(row, points)
            for name in ("centre", "lower", "upper", "sigma", "phase", "values"):
                np.testing.assert_allclose(getattr(cut, name), getattr(one, name), rtol=1e-12)
            there = rules.mdc(one)
            np.testing.assert_array_equal(rules.mdc(together).reason[row, :points], there.reason)
            np.testing.assert_array_equal(rules.mdc(together).way[row, :points], there.way)
    assert many[0].refused == {}
    with pytest.raises(ValueError, match="steps of its own"):
        many[0].extended(values)
    with pytest.raises(ValueError, match="steps of its own"):
        rules.anhoej(many[0])
    with pytest.raises(ValueError, match="Steps rise"):
        charts.xmr(values, steps=np.array([[0]] * 4))


def test_points_that_are_all_the_same_lie_on_their_centre() -> None:
    """The mean of a hundred and thirty-one times 0.1 is not 0.1 by adding up: all were "below"."""
    for number in (7, 10, 52, 131):
        flat = charts.xmr([0.1] * number)
        assert set(flat.centre.tolist()) == {0.1}
        assert not rules.mdc(flat).any.any()
