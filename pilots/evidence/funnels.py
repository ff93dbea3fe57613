"""The same number at many sites, beside each other at one time: which stand out. Pure.

Shares against their cases, with the limits of a funnel. Of values nobody says how much single cases
vary, so they have an interval each and no limits; so have shares of few sites, of which nobody can tell
by how much sites usually differ.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pilots.metrics.series import Series
from pilots.statistics.before_after import halves_of_proportions, halves_of_rates, halves_of_values
from pilots.statistics.charts import funnel as funnel_of
from pilots.statistics.charts.funnel import Funnel
from pilots.statistics.effects import MIN_EVENTS, MIN_UNITS, Level, level_since
from pilots.statistics.series import Bools, Refusal

# Fewer do not tell by how much sites usually differ.
ENOUGH_SITES = 5
# How far back it is looked before go-live: three months, or the year that months need.
LOOKED_BACK = {
    "day": timedelta(weeks=12),
    "week": timedelta(weeks=12),
    "month": timedelta(days=366),
}
# So many periods since go-live, and the sites are looked at since then.
SINCE = 4


@dataclass(frozen=True, eq=False)
class FunnelSite:
    """A site and its numbers. `live_on`: since when it is live; `shown`: whether whoever looks may see
    it; `same`: which points count what its last one counts, None where all do."""

    label: str
    series: Series
    live_on: date | None
    shown: bool = True
    same: Bools | None = None
    url: str = ""


@dataclass(frozen=True)
class PlacedSite:
    """A site in its window: its level, of so many cases or periods, with limits or an interval."""

    site: FunnelSite
    level: float
    cases: int
    points: int
    # 95 % and 99.8 % limits of the funnel, each from low to high; empty where it has none.
    limits: tuple[tuple[float, float], ...] = ()
    # +1 above and -1 below the widest limits.
    beyond: int = 0
    interval: Level | None = None


@dataclass(frozen=True, eq=False)
class SideBySide:
    """All sites at one time. `funnel` is None where the sites have intervals instead of limits;
    `refused` says why nothing is drawn."""

    since_go_live: bool
    placed: tuple[PlacedSite, ...]
    few: tuple[FunnelSite, ...]  # too few cases
    silent: tuple[FunnelSite, ...]  # no number at that time
    funnel: Funnel | None = None
    refused: str = ""

    @property
    def beyond(self) -> tuple[PlacedSite, ...]:
        return tuple(one for one in self.placed if one.beyond)

    @property
    def hidden(self) -> int:
        """How many are counted and not shown."""
        return sum(not one.site.shown for one in self.placed)

    @property
    def shown(self) -> tuple[PlacedSite, ...]:
        return tuple(one for one in self.placed if one.site.shown)


def beside_each_other(
    sites: Sequence[FunnelSite],
    *,
    own: Series,
    cadence: str,
    proportion: bool,
    rate: bool = False,
    live_on: date | None,
) -> SideBySide:
    """The sites since go-live, each since its own and those that are not live since the pilot's; or, as
    long as little of the metric's `own` numbers is known since then, before it."""
    since = live_on is not None and _known_since(own, live_on) >= SINCE
    until = live_on or _end([own, *(site.series for site in sites)])
    placed: list[PlacedSite] = []
    few: list[PlacedSite] = []
    silent: list[FunnelSite] = []
    for site in sites:
        if since:
            window = _window(site, site.live_on or live_on, None)
        else:
            begin = None if until is None else until - LOOKED_BACK[cadence]
            window = _window(site, begin, until)
        if (site.series.numerators is None) == (proportion or rate) or not window.any():
            silent.append(site)
            continue
        one = _placed(site, window, proportion=proportion, rate=rate)
        (few if proportion and one.cases < MIN_UNITS else placed).append(one)
    left_out = tuple(one.site for one in few)
    if proportion and len(placed) >= ENOUGH_SITES:
        found = _funnel(placed)
        if isinstance(found, str):
            return SideBySide(since, tuple(placed), left_out, tuple(silent), refused=found)
        return SideBySide(since, _limited(placed, found), left_out, tuple(silent), found)
    refused = "few_sites" if len(placed) < 2 else ""
    return SideBySide(since, tuple(placed), left_out, tuple(silent), refused=refused)


def _funnel(placed: Sequence[PlacedSite]) -> Funnel | str:
    """The funnel, or the code of why there is none."""
    cases = np.array([one.cases for one in placed], dtype=np.float64)
    events = np.round(np.array([one.level for one in placed]) * cases)
    if min(events.sum(), cases.sum() - events.sum()) < MIN_EVENTS:
        return "few_events"
    try:
        return funnel_of(events, cases, measure="proportion")
    except Refusal as refusal:
        return refusal.remark.code


def _limited(placed: Sequence[PlacedSite], found: Funnel) -> tuple[PlacedSite, ...]:
    limited = []
    for i, one in enumerate(placed):
        limits = tuple(
            (float(low[i]), float(high[i]))
            for low, high in zip(found.lower, found.upper, strict=True)
        )
        beyond = int(found.signal[i])
        limited.append(
            PlacedSite(one.site, one.level, one.cases, one.points, limits, beyond, one.interval)
        )
    return tuple(limited)


def _placed(site: FunnelSite, window: Bools, *, proportion: bool, rate: bool) -> PlacedSite:
    series = site.series
    points = int(window.sum())
    nothing = np.full((1, 1), np.nan)
    if proportion:
        assert series.numerators is not None and series.denominators is not None
        over, under = series.numerators[window], series.denominators[window]
        halves = halves_of_proportions(nothing, nothing, over[np.newaxis], under[np.newaxis])
        cases = int(under.sum())
        level = float(over.sum() / under.sum())
        return PlacedSite(site, level, cases, points, interval=level_since(halves))
    if rate:
        assert series.numerators is not None and series.denominators is not None
        over, under = series.numerators[window], series.denominators[window]
        halves = halves_of_rates(nothing, nothing, over[np.newaxis], under[np.newaxis])
        level = float(over.sum() / under.sum())
        return PlacedSite(site, level, int(over.sum()), points, interval=level_since(halves))
    values, n = series.values[window], series.n[window]
    halves = halves_of_values(nothing, values[np.newaxis], cases_after=n[np.newaxis])
    cases = int(np.nansum(n))
    return PlacedSite(site, float(values.mean()), cases, points, interval=level_since(halves))


def _window(site: FunnelSite, begin: date | None, end: date | None) -> Bools:
    """Its points from one day to before another that have a number and count what the last one does."""
    series = site.series
    window = np.isfinite(series.values)
    if series.denominators is not None:
        window &= series.denominators > 0
    if site.same is not None:
        window &= site.same
    if begin is not None:
        window[: bisect_left(series.periods, begin)] = False
    if end is not None:
        window[bisect_left(series.periods, end) :] = False
    return window


def _known_since(series: Series, day: date) -> int:
    return int(np.isfinite(series.values[bisect_left(series.periods, day) :]).sum())


def _end(series: Sequence[Series]) -> date | None:
    """The day after the last number of the first of them that has any."""
    last = next((day for one in series if (day := one.last_period) is not None), None)
    return None if last is None else last + timedelta(days=1)
