"""A varied set of series, each with its plan and the product's answer, as a pack has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from pilots.connectors.measurement import Cadence
from pilots.evidence.numbers import SeriesPlan, answer
from pilots.evidence_packs.tables import AnsweredMetric
from pilots.metrics.series import Series

Array = np.ndarray[Any, Any]
# Two years and more of its own numbers.
LONG = {"day": 740, "week": 120, "month": 30}
FIRST = {"day": date(2025, 1, 1), "week": date(2025, 1, 6), "month": date(2019, 1, 1)}


def line(cadence: str, points: int) -> list[date]:
    periods = [FIRST[cadence]]
    while len(periods) < points:
        periods.append(Cadence(cadence).next(periods[-1]))
    return periods


def alike(rng: np.random.Generator, points: int, r: float) -> Array:
    """Noise of variance 1 whose neighbours resemble each other."""
    drawn = rng.normal(size=points)
    for i in range(1, points):
        drawn[i] = r * drawn[i - 1] + np.sqrt(1 - r * r) * drawn[i]
    return drawn


def varied(seed: int, count: int) -> Iterator[AnsweredMetric]:
    """So many series of unlike kinds, plans and stories; the same for the same seed."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        yield one(rng, f"{seed}-{number}")


def one(rng: np.random.Generator, key: str) -> AnsweredMetric:
    cadence = str(rng.choice(["day", "week", "week", "month"]))
    before = int(rng.choice([0, 3, 8, 12, 26, 52, LONG[cadence], LONG[cadence]]))
    after = int(rng.choice([0, 2, 4, 9, 20, 40]))
    points = max(before + after, 1)
    periods = line(cadence, points)
    live = rng.random() < 0.9
    share = bool(rng.random() < 0.5)
    shift = float(rng.choice([0, 0, 1, -1, 2, 4])) * (np.arange(points) >= before)
    noise = alike(rng, points, float(rng.choice([0, 0, 0.4, 0.8, 0.99]))) + shift
    noise[before:] *= float(rng.choice([1, 1, 3]))
    sizes = rng.choice([20, 60, 200, 1200], size=points) if rng.random() < 0.4 else 150
    cases = np.full(points, sizes).astype(np.float64)
    gone = rng.random(points) < (0.15 if rng.random() < 0.4 else 0)
    level = float(rng.choice([0.002, 0.01, 0.1, 0.5, 0.93]))
    if share:
        spread = float(rng.choice([0, 0, 0.5])) * level * (1 - level)
        chance = np.clip(level + shift * np.sqrt(level / 150) + spread * noise, 0, 1)
        over: Array = rng.binomial(cases.astype(int), chance).astype(np.float64)
        over[gone], cases[gone] = np.nan, np.nan
        with np.errstate(invalid="ignore"):
            series = Series(periods, over / cases, over, cases, cases, versions(points))
        places = level + np.array([0.5, 1, 1.5, 3]) * np.sqrt(level * (1 - level) / 150)
    else:
        values = 16 + noise if rng.random() < 0.93 else np.full(points, 16.0)
        values[gone] = np.nan
        known = cases if rng.random() < 0.5 else np.full(points, np.nan)
        series = Series(periods, values, None, None, known, versions(points))
        places = np.array([15, 16.5, 17, 18.5])
    plan = SeriesPlan(
        proportion=share,
        cadence=cadence,
        direction=str(rng.choice(["lower", "lower", "higher", "neutral"])),
        target=maybe(rng, places),
        limit=maybe(rng, places),
        margin=maybe(rng, np.array([0.01, 0.5])),
        live_on=(periods[before] if before < points else periods[-1] + timedelta(days=40))
        if live
        else None,
        steady=bool(rng.random() < 0.85),
        settling_weeks=int(rng.choice([0, 0, 0, 2])),
        design=str(rng.choice(["", "", "", "", "before_after", "interrupted"])),
        level=float(rng.choice([0.95, 0.96, 0.99])),
    )
    if before >= 12 and rng.random() < 0.4:
        begin = periods[int(rng.integers(before - 8))]
        if rng.random() < 0.2:
            begin -= timedelta(days=4000)  # nothing of it is known
        plan = replace(plan, baseline_from=begin, baseline_until=begin + timedelta(days=200))
    meanings = None
    if rng.random() < 0.2 and points > 2:
        meanings = (np.arange(points) >= rng.integers(points)).astype(np.int64)
    return AnsweredMetric(key, f"Metric {key}", "primary", answer(series, plan, meanings))


def varied_rates(seed: int, count: int) -> Iterator[AnsweredMetric]:
    """So many rates and counts, rare and not, with gaps and unlike exposures."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        yield one_rate(rng, f"{seed}-rate-{number}")


def one_rate(rng: np.random.Generator, key: str) -> AnsweredMetric:
    cadence = str(rng.choice(["week", "month"]))
    before = int(rng.choice([0, 4, 12, 26, LONG[cadence]]))
    after = int(rng.choice([0, 3, 12, 30]))
    points = max(before + after, 1)
    periods = line(cadence, points)
    exposure = np.full(points, 1.0)
    if rng.random() < 0.8:
        exposure = rng.integers(300, 2400, size=points) / 1000
    level = float(rng.choice([0.6, 3.2, 9.0, 60.0]))
    then = np.where(np.arange(points) < before, 1.0, float(rng.choice([0.4, 1, 1, 1.6, 3])))
    wander = np.exp(float(rng.choice([0, 0, 0.4])) * alike(rng, points, 0.4))
    events: Array = rng.poisson(level * exposure * then * wander).astype(np.float64)
    gone = rng.random(points) < (0.1 if rng.random() < 0.4 else 0)
    events[gone], exposure[gone] = np.nan, np.nan
    plan = SeriesPlan(
        proportion=False,
        rate=True,
        cadence=cadence,
        direction=str(rng.choice(["lower", "lower", "higher", "neutral"])),
        target=maybe(rng, level * np.array([0.4, 1, 2])),
        limit=maybe(rng, level * np.array([0.0, 0.7, 1.2, 2])),
        margin=maybe(rng, level * np.array([0.1, 1.5])),
        live_on=periods[before] if before < points else periods[-1] + timedelta(days=40),
        steady=bool(rng.random() < 0.85),
        settling_weeks=int(rng.choice([0, 0, 2])),
        design=str(rng.choice(["", "", "interrupted"])),
        level=float(rng.choice([0.95, 0.99])),
    )
    meanings = None
    if rng.random() < 0.15 and points > 2:
        meanings = (np.arange(points) >= rng.integers(points)).astype(np.int64)
    with np.errstate(invalid="ignore"):
        series = Series(
            periods, events / exposure, events, exposure, exposure, versions(points), rate=True
        )
    return AnsweredMetric(key, f"Metric {key}", "guardrail", answer(series, plan, meanings))


def varied_risks(seed: int, count: int) -> Iterator[AnsweredMetric]:
    """So many shares whose patients' risks are known, not all of them everywhere."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        yield one_by_risk(rng, f"{seed}-risk-{number}")


def one_by_risk(rng: np.random.Generator, key: str) -> AnsweredMetric:
    before, after = int(rng.choice([0, 4, 12, 26, 120])), int(rng.choice([3, 12, 30]))
    points = before + after
    periods = line("week", points)
    cases = rng.integers(40, 260, size=points).astype(np.float64)
    level = float(rng.choice([0.02, 0.1, 0.1, 0.3]))
    risk = level * (1 + 0.3 * np.sin(np.arange(points) / 5))
    risk[before:] *= float(rng.choice([0.7, 1, 1.5]))
    harm = np.where(np.arange(points) < before, 1.0, float(rng.choice([0.5, 1, 1.2, 2, 3])))
    over: Array = rng.binomial(cases.astype(int), np.minimum(risk * harm, 1)).astype(np.float64)
    # A risk model need not be right on average.
    expected = np.minimum(risk * float(rng.choice([0.6, 1, 1.4])), 1) * cases
    if rng.random() < 0.1:
        expected[int(rng.integers(points))] = np.nan
    if rng.random() < 0.2:
        for column in (over, cases, expected):
            column[int(rng.integers(points))] = np.nan
    times = float(rng.choice([1.1, 1.5, 3]))
    plan = SeriesPlan(
        proportion=True,
        cadence="week",
        direction=str(rng.choice(["lower", "lower", "lower", "lower", "higher"])),
        limit=round(level * times, 6),
        live_on=periods[before],
        steady=True,
        settling_weeks=int(rng.choice([0, 0, 2])),
    )
    if rng.random() < 0.08:
        expected[before:] /= 50
    meanings = None
    if rng.random() < 0.15:
        meanings = (np.arange(points) >= rng.integers(points)).astype(np.int64)
    series = Series(periods, over / cases, over, cases, cases, versions(points), expected)
    return AnsweredMetric(key, f"Metric {key}", "guardrail", answer(series, plan, meanings))


def versions(points: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.ones(points, dtype=np.int64)


def maybe(rng: np.random.Generator, places: Array) -> float | None:
    return round(float(rng.choice(places)), 6) if rng.random() < 0.6 else None
