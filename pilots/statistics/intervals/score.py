"""Score statistics for two proportions: the data against a supposed difference, ratio or odds ratio.

Under the supposition the two proportions have restricted maximum likelihood estimates in closed
form; the statistic is the distance in the standard errors they give. `spread` is 1 for Mee and
Koopman, √(N/(N−1)) for Miettinen and Nurminen.

Sources: Miettinen and Nurminen, Statistics in Medicine 4 (1985) 213. Farrington and Manning,
Statistics in Medicine 9 (1990) 1447. Mee, Biometrics 40 (1984) 1175. Koopman, Biometrics 40 (1984)
513.
"""

from collections.abc import Callable

import numpy as np

from pilots.statistics.intervals.interval import crossing, normal_quantile
from pilots.statistics.series import Floats

Statistic = Callable[[Floats, Floats, Floats, Floats, Floats], Floats]


def restricted_difference(
    x1: Floats, n1: Floats, x2: Floats, n2: Floats, difference: Floats
) -> tuple[Floats, Floats]:
    """The likeliest p1 and p2 with p1 − p2 = difference: the middle root of a cubic."""
    d, t, p1, p2 = difference, n2 / n1, x1 / n1, x2 / n2
    a = 1 + t
    b = -(1 + t + p1 + t * p2 + d * (t + 2))
    c = d * d + d * (2 * p1 + t + 1) + p1 + t * p2
    e = -p1 * d * (1 + d)
    shift = b / (3 * a)
    v = shift**3 - b * c / (6 * a * a) + e / (2 * a)
    s = np.sqrt(np.maximum(shift**2 - c / (3 * a), 0))
    u = np.where(v > 0, s, -s)
    ratio = np.divide(v, u**3, out=np.zeros_like(v), where=np.abs(u) > 1e-50)
    w = (np.pi + np.arccos(np.clip(ratio, -1, 1))) / 3
    first = np.clip(2 * u * np.cos(w) - shift, np.maximum(d, 0), np.minimum(1 + d, 1))
    return first, first - d


def z_of_difference(x1: Floats, n1: Floats, x2: Floats, n2: Floats, difference: Floats) -> Floats:
    """(p̂1 − p̂2 − d) / SE under d."""
    p1, p2 = restricted_difference(x1, n1, x2, n2, difference)
    variance = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
    return over_root(x1 / n1 - x2 / n2 - difference, variance)


def z_of_ratio(x1: Floats, n1: Floats, x2: Floats, n2: Floats, ratio: Floats) -> Floats:
    """(p̂1 − φp̂2) / SE under φ."""
    a = (n1 + n2) * ratio
    b = -(ratio * (n1 + x2) + x1 + n2)
    c = x1 + x2
    # The smaller root, in the form that does not cancel.
    p2 = 2 * c / (-b + np.sqrt(np.maximum(b * b - 4 * a * c, 0)))
    p1 = np.clip(ratio * p2, 0, 1)
    variance = p1 * (1 - p1) / n1 + ratio**2 * p2 * (1 - p2) / n2
    return over_root(x1 / n1 - ratio * x2 / n2, variance)


def z_of_odds_ratio(x1: Floats, n1: Floats, x2: Floats, n2: Floats, ratio: Floats) -> Floats:
    """(x1 − n1·p1) · √(1/(n1·p1·q1) + 1/(n2·p2·q2)) under ψ."""
    m = x1 + x2
    a, b = n2 * (ratio - 1), n1 * ratio + n2 - m * (ratio - 1)
    root = np.sqrt(np.maximum(b * b + 4 * a * m, 0))
    # (−b + √)/(2a) is 0/0 at ψ = 1, 2m/(b + √) is not; b is above zero where that is needed.
    p2 = np.where(
        b > 0, 2 * m / np.where(b > 0, b + root, 1), (root - b) / np.where(a != 0, 2 * a, 1)
    )
    p1 = p2 * ratio / (1 + p2 * (ratio - 1))
    information = 1 / (1 / _room(n1 * p1 * (1 - p1)) + 1 / _room(n2 * p2 * (1 - p2)))
    return over_root(x1 - n1 * p1, information)


def over_root(distance: Floats, variance: Floats) -> Floats:
    """Distance / √variance; without variance any distance is infinitely far."""
    sd = np.sqrt(np.maximum(variance, 0))
    safe = sd > 1e-150
    far = np.where(distance > 0, np.inf, -np.inf)
    far = np.where(np.abs(distance) < 1e-12, 0.0, far)
    return np.where(safe, distance / np.where(safe, sd, 1), far)


def limits(
    statistic: Statistic,
    x1: Floats,
    n1: Floats,
    x2: Floats,
    n2: Floats,
    *,
    tail: float,
    low: Floats,
    high: Floats,
    corrected: bool,
    place: Callable[[Floats], Floats] = lambda at: at,
) -> tuple[Floats, Floats]:
    """The suppositions that the data do not reject; the statistic falls as the supposition rises.

    `place` takes the points searched, from `low` to `high`, to the scale of the supposition.
    """
    total = n1 + n2
    z = normal_quantile(tail) * (np.sqrt(total / (total - 1)) if corrected else 1.0)

    def at(point: Floats) -> Floats:
        return statistic(x1, n1, x2, n2, place(point))

    lower = place(crossing(lambda point: at(point) <= z, low, high))
    upper = place(crossing(lambda point: at(point) < -z, low, high))
    return lower, upper


def odds(share: Floats) -> Floats:
    """From 0…1 to 0…∞."""
    safe = share < 1
    return np.where(safe, share / np.where(safe, 1 - share, 1), np.inf)


def _room(variance: Floats) -> Floats:
    return np.maximum(variance, 1e-300)
