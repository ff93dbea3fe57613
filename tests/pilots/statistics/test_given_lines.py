"""Charts whose level or spread is known beforehand: the textbook's limits, and what they rest on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pilots.statistics import charts, rules
from pilots.statistics.charts import ControlChart, Subgroups

VALUES = [5.0, 7.0, 6.0, 9.0, 8.0, 6.5, 7.5, 40.0]
GROUPS = Subgroups(
    sizes=[5] * 4, means=[10, 11, 12, 13], sds=[1.0, 1.2, 0.8, 2.0], ranges=[2, 3, 2, 5]
)


def lines(chart: ControlChart, point: int = 0) -> list[float]:
    return [float(line[point]) for line in (chart.lower, chart.centre, chart.upper)]


@pytest.mark.parametrize(
    ("chart", "expected"),
    [
        # Montgomery, Introduction to Statistical Quality Control, 6.2.3 (standards given) and
        # appendix VI for n = 5: A = 1.342, B5 = 0, B6 = 1.964, c4 = 0.94, D1 = 0, D2 = 4.918,
        # d2 = 2.326; 7.3 for fractions and counts.
        (lambda: charts.xmr(VALUES, centre=6, sigma=1.5), (1.5, 6, 10.5)),
        (lambda: charts.mr(VALUES, sigma=1.5), (0, 1.128 * 1.5, 3.686 * 1.5)),
        (lambda: charts.i_prime(VALUES, [4] * 8, centre=6, sigma=3), (1.5, 6, 10.5)),
        (lambda: charts.p_chart([8] * 4, [100] * 4, centre=0.1, laney=False), (0.01, 0.1, 0.19)),
        (lambda: charts.p_chart([8] * 4, [100] * 4, centre=10, per=100, laney=False), (1, 10, 19)),
        (lambda: charts.np_chart([8] * 4, 100, centre=0.1), (1, 10, 19)),
        (lambda: charts.u_chart([8] * 4, [100] * 4, centre=90, per=1000, laney=False), (0, 90, 180)),
        (lambda: charts.c_chart([8] * 4, centre=16), (4, 16, 28)),
        (lambda: charts.xbar_s(GROUPS, centre=11, sigma=2).xbar,
         (11 - 1.342 * 2, 11, 11 + 1.342 * 2)),
        (lambda: charts.xbar_s(GROUPS, centre=11, sigma=2).s, (0, 0.94 * 2, 1.964 * 2)),
        (lambda: charts.xbar_r(GROUPS, centre=11, sigma=2).xbar,
         (11 - 1.342 * 2, 11, 11 + 1.342 * 2)),
        (lambda: charts.xbar_r(GROUPS, centre=11, sigma=2).r, (0, 2.326 * 2, 4.918 * 2)),
    ],
)  # fmt: skip
def test_given_lines_are_those_of_the_textbook(
    chart: Callable[[], ControlChart], expected: tuple[float, float, float]
) -> None:
    drawn = chart()
    assert lines(drawn) == pytest.approx(expected, abs=2e-3)
    assert lines(drawn, -1) == pytest.approx(expected, abs=2e-3)
    assert not drawn.used.any()
    assert drawn.refused == {}
    codes = [remark.code for remark in drawn.warnings]
    assert "given" in codes
    assert "few_points" not in codes


def test_one_given_line_leaves_the_other_to_the_points() -> None:
    plain = charts.xmr(VALUES, baseline=6)
    level = charts.xmr(VALUES, baseline=6, centre=20)
    spread = charts.xmr(VALUES, baseline=6, sigma=1)
    assert level.centre[0] == 20
    assert level.upper[0] - 20 == pytest.approx(plain.upper[0] - plain.centre[0])
    assert spread.centre[0] == plain.centre[0]
    assert spread.upper[0] == pytest.approx(plain.centre[0] + 3)
    assert [remark.code for remark in level.remarks()] == ["given", "few_points"]


def test_given_level_with_laney_takes_only_the_dispersion_from_the_points() -> None:
    cases, size = [600, 900, 400, 1100, 500, 1000], [10_000] * 6
    chart = charts.p_chart(cases, size, centre=0.08, laney=True, screen=False)
    z = (np.array(cases) / 10_000 - 0.08) / np.sqrt(0.08 * 0.92 / 10_000)
    dispersion = np.abs(np.diff(z)).mean() / 1.128
    assert chart.upper[0] == pytest.approx(
        0.08 + 3 * dispersion * np.sqrt(0.08 * 0.92 / 10_000), rel=1e-3
    )
    assert chart.used.all()


def test_given_lines_hold_for_many_series_steps_and_points_that_come_later() -> None:
    chart = charts.xmr([VALUES, VALUES[::-1]], steps=[3], centre=6, sigma=1.5)
    assert np.all(chart.upper == 10.5)
    assert np.all(chart.extended([[50.0], [1.0]]).upper == 10.5)
    assert rules.mdc(chart).masks["outside"].sum() == 2


def test_a_single_point_is_judged_by_given_lines() -> None:
    assert charts.xmr([11.0]).refused
    chart = charts.xmr([11.0], centre=6, sigma=1.5)
    assert chart.refused == {}
    assert chart.values[0] > chart.upper[0]


def test_spreads_of_unlike_sizes_have_no_single_given_centre() -> None:
    groups = Subgroups(sizes=[5, 4, 5], means=[10, 11, 12], sds=[1.0, 1.2, 0.8])
    pair = charts.xbar_s(groups, centre=11, sigma=2)
    assert pair.xbar.upper[1] == pytest.approx(11 + 3)
    assert pair.s.refused[0].code == "unlike_sizes"
    assert np.isnan(pair.s.upper).all()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: charts.xmr(VALUES, centre=np.nan),
        lambda: charts.xmr(VALUES, sigma=0),
        lambda: charts.mr(VALUES, sigma=-1),
        lambda: charts.i_prime(VALUES, [1] * 8, sigma=np.inf),
        lambda: charts.p_chart([1], [10], centre=10),
        lambda: charts.p_chart([1], [10], centre=-0.1),
        lambda: charts.np_chart([1], 10, centre=1.5),
        lambda: charts.u_chart([1], [10], centre=-1),
        lambda: charts.c_chart([1], centre=-1),
        lambda: charts.xbar_s(GROUPS, sigma=0.0),
        lambda: charts.xbar_r(GROUPS, centre=np.inf),
    ],
)
def test_given_lines_that_make_no_sense_are_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"A given (centre|sigma) is a number"):
        wrong()


def test_a_baseline_may_end_in_a_later_step() -> None:
    values = [1.0, 3, 2, 10, 12, 11, 30, 31]
    chart = charts.xmr(values, steps=[3], baseline=6)
    assert chart.used.tolist() == [True] * 6 + [False] * 2
    assert (chart.centre[0], chart.centre[-1]) == (2, 11)
    mask = np.arange(8) < 6
    assert np.array_equal(charts.xmr(values, steps=[3], baseline=mask).used, chart.used)
    assert (
        charts.xmr(values, steps=[3], baseline=2).used.tolist() == [True] * 2 + [False] + [True] * 5
    )
