"""What the same number at other sites leads to expect of a metric. Pure.

A site is a comparison until its own go-live, and counts as live since; what settles belongs to neither.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pilots.evidence.designs import THREE_YEARS, Against, same_as_the_last
from pilots.metrics.series import Series
from pilots.statistics.effects import MIN_AFTER, MIN_EVENTS, MIN_UNITS, Effect
from pilots.statistics.series import Bools, Floats, Remark
from pilots.statistics.time_series.site_changes import SiteSpread, site_change, site_spread, usable

if TYPE_CHECKING:
    from pilots.evidence.numbers import Meanings, SeriesPlan

# Half a year, at which the interval is tightest.
TIGHTEST_AFTER = {"day": 182, "week": 26, "month": 6}
# A site that is compared is known at so many points before.
NEED_BEFORE = {"day": 28, "week": 8, "month": 6}
# Of so few sites one alone says most of what is to be expected.
FEW_SITES = 3
# What is less of the size of the numbers is how they were rounded.
ROUNDING = 1e-9
# Standard errors by which the sites may drift apart before.
APART = 2.0
DRIFTED_APART = Remark(
    "apart_before",
    "Before go-live this site and the others drifted apart already, so the others do not say what would"
    " have been here.",
)
EXACTLY_ALIKE = Remark(
    "exactly_alike", "The sites moved exactly alike, so chance cannot be judged from their spread."
)
NO_END = Remark("no_end", "The sites differ too much from period to period to say more yet.")
MOVES_ALIKE = Remark(
    "moves_alike",
    "Compared with the same number at other sites: without the pilot it is taken to have moved as they"
    " did, and what happened here alone at go-live is in it too.",
)


class ComparisonSite(NamedTuple):
    """A site that is compared with, as it is asked for: whose numbers, as of which of their states, and
    from when on it is live itself."""

    metric: int
    version: int
    data_version: int
    live_on: date | None


@dataclass(frozen=True, eq=False)
class SiteSeries:
    """The numbers of a site. `meanings`: as for `numbers.answers`."""

    site: ComparisonSite
    series: Series
    meanings: Meanings | None


@dataclass(frozen=True, eq=False)
class SitePanel:
    """The table of all sites, this one first unless they are its parts: values and cases (sites, points),
    NaN where a cell does not count; which cells are live. `sites`: the number of each, 0 for this one, 1
    for the first of those that are asked for."""

    sites: Sequence[int]
    periods: Sequence[date]
    values: Floats
    cases: Floats
    live: Bools


def against_sites(
    series: Series,
    question: SeriesPlan,
    meanings: Meanings | None,
    sites: Sequence[SiteSeries] | SitePanel,
    *,
    plain: Effect,
) -> Against:
    """What going live changed beside what the sites that were not live lead to expect. `sites`: their
    numbers, or the table that was made of them. `plain`: the comparison of before and after, which stays
    where the sites cannot say more."""
    panel = sites if isinstance(sites, SitePanel) else panel_of(series, question, meanings, sites)
    return replace(_against(panel, series, question, plain=plain), panel=panel)


def _against(panel: SitePanel, series: Series, question: SeriesPlan, *, plain: Effect) -> Against:
    there = usable(np.isfinite(panel.values), panel.live)
    multiplied, turned = _scale(panel.values[there], question)
    values = 1 - panel.values if turned else panel.values
    if multiplied:
        values = _of_sites_with_any(values, there & ~panel.live)
        there = usable(np.isfinite(values), panel.live)
    refused = _refusal(panel, values, there, question)
    if refused is not None:
        return Against(replace(plain, lower=None, upper=None, refused=refused), None)
    found = site_change(
        values,
        panel.cases,
        panel.live,
        alpha=1 - question.level,
        multiplied=multiplied,
        counted=question.counted,
        poisson=question.rate,
        tightest_after=TIGHTEST_AFTER[question.cadence],
    )
    size = 1.0 if multiplied else float(np.abs(values[there]).max())
    if not found.half > ROUNDING * size:
        return Against(replace(plain, lower=None, upper=None, refused=EXACTLY_ALIKE), None)
    if not np.isfinite(found.upper - found.lower):
        return Against(replace(plain, lower=None, upper=None, refused=NO_END), None)
    if abs(found.apart) > APART:
        return Against(replace(plain, lower=None, upper=None, refused=DRIFTED_APART), None)
    lower, upper = found.lower, found.upper
    expected, seen, without = found.expected, found.seen, found.without
    if turned:
        lower, upper, expected, seen, without = -upper, -lower, 1 - expected, 1 - seen, 1 - without
    now = found.used & panel.live
    before = found.used & ~panel.live & np.any(panel.live, axis=1, keepdims=True)
    effect = replace(
        plain,
        estimate=seen - expected,
        lower=lower,
        upper=upper,
        before=expected,
        after=seen,
        points_before=_longest(before),
        points_after=_longest(now),
        n_before=_cases_in(panel, before, question),
        n_after=_cases_in(panel, now, question),
        autocorrelation=None,
        dispersion=None,
        assumptions=(MOVES_ALIKE,),
        warnings=_warnings(found.used, panel.live),
        refused=None,
    )
    return Against(effect, None if question.parts else _on_the_line_of(series, panel, without[0]))


@dataclass(frozen=True, eq=False)
class SitesBefore:
    """How a metric and its sites wander before any of them is live; this one is the first of the table
    unless they are its parts. `turned`: judged by the part that is not."""

    spread: SiteSpread
    points: int
    multiplied: bool
    turned: bool


def sites_before(
    series: Series, question: SeriesPlan, sites: Sequence[SiteSeries]
) -> SitesBefore | Remark:
    """What a plan can be foreseen from, or why from nothing."""
    calm = [replace(one, site=one.site._replace(live_on=None)) for one in sites]
    panel = panel_of(series, replace(question, live_on=None), None, calm)
    there = np.isfinite(panel.values)
    multiplied, turned = _scale(panel.values[there], question)
    values = 1 - panel.values if turned else panel.values
    if multiplied:
        values = _of_sites_with_any(values, there)
    there = usable(np.isfinite(values), panel.live)
    known = there.sum(axis=1)
    facts: dict[str, object]
    if not (known[1:] > 0).any():
        return Remark("no_sites", "No other site has numbers.")
    if known[0] < NEED_BEFORE[question.cadence]:
        facts = {"points": int(known[0]), "needed": NEED_BEFORE[question.cadence]}
        return Remark("few_points", "Too few points beside those of other sites.", facts)
    if question.counted:
        events = float(np.nansum(values[0] * panel.cases[0]))
        if events < MIN_EVENTS:
            facts = {"events": round(events), "needed": MIN_EVENTS}
            return Remark("few_events", f"{events:.0f} events.", facts)
    spread = site_spread(
        values, panel.cases, multiplied=multiplied, counted=question.counted, poisson=question.rate
    )
    if not spread.slow > 0:
        return EXACTLY_ALIKE
    return SitesBefore(spread, len(panel.periods), multiplied, turned)


def panel_of(
    series: Series,
    question: SeriesPlan,
    meanings: Meanings | None,
    sites: Sequence[SiteSeries],
) -> SitePanel:
    """From the planned baseline on, or from three years before the first site went live on."""
    own = _Row(series, meanings, question.live_on)
    # What became another kind of number since it was named is no comparison.
    of = {
        number: _Row(one.series, one.meanings, one.site.live_on)
        for number, one in enumerate(sites, start=1)
        if (one.series.denominators is None) is not question.counted
        and one.series.per == series.per
    }
    if not question.parts:
        of = {0: own, **of}
    rows = list(of.values())
    starts = min((row.live_on for row in rows if row.live_on is not None), default=None)
    begins = question.baseline_from or (None if starts is None else starts - THREE_YEARS)
    known = sorted({period for row in rows for period in row.series.periods})
    periods = known[0 if begins is None else bisect_left(known, begins) :]
    place = {period: at for at, period in enumerate(periods)}
    values = np.full((len(rows), len(periods)), np.nan)
    cases, live = values.copy(), np.zeros(values.shape, dtype=bool)
    for table_values, table_cases, table_live, row in zip(values, cases, live, rows, strict=True):
        at = np.array([place.get(period, -1) for period in row.series.periods], dtype=np.int64)
        kept = (at >= 0) & row.alike
        if question.counted:
            assert row.series.denominators is not None
            kept &= row.series.denominators > 0
        if row is own and question.baseline_until is not None:
            kept &= ~row.between(question.baseline_until, question.live_on)
        if row.live_on is not None:
            settled = row.live_on + timedelta(weeks=question.settling_weeks)
            kept &= ~row.between(row.live_on, settled)
            table_live[bisect_left(periods, row.first(row.live_on, question.cadence)) :] = True
        table_values[at[kept]] = row.series.values[kept]
        table_cases[at[kept]] = row.series.n[kept]
    return SitePanel(list(of), periods, values, cases, live)


@dataclass(frozen=True, eq=False)
class _Row:
    """A site's numbers, and from when on it is live."""

    series: Series
    meanings: Meanings | None
    live_on: date | None

    @property
    def alike(self) -> Bools:
        """The known points that count what its last one counts."""
        known = np.isfinite(self.series.values)
        same = same_as_the_last(self.series, self.meanings)
        return known if same is None else known & same

    def between(self, first: date, until: date | None) -> Bools:
        """The points of periods that begin from `first` on and before `until`."""
        found = np.zeros(len(self.series), dtype=bool)
        end = len(self.series) if until is None else bisect_left(self.series.periods, until)
        found[bisect_left(self.series.periods, first) : end] = True
        return found

    def first(self, day: date, cadence: str) -> date:
        """The first period that lies wholly on or after the day."""
        place = self.series.position(day, cadence)
        return self.series.periods[place] if place < len(self.series) else date.max


def _scale(values: Floats, question: SeriesPlan) -> tuple[bool, bool]:
    """Whether sites move alike in proportion, and whether what is counted is turned round for it: of 97
    % that are done, the 3 % that are not."""
    if question.rate:
        return True, False
    if question.proportion:
        return True, bool(len(values)) and float(values.mean()) > 0.5
    return bool(len(values)) and bool((values > 0).all()), False


def _of_sites_with_any(values: Floats, free: Bools) -> Floats:
    """Without the sites at which nothing was seen while they were not live: no proportion of nothing."""
    seen = np.sum(np.where(free, values, 0.0), axis=1, keepdims=True) > 0
    return np.where(seen, values, np.nan)


def _refusal(panel: SitePanel, values: Floats, there: Bools, question: SeriesPlan) -> Remark | None:
    """Why there is no interval, or None."""
    known = np.isfinite(panel.values)
    if not (known & panel.live).any():
        return Remark("no_after", "No points since go-live yet.", {"after": 0})
    free, now = there & ~panel.live, there & panel.live
    ours = panel.live.any(axis=1)
    before_ours = free & np.any(panel.live, axis=1, keepdims=True)
    before, after = _longest(before_ours), _longest(now)
    facts: dict[str, object]
    if not now.any() and bool((known & ~panel.live)[ours].any()):
        return Remark("no_sites", "No other site has numbers of that time and is not live.")
    if after < MIN_AFTER or before < NEED_BEFORE[question.cadence]:
        facts = {
            "before": before,
            "after": after,
            "need_before": NEED_BEFORE[question.cadence],
            "need_after": MIN_AFTER,
        }
        return Remark("few_points", "Too few points beside those of other sites.", facts)
    if not question.counted:
        if np.ptp(values[there]) == 0:
            return Remark("no_variation", "Every point has the same value.")
        return None
    counts = values * panel.cases
    events = min(float(counts[cells].sum()) for cells in (before_ours, free & ~before_ours | now))
    if events < MIN_EVENTS:
        facts = {"events": events, "needed": MIN_EVENTS}
        return Remark("few_events", f"Only {events:.0f} events to compare with.", facts)
    if question.rate:
        return None
    units = int(min(panel.cases[cells].sum() for cells in (now, before_ours)))
    if units < MIN_UNITS:
        facts = {"units": units, "needed": MIN_UNITS}
        return Remark("few_units", f"Only {units} cases on one side.", facts)
    return None


def _longest(cells: Bools) -> int:
    """Of the site with the most, how many."""
    return int(np.max(cells.sum(axis=1), initial=0))


def _cases_in(panel: SitePanel, cells: Bools, question: SeriesPlan) -> int:
    """Cases of a proportion, events of a rate, points otherwise."""
    if question.rate:
        return round(float(np.nansum((panel.values * panel.cases)[cells])))
    return int(panel.cases[cells].sum()) if question.proportion else int(cells.sum())


def _warnings(used: Bools, live: Bools) -> tuple[Remark, ...]:
    periods = np.flatnonzero((used & live).any(axis=0))
    fewest = int((used & ~live).sum(axis=0)[periods].min())
    if fewest >= FEW_SITES:
        return ()
    text = "Few sites are compared with: what happens at one of them alone weighs much."
    return (Remark("few_sites", text, {"sites": fewest}),)


def _on_the_line_of(series: Series, panel: SitePanel, without: Floats) -> Floats:
    """What was to be expected of a site, on the periods of its series."""
    place = {period: at for at, period in enumerate(panel.periods)}
    found = [without[place[period]] if period in place else np.nan for period in series.periods]
    return np.array(found, dtype=np.float64)
