"""Power without the normal approximation: binomial and Poisson probabilities, summed.

Exact power goes up and down with n, because the level that a test of whole numbers really uses
does (Chernick, Liu, Am. Stat. 56 (2002) 149).
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.planning.plan import (
    INDEPENDENT,
    Plan,
    check_effect,
    check_positive,
    check_power,
    check_share,
    check_test,
    scenarios,
)
from pilots.statistics.planning.proportions import sample_size_one_proportion
from pilots.statistics.series import Floats

MOST_TABLES = 4_000_000


def power_one_proportion_exact(
    n: ArrayLike,
    p: ArrayLike,
    p0: ArrayLike,
    *,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
) -> Floats:
    """The chance that the exact binomial test tells p from p0 with n units.

    Two-sided: alpha/2 on each side (Clopper-Pearson), as rpact; R's binom.test adds up what is as
    unlikely instead. Only rejecting on the side of p counts.

    >>> round(float(power_one_proportion_exact(28, 0.8, 0.5, alpha=0.025, sided=1)), 4)
    0.91
    """
    from scipy.stats import binom

    check_test(alpha, sided)
    units, one, null, a = scenarios(n, p, p0, alpha)
    check_share(one, "A proportion")
    check_share(null, "A proportion")
    if not ((units >= 1) & (units == np.floor(units))).all():
        raise ValueError("An exact test needs a whole number of units.")
    up = one > null
    # Turned round where p lies below, so that there is one tail to look at.
    p_null, p_true = np.where(up, null, 1 - null), np.where(up, one, 1 - one)
    beyond = binom.isf(a / sided, units, p_null)
    power: Floats = binom.sf(beyond, units, p_true)[()]
    return power


def sample_size_one_proportion_exact(
    p: ArrayLike,
    p0: ArrayLike,
    *,
    power: ArrayLike = 0.8,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    lasting: bool = False,
) -> Plan:
    """How many units the exact binomial test takes to tell p from p0.

    The first n that reaches the power, as rpact (normalApproximation = FALSE); `lasting`: the
    first from which on every n does.

    >>> plan = sample_size_one_proportion_exact(0.8, 0.5, power=0.9, alpha=0.025, sided=1)
    >>> int(plan.units)
    28
    """
    check_test(alpha, sided)
    check_power(power, alpha, sided)
    one, null, a, want = scenarios(p, p0, alpha, power)
    about = sample_size_one_proportion(one, null, power=want, alpha=a, sided=sided).n1
    found = np.empty(one.shape)
    for place in np.ndindex(one.shape):
        most = int(2 * np.asarray(about)[place]) + 100
        if most > 1_000_000:
            raise ValueError("So many units need no exact test: use the normal approximation.")
        sizes = np.arange(1, most + 1)
        reached = (
            power_one_proportion_exact(sizes, one[place], null[place], alpha=a[place], sided=sided)
            >= want[place]
        )
        found[place] = most - np.argmin(reached[::-1]) + 1 if lasting else np.argmax(reached) + 1
    name = f"One proportion, exact{', lasting' if lasting else ''}"
    zero = np.zeros(one.shape)
    return Plan(found[()], zero[()], (one - null)[()], want[()], a[()], sided, name, (INDEPENDENT,))


def power_proportions_exact(
    n1: int,
    n2: int,
    p1: float,
    p2: float,
    *,
    alpha: float = 0.05,
    sided: int = 2,
    test: Literal["fisher", "z"] = "fisher",
) -> float:
    """The true power of Fisher's test, or of the pooled z-test, over all tables.

    One scenario. Two-sided Fisher adds up the tables that are as unlikely (R's fisher.test). With
    p1 = p2 it is the true error of the test.

    >>> round(power_proportions_exact(50, 50, 0.5, 0.75), 3)
    0.675
    """
    from scipy.stats import binom

    check_test(alpha, sided)
    check_share(p1, "A proportion", inside=False)
    check_share(p2, "A proportion", inside=False)
    if not (n1 >= 1 and n2 >= 1 and n1 == int(n1) and n2 == int(n2)):
        raise ValueError("An exact test needs a whole number of units in each group.")
    if (n1 + 1) * (n2 + 1) > MOST_TABLES:
        raise ValueError("So many units need no exact power: use the normal approximation.")
    x1 = np.arange(n1 + 1)
    x2 = np.arange(n2 + 1)
    if test == "z":
        rejected = _pooled_rejects(x1, x2, alpha, sided, p1 >= p2)
    elif test == "fisher":
        rejected = _fisher_rejects(n1, n2, alpha, sided, p1 >= p2)
    else:
        raise ValueError(f"No exact power of a test called {test!r}.")
    chance = binom.pmf(x1, n1, p1)[:, np.newaxis] * binom.pmf(x2, n2, p2)
    return float(chance[rejected].sum())


def power_rates_exact(
    exposure1: ArrayLike,
    exposure2: ArrayLike,
    rate1: ArrayLike,
    rate2: ArrayLike,
    *,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    null_ratio: ArrayLike = 1.0,
) -> Floats:
    """The power of the exact test of two Poisson rates: binomial, given the number of events.

    Przyborowski and Wilenski (1940), alpha/2 on each side (R's poisson.test has the same
    one-sided p-values). Only rejecting on the side of the effect counts.

    >>> round(float(power_rates_exact(100, 100, 0.1, 0.25)), 3)
    0.671
    """
    from scipy.stats import binom, poisson

    check_test(alpha, sided)
    given = scenarios(exposure1, exposure2, rate1, rate2, null_ratio, alpha)
    for value, name in zip(given[:4], ("An exposure",) * 2 + ("A rate",) * 2, strict=True):
        check_positive(value, name)
    check_positive(given[4], "A ratio of rates")
    check_effect(given[2] - given[4] * given[3])
    power = np.empty(given[0].shape)
    for place in np.ndindex(power.shape):
        t1, t2, one, two, null, a = (float(value[place]) for value in given)
        expected = t1 * one + t2 * two
        totals = np.arange(int(poisson.isf(1e-13, expected)) + 1)
        share_null = null * t1 / (null * t1 + t2)
        share_true = t1 * one / expected
        if one < null * two:
            share_null, share_true = 1 - share_null, 1 - share_true
        beyond = binom.isf(a / sided, totals, share_null)
        found = binom.sf(beyond, totals, share_true)
        power[place] = (poisson.pmf(totals, expected) * found).sum()
    return power[()]


def _pooled_rejects(
    x1: np.ndarray, x2: np.ndarray, alpha: float, sided: int, up: bool
) -> np.ndarray:
    from scipy.special import ndtri

    n1, n2 = len(x1) - 1, len(x2) - 1
    both = (x1[:, np.newaxis] + x2) / (n1 + n2)
    error = np.sqrt(both * (1 - both) * (1 / n1 + 1 / n2))
    gap = x1[:, np.newaxis] / n1 - x2 / n2
    z = np.divide(gap, error, out=np.zeros(gap.shape), where=error > 0)
    side = np.abs(z) if sided == 2 else z * (1 if up else -1)
    rejects: np.ndarray = side >= -ndtri(alpha / sided) - 1e-12
    return rejects


def _fisher_rejects(n1: int, n2: int, alpha: float, sided: int, up: bool) -> np.ndarray:
    from scipy.stats import hypergeom

    rejected = np.zeros((n1 + 1, n2 + 1), dtype=bool)
    for total in range(n1 + n2 + 1):
        low, high = max(0, total - n2), min(n1, total)
        x1 = np.arange(low, high + 1)
        chance = hypergeom.pmf(x1, n1 + n2, n1, total)
        if sided == 2:
            order = np.argsort(chance)
            as_unlikely = np.cumsum(chance[order])
            # Ties differ in the last digits: R counts up to 1 + 1e-7 times as likely.
            reach = np.searchsorted(chance[order], chance * (1 + 1e-7), side="right") - 1
            p = as_unlikely[reach]
        elif up:
            p = np.cumsum(chance[::-1])[::-1]
        else:
            p = np.cumsum(chance)
        rejected[x1, total - x1] = p <= alpha
    return rejected
