"""Guardrails, of what is counted as it is, and of what is held against the risks of the patients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pilots.statistics import guardrails
from pilots.statistics.analysis import fitted_proportions
from pilots.statistics.guardrails import Guardrail, GuardrailState
from pilots.statistics.standardisation import standardised
from tests.pilots.statistics.risks import halves_of, weekly
from tests.present import present

Floats = np.ndarray[Any, np.dtype[np.float64]]


def test_guardrail_of_a_level_beyond_its_limit_is_breached_since_the_rule_says_so() -> None:
    rng = np.random.default_rng(1)
    under = rng.poisson(400, 46)
    over = rng.binomial(under, np.r_[np.full(26, 0.06), np.full(20, 0.098)])
    guardrail = guardrails.guardrail_of_proportions(
        over[:26], under[:26], over[26:], under[26:], limit=0.08, direction="lower"
    )
    assert guardrail.state is GuardrailState.BREACHED
    assert guardrail.reason.code == "beyond"
    assert present(guardrail.beyond) > 0.08
    since = present(guardrail.since)
    # At the look before, it was not breached; at that look and later ones it was.
    for look in range(since, 20):
        early = guardrails.guardrail_of_proportions(
            over[:26],
            under[:26],
            over[26 : 27 + look],
            under[26 : 27 + look],
            limit=0.08,
            direction="lower",
        )
        assert early.state is GuardrailState.BREACHED
    if since:
        before = guardrails.guardrail_of_proportions(
            over[:26],
            under[:26],
            over[26 : 26 + since],
            under[26 : 26 + since],
            limit=0.08,
            direction="lower",
        )
        assert before.state is not GuardrailState.BREACHED


def test_guardrail_beyond_its_limit_by_chance_is_near() -> None:
    rng = np.random.default_rng(3)
    noisy = rng.normal(7.5, 1.5, 60)
    noisy[-1] = 8.4
    guardrail = guardrails.guardrail_of_values(noisy[:30], noisy[30:], limit=8, direction="lower")
    assert guardrail.state is GuardrailState.NEAR
    assert guardrail.since is None


def test_guardrail_within_its_limit_and_guardrail_as_a_floor() -> None:
    rng = np.random.default_rng(5)
    good = rng.normal(95, 1, 50)
    within = guardrails.guardrail_of_values(good[:30], good[30:], limit=90, direction="higher")
    assert within.state is GuardrailState.WITHIN
    bad = guardrails.guardrail_of_values(good[:30], good[30:] - 12, limit=90, direction="higher")
    assert bad.state is GuardrailState.BREACHED


def test_guardrail_of_proportions_without_points_has_no_data() -> None:
    guardrail = guardrails.guardrail_of_proportions(
        [3] * 10, [100] * 10, [], [], limit=1, direction="lower"
    )
    assert guardrail.state is GuardrailState.NO_DATA


def test_guardrail_on_a_stable_series_rarely_cries_wolf() -> None:
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        stable = rng.normal(6, 1, 24 + 26)
        guardrail = guardrails.guardrail_of_values(
            stable[:24], stable[24:], limit=8, direction="lower"
        )
        alarms += guardrail.state is GuardrailState.BREACHED
    assert alarms <= 3


def test_guardrail_without_a_good_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="direction"):
        guardrails.guardrail_of_values([1.0] * 9, [1.0] * 9, limit=1, direction="neutral")


# By the risks of the patients


def judged(
    events: Floats,
    cases: Floats,
    expected: Floats | None,
    *,
    limit: float = 0.125,
    direction: str = "lower",
) -> Guardrail:
    return guardrails.guardrail_of_proportions(
        events[:26],
        cases[:26],
        events[26:],
        cases[26:],
        limit=limit,
        direction=direction,
        expected=None if expected is None else (expected[:26], expected[26:]),
    )


def test_sicker_patients_are_no_harm_where_their_risks_are_known() -> None:
    events, cases, expected = weekly(1, sicker=1.8)
    assert judged(events, cases, None).state is GuardrailState.BREACHED
    found = judged(events, cases, expected)
    assert found.state is GuardrailState.WITHIN
    assert present(found.level.estimate) == pytest.approx(0.1, abs=0.01)


def test_harm_is_not_hidden_by_patients_who_are_less_sick() -> None:
    events, cases, expected = weekly(1, sicker=0.6, harm=2.0)
    assert judged(events, cases, None).state is not GuardrailState.BREACHED
    found = judged(events, cases, expected)
    assert found.state is GuardrailState.BREACHED
    assert present(found.beyond) == pytest.approx(0.2, abs=0.03)


def test_only_how_the_risks_tell_weeks_apart_counts_not_whether_they_are_right() -> None:
    events, cases, expected = weekly(2, sicker=0.8, harm=1.6)
    one, other = (judged(events, cases, expected * times) for times in (1, 0.3))
    assert (one.state, one.since, one.began) == (other.state, other.since, other.began)
    assert present(one.beyond) == pytest.approx(present(other.beyond))


@pytest.mark.parametrize("harm", [1.0, 1.3, 2.0])
def test_patients_who_are_all_alike_are_judged_as_if_nobody_knew(harm: float) -> None:
    events, cases, _expected = weekly(3, harm=harm)
    known, unknown = (judged(events, cases, risks) for risks in (0.07 * cases, None))
    for name in ("since", "began", "run_length", "boundary", "last"):
        assert getattr(known, name) == pytest.approx(getattr(unknown, name))
    assert known.beyond == pytest.approx(unknown.beyond)
    assert (known.state is GuardrailState.BREACHED) is (unknown.state is GuardrailState.BREACHED)


def test_rare_events_are_counted_one_by_one_against_the_risks() -> None:
    events = np.zeros(52)
    events[44:] = 1
    cases, risks = np.full(52, 100.0), np.full(52, 0.05)
    few = judged(events, cases, risks, limit=0.001)
    risks[26:] *= 8  # patients for whom that is usual
    assert few.state is GuardrailState.BREACHED
    assert few.times is not None
    assert judged(events, cases, risks, limit=0.001).state is not GuardrailState.BREACHED


def test_series_with_and_without_risks_are_judged_as_each_alone() -> None:
    many = [weekly(seed, sicker=1.5, harm=1.3) for seed in range(6)]
    for row in (1, 4):
        many[row][2][:] = np.nan
    over, under, risks = (np.array([one[i] for one in many]) for i in range(3))
    plans = halves_of(6)
    patients = standardised(over, under, risks, plans, direction="lower").patients
    fitted = fitted_proportions(
        over, np.where(np.isnan(patients), under, patients), plans, cases=under
    )
    found = guardrails.guardrails_of_proportions(
        over, under, plans, fitted, limits=np.full(6, 0.125), direction="lower", looks_a_year=52,
        patients=patients,
    )  # fmt: skip
    for one, (events, cases, expected) in zip(found, many, strict=True):
        alone = judged(events, cases, None if np.isnan(expected).all() else expected)
        assert (one.state, one.since, one.beyond) == (alone.state, alone.since, alone.beyond)
        assert one.level == alone.level
