"""Verdicts and guardrails."""

from dataclasses import replace

import numpy as np
import pytest

from pilots.statistics import effects, verdicts
from pilots.statistics.verdicts import GuardrailState, Verdict
from tests.present import present

RNG = np.random.default_rng(12)
BETTER = effects.effect_of_values(RNG.normal(16, 1, 28), RNG.normal(12, 1, 20))


def between(lower: float | None, upper: float | None) -> effects.Effect:
    return replace(BETTER, lower=lower, upper=upper)


@pytest.mark.parametrize(
    ("lower", "upper", "direction", "margin", "verdict"),
    [
        (-5, -3, "lower", None, Verdict.BETTER),
        (-5, -3, "higher", None, Verdict.HARM_SIGNAL),
        (3, 5, "higher", 1, Verdict.BETTER),
        (-1, 2, "higher", None, Verdict.INCONCLUSIVE),
        (-1, 2, "higher", 1.5, Verdict.NO_HARM_SHOWN),
        (-2, 1, "higher", 1.5, Verdict.INCONCLUSIVE),
        (-1, 2, "lower", 1.5, Verdict.INCONCLUSIVE),
        (-2, 1, "lower", 1.5, Verdict.NO_HARM_SHOWN),
        (0.2, 0.8, "lower", 1.5, Verdict.NO_HARM_SHOWN),
        (0.2, 2.0, "lower", 1.5, Verdict.HARM_SIGNAL),
        (-5, -3, "neutral", None, Verdict.INCONCLUSIVE),
        (None, None, "lower", 1.0, Verdict.INCONCLUSIVE),
    ],
)
def test_verdict_reads_the_interval_and_the_margin(
    lower: float | None, upper: float | None, direction: str, margin: float | None, verdict: Verdict
) -> None:
    assert verdicts.verdict(between(lower, upper), direction=direction, margin=margin) == verdict


def test_verdict_without_points_since_go_live_is_no_data() -> None:
    empty = effects.effect_of_values([1.0, 2] * 8, [])
    assert verdicts.verdict(empty, direction="lower") is Verdict.NO_DATA
    assert verdicts.verdict(None, direction="lower") is Verdict.NO_DATA


def test_verdict_with_a_breached_guardrail_is_a_harm_signal() -> None:
    before, after = RNG.normal(6, 0.4, 30), RNG.normal(9.8, 0.4, 20)
    breached = verdicts.guardrail_of_values(before, after, limit=8, direction="lower")
    assert breached.state is GuardrailState.BREACHED
    verdict = verdicts.verdict(between(-5, -3), direction="lower", guardrail=breached)
    assert verdict is Verdict.HARM_SIGNAL


def test_guardrail_of_a_level_beyond_its_limit_is_breached_since_the_rule_says_so() -> None:
    rng = np.random.default_rng(1)
    under = rng.poisson(400, 46)
    over = rng.binomial(under, np.r_[np.full(26, 0.06), np.full(20, 0.098)])
    guardrail = verdicts.guardrail_of_proportions(
        over[:26], under[:26], over[26:], under[26:], limit=0.08, direction="lower"
    )
    assert guardrail.state is GuardrailState.BREACHED
    assert guardrail.reason.code == "beyond"
    assert present(guardrail.beyond) > 0.08
    since = present(guardrail.since)
    # At the look before, it was not breached; at that look and later ones it was.
    for look in range(since, 20):
        early = verdicts.guardrail_of_proportions(
            over[:26],
            under[:26],
            over[26 : 27 + look],
            under[26 : 27 + look],
            limit=0.08,
            direction="lower",
        )
        assert early.state is GuardrailState.BREACHED
    if since:
        before = verdicts.guardrail_of_proportions(
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
    guardrail = verdicts.guardrail_of_values(noisy[:30], noisy[30:], limit=8, direction="lower")
    assert guardrail.state is GuardrailState.NEAR
    assert guardrail.since is None


def test_guardrail_within_its_limit_and_guardrail_as_a_floor() -> None:
    rng = np.random.default_rng(5)
    good = rng.normal(95, 1, 50)
    within = verdicts.guardrail_of_values(good[:30], good[30:], limit=90, direction="higher")
    assert within.state is GuardrailState.WITHIN
    bad = verdicts.guardrail_of_values(good[:30], good[30:] - 12, limit=90, direction="higher")
    assert bad.state is GuardrailState.BREACHED


def test_guardrail_of_proportions_without_points_has_no_data() -> None:
    guardrail = verdicts.guardrail_of_proportions(
        [3] * 10, [100] * 10, [], [], limit=1, direction="lower"
    )
    assert guardrail.state is GuardrailState.NO_DATA


def test_guardrail_on_a_stable_series_rarely_cries_wolf() -> None:
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        stable = rng.normal(6, 1, 24 + 26)
        guardrail = verdicts.guardrail_of_values(
            stable[:24], stable[24:], limit=8, direction="lower"
        )
        alarms += guardrail.state is GuardrailState.BREACHED
    assert alarms <= 3


def test_guardrail_without_a_good_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="direction"):
        verdicts.guardrail_of_values([1.0] * 9, [1.0] * 9, limit=1, direction="neutral")
