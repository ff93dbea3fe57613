"""Weeks to an answer: how long a pilot must run, judged from its own weekly baseline.

The comparison is the one that the product makes (`effects`): the weeks since go-live against the
baseline. The baseline's own uncertainty stays, however long the pilot runs: a change below it is
never found, and that is said. Level, spread between weeks and likeness of neighbouring weeks are
those of the baseline; the variance is multiplied by (1+r)/(1−r) for a lag-1 autocorrelation r.

"any_time" (default): the confidence sequence of the product, read every week up to half a year,
then less often; the chance of having excluded no change by a week comes from the recursive
integration of `group_sequential`, with the spread known and the interval as much wider as the
neighbours of such a series look alike by chance (simulated pilots find the change within three
points of the plan). "once": a single test at the end of the last week, t for weekly values or where
weeks differ by more than sampling brings, z otherwise.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.before_after import (
    effect_half_width,
    halves_of_proportions,
    halves_of_rates,
    halves_of_values,
)
from pilots.statistics.group_sequential import exit_probabilities
from pilots.statistics.planning.baseline import (
    Baseline,
    check_levels,
    one_series,
    ready,
    units_a_week,
    warnings_of,
)
from pilots.statistics.planning.plan import check_power, check_test
from pilots.statistics.series import Floats, Remark

Reading = Literal["any_time", "once"]
MIN_AFTER = 4
# Standard errors beyond which a change is certain to have been found.
CERTAIN = 12.0

AS_BEFORE = Remark(
    "as_before",
    "The weeks since go-live are taken to be like those of the baseline: as many units, as much"
    " spread, as alike from week to week.",
)
BEFORE_AFTER = Remark(
    "before_after",
    "Weeks since go-live are compared with the baseline, so whatever else changes at go-live counts"
    " as the change.",
)


@dataclass(frozen=True, eq=False)
class WeeksPlan:
    """Weeks since go-live for each change, in the order given.

    `weeks` is NaN where the power is not reached within `horizon`, and `refused` says why, by the
    place of the change. `power` (changes, read weeks) is the chance of an answer by each of the
    weeks in `read`. `spread`: standard deviation of weekly values around the level, or the
    dispersion of weekly counts (1: no more than sampling brings). `per_week`: units or exposure of
    an average week, None for values.
    """

    change: Floats
    weeks: Floats
    read: Floats
    power: Floats
    level: float
    spread: float
    autocorrelation: float
    per_week: float | None
    baseline_weeks: int
    wanted: float
    alpha: float
    horizon: int
    method: str
    assumptions: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    refused: dict[int, Remark] = field(default_factory=dict)


def weeks_for_values(
    baseline: ArrayLike,
    change: ArrayLike,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    reading: Reading = "any_time",
    horizon: int = 104,
) -> WeeksPlan:
    """How many weeks until a change of mean weekly values is found.

    baseline: weekly values, (weeks,), NaN where missing. change: one or more, in the unit of the
    values, with sign. `Refusal`: fewer than 8 weeks, no variation, or neighbours too alike
    (autocorrelation 0.7 or more).

    >>> import numpy as np
    >>> baseline = 20 + np.array([0, 1, -1, 2, -2, 1, 0, -1, 1, -1, 2, -2, 0, 1, -1, 0])
    >>> weeks_for_values(baseline, [1.5, 2], reading="once").weeks.tolist()
    [10.0, 5.0]
    """
    values = one_series(baseline)
    halves = halves_of_values(values, [np.nan])
    return _plan(ready(halves, "values", None), change, power, alpha, reading, horizon)


def weeks_for_proportions(
    numerators: ArrayLike,
    denominators: ArrayLike,
    change: ArrayLike,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    reading: Reading = "any_time",
    horizon: int = 104,
) -> WeeksPlan:
    """How many weeks until a change of a proportion is found.

    numerators, denominators: weekly, (weeks,); denominators are independent units. change: in
    proportions (−0.05 is five points down). Refuses as `weeks_for_values`, and with fewer than ten
    events or non-events.

    >>> plan = weeks_for_proportions([12, 9, 11, 8, 10, 12, 9, 11] * 2, [50] * 16, -0.08)
    >>> int(plan.weeks[0])
    12
    """
    x, n = one_series(numerators), one_series(denominators)
    halves = halves_of_proportions(x, n, [np.nan], [np.nan])
    return _plan(
        ready(halves, "proportions", units_a_week(x, n)), change, power, alpha, reading, horizon
    )


def weeks_for_rates(
    counts: ArrayLike,
    exposures: ArrayLike,
    change: ArrayLike,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    reading: Reading = "any_time",
    horizon: int = 104,
) -> WeeksPlan:
    """How many weeks until a change of a rate of events per unit of exposure is found.

    counts, exposures: weekly, (weeks,). change: in events per unit of exposure. Refuses as
    `weeks_for_values`, and with fewer than ten events.

    >>> plan = weeks_for_rates([6, 4, 5, 7, 3, 5, 6, 4] * 2, [100] * 16, -0.02, reading="once")
    >>> int(plan.weeks[0])
    16
    """
    x, t = one_series(counts), one_series(exposures)
    halves = halves_of_rates(x, t, [np.nan], [np.nan])
    return _plan(ready(halves, "rates", units_a_week(x, t)), change, power, alpha, reading, horizon)


def _plan(
    baseline: Baseline,
    change: ArrayLike,
    power: float,
    alpha: float,
    reading: Reading,
    horizon: int,
) -> WeeksPlan:
    check_test(alpha, 2)
    check_power(power, alpha, 2)
    if not MIN_AFTER <= horizon <= 520:
        raise ValueError(f"A horizon of {MIN_AFTER} to 520 weeks, not {horizon}.")
    changes = np.atleast_1d(np.asarray(change, dtype=np.float64))
    if changes.ndim != 1 or not np.isfinite(changes).all() or (changes == 0).any():
        raise ValueError("Give one or more changes, none of them zero or missing.")
    check_levels(baseline, changes)
    if reading == "once":
        read = np.arange(MIN_AFTER, horizon + 1, dtype=np.float64)
        table = np.stack([_once(baseline, c, read, alpha) for c in changes])
    elif reading == "any_time":
        read = _looks(horizon)
        table = np.stack([_any_time(baseline, c, read, alpha) for c in changes])
    else:
        raise ValueError(f"A plan is read any_time or once, not {reading!r}.")
    reached = table >= power
    weeks = np.where(reached.any(axis=1), read[reached.argmax(axis=1)], np.nan)
    refused = {
        place: _never(baseline, changes[place], table[place, -1], power, horizon)
        for place in np.flatnonzero(np.isnan(weeks)).tolist()
    }
    r = float(baseline.fit.autocorrelation[0])
    return WeeksPlan(
        change=changes,
        weeks=weeks,
        read=read,
        power=table,
        level=baseline.level,
        spread=float(np.sqrt(baseline.square)),
        autocorrelation=r,
        per_week=baseline.per_week,
        baseline_weeks=baseline.points,
        wanted=power,
        alpha=alpha,
        horizon=horizon,
        method="Single test" if reading == "once" else f"Anytime-valid {1 - alpha:.0%}",
        assumptions=(BEFORE_AFTER, AS_BEFORE),
        warnings=warnings_of(baseline),
        refused=refused,
    )


def _once(baseline: Baseline, change: float, read: Floats, alpha: float) -> Floats:
    """The power of a single test after each number of weeks."""
    from scipy.special import nctdtr, ndtr, ndtri, stdtrit

    counted = baseline.halves.counted
    square = baseline.at_least_sampling
    sampling = float(baseline.fit.variance_before[0]) + baseline.after(change, read)
    shift = np.minimum(abs(change) / np.sqrt(square * baseline.widening * sampling), 35.0)
    if counted and baseline.square <= 1:
        return ndtr(shift + ndtri(alpha / 2))
    degrees = baseline.points + read - 2
    return 1 - nctdtr(degrees, shift, -stdtrit(degrees, alpha / 2))


def _any_time(baseline: Baseline, change: float, read: Floats, alpha: float) -> Floats:
    """The chance that the confidence sequence has excluded no change by each week."""
    fit, count = baseline.fit, len(read)
    sampling_after = baseline.after(change, read)
    planned = replace(
        fit,
        variance_before=np.repeat(fit.variance_before, count),
        variance_after=sampling_after,
        residual=baseline.square * (baseline.points + read - 2),
        points_before=np.repeat(fit.points_before, count),
        points_after=read,
        autocorrelation=np.zeros(count),
        uneven=np.ones(count),
    )
    half = effect_half_width(baseline.halves, planned, alpha=alpha)
    alike = max(float(fit.autocorrelation[0]), 0.0)
    half = half * _chance_widening(alike, baseline.points + read)
    square = baseline.at_least_sampling
    variance = square * baseline.widening * (planned.variance_before + sampling_after)
    # Past the week when it is certain nothing more is asked.
    sure = abs(change) / np.sqrt(variance) - half / np.sqrt(variance) > CERTAIN
    stop = int(sure.argmax()) if sure.any() else count
    found = np.ones(count)
    if stop:
        bound = (half / np.sqrt(variance))[:stop]
        exits = exit_probabilities(bound, 1 / variance[:stop], lower=-bound, drift=abs(change))
        found[:stop] = np.cumsum(exits.upper)
    return found


def _chance_widening(r: float, points: Floats) -> Floats:
    """How much wider intervals are on average for the likeness of neighbours that they will see.

    The estimated autocorrelation is about normal around r with variance (1 − r²)/points, and only
    what is above zero widens.
    """
    x, w = np.polynomial.hermite_e.hermegauss(31)
    spread = np.sqrt((1 - r**2) / points)
    seen = np.clip(r + spread[:, np.newaxis] * x, 0.0, 0.95)
    widening: Floats = (np.sqrt((1 + seen) / (1 - seen)) @ w) / w.sum()
    return widening


def _looks(horizon: int) -> Floats:
    """Every week for half a year, every other to a year, every fourth to two, then by quarters."""
    weeks = [
        *range(MIN_AFTER, 27),
        *range(28, 53, 2),
        *range(56, 105, 4),
        *range(117, 521, 13),
    ]
    return np.array([week for week in weeks if week <= horizon], dtype=np.float64)


def _never(baseline: Baseline, change: float, reached: float, power: float, horizon: int) -> Remark:
    square = baseline.at_least_sampling
    error = float(np.sqrt(square * baseline.widening * float(baseline.fit.variance_before[0])))
    return Remark(
        "beyond_horizon",
        f"A change of {change:g} is found within {horizon} weeks with a chance of {reached:.0%}"
        f" only, short of {power:.0%}. The baseline alone is uncertain by {error:.3g} (standard"
        " error); a longer one, a larger change or a comparison group would help.",
        {"change": float(change), "power": float(reached), "error_of_baseline": error},
    )
