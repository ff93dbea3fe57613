"""Verdicts."""

from dataclasses import replace

import numpy as np
import pytest

from pilots.statistics import effects, guardrails, verdicts
from pilots.statistics.guardrails import GuardrailState
from pilots.statistics.verdicts import Verdict

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
    breached = guardrails.guardrail_of_values(before, after, limit=8, direction="lower")
    assert breached.state is GuardrailState.BREACHED
    verdict = verdicts.verdict(between(-5, -3), direction="lower", guardrail=breached)
    assert verdict is Verdict.HARM_SIGNAL
