"""The constants of Shewhart charts for subgroups of any size, computed rather than looked up.

For n independent normal observations with σ = 1: c4 is the mean of their standard deviation, d2 the
mean and d3 the standard deviation of their range. The rest follow: A2 = 3/(d2√n),
A3 = 3/(c4√n), B3 and B4 = 1 ∓ 3√(1−c4²)/c4, D3 and D4 = 1 ∓ 3·d3/d2, never below 0.

Tables round: Montgomery prints D4(3) = 2.575 and D4(5) = 2.115 from a rounded d3 (2.5746 and 2.1145
are right), and qcc up to 2.7 takes d2 to three places; qcc 3 integrates, as here.

Sources: Montgomery, Introduction to Statistical Quality Control, appendix VI. Tippett,
Biometrika 17 (1925) 364: d2 = ∫ 1 − Φⁿ − (1−Φ)ⁿ dx. Range: F(w) = n ∫ φ(x) (Φ(x+w) − Φ(x))ⁿ⁻¹ dx.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.series import Floats

# Making Data Count rounds 3 / 1.128 = 2.6596; qicharts2 and qcc do not.
MDC_FACTOR = 2.66
# d2(2) = 2/√π = 1.12838 as qicharts2, qcc 2.7 and Montgomery's tables round it.
D2 = 1.128
QICHARTS_FACTOR = 3 / D2
# D4(2) as Montgomery's tables, Making Data Count and qicharts2 round it (3.2665).
SCREEN_FACTOR = 3.267
# qcc up to 2.7 rounds d2 to these places; d3 it does not round.
QCC_27_PLACES = 3


def c4(n: ArrayLike) -> Floats:
    """The mean of the standard deviation of n observations: √(2/(n−1)) Γ(n/2) / Γ((n−1)/2).

    NaN where n is below 2 or missing.

    >>> round(float(c4(5)), 4)
    0.94
    """
    from scipy.special import poch

    sizes = _sizes(n)
    free = np.where(sizes >= 2, sizes - 1, np.nan)
    return np.sqrt(2 / free) * poch(free / 2, 0.5)


def d2(n: ArrayLike, *, places: int | None = None) -> Floats:
    """The mean range of n observations; `places=3` is the rounded table of qcc up to 2.7.

    NaN where n is below 2 or missing.

    >>> round(float(d2(5)), 5)
    2.32593
    """
    found = _each(n, 0)
    return found if places is None else np.round(found, places)


def d3(n: ArrayLike) -> Floats:
    """The standard deviation of the range of n observations. NaN where n is below 2 or missing.

    >>> round(float(d3(5)), 5)
    0.86408
    """
    return _each(n, 1)


def A2(n: ArrayLike) -> Floats:
    """Limits of means from the mean range: x̿ ± A2·R̄.

    >>> round(float(A2(5)), 3)
    0.577
    """
    return 3 / (d2(n) * np.sqrt(_sizes(n)))


def A3(n: ArrayLike) -> Floats:
    """Limits of means from the mean standard deviation: x̿ ± A3·s̄.

    >>> round(float(A3(5)), 3)
    1.427
    """
    return 3 / (c4(n) * np.sqrt(_sizes(n)))


def B3(n: ArrayLike) -> Floats:
    """Lower limit of standard deviations: B3·s̄.

    >>> round(float(B3(10)), 3)
    0.284
    """
    return np.maximum(0.0, 1 - 3 * spread_of_sd(n) / c4(n))


def B4(n: ArrayLike) -> Floats:
    """Upper limit of standard deviations: B4·s̄.

    >>> round(float(B4(5)), 3)
    2.089
    """
    return 1 + 3 * spread_of_sd(n) / c4(n)


def D3(n: ArrayLike) -> Floats:
    """Lower limit of ranges, D3·R̄ (not d3, the spread of a range).

    >>> round(float(D3(7)), 3)
    0.076
    """
    return np.maximum(0.0, 1 - 3 * d3(n) / d2(n))


def D4(n: ArrayLike) -> Floats:
    """Upper limit of ranges, D4·R̄.

    >>> round(float(D4(2)), 4)
    3.2665
    """
    return 1 + 3 * d3(n) / d2(n)


def spread_of_sd(n: ArrayLike) -> Floats:
    """The standard deviation of the standard deviation of n observations: √(1 − c4²).

    >>> round(float(spread_of_sd(5)), 4)
    0.3412
    """
    # (1−c4)(1+c4) keeps the digits that 1 − c4² would lose where n is large.
    mean = c4(n)
    return np.sqrt((1 - mean) * (1 + mean))


def _sizes(n: ArrayLike) -> Floats:
    sizes = np.asarray(n, dtype=np.float64)
    known = sizes[np.isfinite(sizes)]
    if (known < 0).any() or (known != np.floor(known)).any() or np.isinf(sizes).any():
        raise ValueError("The size of a subgroup is a whole number.")
    return sizes


def _each(n: ArrayLike, which: int) -> Floats:
    sizes = _sizes(n)
    different, where = np.unique(sizes, return_inverse=True)
    found = [_range(int(one))[which] if one >= 2 else np.nan for one in different]
    return np.asarray(found, dtype=np.float64)[where].reshape(sizes.shape)


@lru_cache(maxsize=1024)
def _range(n: int) -> tuple[float, float]:
    """Mean and standard deviation of the range of n standard normal observations."""
    from scipy.special import ndtr

    # The integrands are smooth and vanish at both ends, so equal steps are exact to 1e-12.
    x = np.linspace(-12, 12, 481)
    step = x[1] - x[0]
    below = ndtr(x)
    mean = float((1 - below**n - ndtr(-x) ** n).sum() * step)
    nodes, weights = np.polynomial.legendre.leggauss(120)
    width = 12 * (nodes + 1)
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    inside = (ndtr(x + width[:, np.newaxis]) - below) ** (n - 1)
    beyond = 1 - n * step * (density * inside).sum(axis=1)
    square = float(2 * 12 * (weights * width * beyond).sum())
    return mean, float(np.sqrt(square - mean**2))
