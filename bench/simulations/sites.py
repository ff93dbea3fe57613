"""What the site would have said of pilots with comparison sites, looked at every week for a year.

As `verdicts`, through the product's own path; each site is drawn by itself, and what moves all of them is
drawn once.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import numpy as np

from bench.simulations.table import Table
from bench.simulations.verdicts import BEGINS, PILOTS, YEAR, Drawn, process, share
from pilots.evidence.numbers import SeriesPlan, answers
from pilots.evidence.sites import ComparisonSite, SiteSeries
from pilots.statistics.verdicts import Verdict


@dataclass(frozen=True)
class DrawnSites:
    """The pilot's own series, and those of the sites beside it; in which week after the pilot's go-live
    each goes live itself, None for never."""

    own: Drawn
    others: tuple[Drawn, ...]
    waves: tuple[int | None, ...] = ()

    def upto(self, looks: int) -> tuple[SeriesPlan, list[SiteSeries]]:
        sites = []
        for number, drawn in enumerate(self.others):
            wave = self.waves[number] if self.waves else None
            live = wave is not None and wave < looks
            day = BEGINS + timedelta(weeks=drawn.baseline + (wave or 0)) if live else None
            sites.append(SiteSeries(ComparisonSite(number, 1, looks, day), drawn.upto(looks), None))
        plan = self.own.plan(0.95, steady=False)
        return replace(plan, sites=tuple(one.site for one in sites)), sites


Draw = Callable[[np.random.Generator], DrawnSites]


def counts(
    rng: np.random.Generator,
    *,
    sites: int = 5,
    baseline: int = 26,
    level: float = 0.12,
    unlike: float = 0.3,
    cases: tuple[int, ...] = (300,),
    rho: float = 0.0,
    sd: float = 0.0,
    season: float = 0.0,
    peak: bool = False,
    trend: float = 0.0,
    own_trend: float = 0.0,
    to: float = 1.0,
    waves: tuple[int | None, ...] = (),
) -> DrawnSites:
    """Weekly counts at a site that goes live and at `sites` beside it. `unlike`: the standard deviation of
    the logarithms of their levels; `cases` of the sites in turn; `rho` and `sd` of each site's own process;
    `season` and `trend` move all alike, `own_trend` the pilot's site alone; `to`: by what the level is
    multiplied since go-live."""
    weeks = np.arange(baseline + YEAR)
    phase = 0.25 - baseline / 2 / YEAR if peak else rng.uniform()
    common = 1 + season * np.sin(2 * np.pi * (weeks / YEAR + phase))
    common *= (1 - trend) ** (weeks / YEAR)
    drawn = []
    for number in range(sites + 1):
        wave = (0, *(waves or (None,) * sites))[number]
        own = level if number == 0 else level * float(np.exp(rng.normal(0, unlike)))
        part = np.minimum(own * common * np.exp(process(rng, len(weeks), rho, sd)), 0.95)
        if number == 0:
            part = part * (1 - own_trend) ** (weeks / YEAR)
        if wave is not None:
            part[baseline + wave :] *= to
        under = np.full(len(weeks), float(cases[number % len(cases)]))
        over = rng.binomial(under.astype(int), part).astype(np.float64)
        drawn.append(Drawn(baseline, over, under))
    return DrawnSites(drawn[0], tuple(drawn[1:]), waves)


def values(
    rng: np.random.Generator,
    *,
    sites: int = 5,
    baseline: int = 26,
    rho: float = 0.0,
    spell: bool = False,
) -> DrawnSites:
    """Weekly values of stable processes; after a `spell` the pilot's site was chosen because its last four
    weeks were a standard deviation worse than usual."""
    drawn = [20 + process(rng, baseline + YEAR, rho, 1.0) for _site in range(sites + 1)]
    while spell and drawn[0][baseline - 4 : baseline].mean() <= 21:
        drawn[0] = 20 + process(rng, baseline + YEAR, rho, 1.0)
    own, *others = (Drawn(baseline, one) for one in drawn)
    return DrawnSites(own, tuple(others))


WAVES = (8, 16, 24, None, None)
WEDGE = (6, 12, 18, 24, 30)
ROWS: dict[str, Draw] = {
    "independent, 12 baseline weeks": partial(counts, baseline=12),
    "independent": counts,
    "one site beside it": partial(counts, sites=1),
    "ten sites beside it": partial(counts, sites=10),
    "sites of 60, 300 and 1,200 cases": partial(counts, cases=(300, 60, 1200), rho=0.4, sd=0.15),
    "rare: 1 in 100": partial(counts, level=0.01),
    "season ±20 %, baseline at the peak": partial(counts, season=0.2, peak=True),
    "season ±20 %, 12 baseline weeks": partial(counts, season=0.2, baseline=12),
    "all improve 23 % a year, season ±20 %": partial(counts, season=0.2, trend=0.23),
    "AR 0.4, sd 0.15, 12 baseline weeks": partial(counts, rho=0.4, sd=0.15, baseline=12),
    "AR 0.8 under sampling noise, 12 baseline weeks": partial(
        counts, rho=0.8, sd=0.15, baseline=12
    ),
    "AR 0.8 under sampling noise": partial(counts, rho=0.8, sd=0.15),
    "AR 0.9 under sampling noise": partial(counts, rho=0.9, sd=0.15),
    "AR 0.8 under sampling noise, 104 baseline weeks": partial(
        counts, rho=0.8, sd=0.15, baseline=104
    ),
    "AR 0.8, one site beside it": partial(counts, rho=0.8, sd=0.15, sites=1),
    "values, AR 0.4": partial(values, rho=0.4),
    "values, AR 0.8": partial(values, rho=0.8),
    "after a bad spell, AR 0.4, 8 baseline weeks": partial(values, rho=0.4, spell=True, baseline=8),
    "after a bad spell, AR 0.6, 12 baseline weeks": partial(
        values, rho=0.6, spell=True, baseline=12
    ),
    "staggered waves, season, AR 0.4": partial(counts, waves=WAVES, season=0.2, rho=0.4, sd=0.15),
    "stepped wedge, season, AR 0.8": partial(
        counts, waves=WEDGE, baseline=12, season=0.2, rho=0.8, sd=0.15
    ),
}
# What it assumes is wrong: the pilot's site alone was on its way.
WRONG: dict[str, Draw] = {
    "it alone improves 23 % a year, 26 baseline weeks": partial(counts, own_trend=0.23),
    "it alone improves 23 % a year, 104 baseline weeks": partial(
        counts, own_trend=0.23, baseline=104
    ),
}
POWER: dict[str, Draw] = {
    "independent, 12 baseline weeks": partial(counts, to=0.75, baseline=12),
    "independent": partial(counts, to=0.75),
    "season ±20 %": partial(counts, to=0.75, season=0.2),
    "AR 0.4, sd 0.15": partial(counts, to=0.75, rho=0.4, sd=0.15),
    "one site beside it": partial(counts, to=0.75, sites=1),
    "staggered waves, AR 0.4, sd 0.15": partial(counts, to=0.75, rho=0.4, sd=0.15, waves=WAVES),
    "stepped wedge, season, AR 0.4, sd 0.15": partial(
        counts, to=0.75, season=0.2, rho=0.4, sd=0.15, waves=WEDGE, baseline=12
    ),
}


def sites() -> Table:
    """How often a pilot without any effect is told that it has one, beside comparison sites."""
    rows = []
    for name, draw in (ROWS | WRONG).items():
        told = _told(draw, name)
        better, harm = [one[0] > 0 for one in told], [one[1] for one in told]
        either = [good or bad for good, bad in zip(better, harm, strict=True)]
        rows.append((name, share(better), share(harm), share(either)))
    return Table(
        "No effect, comparison sites, nothing else assumed, a look every week for a year: ever told",
        ("series", "better", "harm", "either"),
        rows,
        f"{PILOTS} pilots a row, five sites beside each and 26 baseline weeks if nothing is said.",
    )


def found_by_sites() -> Table:
    """How often an effect that is there is seen by its 26th and by its last week."""
    rows = []
    for name, draw in POWER.items():
        weeks = [one[0] for one in _told(draw, name)]
        by_26 = [0 < week <= 26 for week in weeks]
        rows.append((name, share(by_26), share([week > 0 for week in weeks])))
    return Table(
        "12 % to 9 %, 300 cases, comparison sites: better by week", ("series", "26", "52"), rows
    )


def _told(draw: Draw, name: str) -> list[tuple[int, bool]]:
    with ProcessPoolExecutor() as pool:
        return list(pool.map(partial(said, draw, zlib.crc32(name.encode())), range(PILOTS)))


def said(draw: Draw, seed: int, number: int) -> tuple[int, bool]:
    """In which week the pilot was first told better, 0 for never; whether ever harm."""
    drawn = draw(np.random.default_rng([seed, number]))
    asked = [drawn.upto(look) for look in range(1, YEAR + 1)]
    found = answers(
        [drawn.own.upto(look) for look in range(1, YEAR + 1)],
        [plan for plan, _sites in asked],
        [None] * YEAR,
        [sites for _plan, sites in asked],
    )
    words = [one.verdict for one in found]
    first = words.index(Verdict.BETTER) + 1 if Verdict.BETTER in words else 0
    return first, Verdict.HARM_SIGNAL in words


TABLES = (sites, found_by_sites)
