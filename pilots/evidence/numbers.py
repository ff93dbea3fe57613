"""What the statistics say about one metric: arrays in, a frozen result out, no words yet.

Pure: it knows neither the database nor the clock nor a language.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilots.evidence import designs
from pilots.evidence.designs import Chosen, EvidenceDesign
from pilots.metrics.series import Series
from pilots.statistics import before_after, effects, verdicts
from pilots.statistics.analysis import SeriesAnalysis, analyse_proportions, analyse_values
from pilots.statistics.effects import Effect, Level
from pilots.statistics.rules import ImprovementDirection
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL
from pilots.statistics.verdicts import Guardrail, Verdict

# How often a pilot without any effect may ever be told that it has one, over all of its metrics.
PILOTS_ERROR = 0.05
PRIMARYS_PART = 0.8
LOOKS_A_YEAR = {"day": 365, "week": 52, "month": 12}
# How many robust standard deviations a wild point is from the others of its side.
WILD = 6.0
# What rests on a comparison of before and after.
COMPARED = (Verdict.BETTER, Verdict.NO_HARM_SHOWN, Verdict.HARM_SIGNAL)
# A longer wait than this is not foretold.
FORESEEABLE = 104


@dataclass(frozen=True)
class SeriesPlan:
    """What is asked of a series: its plan, as far as the statistics need it."""

    proportion: bool
    cadence: str
    direction: str
    target: float | None = None
    limit: float | None = None
    margin: float | None = None
    baseline_from: date | None = None
    baseline_until: date | None = None
    live_on: date | None = None
    # Whether it is known that without the pilot it would have stayed as it was.
    steady: bool = False
    # The design that a person chose; empty: by the rules.
    design: str = ""
    # So many weeks after go-live belong to neither side: training, ramp-up.
    settling_weeks: int = 0
    # How sure its interval is: its part of the pilot's error (`level_of`).
    level: float = 1 - PILOTS_ERROR


@dataclass(frozen=True, eq=False)
class Numbers:
    """The answer. `analysis` is None where there is not a single point."""

    question: SeriesPlan
    series: Series
    go_live: int | None
    analysis: SeriesAnalysis | None
    design: Chosen
    # What its history leads to expect without the pilot, point by point; None where it cannot say.
    expected: NDArray[np.float64] | None
    baseline_points: int
    # A baseline is planned, and no number of it is known.
    baseline_missing: bool
    # From which point on all is counted as now, where some that it is compared with was not.
    counted_otherwise_until: int | None
    level: Level | None
    guardrail: Guardrail | None
    verdict: Verdict
    # A point far from all others of its side.
    wild: int | None = None

    @property
    def by_history(self) -> bool:
        """Whether its difference is that from what its own history leads to expect."""
        return self.expected is not None

    @property
    def effect(self) -> Effect | None:
        return None if self.analysis is None else self.analysis.effect

    @property
    def enough(self) -> bool:
        """Whether there are points enough for limits to mean anything."""
        return self.baseline_points >= MIN_POINTS_OF_A_LEVEL

    @property
    def has_limits(self) -> bool:
        """Whether there is anything to draw limits from."""
        return self.series.known >= MIN_POINTS_OF_A_LEVEL and self.baseline_points > 0

    @property
    def last(self) -> float | None:
        known = self.series.values[np.isfinite(self.series.values)]
        return float(known[-1]) if len(known) else None


def level_of(role: str, roles: Sequence[str], *, primary: str) -> float:
    """How sure the interval of a metric is, so that the error of the pilot's metrics together is
    kept (Bonferroni, weighted): four fifths of it are the primary's, the others share the rest.

    `roles`: those of all metrics of the pilot on which a verdict is given, this one's included.

    >>> [round(level_of(role, ["p", "g", "s"], primary="p"), 3) for role in "pgs"]
    [0.96, 0.995, 0.995]
    >>> level_of("p", ["p"], primary="p"), level_of("s", ["s", "s"], primary="p")
    (0.95, 0.975)
    """
    first = sum(one == primary for one in roles)
    rest = len(roles) - first
    if not first or not rest:
        return 1 - PILOTS_ERROR / max(len(roles), 1)
    part = PRIMARYS_PART / first if role == primary else (1 - PRIMARYS_PART) / rest
    return 1 - PILOTS_ERROR * part


def answer(
    series: Series, question: SeriesPlan, meanings: NDArray[np.int64] | None = None
) -> Numbers:
    """Chart, icons, effect, level, guardrail and verdict of one series. `meanings`: for each point
    a number that is the same where the same is counted; None where all of it is."""
    go_live = (
        None if question.live_on is None else series.position(question.live_on, question.cadence)
    )
    chosen = designs.chosen(series, question, go_live, _same(series, meanings))
    if series.known == 0:
        return Numbers(
            question, series, None, None, chosen, None, 0, False, None, None, None, Verdict.NO_DATA
        )
    since = settled_at(series, question, go_live)
    window, missing = baseline_of(series, question, go_live)
    settle = 0 if go_live is None or since is None else since - go_live
    if question.proportion:
        assert series.numerators is not None and series.denominators is not None
        analysis = analyse_proportions(
            series.numerators,
            series.denominators,
            direction=question.direction,
            baseline=window,
            go_live=go_live,
            settle=settle,
            target=question.target,
            level=question.level,
        )
    else:
        analysis = analyse_values(
            series.values,
            direction=question.direction,
            baseline=window,
            go_live=go_live,
            settle=settle,
            target=question.target,
            cases=series.n,
            level=question.level,
        )
    by_history = chosen.design is EvidenceDesign.INTERRUPTED
    compared_with = chosen.history if by_history else window
    otherwise = _counted_otherwise_until(series, meanings, compared_with, since)
    before, after = _halves(series, question, window, since, otherwise)
    level = effects.level_since(_halves_of(question, before, after), level=question.level)
    guardrail = None
    if go_live is not None:
        guardrail = _guardrail(question, *_halves(series, question, window, go_live, otherwise))
    expected = None
    if by_history and since is not None and analysis.effect is not None:
        compared = designs.interrupted(
            series, question, chosen.history, since, plain=analysis.effect
        )
        analysis, expected = replace(analysis, effect=compared.effect), compared.expected
    verdict = verdicts.verdict(
        analysis.effect,
        direction=question.direction,
        margin=question.margin,
        guardrail=guardrail,
        comparable=(question.steady or by_history) and otherwise is None,
    )
    points = int(np.isfinite(series.values[window]).sum())
    if verdict is Verdict.INCONCLUSIVE and not points and not missing and otherwise is None:
        reached = verdicts.target_reached(
            level, target=question.target, direction=question.direction
        )
        verdict = Verdict.TARGET_REACHED if reached else verdict
    wild = None if since is None else _wild(series, compared_with, since, expected)
    return Numbers(
        question, series, go_live, analysis, chosen, expected, points, missing, otherwise, level,
        guardrail, verdict, wild=wild,
    )  # fmt: skip


def settled_at(series: Series, question: SeriesPlan, go_live: int | None) -> int | None:
    """The first point that counts as after: the settling weeks belong to neither side."""
    if go_live is None or question.live_on is None or not question.settling_weeks:
        return go_live
    settled = question.live_on + timedelta(weeks=question.settling_weeks)
    return series.position(settled, question.cadence)


def _same(series: Series, meanings: NDArray[np.int64] | None) -> NDArray[np.bool_] | None:
    """Which points count what the last known one counts."""
    known = np.flatnonzero(np.isfinite(series.values))
    if meanings is None or not len(known):
        return None
    same: NDArray[np.bool_] = meanings == meanings[known[-1]]
    return same


def _wild(
    series: Series,
    window: NDArray[np.bool_],
    since: int,
    expected: NDArray[np.float64] | None,
) -> int | None:
    """The point that lies furthest from its own side, where that is further than WILD robust standard
    deviations (1.4826 times the median distance), in the size of its cases."""
    sizes = np.where(series.n > 0, series.n, np.nan)
    after = np.zeros(len(series), dtype=bool)
    after[since:] = True
    found, furthest = None, WILD
    for side in (window, after):
        place = np.flatnonzero(side & np.isfinite(series.values))
        if len(place) < MIN_POINTS_OF_A_LEVEL:
            continue
        rest = series.values[place] - (0.0 if expected is None else expected[place])
        rest = rest - np.median(rest)
        if np.isfinite(sizes[place]).all():
            rest = rest * np.sqrt(sizes[place])
        usual = 1.4826 * float(np.median(np.abs(rest)))
        if usual > 0 and (distance := float(np.abs(rest).max()) / usual) > furthest:
            found, furthest = int(place[int(np.abs(rest).argmax())]), distance
    return found


def baseline_of(
    series: Series, question: SeriesPlan, go_live: int | None
) -> tuple[NDArray[np.bool_], bool]:
    """The points that set the limits: those of the planned window before go-live, or all before it
    where none is planned, or all. And whether no number of a planned window is known: then nothing
    is compared with anything else instead, and until go-live all points set the limits."""
    end = len(series) if go_live is None else go_live
    window = np.zeros(len(series), dtype=bool)
    window[:end] = True
    if question.baseline_from is None or question.baseline_until is None:
        return window, False
    periods = np.array(series.periods, dtype="datetime64[D]")
    planned = window & (periods >= np.datetime64(question.baseline_from))
    planned &= periods < np.datetime64(question.baseline_until)
    missing = not np.isfinite(series.values[planned]).any()
    return (window if missing and go_live is None else planned), missing


def _counted_otherwise_until(
    series: Series,
    meanings: NDArray[np.int64] | None,
    window: NDArray[np.bool_],
    go_live: int | None,
) -> int | None:
    """From which point on all that is compared means the same; None where all of it does."""
    if meanings is None:
        return None
    used = window.copy()
    if go_live is not None:
        used[go_live:] = True
    used &= np.isfinite(series.values)
    place = np.flatnonzero(used)
    other = place[meanings[place] != meanings[place[-1]]] if len(place) else place
    return int(place[place > other[-1]][0]) if len(other) else None


def _halves(
    series: Series,
    question: SeriesPlan,
    window: NDArray[np.bool_],
    go_live: int | None,
    otherwise: int | None,
) -> tuple[tuple[NDArray[np.float64], ...], tuple[NDArray[np.float64], ...]]:
    """The columns before and after (counts and cases, or values and cases), without what was counted
    otherwise; without go-live, everything is one half."""
    if question.proportion:
        assert series.numerators is not None and series.denominators is not None
        columns = (series.numerators, series.denominators)
    else:
        columns = (series.values, series.n)
    if otherwise is not None:
        counted = np.arange(len(series)) >= otherwise
        columns = (np.where(counted, columns[0], np.nan), np.where(counted, columns[1], np.nan))
    if go_live is None:
        return tuple(column[:0] for column in columns), columns
    return tuple(c[window] for c in columns), tuple(c[go_live:] for c in columns)


def _halves_of(
    question: SeriesPlan,
    before: tuple[NDArray[np.float64], ...],
    after: tuple[NDArray[np.float64], ...],
) -> before_after.Halves:
    if question.proportion:
        return before_after.halves_of_proportions(*before, *after)
    (there, cases_there), (here, cases_here) = before, after
    return before_after.halves_of_values(
        there, here, cases_before=cases_there, cases_after=cases_here
    )


def _guardrail(
    question: SeriesPlan,
    before: tuple[NDArray[np.float64], ...],
    after: tuple[NDArray[np.float64], ...],
) -> Guardrail | None:
    if question.limit is None or question.direction == ImprovementDirection.NEUTRAL:
        return None
    asked: dict[str, Any] = {
        "limit": question.limit,
        "direction": question.direction,
        "looks_a_year": LOOKS_A_YEAR[question.cadence],
    }
    if question.proportion:
        return verdicts.guardrail_of_proportions(*before, *after, **asked)
    return verdicts.guardrail_of_values(before[0], after[0], **asked)


def more_points(effect: Effect, *, margin: float | None) -> int | None:
    """About how many points more make the answer clear, if the difference stays what it is; None
    where that cannot be said. The interval narrows with the square root of the points."""
    if effect.estimate is None or effect.lower is None or effect.upper is None:
        return None
    half = (effect.upper - effect.lower) / 2
    distance = max(abs(effect.estimate), margin or 0.0)
    if not half or not distance or effect.points_after == 0:
        return None
    needed = effect.points_after * (half / distance) ** 2
    more = math.ceil(needed - effect.points_after)
    return more if 0 < more <= FORESEEABLE else None
