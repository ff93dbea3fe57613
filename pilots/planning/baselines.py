"""What the numbers from before say of how a metric will behave: level, spread, likeness of neighbours, season.

Pure. A baseline that cannot carry a plan is refused with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from pilots.connectors.measurement import Cadence
from pilots.evidence.designs import EvidenceDesign, chosen
from pilots.evidence.numbers import SeriesPlan
from pilots.metrics.series import Series
from pilots.planning.simulation import HORIZON, Process
from pilots.statistics.before_after import (
    Halves,
    fit_of,
    halves_of_proportions,
    halves_of_values,
)
from pilots.statistics.effects import MIN_EVENTS, TOO_ALIKE
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Bools, Floats, Refusal

# A season is looked for in so much history, and no less.
TWO_YEARS = {"day": 730, "week": 104, "month": 24}
YEAR_IN_DAYS = 365.25
A_YEAR = {"day": YEAR_IN_DAYS, "week": YEAR_IN_DAYS / 7, "month": 12.0}
# F(2, n) at one in a hundred, for n of two years of months and above.
SEASON_SEEN = 5.8
MOST_ALIKE = 0.9


@dataclass(frozen=True)
class PlanBaseline:
    """A baseline as a plan needs it.

    `periods`: of its points, first those that are known, then `to_come` ones of a planned window that ends
    later. `spread`: the standard deviation of its points, in the unit of the metric. `season`: how far the
    season takes the level up and down, None where the history is too short to tell, 0 where none is seen.
    `drifts`: the t value of a straight line through it.
    """

    process: Process
    known: int
    to_come: int
    cases: float | None
    spread: float
    alike: float
    season: float | None
    history: int
    drifts: float


def baseline_of(
    series: Series,
    question: SeriesPlan,
    *,
    starts: date | None,
    today: date,
    compared: bool = True,
) -> PlanBaseline:
    """What is known of the metric before its pilot starts.

    `Refusal` with few_points, few_events, no_variation or autocorrelated, as the verdict would later refuse.
    Where nothing is compared with it, as by a guardrail that is held against its limit, few events and
    neighbours that are alike are no reason.
    """
    cadence = Cadence(question.cadence)
    window = window_of(series, question)
    values = series.values[window]
    known = int(np.isfinite(values).sum())
    if known < MIN_POINTS_OF_A_LEVEL:
        raise Refusal(
            "few_points",
            f"{known} points of a baseline; it takes {MIN_POINTS_OF_A_LEVEL}.",
            points=known,
            needed=MIN_POINTS_OF_A_LEVEL,
        )
    halves = _halves(series, question, window)
    if compared and halves.events is not None and halves.non_events is not None:
        fewest = min(float(halves.events[0]), float(halves.non_events[0]))
        if fewest < MIN_EVENTS:
            raise Refusal(
                "few_events", f"{fewest:.0f} events.", events=round(fewest), needed=MIN_EVENTS
            )
    there = np.isfinite(series.values)
    when = [series.periods[place] for place in np.flatnonzero(window & there).tolist()]
    to_come = _to_come(series, question, cadence, starts)
    season, swing = _season(series, question)
    if season is not None:
        halves = replace(halves, before=halves.before - _added(season, series, window))
    fit = fit_of(halves)
    if not halves.counted and fit.residual[0] == 0:
        raise Refusal("no_variation", "Every point has the same value.")
    alike = float(fit.autocorrelation[0])
    by_history = _history(series, question, starts) if compared else 0
    if compared and not by_history and alike >= TOO_ALIKE:
        raise Refusal("autocorrelated", f"Autocorrelation {alike:.1f}.", autocorrelation=alike)
    cases = _cases(series, question, window)
    spread, own_alike = _spread(halves, float(fit.residual[0]), alike, cases)
    level = float(fit.mean_before[0])
    first = max(starts or today, today)
    after = _from(cadence, first, HORIZON)
    scale = level * (1 - level) if question.proportion else 1.0
    process = Process(
        proportion=question.proportion,
        level=level,
        spread=spread,
        alike=own_alike,
        points=(by_history or known) + len(to_come),
        cases=tuple(cases),
        # Its own history takes the season out again.
        season_before=() if by_history else _of(season, [*when, *to_come], scale),
        season_after=() if by_history else _of(season, after, scale),
        a_year=A_YEAR[question.cadence] if by_history else 0.0,
    )
    return PlanBaseline(
        process=process,
        known=known,
        to_come=len(to_come),
        cases=sum(cases) / len(cases) if cases else None,
        spread=float(np.nanstd(values, ddof=1)),
        alike=alike,
        season=swing,
        history=int(there.sum()),
        drifts=float(fit.slope[0]),
    )


def _history(series: Series, question: SeriesPlan, starts: date | None) -> int:
    """The points of its own history that it will be judged by, 0 where before and after are compared."""
    asked = question if starts is None else replace(question, live_on=starts)
    found = chosen(series, asked, None, None)
    return found.known if found.design is EvidenceDesign.INTERRUPTED else 0


def window_of(series: Series, question: SeriesPlan) -> Bools:
    """The points of the planned window, or all where none is planned."""
    periods = np.array(series.periods, dtype="datetime64[D]")
    inside = np.ones(len(series), dtype=bool)
    if question.baseline_from is not None and question.baseline_until is not None:
        inside &= periods >= np.datetime64(question.baseline_from)
        inside &= periods < np.datetime64(question.baseline_until)
    return inside


def _halves(series: Series, question: SeriesPlan, window: Bools) -> Halves:
    nothing = np.array([np.nan])
    if question.proportion:
        assert series.numerators is not None and series.denominators is not None
        return halves_of_proportions(
            series.numerators[window], series.denominators[window], nothing, nothing
        )
    return halves_of_values(series.values[window], nothing)


def _cases(series: Series, question: SeriesPlan, window: Bools) -> list[float]:
    """Of how many cases each point is, where it is known of all."""
    column = series.denominators if question.proportion else series.n
    assert column is not None
    there = window & np.isfinite(series.values)
    cases: Floats = column[there]
    return cases.tolist() if len(cases) and bool((cases > 0).all()) else []


def _spread(
    halves: Halves, squares: float, alike: float, cases: Sequence[float]
) -> tuple[float, float]:
    """What points differ by beyond sampling, and how alike neighbours are in that.

    Of a proportion: by the method of moments (DerSimonian and Laird, Controlled Clinical Trials 7 (1986)
    177), on the log-odds scale; sampling hides its likeness, which is seen again where it is divided by the
    share of the variance that is not sampling. Any likeness above zero counts: counted only where it is
    clear, plans of twelve weeks promised 45 % where pilots had 28 (`bench.simulate foreseen`).
    """
    there = np.isfinite(halves.before[0])
    points = int(there.sum())
    seen = min(max(alike, 0.0), MOST_ALIKE)
    if not halves.counted:
        rest = halves.before[0][there]
        of_one = (
            squares if not cases else float((np.array(cases) * (rest - rest.mean()) ** 2).sum())
        )
        return math.sqrt(of_one / (points - 1) / _left(seen, points)), seen
    weight = halves.weight_before[0][there]
    room = float(weight.sum() - (weight**2).sum() / weight.sum())
    between = max(squares - (points - 1), 0.0) / room
    if between == 0:
        return 0.0, 0.0
    # The weights are n / (p (1 − p)): on the scale of the log odds a share's step is p (1 − p).
    variance = float(np.average(np.array(cases) / weight))
    own = between / (between + 1 / float(weight.mean()))
    seen = min(seen / own, MOST_ALIKE)
    return math.sqrt(between / _left(seen, points)) / variance, seen


def _left(r: float, points: int) -> float:
    """What the spread around their own mean is of the spread of points whose neighbours are alike, over what
    it is of points that are not: the mean follows a slow process."""
    k = np.arange(1, points)
    of_the_mean = (1 + 2 * float(((1 - k / points) * r**k).sum())) / points
    return max((1 - of_the_mean) / (1 - 1 / points), 0.2)


def _to_come(
    series: Series, question: SeriesPlan, cadence: Cadence, starts: date | None
) -> list[date]:
    """Periods of the planned window after the last number: they will be pulled before the start."""
    last = series.last_period
    if last is None or question.baseline_until is None:
        return []
    end = min(question.baseline_until, starts or question.baseline_until)
    found, period = [], cadence.next(cadence.starts(last))
    while cadence.next(period) <= end:
        found.append(period)
        period = cadence.next(period)
    return found


def _season(
    series: Series, question: SeriesPlan
) -> tuple[tuple[float, float] | None, float | None]:
    """The yearly wave in the whole history, as what its cosine and sine add, and how far it swings; no wave
    where none is clear beyond chance and the likeness of neighbours."""
    there = np.isfinite(series.values)
    if there.sum() < TWO_YEARS[question.cadence]:
        return None, None
    y = series.values[there]
    weight = np.ones(len(y))
    if question.proportion and series.denominators is not None:
        weight = series.denominators[there]
    angle = _angles([series.periods[place] for place in np.flatnonzero(there).tolist()])
    columns = np.column_stack([np.ones(len(y)), np.cos(angle), np.sin(angle)])
    root = np.sqrt(weight)
    fitted, *_rest = np.linalg.lstsq(columns * root[:, np.newaxis], y * root, rcond=None)
    rest = (y - columns @ fitted) * root
    flat = (y - np.average(y, weights=weight)) * root
    left = float((rest**2).sum())
    if left <= 0:
        return None, 0.0
    alike = float(np.clip((rest[1:] * rest[:-1]).sum() / left, 0.0, MOST_ALIKE))
    ratio = (float((flat**2).sum()) - left) / 2 / (left / (len(y) - 3))
    if ratio * (1 - alike) / (1 + alike) < SEASON_SEEN:
        return None, 0.0
    wave = float(fitted[1]), float(fitted[2])
    return wave, math.hypot(*wave)


def _angles(days: Sequence[date]) -> Floats:
    return np.array([2 * math.pi * day.toordinal() / YEAR_IN_DAYS for day in days])


def _added(season: tuple[float, float], series: Series, window: Bools) -> Floats:
    """What the season adds to the points of the window, around its mean there."""
    days = [series.periods[place] for place in np.flatnonzero(window).tolist()]
    wave = season[0] * np.cos(_angles(days)) + season[1] * np.sin(_angles(days))
    centred: Floats = (wave - wave.mean())[np.newaxis, :]
    return centred


def _of(
    season: tuple[float, float] | None, days: Sequence[date], scale: float
) -> tuple[float, ...]:
    if season is None or not days:
        return ()
    wave = season[0] * np.cos(_angles(days)) + season[1] * np.sin(_angles(days))
    return tuple((wave / scale).tolist())


def _from(cadence: Cadence, first: date, count: int) -> list[date]:
    """So many periods from the first whole one on."""
    period = cadence.starts(first)
    if period < first:
        period = cadence.next(period)
    found = []
    for _number in range(count):
        found.append(period)
        period = cadence.next(period)
    return found
