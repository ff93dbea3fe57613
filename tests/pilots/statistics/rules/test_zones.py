"""Western Electric and Nelson against their slow twins, and as qcc marks points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.statistics import charts, rules
from tests.pilots.statistics.reference.rules import chart_around
from tests.probes import examples
from tests.twins import rules as twin

ZONE = st.one_of(
    st.just(float("nan")), st.sampled_from([-3.5, -3, -2.5, -2, -1.5, -1, 0, 1, 1.5, 2, 2.5, 3.5])
)
SETS = {"western_electric": (rules.western_electric, twin.western_electric),
        "nelson": (rules.nelson, twin.nelson)}  # fmt: skip


def marked(signals: rules.RuleSignals) -> dict[int, list[int]]:
    return {number: mask.nonzero()[0].tolist() for number, mask in signals.rules.items()}


@examples(50)
@given(
    values=st.lists(st.one_of(ZONE, st.floats(-2, 2)), min_size=1, max_size=40),
    name=st.sampled_from(list(SETS)),
)
def test_rules_on_any_series_agree_with_their_twin(values: list[float], name: str) -> None:
    fast, slow = SETS[name]
    assert marked(fast(chart_around(values))) == slow(values)


@pytest.mark.parametrize("name", SETS)
def test_rules_on_many_series_agree_with_their_twin(name: str) -> None:
    """Narrow, wide, alternating and wandering series, so that every rule has something to find."""
    fast, slow = SETS[name]
    rng = np.random.default_rng(3)
    table = np.concatenate(
        [
            rng.normal(0, 0.6, (30, 50)),
            rng.normal(0, 2, (30, 50)),
            rng.normal(0, 0.4, (30, 50)).cumsum(axis=1),
            np.where(np.arange(50) % 2, 1.2, -1.2) + rng.normal(0, 0.3, (30, 50)),
        ]
    ).round(1)
    table[rng.random(table.shape) < 0.03] = np.nan
    # All series share the limits -3 … 3.
    chart = chart_around(table)
    found = fast(chart)
    assert all(mask.any() for mask in found.rules.values())
    for number, row in enumerate(table):
        assert {rule: at[number].nonzero()[0].tolist() for rule, at in found.rules.items()} == slow(
            list(row)
        )


def test_every_point_of_a_pattern_is_marked_when_asked() -> None:
    values = [0, 2.5, 1.0, 2.6, 0]
    assert marked(rules.western_electric(chart_around(values)))[2] == [3]
    assert marked(rules.western_electric(chart_around(values), every_point=True))[2] == [1, 3]
    assert marked(rules.nelson(chart_around([0.5] * 9), every_point=True))[2] == list(range(9))
    climb = marked(rules.nelson(chart_around([1, 2, 3, 4, 5, 6, 1]), every_point=True))
    assert climb[3] == list(range(6))


def test_alternation_marks_all_fourteen_when_asked() -> None:
    values = [0.1 * (-1) ** i for i in range(14)]
    assert marked(rules.nelson(chart_around(values)))[4] == [13]
    assert marked(rules.nelson(chart_around(values), every_point=True))[4] == list(range(14))


def test_eight_beyond_one_sigma_on_one_side_are_rule_eight_only_when_asked() -> None:
    values = [1.2] * 8
    assert marked(rules.nelson(chart_around(values)))[8] == []
    assert marked(rules.nelson(chart_around(values), both_sides=False))[8] == [7]


def test_point_on_a_line_is_not_beyond_it() -> None:
    found = marked(rules.nelson(chart_around([3.0, 2, 2, 0, 1, 1, 1, 1, 1])))
    assert found[1] == found[5] == [] and found[6] == []
    assert marked(rules.nelson(chart_around([1.0, -1] * 8)))[7] == [14, 15]


def test_no_pattern_reaches_across_a_step() -> None:
    values = [6.0] * 10
    assert rules.western_electric(charts.run_chart(values, centre=5.0)).rules[4].any()
    stepped = charts.run_chart(values, centre=5.0, steps=(5,))
    assert not rules.western_electric(stepped).any.any()


def test_points_named_by_the_lowest_rule_and_counted() -> None:
    signals = rules.western_electric(chart_around([2.5] * 7 + [3.2]))
    assert signals.number.tolist() == [0, 0, 2, 2, 2, 2, 2, 1]
    summary = signals.summary()
    assert {name: int(n) for name, n in summary.by_rule.items()} == {
        "rule_1": 1, "rule_2": 6, "rule_3": 4, "rule_4": 1}  # fmt: skip
    assert int(summary.flagged) == 6 and bool(summary.signal)


def test_run_chart_has_runs_and_no_zones() -> None:
    chart = charts.run_chart([1.0, 9, 2, 8, 1] + [9.0, 8] * 5, centre=5.0)
    found = rules.western_electric(chart)
    assert found.rules[4].any()
    assert not any(found.rules[number].any() for number in (1, 2, 3))


def test_zones_of_a_chart_of_times_are_transformed_back() -> None:
    """Nelson's y^(1/3.6): two sigmas above lie much further from the centre than two below."""
    times = [10.0, 40, 15, 30, 12, 60, 25, 18, 35, 22]
    chart = charts.t_chart(times, baseline=10)
    _lower, upper = chart.limits_at(2)
    far = [*times, float(upper[0]) * 1.01, float(upper[0]) * 1.01]
    found = rules.western_electric(charts.t_chart(far, baseline=10))
    assert found.rules[2].nonzero()[0].tolist() == [11]
    near = [*times, float(upper[0]) * 0.99, float(upper[0]) * 0.99]
    assert not rules.western_electric(charts.t_chart(near, baseline=10)).rules[2].any()


def test_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="numbered 1 to 4"):
        rules.western_electric(chart_around([1.0]), rules=[5])
    with pytest.raises(ValueError, match="numbered 1 to 8"):
        rules.nelson(chart_around([1.0]), rules=[])


def test_empty_series_are_read() -> None:
    for table in (np.zeros((0, 5)), np.zeros((3, 0)), np.full((2, 3), np.nan)):
        chart = charts.xmr(table)
        assert not rules.western_electric(chart).any.any()
        assert not rules.mdc(chart).any.any()
        assert not rules.anhoej(chart).signal.any()


# Champ and Woodall, Technometrics 29 (1987) 393, table 1: mean points until the first signal when
# nothing changes and the limits are known.
@pytest.mark.parametrize(
    ("numbers", "published"),
    [((1, 2), 225.44), ((1, 3), 166.05), ((1, 4), 152.73), ((1, 2, 3, 4), 91.75)],
)
def test_run_lengths_of_champ_and_woodall_1987(numbers: tuple[int, ...], published: float) -> None:
    rng = np.random.default_rng(17)
    series, points = 1_500, 1_500
    flagged = rules.western_electric(
        chart_around(rng.normal(0, 1, (series, points))), rules=numbers
    ).any
    seen = flagged.any(axis=1)
    # Series that are still open have waited all their points, and wait as long again.
    waited = np.where(seen, flagged.argmax(axis=1) + 1, points + published)
    assert waited.mean() == pytest.approx(published, abs=4 * published / np.sqrt(series))
