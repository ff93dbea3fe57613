"""Sample sizes and powers the slow way: adding up, integrating, trying one n after the other."""

import math
from collections.abc import Callable

from scipy import integrate, optimize, stats


def first_n(power_at: Callable[[int], float], wanted: float, start: int) -> int:
    """The first whole n whose power suffices."""
    n = start
    while power_at(n) < wanted:
        n += 1
    return n


def power_t(n1: float, n2: float, shift: float, sd: float, alpha: float, sided: int) -> float:
    """The t-test's power on the side of the effect: normal estimate over a chi spread."""
    error, degrees = sd * math.sqrt(1 / n1 + 1 / n2), n1 + n2 - 2
    at = stats.t.isf(alpha / sided, degrees)

    def given(u: float) -> float:
        return float(stats.norm.sf(at * u - abs(shift) / error) * _chi(u, degrees))

    return float(integrate.quad(given, 0, 1 + 12 / math.sqrt(degrees), limit=400)[0])


def power_equivalence_t(
    n1: float, n2: float, true: float, sd: float, low: float, high: float, alpha: float
) -> float:
    error, degrees = sd * math.sqrt(1 / n1 + 1 / n2), n1 + n2 - 2
    at = stats.t.isf(alpha, degrees)

    def given(u: float) -> float:
        above, under = (low - true) / error + at * u, (high - true) / error - at * u
        return float(max(0.0, stats.norm.cdf(under) - stats.norm.cdf(above)) * _chi(u, degrees))

    last = (high - low) / error / (2 * at)
    return float(integrate.quad(given, 0, min(last, 1 + 12 / math.sqrt(degrees)), limit=400)[0])


def _chi(u: float, degrees: float) -> float:
    """The density of s/σ."""
    return float(stats.chi2.pdf(degrees * u * u, degrees) * 2 * degrees * u)


def restricted(p1: float, p2: float, margin: float, ratio: float) -> tuple[float, float]:
    """The likeliest pair with this difference, by maximising the likelihood."""
    low, high = max(0.0, margin), min(1.0, 1.0 + margin)

    def loss(first: float) -> float:
        second = first - margin
        terms = ((ratio * p1, first), (ratio * (1 - p1), 1 - first), (p2, second))
        total = 0.0
        for weight, chance in (*terms, (1 - p2, 1 - second)):
            if weight:
                total -= weight * math.log(max(chance, 1e-300))
        return total

    found = optimize.minimize_scalar(
        loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12}
    )
    return found.x, found.x - margin


def power_fisher(n1: int, n2: int, p1: float, p2: float, alpha: float) -> float:
    """Two-sided: every table, its p-value from scipy."""
    power = 0.0
    for a in range(n1 + 1):
        for b in range(n2 + 1):
            if stats.fisher_exact([[a, n1 - a], [b, n2 - b]])[1] <= alpha:
                power += stats.binom.pmf(a, n1, p1) * stats.binom.pmf(b, n2, p2)
    return float(power)


def power_one_proportion(n: int, p: float, p0: float, alpha: float) -> float:
    """One-sided, towards p, table by table."""
    power = 0.0
    for x in range(n + 1):
        towards = stats.binom.sf(x - 1, n, p0) if p > p0 else stats.binom.cdf(x, n, p0)
        if towards <= alpha:
            power += stats.binom.pmf(x, n, p)
    return float(power)


def power_rates(t1: float, t2: float, rate1: float, rate2: float, alpha: float) -> float:
    """The conditional test of two counts, one-sided towards rate1, pair by pair."""
    share, power = t1 / (t1 + t2), 0.0
    most1, most2 = (int(stats.poisson.isf(1e-12, t * r)) for t, r in ((t1, rate1), (t2, rate2)))
    for x in range(most1 + 1):
        for y in range(most2 + 1):
            if rate1 > rate2:
                p = stats.binom.sf(x - 1, x + y, share)
            else:
                p = stats.binom.cdf(x, x + y, share)
            if p <= alpha:
                power += stats.poisson.pmf(x, t1 * rate1) * stats.poisson.pmf(y, t2 * rate2)
    return float(power)
