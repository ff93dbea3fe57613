"""Series with a known story, for the tests of what is said about them."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np

from pilots.evidence.numbers import Numbers, SeriesPlan, answer
from pilots.metrics.figures import Figures, figures
from pilots.metrics.series import Series

FIRST = date(2025, 12, 1)  # a Monday


def noise(before: int, after: int) -> np.ndarray[Any, Any]:
    """Fixed noise with a spread of about 1 and a mean of 0 on either side."""
    drawn = np.random.default_rng(7).normal(size=200)[: before + after]
    for half in (drawn[:before], drawn[before:]):
        if len(half) > 1:
            half -= half.mean()
    return drawn


def weeks(n: int) -> list[date]:
    return [FIRST + timedelta(weeks=week) for week in range(n)]


def of_values(
    before: int, after: int, *, level: float = 16.0, shift: float = 0.0, spread: float = 0.5
) -> Series:
    n = before + after
    values = level + spread * noise(before, after)
    values[before:] += shift
    return Series(weeks(n), values, None, None, np.full(n, np.nan), np.ones(n, dtype=np.int64))


def of_shares(before: int, after: int, *, share: float, then: float, cases: int = 600) -> Series:
    n = before + after
    under = np.full(n, float(cases))
    level = np.where(np.arange(n) < before, share, then)
    over = np.round(cases * level + np.sqrt(cases * level * (1 - level)) * noise(before, after))
    return Series(weeks(n), over / under, over, under, under, np.ones(n, dtype=np.int64))


def ask(series: Series, *, live: int | None, direction: str = "lower", **more: Any) -> Numbers:
    """The numbers of a series that went live at that point."""
    question = SeriesPlan(
        proportion=series.numerators is not None,
        cadence="week",
        direction=direction,
        steady=more.pop("steady", True),
        live_on=None if live is None else FIRST + timedelta(weeks=live),
        **more,
    )
    return answer(series, question)


def written(series: Series, *, unit: str = "minutes") -> Figures:
    """How the numbers of such a series are written."""
    known = series.known > 0
    kind = "value" if series.numerators is None else "proportion"
    metric = SimpleNamespace(kind=kind, measure_unit=unit)
    return figures(metric, float(np.nanmedian(series.values)) if known else None)
