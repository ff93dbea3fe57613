"""Whether and when the level of a series changed, once, by least squares.

The largest F of a step (Andrews 1993; R: `strucchange::Fstats`, `breakpoints(y ~ 1, breaks = 1)`)
and Bai's interval for where (R: `confint`). It supposes independent points with one change at most:
a drift, or points that resemble their neighbours, gives change points where there are none, so
that is said. By ranks: `pettitt`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
from pilots.statistics.time_series.crossing import largest_f_p, place_quantile

MIN_A_SIDE = 4


def change_point(
    values: ArrayLike,
    *,
    trim: float = 0.15,
    level: float = 0.95,
    small_sample: bool = True,
    same_spread: bool = False,
) -> ChangePoint:
    """The change of level that least squares finds in one series (points,), p and interval.

    `trim`: the share of points on each side that no change is looked for in. `small_sample`: the F
    is read with its degrees of freedom before its limit law is; R's `sctest` does not, and is too
    sure in short series. `same_spread`: one variance on both sides for the interval (R's
    `confint(het.err = FALSE)`).

    Refuses: fewer than 16 points; no variation.

    >>> values = [5, 6, 5, 6, 5, 4, 5, 6, 5, 5, 9, 8, 9, 9, 8, 9, 10, 9, 8, 9]
    >>> found = change_point(values)
    >>> found.at, found.lower, found.upper, found.p < 0.001
    (10, 9, 11, True)
    """
    many = change_points(
        one_series(values),
        trim=trim,
        level=level,
        small_sample=small_sample,
        same_spread=same_spread,
    )
    return single(many, level)


def change_points(
    values: ArrayLike,
    *,
    trim: float = 0.15,
    level: float = 0.95,
    small_sample: bool = True,
    same_spread: bool = False,
) -> ChangePoints:
    """`change_point` of every row of (series, points); NaN points are passed over.

    >>> rows = np.r_[np.zeros(10), np.ones(10)] + np.tile([0.1, -0.1], 10) * np.ones((3, 1))
    >>> change_points(rows).at.tolist()
    [10, 10, 10]
    """
    if not 0 < trim < 0.5 or not 0 < level < 1:
        raise ValueError("The trim lies between 0 and a half, the level between 0 and 1.")
    table = as_table(values)
    packed, inside, n, refused = packed_points(table)
    count = np.arange(1, packed.shape[1])
    before, after, left = _steps(packed, n)
    smallest = np.maximum(np.floor(trim * n), MIN_A_SIDE)[:, np.newaxis]
    tried = (count >= smallest) & (count <= n[:, np.newaxis] - smallest)
    left = np.where(tried, left, np.inf)
    place = left.argmin(axis=1) if left.shape[1] else np.zeros(len(n), dtype=np.int64)
    rows = np.arange(len(n))
    usable = np.ones(len(n), dtype=bool)
    usable[list(refused)] = False
    total = _around(packed, inside, n)
    for row in np.flatnonzero(usable & (total <= 1e-24 * np.nansum(packed**2, axis=1))):
        refused[int(row)] = Remark("no_variation", "Every point has the same value.")
        usable[row] = False
    best = np.where(usable, left[rows, place] if left.shape[1] else 0.0, 1.0)
    best = np.maximum(best, 1e-15 * np.where(usable, total, 1.0))
    degrees = np.maximum(n - 2, 1)
    statistic = np.where(usable, (total - best) / (best / degrees), np.nan)
    low = np.where(usable, smallest[:, 0] / np.maximum(n, 1), 0.25)
    p = largest_f_p(_as_normal(statistic, degrees) if small_sample else statistic, low, 1 - low)
    k = place + 1
    means = (
        (
            np.where(usable, before[rows, place], np.nan),
            np.where(usable, after[rows, place], np.nan),
        )
        if left.shape[1]
        else (np.full(len(n), np.nan), np.full(len(n), np.nan))
    )
    lower, upper = _where(packed, n, k, means, usable, level, same_spread=same_spread)
    r, alike, trending = checks(packed, inside, n, k, means, best, usable)
    return ChangePoints(
        at=column_after(table, k, usable),
        lower=column_after(table, lower, usable),
        upper=column_after(table, upper, usable),
        statistic=statistic,
        p=np.where(usable, p, np.nan),
        before=means[0],
        after=means[1],
        n=n,
        autocorrelation=r,
        alike=alike,
        trending=trending,
        method="Largest F of a change in level, Bai's interval",
        refused=refused,
    )


def _steps(packed: Floats, n: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Both means and the squares left around them, for a change after each point but the last."""
    inside = np.isfinite(packed)
    middle = np.where(inside, packed, 0.0).sum(axis=1) / np.maximum(n, 1)
    centred = np.where(inside, packed - middle[:, np.newaxis], 0.0)
    sums = centred.cumsum(axis=1)
    count = np.arange(1, packed.shape[1])
    rest = np.maximum(n[:, np.newaxis] - count, 1)
    head = sums[:, :-1]
    tail = sums[:, -1:] - head
    left = (centred**2).sum(axis=1)[:, np.newaxis] - head**2 / count - tail**2 / rest
    shift = middle[:, np.newaxis]
    return head / count + shift, tail / rest + shift, np.maximum(left, 0.0)


def _around(packed: Floats, inside: Bools, n: NDArray[np.int64]) -> Floats:
    middle = np.where(inside, packed, 0.0).sum(axis=1) / np.maximum(n, 1)
    squares: Floats = (np.where(inside, packed - middle[:, np.newaxis], 0.0) ** 2).sum(axis=1)
    return squares


def _as_normal(statistic: Floats, degrees: NDArray[np.int64]) -> Floats:
    """The square of the normal value that is as extreme as F with 1 and so many degrees."""
    from scipy import special

    tail = special.stdtr(degrees, -np.sqrt(np.maximum(np.nan_to_num(statistic), 0.0)))
    normal = special.ndtri(np.maximum(tail, 1e-300))
    return np.where(np.isfinite(statistic), normal**2, np.nan)


def _where(
    packed: Floats,
    n: NDArray[np.int64],
    k: NDArray[np.int64],
    means: tuple[Floats, Floats],
    usable: Bools,
    level: float,
    *,
    same_spread: bool,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bai's interval for the number of points before the change, kept inside the series."""
    inside = np.isfinite(packed) & usable[:, np.newaxis]
    first = (np.arange(packed.shape[1]) < k[:, np.newaxis]) & inside
    second = inside & ~first
    squares = [
        np.where(side, packed - np.nan_to_num(mean)[:, np.newaxis], 0.0) ** 2
        for side, mean in ((first, means[0]), (second, means[1]))
    ]
    size = np.maximum(first.sum(axis=1), 1), np.maximum(second.sum(axis=1), 1)
    if same_spread:
        variance = (squares[0] + squares[1]).sum(axis=1) / np.maximum(n, 1)
        variances = variance, variance
    else:
        variances = squares[0].sum(axis=1) / size[0], squares[1].sum(axis=1) / size[1]
    jump = np.where(usable, (means[1] - means[0]) ** 2, 1.0)
    # A side without any spread still has some: a millionth of the jump.
    floor = 1e-6 * np.maximum(jump, 1e-300)
    variances = np.maximum(variances[0], floor), np.maximum(variances[1], floor)
    spread = np.clip(variances[1] / variances[0], 1e-4, 1e4)
    unit = variances[0] / np.maximum(jump, 1e-300)
    tail = (1 - level) / 2
    # A change that lies later than it seems puts the estimate's error on the early side.
    back = np.ceil(place_quantile(tail, spread, later=True) * unit)
    forth = np.ceil(place_quantile(tail, spread, later=False) * unit)
    lower, upper = np.maximum(k - back, 1), np.minimum(k + forth, np.maximum(n - 1, 1))
    return lower.astype(np.int64), upper.astype(np.int64)
