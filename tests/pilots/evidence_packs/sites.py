"""A varied set of metrics with comparison sites: 2 × 2, staggered waves, stepped wedges, and what goes
wrong with them, each with the product's answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from pilots.evidence.numbers import SeriesPlan, answer
from pilots.evidence.sites import ComparisonSite, SiteSeries
from pilots.evidence_packs.tables import AnsweredMetric
from pilots.metrics.series import Series
from tests.pilots.evidence_packs.series import Array, alike, line, maybe

BEFORE = {"day": (40, 90), "week": (12, 30, 60), "month": (10, 14, 30)}
SHORT = {"day": 20, "week": 5, "month": 4}


@dataclass(frozen=True)
class Kind:
    """What the sites of one metric have in common."""

    cadence: str
    points: int
    share: bool
    positive: bool
    level: float
    common: Array
    sizes: tuple[float, ...]
    known_cases: bool
    rho: float
    spread: float
    gaps: float
    effect: float
    rate: bool = False


def varied_sites(seed: int, count: int) -> Iterator[AnsweredMetric]:
    """So many metrics; the same for the same seed."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        yield one(rng, f"s{seed}-{number}")


def varied_rate_sites(seed: int, count: int) -> Iterator[AnsweredMetric]:
    """So many of events in an exposure, of which there may be more than of that."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        yield one(rng, f"r{seed}-{number}", rate=True)


def one(rng: np.random.Generator, key: str, *, rate: bool = False) -> AnsweredMetric:
    cadence = str(rng.choice(["day", "week", "week", "week", "month"]))
    before = int(rng.choice(BEFORE[cadence])) if rng.random() < 0.95 else SHORT[cadence]
    after = int(rng.choice([0, 2, 8, 15, 26], p=[0.02, 0.03, 0.25, 0.35, 0.35]))
    kind = _kind(rng, cadence, before + after)
    if rate:
        kind = replace(kind, share=True, rate=True, level=0.1)
    periods = line(cadence, kind.points)
    days = [*periods, periods[-1] + timedelta(days=40)]
    count = int(rng.choice([0, 1, 2, 4, 7], p=[0.03, 0.22, 0.25, 0.3, 0.2]))
    waves = _waves(rng, count, before, kind.points)
    parts = bool(count and rng.random() < 0.12)
    if parts:
        waves[0] = before
    plan = SeriesPlan(
        proportion=kind.share and not kind.rate,
        rate=kind.rate,
        cadence=cadence,
        direction=str(rng.choice(["lower", "lower", "higher", "neutral"])),
        target=maybe(rng, kind.level * np.array([0.9, 1.1])),
        limit=maybe(rng, kind.level * np.array([0.8, 1.2, 1.6])) if kind.level > 0.01 else None,
        margin=maybe(rng, abs(kind.level) * np.array([0.05, 0.4])),
        live_on=days[before] - timedelta(days=int(rng.integers(0, 2)))
        if rng.random() < 0.97
        else None,
        settling_weeks=int(rng.choice([0, 0, 0, 3])),
        design="sites" if count == 0 else "",
        parts=parts,
        level=float(rng.choice([0.95, 0.96, 0.99])),
    )
    if before > 20 and rng.random() < 0.2:
        plan = replace(plan, baseline_from=days[3], baseline_until=days[before - 3])
    own = _site(rng, kind, periods, before if plan.live_on else None, never=0.0)
    beside = []
    for number, wave in enumerate(waves):
        site = ComparisonSite(number, 1, 1, None if wave is None else days[wave])
        series = _site(rng, kind, periods, wave)
        beside.append(SiteSeries(site, series, _meanings(rng, series)))
    plan = replace(plan, sites=tuple(site.site for site in beside))
    numbers = answer(own, plan, _meanings(rng, own), beside)
    names = {0: "The ward's own"} if not parts else {1: "One of its own"}
    return AnsweredMetric(key, f"Metric {key}", "primary", numbers, names)


def _kind(rng: np.random.Generator, cadence: str, points: int) -> Kind:
    share = bool(rng.random() < 0.6)
    positive = bool(rng.random() < 0.6)
    where = np.arange(points) / points
    season = float(rng.choice([0, 0.2])) * np.sin(2 * np.pi * where * 3)
    odd = rng.random()
    few, small = share and odd < 0.08, 0.08 < odd < 0.14
    level = float(rng.choice([0.004, 0.05, 0.12, 0.5, 0.9])) if share else 20.0
    return Kind(
        cadence=cadence,
        points=points,
        share=share,
        positive=positive,
        level=0.002 if few else 0.4 if small and share else level,
        common=1 + season + float(rng.choice([0, 0.2])) * where,
        sizes=(2,) if small else tuple(rng.choice([40, 150, 150, 900], 3).tolist()),
        known_cases=bool(rng.random() < 0.6),
        rho=float(rng.choice([0, 0.4, 0.8])),
        spread=0.0 if 0.14 < odd < 0.24 else float(rng.choice([0.05, 0.15])),
        gaps=float(rng.choice([0, 0, 0.1, 0.3])),
        effect=float(rng.choice([1, 1, 0.7, 1.3])),
    )


def _waves(rng: np.random.Generator, count: int, before: int, points: int) -> list[int | None]:
    """When each of the others goes live: none, some later or earlier, or all one after the other."""
    story = rng.random()
    if story < 0.55:
        return [None] * count
    if story < 0.58:
        return [before] * count  # nothing is left to compare with
    late = [min(before + int(rng.integers(-4, 20)), points) for _ in range(count)]
    if story < 0.75:
        return [wave if rng.random() < 0.5 else None for wave in late]
    return list(late)


def _site(
    rng: np.random.Generator,
    kind: Kind,
    periods: list[date],
    live: int | None,
    *,
    never: float = 0.06,
) -> Series:
    """`never`: how often nothing is ever seen there."""
    points = kind.points
    size = float(rng.choice(kind.sizes))
    cases = np.full(points, size)
    if rng.random() < 0.3:
        cases = np.maximum(np.round(cases * rng.uniform(0.4, 1.6, points)), 1)
    since = np.arange(points) >= (points if live is None else live)
    noise = alike(rng, points, kind.rho)
    gone = rng.random(points) < kind.gaps
    begins = int(rng.integers(1, 6)) if rng.random() < 0.15 else 0
    ends = points - (int(rng.integers(1, 6)) if rng.random() < 0.15 and points > 20 else 0)
    own = 0.0 if kind.share and rng.random() < never else float(np.exp(rng.normal(0, 0.2)))
    versions = np.ones(points, dtype=np.int64)
    alone = 1 + (1.5 if rng.random() < 0.08 else 0.0) * np.arange(points) / points
    if kind.share:
        odds = kind.level * own * kind.common * alone * (1 + kind.spread * noise)
        chance = np.clip(odds * np.where(since, kind.effect, 1), 0, 1)
        if kind.rate:
            return _cut(_rate(rng, periods, chance, cases, gone), slice(begins, ends))
        over: Array = rng.binomial(cases.astype(int), chance).astype(np.float64)
        over[gone], cases[gone] = np.nan, np.nan
        with np.errstate(invalid="ignore"):
            values = over / cases
        whole = Series(periods, values, over, cases, cases, versions)
    else:
        move = kind.common * kind.level * own * alone + kind.level * kind.spread * noise
        if kind.spread == 0:  # exactly alike, or never moved
            move = kind.common * kind.level if kind.effect != 1 else np.full(points, kind.level)
        values = move * np.where(since, kind.effect, 1)
        values = values if kind.positive else values - 1.1 * kind.level
        values[gone] = np.nan
        known = cases if kind.known_cases else np.full(points, np.nan)
        whole = Series(periods, values, None, None, known, versions)
    return _cut(whole, slice(begins, ends))


def _rate(
    rng: np.random.Generator, periods: list[date], chance: Array, cases: Array, gone: Array
) -> Series:
    """Events in so many tens of days, as often as there is a chance of one a day."""
    over: Array = rng.poisson(cases * chance).astype(np.float64)
    under = cases / 10
    over[gone], under[gone] = np.nan, np.nan
    with np.errstate(invalid="ignore"):
        values = over / under
    versions = np.ones(len(periods), dtype=np.int64)
    return Series(periods, values, over, under, under, versions, rate=True)


def _cut(series: Series, part: slice) -> Series:
    over, under = series.numerators, series.denominators
    return Series(
        series.periods[part],
        series.values[part],
        None if over is None else over[part],
        None if under is None else under[part],
        series.n[part],
        series.versions[part],
        rate=series.rate,
    )


def _meanings(rng: np.random.Generator, series: Series) -> NDArray[np.int64] | None:
    """What was counted otherwise until some day, or between two."""
    if rng.random() > 0.12 or not len(series):
        return None
    first, last = sorted(rng.integers(0, len(series), 2).tolist())
    place = np.arange(len(series))
    between = rng.random() < 0.5
    return np.where((place >= first) & ((place < last) | ~np.array(between)), 1, 2)
