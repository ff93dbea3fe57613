"""What going live changed at some sites, beside the same number at sites that were not live: 2 × 2,
staggered waves and stepped wedges, read at every look.

A site's level and what moved all sites in a period are fitted to the cells that are not live (the
imputation of Borusyak, Jaravel and Spiess, Rev Econ Stud 91 (2024) 3253: no site that is live already
stands in for one that is not). What they lead to expect of the live cells is compared with what was
seen there. Sites move alike in proportion where they are `multiplied` (a season of 20 % is more at a
site with more), else by the same amount.

Neighbouring periods of a site resemble each other, so the variance is taken from the slow end of what
the fit leaves, over all sites together: the long-run variance from the lowest cosines of each (Lazarus,
Lewis, Stock, Watson, J Bus Econ Stat 36 (2018) 541), less what the fit took of it, with the degrees of
freedom that are left (Satterthwaite). It is never taken to be less than white noise brings. The interval
holds at every look (`half_widths`).

What it assumes: without the change the sites would have gone on to move alike, and one wanders about as
much by itself as the others do.
"""

import math
from dataclasses import dataclass

import numpy as np

from pilots.statistics.confidence_sequences.half_widths import half_width_student
from pilots.statistics.series import Bools, Floats
from pilots.statistics.time_series.level_change import SLOW_PART, variances

ROUNDS = 500
CLOSE = 1e-12
LEAST_WAVES, ALL_WAVES = 2, 16
LEAST_SIZE = 0.25


@dataclass(frozen=True, eq=False)
class SiteChange:
    """`expected`, `seen`: the level of the live cells; `lower` and `upper` of the difference. `change`,
    `half`: what they were worked out from, where sites are `multiplied` the difference as a part of the
    mean of both (about the logarithm of their ratio, and finite where nothing is seen). `without`: what was to be expected of each cell (sites, points), NaN where nothing is.
    `drift`: the long-run variance as a multiple of what white noise would bring. `apart`: by how many standard errors those that went live drifted apart
    from the others before. `used`: the cells that
    say something; the live ones among them were compared."""

    change: float
    half: float
    expected: float
    seen: float
    lower: float
    upper: float
    without: Floats
    drift: float
    apart: float
    used: Bools


def site_change(
    values: Floats,
    cases: Floats,
    live: Bools,
    *,
    alpha: float,
    multiplied: bool,
    counted: bool,
    tightest_after: int,
    poisson: bool = False,
) -> SiteChange:
    """The change of the cells that are `live` (sites, points).

    `values`: NaN where a number is missing. `cases`: of how many each is the proportion (`counted`) or
    the mean; NaN where nobody knows; with `poisson` what is counted are events of so much exposure, and
    sites are multiplied. `tightest_after`: the interval is tightest so many points after
    the first site went live."""
    there = usable(np.isfinite(values), live)
    live = live & there.any(axis=1, keepdims=True)
    y, free, now = np.where(there, values, 0.0), there & ~live, there & live
    fitted, size, weights = _fitted(
        y, cases, there, free, multiplied=multiplied, counted=counted, poisson=poisson
    )
    weighed = weights * now
    expected, seen = (float((weighed * one).sum() / weighed.sum()) for one in (fitted, y))
    change = seen - expected
    if multiplied:
        change = 2 * change / (seen + expected) if seen + expected > 0 else 0.0
    part = weighed * size
    part = part / part.sum()
    left = np.where(there, (y - fitted) / size, 0.0)
    left = left - np.where(now, _of_each_site(part, left), 0.0)
    information = weights * size
    slow, freedom, white, degrees = _spread(left, information, there, now)
    if counted:
        white = max(white, 1.0)
    tuned = _tuned(information, live, there, tightest_after)
    of_change, inverse = _variance(part, information, free, now)
    half = max(
        float(half_width_student(of_change, square * of, of + 1, alpha=alpha, optimal=tuned))
        for square, of in ((slow, freedom), (white, degrees))
    )
    lower, upper = (
        _difference(end, expected, multiplied) for end in (change - half, change + half)
    )
    return SiteChange(
        change,
        half,
        expected,
        seen,
        lower,
        upper,
        np.where(there, fitted, np.nan),
        slow / white if white > 0 else 1.0,
        _apart(left, information, free, live, inverse, max(slow, white)),
        there,
    )


def _size(fitted: Floats, level: Floats, there: Bools, *, multiplied: bool) -> Floats:
    """What differences are parts of: what was to be expected, but of a period in which other sites saw
    next to nothing, a part of the site's level."""
    if not multiplied:
        return np.ones_like(fitted)
    return np.where(there, np.maximum(fitted, LEAST_SIZE * level), 1.0)


@dataclass(frozen=True, eq=False)
class SiteSpread:
    """How sites of which none is live yet wander. `information`: of a cell of each site (sites,); `slow`:
    the long-run variance with its degrees of `freedom`, `white` that of white noise."""

    information: Floats
    slow: float
    freedom: float
    white: float


@dataclass(frozen=True)
class Foreseen:
    """What the interval of a change will be made of: its variance for a dispersion of one, the degrees of
    freedom of the slow and the white part, and the variance at which it is tightest."""

    variance: float
    freedom: float
    degrees: int
    tuned: float


def site_spread(
    values: Floats, cases: Floats, *, multiplied: bool, counted: bool, poisson: bool = False
) -> SiteSpread:
    """From what is known before any site goes live (sites, points)."""
    nowhere = np.zeros(values.shape, dtype=bool)
    there = usable(np.isfinite(values), nowhere)
    y = np.where(there, values, 0.0)
    fitted, size, weights = _fitted(
        y, cases, there, there, multiplied=multiplied, counted=counted, poisson=poisson
    )
    information = weights * size
    left = np.where(there, (y - fitted) / size, 0.0)
    slow, freedom, white, _degrees = _spread(left, information, there, nowhere)
    known = np.maximum(there.sum(axis=1), 1)
    return SiteSpread(
        information.sum(axis=1) / known, slow, freedom, max(white, 1.0) if counted else white
    )


def foreseen(spread: SiteSpread, live: Bools, *, tightest_after: int) -> Foreseen | None:
    """Of a table (sites, points) in which each site's cells say what one of its cells says now; None where
    no live cell could be compared."""
    there = usable(np.ones(live.shape, dtype=bool), live)
    free, now = there & ~live, there & live
    if not now.any():
        return None
    information = spread.information[:, np.newaxis] * there
    part = information * now
    part = part / part.sum()
    variance, _inverse = _variance(part, information, free, now)
    _slow, freedom, _white, degrees = _spread(np.zeros(live.shape), information, there, now)
    return Foreseen(variance, freedom, degrees, _tuned(information, live, there, tightest_after))


def usable(there: Bools, live: Bools) -> Bools:
    """The cells that say something: of periods in which a site is not live, and of sites that were not
    live before, where cells that are not live link the two."""
    while True:
        kept: Bools = there & _linked(there & ~live)
        if np.array_equal(kept, there):
            return kept
        there = kept


def _fitted(
    y: Floats,
    cases: Floats,
    there: Bools,
    free: Bools,
    *,
    multiplied: bool,
    counted: bool,
    poisson: bool,
) -> tuple[Floats, Floats, Floats]:
    """What is to be expected of each cell, what differences from it are parts of, and the weights: one
    over the variance that sampling brings and periods differ by beside it, from a first fit."""
    one_over = _one_over(cases, there)
    first = np.divide(1.0, one_over, out=there.astype(np.float64), where=there & (one_over > 0))
    fitted, level = _fit(y, first * free, multiplied=multiplied)
    sampling = one_over
    if poisson:
        sampling = one_over / level
    elif counted:
        sampling = one_over * (1 - level) / level if multiplied else one_over * level * (1 - level)
    size = _size(fitted, level, there, multiplied=multiplied)
    terms = int(free.any(axis=1).sum() + free.any(axis=0).sum()) - 1
    left = np.where(free, (y - fitted) / size, 0.0)
    slope, between = variances(
        left.reshape(1, -1), free.reshape(1, -1), sampling.reshape(1, -1), terms, counted=counted
    )
    variance = between[0] + slope[0] * sampling
    information = np.divide(1.0, variance, out=np.zeros_like(y), where=there & (variance > 0))
    if not information.any():
        information = there.astype(np.float64)
    weights = information / level if multiplied else information
    fitted, _level = _fit(y, weights * free, multiplied=multiplied)
    return fitted, _size(fitted, level, there, multiplied=multiplied), weights


def _difference(change: float, expected: float, multiplied: bool) -> float:
    """In the unit of the values. A part of the mean of both lies within two times either way; of an
    expected nothing there is no part."""
    if not multiplied:
        return change
    if change >= 2 or not expected > 0:
        return float("inf")
    ratio = (2 + max(change, -2.0)) / (2 - change)
    return expected * (ratio - 1)


def _linked(free: Bools) -> Bools:
    """The cells of a site and a period to each other of which a chain of such cells leads: the level of
    the one cannot be told in the other without."""
    sites = np.arange(len(free))
    while True:
        periods = np.where(free, sites[:, np.newaxis], len(free)).min(axis=0)
        lower = np.where(free, periods, len(free)).min(axis=1)
        if np.array_equal(lower, sites):
            linked: Bools = np.any(free, axis=1, keepdims=True) & (sites[:, np.newaxis] == periods)
            return linked
        sites = lower


def _one_over(cases: Floats, there: Bools) -> Floats:
    """One over the cases; 0 where they are not known of all."""
    known = there & np.isfinite(cases) & (cases > 0)
    if (known != there).any():
        return np.zeros(cases.shape)
    return np.divide(1.0, cases, out=np.zeros(cases.shape), where=known)


def _fit(y: Floats, weights: Floats, *, multiplied: bool) -> tuple[Floats, Floats]:
    """Site times period, or site plus period, each in turn until they stay; and the level of each site
    (sites, 1)."""
    of_site = weights.sum(axis=1)
    of_period = weights.sum(axis=0)
    level = np.divide((weights * y).sum(axis=1), of_site, out=np.ones(len(y)), where=of_site > 0)
    periods = np.ones(y.shape[1]) if multiplied else np.zeros(y.shape[1])
    sites = level
    for _ in range(ROUNDS):
        before = periods
        if multiplied:
            under = (weights * periods).sum(axis=1)
            sites = np.divide((weights * y).sum(axis=1), under, out=level.copy(), where=under > 0)
            under = (weights * sites[:, np.newaxis]).sum(axis=0)
            over = (weights * y).sum(axis=0)
            periods = np.divide(over, under, out=np.ones_like(under), where=under > 0)
        else:
            over = (weights * (y - periods)).sum(axis=1)
            sites = np.divide(over, of_site, out=level.copy(), where=of_site > 0)
            over = (weights * (y - sites[:, np.newaxis])).sum(axis=0)
            periods = np.divide(over, of_period, out=np.zeros_like(of_period), where=of_period > 0)
        if np.abs(periods - before).max() <= CLOSE * np.abs(periods).max():
            break
    whole = sites[:, np.newaxis] * periods if multiplied else sites[:, np.newaxis] + periods
    return whole, level[:, np.newaxis]


def _of_each_site(part: Floats, left: Floats) -> Floats:
    """The mean of what is left of the live cells of each site (sites, 1)."""
    whole = part.sum(axis=1)
    mean: Floats = np.divide(
        (part * left).sum(axis=1), whole, out=np.zeros(len(part)), where=whole > 0
    )
    return mean[:, np.newaxis]


def _normal(information: Floats) -> Floats:
    """The normal equations of site and period, the first period being the measure of the others."""
    sites, points = information.shape
    matrix = np.zeros((sites + points, sites + points))
    matrix[range(sites), range(sites)] = information.sum(axis=1)
    matrix[range(sites, sites + points), range(sites, sites + points)] = information.sum(axis=0)
    matrix[:sites, sites:] = information
    matrix[sites:, :sites] = information.T
    return matrix


def _variance(part: Floats, information: Floats, free: Bools, now: Bools) -> tuple[float, Floats]:
    """Of the change, for a dispersion of one: what the live cells bring, and what is expected of them; and
    the inverse of the normal equations."""
    inverse = np.linalg.pinv(_normal(information * free), hermitian=True).astype(np.float64)
    asked = np.concatenate([part.sum(axis=1), part.sum(axis=0)])
    seen = float((part[now] ** 2 / information[now]).sum())
    return seen + float(asked @ inverse @ asked), inverse


def _apart(
    left: Floats, information: Floats, free: Bools, live: Bools, inverse: Floats, spread: float
) -> float:
    """How many standard errors the sites that went live drifted apart from the others before any did."""
    points = left.shape[1]
    before = free & (np.arange(points) < np.argmax(live.any(axis=0)))
    ours = before & np.any(live, axis=1, keepdims=True)
    weights = information * free
    slope = np.where(ours, np.arange(points, dtype=np.float64), 0.0)
    for _ in range(2):  # the second time for what rounding left
        sums = weights * slope
        found = inverse @ np.concatenate([sums.sum(axis=1), sums.sum(axis=0)])
        slope = slope - (found[: len(left), np.newaxis] + found[np.newaxis, len(left) :]) * free
    size = float((weights * slope**2).sum())
    if not spread > 0 or size <= 1e-9 * float((weights * ours).sum() or 1.0):
        return 0.0
    return float((weights * slope * left).sum()) / math.sqrt(size * spread)


def _spread(
    left: Floats, information: Floats, there: Bools, now: Bools
) -> tuple[float, float, float, int]:
    """The long-run variance and its degrees of freedom, the variance of white noise and its.

    With D the known cells, Q the basis of site, period and the change of each site that went live, and C
    the cosines of each site, C′(D − QQ′)C is what white noise of variance one would leave of them."""
    sites, points = left.shape
    root = np.sqrt(information)
    rest = root * left
    waves = np.arange(1, max(LEAST_WAVES, -(-ALL_WAVES // sites)) + 1)
    place = (np.arange(points) + 0.5) / points
    cosines = np.sqrt(2 / points) * np.cos(np.pi * np.outer(place, waves))
    use = waves <= np.floor(SLOW_PART * there.sum(axis=1))[:, np.newaxis]
    matrix, columns = _normal(information), sites + points
    changed = [site for site, cells in enumerate(now) if cells.any()]
    whole = np.zeros((columns + len(changed), columns + len(changed)))
    whole[:columns, :columns] = matrix
    for place_of, site in enumerate(changed, start=columns):
        mine = information[site] * now[site]
        whole[place_of, place_of] = mine.sum()
        whole[place_of, site] = whole[site, place_of] = mine.sum()
        whole[place_of, sites:columns] = whole[sites:columns, place_of] = mine
    # The cosines of site i touch its own column, the periods, and its change.
    touched = np.zeros((len(whole), sites, len(waves)))
    touched[range(sites), range(sites)] = root @ cosines
    touched[sites:columns] = (root[:, :, np.newaxis] * cosines).transpose(1, 0, 2)
    for place_of, site in enumerate(changed, start=columns):
        touched[place_of, site] = (root[site] * now[site]) @ cosines
    touched = touched[:, use]
    inside = np.einsum("nj,sn,nk->sjk", cosines, there.astype(np.float64), cosines, optimize=True)
    lefts = np.zeros((sites, len(waves), sites, len(waves)))
    lefts[range(sites), :, range(sites), :] = inside
    lefts = lefts[use][:, use]
    values, vectors = np.linalg.eigh(whole)
    kept = values > 1e-9 * values.max()
    spanned = (vectors[:, kept] / np.sqrt(values[kept])).T @ touched
    lefts = lefts - spanned.T @ spanned
    squares = float((((rest @ cosines) ** 2)[use]).sum())
    trace = float(np.trace(lefts))
    degrees = int(there.sum()) - int(kept.sum())
    return (
        squares / trace,
        trace**2 / float((lefts**2).sum()),
        float((rest**2).sum()) / max(degrees, 1),
        degrees,
    )


def _tuned(information: Floats, live: Bools, there: Bools, tightest_after: int) -> float:
    """The variance of the change so many points after the first site went live, were it the only one."""
    first = int(np.argmax(live.any(axis=0)))
    ours = live[:, first]
    mine, others = information[ours][:, :first], information[~ours][:, :first]
    points = max(int(there[ours][:, :first].any(axis=0).sum()), 1)
    before = float(mine.sum())
    after = before / points * tightest_after
    # Where all others began later they are taken to say as much.
    beside = float(others.sum()) or before
    return (1 / before + 1 / after) * (1 + before / beside)
