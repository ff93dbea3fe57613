"""How often the intervals of the time series family hold, and how often chance alone is called.

Fixed seeds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.simulations.table import Table
from pilots.statistics.series import Floats
from pilots.statistics.time_series import residuals
from pilots.statistics.time_series.change_point import change_points
from pilots.statistics.time_series.designs import segmented
from pilots.statistics.time_series.difference_in_differences import (
    cluster_error,
    difference_in_differences,
)
from pilots.statistics.time_series.interrupted import interrupted_many
from pilots.statistics.time_series.pettitt import pettitt_many
from pilots.statistics.time_series.regression import fit

Choices = dict[str, Any]  # of `interrupted_many`, by their names
ALIKE = (0.0, 0.3, 0.6)
SERIES = 2000


def autoregressive(rng: np.random.Generator, r: float, shape: tuple[int, int]) -> Floats:
    """Normal series with variance 1 and lag-1 autocorrelation r."""
    noise = rng.standard_normal((shape[0], shape[1] + 60)) * np.sqrt(1 - r**2)
    for point in range(1, noise.shape[1]):
        noise[:, point] += r * noise[:, point - 1]
    settled: Floats = noise[:, 60:]
    return settled


def interrupted_coverage() -> Table:
    """How often the 95 % interval of the level change holds the truth."""
    values: list[tuple[str, Choices]] = [
        ("least squares, errors from the model", {"errors": "model"}),
        ("least squares, autoregressive errors (default)", {}),
        ("least squares, Newey–West, lag by rule", {"errors": "hac"}),
        (
            "least squares, Newey–West, automatic lag, prewhitened",
            {"errors": "hac", "lags": "newey_west", "prewhite": True},
        ),
        ("Prais–Winsten", {"errors": "prais_winsten"}),
    ]
    counts: list[tuple[str, Choices]] = [
        ("quasi-Poisson, errors from the model, normal", {"errors": "model", "interval": "normal"}),
        ("quasi-Poisson, errors from the model, t", {"errors": "model"}),
        ("quasi-Poisson, autoregressive errors (default)", {}),
        ("quasi-Poisson, Newey–West", {"errors": "hac"}),
    ]
    rows = []
    for points in (24, 48, 96):
        design = segmented(points, points // 2)
        place = design.names.index("level")
        step = (np.arange(points) >= points // 2) * 1.0
        found: dict[str, list[str]] = {}
        for r in ALIKE:
            rng = np.random.default_rng(int(points + 100 * r))
            noise = autoregressive(rng, r, (SERIES, points))
            for name, options in values:
                many = interrupted_many(noise + 2 * step, design, **options)
                inside = (many.lower[:, place] <= 2) & (many.upper[:, place] >= 2)
                found.setdefault(name, []).append(f"{inside.mean():.1%}")
            events = rng.poisson(np.exp(np.log(50) + 0.15 * noise + 0.2 * step))
            for name, options in counts:
                many = interrupted_many(events, design, family="quasi_poisson", **options)
                inside = (many.lower[:, place] <= 0.2) & (many.upper[:, place] >= 0.2)
                found.setdefault(name, []).append(f"{inside.mean():.1%}")
        rows += [[str(points), name, *shares] for name, shares in found.items()]
    return Table(
        f"Interrupted series: the 95 % interval of the level change holds the truth ({SERIES:,}"
        " series each; level, trend and slope change fitted)",
        ["points", "method", *(f"autocorrelation {r}" for r in ALIKE)],
        rows,
    )


def few_clusters() -> Table:
    """How often a difference in differences calls 5 % significance where nothing changed."""
    from scipy import special

    runs, periods, start = 1000, 12, 6
    rows = []
    for treated, comparison in ((1, 11), (2, 10), (3, 9), (6, 6), (10, 10)):
        groups = treated + comparison
        rng = np.random.default_rng(groups + treated)
        changed = np.arange(groups) < treated
        hits = np.zeros(5)
        for _run in range(runs):
            level = autoregressive(rng, 0.5, (groups, periods))
            sites = level + rng.normal(0, 2, (groups, 1))
            found = difference_in_differences(sites, changed, start)
            pooled = (
                difference_in_differences(y, changed, start, errors="pooled", bootstrap=0).p
                for y in (level, sites)
            )
            t = found.estimate / cluster_error(sites, changed, start)
            hits += [
                2 * special.stdtr(groups - 1, -abs(t)) < 0.05,
                found.placebo_p is not None and found.placebo_p <= 0.05,
                found.wild_p is not None and found.wild_p <= 0.05,
                *(p is not None and p < 0.05 for p in pooled),
            ]
        shares = [f"{share:.1%}" for share in hits / runs]
        if treated == 1:
            shares[2] = "not given"
        rows.append([str(treated), str(comparison), *shares])
    return Table(
        f"Difference in differences without any effect: called significant at 5 % ({runs:,} panels"
        f" of {periods} periods, autocorrelation 0.5 within sites)",
        [
            "treated",
            "comparison",
            "cluster errors (CR1, t)",
            "placebo p",
            "wild bootstrap p",
            "pooled, sites of one level",
            "pooled, levels differ (sd 2)",
        ],
        rows,
    )


def change_point_alarms() -> Table:
    """How often a change point is called at 5 % in series that have none."""
    rows = []
    for points in (20, 40, 80):
        for r in ALIKE:
            rng = np.random.default_rng(int(points + 10 * r))
            series = autoregressive(rng, r, (SERIES, points))
            fs = change_points(series).p, change_points(series, small_sample=False).p
            shares = [(p < 0.05).mean() for p in (*fs, pettitt_many(series).p)]
            rows.append([str(points), str(r), *(f"{share:.1%}" for share in shares)])
    return Table(
        f"Change point in series without one: called at 5 % ({SERIES:,} series each)",
        ["points", "autocorrelation", "largest F (default)", "largest F as in R", "Pettitt"],
        rows,
    )


def residual_alarms() -> Table:
    """How often tests for autocorrelation call residuals of independent points at 5 %."""
    from scipy import special

    rows = []
    for points in (24, 60, 104, 200):
        design = segmented(points, points // 2)
        series = np.random.default_rng(points).standard_normal((2 * SERIES, points))
        fits = fit(series, design)
        for lags in (1, 4, 10):
            degrees = points - design.matrix.shape[1] - lags
            if lags > points // 5:
                continue
            statistic, p = residuals.breusch_godfrey(fits, design, lags=lags)
            share = statistic / points
            as_f = special.fdtrc(lags, degrees, share / lags / ((1 - share) / degrees))
            together = residuals.ljung_box(fits.pearson, design, lags=lags)
            shares = [f"{(test < 0.05).mean():.1%}" for test in (p, as_f, together)]
            rows.append([str(points), str(lags), *shares])
    return Table(
        f"Residuals of independent points: called autocorrelated at 5 % ({2 * SERIES:,} series each;"
        " level, trend and slope change fitted)",
        ["points", "lags", "Breusch–Godfrey", "its F", "Ljung–Box"],
        rows,
    )


TABLES = (interrupted_coverage, residual_alarms, few_clusters, change_point_alarms)
