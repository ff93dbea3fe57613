"""Control charts against published numbers and against their slow twin."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import charts
from tests.probes import examples
from tests.shared import reference_case
from tests.twins import control_charts as twin

POINTS = st.lists(
    st.one_of(st.just(float("nan")), st.integers(-40, 40).map(lambda k: k / 4)),
    min_size=2,
    max_size=40,
)


def close(case: dict[str, Any]) -> dict[str, Any]:
    return {"atol": case["tolerance"]["abs"], "rtol": case["tolerance"]["rel"]}


def test_xmr_of_a_published_series_gives_its_limits() -> None:
    case = reference_case("i_qcc_boiler")
    chart = charts.xmr(case["input"]["value"], screen=False)
    want = case["expected"]
    for got, expected in (
        (chart.centre, want["cl"]),
        (chart.lower, want["lcl"]),
        (chart.upper, want["ucl"]),
        (chart.sigma, want["sigma"]),
    ):
        np.testing.assert_allclose(got, expected, **close(case))


def test_xmr_of_a_published_series_with_screening_gives_its_limits() -> None:
    case = reference_case("mdc_RRK_perf")
    chart = charts.xmr(case["input"]["y"], screen=case["input"]["screen_outliers"])
    np.testing.assert_allclose(chart.centre, case["expected"]["mean"], **close(case))
    np.testing.assert_allclose(chart.lower, case["expected"]["lpl"], **close(case))
    np.testing.assert_allclose(chart.upper, case["expected"]["upl"], **close(case))


def test_p_chart_of_a_published_series_gives_its_limits() -> None:
    case = reference_case("p_qcc_orangejuice")
    given_, want = case["input"], case["expected"]
    chart = charts.p_chart(given_["numerator"], given_["denominator"], laney=False)
    np.testing.assert_allclose(chart.centre, want["center"], **close(case))
    np.testing.assert_allclose(chart.lower, want["lcl"], **close(case))
    np.testing.assert_allclose(chart.upper, want["ucl"], **close(case))
    beyond = (chart.values > chart.upper) | (chart.values < chart.lower)
    assert [int(i) + 1 for i in np.flatnonzero(beyond)] == want["beyond"]


@pytest.mark.parametrize("name", ["u_cdi", "uprime_cdi", "u_qcc_pcmanufact", "u_cdi_freeze24"])
def test_u_chart_of_a_published_series_gives_its_limits(name: str) -> None:
    case = reference_case(name)
    given_, want = case["input"], case["expected"]
    chart = charts.u_chart(
        given_["numerator"],
        given_["denominator"],
        laney=name == "uprime_cdi",
        baseline=given_.get("baseline_points"),
        per=given_.get("multiply", 1),
    )
    np.testing.assert_allclose(chart.centre, want.get("cl", want.get("center")), **close(case))
    np.testing.assert_allclose(chart.lower, want["lcl"], **close(case))
    np.testing.assert_allclose(chart.upper, want["ucl"], **close(case))


def test_p_prime_chart_of_a_published_series_gives_its_limits() -> None:
    case = reference_case("pprime_montgomery_7.4")
    given_, want = case["input"], case["expected"]
    chart = charts.p_chart(given_["numerator"], given_["denominator"], laney=True)
    np.testing.assert_allclose(chart.centre, want["cl"], **close(case))
    np.testing.assert_allclose(chart.lower, want["lcl"], **close(case))
    np.testing.assert_allclose(chart.upper, want["ucl"], **close(case))
    assert chart.kind == "p_prime"


def test_c_chart_of_a_published_series_gives_its_limits() -> None:
    case = reference_case("c_qcc_circuit")
    want = case["expected"]
    chart = charts.c_chart(case["input"]["count"])
    np.testing.assert_allclose(chart.centre, want["center"], **close(case))
    np.testing.assert_allclose(chart.lower, want["lcl"], **close(case))
    np.testing.assert_allclose(chart.upper, want["ucl"], **close(case))


@examples(150)
@given(values=POINTS, screen=st.booleans(), data=st.data())
def test_xmr_of_any_series_agrees_with_its_twin(
    values: list[float], screen: bool, data: st.DataObject
) -> None:
    baseline = data.draw(st.one_of(st.none(), st.integers(1, len(values))))
    steps = sorted(data.draw(st.sets(st.integers(1, len(values) - 1), max_size=2)))
    chart = charts.xmr(values, baseline=baseline, steps=steps, screen=screen)
    slow = np.array(twin.xmr(values, baseline, steps, screen))
    np.testing.assert_allclose(chart.centre, slow[:, 0], atol=1e-9)
    np.testing.assert_allclose(chart.lower, slow[:, 1], atol=1e-9)
    np.testing.assert_allclose(chart.upper, slow[:, 2], atol=1e-9)


@examples(80)
@given(
    counts=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=3, max_size=30),
    screen=st.booleans(),
    data=st.data(),
)
def test_p_prime_of_any_series_agrees_with_its_twin(
    counts: list[tuple[int, int]], screen: bool, data: st.DataObject
) -> None:
    over = [float(a) for a, _b in counts]
    under = [float(a + b + 1) for a, b in counts]
    baseline = data.draw(st.integers(2, len(counts)))
    chart = charts.p_chart(over, under, baseline=baseline, laney=True, screen=screen)
    slow = np.array(twin.p_prime(over, under, baseline, screen))
    np.testing.assert_allclose(chart.centre, slow[:, 0], atol=1e-9)
    np.testing.assert_allclose(chart.lower, slow[:, 1], atol=1e-9)
    np.testing.assert_allclose(chart.upper, slow[:, 2], atol=1e-9)


def test_chart_of_many_ragged_series_equals_each_alone() -> None:
    rng = np.random.default_rng(11)
    table = rng.normal(10, 2, (20, 30))
    table[rng.random(table.shape) < 0.2] = np.nan
    table[:, 25:][::2] = np.nan
    many = charts.xmr(table, baseline=12, steps=(20,))
    for i, row in enumerate(table):
        alone = charts.xmr(row, baseline=12, steps=(20,))
        np.testing.assert_array_equal(many.one(i).lower, alone.lower)
        np.testing.assert_array_equal(many.one(i).upper, alone.upper)


def test_baseline_freezes_the_limits_whatever_comes_after() -> None:
    before = [5.0, 6, 5, 7, 6, 5, 6, 7, 5, 6]
    calm = charts.xmr([*before, 6, 6, 6], baseline=10)
    wild = charts.xmr([*before, 90, -40, 300], baseline=10)
    np.testing.assert_array_equal(calm.upper, wild.upper)


def test_padding_with_missing_points_changes_nothing() -> None:
    values = [5.0, 6, 5, 7, 6, 5, 6, 7, 5, 6]
    padded = charts.xmr([*values, np.nan, np.nan])
    np.testing.assert_array_equal(padded.upper[:10], charts.xmr(values).upper)


def test_p_chart_with_huge_denominators_and_real_spread_takes_laney() -> None:
    rng = np.random.default_rng(4)
    under = rng.integers(19_000, 22_000, 36)
    wandering = rng.binomial(under, np.clip(rng.normal(0.2, 0.03, 36), 0, 1))
    steady = rng.binomial(under, 0.2)
    assert charts.p_chart(wandering, under).kind == "p_prime"
    assert charts.p_chart(steady, under).kind == "p"
    assert "overdispersed" in {r.code for r in charts.p_chart(wandering, under).remarks()}


def test_laney_chosen_by_itself_never_narrows_the_limits() -> None:
    under = np.full(24, 400)
    alternating = np.where(np.arange(24) % 2, 80, 81)
    chosen = charts.p_chart(alternating, under)
    plain = charts.p_chart(alternating, under, laney=False)
    np.testing.assert_array_equal(chosen.upper, plain.upper)


def test_chart_without_variation_has_limits_on_the_centre_and_says_so() -> None:
    chart = charts.xmr([4.0] * 15)
    assert np.all(chart.upper == 4.0)
    assert "no_variation" in {r.code for r in chart.remarks()}


def test_chart_of_few_points_says_that_its_limits_will_move() -> None:
    assert "few_points" in {r.code for r in charts.xmr([1.0, 2, 3, 2, 1]).remarks()}


def test_zero_denominator_is_a_missing_point() -> None:
    chart = charts.p_chart([1, 0, 2, 1], [10, 0, 10, 10], laney=False)
    assert np.isnan(chart.values[1])
    assert chart.centre[0] == pytest.approx(4 / 30)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: charts.p_chart([11], [10]), "above its denominator"),
        (lambda: charts.u_chart([-1], [10]), "below zero"),
        (lambda: charts.xmr([1.0, np.inf]), "infinite"),
        (lambda: charts.xmr([1.0, 2.0, 3.0], steps=(3,)), "Steps"),
        (lambda: charts.p_chart([1, 2], [10]), "Shapes"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(call: Callable[[], object], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        call()
