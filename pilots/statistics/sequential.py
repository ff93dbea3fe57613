"""Confidence sequences: intervals that hold at every look, however often one looks.

A fixed-sample 95 % interval read every week for a year misses the truth far more often than one
time in twenty. These intervals come from test martingales (Ville's inequality): the probability
that the truth is *ever* outside is at most alpha, so they may be read while the data grow and
acted on at any moment.

All of them are written in the variance of the estimate. For a difference from a baseline that is
already complete that is the variance of both parts together, V = V_before + V_after: estimates
with independent increments of information 1/V form a Brownian motion in 1/V, whatever V is made
of, so the mixture over effects N(0, τ²) gives the martingale √(V/(V+τ²))·exp(d²τ²/(2V(V+τ²))).

Sources: Robbins, Ann. Math. Stat. 41 (1970) 1397. Howard, Ramdas, McAuliffe, Sekhon, Ann. Stat.
49 (2021) 1055. Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, Time-uniform central limit theory
and asymptotic confidence sequences, Ann. Stat. 52 (2024) 2613. Lindon, Ham, Tingley, Bojinov,
Anytime-valid linear models and regression adjusted causal inference (2022). Pérez-Ortiz, Lardy,
de Heide, Grünwald, E-statistics, group invariance and anytime-valid testing, Ann. Stat. 52 (2024)
1410.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.series import Floats


def tuning(alpha: float) -> float:
    """How many times the variance at which it should be tightest a mixture's variance must be."""
    _check(alpha)
    return -2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))


def normal_mixture_bound(variance: ArrayLike, *, alpha: float, optimal: float) -> Floats:
    """How far a sum of known variance may stray from its mean, at any time (two-sided).

    |S| ≤ √((V+r)·log((V+r)/(r·α²))), r = V_opt/(2·log(1/α)+log(1+2·log(1/α))).
    """
    v = np.asarray(variance, dtype=np.float64)
    r = optimal / tuning(alpha)
    return np.sqrt((v + r) * np.log((v + r) / (r * alpha**2)))


def asymptotic(
    estimate: ArrayLike, deviation: ArrayLike, n: ArrayLike, *, alpha: float, optimal_n: float
) -> tuple[Floats, Floats]:
    """Lower and upper end for a mean of n independent units with this standard deviation.

    est ± s·√(2(nρ²+1)/(nρ)²·log(√(nρ²+1)/α)), ρ = √((−2·log α+log(1−2·log α))/n_opt); valid as n
    grows. `n` counts independent units (patients, encounters), never weeks.
    """
    s2 = np.square(np.asarray(deviation, dtype=np.float64))
    centre = np.asarray(estimate, dtype=np.float64)
    half = half_width(s2 / np.asarray(n), alpha=alpha, optimal=s2 / optimal_n)
    return centre - half, centre + half


def half_width(variance: ArrayLike, *, alpha: float, optimal: ArrayLike) -> Floats:
    """Half the interval around an estimate whose variance is known or well estimated.

    `optimal`: the variance at which the interval is tightest; it must be fixed beforehand.
    """
    v = np.asarray(variance, dtype=np.float64)
    q = v / (v + tuning(alpha) * np.asarray(optimal))
    return np.sqrt(v * np.log(1 / (q * alpha**2)) / (1 - q))


def half_width_student(
    variance: ArrayLike,
    residual: ArrayLike,
    degrees: ArrayLike,
    *,
    alpha: float,
    optimal: ArrayLike,
) -> Floats:
    """The same where the spread is unknown: exact for independent normal points, however few.

    `variance` and `optimal` are those of the estimate if the points had variance 1, `residual`
    is the sum of squares around the fitted means, `degrees` the number of points less the fitted
    means besides the estimate. The martingale is the Bayes factor for an effect measured in
    standard deviations, with the right Haar prior on the spread. Infinite where the points are
    too few to exclude anything.
    """
    v = np.asarray(variance, dtype=np.float64)
    q = v / (v + tuning(alpha) * np.asarray(optimal))
    k = (q * alpha**2) ** (1 / np.asarray(degrees, dtype=np.float64))
    room = k - q
    square = np.divide(
        v * np.asarray(residual) * (1 - k),
        room,
        out=np.full(np.shape(room), np.inf),
        where=room > 0,
    )
    return np.sqrt(square)


def _check(alpha: float) -> None:
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, not {alpha}.")
