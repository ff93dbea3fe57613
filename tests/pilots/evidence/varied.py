"""Series of every kind that a hospital has, drawn from a seed, for tests of many at once."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from pilots.connectors.measurement import Cadence
from pilots.evidence.numbers import SeriesPlan
from pilots.metrics.series import Series

FIRST = date(2023, 1, 2)  # a Monday
Case = tuple[Series, SeriesPlan, NDArray[np.int64] | None]


def varied(number: int, *, seed: int) -> list[Case]:
    rng = np.random.default_rng(seed)
    return [_case(rng) for _ in range(number)]


def _case(rng: np.random.Generator) -> Case:
    cadence = str(rng.choice(["day", "week", "week", "week", "month"]))
    points = int(rng.choice([0, 1, 3, 9, 17, 30, 52, 104, 131], p=[0.03] * 4 + [0.176] * 5))
    periods = _line(Cadence(cadence), points)
    live = int(rng.integers(0, points + 1)) if points and rng.random() < 0.85 else None
    proportion = bool(rng.random() < 0.5)
    series, level, spread = _series(rng, periods, live, proportion)
    days = [*periods, Cadence(cadence).next(periods[-1])] if periods else [FIRST]
    baseline: tuple[date | None, date | None] = (None, None)
    if points > 3 and rng.random() < 0.3:
        first, last = sorted(rng.integers(0, points, 2))
        baseline = (days[first], days[last])
    asked = SeriesPlan(
        proportion=proportion,
        cadence=cadence,
        direction=str(rng.choice(["lower", "lower", "higher", "neutral"])),
        target=level if rng.random() < 0.5 else None,
        limit=level + float(rng.choice([-1, 0, 1, 3])) * spread if rng.random() < 0.6 else None,
        margin=2 * spread if rng.random() < 0.3 else None,
        baseline_from=baseline[0],
        baseline_until=baseline[1],
        live_on=None if live is None else days[live] - timedelta(days=int(rng.integers(0, 3))),
        steady=bool(rng.random() < 0.8),
        level=float(rng.choice([0.95, 0.96, 0.9975])),
    )
    meanings = None
    if points and rng.random() < 0.15:
        meanings = (np.arange(points) >= rng.integers(0, points)).astype(np.int64)
    return series, asked, meanings


def _series(
    rng: np.random.Generator, periods: list[date], live: int | None, proportion: bool
) -> tuple[Series, float, float]:
    """The series, its level and about how much a point varies."""
    points = len(periods)
    since = np.arange(points) >= (points if live is None else live)
    change = float(rng.choice([0, 0, -2, 2]))
    gaps = rng.random(points) < float(rng.choice([0, 0, 0.1, 0.4]))
    versions = np.ones(points, dtype=np.int64)
    if proportion:
        under = rng.integers(0 if rng.random() < 0.3 else 150, 400, points).astype(float)
        share = float(rng.choice([0.0, 0.002, 0.12, 0.5, 0.97]))
        wide = float(np.sqrt(share * (1 - share) / 250))
        chance = np.clip(share + since * change * wide, 0, 1)
        if rng.random() < 0.3:
            chance = np.clip(chance + 2 * wide * rng.normal(size=points), 0, 1)
        over = rng.binomial(under.astype(int), chance).astype(float)
        over[gaps] = under[gaps] = np.nan
        over[under == 0] = under[under == 0] = np.nan  # as the table holds none
        return Series(periods, over / under, over, under, under, versions), share, wide
    level, wide = float(rng.choice([0.1, 30.0, 500.0])), float(rng.choice([0.0, 0.2, 1.0]))
    noise = rng.normal(size=points)
    if rng.random() < 0.3:
        for place in range(1, points):
            noise[place] = 0.6 * noise[place - 1] + 0.8 * noise[place]
    values = level + wide * (noise + change * since)
    if rng.random() < 0.2:
        values = np.round(values)
    values[gaps] = np.nan
    n = rng.integers(1, 300, points).astype(float)
    if rng.random() < 0.4:
        n[:] = np.nan
    return Series(periods, values, None, None, n, versions), level, wide


def _line(cadence: Cadence, points: int) -> list[date]:
    periods = [cadence.starts(FIRST)][:points]
    while len(periods) < points:
        periods.append(cadence.next(periods[-1]))
    return periods
