"""A verdict in one word, and guardrails.

The verdict reads the interval of an effect, never its point alone, and never the absence of
evidence as evidence of no harm: "no harm shown" needs a margin agreed beforehand, and the whole
interval on the right side of it (the non-inferiority reading).

A guardrail is a limit the level since go-live must not pass. It is breached when the interval of
that level lies wholly beyond the limit, or when the last point is beyond the limit and a signal of
concern against the baseline: the first is slow and sure, the second catches a sudden turn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics import charts, rules
from pilots.statistics.before_after import (
    Halves,
    fit_of,
    halves_of_proportions,
    halves_of_rates,
    halves_of_values,
    level_half_width,
)
from pilots.statistics.charts import ControlChart
from pilots.statistics.effects import Effect, Level, level_since, refusal
from pilots.statistics.rules import ImprovementDirection
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Bools, Floats, Remark, as_table


class Verdict(StrEnum):
    BETTER = "better"
    NO_HARM_SHOWN = "no_harm"
    INCONCLUSIVE = "inconclusive"
    HARM_SIGNAL = "harm"
    NO_DATA = "no_data"


class GuardrailState(StrEnum):
    BREACHED = "breached"
    NEAR = "near"  # beyond the limit, and chance could explain it
    WITHIN = "within"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class Guardrail:
    """Where the level since go-live stands against its limit.

    `since` is the position among the points since go-live of the first look of the present
    breach: at that look and every later one the check said breached.
    """

    state: GuardrailState
    limit: float
    level: Level
    last: float | None
    since: int | None
    reason: Remark


def verdict(
    effect: Effect | None,
    *,
    direction: str,
    margin: float | None = None,
    guardrail: Guardrail | None = None,
) -> Verdict:
    """What may be said of one metric now.

    `margin`: how much worsening was agreed beforehand not to matter, in the metric's unit. A
    breached guardrail is a harm signal whatever the interval says.
    """
    way = ImprovementDirection(direction)
    if margin is not None and margin < 0:
        raise ValueError("A margin is zero or above.")
    if guardrail is not None and guardrail.state is GuardrailState.BREACHED:
        return Verdict.HARM_SIGNAL
    if effect is None or effect.points_after == 0:
        return Verdict.NO_DATA
    if effect.lower is None or effect.upper is None or way is ImprovementDirection.NEUTRAL:
        return Verdict.INCONCLUSIVE
    # Gains are positive from here on.
    worst, best = effect.lower, effect.upper
    if way is ImprovementDirection.LOWER:
        worst, best = -effect.upper, -effect.lower
    if worst > 0:
        return Verdict.BETTER
    if margin is not None and worst > -margin:
        return Verdict.NO_HARM_SHOWN
    if best < 0:
        return Verdict.HARM_SIGNAL
    return Verdict.INCONCLUSIVE


def guardrail_of_values(
    before: ArrayLike, after: ArrayLike, *, limit: float, direction: str, level: float = 0.95
) -> Guardrail:
    """A guardrail on weekly values; `direction` is the good one, so `lower` makes a ceiling."""
    return _guardrail(halves_of_values, charts.xmr, (before,), (after,), limit, direction, level)


def guardrail_of_proportions(
    numerators_before: ArrayLike,
    denominators_before: ArrayLike,
    numerators_after: ArrayLike,
    denominators_after: ArrayLike,
    *,
    limit: float,
    direction: str,
    level: float = 0.95,
) -> Guardrail:
    """A guardrail on a proportion."""
    before, after = (
        (numerators_before, denominators_before),
        (numerators_after, denominators_after),
    )
    return _guardrail(halves_of_proportions, charts.p_chart, before, after, limit, direction, level)


def guardrail_of_rates(
    counts_before: ArrayLike,
    exposures_before: ArrayLike,
    counts_after: ArrayLike,
    exposures_after: ArrayLike,
    *,
    limit: float,
    direction: str,
    level: float = 0.95,
) -> Guardrail:
    """A guardrail on a rate of events per unit of exposure."""
    before, after = (counts_before, exposures_before), (counts_after, exposures_after)
    return _guardrail(halves_of_rates, charts.u_chart, before, after, limit, direction, level)


def _guardrail(
    halves_of: Callable[..., Halves],
    chart_of: Callable[..., ControlChart],
    before: tuple[ArrayLike, ...],
    after: tuple[ArrayLike, ...],
    limit: float,
    direction: str,
    level: float,
) -> Guardrail:
    way = ImprovementDirection(direction)
    if way is ImprovementDirection.NEUTRAL:
        raise ValueError("A guardrail needs a direction that is good.")
    first, second = [as_table(part) for part in before], [as_table(part) for part in after]
    now = level_since(halves_of(*first, *second), level=level)
    if now.points == 0:
        reason = Remark("no_after", "No points since go-live yet.", {"limit": limit})
        return Guardrail(GuardrailState.NO_DATA, limit, now, None, None, reason)

    looks = [_looks(part) for part in second]
    repeated = [np.repeat(part, len(looks[0]), axis=0) for part in first]
    sure = _beyond_for_sure(halves_of(*repeated, *looks), limit, way, 1 - level)
    chart = chart_of(
        *(np.hstack(parts) for parts in zip(repeated, looks, strict=True)),
        baseline=first[0].shape[1] or None,
    )
    turned = _turned(chart, limit, way)
    breached = sure | turned
    last = float(chart.values[-1][np.isfinite(chart.values[-1])][-1])
    facts = {"limit": limit, "last": last, "estimate": now.estimate}
    if breached[-1]:
        since = int(len(breached) - np.argmin(breached[::-1])) if not breached.all() else 0
        reason = (
            Remark("level_beyond", "The level since go-live is beyond the limit.", facts)
            if sure[-1]
            else Remark(
                "signal_beyond",
                "The last point is beyond the limit, and more than usual variation could explain.",
                facts,
            )
        )
        return Guardrail(GuardrailState.BREACHED, limit, now, last, since, reason)
    if _beyond(last, limit, way) or _beyond(now.estimate, limit, way):
        reason = Remark("near", "Beyond the limit, but chance could explain it.", facts)
        return Guardrail(GuardrailState.NEAR, limit, now, last, None, reason)
    reason = Remark("within", "Within the limit.", facts)
    return Guardrail(GuardrailState.WITHIN, limit, now, last, None, reason)


def _looks(after: Floats) -> Floats:
    """One row a look: what was known when each point had just come in."""
    points = after.shape[1]
    known = np.tril(np.ones((points, points), dtype=bool))
    return np.where(known, after[0], np.nan)


def _beyond(value: float | None, limit: float, way: ImprovementDirection) -> bool:
    return value is not None and (
        value > limit if way is ImprovementDirection.LOWER else value < limit
    )


def _beyond_for_sure(
    halves: Halves, limit: float, way: ImprovementDirection, alpha: float
) -> Bools:
    """At which looks the whole interval of the level lies beyond the limit."""
    fit = fit_of(halves)
    half = level_half_width(halves, fit, alpha=alpha)
    nearest = fit.mean_after - half if way is ImprovementDirection.LOWER else fit.mean_after + half
    beyond = nearest > limit if way is ImprovementDirection.LOWER else nearest < limit
    judged = [refusal(halves, fit, need_before=False, series=i) is None for i in range(len(half))]
    sure: Bools = beyond & np.array(judged)
    return sure


def _turned(chart: ControlChart, limit: float, way: ImprovementDirection) -> Bools:
    """At which looks the last point is beyond the limit and a signal of concern."""
    present = np.isfinite(chart.values)
    at = present.shape[1] - 1 - np.argmax(present[:, ::-1], axis=1)
    row = np.arange(len(at))
    value = chart.values[row, at]
    bad = 1 if way is ImprovementDirection.LOWER else -1
    concern = rules.mdc(chart).way[row, at] == bad
    beyond = value > limit if way is ImprovementDirection.LOWER else value < limit
    turned: Bools = beyond & concern & (chart.baseline >= MIN_POINTS_OF_A_LEVEL)
    return turned
