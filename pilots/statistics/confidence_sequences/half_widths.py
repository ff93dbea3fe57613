"""Half the interval around an estimate, at any time: variance known, or estimated (sequential t).

Written in the variance of the estimate. For a difference from a baseline that is already complete
that is the variance of both parts together, V = V_before + V_after: estimates with independent
increments of information 1/V form a Brownian motion in 1/V, whatever V is made of, so the mixture
over effects N(0, τ²) gives the martingale √(V/(V+τ²))·exp(d²τ²/(2V(V+τ²))).

Sources: Robbins, Ann. Math. Stat. 41 (1970) 1397. Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas,
Time-uniform central limit theory and asymptotic confidence sequences, Ann. Stat. 52 (2024) 2613,
equations 9 (two-sided) and 134 (one-sided). Lindon, Ham, Tingley, Bojinov, Anytime-valid linear
models and regression adjusted causal inference (2022). Pérez-Ortiz, Lardy, de Heide, Grünwald,
E-statistics, group invariance and anytime-valid testing, Ann. Stat. 52 (2024) 1410.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.confidence_sequences.tuning import check_alpha, tuning
from pilots.statistics.series import Floats

Side = Literal["both", "lower", "upper"]


def half_width(variance: ArrayLike, *, alpha: float | Floats, optimal: ArrayLike) -> Floats:
    """Half the interval around an estimate whose variance is known or well estimated.

    `optimal`: the variance at which the interval is tightest; it must be fixed beforehand.
    √(V(V+τ²)/τ²·log((V+τ²)/(V·α²))), τ² = tuning(α)·optimal.

    >>> round(float(half_width(0.01, alpha=0.05, optimal=0.01)), 4)
    0.3035
    """
    v = np.asarray(variance, dtype=np.float64)
    q = v / (v + tuning(alpha) * np.asarray(optimal))
    return np.sqrt(v * np.log(1 / (q * alpha**2)) / (1 - q))


def half_width_student(
    variance: ArrayLike,
    residual: ArrayLike,
    degrees: ArrayLike,
    *,
    alpha: float | Floats,
    optimal: ArrayLike,
) -> Floats:
    """The same where the spread is unknown: exact for independent normal points, however few.

    `variance` and `optimal` are those of the estimate if the points had variance 1, `residual`
    is the sum of squares around the fitted means, `degrees` the number of points less the fitted
    means besides the estimate. The martingale is the Bayes factor for an effect measured in
    standard deviations, with the right Haar prior on the spread. Infinite where the points are
    too few to exclude anything.

    >>> round(float(half_width_student(0.01, 99.0, 100, alpha=0.05, optimal=0.01)), 4)
    0.31
    """
    v = np.asarray(variance, dtype=np.float64)
    q = v / (v + tuning(alpha) * np.asarray(optimal))
    k = (q * alpha**2) ** (1 / np.asarray(degrees, dtype=np.float64))
    over, room = np.broadcast_arrays(v * np.asarray(residual) * (1 - k), k - q)
    half: Floats = np.sqrt(np.divide(over, room, out=np.full(room.shape, np.inf), where=room > 0))
    return half


def asymptotic_interval(
    estimate: ArrayLike,
    deviation: ArrayLike,
    n: ArrayLike,
    *,
    alpha: float,
    optimal_n: float,
    side: Side = "both",
) -> tuple[Floats, Floats]:
    """Lower and upper end for a mean of n independent units with this standard deviation.

    Two-sided est ± s·√(2(nρ²+1)/(nρ)²·log(√(nρ²+1)/α)), ρ = √(tuning(α)/n_opt). One-sided
    (`side="lower"`: only a lower end) the same with log(1+√(nρ²+1)/(2α)) and tuning(2α). Valid
    as n grows. `n` counts independent units (patients, encounters), never weeks; `optimal_n` is
    the n at which it is tightest (GrowthBook calls it the tuning parameter and takes 5,000).

    >>> low, high = asymptotic_interval(0.5, 1.0, 1000, alpha=0.05, optimal_n=1000)
    >>> round(float(low), 4), round(float(high), 4)
    (0.404, 0.596)
    """
    rho_squared = _rho_squared(alpha, optimal_n, side)
    centre, s = np.asarray(estimate, dtype=np.float64), np.asarray(deviation, dtype=np.float64)
    size = np.asarray(n, dtype=np.float64)
    if side == "both":
        half = half_width(s**2 / size, alpha=alpha, optimal=s**2 / optimal_n)
        return centre - half, centre + half
    grown = size * rho_squared + 1
    half = s * np.sqrt(2 * grown / (size * (grown - 1)) * np.log(1 + np.sqrt(grown) / (2 * alpha)))
    open_end = np.full_like(half, np.inf)
    return (centre - half, open_end) if side == "lower" else (-open_end, centre + half)


def asymptotic_log_p(
    difference: ArrayLike,
    deviation: ArrayLike,
    n: ArrayLike,
    *,
    alpha: float,
    optimal_n: float,
    side: Side = "both",
) -> Floats:
    """Log of the p-value at this look: the smallest level whose interval excludes the null.

    `difference` is the estimate less the null. Two-sided it is minus the log e-value,
    ½·log(nρ²+1) − d²n²ρ²/(2s²(nρ²+1)); it may be above 0, where the look says nothing. ρ stays
    that of `alpha`, as in GrowthBook; its one-sided p-value is this one found by bisection.

    >>> round(float(asymptotic_log_p(0.1, 1.0, 1000, alpha=0.05, optimal_n=1000)), 3)
    -3.345
    """
    d, s = np.asarray(difference, dtype=np.float64), np.asarray(deviation, dtype=np.float64)
    size = np.asarray(n, dtype=np.float64)
    grown = size * _rho_squared(alpha, optimal_n, side) + 1
    exponent = d**2 * size * (grown - 1) / (2 * s**2 * grown)
    if side == "both":
        return np.log(grown) / 2 - exponent
    toward = d > 0 if side == "lower" else d < 0
    exponent = np.where(toward, exponent, 0.0)
    # log(exp(x) − 1) without overflow; no evidence at all has p = infinity here, capped later.
    with np.errstate(divide="ignore"):
        growth = exponent + np.log(-np.expm1(-exponent))
    log_p: Floats = np.log(grown) / 2 - np.log(2) - growth
    return log_p


def _rho_squared(alpha: float, optimal_n: float, side: Side) -> float:
    check_alpha(alpha)
    if not optimal_n > 0:
        raise ValueError(f"The n at which it is tightest is above zero, not {optimal_n}.")
    if side not in ("both", "lower", "upper"):
        raise ValueError(f"A side is both, lower or upper, not {side}.")
    if side != "both" and alpha >= 0.5:
        raise ValueError(f"A one-sided interval has an alpha below one half, not {alpha}.")
    return tuning(alpha if side == "both" else 2 * alpha) / optimal_n
