"""The Making Data Count rules against their slow twin, and the choices between tools."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import charts, rules
from pilots.statistics.rules import Signal
from tests.pilots.statistics.reference.rules import chart_around
from tests.probes import examples
from tests.twins import rules as twin

SHORT = {
    Signal.COMMON: "",
    Signal.OUTSIDE: "outside",
    Signal.TREND: "trend",
    Signal.TWO_OF_THREE: "two",
    Signal.RUN: "run",
}


def words(signals: rules.Signals) -> list[str]:
    """As the twin puts it."""
    return [
        "?" if not there else SHORT[Signal(reason)] + {1: "+", -1: "-", 0: ""}[int(way)]
        for there, reason, way in zip(signals.present, signals.reason, signals.way, strict=True)
    ]


@examples(50)
@given(
    values=st.lists(
        st.one_of(st.just(float("nan")), st.integers(-8, 8).map(float)), min_size=2, max_size=40
    ),
    length=st.sampled_from([6, 7, 8]),
    third=st.sampled_from(["same_side", "anywhere"]),
    beyond_counts=st.booleans(),
    data=st.data(),
)
def test_rules_on_any_series_agree_with_their_twin(
    values: list[float],
    length: int,
    third: Literal["same_side", "anywhere"],
    beyond_counts: bool,
    data: st.DataObject,
) -> None:
    steps = sorted(data.draw(st.sets(st.integers(1, len(values) - 1), max_size=2)))
    baseline = data.draw(st.one_of(st.none(), st.integers(1, len(values))))
    chart = charts.xmr(values, baseline=baseline, steps=steps)
    signals = rules.mdc(chart, run=length, trend=length, third=third, beyond_counts=beyond_counts)
    limits = list(zip(chart.centre, chart.lower, chart.upper, strict=True))
    slow = twin.mdc(values, limits, list(chart.phase), length, third, beyond_counts)
    assert words(signals) == slow


def test_rules_on_walks_with_ties_agree_with_their_twin() -> None:
    """Random walks bring what independent points rarely do: trends, turning points, long runs."""
    rng = np.random.default_rng(7)
    table = rng.choice([-1.0, -0.1, 0.0, 0.1, 0.1, 1.0], size=(120, 40)).cumsum(axis=1)
    table[rng.random(table.shape) < 0.05] = np.nan
    chart = charts.xmr(table, steps=(23,))
    many = rules.mdc(chart)
    assert all(mask.any() for mask in many.masks.values())
    for number in range(len(table)):
        one = chart.one(number)
        limits = list(zip(one.centre, one.lower, one.upper, strict=True))
        alone = rules.mdc(one)
        assert words(alone) == twin.mdc(list(table[number]), limits, list(chart.phase))
        np.testing.assert_array_equal(alone.reason, many.reason[number])
        np.testing.assert_array_equal(alone.way, many.way[number])


def test_rules_over_many_series_equal_each_alone() -> None:
    rng = np.random.default_rng(2)
    table = rng.normal(0, 1, (30, 40)).cumsum(axis=1)
    table[rng.random(table.shape) < 0.1] = np.nan
    many = rules.mdc(charts.xmr(table))
    icons = rules.variation(many, "higher")
    for i, row in enumerate(table):
        alone = rules.mdc(charts.xmr(row))
        np.testing.assert_array_equal(many.reason[i], alone.reason)
        np.testing.assert_array_equal(many.way[i], alone.way)
        assert icons[i] == rules.variation(alone, "higher")


def test_classes_follow_the_direction_that_is_good() -> None:
    values = [5.0, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 30]
    signals = rules.mdc(charts.xmr(values, baseline=12))
    assert rules.classes(signals, "higher")[-1] == "improvement"
    assert rules.classes(signals, "lower")[-1] == "concern"
    assert rules.classes(signals, "neutral")[-1] == "special"
    assert rules.variation(signals, "lower") == "concern_high"
    assert rules.variation(signals, "neutral") == "neutral_high"


def test_falling_trend_above_the_centre_is_good_where_lower_is_good() -> None:
    signals = rules.mdc(chart_around([20.0, 19, 18, 17, 16, 15, 14], -90, 90))
    assert signals.reason[-1] == Signal.TREND
    assert signals.side[-1] == 1
    assert rules.classes(signals, "lower")[-1] == "improvement"


def test_pattern_does_not_reach_across_a_step() -> None:
    values = [1.0, 2, 1, 2, 1, 1.6, 1.7, 1.8, 1.9, 2.0, 2.1, 2.2]
    assert rules.mdc(charts.xmr(values)).trend.any()
    assert not rules.mdc(charts.xmr(values, steps=(9,))).trend.any()


def test_icons_without_a_target_or_without_points_say_nothing() -> None:
    chart = charts.xmr([1.0, 2, 3])
    assert rules.assurance(chart, None, "higher") == "none"
    empty = charts.xmr([np.nan, np.nan])
    assert rules.variation(rules.mdc(empty), "higher") == "none"
    assert rules.assurance(empty, 1.0, "higher") == "none"


def test_run_of_five_is_refused() -> None:
    with pytest.raises(ValueError, match="6, 7 or 8"):
        rules.mdc(charts.xmr([1.0, 2.0]), run=5)


def test_point_beyond_the_limit_does_not_count_among_the_two_of_three() -> None:
    beyond = rules.mdc(chart_around([10.0, 7, 1], -9, 9))
    assert not beyond.two_of_three.any()
    inside = rules.mdc(chart_around([8.0, 7, 1], -9, 9))
    assert list(inside.two_of_three) == [True, True, False]
    across = rules.mdc(chart_around([8.0, -1, 7], -9, 9))
    assert not across.two_of_three.any()


def test_third_of_two_of_three_may_lie_anywhere_when_asked() -> None:
    values = [8.0, -1, 7]
    found = rules.mdc(chart_around(values, -9, 9), third="anywhere")
    assert list(found.two_of_three) == [True, False, True]
    both = rules.mdc(chart_around([10.0, 7, 1], -9, 9), beyond_counts=True)
    assert list(both.two_of_three) == [True, True, False]
    with pytest.raises(ValueError, match="same_side"):
        rules.mdc(chart_around(values), third="below")  # type: ignore[arg-type]  # nonsense on purpose


def test_point_on_the_centre_breaks_a_run_and_a_tie_a_trend() -> None:
    on_it = rules.mdc(chart_around([1.0, 1, 1, 0, 1, 1, 1, 1], -9, 9))
    assert not on_it.run.any()
    tie = rules.mdc(chart_around([1.0, 2, 3, 3, 4, 5, 6, 7], -90, 90))
    assert not tie.trend.any()
    assert rules.mdc(chart_around([1.0, 2, 3, 4, 5, 6, 7], -90, 90)).trend.all()


def test_six_points_are_enough_when_asked() -> None:
    values = [1.0, 1.1, 1, 1.1, 1, 1.1]
    assert not rules.mdc(chart_around(values, -9, 9)).run.any()
    assert rules.mdc(chart_around(values, -9, 9), run=6).run.all()


def test_two_trends_side_by_side_keep_their_own_way() -> None:
    """NHSRplotthedots names the last point of the first climb by the drop behind it: decreasing."""
    values = [1.0, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7]
    signals = rules.mdc(chart_around(values, -90, 90))
    assert signals.trend.all()
    assert (signals.way == 1).all()


def test_turning_point_belongs_to_the_trend_it_starts() -> None:
    values = [1.0, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1]
    signals = rules.mdc(chart_around(values, -90, 90))
    assert list(signals.way) == [1] * 6 + [-1] * 7


def test_summary_counts_by_rule_for_each_series() -> None:
    table = np.array([[5.0, 6, 5, 6, 5, 6, 30, 31], [5, 6, 5, 6, 5, 6, 5, np.nan]])
    summary = rules.mdc(charts.xmr(table, baseline=6)).summary()
    assert summary.n.tolist() == [8, 7]
    assert summary.by_rule["outside"].tolist() == [2, 0]
    assert summary.signal.tolist() == [True, False]


def test_targets_may_differ_between_series() -> None:
    chart = charts.xmr(np.array([[5.0, 6, 5, 6], [5, 6, 5, 6], [5, 6, 5, 6]]))
    assert rules.assurance(chart, [1.0, 5.0, np.nan], "higher") == [
        "passes",
        "hit_and_miss",
        "none",
    ]


def test_alike_neighbours_are_said_since_they_bring_false_signals() -> None:
    """Stable series of 24 points: independent ones signal in 19 %, at correlation 0.3 in 46 %."""
    rng = np.random.default_rng(11)
    noise = rng.normal(0, 1, (2_000, 24))
    alike = noise.copy()
    for point in range(1, 24):
        alike[:, point] = 0.3 * alike[:, point - 1] + np.sqrt(1 - 0.09) * noise[:, point]
    signals = rules.mdc(charts.xmr(noise)).summary().signal.mean()
    assert 0.15 < signals < 0.23
    assert 0.40 < rules.mdc(charts.xmr(alike)).summary().signal.mean() < 0.52
    walk = charts.xmr(noise[0].cumsum())
    assert "autocorrelated" in [one.code for one in rules.mdc(walk).warnings]


def test_series_too_short_for_limits_is_refused_by_its_chart() -> None:
    signals = rules.mdc(charts.xmr([[1.0, np.nan, np.nan], [1.0, 2, 3]]))
    assert list(signals.refused) == [0]
    assert not signals.any[0].any()
