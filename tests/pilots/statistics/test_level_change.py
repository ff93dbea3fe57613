"""The change of level beside a season and a trend: against a slow twin, and what it must survive."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pilots.statistics.confidence_sequences.half_widths import half_width_student
from pilots.statistics.time_series.level_change import COSINES, LevelChanges, level_changes

Row = NDArray[np.float64]
BEFORE, SINCE = 104, 26
WEEKS = np.arange(BEFORE + SINCE)
YEARS = WEEKS / 52.1786
AFTER = WEEKS >= BEFORE


def rows(n: int, *, season: float = 0.0, trend: float = 0.0, change: float = 0.0) -> Row:
    rng = np.random.default_rng(20261129)
    level = 20 + season * np.sin(2 * np.pi * (YEARS + 0.3)) + trend * YEARS + change * AFTER
    return np.asarray(level + rng.normal(0, 1, (n, len(WEEKS))))


def changes(values: Row, sampling: Row | None = None, **more: Any) -> LevelChanges:
    given = np.zeros_like(values) if sampling is None else sampling
    counted = sampling is not None and more.pop("counted", True)
    return level_changes(values, given, AFTER, YEARS, alpha=0.05, counted=counted, **more)


def twin(y: Row, sampling: Row, *, counted: bool) -> tuple[float, float]:
    """One series, step by step as docs/statistics.md says it, with no care for speed."""
    there = [i for i in range(len(y)) if math.isfinite(y[i])]
    mean = sum(YEARS) / len(YEARS)

    def line(i: int) -> list[float]:
        turn = 2 * math.pi * YEARS[i]
        waves = [math.sin(turn), math.sin(2 * turn), math.cos(turn), math.cos(2 * turn)]
        return [1.0, YEARS[i] - mean, *waves, float(AFTER[i])]

    x = np.array([line(i) for i in there])
    values, s = y[there], sampling[there]
    n, terms = x.shape
    plain = values - x @ np.linalg.lstsq(x, values, rcond=None)[0]
    inflated = (plain**2).sum() / (n - terms)
    if counted:
        weights = 1 / (max(inflated - s.mean(), 0.0) + s)
    elif s.max() == 0:
        weights = np.ones(n)
    else:
        slope = ((s - s.mean()) * plain**2).sum() / ((s - s.mean()) ** 2).sum() * n / (n - terms)
        level = inflated - max(slope, 0) * s.mean()
        if level < 0:
            slope, level = (s * plain**2).sum() / (s**2).sum() * n / (n - terms), 0.0
        weights = 1 / (level + max(slope, 0) * s)
        weights *= n / weights.sum()
    root = np.sqrt(weights)
    inverse = np.linalg.inv((x * weights[:, None]).T @ x)
    beta = inverse @ (x * weights[:, None]).T @ values
    rest = root * (values - x @ beta)
    hat = (root[:, None] * x) @ inverse @ (root[:, None] * x).T
    white = (rest**2).sum() / (n - terms)
    if counted:
        white = max(white, 1.0)
    waves = range(1, min(COSINES, math.floor(0.4 * n)) + 1)
    cosines = np.array(
        [
            [math.sqrt(2 / len(y)) * math.cos(math.pi * j * (i + 0.5) / len(y)) for j in waves]
            for i in there
        ]
    )
    left = cosines.T @ (np.eye(n) - hat) @ cosines
    slow = ((rest @ cosines) ** 2).sum() / np.trace(left)
    freedom = np.trace(left) ** 2 / (left**2).sum()
    tuned = 11 / weights[~AFTER[there]].sum()
    halves = [
        float(half_width_student(inverse[-1, -1], v * d, d + 1, alpha=0.05, optimal=tuned))
        for v, d in ((slow, freedom), (white, n - terms))
    ]
    return float(beta[-1]), max(halves)


@pytest.mark.parametrize("kind", ["values", "means", "counted"])
def test_it_is_what_the_slow_twin_says(kind: str) -> None:
    rng = np.random.default_rng(5)
    values = rows(6, season=2.0, trend=-1.0, change=-0.5)
    cases = rng.integers(5, 400, values.shape).astype(np.float64)
    sampling = {
        "values": np.zeros_like(values),
        "means": 1 / cases,
        "counted": 40 / cases,
    }[kind]
    values += rng.normal(0, np.sqrt(sampling))
    values[1, 3] = values[2, [50, 110]] = np.nan
    found = changes(values, sampling, counted=kind == "counted")
    for number, row in enumerate(values):
        change, half = twin(row, sampling[number], counted=kind == "counted")
        assert found.change[number] == pytest.approx(change, abs=1e-9)
        assert found.half[number] == pytest.approx(half, rel=1e-9)


def test_a_season_and_a_trend_are_taken_out() -> None:
    found = changes(rows(200, season=4.0, trend=-5.0, change=-1.5))
    assert found.change.mean() == pytest.approx(-1.5, abs=0.1)
    assert (np.abs(found.change + 1.5) < found.half).mean() > 0.95


def test_what_was_to_be_expected_goes_on_with_the_season_and_the_trend() -> None:
    values = rows(1, season=4.0, trend=-5.0, change=-3.0)
    found = changes(values)
    expected = 20 + 4 * np.sin(2 * np.pi * (YEARS + 0.3)) - 5 * YEARS
    assert np.abs(found.without[0] - expected).max() < 2.0
    mean = np.average(values[0, AFTER] - found.without[0, AFTER], weights=found.weights[0, AFTER])
    assert mean == pytest.approx(found.change[0])


def test_a_point_of_few_cases_weighs_little() -> None:
    values = rows(1)
    cases = np.full_like(values, 400.0)
    cases[0, -1] = 1.0
    values[0, -1] += 30
    sampling = 400 / cases
    weighed, same = changes(values, sampling), changes(values, np.ones_like(values))
    assert abs(weighed.change[0]) < abs(same.change[0]) / 3


def test_a_working_week_is_no_noise() -> None:
    days = np.arange(900)
    weekend = np.where(days % 7 >= 5, 10.0, 0.0)
    values = (20 + weekend + np.random.default_rng(3).normal(0, 1, 900))[np.newaxis]
    asked: dict[str, Any] = {"alpha": 0.05, "counted": False}
    shape = (values, np.zeros_like(values), days >= 740, days / 365.25)
    weekdays = np.asarray(days % 7, dtype=np.float64)
    known = level_changes(*shape, weekdays=weekdays, **asked)
    unknown = level_changes(*shape, **asked)
    assert known.half[0] < unknown.half[0] / 2


def test_slow_drift_widens_the_interval_and_is_named() -> None:
    rng = np.random.default_rng(8)
    noise = rng.normal(0, 1, (200, len(WEEKS)))
    drift = noise.copy()
    for week in range(1, len(WEEKS)):
        drift[:, week] = 0.9 * drift[:, week - 1] + math.sqrt(1 - 0.81) * noise[:, week]
    still, moving = changes(20 + noise), changes(20 + drift)
    assert np.median(moving.half) > 2 * np.median(still.half)
    assert np.median(moving.drift) > 3 > 1.5 > np.median(still.drift)
