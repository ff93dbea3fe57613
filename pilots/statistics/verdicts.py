"""A verdict in one word, and guardrails.

The verdict reads the interval of an effect, never its point alone, and never the absence of
evidence as evidence of no harm: "no harm shown" needs a margin agreed beforehand, and the whole
interval on the right side of it (the non-inferiority reading).

A guardrail is a limit the level since go-live must not pass. It speaks with two voices. A harm
signal is designed: a CUSUM against the limit (`monitoring.limit_cusum`), which a process at its
limit sets off in one year of twenty, and one inside it far less often. "Look at this" is a signal
of the chart, the last point beyond the limit and unusual against the baseline: a reason to look,
and never a verdict, for on stable processes it came in 16 to 78 years of a hundred (simulated,
2026-11).
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics import charts, rules
from pilots.statistics.before_after import (
    Halves,
    halves_of_proportions,
    halves_of_rates,
    halves_of_values,
)
from pilots.statistics.charts import ControlChart
from pilots.statistics.effects import Effect, Level, level_since
from pilots.statistics.monitoring.limit_cusum import LimitCusum, Points, delay, limit_cusum
from pilots.statistics.rules import ImprovementDirection
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Bools, Floats, Remark, as_table

# Weeks, unless the caller says otherwise.
LOOKS_A_YEAR = 52


class Verdict(StrEnum):
    BETTER = "better"
    TARGET_REACHED = "reached"  # where there is no before, as for adoption
    NO_HARM_SHOWN = "no_harm"
    INCONCLUSIVE = "inconclusive"
    HARM_SIGNAL = "harm"
    NO_DATA = "no_data"


class GuardrailState(StrEnum):
    BREACHED = "breached"  # the harm signal
    LOOK = "look"  # the chart's signal: a reason to look
    NEAR = "near"  # beyond the limit, and usual variation could be all of it
    WITHIN = "within"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class Guardrail:
    """Where the level since go-live stands against its limit.

    Positions are among the points since go-live, missing ones counted. `since`: the first look of
    the present breach (at that look and every later one it was a harm signal) or, where there is
    none, of what is to be looked at. `began`: the point with which the excursion that breaches
    began, `beyond` the level since then. `run_length`: looks between false alarms of a process that
    stays at its limit, None where its spread is unknown and no harm signal can be given. `delay`:
    looks until a level one standard error of a point beyond the limit is found, `times`: the
    multiple of the limit that rare events are held against instead. `boundary`: the sum beyond which
    it signals, in standard errors of a point, or in events where these are rare.
    """

    state: GuardrailState
    limit: float
    level: Level
    last: float | None
    since: int | None
    reason: Remark
    began: int | None = None
    beyond: float | None = None
    run_length: float | None = None
    delay: float | None = None
    times: float | None = None
    boundary: float | None = None


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
    way = ImprovementDirection(direction)
    if margin is not None and margin < 0:
        raise ValueError("A margin is zero or above.")
    if guardrail is not None and guardrail.state is GuardrailState.BREACHED:
        return Verdict.HARM_SIGNAL
    if effect is None or effect.points_after == 0:
        return Verdict.NO_DATA
    if effect.lower is None or effect.upper is None or way is ImprovementDirection.NEUTRAL:
        return Verdict.INCONCLUSIVE
    if not comparable:
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


def target_reached(level: Level | None, *, target: float | None, direction: str) -> bool:
    """Whether the whole interval of the level since go-live is at its target or beyond: what is
    judged where nothing was before (how many use what did not exist)."""
    if level is None or target is None or level.lower is None or level.upper is None:
        return False
    if direction == ImprovementDirection.HIGHER:
        return level.lower >= target
    return direction == ImprovementDirection.LOWER and level.upper <= target


def guardrail_of_values(
    before: ArrayLike,
    after: ArrayLike,
    *,
    limit: float,
    direction: str,
    level: float = 0.95,
    looks_a_year: int = LOOKS_A_YEAR,
) -> Guardrail:
    """A guardrail on weekly values; `direction` is the good one, so `lower` makes a ceiling."""
    way = _way(direction)
    first, second = as_table(before), as_table(after)
    halves = halves_of_values(first, second)
    known = np.isfinite(second[0])
    watched = watch_values(
        first, second, limit=limit, direction=direction, looks_a_year=looks_a_year
    )
    chart = charts.xmr(np.hstack([first, second]), baseline=first.shape[1] or None)
    return _guardrail(halves, known, chart, watched, limit, way, level)


def guardrail_of_proportions(
    numerators_before: ArrayLike,
    denominators_before: ArrayLike,
    numerators_after: ArrayLike,
    denominators_after: ArrayLike,
    *,
    limit: float,
    direction: str,
    level: float = 0.95,
    looks_a_year: int = LOOKS_A_YEAR,
) -> Guardrail:
    """A guardrail on a proportion."""
    way = _way(direction)
    over = as_table(numerators_before), as_table(numerators_after)
    under = as_table(denominators_before), as_table(denominators_after)
    halves = halves_of_proportions(over[0], under[0], over[1], under[1])
    watched = watch_proportions(
        *(over[0], under[0], over[1], under[1]),
        limit=limit,
        direction=direction,
        looks_a_year=looks_a_year,
    )
    chart = charts.p_chart(np.hstack(over), np.hstack(under), baseline=over[0].shape[1] or None)
    known = _known(over[1], under[1])[0]
    return _guardrail(halves, known, chart, watched, limit, way, level)


def guardrail_of_rates(
    counts_before: ArrayLike,
    exposures_before: ArrayLike,
    counts_after: ArrayLike,
    exposures_after: ArrayLike,
    *,
    limit: float,
    direction: str,
    level: float = 0.95,
    looks_a_year: int = LOOKS_A_YEAR,
) -> Guardrail:
    """A guardrail on a rate of events per unit of exposure."""
    way = _way(direction)
    over = as_table(counts_before), as_table(counts_after)
    under = as_table(exposures_before), as_table(exposures_after)
    halves = halves_of_rates(over[0], under[0], over[1], under[1])
    sides = [_known(x, n) for x, n in zip(over, under, strict=True)]
    ceiling = way is ImprovementDirection.LOWER
    watched = None
    # No rate is below zero, so a floor of zero is never passed.
    if ceiling or limit > 0:
        counts = [(x, n) for _there, x, n in sides]
        points = _points(counts, max(limit, 0.0), max(limit, 0.0), countable=ceiling)
        watched = limit_cusum(points, looks_a_year=looks_a_year)
    chart = charts.u_chart(np.hstack(over), np.hstack(under), baseline=over[0].shape[1] or None)
    return _guardrail(halves, sides[1][0], chart, watched, limit, way, level)


def watch_values(
    before: ArrayLike, after: ArrayLike, *, limit: float, direction: str, looks_a_year: int
) -> LimitCusum | None:
    """The harm signal of a guardrail on values at each look, without its chart; of one series."""
    first, second = (table[0][np.isfinite(table[0])] for table in map(as_table, (before, after)))
    sign = 1.0 if _way(direction) is ImprovementDirection.LOWER else -1.0
    points = Points(
        sign * (first - limit),
        sign * (second - limit),
        np.ones(len(first)),
        np.ones(len(second)),
        counted=False,
    )
    return limit_cusum(points, looks_a_year=looks_a_year)


def watch_proportions(
    numerators_before: ArrayLike,
    denominators_before: ArrayLike,
    numerators_after: ArrayLike,
    denominators_after: ArrayLike,
    *,
    limit: float,
    direction: str,
    looks_a_year: int,
) -> LimitCusum | None:
    """The harm signal of a guardrail on a proportion at each look, without its chart; of one
    series. None where no share can be beyond the limit."""
    ceiling = _way(direction) is ImprovementDirection.LOWER
    # What is bad is counted: those who have it, or those who lack what is good.
    bad = limit if ceiling else 1 - limit
    if bad >= 1:
        return None
    bad = max(bad, 0.0)
    sides = (
        _known(as_table(numerators_before), as_table(denominators_before)),
        _known(as_table(numerators_after), as_table(denominators_after)),
    )
    counts = [(x if ceiling else n - x, n) for _there, x, n in sides]
    return limit_cusum(
        _points(counts, bad, bad * (1 - bad), countable=True, share=bad),
        looks_a_year=looks_a_year,
    )


def _way(direction: str) -> ImprovementDirection:
    way = ImprovementDirection(direction)
    if way is ImprovementDirection.NEUTRAL:
        raise ValueError("A guardrail needs a direction that is good.")
    return way


def _known(over: Floats, under: Floats) -> tuple[Bools, Floats, Floats]:
    """Which points of one half are there, and their counts and cases."""
    there = np.isfinite(over[0]) & np.isfinite(under[0]) & (under[0] > 0)
    return there, over[0][there], under[0][there]


def _points(
    counts: list[tuple[Floats, Floats]],
    limit: float,
    variance: float,
    *,
    countable: bool,
    share: float | None = None,
) -> Points:
    """Counts and cases of both halves against the limit, bad where they are many, or, where they
    are not `countable`, where they are few. `variance` is that of one case."""
    sign = 1.0 if countable else -1.0
    (earlier, exposed), (events, cases) = counts
    return Points(
        sign * (earlier / exposed - limit),
        sign * (events / cases - limit),
        variance / exposed,
        variance / cases,
        counted=True,
        events=events if countable else None,
        expected=limit * cases if countable else None,
        expected_before=limit * exposed if countable else None,
        share=share,
    )


def _guardrail(
    halves: Halves,
    known: Bools,
    chart: ControlChart,
    watched: LimitCusum | None,
    limit: float,
    way: ImprovementDirection,
    level: float,
) -> Guardrail:
    now = level_since(halves, level=level)
    if now.points == 0:
        reason = Remark("no_after", "No points since go-live yet.", {"limit": limit})
        return Guardrail(GuardrailState.NO_DATA, limit, now, None, None, reason)
    place = np.flatnonzero(known)
    values = halves.after[0][place]
    last = float(values[-1])
    facts: dict[str, object] = {"limit": limit, "last": last, "estimate": now.estimate}

    def found(state: GuardrailState, code: str, text: str, **more: Any) -> Guardrail:
        rail = Guardrail(state, limit, now, last, None, Remark(code, text, facts))
        if watched is not None:
            rail = replace(rail, run_length=watched.run_length, times=watched.times)
            found_after = None if watched.rare else delay(watched.h)
            rail = replace(rail, delay=found_after, boundary=watched.h)
        return replace(rail, **more)

    if watched is not None and watched.signals[-1]:
        quiet = np.flatnonzero(~watched.signals)
        since = int(quiet[-1]) + 1 if len(quiet) else 0
        began = int(watched.onset[-1])
        weights = halves.weight_after[0][place][began:]
        return found(
            GuardrailState.BREACHED,
            "beyond",
            "Beyond the limit, by a rule that was set beforehand.",
            since=int(place[since]),
            began=int(place[began]),
            beyond=float(np.average(values[began:], weights=weights)),
        )
    if (turned := _turned(chart, known, limit, way)) is not None:
        text = "The last point is beyond the limit, and unusual."
        return found(GuardrailState.LOOK, "turned", text, since=turned)
    if _beyond(last, limit, way) or _beyond(now.estimate, limit, way):
        text = "Beyond the limit, and usual variation could be all of it."
        return found(GuardrailState.NEAR, "near", text)
    return found(GuardrailState.WITHIN, "within", "Within the limit.")


def _beyond(value: float | None, limit: float, way: ImprovementDirection) -> bool:
    return value is not None and (
        value > limit if way is ImprovementDirection.LOWER else value < limit
    )


def _turned(
    chart: ControlChart, known: Bools, limit: float, way: ImprovementDirection
) -> int | None:
    """Where the last points are beyond the limit and signals of concern: since which of them."""
    if chart.baseline[0] < MIN_POINTS_OF_A_LEVEL:
        return None
    place = np.flatnonzero(known)
    start = chart.values.shape[1] - len(known)
    values = chart.values[0, start:][place]
    bad = 1 if way is ImprovementDirection.LOWER else -1
    concern = rules.mdc(chart).way[0, start:][place] == bad
    beyond = values > limit if way is ImprovementDirection.LOWER else values < limit
    signals = concern & beyond
    if not signals[-1]:
        return None
    quiet = np.flatnonzero(~signals)
    return int(place[int(quiet[-1]) + 1 if len(quiet) else 0])
