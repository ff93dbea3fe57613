"""Which design compares a metric with what it would have been without the pilot, and why. Pure.

Chosen by rule from the plan, which is locked before the first number of the pilot: its first day
(`pull_from`) says how far its history reaches. A named person may choose otherwise, with a reason.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pilots.metrics.series import Series
from pilots.statistics.effects import MIN_AFTER, MIN_EVENTS, MIN_UNITS, Effect
from pilots.statistics.series import Bools, Floats, Remark
from pilots.statistics.time_series.level_change import DRIFTS, level_changes

if TYPE_CHECKING:
    from pilots.evidence.numbers import Meanings, SeriesPlan
    from pilots.evidence.sites import SitePanel

# What a season and a trend are told from; more than three years ago says little of today.
TWO_YEARS, THREE_YEARS = timedelta(days=728), timedelta(days=1096)
# So much of it must be known.
KNOWN = 0.8
DRIFTS_ENOUGH_TO_SAY = 2.0
# Four fifths of two years.
NEEDED = {"day": 583, "week": 84, "month": 20}
OWN_HISTORY = Remark(
    "own_history",
    "Compared with what its own history leads to expect, with its trend and its season: whatever else"
    " changed at go-live is in it too.",
)


Places = NDArray[np.int64]


class EvidenceDesign(StrEnum):
    BEFORE_AFTER = "before_after"
    INTERRUPTED = "interrupted"  # an interrupted time series: level, trend and season
    SITES = "sites"  # the same number at other sites: 2 × 2, staggered waves, stepped wedge


# Not frozen: one is made for each metric of a night, and freezing takes most of making one.
@dataclass(eq=False)
class Chosen:
    """The design of a series, and why: `code` is "chosen" (by a person), "sites", "long", "short" or "gaps". Its
    history may lie from `begin` to before `end`; `same`: which points count what the last one counts,
    None where all do."""

    design: EvidenceDesign
    code: str
    series: Series
    same: Bools | None
    begin: int
    end: int

    @cached_property
    def history(self) -> Bools:
        """The points of its history."""
        history = np.isfinite(self.series.values)
        history[: self.begin] = history[self.end :] = False
        if self.same is not None:
            history &= self.same
        return history

    @cached_property
    def known(self) -> int:
        """How many points its history has."""
        return int(self.history.sum())


@dataclass(frozen=True, eq=False)
class Against:
    """The effect beside what was to be expected without the pilot, by its own history or by other
    sites, and that at each point (NaN outside of what was compared); None where it cannot be said.
    `panel`: the table of the sites, where these were compared."""

    effect: Effect
    expected: Floats | None
    panel: SitePanel | None = None


def chosen(series: Series, question: SeriesPlan, go_live: int | None, same: Bools | None) -> Chosen:
    """The design of a series. `same`: which points count what the last one counts; None: all."""
    end = len(series) if go_live is None else go_live
    opens = question.live_on
    if opens is None and len(series):
        opens = series.periods[-1]
    begin = 0 if opens is None else bisect_left(series.periods, opens - THREE_YEARS)
    asked = EvidenceDesign(question.design) if question.design else EvidenceDesign.BEFORE_AFTER
    if question.sites and not question.design:
        return Chosen(EvidenceDesign.SITES, "sites", series, same, begin, end)
    found = Chosen(asked, "chosen" if question.design else "short", series, same, begin, end)
    # Most are too short, whatever of them is known: nothing of theirs is counted.
    if question.design or opens is None or end <= begin:
        return found
    if opens - series.periods[begin] < TWO_YEARS or not found.known:
        return found
    place = int(found.history.argmax())
    if opens - series.periods[place] < TWO_YEARS:
        return found
    if found.known < max(NEEDED[question.cadence], KNOWN * (end - place)):
        return replace(found, code="gaps")
    return replace(found, design=EvidenceDesign.INTERRUPTED, code="long")


def same_as_the_last(series: Series, meanings: Meanings | None) -> Bools | None:
    """Which points count what the last known one counts; None where all do."""
    if meanings is None or not series.known:
        return None
    last = np.flatnonzero(np.isfinite(series.values))[-1]
    same: Bools = meanings == meanings[last]
    return same


def interrupted(
    series: Series,
    question: SeriesPlan,
    history: Bools,
    since: int,
    *,
    plain: Effect,
    patients: Floats | None = None,
) -> Against:
    """What go-live changed in level beside the trend and the season of the history. `since`: the first
    point that counts as after. `plain`: the comparison of before and after, whose level since go-live
    is said elsewhere, too, and which stays where history cannot say more. `patients`: of how many with
    the usual risk each is a share, where their risks are taken into account; what was to be expected is of
    those there were."""
    whole = series
    if patients is not None:
        assert series.numerators is not None
        series = replace(series, values=series.numerators / patients, denominators=patients)
        history = history & np.isfinite(patients)
    used = history.copy()
    used[since:] = True
    begins = int(np.flatnonzero(used)[0]) if used.any() else 0
    place = np.arange(begins, len(series))
    over, under, counted = _columns(series, question)
    values = np.where(used, over / under if counted else over, np.nan)[place]
    now = place >= since
    there = np.isfinite(values)
    points = int((there & ~now).sum()), int((there & now).sum())
    n = _cases(whole, question, place, there, now)
    refused = _refusal(whole, question, points, n, place[there], counted=counted)
    if refused is not None:
        return Against(replace(plain, lower=None, upper=None, refused=refused), None)
    found = level_changes(
        values[np.newaxis],
        _sampling(over[place], under[place], there, question)[np.newaxis],
        now,
        np.array([series.periods[i].toordinal() / 365.25 for i in place.tolist()]),
        alpha=1 - question.level,
        counted=counted,
        weekdays=_weekdays(series, place) if question.cadence == "day" else None,
    )
    change, half, drift = float(found.change[0]), float(found.half[0]), float(found.drift[0])
    if not np.isfinite(half) or drift > DRIFTS:
        refused = _drifts(drift)
        return Against(replace(plain, lower=None, upper=None, refused=refused), None)
    expected = np.full(len(series), np.nan)
    expected[place] = found.without[0]
    if patients is not None:
        assert whole.denominators is not None
        expected = expected * patients / whole.denominators
    effect = replace(
        plain,
        estimate=change,
        lower=change - half,
        upper=change + half,
        before=None if plain.after is None else plain.after - change,
        points_before=points[0],
        points_after=points[1],
        n_before=n[0],
        n_after=n[1],
        autocorrelation=None,
        dispersion=None,
        assumptions=(OWN_HISTORY,),
        warnings=(_drifts_some(drift),) if drift > DRIFTS_ENOUGH_TO_SAY else (),
        refused=None,
    )
    return Against(effect, expected)


def _columns(series: Series, question: SeriesPlan) -> tuple[Floats, Floats, bool]:
    """Counts and cases, or values and how many each is the mean of."""
    if question.counted:
        assert series.numerators is not None and series.denominators is not None
        return (
            series.numerators,
            np.where(series.denominators > 0, series.denominators, np.nan),
            True,
        )
    return series.values, series.n, False


def _sampling(over: Floats, under: Floats, there: Bools, question: SeriesPlan) -> Floats:
    """The variance that sampling gives each point: of a proportion at the level of all, one event and
    one case without more; of a rate at the level of all, one event more; of a mean one over its cases,
    0 where they are not known of all."""
    if question.rate:
        level = (np.nansum(over[there]) + 1) / np.nansum(under[there]) if there.any() else 1.0
        return np.where(there, level / under, 0.0)
    if question.proportion:
        level = (np.nansum(over[there]) + 1) / (np.nansum(under[there]) + 2)
        return np.where(there, level * (1 - level) / under, 0.0)
    if not (np.isfinite(under[there]) & (under[there] > 0)).all():
        return np.zeros(len(over))
    return np.where(there, 1 / under, 0.0)


def _cases(
    series: Series, question: SeriesPlan, place: Places, there: Bools, now: Bools
) -> tuple[int, int]:
    if not question.counted or series.denominators is None or series.numerators is None:
        return int((there & ~now).sum()), int((there & now).sum())
    under = (series.numerators if question.rate else series.denominators)[place]
    return int(under[there & ~now].sum()), int(under[there & now].sum())


def _weekdays(series: Series, place: Places) -> Floats:
    return np.array([series.periods[int(i)].weekday() for i in place], dtype=np.float64)


def _refusal(
    series: Series,
    question: SeriesPlan,
    points: tuple[int, int],
    cases: tuple[int, int],
    used: Places,
    *,
    counted: bool,
) -> Remark | None:
    """Why there is no interval, or None."""
    facts: Mapping[str, object]
    if points[1] == 0:
        return Remark("no_after", "No points since go-live yet.", {"after": 0})
    if points[1] < MIN_AFTER or points[0] < NEEDED[question.cadence]:
        facts = {
            "before": points[0],
            "after": points[1],
            "need_before": NEEDED[question.cadence],
            "need_after": MIN_AFTER,
        }
        text = "Too few points for a trend and a season of its own."
        return Remark("few_points", text, facts)
    if counted:
        assert series.numerators is not None and series.denominators is not None
        events = float(series.numerators[used].sum())
        fewest = events
        if question.proportion:
            fewest = min(events, float(series.denominators[used].sum()) - events)
        if fewest < MIN_EVENTS:
            facts = {"events": fewest, "needed": MIN_EVENTS}
            return Remark("few_events", f"Only {fewest:.0f} events in all.", facts)
        if question.proportion and min(cases) < MIN_UNITS:
            facts = {"units": min(cases), "needed": MIN_UNITS}
            return Remark("few_units", f"Only {min(cases)} cases on one side.", facts)
    elif np.ptp(series.values[used]) == 0:
        return Remark(
            "no_variation", "Every point has the same value, so usual variation is unknown."
        )
    return None


def _drifts(drift: float) -> Remark:
    return Remark(
        "drifts",
        f"It drifts by itself: slow movement is {drift:.1f} times what chance would bring, so drift and"
        " change cannot be told apart by its own history.",
        {"times": drift},
    )


def _drifts_some(drift: float) -> Remark:
    text = "It drifts slowly by itself; the interval is wider for it."
    return Remark("drifts_some", text, {"times": drift})
