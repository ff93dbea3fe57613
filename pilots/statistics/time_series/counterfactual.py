"""What would have come without the interruption, and the difference that it made.

Intervals by the delta method (the ratio on the log scale, exact for a single point), or from draws
of the coefficients: Zhang, Wagner, Soumerai, Ross-Degnan, J Clin Epidemiol 62 (2009) 143.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import Floats
from pilots.statistics.time_series.interrupted import Interrupted
from pilots.statistics.time_series.regression import exponential, inverse_link, slope_of_link


@dataclass(frozen=True, eq=False)
class Departure:
    """With and without the interruption at some points, and over all of them together.

    Arrays (points,), in the outcome's unit: values, expected counts, or proportions. `ratio` is
    with over without, None for values. `total` is the sum of the differences (events, for counts
    and for proportions times cases) with its interval; `total_ratio` the ratio of the sums.
    """

    points: NDArray[np.int64]
    fitted: Floats
    without: Floats
    without_lower: Floats
    without_upper: Floats
    difference: Floats
    lower: Floats
    upper: Floats
    ratio: Floats | None
    ratio_lower: Floats | None
    ratio_upper: Floats | None
    total: tuple[float, float, float]
    total_ratio: tuple[float, float, float] | None
    level: float
    method: str


def counterfactual(
    found: Interrupted, points: ArrayLike | None = None, *, draws: int = 0, seed: int = 1
) -> Departure:
    """The departure from the counterfactual at `points` (indices; by default all since go-live).

    Transition periods are left out by default. A season goes on in both; with a control the
    control's own change does too. `draws`: intervals from so many normal draws of the coefficients
    in place of the delta method (they are skewed where it cannot be).

    >>> from pilots.statistics.time_series.designs import segmented
    >>> from pilots.statistics.time_series.interrupted import interrupted
    >>> values = np.r_[np.tile([9.0, 11.0], 10), np.tile([7.0, 9.0], 10)]
    >>> found = interrupted(values, segmented(40, 20, slope=False), errors="model")
    >>> counterfactual(found, [20, 39]).difference.round(2).tolist()
    [-2.3, -2.3]
    """
    design, family = found.design, found.family
    rows = np.flatnonzero(design.treated)
    after = (design.segment[rows] > 0) & design.kept[rows]
    where = np.flatnonzero(after) if points is None else np.atleast_1d(np.asarray(points))
    if where.dtype.kind not in "iu" or len(where) == 0 or where.min() < 0:
        raise ValueError("Points are indices, 0 or more, and there is one at least.")
    if where.max() >= design.points:
        raise ValueError(f"The series has {design.points} points; there is none {where.max()}.")
    n = found.denominators[rows[where]]
    n = np.where(np.isfinite(n) & (n > 0), n, 1.0)
    here = design.matrix[rows[where]]
    paths = _Paths(
        here=here,
        gone=np.where(design.intervention, 0.0, here),
        offset=np.log(n) if family.endswith("poisson") else np.zeros(len(n)),
        size=n if family.endswith("binomial") else np.ones(len(n)),
        beta=np.array([term.estimate for term in found.terms]),
    )
    fitted = inverse_link(paths.here @ paths.beta + paths.offset, family)
    without = inverse_link(paths.gone @ paths.beta + paths.offset, family)
    ends = _drawn(found, paths, draws, seed) if draws else _delta(found, paths, fitted, without)
    sums = float((fitted * paths.size).sum()), float((without * paths.size).sum())
    positive = family != "gaussian"
    return Departure(
        points=where,
        fitted=fitted,
        without=without,
        without_lower=ends.without[0],
        without_upper=ends.without[1],
        difference=fitted - without,
        lower=ends.difference[0],
        upper=ends.difference[1],
        ratio=fitted / without if positive else None,
        ratio_lower=ends.ratio[0] if positive else None,
        ratio_upper=ends.ratio[1] if positive else None,
        total=(sums[0] - sums[1], float(ends.total[0]), float(ends.total[1])),
        total_ratio=(sums[0] / sums[1], float(ends.total_ratio[0]), float(ends.total_ratio[1]))
        if positive
        else None,
        level=found.level,
        method=f"{found.method}; {'simulated' if draws else 'delta-method'} intervals",
    )


@dataclass(frozen=True, eq=False)
class _Paths:
    """The rows of the design with and without, their offsets, and what a total counts them by."""

    here: Floats
    gone: Floats
    offset: Floats
    size: Floats
    beta: Floats


@dataclass(frozen=True, eq=False)
class _Ends:
    """Lower and upper ends, one above the other."""

    without: Floats
    difference: Floats
    ratio: Floats
    total: Floats
    total_ratio: Floats


def _delta(found: Interrupted, paths: _Paths, fitted: Floats, without: Floats) -> _Ends:
    from scipy import special

    tail = (1 + found.level) / 2
    normal = found.interval == "normal"
    quantile = special.ndtri(tail) if normal else special.stdtrit(max(found.degrees, 1), tail)

    def half(gradient: Floats) -> Floats:
        spread = np.einsum("...p,pq,...q->...", gradient, found.covariance, gradient)
        return np.asarray(quantile * np.sqrt(np.maximum(spread, 0.0)))

    def around(value: Floats, gradient: Floats) -> Floats:
        return np.array([value - half(gradient), value + half(gradient)])

    size = paths.size[:, np.newaxis]
    with_ = paths.here * slope_of_link(fitted, found.family)[:, np.newaxis]
    none = paths.gone * slope_of_link(without, found.family)[:, np.newaxis]
    sums = (fitted * paths.size).sum(), (without * paths.size).sum()
    eta = paths.gone @ paths.beta + paths.offset
    ratio = total_ratio = np.full((2, len(fitted)), np.nan)
    if found.family != "gaussian":
        apart = with_ / fitted[:, np.newaxis] - none / without[:, np.newaxis]
        ratio = exponential(around(np.log(fitted / without), apart))
        apart = (with_ * size).sum(axis=0) / sums[0] - (none * size).sum(axis=0) / sums[1]
        total_ratio = exponential(around(np.log(sums[0] / sums[1]), apart))
    return _Ends(
        without=inverse_link(around(eta, paths.gone), found.family),
        difference=around(fitted - without, with_ - none),
        ratio=ratio,
        total=around(sums[0] - sums[1], ((with_ - none) * size).sum(axis=0)),
        total_ratio=total_ratio,
    )


def _drawn(found: Interrupted, paths: _Paths, draws: int, seed: int) -> _Ends:
    betas = np.random.default_rng(seed).multivariate_normal(
        paths.beta, found.covariance, size=draws, method="eigh"
    )
    with_ = inverse_link(betas @ paths.here.T + paths.offset, found.family)
    none = inverse_link(betas @ paths.gone.T + paths.offset, found.family)
    sums = with_ @ paths.size, none @ paths.size

    def ends(values: Floats) -> Floats:
        return np.asarray(
            np.quantile(values, [(1 - found.level) / 2, (1 + found.level) / 2], axis=0)
        )

    positive = found.family != "gaussian"
    missing = np.full((2, len(paths.here)), np.nan)
    return _Ends(
        without=ends(none),
        difference=ends(with_ - none),
        ratio=ends(with_ / none) if positive else missing,
        total=ends(sums[0] - sums[1]),
        total_ratio=ends(sums[0] / sums[1]) if positive else missing,
    )
