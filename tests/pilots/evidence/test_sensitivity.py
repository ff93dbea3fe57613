"""What would change an answer: each thing worked out from the numbers, and held to the obvious way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from pilots.evidence import page_wording, sensitivity
from pilots.evidence.numbers import Numbers, answer
from pilots.evidence.sensitivity import Change
from pilots.metrics.series import Series
from pilots.statistics.verdicts import Verdict
from tests.pilots.evidence import series as make
from tests.present import present

BEFORE, AFTER = 20, 16


def changes_of(numbers: Numbers) -> list[Change]:
    asked = [(numbers, one) for one in sensitivity.again(numbers)]
    anew = sensitivity.worked_out_again(asked)
    known = {one.code: (one, found) for (_numbers, one), found in zip(asked, anew, strict=True)}
    return sensitivity.changes(numbers, known)


def codes(numbers: Numbers) -> list[str]:
    return [one.code for one in changes_of(numbers)]


def said(numbers: Numbers) -> str:
    figures = make.written(numbers.series)
    return " ".join(page_wording.change(one, figures, "week") for one in changes_of(numbers))


def better() -> Numbers:
    return make.ask(make.of_values(BEFORE, AFTER, shift=-2.0), live=BEFORE)


def test_the_trend_is_the_one_that_moves_one_mean_from_the_other_by_all_that_is_certain() -> None:
    found = better()
    slope = present(sensitivity.trend_a_year(found))
    a_week = slope * 7 / 365.25
    line = [a_week * week for week in range(BEFORE + AFTER)]
    moved = sum(line[BEFORE:]) / AFTER - sum(line[:BEFORE]) / BEFORE
    assert moved == pytest.approx(present(present(found.effect).upper))
    assert "better by more than about" in said(found) and "minutes a year" in said(found)


@pytest.mark.parametrize(("part", "verdict"), [(0.99, "better"), (1.01, "inconclusive")])
def test_without_what_that_trend_brings_it_is_no_longer_better(part: float, verdict: str) -> None:
    found = better()
    a_week = present(sensitivity.trend_a_year(found)) * 7 / 365.25
    weeks = np.arange(len(found.series))
    brought = a_week * (weeks[BEFORE:].mean() - weeks[:BEFORE].mean())
    values = found.series.values - np.where(weeks >= BEFORE, part * brought, 0.0)
    less = make.ask(replace(found.series, values=values), live=BEFORE)
    assert less.verdict == verdict


def test_the_trend_of_shares_counts_cases() -> None:
    series = make.of_shares(BEFORE, AFTER, share=0.3, then=0.2)
    cases = np.linspace(100, 900, len(series)).round()
    over = (cases * series.values).round()
    series = Series(series.periods, over / cases, over, cases, cases, series.versions)
    found = make.ask(series, live=BEFORE)
    a_week = present(sensitivity.trend_a_year(found)) * 7 / 365.25
    means = []
    for side in (range(BEFORE), range(BEFORE, BEFORE + AFTER)):
        people = sum(cases[week] for week in side)
        means.append(sum(cases[week] * a_week * week for week in side) / people)
    assert means[1] - means[0] == pytest.approx(present(present(found.effect).upper))


def test_harm_and_no_harm_have_their_own_trends() -> None:
    worse = make.ask(make.of_values(BEFORE, AFTER, shift=2.0), live=BEFORE)
    assert worse.verdict is Verdict.HARM_SIGNAL
    assert "getting worse by more than about" in said(worse)
    within = make.ask(make.of_values(BEFORE, AFTER), live=BEFORE, margin=1.0)
    assert within.verdict is Verdict.NO_HARM_SHOWN
    slope = present(sensitivity.trend_a_year(within)) * 7 / 365.25
    moved = slope * (BEFORE / 2 + AFTER / 2)
    assert moved == pytest.approx(present(present(within.effect).upper) - 1.0)
    assert "would not be ruled out" in said(within)


def test_a_history_that_knows_its_trend_is_asked_for_none() -> None:
    found = make.ask(make.of_values(110, AFTER, shift=-2.0), live=110)
    assert found.by_history and found.verdict is Verdict.BETTER
    assert sensitivity.trend_a_year(found) is None


def test_what_is_not_known_to_be_steady_is_answered_as_if_it_were() -> None:
    found = make.ask(make.of_values(BEFORE, AFTER, shift=-2.0), live=BEFORE, steady=False)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert codes(found) == ["steady"]
    assert "the answer would be “better”" in said(found)


def test_the_two_wildest_are_those_of_the_obvious_way_and_the_answer_without_them_is_that() -> None:
    found = better()
    values = found.series.values
    far = []
    for side in (range(BEFORE), range(BEFORE, BEFORE + AFTER)):
        middle = float(np.median([values[week] for week in side]))
        usual = float(np.median([abs(values[week] - middle) for week in side]))
        far += [(abs(values[week] - middle) / usual, week) for week in side]
    two = sorted(week for _far, week in sorted(far)[-2:])
    assert sorted(sensitivity.wildest(found)) == two
    without = values.copy()
    without[two] = np.nan
    series = replace(found.series, values=without)
    asked = [(found, one) for one in sensitivity.again(found)]
    [anew] = sensitivity.worked_out_again(asked)
    alone = answer(series, found.question)
    assert present(anew.effect).lower == present(alone.effect).lower
    assert anew.verdict is alone.verdict is Verdict.BETTER
    assert "would be the same" in said(found)


def test_an_answer_that_hangs_on_two_weeks_says_so() -> None:
    series = make.of_values(BEFORE, AFTER, shift=-1.0)
    values = series.values.copy()
    values[[4, 27]] += 14
    found = make.ask(replace(series, values=values), live=BEFORE)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "the answer would be “better”" in said(found)


def test_two_weeks_are_not_left_out_where_little_is_left() -> None:
    found = make.ask(make.of_values(9, 5, shift=-4.0), live=9)
    assert present(found.effect).lower is not None
    assert sensitivity.wildest(found) == () and sensitivity.again(found) == []


def test_time_target_and_limit() -> None:
    unclear = make.ask(make.of_values(BEFORE, AFTER, shift=-0.3), live=BEFORE)
    assert unclear.verdict is Verdict.INCONCLUSIVE and codes(unclear)[0] == "more"
    assert "more at this difference would make it clear." in said(unclear)
    never = make.ask(make.of_values(BEFORE, AFTER, shift=-0.01), live=BEFORE)
    assert "not even 104 weeks more" in said(never)
    short = make.ask(make.of_values(BEFORE, AFTER, shift=-2.0), live=BEFORE, target=13.0)
    assert "It is 1.0 minutes short of its target." in said(short)
    rail = make.ask(make.of_values(BEFORE, AFTER), live=BEFORE, limit=20.0)
    assert codes(rail)[0] == "no_margin" and "names no margin" in said(rail)
    assert "Its limit is reached if it gets worse by 4.0 minutes." in said(rail)


def test_what_is_missing_is_said_by_how_much() -> None:
    assert "first 4 weeks since go-live" in said(make.ask(make.of_values(BEFORE, 0), live=BEFORE))
    few = make.ask(make.of_values(BEFORE, 1, shift=-2.0), live=BEFORE)
    assert "Numbers of 3 weeks more, and it can be judged." in said(few)
    short = make.ask(make.of_values(5, AFTER), live=5)
    assert "5 numbers are known, where it takes 8" in said(short)
    rare = make.ask(make.of_shares(BEFORE, AFTER, share=0.0, then=0.0), live=BEFORE)
    assert "10 events more, and it can be judged." in said(rare)
    missing = make.ask(
        make.of_values(BEFORE, AFTER),
        live=BEFORE,
        baseline_from=make.FIRST - timedelta(weeks=40),
        baseline_until=make.FIRST - timedelta(weeks=20),
    )
    assert missing.baseline_missing
    assert "8 numbers of its planned baseline" in said(missing)


def test_what_drifts_is_sent_to_other_sites() -> None:
    n = 110 + AFTER
    values = 16 + np.cumsum(np.random.default_rng(1).normal(size=n))
    series = replace(make.of_values(110, AFTER), values=values)
    found = make.ask(series, live=110)
    refused = present(present(found.effect).refused)
    assert refused.code == "drifts"
    assert "it takes the same number elsewhere" in said(found)


def test_nothing_is_said_before_go_live_and_without_numbers() -> None:
    assert codes(make.ask(make.of_values(BEFORE, 0), live=None)) == []
    assert codes(make.ask(make.of_values(0, 0), live=None)) == []
