"""A verdict in one word, and guardrails.

The verdict reads the interval of an effect, never its point alone, and never the absence of
evidence as evidence of no harm: "no harm shown" needs a margin agreed beforehand, and the whole
interval on the right side of it (the non-inferiority reading of `margins`).

A guardrail is a limit the level since go-live must not pass. It speaks with two voices. A harm
signal is designed: a CUSUM against the limit (`monitoring.limit_cusum`), which a process at its
limit sets off in one year of twenty, and one inside it far less often. "Look at this" is a signal
of the chart, the last point beyond the limit and unusual against the baseline: a reason to look,
and never a verdict, for on stable processes it came in 16 to 78 years of a hundred (simulated,
2026-11).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics import charts, rules
from pilots.statistics.analysis import (
    Fitted,
    Ints,
    Plans,
    fitted_proportions,
    fitted_values,
)
from pilots.statistics.before_after import without_cases
from pilots.statistics.charts import ControlChart
from pilots.statistics.effects import Effect, Level, Levels
from pilots.statistics.margins import NON_INFERIOR, SUPERIOR, findings
from pilots.statistics.monitoring.limit_cusum import (
    LastLook,
    LimitCusum,
    Points,
    Watched,
    delay,
    limit_cusum,
    limit_cusums,
)
from pilots.statistics.rules import ImprovementDirection
from pilots.statistics.series import (
    MIN_POINTS_OF_A_LEVEL,
    Bools,
    Floats,
    Remark,
    as_table,
    the_first,
    to_the_left,
)

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
    values, plans = _side_by_side(before, after, level)
    return guardrails_of_values(
        values,
        plans,
        fitted_values(values, np.full(values.shape, np.nan), plans),
        limits=np.array([limit], dtype=np.float64),
        direction=direction,
        looks_a_year=looks_a_year,
    )[0]


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
    over, plans = _side_by_side(numerators_before, numerators_after, level)
    under, _plans = _side_by_side(denominators_before, denominators_after, level)
    return guardrails_of_proportions(
        over,
        under,
        plans,
        fitted_proportions(over, under, plans),
        limits=np.array([limit], dtype=np.float64),
        direction=direction,
        looks_a_year=looks_a_year,
    )[0]


def guardrails_of_values(
    values: Floats,
    plans: Plans,
    fitted: Fitted,
    *,
    limits: Floats,
    direction: str,
    looks_a_year: int,
) -> list[Guardrail]:
    """`guardrail_of_values` of many series that share a direction and a rhythm, each with a limit of
    its own, the interval at the level of its plan. Points of neither half are NaN. `fitted` is that
    of `fitted_values`; how many cases stand behind a value is not asked here."""
    way = _way(direction)
    sign = 1.0 if way is ImprovementDirection.LOWER else -1.0
    known = np.isfinite(values) & (plans.before | plans.after)
    excess = to_the_left(sign * (values - limits[:, np.newaxis]), known)
    watched = Watched(
        excess,
        np.where(np.isfinite(excess), 1.0, np.nan),
        (known & plans.before).sum(axis=1),
        known.sum(axis=1),
        counted=False,
        events=None,
        expected=None,
        share=np.full(len(values), np.nan),
    )

    def chart(rows: Ints, baseline: Bools) -> ControlChart:
        return charts.xmr(values[rows], baseline=baseline)

    found = limit_cusums(watched, looks_a_year=looks_a_year)
    return _guardrails(chart, plans, without_cases(*fitted), found, limits, way)


def guardrails_of_proportions(
    numerators: Floats,
    denominators: Floats,
    plans: Plans,
    fitted: Fitted,
    *,
    limits: Floats,
    direction: str,
    looks_a_year: int,
) -> list[Guardrail]:
    """`guardrail_of_proportions` of many series, as `guardrails_of_values`; `fitted` is that of
    `fitted_proportions`."""
    way = _way(direction)
    ceiling = way is ImprovementDirection.LOWER
    # What is bad is counted: those who have it, or those who lack what is good.
    bad = limits if ceiling else 1 - limits
    found: list[LastLook | None] = [None] * len(bad)
    rows = np.flatnonzero(bad < 1)
    if len(rows):
        under, some, share = denominators[rows], plans.of(rows), np.maximum(bad[rows], 0.0)
        over = numerators[rows] if ceiling else under - numerators[rows]
        watched = _counted(over, under, some, share)
        looks = limit_cusums(watched, looks_a_year=looks_a_year)
        for row, look in zip(rows.tolist(), looks, strict=True):
            found[row] = look

    def chart(rows: Ints, baseline: Bools) -> ControlChart:
        return charts.p_chart(numerators[rows], denominators[rows], baseline=baseline)

    return _guardrails(chart, plans, fitted, found, limits, way)


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
        _points(counts, bad),
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


def _points(counts: list[tuple[Floats, Floats]], limit: float) -> Points:
    """Counts of what is bad and cases of both halves against the share that is the limit."""
    (earlier, exposed), (events, cases) = counts
    variance = limit * (1 - limit)
    return Points(
        earlier / exposed - limit,
        events / cases - limit,
        variance / exposed,
        variance / cases,
        counted=True,
        events=events,
        expected=limit * cases,
        expected_before=limit * exposed,
        share=limit,
    )


def _side_by_side(before: ArrayLike, after: ArrayLike, level: float) -> tuple[Floats, Plans]:
    """One series from its two halves."""
    first, second = as_table(before), as_table(after)
    points = first.shape[1] + second.shape[1]
    plans = Plans(
        points=np.array([points]),
        window=np.arange(points)[np.newaxis] < first.shape[1],
        go_live=np.array([first.shape[1]]),
        target=np.array([np.nan]),
        level=np.array([level]),
        settle=np.array([0]),
    )
    return np.hstack((first, second)), plans


def _counted(over: Floats, under: Floats, plans: Plans, limits: Floats) -> Watched:
    """Counts of what is bad and cases against the share that is the limit of each series."""
    known = np.isfinite(over) & np.isfinite(under) & (under > 0) & (plans.before | plans.after)
    events, cases = to_the_left(over, known), to_the_left(under, known)
    limit = limits[:, np.newaxis]
    before = (known & plans.before).sum(axis=1)
    there = the_first(before, cases.shape[1])
    return Watched(
        events / cases - limit,
        limit * (1 - limit) / cases,
        before,
        known.sum(axis=1),
        counted=True,
        events=np.where(there, np.nan, events),
        expected=limit * cases,
        share=limits,
    )


def _guardrails(
    chart: Callable[[Ints, Bools], ControlChart],
    plans: Plans,
    fitted: Fitted,
    looks: Sequence[LastLook | None],
    limits: Floats,
    way: ImprovementDirection,
) -> list[Guardrail]:
    halves, fit = fitted
    levels = Levels(halves, fit, plans.level)
    known, values = np.isfinite(halves.after), halves.after
    found: dict[int, Guardrail] = {}
    quiet = []
    said = [levels.one(row) for row in range(len(limits))]
    for row, (now, look, limit) in enumerate(zip(said, looks, limits.tolist(), strict=True)):
        if now.points == 0:
            reason = Remark("no_after", "No points since go-live yet.", {"limit": limit})
            found[row] = Guardrail(GuardrailState.NO_DATA, limit, now, None, None, reason)
        elif look is not None and look.since is not None:
            place = np.flatnonzero(known[row])
            began = place[look.onset :]
            found[row] = _guardrail(
                GuardrailState.BREACHED, limit, now, float(values[row, place[-1]]), look,
                since=int(place[look.since] - plans.since[row]),
                began=int(began[0] - plans.since[row]),
                beyond=float(np.average(values[row, began], weights=halves.weight_after[row, began])),
            )  # fmt: skip
        else:
            quiet.append(row)
    rows = np.array(quiet, dtype=np.int64)
    last = _last(values[rows], known[rows])
    turned = _turned(
        chart, plans, known, values, rows[_beyond(last, limits[rows], way)], limits, way
    )
    for row, value in zip(quiet, last.tolist(), strict=True):
        now, look, limit = said[row], looks[row], float(limits[row])
        state, since = GuardrailState.WITHIN, None
        if row in turned:
            state, since = GuardrailState.LOOK, turned[row]
        elif _beyond(value, limit, way) or _beyond(now.estimate, limit, way):
            state = GuardrailState.NEAR
        found[row] = _guardrail(state, limit, now, value, look, since=since)
    return [found[row] for row in range(len(said))]


SAID = {
    GuardrailState.BREACHED: ("beyond", "Beyond the limit, by a rule that was set beforehand."),
    GuardrailState.LOOK: ("turned", "The last point is beyond the limit, and unusual."),
    GuardrailState.NEAR: ("near", "Beyond the limit, and usual variation could be all of it."),
    GuardrailState.WITHIN: ("within", "Within the limit."),
}


def _guardrail(
    state: GuardrailState,
    limit: float,
    now: Level,
    last: float,
    look: LastLook | None,
    *,
    since: int | None,
    began: int | None = None,
    beyond: float | None = None,
) -> Guardrail:
    facts = {"limit": limit, "last": last, "estimate": now.estimate}
    return Guardrail(
        state,
        limit,
        now,
        last,
        since,
        Remark(*SAID[state], facts),
        began=began,
        beyond=beyond,
        run_length=None if look is None else look.run_length,
        delay=None if look is None or look.rare else delay(look.h),
        times=None if look is None else look.times,
        boundary=None if look is None else look.h,
    )


def _last(values: Floats, known: Bools) -> Floats:
    """The last known value of each series, each of which has one."""
    if not len(values):
        return np.zeros(0)
    at = values.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    last: Floats = values[np.arange(len(values)), at]
    return last


@overload
def _beyond(value: float | None, limit: float, way: ImprovementDirection) -> bool: ...
@overload
def _beyond(value: Floats, limit: Floats, way: ImprovementDirection) -> Bools: ...
def _beyond(
    value: float | Floats | None, limit: float | Floats, way: ImprovementDirection
) -> bool | Bools:
    if value is None:
        return False
    return value > limit if way is ImprovementDirection.LOWER else value < limit


def _turned(
    chart: Callable[[Ints, Bools], ControlChart],
    plans: Plans,
    known: Bools,
    values: Floats,
    rows: Ints,
    limits: Floats,
    way: ImprovementDirection,
) -> dict[int, int]:
    """Of these series those whose last points are beyond the limit and signals of concern: since
    which of the points since go-live. Without a baseline, all points set the limits of the chart."""
    if not len(rows):
        return {}
    before = plans.before[rows]
    drawn = chart(rows, before | ~before.any(axis=1, keepdims=True))
    bad = 1 if way is ImprovementDirection.LOWER else -1
    concern = (rules.mdc(drawn).way == bad) & known[rows]
    signals: Bools = concern & _beyond(values[rows], limits[rows, np.newaxis], way)
    found = {}
    for place, row in enumerate(rows.tolist()):
        there = np.flatnonzero(known[row])
        of_one = signals[place, there]
        if drawn.baseline[place] < MIN_POINTS_OF_A_LEVEL or not of_one[-1]:
            continue
        quiet = np.flatnonzero(~of_one)
        first = int(quiet[-1]) + 1 if len(quiet) else 0
        found[row] = int(there[first] - plans.since[row])
    return found
