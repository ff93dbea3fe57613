"""What the statistics are asked: which points are the baseline, what is judged, and when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from pilots.evidence import wording
from pilots.evidence.numbers import SeriesPlan, answer, level_of, more_points
from pilots.metrics.series import Series
from pilots.statistics.guardrails import GuardrailState
from pilots.statistics.verdicts import Verdict
from tests.pilots.evidence.series import FIRST, ask, of_shares, of_values, written


def test_a_planned_baseline_window_sets_the_limits() -> None:
    series = of_values(28, 20, shift=-4)
    series.values[:8] += 6  # before the window, something else went on
    question = SeriesPlan(
        proportion=False,
        cadence="week",
        direction="lower",
        baseline_from=FIRST + timedelta(weeks=8),
        baseline_until=FIRST + timedelta(weeks=28),
        live_on=FIRST + timedelta(weeks=28),
    )
    numbers = answer(series, question)
    assert numbers.baseline_points == 20
    assert numbers.analysis is not None
    assert numbers.analysis.judged.centre[-1] == pytest.approx(series.values[8:28].mean())
    assert numbers.effect is not None
    assert numbers.effect.before == pytest.approx(series.values[8:28].mean())


def test_a_planned_baseline_reaching_past_go_live_is_cut_there() -> None:
    question = SeriesPlan(
        proportion=False,
        cadence="week",
        direction="lower",
        baseline_from=FIRST,
        baseline_until=FIRST + timedelta(weeks=40),
        live_on=FIRST + timedelta(weeks=28),
    )
    assert answer(of_values(28, 20), question).baseline_points == 28


def without_its_baseline(live: int | None) -> SeriesPlan:
    return SeriesPlan(
        proportion=False,
        cadence="week",
        direction="lower",
        baseline_from=FIRST - timedelta(weeks=40),
        baseline_until=FIRST - timedelta(weeks=20),
        live_on=None if live is None else FIRST + timedelta(weeks=live),
    )


def test_nothing_stands_for_a_planned_baseline_of_which_no_number_is_known() -> None:
    """What was better than other weeks than those agreed on is no "better"."""
    numbers = answer(of_values(28, 20, shift=-9), without_its_baseline(28))
    assert numbers.baseline_missing
    assert numbers.baseline_points == 0
    assert numbers.verdict is Verdict.INCONCLUSIVE
    assert numbers.effect is not None
    assert numbers.effect.before is None
    figures = written(numbers.series)
    said = wording.sentence(numbers, figures, live_on=numbers.question.live_on)
    assert "No number of the planned baseline" in said
    assert wording.verdict(numbers, figures, margin=None) == said


def test_a_guardrail_is_judged_by_its_limit_where_its_baseline_is_missing() -> None:
    question = replace(without_its_baseline(28), limit=10.0)
    assert answer(of_values(28, 20, shift=9), question).verdict is Verdict.HARM_SIGNAL


@pytest.mark.parametrize("shift", [-4.4, 4.4, 0.0])
def test_where_nothing_is_known_of_its_steadiness_there_is_no_verdict(shift: float) -> None:
    """A season, an older trend or a bad spell before gave a false one in up to 84 of 100 pilots."""
    series = of_values(28, 20, shift=shift)
    numbers = ask(series, live=28, steady=False, margin=3.0)
    assert numbers.verdict is Verdict.INCONCLUSIVE
    figures = written(series)
    said = wording.verdict(numbers, figures, margin=None)
    assert said.startswith("No verdict: its plan does not say")
    if shift:
        on = numbers.question.live_on
        assert "so there is no verdict" in wording.sentence(numbers, figures, live_on=on)
    assert wording.assumed(numbers, basis="Other units", because="x") == ""


def test_a_harm_signal_rests_on_the_limit_and_not_on_what_is_known_of_before() -> None:
    numbers = ask(of_values(28, 20, shift=9), live=28, steady=False, limit=18.0)
    assert numbers.verdict is Verdict.HARM_SIGNAL
    assert wording.assumed(numbers, basis="Other units", because="They are steady.") == ""


@pytest.mark.parametrize(
    ("change", "otherwise"),
    [(28, 28), (20, 20), (34, 34), (0, None)],
    ids=["at go-live", "before it", "since", "never"],
)
def test_numbers_of_two_definitions_are_not_compared(change: int, otherwise: int | None) -> None:
    series = of_values(28, 20, shift=-4.4)
    meanings = np.where(np.arange(48) < change, 1, 2)
    question = replace(ask(series, live=28).question, margin=3.0)
    numbers = answer(series, question, meanings)
    assert numbers.counted_otherwise_until == otherwise
    assert numbers.verdict is (Verdict.BETTER if otherwise is None else Verdict.INCONCLUSIVE)
    if otherwise is not None:
        figures = written(series)
        said = "What is counted changed: the numbers before the week of "
        assert wording.verdict(numbers, figures, margin=None).startswith(said)
        assert said in wording.sentence(numbers, figures, live_on=question.live_on)


def test_a_guardrail_and_a_level_leave_out_what_was_counted_otherwise() -> None:
    series = of_values(28, 12)
    series.values[28:38] += 40  # of another definition
    question = replace(ask(series, live=28).question, limit=18.0)
    meanings = np.where(np.arange(40) < 38, 1, 2)
    numbers, joined = answer(series, question, meanings), answer(series, question)
    found = [
        (one.guardrail.state, one.level.points)
        for one in (numbers, joined)
        if one.guardrail is not None and one.level is not None
    ]
    assert found == [(GuardrailState.WITHIN, 2), (GuardrailState.BREACHED, 12)]


def test_what_was_counted_otherwise_and_is_compared_with_nothing_changes_nothing() -> None:
    series = of_values(28, 20, shift=-4.4)
    question = replace(
        ask(series, live=28).question,
        baseline_from=series.periods[8],
        baseline_until=series.periods[28],
    )
    numbers = answer(series, question, np.where(np.arange(48) < 8, 1, 2))
    assert (numbers.counted_otherwise_until, numbers.verdict) == (None, Verdict.BETTER)


def test_a_verdict_says_what_it_takes_for_granted() -> None:
    numbers = ask(of_values(28, 20, shift=-4.4), live=28)
    assert numbers.verdict is Verdict.BETTER
    assert wording.assumed(numbers, basis="Other units", because="They are steady.") == (
        "Assumes that it would otherwise have stayed as it was (other units: They are steady)."
    )


def test_the_metrics_of_a_pilot_share_its_error() -> None:
    assert level_of("primary", ["primary"], primary="primary") == 0.95
    roles = ["primary", "guardrail", "secondary"]
    levels = [level_of(role, roles, primary="primary") for role in roles]
    assert sum(1 - level for level in levels) == pytest.approx(0.05)
    assert levels[0] == pytest.approx(0.96)
    wide, narrow = (ask(of_values(28, 20, shift=-1), live=28, level=one) for one in (0.995, 0.95))
    assert wide.effect is not None
    assert narrow.effect is not None
    assert (wide.effect.lower or 0) < (narrow.effect.lower or 0)
    assert wide.effect.method == "Anytime-valid 99.5%"


def test_until_go_live_all_points_set_the_limits_and_the_missing_baseline_is_said() -> None:
    numbers = answer(of_values(28, 0), without_its_baseline(None))
    assert (numbers.baseline_points, numbers.baseline_missing) == (28, True)
    said = wording.sentence(numbers, written(numbers.series), live_on=None)
    assert "Usually between" in said
    assert "so all points stand for it" in said


def test_gaps_are_passed_over() -> None:
    series = of_values(28, 20, shift=-4)
    series.values[[5, 6, 30]] = np.nan
    numbers = ask(series, live=28)
    assert numbers.effect is not None
    assert (numbers.effect.points_before, numbers.effect.points_after) == (26, 19)
    assert numbers.verdict is Verdict.BETTER


def test_no_number_at_all_is_no_data() -> None:
    empty = np.array([])
    numbers = ask(Series([], empty, None, None, empty, np.array([], dtype=np.int64)), live=0)
    assert (numbers.verdict, numbers.analysis, numbers.last) == (Verdict.NO_DATA, None, None)


def test_go_live_beyond_the_last_number_has_a_baseline_and_no_verdict() -> None:
    numbers = ask(of_values(28, 0), live=40)
    assert numbers.verdict is Verdict.NO_DATA
    assert numbers.baseline_points == 28


@pytest.mark.parametrize(
    ("limit", "state"), [(0.08, GuardrailState.BREACHED), (0.15, GuardrailState.WITHIN)]
)
def test_a_guardrail_is_judged_since_go_live(limit: float, state: GuardrailState) -> None:
    numbers = ask(of_shares(28, 12, share=0.065, then=0.098, cases=2800), live=28, limit=limit)
    assert numbers.guardrail is not None
    assert numbers.guardrail.state is state


def test_a_guardrail_is_not_judged_before_go_live() -> None:
    numbers = ask(of_shares(28, 0, share=0.2, then=0.2), live=None, limit=0.08)
    assert numbers.guardrail is None


def test_more_points_are_fewer_when_the_difference_is_larger() -> None:
    small = ask(of_values(28, 12, shift=-0.3), live=28).effect
    assert small is not None
    needed = more_points(small, margin=None)
    assert needed is not None
    assert 0 < needed <= 104
    easier = more_points(small, margin=1.0)
    assert easier is None or easier < needed
