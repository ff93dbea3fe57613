"""The formulas behind `two_proportions`: lower and upper ends, given counts and the tail.

`score` and `conditional` hold what is searched for; sources are named in `two_proportions`.
"""

from collections.abc import Callable

import numpy as np

from pilots.statistics.intervals import score
from pilots.statistics.intervals.conditional import odds_ratio_limits
from pilots.statistics.intervals.interval import normal_quantile
from pilots.statistics.intervals.proportions import Ends, wilson, wilson_cc
from pilots.statistics.series import Floats


def squared_and_added(p1: Floats, one: Ends, p2: Floats, two: Ends) -> Ends:
    """The interval of a difference from those of its parts (MOVER; Newcombe's hybrid)."""
    lower = p1 - p2 - np.sqrt((p1 - one[0]) ** 2 + (two[1] - p2) ** 2)
    upper = p1 - p2 + np.sqrt((one[1] - p1) ** 2 + (p2 - two[0]) ** 2)
    return lower, upper


def newcombe(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    return squared_and_added(x1 / n1, wilson(x1, n1, tail), x2 / n2, wilson(x2, n2, tail))


def newcombe_cc(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    return squared_and_added(x1 / n1, wilson_cc(x1, n1, tail), x2 / n2, wilson_cc(x2, n2, tail))


def wald(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    p1, p2 = x1 / n1, x2 / n2
    half = normal_quantile(tail) * np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    return p1 - p2 - half, p1 - p2 + half


def wald_cc(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    lower, upper = wald(x1, n1, x2, n2, tail)
    more = (1 / n1 + 1 / n2) / 2
    return lower - more, upper + more


def agresti_caffo(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    return wald(x1 + 1, n1 + 2, x2 + 1, n2 + 2, tail)


def hauck_anderson(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    p1, p2 = x1 / n1, x2 / n2
    half = normal_quantile(tail) * np.sqrt(p1 * (1 - p1) / (n1 - 1) + p2 * (1 - p2) / (n2 - 1))
    half = half + 1 / (2 * np.minimum(n1, n2))
    return p1 - p2 - half, p1 - p2 + half


def brown_li_jeffreys(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    p1, p2 = (x1 + 0.5) / (n1 + 1), (x2 + 0.5) / (n2 + 1)
    half = normal_quantile(tail) * np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    return p1 - p2 - half, p1 - p2 + half


def haldane(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    return _beal((x1 / n1 + x2 / n2) / 2, x1 / n1 - x2 / n2, n1, n2, tail)


def jeffreys_perks(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    middle = ((x1 + 0.5) / (n1 + 1) + (x2 + 0.5) / (n2 + 1)) / 2
    return _beal(middle, x1 / n1 - x2 / n2, n1, n2, tail)


def _beal(middle: Floats, difference: Floats, n1: Floats, n2: Floats, tail: float) -> Ends:
    """Beal, Biometrics 43 (1987) 941."""
    z, u, v = normal_quantile(tail), (1 / n1 + 1 / n2) / 4, (1 / n1 - 1 / n2) / 4
    out = 1 - 2 * middle
    centre = (difference + z**2 * v * out) / (1 + z**2 * u)
    inside = (
        u * (4 * middle * (1 - middle) - difference**2)
        + 2 * v * out * difference
        + 4 * z**2 * u**2 * (1 - middle) * middle
        + z**2 * v**2 * out**2
    )
    half = z / (1 + z**2 * u) * np.sqrt(np.maximum(inside, 0))
    return centre - half, centre + half


def mee(
    x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float, corrected: bool = False
) -> Ends:
    low, high = np.full_like(x1, -1.0), np.ones_like(x1)
    return score.limits(
        score.z_of_difference, x1, n1, x2, n2, tail=tail, low=low, high=high, corrected=corrected
    )


def difference_miettinen(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    return mee(x1, n1, x2, n2, tail, corrected=True)


def koopman(
    x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float, corrected: bool = False
) -> Ends:
    lower, upper = score.limits(
        score.z_of_ratio, x1, n1, x2, n2, tail=tail, low=np.zeros_like(x1), high=np.ones_like(x1),
        corrected=corrected, place=score.odds,
    )  # fmt: skip
    return np.where(x1 == 0, 0.0, lower), np.where(x2 == 0, np.inf, upper)


def ratio_miettinen(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    return koopman(x1, n1, x2, n2, tail, corrected=True)


def katz(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    full = (x1 == n1) & (x2 == n2)
    a = np.where(full, n1 - 0.5, np.where(x1 == 0, 0.5, x1))
    b = np.where(full, n2 - 0.5, np.where(x2 == 0, 0.5, x2))
    lower, upper = _log_ratio(a, n1, b, n2, tail)
    return np.where(x1 == 0, 0.0, lower), np.where(x2 == 0, np.inf, upper)


def adjusted_log(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    full = (x1 == n1) & (x2 == n2)
    a, b = np.where(full, n1 - 0.5, x1), np.where(full, n2 - 0.5, x2)
    return _log_ratio(a + 0.5, n1 + 0.5, b + 0.5, n2 + 0.5, tail)


def _log_ratio(a: Floats, n1: Floats, b: Floats, n2: Floats, tail: float) -> Ends:
    half = normal_quantile(tail) * np.sqrt(1 / a - 1 / n1 + 1 / b - 1 / n2)
    ratio = (a / n1) / (b / n2)
    return ratio * np.exp(-half), ratio * np.exp(half)


def inverse_sinh(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    """Newcombe, American Statistician 55 (2001) 200."""
    there = (x1 > 0) & (x2 > 0)
    a, b = np.where(there, x1, 1), np.where(there, x2, 1)
    inside = np.maximum(1 / a - 1 / n1 + 1 / b - 1 / n2, 0)
    half = 2 * np.arcsinh(normal_quantile(tail) / 2 * np.sqrt(inside))
    ratio = (a / n1) / (b / n2)
    return np.where(there, ratio * np.exp(-half), 0), np.where(there, ratio * np.exp(half), np.inf)


def woolf(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    a, b, c, d = x1, n1 - x1, x2, n2 - x2
    half = normal_quantile(tail) * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    ratio = a * d / (b * c)
    return ratio * np.exp(-half), ratio * np.exp(half)


def gart(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    return woolf(x1 + 0.5, n1 + 1, x2 + 0.5, n2 + 1, tail)


def odds_score(
    x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float, corrected: bool = False
) -> Ends:
    lower, upper = score.limits(
        score.z_of_odds_ratio, x1, n1, x2, n2, tail=tail, low=np.zeros_like(x1),
        high=np.ones_like(x1), corrected=corrected, place=score.odds,
    )  # fmt: skip
    lower = np.where((x1 == 0) | (x2 == n2), 0.0, lower)
    return lower, np.where((x2 == 0) | (x1 == n1), np.inf, upper)


def odds_miettinen(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    return odds_score(x1, n1, x2, n2, tail, corrected=True)


def odds_exact(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    return odds_ratio_limits(x1, n1, x2, n2, tail, observed=1.0)


def odds_mid_p(x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float) -> Ends:
    return odds_ratio_limits(x1, n1, x2, n2, tail, observed=0.5)


Formula = Callable[[Floats, Floats, Floats, Floats, float], Ends]
DIFFERENCES: dict[str, Formula] = {
    "newcombe": newcombe,
    "newcombe_cc": newcombe_cc,
    "miettinen_nurminen": difference_miettinen,
    "mee": mee,
    "agresti_caffo": agresti_caffo,
    "hauck_anderson": hauck_anderson,
    "haldane": haldane,
    "jeffreys_perks": jeffreys_perks,
    "brown_li_jeffreys": brown_li_jeffreys,
    "wald": wald,
    "wald_cc": wald_cc,
}
RATIOS: dict[str, Formula] = {
    "koopman": koopman,
    "miettinen_nurminen": ratio_miettinen,
    "katz": katz,
    "adjusted_log": adjusted_log,
    "inverse_sinh": inverse_sinh,
}
ODDS_RATIOS: dict[str, Formula] = {
    "miettinen_nurminen": odds_miettinen,
    "score": odds_score,
    "exact": odds_exact,
    "mid_p": odds_mid_p,
    "woolf": woolf,
    "gart": gart,
}
