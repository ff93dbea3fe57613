"""How likely a pilot beside comparison sites is to get an answer. Pure.

What the sites show before go-live says how they wander; what the interval will be made of at each look
follows from who is live then. The estimates of many pilots are drawn as such estimates move (independent
increments in their information), each with its own luck in how the wandering is measured, and held against
the interval of the verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pilots.connectors.measurement import Cadence
from pilots.evidence.numbers import SeriesPlan
from pilots.evidence.sites import TIGHTEST_AFTER, SitesBefore, SiteSeries, sites_before
from pilots.metrics.series import Series
from pilots.planning.simulation import HORIZON, PILOTS, SEED
from pilots.statistics.confidence_sequences.half_widths import half_width_student
from pilots.statistics.effects import MIN_AFTER
from pilots.statistics.rules import ImprovementDirection
from pilots.statistics.series import Floats, Refusal, Remark
from pilots.statistics.time_series.site_changes import Foreseen, foreseen


@dataclass(frozen=True, eq=False)
class SitesJudge:
    """How one metric is judged beside its sites. `before`: points at go-live; `waves`: so many points
    later each site goes live itself, this one first, None for never."""

    known: SitesBefore
    before: int
    waves: Sequence[int | None]
    base: float
    question: SeriesPlan
    seed: int = SEED

    def first_better(self, change: float, looks: Sequence[int]) -> NDArray[np.int64]:
        """The look (points since go-live) at which each pilot is first told "better", 0 for never."""
        first = np.zeros(PILOTS, dtype=np.int64)
        gain = 1.0 if self.question.direction == ImprovementDirection.HIGHER else -1.0
        moved = gain * self._part(change)
        for look in looks:
            if look in self._looks:
                error, half = self._looks[look]
                told = (first == 0) & (moved + error > half)
                first[told] = look
        return first

    def chance(self, change: float, looks: Sequence[int]) -> float:
        """The chance of "better" at one of these looks."""
        return float((self.first_better(change, looks) > 0).mean())

    def _part(self, change: float) -> float:
        """The change as the interval is made in: where sites are multiplied, a part of the mean of before
        and after of what is counted."""
        if not self.known.multiplied:
            return change
        if not self.known.turned:
            before, after = self.base, self.base + change
            return 2 * (after - before) / (after + before)
        before, after = 1 - self.base, 1 - self.base - change
        return -2 * (after - before) / (after + before)

    @cached_property
    def _looks(self) -> dict[int, tuple[Floats, Floats]]:
        """The error of each pilot's estimate at each look, and half its interval. (pilots,)"""
        of_steps, of_spread = (np.random.default_rng([self.seed, one]) for one in range(2))
        steps = of_steps.standard_normal((HORIZON + 1, PILOTS))
        luck = of_spread.uniform(size=PILOTS)
        spread, alpha = self.known.spread, 1 - self.question.level
        walk, known, found = np.zeros(PILOTS), 0.0, {}
        for look in range(MIN_AFTER, HORIZON + 1):
            seen = self._foreseen(look)
            if seen is None:
                continue
            dispersion = max(spread.slow, spread.white)
            information = max(1 / (dispersion * seen.variance), known)
            walk = walk + np.sqrt(information - known) * steps[look]
            known = information
            measured = spread.slow * _chi_square(luck, seen.freedom) / seen.freedom
            half = np.maximum(
                half_width_student(
                    seen.variance,
                    measured * seen.freedom,
                    seen.freedom + 1,
                    alpha=alpha,
                    optimal=seen.tuned,
                ),
                half_width_student(
                    seen.variance,
                    spread.white * seen.degrees,
                    seen.degrees + 1,
                    alpha=alpha,
                    optimal=seen.tuned,
                ),
            )
            found[look] = walk / known, half
        return found

    def _foreseen(self, look: int) -> Foreseen | None:
        live = np.zeros((len(self.waves), self.before + look), dtype=bool)
        for row, wave in zip(live, self.waves, strict=True):
            if wave is not None:
                row[self.before + wave :] = True
        after = TIGHTEST_AFTER[self.question.cadence]
        return foreseen(self.known.spread, live, tightest_after=after)


def judge_by_sites(
    series: Series,
    question: SeriesPlan,
    sites: Sequence[SiteSeries],
    *,
    starts: date | None,
    level: float,
    to_come: int,
    seed: int,
) -> SitesJudge:
    """`level`: of the baseline; `to_come`: points of it that are still to come. `Refusal` where the sites
    cannot carry a plan."""
    known = sites_before(series, question, sites)
    if isinstance(known, Remark):
        raise Refusal(known.code, known.text, **known.facts)
    cadence = Cadence(question.cadence)
    waves = [_points_after(one.site.live_on, starts, cadence) for one in sites]
    own: list[int | None] = [] if question.parts else [0]
    return SitesJudge(known, known.points + to_come, [*own, *waves], level, question, seed)


def _points_after(day: date | None, starts: date | None, cadence: Cadence) -> int | None:
    if day is None or starts is None:
        return None
    period, count = cadence.starts(starts), 0
    while period < day and count < HORIZON:
        period, count = cadence.next(period), count + 1
    return count


def _chi_square(luck: Floats, degrees: float) -> Floats:
    from scipy.special import gammaincinv

    found: Floats = 2 * gammaincinv(degrees / 2, luck)
    return found
