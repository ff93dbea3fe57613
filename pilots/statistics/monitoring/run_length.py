"""How long CUSUM and EWMA run until they signal: average run lengths, and the limits for them.

Zero-state average run lengths (ARL) for independent normal points with known mean and spread, in
units of that spread: the number of points until a signal, when a shift (or none) is there from the
first point on. The integral equation is solved by Nyström's method with Gauss-Legendre nodes.

Sources: Vance, Journal of Quality Technology 18 (1986) 189 (CUSUM). Crowder, Technometrics 29
(1987) 401 (EWMA). Knoth, Sequential Analysis 22 (2003) 241 (EWMA with exact limits). Lucas and
Crosier, Technometrics 24 (1982) 199 (two sides with a head start). The R package spc gives the same
numbers: xcusum.arl, xcusum.crit, xewma.arl, xewma.crit.
"""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.series import Floats

Sided = Literal["two", "one"]
# Enough for 8 digits up to h = 10 or L = 4; wider charts get more.
NODES = 60
LONGEST = 1e9


def cusum_arl(
    k: ArrayLike,
    h: ArrayLike,
    *,
    shift: ArrayLike = 0.0,
    head_start: ArrayLike = 0.0,
    sided: Sided = "two",
    nodes: int | None = None,
) -> Floats:
    """Points until a CUSUM signals, on average; element by element, arguments broadcast.

    `shift` is the mean in standard errors of a point. `sided="one"` is the upper sum alone (the
    default of spc; here both sums are the default). A two-sided head start is on both sums.

    >>> cusum_arl(0.5, [4, 5]).round(1)
    array([167.7, 465.4])
    >>> round(float(cusum_arl(0.5, 5, shift=1)), 2)
    10.38
    """
    _check_sided(sided)

    def both(k: float, h: float, shift: float, start: float) -> float:
        mine = _cusum_one_sided(k, h, shift, start, nodes)
        if sided == "one":
            return mine[1]
        other = _cusum_one_sided(k, h, -shift, start, nodes)
        # 1/L = 1/L⁺ + 1/L⁻, and Lucas and Crosier's form of it with a head start; divided by the
        # longer one, which may be infinite for practical purposes.
        (short, short_start, _), (long, _, still) = sorted((mine, other))
        return (short_start + short * (still - 1)) / (1 + short / long)

    return _each(both, k, h, shift, head_start)


def cusum_limit(
    k: ArrayLike,
    arl: ArrayLike,
    *,
    shift: ArrayLike = 0.0,
    head_start_share: float = 0.0,
    sided: Sided = "two",
) -> Floats:
    """The decision interval h for a wanted run length (without a shift, unless one is given).

    `head_start_share`: the head start as a part of h (0.5 is Lucas and Crosier's).

    >>> round(float(cusum_limit(0.5, 500)), 4), round(float(cusum_limit(0.5, 500, sided="one")), 4)
    (5.0707, 4.3891)
    """
    _check_sided(sided)
    if not 0 <= head_start_share < 1:
        raise ValueError(f"A head start is a part of h below 1, not {head_start_share}.")

    def limit(k: float, arl: float, shift: float) -> float:
        def run(h: float) -> float:
            return float(cusum_arl(k, h, shift=shift, head_start=head_start_share * h, sided=sided))

        return _solve(run, arl, 0.01, 2.0)

    return _each(limit, k, arl, shift)


def ewma_arl(
    lam: ArrayLike,
    nsigmas: ArrayLike,
    *,
    shift: ArrayLike = 0.0,
    limits: Literal["exact", "asymptotic"] = "exact",
    nodes: int | None = None,
) -> Floats:
    """Points until a two-sided EWMA signals, on average; element by element.

    `limits`: those of `ewma.ewma`: "exact" from the first point on (spc: limits="vacl"), or
    "asymptotic" (spc: "fix").

    >>> round(float(ewma_arl(0.25, 3, shift=1, limits="asymptotic")), 4)
    11.1543
    >>> ewma_arl(0.2, 3, shift=[0, 1]).round(1)
    array([554.5,   9.9])
    """
    if limits not in ("exact", "asymptotic"):
        raise ValueError(f"Limits are exact or asymptotic, not {limits}.")

    def run(lam: float, nsigmas: float, shift: float) -> float:
        return _ewma(lam, nsigmas, shift, limits == "exact", nodes)

    return _each(run, lam, nsigmas, shift)


def ewma_limit(
    lam: ArrayLike,
    arl: ArrayLike,
    *,
    limits: Literal["exact", "asymptotic"] = "exact",
) -> Floats:
    """How many standard deviations wide the limits of an EWMA are for a wanted run length.

    >>> round(float(ewma_limit(0.1, 500, limits="asymptotic")), 4)
    2.8143
    """

    def limit(lam: float, arl: float) -> float:
        return _solve(lambda wide: float(ewma_arl(lam, wide, limits=limits)), arl, 0.05, 2.0)

    return _each(limit, lam, arl)


def _cusum_one_sided(
    k: float, h: float, shift: float, start: float, nodes: int | None
) -> tuple[float, float, float]:
    """Run lengths of the upper sum from 0 and from the start, and the second over the first.

    Between two visits to zero the sum is a sequential test: from s it takes N(s) points until it
    is back at zero or signals, the latter with probability p(s). L(0) = N(0)/p(0) and
    L(s) = N(s) + (1−p(s))·L(0), which keeps its digits however long the run.
    """
    from scipy.special import ndtr

    if not (h > 0 and k >= 0):
        raise ValueError(f"h is above zero and k not below it, unlike {h} and {k}.")
    if not 0 <= start < h:
        raise ValueError(f"A head start lies from 0 to below h, unlike {start}.")
    x, w = _nodes(0.0, h, nodes or max(NODES, math.ceil(6 * h)))
    leave = np.stack([np.ones(len(x)), ndtr(shift + x - k - h)], axis=1)
    kernel = w * _density(x[np.newaxis, :] + k - x[:, np.newaxis] - shift)
    solved = np.linalg.solve(np.eye(len(x)) - kernel, leave)

    def at(s: float) -> tuple[float, float]:
        inside = (w * _density(x + k - s - shift)) @ solved
        return float(1 + inside[0]), float(ndtr(shift + s - k - h) + inside[1])

    (points, signal), (points_start, signal_start) = at(0.0), at(start)
    run = points / signal if signal > 0 else math.inf
    ratio = points_start / run + 1 - signal_start
    return run, points_start + (1 - signal_start) * run, ratio


def _ewma(lam: float, nsigmas: float, shift: float, exact: bool, nodes: int | None) -> float:
    """L(z) = 1 + ∫ L(x) φ((x − (1−λ)z)/λ − μ)/λ dx between the limits, which widen when exact."""
    if not 0 < lam <= 1:
        raise ValueError(f"λ lies between 0 and 1, not {lam}.")
    if not nsigmas > 0:
        raise ValueError(f"The limits are above zero standard deviations wide, not {nsigmas}.")
    final = nsigmas * math.sqrt(lam / (2 - lam))
    # A kernel of width λ on an interval of 2·final: narrow ones need more nodes.
    count = nodes or max(NODES, math.ceil(10 * final / lam))
    unit, weight = np.polynomial.legendre.leggauss(count)

    def kernel(start: Floats, end: float) -> Floats:
        x = end * unit
        z = (x[np.newaxis, :] - (1 - lam) * start[:, np.newaxis]) / lam - shift
        return end * weight * _density(z) / lam

    run = np.linalg.solve(np.eye(count) - kernel(final * unit, final), np.ones(count))
    if not (run.min() > 0 and run.max() < LONGEST):
        raise ValueError(f"The run length at {nsigmas:g} standard deviations cannot be computed.")
    if not exact:
        return float(1 + kernel(np.zeros(1), final)[0] @ run)
    # Back from the point at which the limits no longer widen to the first one.
    ends = []
    for point in range(1, 100_000):
        grown = 1 - (1 - lam) ** (2 * point)
        ends.append(final * math.sqrt(grown))
        if 1 - grown < 1e-12:
            break
    here = final
    for point in range(len(ends) - 1, 0, -1):
        run, here = 1 + kernel(ends[point - 1] * unit, here) @ run, ends[point - 1]
    return float(1 + kernel(np.zeros(1), here)[0] @ run)


def _solve(run: Callable[[float], float], arl: float, low: float, high: float) -> float:
    """The limit at which the run length is as wanted; it grows with the limit."""
    from scipy.optimize import brentq

    if not arl > 1:
        raise ValueError(f"A run length is above 1, not {arl}.")
    if run(low) > arl:
        raise ValueError(f"Every limit runs longer than {arl:g} points.")
    while run(high) < arl:
        low, high = high, 1.5 * high
        if high > 60:
            raise ValueError(f"No limit runs for {arl:g} points.")
    return float(brentq(lambda limit: math.log(run(limit) / arl), low, high, xtol=1e-11))


def _nodes(low: float, high: float, count: int) -> tuple[Floats, Floats]:
    x, w = np.polynomial.legendre.leggauss(count)
    half = (high - low) / 2
    return low + half * (x + 1), half * w


def _density(z: Floats) -> Floats:
    return np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def _each(function: Callable[..., float], *arguments: ArrayLike) -> Floats:
    """One answer for each element of the arguments, broadcast against each other."""
    given = np.broadcast_arrays(*(np.asarray(one, dtype=np.float64) for one in arguments))
    if not all(np.isfinite(one).all() for one in given):
        raise ValueError("A design has finite numbers only.")
    rows = np.stack([one.ravel() for one in given], axis=1).tolist()
    found = [function(*row) for row in rows]
    return np.asarray(found, dtype=np.float64).reshape(given[0].shape)


def _check_sided(sided: Sided) -> None:
    if sided not in ("two", "one"):
        raise ValueError(f"A CUSUM has two sides or one, not {sided}.")
