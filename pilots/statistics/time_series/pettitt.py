"""Whether and when the level of a series changed, once, by ranks.

Pettitt, Appl Stat 28 (1979) 126; R: `trend::pettitt.test`. No interval for where; outliers count
no more than other points.
"""

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.series import Bools, Floats, Remark, as_table
from pilots.statistics.time_series.change_results import (
    ChangePoint,
    ChangePoints,
    checks,
    column_after,
    one_series,
    packed_points,
    single,
)


def pettitt(values: ArrayLike) -> ChangePoint:
    """Pettitt's rank test of one series (points,): at, K, p = 2·exp(−6K²/(n³+n²)), capped at 1.

    The p-value is approximate, good below 0.5. Refuses fewer than 16 points. R:
    `trend::pettitt.test`, whose "probable change point" is the same number as `at`.

    >>> pettitt([1, 2, 1, 2, 1, 2, 1, 2, 6, 7, 6, 7, 6, 7, 6, 7]).at
    8
    """
    return single(pettitt_many(one_series(values)), 0.95)


def pettitt_many(values: ArrayLike) -> ChangePoints:
    """`pettitt` of every row of (series, points); `before` and `after` are medians.

    >>> pettitt_many([[1, 2, 1, 2, 1, 2, 1, 2, 6, 7, 6, 7, 6, 7, 6, 7]] * 2).statistic.tolist()
    [64.0, 64.0]
    """
    from scipy import stats

    table = as_table(values)
    packed, inside, n, refused = packed_points(table)
    usable = np.ones(len(n), dtype=bool)
    usable[list(refused)] = False
    ranks = stats.rankdata(np.where(inside, packed, np.inf), axis=1) if packed.size else packed
    count = np.arange(1, packed.shape[1] + 1)
    u = 2 * np.where(inside, ranks, 0.0).cumsum(axis=1) - count * (n[:, np.newaxis] + 1.0)
    size = np.where(count < n[:, np.newaxis], np.abs(u), 0.0)
    place = size.argmax(axis=1) if size.shape[1] else np.zeros(len(n), dtype=np.int64)
    statistic = size.max(axis=1, initial=0.0)
    for row in np.flatnonzero(usable & (statistic == 0)):
        refused[int(row)] = Remark("no_variation", "Every point has the same value.")
        usable[row] = False
    p = np.minimum(2 * np.exp(-6 * statistic**2 / np.maximum(n**3.0 + n**2.0, 1.0)), 1.0)
    k = place + 1
    sides = count <= k[:, np.newaxis]
    means = _medians(packed, sides & inside, usable), _medians(packed, ~sides & inside, usable)
    rest = packed - np.where(sides, means[0][:, np.newaxis], means[1][:, np.newaxis])
    best = np.where(usable, np.nansum(np.where(inside, rest, np.nan) ** 2, axis=1), 1.0)
    r, alike, trending = checks(packed, inside, n, k, means, best, usable)
    none = np.full(len(n), -1, dtype=np.int64)
    return ChangePoints(
        at=column_after(table, k, usable),
        lower=none,
        upper=none,
        statistic=np.where(usable, statistic, np.nan),
        p=np.where(usable, p, np.nan),
        before=means[0],
        after=means[1],
        n=n,
        autocorrelation=r,
        alike=alike,
        trending=trending,
        method="Pettitt's rank test",
        refused=refused,
    )


def _medians(packed: Floats, mask: Bools, usable: Bools) -> Floats:
    chosen = np.where(mask, packed, np.nan)
    out = np.full(len(packed), np.nan)
    if usable.any():
        out[usable] = np.nanmedian(chosen[usable], axis=1)
    return out
