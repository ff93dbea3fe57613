"""The Making Data Count rules against published cases and against their slow twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilots.statistics import charts, rules
from pilots.statistics.rules import Signal
from tests.shared import reference_case
from tests.twins import control_charts as twin

DIRECTION = {1: "higher", -1: "lower", 0: "neutral"}
WORDS = {
    Signal.OUTSIDE: ("Above UCL", "Below LCL"),
    Signal.TREND: ("7 Point Trend (Increasing)", "7 Point Trend (Decreasing)"),
    Signal.TWO_OF_THREE: ("2 in 3 Above CL", "2 in 3 Below CL"),
    Signal.RUN: ("7 Points Above CL", "7 Points Below CL"),
}


def test_rules_on_a_published_series_flag_the_same_points():
    case = reference_case("mdc_RRK_perf")
    given_, want = case["input"], case["expected"]
    chart = charts.xmr(given_["y"], screen=given_["screen_outliers"])
    signals = rules.mdc(chart)
    names = [
        "Common Cause" if reason == Signal.COMMON else WORDS[Signal(reason)][0 if way > 0 else 1]
        for reason, way in zip(signals.reason, signals.way, strict=True)
    ]
    assert names == want["special"]
    direction = DIRECTION[given_["direction"]]
    last = str(rules.variation(signals, direction))
    assert f"special_cause_{last.split('_')[0]}" == want["variation_last"]
    meaning = {
        "passes": "consistent_pass",
        "fails": "consistent_fail",
        "hit_and_miss": "inconsistent",
    }
    got = str(rules.assurance(chart, given_["target"], direction))
    assert meaning[got] == want["assurance"]


def chart_around(values: list[float], low: float, high: float) -> charts.ControlChart:
    """A chart whose limits are given instead of computed."""
    chart = charts.xmr(values)
    y = np.array(values, dtype=float)
    middle = (low + high) / 2
    return charts.ControlChart(
        **{
            **vars(chart),
            "centre": np.full_like(y, middle),
            "lower": np.full_like(y, low),
            "upper": np.full_like(y, high),
            "sigma": np.full_like(y, (high - low) / 6),
        }
    )


def test_rules_on_published_unit_cases_agree():
    case = reference_case("mdc_unit_rules")["input"]
    run = rules.mdc(chart_around([v / 10 for v in case["run7"]["in"]], -9, 9)).run
    completed = [bool(a) for a in case["run7"]["out"]]
    assert [i for i, c in enumerate(completed) if c] == [6, 7]
    assert list(run) == [True] * 8 + [False]
    trend = rules.mdc(chart_around(case["trend7"]["in"], -90, 90)).trend
    assert np.flatnonzero(trend).max() + 1 == case["trend7"]["completes_at"]
    assert not rules.mdc(chart_around(case["trend_tie"]["in"], -90, 90)).trend.any()
    meaning = {
        "consistent_pass": "passes",
        "consistent_fail": "fails",
        "inconsistent": "hit_and_miss",
    }
    for key, direction in (("assur_up", "higher"), ("assur_down", "lower")):
        target = case[key]["target"]
        got = [
            rules.assurance(chart_around([3.0, 4.0], *limits), target, direction)
            for limits in case[key]["limits"]
        ]
        assert got == [meaning[word] for word in case[key]["out"]]


@settings(max_examples=250, deadline=None)
@given(
    values=st.lists(
        st.one_of(st.just(float("nan")), st.integers(-8, 8).map(float)), min_size=2, max_size=40
    ),
    length=st.sampled_from([6, 7, 8]),
    data=st.data(),
)
def test_rules_on_any_series_agree_with_their_twin(values, length, data):
    steps = sorted(data.draw(st.sets(st.integers(1, len(values) - 1), max_size=2)))
    baseline = data.draw(st.one_of(st.none(), st.integers(1, len(values))))
    chart = charts.xmr(values, baseline=baseline, steps=steps)
    signals = rules.mdc(chart, run=length, trend=length)
    limits = list(zip(chart.centre, chart.lower, chart.upper, strict=True))
    slow = twin.mdc(values, limits, list(chart.phase), length)
    short = {Signal.COMMON: "", Signal.OUTSIDE: "outside", Signal.TREND: "trend",
             Signal.TWO_OF_THREE: "two", Signal.RUN: "run"}  # fmt: skip
    fast = [
        "?" if not there else short[Signal(reason)] + {1: "+", -1: "-", 0: ""}[int(way)]
        for there, reason, way in zip(signals.present, signals.reason, signals.way, strict=True)
    ]
    assert fast == slow


def test_rules_over_many_series_equal_each_alone():
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


def test_classes_follow_the_direction_that_is_good():
    values = [5.0, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 30]
    signals = rules.mdc(charts.xmr(values, baseline=12))
    assert rules.classes(signals, "higher")[-1] == "improvement"
    assert rules.classes(signals, "lower")[-1] == "concern"
    assert rules.classes(signals, "neutral")[-1] == "special"
    assert rules.variation(signals, "lower") == "concern_high"
    assert rules.variation(signals, "neutral") == "neutral_high"


def test_falling_trend_above_the_centre_is_good_where_lower_is_good():
    signals = rules.mdc(chart_around([20.0, 19, 18, 17, 16, 15, 14], -90, 90))
    assert signals.reason[-1] == Signal.TREND
    assert signals.side[-1] == 1
    assert rules.classes(signals, "lower")[-1] == "improvement"


def test_pattern_does_not_reach_across_a_step():
    values = [1.0, 2, 1, 2, 1, 1.6, 1.7, 1.8, 1.9, 2.0, 2.1, 2.2]
    assert rules.mdc(charts.xmr(values)).trend.any()
    assert not rules.mdc(charts.xmr(values, steps=(9,))).trend.any()


def test_icons_without_a_target_or_without_points_say_nothing():
    chart = charts.xmr([1.0, 2, 3])
    assert rules.assurance(chart, None, "higher") == "none"
    empty = charts.xmr([np.nan, np.nan])
    assert rules.variation(rules.mdc(empty), "higher") == "none"
    assert rules.assurance(empty, 1.0, "higher") == "none"


def test_run_of_five_is_refused():
    with pytest.raises(ValueError, match="6, 7 or 8"):
        rules.mdc(charts.xmr([1.0, 2.0]), run=5)


def test_point_beyond_the_limit_does_not_count_among_the_two_of_three():
    beyond = rules.mdc(chart_around([10.0, 7, 1], -9, 9))
    assert not beyond.two_of_three.any()
    inside = rules.mdc(chart_around([8.0, 7, 1], -9, 9))
    assert list(inside.two_of_three) == [True, True, False]
    across = rules.mdc(chart_around([8.0, -1, 7], -9, 9))
    assert not across.two_of_three.any()
