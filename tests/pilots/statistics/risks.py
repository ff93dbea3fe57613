"""Weekly events of patients whose risks are known."""

from __future__ import annotations

from typing import Any

import numpy as np

from pilots.statistics.analysis import Plans

Floats = np.ndarray[Any, np.dtype[np.float64]]


def weekly(seed: int, *, sicker: float = 1.0, harm: float = 1.0) -> tuple[Floats, Floats, Floats]:
    """Half a year before and half a year since: events of 200 patients a week with a mean risk of one
    in ten, `sicker` and harmed since, and how many the risks let expect, a quarter too many."""
    since = np.arange(52) >= 26
    risk = 0.1 * (1 + 0.2 * np.sin(np.arange(52) / 4)) * np.where(since, sicker, 1.0)
    cases = np.full(52, 200.0)
    events = (
        np.random.default_rng(seed).binomial(200, risk * np.where(since, harm, 1.0)).astype(float)
    )
    return events, cases, 1.25 * risk * cases


def halves_of(series: int) -> Plans:
    """Half a year before and half a year since."""
    return Plans(
        points=np.full(series, 52),
        window=np.tile(np.arange(52) < 26, (series, 1)),
        go_live=np.full(series, 26),
        target=np.full(series, np.nan),
        level=np.full(series, 0.95),
        settle=np.zeros(series, dtype=np.int64),
    )
