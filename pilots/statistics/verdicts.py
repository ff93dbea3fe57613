"""A verdict in one word.

It reads the interval of an effect, never its point alone, and never the absence of evidence as
evidence of no harm: "no harm shown" needs a margin agreed beforehand, and the whole interval on the
right side of it (the non-inferiority reading of `margins`). A breached guardrail speaks first.
"""

from enum import StrEnum

import numpy as np

from pilots.statistics.effects import Effect, Level
from pilots.statistics.guardrails import Guardrail, GuardrailState
from pilots.statistics.margins import NON_INFERIOR, SUPERIOR, findings
from pilots.statistics.rules import ImprovementDirection
from pilots.statistics.series import Bools, Floats


class Verdict(StrEnum):
    BETTER = "better"
    TARGET_REACHED = "reached"  # where there is no before, as for adoption
    NO_HARM_SHOWN = "no_harm"
    INCONCLUSIVE = "inconclusive"
    HARM_SIGNAL = "harm"
    NO_DATA = "no_data"


def verdict(
    effect: Effect | None,
    *,
    direction: str,
    margin: float | None = None,
    guardrail: Guardrail | None = None,
    comparable: bool = True,
) -> Verdict:
    """What may be said of one metric now.

    `margin`: how much worsening was agreed beforehand not to matter, in the metric's unit. A
    breached guardrail is a harm signal whatever the interval says. `comparable`: whether before and
    since may be compared at all. A short baseline cannot tell a season, an older trend or a bad
    spell from an effect (up to 84 % of simulated pilots without one were told "better", 2026-11),
    so it must be known from elsewhere that the level would have stayed as it was; and both halves
    must count the same.
    """
    breached = guardrail is not None and guardrail.state is GuardrailState.BREACHED
    return verdicts(
        _or_nan(None if effect is None else effect.lower),
        _or_nan(None if effect is None else effect.upper),
        np.array([effect is not None and effect.points_after > 0]),
        direction=direction,
        margin=_or_nan(margin),
        breached=np.array([breached]),
        comparable=np.array([comparable]),
    )[0]


def verdicts(
    lower: Floats,
    upper: Floats,
    known: Bools,
    *,
    direction: str,
    margin: Floats,
    breached: Bools,
    comparable: Bools,
) -> list[Verdict]:
    """`verdict` of many series that share a direction: the ends of their effects (NaN where there is
    no interval), whether there is a point since go-live, and the margins (NaN: none)."""
    way = ImprovementDirection(direction)
    if (margin < 0).any():
        raise ValueError("A margin is zero or above.")
    # Gains are positive from here on.
    worst, best = (-upper, -lower) if way is ImprovementDirection.LOWER else (lower, upper)
    told = np.isfinite(worst) & comparable & (way is not ImprovementDirection.NEUTRAL)
    # Where no margin was agreed, no worsening is inside it.
    found = findings(worst, best, low=np.where(np.isnan(margin), 0.0, -margin), null=0.0)
    codes = np.select(
        [breached, ~known, ~told, found == SUPERIOR, found == NON_INFERIOR, best < 0],
        [_HARM, _NO_DATA, _INCONCLUSIVE, _BETTER, _NO_HARM, _HARM],
        _INCONCLUSIVE,
    )
    return [WORDS[code] for code in codes.tolist()]


WORDS = tuple(Verdict)
_BETTER, _NO_HARM, _INCONCLUSIVE, _HARM, _NO_DATA = (
    WORDS.index(one)
    for one in (
        Verdict.BETTER,
        Verdict.NO_HARM_SHOWN,
        Verdict.INCONCLUSIVE,
        Verdict.HARM_SIGNAL,
        Verdict.NO_DATA,
    )
)


def _or_nan(value: float | None) -> Floats:
    return np.array([np.nan if value is None else value], dtype=np.float64)


def target_reached(level: Level | None, *, target: float | None, direction: str) -> bool:
    """Whether the whole interval of the level since go-live is at its target or beyond: what is
    judged where nothing was before (how many use what did not exist)."""
    if level is None or target is None or level.lower is None or level.upper is None:
        return False
    if direction == ImprovementDirection.HIGHER:
        return level.lower >= target
    return direction == ImprovementDirection.LOWER and level.upper <= target
