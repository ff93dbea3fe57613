"""Which design compares a metric, and what two years of its own numbers can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from pilots.evidence import wording
from pilots.evidence.designs import EvidenceDesign
from pilots.evidence.numbers import Numbers, SeriesPlan, answer
from pilots.metrics.models import ComparisonDesign
from pilots.metrics.series import Series
from pilots.statistics.guardrails import GuardrailState
from pilots.statistics.verdicts import Verdict
from tests.pilots.evidence.series import FIRST, written

TURN = 2 * np.pi / 52.1786


def series(before: int, after: int, *, season: float = 0.0, change: float = 0.0) -> Series:
    """Minutes a week with a winter, and a change at go-live."""
    weeks = np.arange(before + after)
    noise = np.random.default_rng(before + after).normal(0, 0.5, len(weeks))
    values = 20 + season * np.sin(TURN * weeks) + noise
    values[before:] += change
    periods = [FIRST + timedelta(weeks=int(week)) for week in weeks]
    return Series(
        periods, values, None, None, np.full(len(weeks), np.nan), np.ones(len(weeks), dtype=int)
    )


def ask(line: Series, *, live: int, meanings: Any = None, **more: Any) -> Numbers:
    plan = SeriesPlan(
        proportion=False,
        cadence="week",
        direction="lower",
        live_on=FIRST + timedelta(weeks=live),
        **more,
    )
    return answer(line, plan, meanings)


def test_two_years_of_its_own_numbers_need_no_word_of_steadiness() -> None:
    found = ask(series(104, 20, season=4.0, change=-3.0), live=104)
    assert found.design.design is EvidenceDesign.INTERRUPTED
    assert found.verdict is Verdict.BETTER
    said = wording.verdict(found, written(found.series), margin=None)
    assert "than its own history leads to expect, season and trend included." in said
    sentence = wording.sentence(found, written(found.series), live_on=found.question.live_on)
    assert "where its own history leads to expect" in sentence
    assert wording.design(found, chosen_because="").endswith(
        "because two years and more from before are known (104 weeks)."
    )


def test_a_season_alone_is_no_effect() -> None:
    for after in range(4, 53, 4):
        assert ask(series(104, after, season=4.0), live=104).verdict is Verdict.INCONCLUSIVE


def test_before_and_after_would_have_been_fooled_by_it() -> None:
    found = ask(
        series(104, 20, season=0.8),
        live=104,
        steady=True,
        design="before_after",
        baseline_from=FIRST + timedelta(weeks=80),
        baseline_until=FIRST + timedelta(weeks=100),
    )
    assert found.design.design is EvidenceDesign.BEFORE_AFTER
    assert found.verdict in (Verdict.BETTER, Verdict.HARM_SIGNAL)


def test_less_than_two_years_is_before_and_after_and_says_why() -> None:
    found = ask(series(103, 20, change=-3.0), live=103)
    assert found.design.design is EvidenceDesign.BEFORE_AFTER
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "less than two years from before are known (103 weeks)" in wording.design(
        found, chosen_because=""
    )


def test_two_years_with_holes_are_not_enough() -> None:
    line = series(104, 20, change=-3.0)
    line.values[10:50] = np.nan
    found = ask(line, live=104)
    assert (found.design.design, found.design.code) == (EvidenceDesign.BEFORE_AFTER, "gaps")


def test_who_chooses_history_that_is_too_short_is_told_what_is_missing() -> None:
    found = ask(series(40, 20, change=-3.0), live=40, design="interrupted")
    assert found.verdict is Verdict.INCONCLUSIVE and found.effect is not None
    assert found.effect.refused is not None
    assert found.effect.refused.facts["need_before"] == 84
    assert "because somebody said so." in wording.design(found, chosen_because="somebody said so.")


def test_a_definition_that_changed_ends_the_history() -> None:
    line = series(130, 20, change=-3.0)
    meanings = np.where(np.arange(150) < 60, 1, 2)
    found = ask(line, live=130, meanings=meanings)
    assert found.design.design is EvidenceDesign.BEFORE_AFTER and found.design.known == 70
    kept = ask(line, live=130, meanings=np.where(np.arange(150) < 20, 1, 2))
    assert kept.design.design is EvidenceDesign.INTERRUPTED and kept.verdict is Verdict.BETTER


def test_what_drifts_by_itself_gets_no_verdict() -> None:
    line = series(150, 40)
    steps = np.random.default_rng(2).normal(0, 3, 190)
    found = ask(replace(line, values=50 + np.cumsum(steps)), live=150)
    assert found.effect is not None and found.effect.refused is not None
    assert found.effect.refused.code == "drifts" and found.verdict is Verdict.INCONCLUSIVE
    assert "drift and change cannot be told apart" in wording.verdict(
        found, written(found.series), margin=None
    )


def test_weeks_of_settling_count_on_neither_side_but_are_watched() -> None:
    line = series(12, 20, change=-3.0)
    line.values[12:16] = 60.0
    asked: dict[str, Any] = {"live": 12, "steady": True, "limit": 30.0}
    assert ask(line, **asked).verdict is not Verdict.BETTER
    settled = ask(line, settling_weeks=4, **asked)
    assert settled.verdict is Verdict.BETTER and settled.effect is not None
    assert settled.effect.points_after == 16
    early = replace(
        line, periods=line.periods[:16], values=line.values[:16], n=line.n[:16],
        versions=line.versions[:16],
    )  # fmt: skip
    rail = ask(early, settling_weeks=4, **asked).guardrail
    assert rail is not None and rail.state is GuardrailState.BREACHED


def test_a_constant_baseline_is_not_certainty() -> None:
    line = series(12, 20, change=-3.0)
    line.values[:12] = 20.0
    found = ask(line, live=12, steady=True)
    assert found.verdict is Verdict.INCONCLUSIVE and found.effect is not None
    assert found.effect.refused is not None and found.effect.refused.code == "constant_before"


def test_a_wild_number_is_named_where_it_keeps_the_answer_open() -> None:
    line = series(12, 8)
    assert ask(line, live=12, steady=True).wild is None
    line.values[3] = 32.0
    found = ask(line, live=12, steady=True)
    assert found.wild == 3
    said = wording.verdict(found, written(found.series), margin=None)
    assert "One number is far from all others: 32" in said and "22 December 2025" in said


@pytest.mark.parametrize(("cadence", "before", "step"), [("month", 24, 30.4375), ("day", 730, 1)])
def test_months_and_days_have_histories_too(cadence: str, before: int, step: float) -> None:
    from pilots.connectors.measurement import Cadence

    per, day, periods = Cadence(cadence), FIRST, []
    for _point in range(before + (12 if cadence == "month" else 200)):
        periods.append(day)
        day = per.next(day)
    n = len(periods)
    rng = np.random.default_rng(1)
    year = np.array([one.toordinal() / 365.25 for one in periods])
    values = 20 + 3 * np.sin(2 * np.pi * year) + rng.normal(0, 0.3, n)
    values[before:] -= 3
    line = Series(periods, values, None, None, np.full(n, np.nan), np.ones(n, dtype=int))
    plan = SeriesPlan(proportion=False, cadence=cadence, direction="lower", live_on=periods[before])
    found = answer(line, plan)
    assert found.design.design is EvidenceDesign.INTERRUPTED and found.verdict is Verdict.BETTER
    assert found.effect is not None and found.effect.estimate == pytest.approx(-3, abs=0.5)


def test_the_plan_offers_the_designs_that_there_are() -> None:
    assert set(ComparisonDesign.values) == {one.value for one in EvidenceDesign}
