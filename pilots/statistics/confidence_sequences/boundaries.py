"""Uniform boundaries: how far a sum S may stray from its mean at any time.

`total` is S, the sum of observations less their means under the hypothesis; `variance` is V, its
accumulated variance. A log e-value is the log of a nonnegative supermartingale that starts at 1,
so the probability that it ever reaches log(1/alpha) is at most alpha; a bound is the S at which
it does. Everything is element by element: arrays of any shape, broadcast against each other.

`optimal` is the variance at which the boundary is tightest; fix it before the first look.
`tuned_for` is the alpha it is tightest for (None: the alpha of the bound). confseq keeps the two
apart and takes 0.05; its functions are one-sided unless told otherwise, these are two-sided.

Source: Howard, Ramdas, McAuliffe, Sekhon, Time-uniform, nonparametric, nonasymptotic confidence
sequences, Ann. Stat. 49 (2021) 1055 (Propositions 5 to 10, Theorem 1). Checked against the unit
tests of the package confseq.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.confidence_sequences.crossings import root
from pilots.statistics.confidence_sequences.tuning import best_rho, check_alpha, positive
from pilots.statistics.series import Floats


def normal_mixture_bound(
    variance: ArrayLike,
    *,
    alpha: float,
    optimal: ArrayLike,
    tuned_for: float | None = None,
    one_sided: bool = False,
) -> Floats:
    """How far a sum of known variance may stray from its mean, at any time.

    Two-sided |S| ≤ √((V+ρ)·log((V+ρ)/(ρ·α²))); one-sided S below the root of its log e-value.

    >>> round(float(normal_mixture_bound(100, alpha=0.05, optimal=100)), 5)
    30.35209
    """
    check_alpha(alpha)
    v = _variance(variance)
    rho = best_rho(optimal, alpha=_tuned(tuned_for, alpha), one_sided=one_sided)
    both = np.sqrt((v + rho) * np.log((v + rho) / (rho * alpha**2)))
    if not one_sided:
        return both

    def beyond(s: Floats, v: Floats, rho: Floats) -> Floats:
        return _normal_log(s, v, rho, True) + math.log(alpha)

    # 2Φ ≥ 1 for S ≥ 0, so where the two-sided martingale is at 1/alpha this one is beyond.
    return root(beyond, np.zeros_like(both), both, v, rho)


def beta_binomial_bound(
    variance: ArrayLike,
    *,
    alpha: float,
    optimal: ArrayLike,
    g: ArrayLike,
    h: ArrayLike,
    tuned_for: float | None = None,
    one_sided: bool = False,
) -> Floats:
    """How far a sub-Bernoulli sum may rise above its mean; at most V/g, which is as far as it can.

    Two-sided: the upper of the two bounds (the lower one is that of g and h exchanged).

    >>> round(float(beta_binomial_bound(100, alpha=0.05, optimal=100, g=0.2, h=0.8)), 4)
    31.4308
    """
    check_alpha(alpha)
    v, a, b = np.broadcast_arrays(_variance(variance), positive(g, "g"), positive(h, "h"))
    r = _beta_precision(optimal, a, b, _tuned(tuned_for, alpha), one_sided)

    def beyond(s: Floats, v: Floats, a: Floats, b: Floats, r: Floats) -> Floats:
        return _beta_log(s, v, a, b, r, one_sided) + math.log(alpha)

    return root(beyond, np.zeros_like(v), v / a, v, a, b, r)


def gamma_exponential_bound(
    variance: ArrayLike,
    *,
    alpha: float,
    optimal: ArrayLike,
    c: ArrayLike,
    tuned_for: float | None = None,
) -> Floats:
    """How far a sub-exponential sum of scale c may rise above its mean, at any time.

    >>> round(float(gamma_exponential_bound(100, alpha=0.05, optimal=100, c=2)), 5)
    33.02017
    """
    return _gamma_bound(_exponential_log, variance, alpha, optimal, c, tuned_for)


def gamma_poisson_bound(
    variance: ArrayLike,
    *,
    alpha: float,
    optimal: ArrayLike,
    c: ArrayLike,
    tuned_for: float | None = None,
) -> Floats:
    """How far a sub-Poisson sum of scale c may rise above its mean, at any time.

    >>> round(float(gamma_poisson_bound(100, alpha=0.05, optimal=100, c=2)), 4)
    30.1949
    """
    return _gamma_bound(_poisson_log, variance, alpha, optimal, c, tuned_for)


def poly_stitching_bound(
    variance: ArrayLike,
    *,
    alpha: float,
    v_min: ArrayLike,
    c: ArrayLike = 0.0,
    s: float = 1.4,
    eta: float = 2.0,
) -> Floats:
    """A closed-form one-sided bound that grows as √(V·log log V); c = 0 is the sub-Gaussian one.

    √(k₁²·V·ℓ + k₂²c²ℓ²) + k₂·c·ℓ with ℓ = s·log log(ηV/v_min) + log(ζ(s)/(α·log(η)^s)),
    k₁ = (η^¼+η^−¼)/√2, k₂ = (√η+1)/2; V counts as v_min until it is there (Theorem 1).

    >>> round(float(poly_stitching_bound(100, alpha=0.05, v_min=10, c=3)), 5)
    64.48755
    """
    from scipy.special import zeta

    check_alpha(alpha)
    if not (s > 1 and eta > 1):
        raise ValueError(f"s and eta are above 1, unlike {s} and {eta}.")
    least = positive(v_min, "v_min")
    v = np.maximum(_variance(variance), least)
    scale = np.asarray(c, dtype=np.float64)
    level = s * np.log(np.log(eta * v / least)) + math.log(zeta(s) / (alpha * math.log(eta) ** s))
    k1 = (eta**0.25 + eta**-0.25) / math.sqrt(2)
    tail = (math.sqrt(eta) + 1) / 2 * scale * level
    bound: Floats = np.sqrt(k1**2 * v * level + tail**2) + tail
    return bound


def _tuned(tuned_for: float | None, alpha: float) -> float:
    return alpha if tuned_for is None else tuned_for


def _variance(variance: ArrayLike) -> Floats:
    given = np.asarray(variance, dtype=np.float64)
    if (given < 0).any():
        raise ValueError("A variance is not below zero.")
    return given


def _normal_log(s: Floats, v: Floats, rho: Floats, one_sided: bool) -> Floats:
    both = np.log(rho / (v + rho)) / 2 + s**2 / (2 * (v + rho))
    if not one_sided:
        return both
    from scipy.special import log_ndtr

    return both + math.log(2) + log_ndtr(s / np.sqrt(v + rho))


def _beta_precision(
    optimal: ArrayLike, g: Floats, h: Floats, tuned_for: float, one_sided: bool
) -> Floats:
    rho = best_rho(optimal, alpha=tuned_for, one_sided=one_sided)
    return np.maximum(rho - g * h, 1e-3 * g * h)


def _beta_log(s: Floats, v: Floats, g: Floats, h: Floats, r: Floats, one_sided: bool) -> Floats:
    from scipy.special import betainc, betaln

    width = g + h
    misses, events = (v - g * s) / (g * width), (v + h * s) / (h * width)
    a, b = r / (g * width), r / (h * width)
    log_e = v / (g * h) * np.log(width) - events * np.log(g) - misses * np.log(h)
    # A sum beyond what steps of −g and h can reach has no e-value.
    possible = (misses >= -1e-9) & (events >= -1e-9)
    misses, events = np.maximum(misses, 0), np.maximum(events, 0)
    log_e = log_e + betaln(a + misses, b + events) - betaln(a, b)
    if one_sided:
        x = h / width
        tail, start = betainc(a + misses, b + events, x), betainc(a, b, x)
        log_e = log_e + np.log(np.maximum(tail, 1e-300)) - np.log(start)
    return np.where(possible, log_e, np.nan)


def _exponential_log(s: Floats, v: Floats, rho: Floats, c: Floats) -> Floats:
    from scipy.special import gammainc, gammaln

    start, now = rho / c**2, (v + rho) / c**2
    drift = s / c + v / c**2
    reached = np.maximum(drift + start, 1e-300)
    constant = start * np.log(start) - gammaln(start) - np.log(gammainc(start, start))
    tail = np.log(np.maximum(gammainc(now, reached), 1e-300))
    return constant + gammaln(now) + tail - now * np.log(reached) + drift


def _poisson_log(s: Floats, v: Floats, rho: Floats, c: Floats) -> Floats:
    from scipy.special import gammaincc, gammaln

    start, now = rho / c**2, (v + rho) / c**2
    reached = np.maximum(s / c + now, 1e-300)
    constant = start * np.log(start) - gammaln(start) - np.log(gammaincc(start, start))
    tail = np.log(np.maximum(gammaincc(reached, now), 1e-300))
    log_bound: Floats = constant + gammaln(reached) + tail - reached * np.log(now) + v / c**2
    return log_bound


def _gamma_bound(
    log_e_value: Callable[[Floats, Floats, Floats, Floats], Floats],
    variance: ArrayLike,
    alpha: float,
    optimal: ArrayLike,
    c: ArrayLike,
    tuned_for: float | None,
) -> Floats:
    check_alpha(alpha)
    rho = best_rho(optimal, alpha=_tuned(tuned_for, alpha), one_sided=True)
    v, rho, scale = np.broadcast_arrays(_variance(variance), rho, positive(c, "c"))
    goal = -math.log(alpha)

    def beyond(s: Floats, v: Floats, rho: Floats, scale: Floats) -> Floats:
        return log_e_value(s, v, rho, scale) - goal

    high = np.maximum(v, 1.0)
    for _doubling in range(60):
        short = beyond(high, v, rho, scale) <= 0
        if not short.any():
            break
        high = np.where(short, 2 * high, high)
    return root(beyond, np.zeros_like(high), high, v, rho, scale)
