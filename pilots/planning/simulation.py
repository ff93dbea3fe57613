"""How likely a pilot is to get an answer: many pilots like it, simulated and judged as it will be.

Pure: arrays and plain numbers in, frozen results out. A series is drawn as its baseline shows it (level, cases
a period, spread between periods, likeness of neighbours, season), and what the product would say at each look
is worked out with the functions that give its verdicts (`before_after`, `effects`, `monitoring`), for all
simulated pilots at once. `better` is the rule of `effects.effect` and `verdicts.verdict` for many series; a
test holds it against `pilots.evidence.numbers.answer` look by look.

The noise is drawn once from a fixed seed and shared by all effects: the same baseline gives the same answer,
and a larger effect is never found less often by the luck of the draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pilots.statistics import guardrails
from pilots.statistics.before_after import (
    Fit,
    Halves,
    effect_half_width,
    fit_of,
    halves_of_proportions,
    halves_of_values,
)
from pilots.statistics.effects import MIN_AFTER, MIN_EVENTS, MIN_UNITS, TOO_ALIKE
from pilots.statistics.group_sequential import spending_design
from pilots.statistics.rules import ImprovementDirection
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Bools, Floats
from pilots.statistics.time_series.level_change import DRIFTS, level_changes

# A chance is known to within some two points (standard error, at one half).
PILOTS = 500
# An interrupted series takes ten times as long: fewer pilots, and every fourth look.
PILOTS_WITH_HISTORY, EACH = 200, 4
# A guardrail's sums are worked out one by one.
WATCHED = 200
SEED = 20261129
# No answer is foretold that takes longer than so many periods.
HORIZON = 104
# How close to the largest effect searched the least one found is looked for.
HALVINGS = 7


@dataclass(frozen=True)
class Process:
    """What a series is drawn from, as its baseline shows it.

    `level`: a share where `proportion`, else in the unit of the values. `cases`: of the periods of the
    baseline, drawn from again; empty where nobody says. `spread`: standard deviation between periods, of a
    proportion on the log-odds scale and beyond sampling, of values as they are or, where the cases of each are
    known, of one case. `alike`: lag-1 autocorrelation of that. `points`: how many the baseline has at go-live.
    `season`: what each period of the baseline and of the time after adds, on the same scale as `spread`
    (empty where no season is seen). `a_year`: so many periods a year where it is judged by its own history,
    whose trend and season are then no noise; 0 where before and after are compared.
    """

    proportion: bool
    level: float
    spread: float
    alike: float
    points: int
    cases: tuple[float, ...] = ()
    season_before: tuple[float, ...] = ()
    season_after: tuple[float, ...] = ()
    a_year: float = 0.0

    def with_cases(self, times: float) -> Process:
        """The same with so many times the cases in every period, from go-live and before."""
        return replace(self, cases=tuple(max(round(n * times), 1) for n in self.cases))


@dataclass(frozen=True, eq=False)
class SimulatedPilots:
    """The noise of many simulated pilots, (pilots, periods): the baseline's first, then those since."""

    process: Process
    latent: Floats
    uniform: Floats
    cases: Floats

    @cached_property
    def before(self) -> tuple[Floats, Floats]:
        """The baselines: events or values, and cases."""
        return self._columns(slice(None, self.process.points), 0.0)

    def since(self, change: float, looks: int) -> tuple[Floats, Floats]:
        """So many periods since go-live, where the level has moved by `change`."""
        b = self.process.points
        return self._columns(slice(b, b + looks), change)

    def _columns(self, where: slice, change: float) -> tuple[Floats, Floats]:
        from scipy.special import bdtrik  # type: ignore[attr-defined]

        process, cases = self.process, self.cases[:, where]
        if not process.proportion:
            scale = 1 / np.sqrt(cases) if process.cases else 1.0
            return process.level + change + self.latent[:, where] * scale, cases
        share = 1 / (1 + np.exp(-(_log_odds(process.level + change) + self.latent[:, where])))
        # By the inverse of the distribution, so that a pilot's luck is the same whatever the effect.
        events = np.ceil(bdtrik(self.uniform[:, where], cases, share))
        return np.clip(np.nan_to_num(events), 0, cases), cases

    def halves(self, since: tuple[Floats, Floats], looks: int, rows: NDArray[np.intp]) -> Halves:
        """Both halves of these pilots at that look."""
        over, under = (column[rows] for column in self.before)
        over_since, under_since = (column[rows, :looks] for column in since)
        if self.process.proportion:
            return halves_of_proportions(over, under, over_since, under_since)
        if not self.process.cases:
            return halves_of_values(over, over_since)
        return halves_of_values(over, over_since, cases_before=under, cases_after=under_since)


def draw(
    process: Process, *, periods: int, pilots: int | None = None, seed: int = SEED
) -> SimulatedPilots:
    """The noise of so many pilots, `periods` after go-live."""
    if pilots is None:
        pilots = PILOTS_WITH_HISTORY if process.a_year else PILOTS
    b, width = process.points, process.points + periods
    # Period by period, each from a stream of its own: more periods leave the first ones as they were.
    of_noise, of_events, of_cases = (np.random.default_rng([seed, one]) for one in range(3))
    noise = of_noise.standard_normal((width, pilots)).T
    uniform = of_events.uniform(size=(width, pilots)).T
    r = process.alike
    latent = np.empty_like(noise)
    latent[:, 0] = noise[:, 0]
    for place in range(1, width):
        latent[:, place] = r * latent[:, place - 1] + math.sqrt(1 - r * r) * noise[:, place]
    latent *= process.spread
    if process.season_after:
        added = np.r_[_fitted(process.season_before, b), _fitted(process.season_after, periods)]
        latent += added - (0 if not b else added[:b].mean())
    if process.cases:
        known = np.array(process.cases)
        cases = known[of_cases.integers(0, len(known), size=(width, pilots)).T]
    else:
        cases = np.full((pilots, width), np.nan)
    return SimulatedPilots(process, latent, uniform, cases)


def better(halves: Halves, *, direction: str, level: float) -> Bools:
    """For each series whether the product says "better" of it: an interval is given, and all of it is on
    the good side of no change."""
    fit = fit_of(halves)
    half = effect_half_width(halves, fit, alpha=1 - level)
    return _beyond(halves, fit, half, direction)


def better_at_a_planned_look(halves: Halves, *, direction: str, z: float) -> Bools:
    """The same of a look that was planned beforehand, where the estimate must lie `z` of its standard errors
    on the good side. These are the product's own: of the units or, where that is wider, of the spread between
    periods (by Student's t), wider for neighbours alike, uneven spread and unlike periods."""
    from scipy.special import ndtr, stdtrit

    fit = fit_of(halves)
    variance = fit.variance_before + fit.variance_after
    degrees = np.maximum(fit.points_before + fit.points_after - 2, 1)
    half = stdtrit(degrees, ndtr(z)) * np.sqrt(variance * fit.residual / degrees)
    if halves.counted:
        half = np.maximum(half, z * np.sqrt(variance))
    r = np.clip(fit.autocorrelation, 0, 0.99)
    wider = (1 + r) / (1 - r) * fit.uneven * fit.unlike
    return _beyond(halves, fit, half * np.sqrt(wider), direction)


def _beyond(halves: Halves, fit: Fit, half: Floats, direction: str) -> Bools:
    given = (fit.points_before >= MIN_POINTS_OF_A_LEVEL) & (fit.points_after >= MIN_AFTER)
    given &= fit.autocorrelation < TOO_ALIKE
    if halves.events is not None and halves.non_events is not None:
        given &= np.minimum(halves.events, halves.non_events) >= MIN_EVENTS
        given &= np.minimum(halves.units_before, halves.units_after) >= MIN_UNITS
    else:
        given &= fit.residual > 0
    gain = fit.mean_after - fit.mean_before
    if direction == ImprovementDirection.LOWER:
        gain = -gain
    with np.errstate(invalid="ignore"):
        shown: Bools = given & (gain > half)
    return shown


def better_by_history(
    drawn: SimulatedPilots,
    since: tuple[Floats, Floats],
    look: int,
    rows: NDArray[np.intp],
    *,
    direction: str,
    level: float,
) -> Bools:
    """The same of these pilots at that look, where they are judged by an interrupted series."""
    process = drawn.process
    if look < MIN_AFTER:
        return np.zeros(len(rows), dtype=bool)
    over, under = (
        np.hstack([before[rows], after[rows, :look]])
        for before, after in zip(drawn.before, since, strict=True)
    )
    width = over.shape[1]
    sampling = np.zeros_like(over)
    if process.proportion:
        of_all = (over.sum(axis=1, keepdims=True) + 1) / (under.sum(axis=1, keepdims=True) + 2)
        sampling = of_all * (1 - of_all) / under
    elif process.cases:
        sampling = 1 / under
    found = level_changes(
        over / under if process.proportion else over,
        sampling,
        np.arange(width) >= process.points,
        np.arange(width) / process.a_year,
        alpha=1 - level,
        counted=process.proportion,
    )
    gain = -found.change if direction == ImprovementDirection.LOWER else found.change
    shown: Bools = (found.drift <= DRIFTS) & (gain > found.half)
    if process.proportion:
        events = over.sum(axis=1)
        shown &= np.minimum(events, under.sum(axis=1) - events) >= MIN_EVENTS
    return shown


@dataclass(frozen=True, eq=False)
class Judge:
    """How one metric is judged: what `better` needs, with the noise of its simulated pilots."""

    drawn: SimulatedPilots
    direction: str
    level: float

    def first_better(self, change: float, looks: Sequence[int]) -> NDArray[np.int64]:
        """The look (periods since go-live) at which each pilot is first told "better", 0 for never."""
        first = np.zeros(len(self.drawn.latent), dtype=np.int64)
        since = self.drawn.since(change, max(looks, default=0))
        asked: dict[str, Any] = {"direction": self.direction, "level": self.level}
        history = bool(self.drawn.process.a_year)
        for look in sorted({*looks[::EACH], *looks[-1:]}) if history else looks:
            rows = np.flatnonzero(first == 0)
            if not len(rows):
                break
            if history:
                told = better_by_history(self.drawn, since, look, rows, **asked)
            else:
                told = better(self.drawn.halves(since, look, rows), **asked)
            first[rows[told]] = look
        return first

    def chance(self, change: float, looks: Sequence[int]) -> float:
        """The chance of "better" at one of these looks, or ever before the last of them."""
        return float((self.first_better(change, looks) > 0).mean())

    def chance_at_planned(self, change: float, looks: Sequence[int]) -> float:
        """The chance of "better" at one of these looks if they alone were planned beforehand, by the
        boundaries of Lan and DeMets of the O'Brien-Fleming type at the error of the metric's interval."""
        told = np.zeros(len(self.drawn.latent), dtype=bool)
        since = self.drawn.since(change, max(looks, default=0))
        for look, z in zip(looks, self.boundaries(looks), strict=True):
            rows = np.flatnonzero(~told)
            halves = self.drawn.halves(since, look, rows)
            told[rows] = better_at_a_planned_look(halves, direction=self.direction, z=z)
        return float(told.mean())

    def boundaries(self, looks: Sequence[int]) -> list[float]:
        """z at each look. Information is 1/(1/B + 1/W), B periods before and W since: what comes from the
        baseline is there at every look."""
        before = self.drawn.process.points
        information = [1 / (1 / before + 1 / look) for look in looks]
        upper: list[float] = spending_design(information, alpha=1 - self.level).upper.tolist()
        return upper


def planned_looks(count: int, end: int) -> list[int]:
    """So many looks, equally far apart, the last at the end; fewer where the first ones would come before
    anything can be compared."""
    return [look for one in range(1, count + 1) if (look := round(end * one / count)) >= MIN_AFTER]


def looks_until(end: int) -> list[int]:
    """Every period for half a year of weeks, every other after that: a look more or less changes little,
    and the last one is always taken."""
    close = range(MIN_AFTER, min(end, 26) + 1)
    return sorted({*close, *range(28, end + 1, 2), *([end] if end >= MIN_AFTER else [])})


class Judging(Protocol):
    """What is told of simulated pilots."""

    def chance(self, change: float, looks: Sequence[int]) -> float: ...


def least_found(
    judge: Judging, *, gain: float, largest: float, end: int, wanted: float = 0.8
) -> float | None:
    """The least change found by the end with this chance, None where even the largest is not.

    `gain`: +1 or −1, the good way; `largest`: the size of the largest change that there can be.
    """
    looks = looks_until(end)
    if not looks or judge.chance(gain * largest, looks) < wanted:
        return None
    low, high = 0.0, largest
    for _step in range(HALVINGS):
        middle = (low + high) / 2
        if judge.chance(gain * middle, looks) < wanted:
            low = middle
        else:
            high = middle
    return high


def weeks_until_harm(
    process: Process,
    *,
    to: float,
    limit: float,
    direction: str,
    looks_a_year: int,
    periods: int,
    seed: int = SEED,
) -> Floats:
    """Of simulated pilots whose level is at `to` from go-live on: periods until a harm signal, infinite
    where there is none within `periods`. (pilots,)"""
    drawn = draw(process, periods=periods, pilots=WATCHED, seed=seed)
    over, under = drawn.before
    over_since, under_since = drawn.since(to - process.level, periods)
    found = np.full(WATCHED, math.inf)
    for row in range(WATCHED):
        if process.proportion:
            watched = guardrails.watch_proportions(
                over[row], under[row], over_since[row], under_since[row],
                limit=limit, direction=direction, looks_a_year=looks_a_year,
            )  # fmt: skip
        else:
            watched = guardrails.watch_values(
                over[row], over_since[row],
                limit=limit, direction=direction, looks_a_year=looks_a_year,
            )  # fmt: skip
        if watched is not None and watched.signals.any():
            found[row] = int(np.argmax(watched.signals)) + 1
    return found


def _log_odds(share: float) -> float:
    inside = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(inside / (1 - inside))


def _fitted(added: Sequence[float], width: int) -> Floats:
    """So many of them, from the beginning again where there are fewer."""
    return np.resize(np.asarray(added, dtype=np.float64), width) if added else np.zeros(width)
