"""The numbers of a silent run against slow twins, scipy, and what they promise in the long run."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pilots.accuracy import judgement
from pilots.accuracy.judgement import (
    BinCounts,
    PromiseMeasure,
    PromiseState,
    ScoreJudgement,
    TwoByTwo,
)
from pilots.statistics import intervals
from pilots.statistics.confidence_sequences.proportions import bernoulli_interval
from pilots.statistics.intervals import Interval
from pilots.statistics.series import Remark
from tests.twins import diagnostic_accuracy as twin

BINS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=6).map(
    lambda rows: [
        BinCounts(place / 10, (place + 1) / 10, had + not_had, had)
        for place, (had, not_had) in enumerate(rows)
    ]
)
TABLES = st.tuples(*[st.integers(0, 60)] * 4)


def laid_out(bins: list[BinCounts]) -> list[twin.Case]:
    return [(one.at, case < one.events) for one in bins for case in range(one.cases)]


@given(bins=BINS)
def test_auroc_of_bins_is_the_share_of_pairs_that_are_ranked_right(bins: list[BinCounts]) -> None:
    score = ScoreJudgement(tuple(bins), is_risk=True)
    found = score.auroc
    if min(score.events, score.cases - score.events) < 2:
        assert isinstance(found, Remark)
        return
    assert isinstance(found, Interval)
    want = twin.auroc(laid_out(bins))
    assert float(found.estimate) == pytest.approx(want, abs=1e-12)
    assert float(found.lower) <= want + 1e-9 and want - 1e-9 <= float(found.upper)
    assert float(found.lower) < float(found.upper), "an interval of no width claims certainty"


@given(bins=BINS, place=st.integers(0, 5))
def test_table_of_bins_is_the_table_of_their_cases(bins: list[BinCounts], place: int) -> None:
    threshold = bins[min(place, len(bins) - 1)].lower
    found = judgement.table_of_bins(bins, threshold)
    assert found == TwoByTwo(*twin.table(laid_out(bins), threshold))


def test_table_of_bins_needs_a_threshold_on_a_border() -> None:
    bins = [BinCounts(0, 0.2, 5, 1), BinCounts(0.2, 1, 5, 4)]
    assert judgement.table_of_bins(bins, 0.3) is None


@given(bins=BINS)
def test_net_benefit_of_bins_is_that_of_their_cases(bins: list[BinCounts]) -> None:
    found = ScoreJudgement(tuple(bins), is_risk=True).net_benefit
    if isinstance(found, Remark):
        return
    cases = laid_out(bins)
    for threshold, benefit in zip(found.thresholds, found.net_benefit, strict=True):
        assert benefit == pytest.approx(twin.net_benefit(cases, float(threshold)), abs=1e-12)


@given(counts=TABLES)
def test_measures_are_wilsons_as_scipy_computes_them(counts: tuple[int, int, int, int]) -> None:
    table = TwoByTwo(*counts)
    found = table.accuracy
    for interval, hits, of in (
        (found.sensitivity, table.true_positive, table.with_condition),
        (found.specificity, table.true_negative, table.without_condition),
        (found.ppv, table.true_positive, table.flagged),
        (found.npv, table.true_negative, table.not_flagged),
    ):
        if not of:
            assert np.isnan(float(interval.estimate))
            continue
        want = stats.binomtest(hits, of).proportion_ci(0.95, method="wilson")
        assert float(interval.lower) == pytest.approx(want.low, abs=1e-9)
        assert float(interval.upper) == pytest.approx(want.high, abs=1e-9)


@given(groups=st.dictionaries(st.sampled_from("abcde"), TABLES, min_size=2, max_size=5))
def test_largest_gap_is_that_of_the_pair_farthest_apart_widened_for_all_pairs(
    groups: dict[str, tuple[int, int, int, int]],
) -> None:
    tables = {name: TwoByTwo(*counts) for name, counts in groups.items()}
    found = judgement.largest_gap(PromiseMeasure.SENSITIVITY, tables)
    shares = {
        name: (table.true_positive, table.with_condition)
        for name, table in tables.items()
        if table.with_condition >= judgement.LEAST_COMPARED
    }
    if len(shares) < 2:
        assert found is None
        return
    assert found is not None
    pairs = list(combinations(shares.values(), 2))
    assert found.difference == pytest.approx(
        max(abs(x1 / n1 - x2 / n2) for (x1, n1), (x2, n2) in pairs), abs=1e-12
    )
    z = stats.norm.ppf(1 - 0.025 / len(pairs))
    want = twin.newcombe_difference(*shares[found.high], *shares[found.low], z)
    assert (found.lower, found.upper) == pytest.approx(want, abs=1e-9)


def test_subgroups_with_few_cases_are_compared_with_nothing() -> None:
    tables = {"75 and over": TwoByTwo(2, 5, 7, 50), "under 75": TwoByTwo(90, 50, 10, 500)}
    assert judgement.largest_gap(PromiseMeasure.SENSITIVITY, tables) is None


def test_promise_that_is_just_true_is_seldom_called_met_or_missed_at_any_of_forty_looks() -> None:
    rng, runs = np.random.default_rng(11), 400
    n = np.broadcast_to(np.arange(1, 41) * 10, (runs, 40))
    hits = rng.binomial(10, 0.9, size=(runs, 40)).cumsum(axis=1)
    low, high = bernoulli_interval(hits, n, t_opt=np.full(n.shape, 200.0), alpha=judgement.ALPHA)
    wrong = ((low >= 0.9) | (high < 0.9)).any(axis=1).mean()
    one_look = intervals.proportion(hits, n)
    fixed = ((one_look.lower > 0.9) | (one_look.upper < 0.9)).any(axis=1).mean()
    assert wrong <= 0.05
    assert fixed > 0.15, "at every look an interval of one look is wrong far more often"
    # … and those are the ends by which a promise is judged.
    for run, look in ((0, 0), (7, 12), (31, 39)):
        found = judgement.judge_share(
            PromiseMeasure.SENSITIVITY,
            int(hits[run, look]),
            int(n[run, look]),
            promised=0.9,
            planned=200,
        )
        assert (found.lower, found.upper) == pytest.approx((low[run, look], high[run, look]))


@given(n=st.integers(10, 200), share=st.floats(0.5, 1.0), promised=st.sampled_from([0.8, 0.9]))
def test_as_many_more_as_are_said_to_tell_do_tell(n: int, share: float, promised: float) -> None:
    hits = round(n * share)
    found = judgement.judge_share(
        PromiseMeasure.SENSITIVITY, hits, n, promised=promised, planned=100
    )
    if found.state is not PromiseState.OPEN or found.more is None:
        return
    then = n + found.more
    again = judgement.judge_share(
        PromiseMeasure.SENSITIVITY, round(then * hits / n), then, promised=promised, planned=100
    )
    assert again.state in (PromiseState.MET, PromiseState.SHORT)


def test_share_that_lies_on_the_promise_is_not_told_by_any_number_more() -> None:
    found = judgement.judge_share(PromiseMeasure.PPV, 45, 50, promised=0.9, planned=100)
    assert (found.state, found.more) == (PromiseState.OPEN, None)


def test_alerts_are_judged_against_the_most_that_was_promised() -> None:
    def state(alerts: int) -> PromiseState:
        return judgement.judge_alerts(alerts, 40.0, most=6.0, planned_alerts=240).state

    assert [state(alerts) for alerts in (120, 240, 400)] == [
        PromiseState.MET,
        PromiseState.OPEN,
        PromiseState.SHORT,
    ]


def test_bins_of_several_weeks_are_counted_together_at_their_common_mean() -> None:
    one = [BinCounts(0, 0.5, 10, 1, 0.2), BinCounts(0.5, 1, 0, 0)]
    two = [BinCounts(0, 0.5, 30, 3, 0.4), BinCounts(0.5, 1, 5, 4, 0.8)]
    low, high = judgement.merged([one, two])
    assert (low.cases, low.events) == (40, 4) and low.at == pytest.approx(0.35)
    assert high == BinCounts(0.5, 1, 5, 4, 0.8)


def test_score_that_is_no_risk_is_ranked_and_not_calibrated() -> None:
    bins = (BinCounts(0, 3, 200, 10), BinCounts(3, 7, 100, 30), BinCounts(7, 20, 50, 35))
    score = ScoreJudgement(bins, is_risk=False)
    assert isinstance(score.auroc, Interval)
    assert isinstance(score.calibration, Remark) and score.calibration.code == "no_risk"
    assert isinstance(score.net_benefit, Remark)
