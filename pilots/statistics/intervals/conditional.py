"""The odds ratio with all margins of the 2×2 table held fixed: exact and mid-p limits.

Given the margins, the first cell k has weight C(n1, k)·C(n2, m − k)·ψ^k. scipy has the exact limits
(`contingency.odds_ratio`), table by table and without mid-p; tests compare.

Source: Cornfield, Proceedings of the Third Berkeley Symposium 4 (1956) 135; Lancaster, JASA 56
(1961) 223 for mid-p.
"""

from collections.abc import Callable

import numpy as np

from pilots.statistics.intervals.interval import crossing
from pilots.statistics.series import Bools, Floats

# Odds ratios from e⁻⁶⁰ to e⁶⁰: what lies beyond is told as 0 and infinity.
WIDEST = 60.0


def odds_ratio_limits(
    x1: Floats, n1: Floats, x2: Floats, n2: Floats, tail: float, *, observed: float
) -> tuple[Floats, Floats]:
    """Where P(k ≥ x1) and P(k ≤ x1) leave the tail; `observed` is the share of k = x1 counted."""
    pairs = [_limits(*table, tail, observed) for table in zip(x1, n1, x2, n2, strict=True)]
    found = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def odds_ratio_most_likely(x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> Floats:
    """The ψ under which the expected first cell is the observed one (R's fisher.test)."""
    return np.array([_most_likely(*table) for table in zip(x1, n1, x2, n2, strict=True)])


def fisher(x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> Floats:
    """Fisher's two-sided p-value: all tables no likelier than the observed one (R's fisher.test)."""
    found = np.empty(len(x1))
    for row, table in enumerate(zip(x1, n1, x2, n2, strict=True)):
        k, ways = _support(*table)
        weights = np.exp(ways - ways.max())
        # R's allowance for equal probabilities that rounding tells apart.
        rare = weights <= weights[k == table[0]] * (1 + 1e-7)
        found[row] = min(weights[rare].sum() / weights.sum(), 1.0)
    return found


def _support(x1: float, n1: float, x2: float, n2: float) -> tuple[Floats, Floats]:
    """Possible first cells, and the logarithms of their numbers of ways."""
    from scipy.special import gammaln

    m = x1 + x2
    k = np.arange(max(0.0, m - n2), min(n1, m) + 1)
    ways = -(gammaln(k + 1) + gammaln(n1 - k + 1) + gammaln(m - k + 1) + gammaln(n2 - m + k + 1))
    return k, ways


def _limits(
    x1: float, n1: float, x2: float, n2: float, tail: float, observed: float
) -> tuple[float, float]:
    k, ways = _support(x1, n1, x2, n2)
    above, below = k > x1, k < x1
    at = (k == x1) * observed

    def share(which: Floats, log_ratio: Floats) -> float:
        logs = ways + k * log_ratio[0]
        weights = np.exp(logs - logs.max())
        return float((weights * which).sum() / weights.sum())

    lower = _search(lambda r: np.array([share(above + at, r) >= tail])) if below.any() else 0.0
    upper = _search(lambda r: np.array([share(below + at, r) < tail])) if above.any() else np.inf
    return lower, upper


def _most_likely(x1: float, n1: float, x2: float, n2: float) -> float:
    k, ways = _support(x1, n1, x2, n2)
    if x1 == k[0]:
        return 0.0
    if x1 == k[-1]:
        return float(np.inf)

    def expected(log_ratio: Floats) -> Bools:
        logs = ways + k * log_ratio[0]
        weights = np.exp(logs - logs.max())
        return np.array([(weights * k).sum() / weights.sum() >= x1])

    return _search(expected)


def _search(turns: Callable[[Floats], Bools]) -> float:
    return float(np.exp(crossing(turns, np.array([-WIDEST]), np.array([WIDEST]))[0]))
