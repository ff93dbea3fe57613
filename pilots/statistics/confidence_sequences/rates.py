"""Exact sequences for the rate of a Poisson process.

Nonasymptotic: they hold from the first event on. Under each candidate rate the e-value is a gamma
mixture centred on it, and the interval is where it stays below 1/alpha. Not for counts that
cluster (outbreaks, repeat attenders): those vary more than a Poisson process, and the check on
the looks says so.

Sources: Robbins and Siegmund, Sixth Berkeley Symp. 4 (1972) 37 (the mixture); Howard, Ramdas,
McAuliffe, Sekhon, Ann. Stat. 49 (2021) 1055. confseq has the one-sided gamma-Poisson boundary
only (`boundaries.gamma_poisson_bound`).
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.confidence_sequences.crossings import root
from pilots.statistics.confidence_sequences.looks import (
    EXACT,
    ConfidenceSequence,
    as_looks,
    check_cumulative,
    check_looks,
    finish,
    last_of,
    ratio_of,
)
from pilots.statistics.confidence_sequences.tuning import check_alpha, tuning
from pilots.statistics.series import Floats, Remark

NO_EXPOSURE = Remark("too_few_units", "No look has any exposure.", {"exposure": 0})
# Below exp(−600) of the observed rate is zero.
FAR = 600.0


def poisson_log_e_value(
    events: ArrayLike,
    exposure: ArrayLike,
    rate: ArrayLike,
    *,
    exposure_opt: ArrayLike,
    tuned_for: float = 0.05,
) -> Floats:
    """Evidence against this rate of a Poisson process, element by element (two-sided).

    A gamma mixture with mean λ and shape λ·b, b = exposure_opt/tuning: Γ(λb+x)/Γ(λb) ·
    b^(λb)/(b+t)^(λb+x) · λ^(−x) · e^(λt).

    >>> round(float(poisson_log_e_value(30, 100.0, 0.2, exposure_opt=100.0)), 3)
    0.64
    """
    x, t, mean, best = (
        np.asarray(one, dtype=np.float64) for one in (events, exposure, rate, exposure_opt)
    )
    if (mean <= 0).any() or (best <= 0).any():
        raise ValueError("A rate and an exposure_opt are above zero.")
    return _poisson_log(mean, x, t, best / tuning(tuned_for))


def poisson_interval(
    events: ArrayLike,
    exposure: ArrayLike,
    *,
    exposure_opt: ArrayLike,
    alpha: float = 0.05,
    tuned_for: float = 0.05,
) -> tuple[Floats, Floats]:
    """Lower and upper end for a Poisson rate (events per exposure), element by element.

    >>> low, high = poisson_interval(30, 100.0, exposure_opt=100.0)
    >>> round(float(low), 4), round(float(high), 4)
    (0.1599, 0.4947)
    """
    check_alpha(alpha)
    x, t, best = np.broadcast_arrays(
        *(np.asarray(one, dtype=np.float64) for one in (events, exposure, exposure_opt))
    )
    if (x < 0).any() or (t < 0).any() or (best <= 0).any():
        raise ValueError("Events and exposure are not below zero, exposure_opt is above it.")
    b, goal = best / tuning(tuned_for), -math.log(alpha)
    at = np.divide(x, t, out=np.full(x.shape, np.nan), where=t > 0)

    def above(rate: Floats, x: Floats, t: Floats, b: Floats) -> Floats:
        return _poisson_log(rate, x, t, b) - goal

    def below(log_ratio: Floats, at: Floats, x: Floats, t: Floats, b: Floats) -> Floats:
        return _poisson_log(at * np.exp(-log_ratio), x, t, b) - goal

    high = np.where(t > 0, (x + 10) / np.maximum(t, 1e-300), np.nan)
    for _doubling in range(200):
        short = above(high, x, t, b) <= 0
        if not short.any():
            break
        high = np.where(short, 2 * high, high)
    upper = root(above, np.where(x > 0, at, 1e-12 / np.maximum(t, 1e-300)), high, x, t, b)
    # In the log of the rate, so that very low ends are found as precisely as others.
    some = np.where(x > 0, at, 1.0)
    ratio = root(below, np.zeros_like(at), np.where(np.isnan(at), np.nan, FAR), some, x, t, b)
    lower = np.where(ratio >= FAR, 0.0, some * np.exp(-ratio))
    return np.where(x > 0, lower, np.where(np.isnan(at), np.nan, 0.0)), upper


def rate_sequence(
    events: ArrayLike,
    exposure: ArrayLike,
    *,
    exposure_opt: float,
    alpha: float = 0.05,
    null: float | None = None,
) -> ConfidenceSequence:
    """Where the rate of a Poisson process lies (events per exposure), at every look; exact.

    >>> found = rate_sequence([3, 12], [50.0, 100.0], exposure_opt=100.0, null=0.05)
    >>> found.lower.round(4), found.p_value.round(4)
    (array([0.0024, 0.0401]), array([1.    , 0.2045]))
    """
    dimensions, (x, t) = as_looks(events, exposure, names=("events", "exposure"))
    check_cumulative(x, "events")
    check_cumulative(t, "exposure")
    ready = np.nan_to_num(t) > 0
    lower, upper = poisson_interval(x, t, exposure_opt=exposure_opt, alpha=alpha, tuned_for=alpha)
    log_p = np.full_like(x, np.nan)
    if null is not None:
        log_p = -poisson_log_e_value(x, t, null, exposure_opt=exposure_opt, tuned_for=alpha)
    return finish(
        "gamma-Poisson",
        dimensions=dimensions,
        alpha=alpha,
        n=x,
        estimate=ratio_of(x, t),
        lower=lower,
        upper=upper,
        log_p=log_p,
        null=null,
        ready=ready,
        too_small=NO_EXPOSURE,
        checks=[check_looks(x, t, last_of(ratio_of(x, t)))],
        assumptions=(EXACT,),
    )


def _poisson_log(rate: Floats, x: Floats, t: Floats, b: Floats) -> Floats:
    from scipy.special import gammaln

    a = rate * b
    return (
        gammaln(a + x)
        - gammaln(a)
        + a * np.log(b)
        - (a + x) * np.log(b + t)
        - x * np.log(rate)
        + rate * t
    )
