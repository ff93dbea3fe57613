"""Medians and other quantiles of one sample, and the shift between two: no normal spread assumed.

Sources: Hahn and Meeker, Statistical Intervals (1991) 5.2 for order statistics. Hodges and Lehmann,
Annals of Mathematical Statistics 34 (1963) 598; Hollander and Wolfe, Nonparametric Statistical
Methods (1999) 4.3 for its interval.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.intervals.interval import (
    Interval,
    IntervalTable,
    Side,
    normal_quantile,
    tail_of,
)
from pilots.statistics.intervals.proportions import INDEPENDENT
from pilots.statistics.series import Floats, Refusal, Remark

# R's wilcox.test counts exactly below fifty values and without ties.
EXACT_BELOW = 50


def quantile(
    values: ArrayLike, q: float = 0.5, *, level: float = 0.95, side: Side = "both"
) -> Interval:
    """Where a quantile (the median by default) lies, by order statistics.

    `values`: (observations,) or (series, observations); NaN is passed over. The ends are observed
    values, chosen by the binomial law so that the level is reached or exceeded; ties only make it
    safer. The estimate is the usual sample quantile (R's type 7).

    Refusal (or NaN and the reason in `refused`): too few values for such an end to exist (a median
    at 95 % needs six).

    >>> found = quantile([3, 5, 8, 9, 12, 15, 20, 21, 30, 41])
    >>> found.estimate.item(), found.lower.item(), found.upper.item()
    (13.5, 5.0, 30.0)
    """
    if not 0 < q < 1:
        raise ValueError(f"A quantile lies between 0 and 1, unlike {q}.")
    tail = tail_of(level, side)
    given = np.asarray(values, dtype=np.float64)
    if given.ndim not in (1, 2) or np.isinf(given).any():
        raise ValueError("Give finite values as (observations,) or (series, observations).")
    n = np.isfinite(given).sum(axis=-1)
    table = IntervalTable(n=n)
    from scipy.stats import binom

    rows = np.atleast_1d(n)
    # The lower end is the largest r with P(X < r) ≤ tail, the upper one by symmetry.
    low = binom.ppf(tail, rows, q)
    low = np.where(binom.cdf(low, rows, q) <= tail, low + 1, low)
    high = binom.ppf(1 - tail, rows, q) + 1
    missing = (low < 1) & (side != "upper") | (high > rows) & (side != "lower")
    text = "{n} values are too few: none of them bounds this quantile at this level."
    table.refuse(missing, "few_values", text, n=rows)
    ordered = np.sort(np.atleast_2d(given), axis=1)[table.open]
    size = rows[table.open].astype(np.int64)

    def at(rank: Floats) -> Floats:
        place = np.clip(rank[table.open].astype(np.int64), 1, np.maximum(size, 1)) - 1
        return np.take_along_axis(ordered, place[:, np.newaxis], axis=1)[:, 0]

    return table.interval(
        np.array([np.quantile(row[:k], q) for row, k in zip(ordered, size, strict=True)]),
        (at(low), at(high)),
        level=level,
        side=side,
        bounds=(-np.inf, np.inf),
        n=size,
        method="order statistics",
        assumptions=(INDEPENDENT,),
    )


def shift(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95, side: Side = "both"
) -> Interval:
    """By how much the first group's values lie above the second's: Hodges and Lehmann's median shift.

    Two samples, (observations,) each; NaN is passed over. The estimate is the median of all
    differences, its interval the differences that the rank sum test does not reject: exact below 50
    values and without ties (R's wilcox.test with conf.int), normal otherwise. One number a time.

    Refusal: too few values for the level. Assumed: both groups are spread alike, so that one is the
    other moved; without that it is no difference of medians.

    >>> found = shift([12, 15, 20, 21, 30, 41], [3, 5, 8, 9, 13, 14])
    >>> found.estimate.item(), found.lower.item(), found.upper.item()
    (12.0, 4.0, 27.0)
    """
    tail = tail_of(level, side)
    one, two = (np.asarray(v, dtype=np.float64).ravel() for v in (first, second))
    if np.isinf(one).any() or np.isinf(two).any():
        raise ValueError("A value is infinite. Leave a missing one as NaN.")
    one, two = one[np.isfinite(one)], two[np.isfinite(two)]
    m, n = len(one), len(two)
    if m == 0 or n == 0:
        raise Refusal("few_values", "A group has no values.", first=m, second=n)
    tied = len(np.unique(np.concatenate((one, two)))) < m + n
    exact = m < EXACT_BELOW and n < EXACT_BELOW and not tied
    if exact:
        rank = _rank_sum_quantile(m, n, tail)
    else:
        spread = math.sqrt(m * n * (m + n + 1) / 12)
        rank = math.floor(m * n / 2 - normal_quantile(tail) * spread)
    if rank < 1:
        text = f"{m} and {n} values are too few for an interval at this level."
        raise Refusal("few_values", text, first=m, second=n)
    differences = np.sort(np.subtract.outer(one, two), axis=None)
    table = IntervalTable(n=float(m + n))
    same = Remark("same_shape", "Both groups are spread alike; one is the other moved.")
    return table.interval(
        np.array([np.median(differences)]),
        (differences[[rank - 1]], differences[[m * n - rank]]),
        level=level,
        side=side,
        bounds=(-np.inf, np.inf),
        n=np.array([float(m + n)]),
        method="Hodges-Lehmann, " + ("exact" if exact else "normal"),
        assumptions=(INDEPENDENT, same),
    )


def _rank_sum_quantile(m: int, n: int, tail: float) -> int:
    """R's qwilcox(tail, m, n): the smallest w with P(W ≤ w) ≥ tail."""
    ways = np.zeros(m * n + 1)
    ways[0] = 1.0
    # Gaussian binomial coefficients: multiply by 1 − x^(n+i), divide by 1 − x^i.
    for i in range(1, m + 1):
        for j in range(m * n, n + i - 1, -1):
            ways[j] -= ways[j - n - i]
        for j in range(i, m * n + 1):
            ways[j] += ways[j - i]
    share = np.cumsum(ways) / ways.sum()
    return int(np.searchsorted(share, tail, side="left"))
