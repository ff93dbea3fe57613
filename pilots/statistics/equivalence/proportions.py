"""Proportions against agreed limits. Sources: Farrington and Manning, Statistics in Medicine 9 (1990)
1447. Miettinen and Nurminen, Statistics in Medicine 4 (1985) 213.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics import intervals
from pilots.statistics.equivalence.judgement import Equivalence, checked, columns, judged
from pilots.statistics.intervals import score
from pilots.statistics.intervals.interval import chosen
from pilots.statistics.series import Floats


def proportion(
    events: ArrayLike,
    n: ArrayLike,
    *,
    low: float | None = None,
    high: float | None = None,
    method: Literal["wald", "score", "exact"] = "wald",
    alpha: float = 0.05,
) -> Equivalence:
    """Is one proportion shown to lie above `low` and below `high`?

    "wald" (default): z with the variance at the estimate (SAS, statsmodels' proportions_ztost);
    refused with fewer than five events or non-events. "score": with the variance at the limit, and
    Wilson's interval. "exact": binomial tails, and Clopper and Pearson's interval.

    >>> found = proportion(228, 762, low=0.18, high=0.38)
    >>> round(float(found.statistic_low), 4), round(float(found.statistic_high), 4)
    (7.1865, -4.8701)
    >>> found.finding.value, round(float(found.lower), 4), round(float(found.upper), 4)
    ('equivalent', 0.2719, 0.3265)
    """
    checked(low, high, alpha, (0.0, 1.0))
    names = {"wald": "wald", "score": "wilson", "exact": "clopper_pearson"}
    found = intervals.proportion(
        events, n, method=names[chosen(method, names)], level=1 - 2 * alpha
    )
    p = found.estimate
    if method == "exact":
        from scipy.stats import binom

        x = np.round(p * found.n)

        def tails(limit: float) -> tuple[Floats, Floats]:
            return binom.sf(x - 1, found.n, limit), binom.cdf(x, found.n, limit)

        return judged(found, low, high, alpha, method, tails=tails)

    def statistic(limit: float) -> Floats:
        at = p if method == "wald" else np.full_like(p, limit)
        return (p - limit) / np.sqrt(at * (1 - at) / found.n)

    return judged(found, low, high, alpha, method, statistic=statistic)


def proportion_difference(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    low: float | None = None,
    high: float | None = None,
    method: Literal[
        "farrington_manning", "miettinen_nurminen", "wald", "newcombe"
    ] = "farrington_manning",
    alpha: float = 0.05,
) -> Equivalence:
    """Is p1 − p2 shown to lie above `low` and below `high`?

    Where the event is good, non-inferiority of the first is `low=-margin`; where it is bad,
    `high=margin`. "farrington_manning" (default; its interval is Mee's, which SAS's is not: that one
    takes the standard error at the limit), "miettinen_nurminen" (the same with N/(N−1)), "wald",
    "newcombe" (interval only). alpha is one-sided: 0.025 is usual for non-inferiority, 0.05
    (default) for equivalence.

    >>> found = proportion_difference(178, 200, 180, 200, low=-0.1, alpha=0.025)
    >>> found.finding.value, round(float(found.lower), 3), round(float(found.p_value), 4)
    ('non_inferior', -0.072, 0.0026)
    """
    checked(low, high, alpha, (-1.0, 1.0))
    names = {"farrington_manning": "mee"} | {
        name: name for name in ("miettinen_nurminen", "wald", "newcombe")
    }
    found = intervals.proportion_difference(
        events1, n1, events2, n2, method=names[chosen(method, names)], level=1 - 2 * alpha
    )
    if method == "newcombe":
        return judged(found, low, high, alpha, method, null=0.0)
    counts = columns(found, events1, n1, events2, n2)

    def statistic(limit: float) -> Floats:
        x1, m1, x2, m2 = counts
        if method == "wald":
            variance = x1 * (m1 - x1) / m1**3 + x2 * (m2 - x2) / m2**3
            return (x1 / m1 - x2 / m2 - limit) / np.sqrt(variance)
        z = score.z_of_difference(x1, m1, x2, m2, np.full_like(x1, limit))
        total = m1 + m2
        return z * np.sqrt((total - 1) / total) if method == "miettinen_nurminen" else z

    return judged(found, low, high, alpha, method, statistic=statistic, null=0.0)


def proportion_ratio(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    low: float | None = None,
    high: float | None = None,
    method: Literal["farrington_manning", "miettinen_nurminen"] = "farrington_manning",
    alpha: float = 0.05,
) -> Equivalence:
    """Is p1 / p2 shown to lie above `low` and below `high`? By scores; the interval is Koopman's.

    >>> found = proportion_ratio(178, 200, 180, 200, low=0.9, alpha=0.025)
    >>> found.finding.value, round(float(found.lower), 3)
    ('non_inferior', 0.922)
    """
    checked(low, high, alpha, (0.0, np.inf))
    names = {"farrington_manning": "koopman", "miettinen_nurminen": "miettinen_nurminen"}
    found = intervals.proportion_ratio(
        events1, n1, events2, n2, method=names[chosen(method, names)], level=1 - 2 * alpha
    )
    counts = columns(found, events1, n1, events2, n2)

    def statistic(limit: float) -> Floats:
        x1, m1, x2, m2 = counts
        z = score.z_of_ratio(x1, m1, x2, m2, np.full_like(x1, limit))
        total = m1 + m2
        return z * np.sqrt((total - 1) / total) if method == "miettinen_nurminen" else z

    return judged(found, low, high, alpha, method, statistic=statistic, null=1.0)
