"""The Anhøj rules against their slow twin, published limits, and exact chances."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import charts, rules
from pilots.statistics.rules import run_limits
from tests.probes import examples
from tests.twins import rules as twin

VALUE = st.one_of(st.just(float("nan")), st.integers(-2, 2).map(float))


@examples(50)
@given(values=st.lists(VALUE, min_size=1, max_size=60), data=st.data())
def test_runs_on_any_series_agree_with_their_twin(values: list[float], data: st.DataObject) -> None:
    steps = sorted(data.draw(st.sets(st.integers(1, max(1, len(values) - 1)), max_size=2)))
    steps = [step for step in steps if step < len(values)]
    found = rules.runs_analysis(values, 0.0, steps=steps)
    edges = [0, *steps, len(values)]
    for number, (start, end) in enumerate(itertools.pairwise(edges)):
        n, longest, crossings = twin.anhoej([twin.sign(v) for v in values[start:end]])
        assert found.useful[number] == n
        assert found.longest_run[number] == longest
        assert found.crossings[number] == crossings
        if n:
            assert found.longest_run_max[number] == twin.longest_run_allowed(n)
            assert found.crossings_min[number] == twin.fewest_crossings(n)


def test_runs_over_many_series_equal_each_alone() -> None:
    rng = np.random.default_rng(5)
    table = rng.integers(-3, 4, (60, 140)).astype(float).cumsum(axis=1)
    table[rng.random(table.shape) < 0.05] = np.nan
    many = rules.runs_analysis(table, 0.0, steps=(70,))
    for number, row in enumerate(table):
        alone = rules.runs_analysis(row, 0.0, steps=(70,))
        for name in ("useful", "longest_run", "crossings", "signal"):
            np.testing.assert_array_equal(getattr(many, name)[number], getattr(alone, name))
        for name, mask in alone.masks.items():
            np.testing.assert_array_equal(many.masks[name][number], mask)


def test_long_run_marks_its_points_and_passes_over_those_on_the_centre() -> None:
    values = [1.0, -1] * 5 + [1.0] * 4 + [0.0] + [1.0] * 6 + [-1.0]
    found = rules.runs_analysis(values, 0.0)
    assert (int(found.useful[0]), int(found.longest_run[0])) == (21, 10)
    assert bool(found.long_run[0]) and not bool(found.few_crossings[0])
    marked = found.masks["long_run"].nonzero()[0].tolist()
    assert marked == [*range(10, 14), *range(15, 21)]
    assert not found.masks["few_crossings"].any()


def test_median_of_each_phase_is_the_centre_of_a_run_chart() -> None:
    values = [1.0, 2, 3, 4, 10, 20, 30, np.nan]
    found = rules.runs_analysis(values, steps=[4])
    assert found.useful.tolist() == [4, 2]
    chart = rules.anhoej(charts.run_chart(values, steps=[4]))
    assert chart.useful.tolist() == [4, 2] and chart.crossings.tolist() == [1, 1]


def test_points_left_out_of_the_chart_are_passed_over() -> None:
    """As qicharts2: `exclude` leaves a point out of the runs analysis."""
    values = [1.0, 5, 1, 5, 1, 50, 1, 5]
    everything = rules.anhoej(charts.run_chart(values, centre=3.0))
    without = rules.anhoej(charts.run_chart(values, centre=3.0, exclude=[5]))
    assert int(everything.crossings[0]) == 7
    assert (int(without.useful[0]), int(without.crossings[0])) == (7, 5)


def test_nothing_useful_is_said_and_gives_no_signal() -> None:
    found = rules.runs_analysis([[1.0, 1, 1], [0.0, 1, 2]], 1.0)
    assert found.signal.tolist() == [[False], [False]]
    assert list(found.refused) == [0] and found.refused[0].code == "no_useful_points"
    few = rules.runs_analysis([0.0, 1, 2, 0], 1.0)
    assert few.warnings[0].code == "few_points"
    assert not rules.runs_analysis([0.0, 2] * 6, 1.0).warnings


# n, then the corners of the best box and where the cut box is cut, as tabulated in qicharts2 0.8.1
# (`crsignal`) after Anhøj and Wentzel-Larsen 2020; the same on all of 10 to 100 when this was made.
TABLE = [
    (10, 6, 2, 5, 3), (11, 7, 3, 6, 4), (12, 6, 3, 6, 3), (16, 8, 5, 7, 6), (24, 7, 6, 6, 7),
    (26, 9, 9, 7, 10), (30, 10, 11, 9, 12), (36, 9, 13, 8, 15), (48, 12, 19, 11, 20),
    (60, 9, 23, 9, 23), (70, 14, 29, 13, 30), (85, 11, 35, 8, 38), (100, 10, 41, 9, 42),
]  # fmt: skip


@pytest.mark.parametrize(("n", "longest", "crossings", "border_run", "border_crossings"), TABLE)
def test_best_and_cut_boxes_of_anhoej_and_wentzel_larsen_2020(
    n: int, longest: int, crossings: int, border_run: int, border_crossings: int
) -> None:
    assert [int(one) for one in run_limits.limits(n, method="best_box")] == [longest, crossings]

    def signal(run: int, crossed: int) -> bool:
        return bool(run_limits.signals(n, run, crossed, method="cut_box"))

    assert not signal(border_run, crossings)
    assert not signal(longest, border_crossings)
    if border_run != longest:
        assert signal(border_run + 1, crossings)
        assert signal(longest, border_crossings - 1)


def test_boxes_outside_10_to_100_points_fall_back_on_anhoej() -> None:
    for n in (5, 9, 101, 400):
        for method in ("best_box", "cut_box"):
            np.testing.assert_array_equal(run_limits.limits(n, method=method), run_limits.limits(n))


@pytest.mark.parametrize("method", ["anhoej", "best_box", "cut_box"])
def test_chance_of_a_false_signal_equals_the_count_over_all_sequences(
    method: run_limits.Method,
) -> None:
    n = 12
    sides = np.array(list(itertools.product([-1.0, 1.0], repeat=n)))
    found = rules.runs_analysis(sides, 0.0, method=method)
    exact = run_limits.false_signal_rate(n, method=method)
    assert exact == pytest.approx(float(found.signal.mean()), abs=1e-12)
    balanced = found.signal[sides.sum(axis=1) == 0].mean()
    exact = run_limits.false_signal_rate(n, method=method, around_median=True)
    assert exact == pytest.approx(float(balanced), abs=1e-12)


def test_quantile_of_many_points_is_that_of_scipy() -> None:
    from scipy.stats import binom

    n = np.arange(2, 800)
    _longest, fewest = run_limits.limits(n)
    np.testing.assert_array_equal(fewest, binom.ppf(0.05, n - 1, 0.5))


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="method is one of"):
        rules.runs_analysis([1.0, 2], method="best")  # type: ignore[arg-type]  # nonsense on purpose
    with pytest.raises(ValueError, match="median"):
        rules.runs_analysis([1.0, 2], "mode")
    with pytest.raises(ValueError, match="below zero"):
        run_limits.limits(-1)
    with pytest.raises(ValueError, match="even number"):
        run_limits.false_signal_rate(11, around_median=True)
