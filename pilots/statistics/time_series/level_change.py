"""The change of level at go-live beside a season and a trend, read at every look.

Two years or more of a series' own numbers tell what it would have done without the pilot: a level, a
straight trend, and a season of two waves a year. What go-live added to that is the change. Weighted
least squares; many series of one length at once.

Neighbouring points resemble each other in ways that no model of a short memory finds (a slow drift
under sampling noise), so the variance of the change is taken from what the fit leaves at the slow
end: its long-run variance from the lowest cosines (Müller, Handbook of Economic Forecasting 2 (2013);
Lazarus, Lewis, Stock, Watson, J Bus Econ Stat 36 (2018) 541), each less what the fit took of it, with
the degrees of freedom that are left (Satterthwaite). It is never taken to be less than white noise
brings. The interval holds at every look (`half_widths`): the estimates of such a model have
independent increments in their information (Jennison and Turnbull, J Am Stat Assoc 92 (1997) 1330).

Simulated without an effect, a look every week for a year (`bench.simulate`): either false verdict
in 5 % at most with seasons, trends, bad spells and drift up to AR 0.9; a random walk is not found
out (10 %), unless it drifts so visibly that it is refused.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.confidence_sequences.half_widths import half_width_student
from pilots.statistics.series import Bools, Floats
from pilots.statistics.time_series.designs import harmonic

WAVES = 2
COSINES = 14
# Of so few points only so many are slow.
SLOW_PART = 0.4
# How often the slow end may hold what white noise would bring, until it is called drift.
DRIFTS = 6.0
# The interval is tightest where the change has about so many times the variance of the level before:
# with two to three years of history, a year after go-live.
TUNED = 11.0


@dataclass(frozen=True, eq=False)
class LevelChanges:
    """One row a series. `without`: what was to be expected at each point without the change.
    `drift`: the long-run variance as a multiple of what white noise would bring."""

    change: Floats
    half: Floats
    without: Floats
    drift: Floats
    weights: Floats


def level_changes(
    values: Floats,
    sampling: Floats,
    since: Bools,
    years: Floats,
    *,
    alpha: float,
    counted: bool,
    weekdays: Floats | None = None,
) -> LevelChanges:
    """The change of level of many series (series, points), NaN where a point is missing.

    `sampling`: the variance that sampling alone gives each point, where it is `counted`; where it is
    not, in any unit (1 over the cases behind a mean), or 0 where nobody knows. `since`: which points
    are after go-live (points,). `years`: when each is, in years (points,). `weekdays` of daily points
    (points,), 0 to 6: a working week is no noise.
    """
    there = np.isfinite(values)
    matrix = _matrix(since, years, weekdays)
    y = np.where(there, values, 0.0)
    plain = _fit(y, there.astype(np.float64), matrix)
    weights = _weights(y - plain.fitted, there, sampling, matrix.shape[1], counted=counted)
    found = _fit(y, weights, matrix)
    rest = np.sqrt(weights) * (y - found.fitted)
    known = there.sum(axis=1)
    degrees = np.maximum(known - matrix.shape[1], 1)
    white = (rest**2).sum(axis=1) / degrees
    if counted:
        white = np.maximum(white, 1.0)
    slow, freedom = _slow(rest, there, found.basis, known)
    tuned = TUNED / weights[:, ~since].sum(axis=1)
    half = [
        half_width_student(found.variance, square * of, of + 1, alpha=alpha, optimal=tuned)
        for square, of in ((slow, freedom), (white, degrees))
    ]
    without = found.fitted - found.change[:, np.newaxis] * since
    return LevelChanges(found.change, np.maximum(*half), without, slow / white, weights)


@dataclass(frozen=True, eq=False)
class _Fit:
    change: Floats
    variance: Floats  # of the change, for a dispersion of one
    fitted: Floats
    basis: Floats  # orthonormal columns of the weighted design


def _matrix(since: Bools, years: Floats, weekdays: Floats | None) -> Floats:
    """Level, trend, season, the days of a week, and the change last."""
    columns = [np.ones(len(years)), years - years.mean(), *harmonic(12 * years, WAVES, 12).T]
    if weekdays is not None:
        columns += [(weekdays == day).astype(np.float64) for day in range(1, 7)]
    return np.column_stack([*columns, since.astype(np.float64)])


def _fit(y: Floats, weights: Floats, matrix: Floats) -> _Fit:
    root = np.sqrt(weights)
    basis, upper = np.linalg.qr(root[:, :, np.newaxis] * matrix)
    coefficients = np.linalg.solve(upper, np.einsum("snp,sn->sp", basis, root * y)[..., np.newaxis])
    coefficients = coefficients[..., 0]
    return _Fit(
        coefficients[:, -1],
        1 / upper[:, -1, -1] ** 2,
        coefficients @ matrix.T,
        basis,
    )


def _weights(rest: Floats, there: Bools, sampling: Floats, terms: int, *, counted: bool) -> Floats:
    """One over the variance of each point. Where the size of sampling is not known either, the mean
    weight is one."""
    slope, level = variances(rest, there, sampling, terms, counted=counted)
    if counted:
        variance = level[:, np.newaxis] + np.where(there, sampling, 1.0)
        return np.where(there, 1 / variance, 0.0)
    known, s = there.sum(axis=1), np.where(there, sampling, 0.0)
    variance = level[:, np.newaxis] + slope[:, np.newaxis] * s
    weights = np.divide(1.0, variance, out=np.zeros_like(s), where=there & (variance > 0))
    total = weights.sum(axis=1)
    flat = total <= 0
    weights[flat] = there[flat]
    total = np.where(flat, known, total)
    scaled: Floats = weights * (known / np.maximum(total, 1e-300))[:, np.newaxis]
    return scaled


def variances(
    rest: Floats, there: Bools, sampling: Floats, terms: int, *, counted: bool
) -> tuple[Floats, Floats]:
    """How many times `sampling` brings each point's variance, and what periods differ by beside it
    (moments of the residuals of a plain fit of so many terms; DerSimonian and Laird's in a regression).
    Where it is not `counted` both are fitted, a slope and a level, neither below zero."""
    square = np.where(there, rest**2, 0.0)
    known = there.sum(axis=1)
    inflated = square.sum(axis=1) / np.maximum(known - terms, 1)
    s = np.where(there, sampling, 0.0)
    mean = s.sum(axis=1) / np.maximum(known, 1)
    if counted:
        return np.ones(len(s)), np.maximum(inflated - mean, 0.0)
    apart = np.where(there, s - mean[:, np.newaxis], 0.0)
    spread = (apart**2).sum(axis=1)
    scale = known / np.maximum(known - terms, 1)
    slope = np.divide((apart * square).sum(axis=1), spread, out=np.zeros(len(s)), where=spread > 0)
    slope = np.maximum(slope * scale, 0.0)
    level = inflated - slope * mean
    ends = (s**2).sum(axis=1)
    alone = np.divide((s * square).sum(axis=1), ends, out=np.zeros(len(s)), where=ends > 0) * scale
    return np.where(level < 0, alone, slope), np.maximum(level, 0.0)


def _slow(
    rest: Floats, there: Bools, basis: Floats, known: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """The long-run variance from the lowest cosines, and its degrees of freedom.

    With D the known points, Q the design's basis and C the cosines, C′(D − QQ′)C is what white noise
    of variance one would leave of them."""
    points = rest.shape[1]
    waves = np.arange(1, COSINES + 1)
    place = (np.arange(points) + 0.5) / points
    cosines = np.sqrt(2 / points) * np.cos(np.pi * np.outer(place, waves))
    use = waves <= np.floor(SLOW_PART * known)[:, np.newaxis]
    inside = np.einsum("nj,sn,nk->sjk", cosines, there.astype(np.float64), cosines, optimize=True)
    taken = np.einsum("snp,nj->spj", basis, cosines)
    left = inside - np.einsum("spj,spk->sjk", taken, taken)
    left *= use[:, :, np.newaxis] & use[:, np.newaxis, :]
    whole = np.trace(left, axis1=1, axis2=2)
    squares = ((rest @ cosines) ** 2 * use).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return squares / whole, whole**2 / (left**2).sum(axis=(1, 2))
