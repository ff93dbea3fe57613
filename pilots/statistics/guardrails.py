"""Guardrails: whether the level since go-live has gone beyond a limit it must not pass.

A guardrail speaks with two voices. A harm signal is designed: a CUSUM against the limit
(`monitoring.limit_cusum`), which a process at its limit sets off in one year of twenty, and one
inside it far less often. "Look at this" is a signal of the chart, the last point beyond the limit
and unusual against the baseline: a reason to look, and never a verdict, for on stable processes it
came in 16 to 78 years of a hundred (simulated, 2026-11).

Where the patients' risks are taken into account (`standardisation`), the limit is held against patients
with the usual risk. The variance is that of as many patients as there were, each with the mean of their
risks, never less than that of patients with unlike ones (Hoeffding, Annals of Mathematical Statistics 27
(1956) 713). A CUSUM of such: Grigg and Spiegelhalter, JASA 102 (2007) 140.
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
    fitted_rates,
    fitted_values,
)
from pilots.statistics.before_after import of_rows, without_cases
from pilots.statistics.charts import ControlChart
from pilots.statistics.effects import Level, Levels
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
from pilots.statistics.standardisation import standardised

# Weeks, unless the caller says otherwise.
LOOKS_A_YEAR = 52
MOST_LET_PASS = 0.95


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
    expected: tuple[ArrayLike, ArrayLike] | None = None,
) -> Guardrail:
    """A guardrail on a proportion; `expected`: how many the risks of the patients let expect, before and
    after, which are taken into account where they can be."""
    over, plans = _side_by_side(numerators_before, numerators_after, level)
    under, _plans = _side_by_side(denominators_before, denominators_after, level)
    patients = None
    if expected is not None:
        risks, _plans = _side_by_side(*expected, level)
        found = standardised(over, under, risks, plans, direction=direction)
        patients = found.patients if found.rows.any() else None
    return guardrails_of_proportions(
        over,
        under,
        plans,
        fitted_proportions(over, under, plans)
        if patients is None
        else fitted_proportions(over, patients, plans, cases=under),
        limits=np.array([limit], dtype=np.float64),
        direction=direction,
        looks_a_year=looks_a_year,
        patients=patients,
    )[0]


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
    """A guardrail on events per exposure; `limit` is per one of the exposure."""
    counts, plans = _side_by_side(counts_before, counts_after, level)
    exposures, _plans = _side_by_side(exposures_before, exposures_after, level)
    return guardrails_of_rates(
        counts,
        exposures,
        plans,
        fitted_rates(counts, exposures, plans),
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
    patients: Floats | None = None,
) -> list[Guardrail]:
    """`guardrail_of_proportions` of many series, as `guardrails_of_values`; `fitted` is that of
    `fitted_proportions`. `patients`: how many with the usual risk there were, in the rows of those whose
    patients' risks are taken into account, which `fitted` is of then; NaN in the others."""
    way = _way(direction)
    if patients is not None:
        return _with_risks(
            numerators, denominators, patients, plans, fitted, limits, direction, looks_a_year
        )
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


def guardrails_of_rates(
    counts: Floats,
    exposures: Floats,
    plans: Plans,
    fitted: Fitted,
    *,
    limits: Floats,
    direction: str,
    looks_a_year: int,
) -> list[Guardrail]:
    """`guardrail_of_rates` of many series, as `guardrails_of_values`; `fitted` is that of
    `fitted_rates`. What should stay low may be so rare that its events are followed one by one; of
    what should stay high too few are never a few."""
    way = _way(direction)
    limits = np.maximum(limits, 0.0)
    watched = _rates(counts, exposures, plans, limits, way)
    looks: list[LastLook | None] = [None] * len(limits)
    # Of what should be many no number is too few where none at all is allowed.
    rows = np.flatnonzero((limits > 0) | (way is ImprovementDirection.LOWER))
    if len(rows):
        of_rows_ = watched if len(rows) == len(limits) else watched.of(rows)
        for row, look in zip(
            rows.tolist(), limit_cusums(of_rows_, looks_a_year=looks_a_year), strict=True
        ):
            looks[row] = look

    def chart(rows: Ints, baseline: Bools) -> ControlChart:
        return charts.u_chart(counts[rows], exposures[rows], baseline=baseline)

    return _guardrails(chart, plans, fitted, looks, limits, way)


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


def _with_risks(
    numerators: Floats,
    denominators: Floats,
    patients: Floats,
    plans: Plans,
    fitted: Fitted,
    limits: Floats,
    direction: str,
    looks_a_year: int,
) -> list[Guardrail]:
    """Those whose patients' risks are taken into account by them, the others without."""
    adjusted: Bools = np.any(np.isfinite(patients), axis=1)
    found: dict[int, Guardrail] = {}
    for rows in (np.flatnonzero(adjusted), np.flatnonzero(~adjusted)):
        if not len(rows):
            continue
        columns = numerators[rows], denominators[rows]
        some, of_some = plans.of(rows), of_rows(*fitted, rows)
        if adjusted[rows[0]]:
            rails = _standardised(
                *columns, patients[rows], some, of_some, limits[rows], looks_a_year
            )
        else:
            rails = guardrails_of_proportions(
                *columns, some, of_some, limits=limits[rows], direction=direction,
                looks_a_year=looks_a_year,
            )  # fmt: skip
        found |= zip(rows.tolist(), rails, strict=True)
    return [found[row] for row in range(len(limits))]


def _standardised(
    events: Floats,
    cases: Floats,
    patients: Floats,
    plans: Plans,
    fitted: Fitted,
    limits: Floats,
    looks_a_year: int,
) -> list[Guardrail]:
    """Guardrails of what should stay low, among so many patients with the usual risk."""
    known = np.isfinite(events) & np.isfinite(patients) & (plans.before | plans.after)
    limit = limits[:, np.newaxis]
    before = (known & plans.before).sum(axis=1)
    counts, under = to_the_left(events, known), to_the_left(patients, known)
    # Of each period's own patients the limit lets so many have it; where that is all of them, none can
    # be beyond it, and how much they vary does not matter.
    let_pass = np.minimum(limit * under / to_the_left(cases, known), MOST_LET_PASS)
    watched = Watched(
        counts / under - limit,
        limit * (1 - let_pass) / under,
        before,
        known.sum(axis=1),
        counted=True,
        events=np.where(the_first(before, under.shape[1]), np.nan, counts),
        expected=limit * under,
        share=limits,
    )

    def chart(rows: Ints, baseline: Bools) -> ControlChart:
        return charts.u_chart(events[rows], patients[rows], baseline=baseline)

    looks = limit_cusums(watched, looks_a_year=looks_a_year)
    return _guardrails(chart, plans, fitted, looks, limits, ImprovementDirection.LOWER)


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


def _rates(
    counts: Floats, exposures: Floats, plans: Plans, limits: Floats, way: ImprovementDirection
) -> Watched:
    """Counts and exposures against the rate that is the limit of each series."""
    known = np.isfinite(counts) & np.isfinite(exposures) & (exposures > 0)
    known &= plans.before | plans.after
    events, under = to_the_left(counts, known), to_the_left(exposures, known)
    limit = limits[:, np.newaxis]
    before = (known & plans.before).sum(axis=1)
    there = the_first(before, under.shape[1])
    ceiling = way is ImprovementDirection.LOWER
    return Watched(
        (events / under - limit) * (1.0 if ceiling else -1.0),
        limit / under,
        before,
        known.sum(axis=1),
        counted=True,
        events=np.where(there, np.nan, events) if ceiling else None,
        expected=limit * under if ceiling else None,
        share=np.full(len(limits), np.nan),
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
