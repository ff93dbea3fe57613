"""The sentences: what a colleague would say aloud, and never more than the numbers carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from pilots.evidence import guardrail_wording, wording
from pilots.metrics.series import Series
from pilots.statistics.verdicts import Verdict
from tests.pilots.evidence.series import FIRST, ask, of_shares, of_values, written


def told(series: Series, *, live: int | None, direction: str = "lower", **more: float) -> str:
    numbers = ask(series, live=live, direction=direction, **more)
    on = None if live is None else FIRST + timedelta(weeks=live)
    return wording.sentence(numbers, written(series), live_on=on)


def short(series: Series, *, live: int | None, direction: str = "lower", **more: float) -> str:
    numbers = ask(series, live=live, direction=direction, **more)
    margin = Decimal(str(more["margin"])) if "margin" in more else None
    return wording.verdict(numbers, written(series), margin=margin)


def test_a_change_larger_than_usual_variation_says_from_where_to_where_and_when() -> None:
    assert told(of_values(28, 20, shift=-4.4), live=28) == (
        "11.6 minutes since go-live, down from 16.0. The change began in the first week after"
        " go-live and is larger than usual variation would bring."
    )


def test_a_change_for_the_worse_says_so() -> None:
    sentence = told(of_values(28, 20, shift=3), live=28)
    assert sentence.startswith("19.0 minutes since go-live, up from 16.0.")
    assert sentence.endswith("It is a change for the worse.")


def test_a_change_that_began_before_go_live_is_not_put_down_to_it() -> None:
    series = of_values(40, 28, shift=-1.5)
    assert "it began before go-live, with the week of 7 September 2026" in told(series, live=48)


def test_no_change_says_that_chance_could_bring_it() -> None:
    sentence = told(of_values(28, 20), live=28)
    assert "no larger than chance could bring" in sentence
    assert "better" not in sentence


def test_too_few_points_say_how_many_are_needed() -> None:
    assert told(of_values(3, 0), live=None) == (
        "The last is 15.9 minutes, for the week of 15 December 2025. 8 points are needed before"
        " limits mean anything; there are 3."
    )
    assert "there is 1." in told(of_values(1, 0), live=None)


def test_too_few_points_since_go_live_say_so() -> None:
    assert told(of_values(28, 2, shift=-4), live=28).endswith(
        "Too little to say more: it takes 8 points before go-live and 4 since; there are 28 and 2."
    )


def test_a_baseline_alone_says_what_is_usual() -> None:
    sentence = told(of_values(28, 0), live=None)
    assert sentence.startswith("Usually between ")
    assert "on average 16.0" in sentence


def test_live_without_a_number_since_says_so_and_what_was_before() -> None:
    series = of_values(28, 0)
    assert told(series, live=28) == (
        "Live since 15 June 2026, with no number since then yet. Before, it was 16.0 minutes on"
        " average."
    )


def test_nothing_from_before_go_live_is_not_compared() -> None:
    sentence = told(of_shares(0, 20, share=0.8, then=0.8), live=0, direction="higher")
    assert sentence == ("80.0% since go-live; there is nothing from before to compare it with.")


@pytest.mark.parametrize(
    ("target", "weeks", "word", "sentence"),
    [
        (0.7, 20, Verdict.TARGET_REACHED, "80.0% since go-live: the target of 70% is reached."),
        (0.9, 20, Verdict.INCONCLUSIVE, "that the target of 90% is reached is not shown."),
        (0.8, 20, Verdict.INCONCLUSIVE, "that the target of 80% is reached is not shown."),
        (0.7, 3, Verdict.INCONCLUSIVE, "where the target is 70%; there is nothing from before"),
    ],
)
def test_what_has_no_before_is_judged_by_its_target(
    target: float, weeks: int, word: Verdict, sentence: str
) -> None:
    """How many use what did not exist: there was nothing to compare it with, and no verdict ever."""
    series = of_shares(0, weeks, share=0.8, then=0.8)
    numbers = ask(series, live=0, direction="higher", target=target, steady=False)
    assert numbers.verdict is word
    assert sentence in wording.verdict(numbers, written(series), margin=None)
    assert sentence in told(series, live=0, direction="higher", target=target)
    lower = ask(series, live=0, direction="lower", target=1 - target, steady=False)
    assert lower.verdict is Verdict.INCONCLUSIVE


def test_a_target_is_no_verdict_where_a_baseline_is_known_or_missing() -> None:
    series = of_shares(20, 20, share=0.8, then=0.8)
    assert ask(series, live=20, direction="higher", target=0.7).verdict is Verdict.INCONCLUSIVE


def test_a_breached_guardrail_speaks_first() -> None:
    series = of_shares(28, 12, share=0.065, then=0.098, cases=2800)
    assert told(series, live=28, limit=0.08) == (
        "Beyond its limit of 8%: 9.8% since the week of 15 June 2026. A process that stays at its"
        " limit looks like this in one year of twenty. 9.8% since go-live, up from 6.5%."
    )


@pytest.mark.parametrize(
    ("series", "more", "sentence"),
    [
        (
            of_values(28, 20, shift=-4.4),
            {},
            "4.4 minutes lower, and it has held for 20 weeks.",
        ),
        (
            of_shares(28, 30, share=0.034, then=0.034, cases=650),
            {"margin": 0.02},
            "Within the agreed margin of 2 points.",
        ),
        (
            of_shares(28, 12, share=0.065, then=0.098, cases=2800),
            {"limit": 0.08},
            "Beyond its limit of 8%: 9.8% since the week of 15 June 2026. A process that stays at its"
            " limit looks like this in one year of twenty.",
        ),
        (of_values(28, 0), {}, "No number since go-live yet."),
    ],
    ids=["better", "no harm", "harm", "no data"],
)
def test_the_sentence_under_a_verdict(series: Series, more: dict[str, Any], sentence: str) -> None:
    assert short(series, live=28, **more) == sentence


def test_a_signal_of_the_chart_asks_to_look_and_is_no_harm_signal() -> None:
    series = of_values(28, 12)
    series.values[-1] = 21
    assert told(series, live=28, limit=18.0).startswith("16.4 minutes since go-live")
    numbers = ask(series, live=28, limit=18.0)
    assert numbers.verdict is Verdict.INCONCLUSIVE
    assert guardrail_wording.guardrail(numbers, written(series)) == (
        "Look at this: 21.0 minutes is beyond the limit of 18 minutes and unusual. That alone is"
        " no harm signal."
    )


@pytest.mark.parametrize(
    ("series", "limit", "sentence"),
    [
        (
            of_values(28, 12),
            18.0,
            "One period alone gives none; a level beyond the limit by what one period usually"
            " varies is found after about 11 weeks.",
        ),
        (
            of_shares(28, 12, share=0.0, then=0.0),
            0.002,
            "Events this rare are counted one by one; it takes at least 3, and 3.7 times the limit"
            " is found soonest.",
        ),
        (
            of_shares(28, 12, share=0.0, then=0.0),
            0.0,
            "The limit is none at all, so the first event is a harm signal.",
        ),
        (
            of_values(2, 3),
            18.0,
            "No harm signal can be given yet: it takes 8 points to know how much it varies.",
        ),
    ],
    ids=["values", "rare", "none at all", "too few"],
)
def test_a_guardrail_says_by_which_rule_it_is_watched(
    series: Series, limit: float, sentence: str
) -> None:
    live = 28 if len(series) > 20 else 2
    said = guardrail_wording.watch(ask(series, live=live, limit=limit))
    assert said.endswith(sentence)
    if "CUSUM" in said:
        assert "in one year of twenty, one inside it far less often." in said


def test_a_limit_of_none_at_all_or_that_nothing_passes_is_said_as_what_it_is() -> None:
    series = of_shares(12, 12, share=0.0, then=0.0)
    assert series.numerators is not None
    series.numerators[-3] = 1
    series.values[-3] = 1 / 600
    numbers = ask(series, live=12, limit=0.0)
    assert guardrail_wording.guardrail(numbers, written(series)) == (
        "Its limit is none at all, and there is one since the week of 27 April 2026."
    )
    everyone = ask(of_shares(12, 12, share=1.0, then=1.0), live=12, limit=1.0)
    assert guardrail_wording.watch(everyone) == (
        "Nothing can be beyond this limit, so it never gives a harm signal."
    )


def by_risk(*, sicker: float = 1.0, harm: float = 1.0) -> Series:
    """Half a year before and 12 weeks since, of 600 patients a week; their risks are known."""
    series = of_shares(26, 12, share=0.1, then=0.1 * sicker * harm)
    risk = np.where(np.arange(38) < 26, 0.1, 0.1 * sicker)
    return replace(series, expected=600 * risk)


def test_a_guardrail_says_whether_the_patients_risks_are_taken_into_account() -> None:
    series = by_risk(sicker=1.6)
    numbers = ask(series, live=26, limit=0.12)
    assert guardrail_wording.guardrail(numbers, written(series)) == (
        "Within its limit of 12% (patients' risks taken into account)."
    )
    said = wording.risks(numbers, written(series))
    assert "patients as they were before go-live, when 10.0% was to be expected" in said
    assert told(series, live=26) == (
        "10.0% since go-live, as before. That takes the patients' risks into account; as counted it is 16.0%."
        " The difference (−1.3 to +1.3) is no larger than chance could bring."
    )
    assert "Since then 1,152.0 were to be expected and 1,152 were counted." in said
    series = by_risk(harm=1.6)
    said = guardrail_wording.guardrail(ask(series, live=26, limit=0.12), written(series))
    assert said.startswith(
        "Beyond its limit of 12% (patients' risks taken into account): 16.0% since"
    )


@pytest.mark.parametrize(
    ("series", "more", "words"),
    [
        (
            by_risk(),
            {"direction": "higher"},
            "only taken into account where a share should stay low",
        ),
        (by_risk(), {"live": 0}, "no number from before go-live"),
        (
            replace(by_risk(), expected=np.r_[np.full(37, 60.0), np.nan]),
            {},
            "Some numbers do not say",
        ),
        (
            replace(by_risk(), expected=np.r_[np.full(26, 60.0), np.full(12, 3.0)]),
            {},
            "More were counted",
        ),
    ],
)
def test_a_guardrail_says_why_risks_are_not_taken_into_account(
    series: Series, more: dict[str, Any], words: str
) -> None:
    asked: dict[str, Any] = {"live": 26, "limit": 0.12, **more}
    numbers = ask(series, **asked)
    assert words in wording.risks(numbers, written(series))
    assert "risks" not in guardrail_wording.guardrail(numbers, written(series))


def test_nothing_is_said_of_risks_that_nobody_gives() -> None:
    series = of_shares(26, 12, share=0.1, then=0.1)
    assert wording.risks(ask(series, live=26, limit=0.12), written(series)) == ""
    assert wording.risks(ask(by_risk(), live=None), written(series)) == ""


def test_a_target_of_what_is_neither_better_nor_worse_is_not_held_against_it() -> None:
    series = of_shares(0, 20, share=0.8, then=0.8)
    assert told(series, live=0, direction="neutral", target=0.7) == (
        "80.0% since go-live; there is nothing from before to compare it with."
    )


def test_a_metric_without_a_limit_or_before_go_live_is_watched_by_no_rule() -> None:
    assert guardrail_wording.watch(ask(of_values(28, 12), live=28)) == ""
    assert guardrail_wording.watch(ask(of_values(28, 0), live=None, limit=18.0)) == ""


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (11.0, "It is still short of the target of 11 minutes."),
        (12.0, "The target of 12 minutes is reached."),
    ],
)
def test_what_became_better_is_said_against_its_target(target: float, sentence: str) -> None:
    series = of_values(28, 20, shift=-4.4)
    assert short(series, live=28, target=target).endswith(sentence)
    assert sentence in told(series, live=28, target=target)
    assert sentence not in short(of_values(28, 20), live=28, target=target)


def test_an_inconclusive_verdict_says_what_it_could_be_and_about_how_long_to_know() -> None:
    sentence = short(of_values(28, 12, shift=-0.3), live=28)
    assert "it could be anything from −" in sentence
    assert "About " in sentence
    assert " weeks more to know." in sentence


@pytest.mark.parametrize(
    ("n", "word"),
    [(1, "first"), (12, "twelfth"), (13, "13th"), (21, "21st"), (22, "22nd"), (111, "111th")],
)
def test_ordinals(n: int, word: str) -> None:
    assert wording.ordinal(n) == word


def test_period_names_by_cadence() -> None:
    from pilots.metrics.queries import period_name

    day = date(2026, 11, 2)
    assert period_name(day, "week") == "the week of 2 November 2026"
    assert period_name(day, "month") == "November 2026"
    assert period_name(day, "day") == "2 November 2026"
