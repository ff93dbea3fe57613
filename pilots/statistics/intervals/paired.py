"""Paired proportions: the same cases judged twice, such as before and after, or by two methods.

A table has four counts: `both` positive, `first` only, `second` only, `neither`. Only the
discordant pairs, first and second, carry the difference.

Sources: Newcombe, Statistics in Medicine 17 (1998) 2635 (method 10). Tango, Statistics in Medicine
17 (1998) 891. Bonett and Price, Journal of Educational and Behavioral Statistics 37 (2012) 479.
McNemar, Psychometrika 12 (1947) 153. Fagerland, Lydersen, Laake, Statistics in Medicine 33 (2014)
2850, which recommends newcombe and bonett_price, and the mid-p test.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.intervals.interval import (
    Interval,
    IntervalTable,
    Side,
    chosen,
    crossing,
    normal_quantile,
    tail_of,
    whole_numbers,
)
from pilots.statistics.intervals.proportions import Ends, wilson
from pilots.statistics.intervals.score import over_root
from pilots.statistics.series import Floats, Remark

PAIRS = Remark("pairs", "Each pair counts once, and pairs do not influence each other.")


def paired_difference(
    both: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    neither: ArrayLike,
    *,
    method: str = "newcombe",
    level: float = 0.95,
    side: Side = "both",
    min_count: float = 5,
) -> Interval:
    """By how much the first proportion exceeds the second in the same cases.

    Counts of pairs, broadcasting together; the estimate is (first − second) / pairs. "newcombe"
    (square-and-add Wilson with the correlation's continuity correction; default), "tango" (score),
    "bonett_price" (Wald after adding one pair to each discordant cell), "wald", "wald_cc" (refused
    where fewer than `min_count` pairs are discordant; 0: never). `p_value`: McNemar's mid-p, NaN
    where no pair is discordant or counts are not whole.

    Refusal (or NaN and the reason in `refused`): no pairs, too few discordant ones for the method.

    >>> found = paired_difference(59, 6, 16, 80)
    >>> [round(float(v), 4) for v in (found.estimate, found.lower, found.upper)]
    [-0.0621, -0.1186, -0.0046]
    """
    chosen(method, METHODS)
    tail = tail_of(level, side)
    table = IntervalTable(both=both, first=first, second=second, neither=neither)
    if any((column < 0).any() for column in table.columns.values()):
        raise ValueError("A count is below zero.")
    a, b, c, d = table.columns.values()
    table.refuse(a + b + c + d == 0, "no_cases", "There are no pairs.")
    if method in ("wald", "wald_cc"):
        text = "Only {discordant} pairs differ: this method needs {needed}; take newcombe."
        few = b + c < min_count
        table.refuse(few, "few_events", text, discordant=b + c, needed=min_count)
    a, b, c, d = table.kept()
    n = a + b + c + d
    whole = (b == np.round(b)) & (c == np.round(c))
    p = np.where(whole & (b + c > 0), _mcnemar(np.round(b), np.round(c), "mid_p"), np.nan)
    return table.interval(
        (b - c) / n,
        METHODS[method](a, b, c, d, tail),
        level=level,
        side=side,
        bounds=(-1.0, 1.0),
        n=n,
        method=method,
        assumptions=(PAIRS,),
        p_value=p,
    )


def mcnemar(
    first: ArrayLike,
    second: ArrayLike,
    *,
    method: Literal["mid_p", "exact", "chi2", "chi2_cc"] = "mid_p",
) -> Floats:
    """McNemar's two-sided p-value that both judgements are positive equally often.

    Numbers of discordant pairs, broadcasting together. "exact" is R's binom.test(first,
    first + second), "chi2_cc" mcnemar.test's default, "chi2" the same with correct = FALSE. 1 where
    no pair is discordant.

    >>> round(float(mcnemar(6, 16, method="exact")), 4)
    0.0525
    """
    chosen(method, ("mid_p", "exact", "chi2", "chi2_cc"))
    table = IntervalTable(first=first, second=second)
    b, c = table.columns.values()
    if (b < 0).any() or (c < 0).any():
        raise ValueError("A count is below zero.")
    whole_numbers(b, c)
    b, c = table.kept()
    return table.spread(_mcnemar(b, c, method))


def _mcnemar(b: Floats, c: Floats, method: str) -> Floats:
    from scipy.stats import binom, chi2

    n = b + c
    if method in ("mid_p", "exact"):
        less = np.minimum(b, c)
        p = 2 * binom.cdf(less, np.maximum(n, 1), 0.5)
        if method == "mid_p":
            observed = binom.pmf(less, np.maximum(n, 1), 0.5)
            p = np.where(b == c, 1 - observed / 2, p - observed)
    else:
        away = np.abs(b - c) - (1 if method == "chi2_cc" else 0)
        p = chi2.sf(np.maximum(away, 0) ** 2 / np.maximum(n, 1), 1)
    return np.where(n == 0, 1.0, np.minimum(p, 1.0))


def newcombe(a: Floats, b: Floats, c: Floats, d: Floats, tail: float) -> Ends:
    n = a + b + c + d
    p1, p2 = (a + b) / n, (a + c) / n
    one, two = wilson(a + b, n, tail), wilson(a + c, n, tail)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    over = a * d - b * c
    over = np.where(over > n / 2, over - n / 2, np.minimum(over, 0))
    phi = np.where(margins > 0, over / np.sqrt(np.where(margins > 0, margins, 1)), 0.0)

    def half(s: Floats, t: Floats) -> Floats:
        return np.sqrt(np.maximum(s**2 - 2 * phi * s * t + t**2, 0))

    return p1 - p2 - half(p1 - one[0], two[1] - p2), p1 - p2 + half(one[1] - p1, p2 - two[0])


def wald(a: Floats, b: Floats, c: Floats, d: Floats, tail: float) -> Ends:
    n = a + b + c + d
    half = normal_quantile(tail) * np.sqrt(np.maximum(b + c - (b - c) ** 2 / n, 0)) / n
    return (b - c) / n - half, (b - c) / n + half


def wald_cc(a: Floats, b: Floats, c: Floats, d: Floats, tail: float) -> Ends:
    lower, upper = wald(a, b, c, d, tail)
    return lower - 1 / (a + b + c + d), upper + 1 / (a + b + c + d)


def bonett_price(a: Floats, b: Floats, c: Floats, d: Floats, tail: float) -> Ends:
    n = a + b + c + d + 2
    p, q = (b + 1) / n, (c + 1) / n
    half = normal_quantile(tail) * np.sqrt(np.maximum(p + q - (p - q) ** 2, 0) / n)
    return p - q - half, p - q + half


def tango(a: Floats, b: Floats, c: Floats, d: Floats, tail: float) -> Ends:
    n, z = a + b + c + d, normal_quantile(tail)

    def statistic(difference: Floats) -> Floats:
        x = -b - c + (2 * n - b + c) * difference
        y = -c * difference * (1 - difference)
        q = (np.sqrt(np.maximum(x * x - 8 * n * y, 0)) - x) / (4 * n)
        return over_root(b - c - n * difference, n * (2 * q + difference * (1 - difference)))

    low, high = np.full_like(n, -1.0), np.ones_like(n)
    lower = crossing(lambda at: statistic(at) <= z, low, high)
    return lower, crossing(lambda at: statistic(at) < -z, low, high)


METHODS: dict[str, Callable[[Floats, Floats, Floats, Floats, float], Ends]] = {
    f.__name__: f for f in (newcombe, tango, bonett_price, wald, wald_cc)
}
