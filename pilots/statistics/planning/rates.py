"""Sample size, power and detectable change of rates: events per exposure.

"log" tests the logarithm of the ratio (Zhu, Lakkis, Stat. Med. 33 (2014) 376, with the variance
under the alternative; rpact's getSampleSizeCounts), which is what regressions of counts do.
"pooled" and "unpooled" test the difference by its score and its Wald statistic. `overdispersion` is
that of the negative binomial: a unit's count has variance μ + overdispersion·μ². Few events:
`power_rates_exact`.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.planning.plan import (
    Plan,
    check_effect,
    check_positive,
    check_power,
    check_test,
    critical,
    scenarios,
)
from pilots.statistics.series import Floats, Remark

RateTest = Literal["log", "pooled", "unpooled"]
COUNTS = Remark(
    "counts",
    "Events of different units are independent, and every unit has the same exposure; units differ"
    " among each other by no more than the overdispersion says.",
)
FEW_EVENTS = Remark(
    "small_counts",
    "Fewer than ten events are expected in a group: check the plan with the exact power.",
)


def sample_size_rates(
    rate1: ArrayLike,
    rate2: ArrayLike,
    *,
    exposure: ArrayLike = 1.0,
    power: ArrayLike = 0.8,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    null_ratio: ArrayLike = 1.0,
    ratio: ArrayLike = 1.0,
    overdispersion: ArrayLike = 0.0,
    test: RateTest = "log",
) -> Plan:
    """How many units of this exposure it takes to find a change from rate2 to rate1.

    null_ratio: rate1/rate2 under the null hypothesis, 1.25 for non-inferiority where lower is
    better ("log" only). ratio: n1/n2. The side of a one-sided test is that of the effect. For
    exposure without units leave `exposure` at 1: `n1` is then exposure.

    >>> plan = sample_size_rates(  # rpact::getSampleSizeCounts: 2540
    ...     0.192706, 0.275294, power=0.95, alpha=0.01, sided=1, overdispersion=0.71
    ... )
    >>> int(plan.units)
    2540
    """
    from scipy.special import ndtri

    check_test(alpha, sided)
    check_power(power, alpha, sided)
    one, two, t, null, r, phi, a, p = scenarios(
        rate1, rate2, exposure, null_ratio, ratio, overdispersion, alpha, power
    )
    check_positive(t, "An exposure")
    check_positive(r, "A ratio")
    distance, at_null, at_plan = _spreads(one, two, t, null, r, phi, test)
    check_effect(distance)
    n1 = ((critical(a, sided) * at_null + ndtri(p) * at_plan) / distance) ** 2
    n2 = n1 / r
    few = (np.minimum(n1 * t * one, n2 * t * two) < 10).any()
    effect = np.log(one / two) if test == "log" else one - two
    return Plan(
        n1[()],
        n2[()],
        effect[()],
        p[()],
        a[()],
        sided,
        f"Two rates, {'log ratio' if test == 'log' else test}",
        (COUNTS,),
        (FEW_EVENTS,) if few else (),
    )


def power_rates(
    n1: ArrayLike,
    rate1: ArrayLike,
    rate2: ArrayLike,
    *,
    n2: ArrayLike | None = None,
    exposure: ArrayLike = 1.0,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    null_ratio: ArrayLike = 1.0,
    overdispersion: ArrayLike = 0.0,
    test: RateTest = "log",
    either_side: bool = False,
) -> Floats:
    """The chance of finding a change with n1 units of this exposure (n2, by default as many).

    >>> round(float(power_rates(1000, 0.08, 0.12)), 3)
    0.802
    """
    check_test(alpha, sided)
    units, one, two, t, null, phi, a = scenarios(
        n1, rate1, rate2, exposure, null_ratio, overdispersion, alpha
    )
    other = units if n2 is None else np.broadcast_to(np.asarray(n2, np.float64), units.shape)
    for value, name in ((units, "A sample size"), (other, "A sample size"), (t, "An exposure")):
        check_positive(value, name)
    return _power(units, other, one, two, t, null, phi, a, sided, test, either_side)[()]


def detectable_rates(
    n1: ArrayLike,
    rate2: ArrayLike,
    *,
    direction: Literal["up", "down"] = "down",
    n2: ArrayLike | None = None,
    exposure: ArrayLike = 1.0,
    power: ArrayLike = 0.8,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    overdispersion: ArrayLike = 0.0,
    test: RateTest = "log",
) -> Floats:
    """The nearest rate below (or above) rate2 that is found with this power; NaN where none is.

    >>> round(float(detectable_rates(1000, 0.12)), 4)
    0.0801
    """
    from scipy.optimize import elementwise

    check_test(alpha, sided)
    check_power(power, alpha, sided)
    units, two, t, phi, a, p = scenarios(n1, rate2, exposure, overdispersion, alpha, power)
    other = units if n2 is None else np.broadcast_to(np.asarray(n2, np.float64), units.shape)
    check_positive(units, "A sample size")
    check_positive(other, "A sample size")
    check_positive(t, "An exposure")
    check_positive(two, "A rate")

    def missing(log_ratio: Floats, *rest: Floats) -> Floats:
        near, far, base, time, extra, level, want = rest
        found = _power(
            near,
            far,
            base * np.exp(log_ratio),
            base,
            time,
            np.ones_like(base),
            extra,
            level,
            sided,
            test,
            either_side=False,
        )
        return found - want

    # Power falls again towards rate 0, where the log has no variance; it is the nearest one asked.
    sign = 1.0 if direction == "up" else -1.0
    steps = sign * np.linspace(1e-6, 6.0, 400).reshape(-1, *(1,) * two.ndim)
    rest = (units, other, two, t, phi, a, p)
    table = missing(np.broadcast_to(steps, (400, *two.shape)), *rest) >= 0
    reached = table.any(axis=0)
    first = np.where(reached, table.argmax(axis=0), 1)
    high = np.take(steps.ravel(), first)
    low = np.take(steps.ravel(), np.maximum(first - 1, 0))
    found = elementwise.find_root(missing, (low, high), args=rest)
    answer = np.where(first == 0, high, found.x)
    return np.where(reached, two * np.exp(answer), np.nan)[()]


def _power(
    n1: Floats,
    n2: Floats,
    one: Floats,
    two: Floats,
    exposure: Floats,
    null_ratio: Floats,
    overdispersion: Floats,
    alpha: Floats,
    sided: int,
    test: RateTest,
    either_side: bool,
) -> Floats:
    from scipy.special import ndtr

    distance, at_null, at_plan = _spreads(
        one, two, exposure, null_ratio, n1 / n2, overdispersion, test
    )
    reach = critical(alpha, sided) * at_null
    found = ndtr((np.sqrt(n1) * distance - reach) / at_plan)
    if either_side and sided == 2:
        found = found + ndtr((-np.sqrt(n1) * distance - reach) / at_plan)
    return found


def _spreads(
    one: Floats,
    two: Floats,
    exposure: Floats,
    null_ratio: Floats,
    ratio: Floats,
    overdispersion: Floats,
    test: RateTest,
) -> tuple[Floats, Floats, Floats]:
    """The distance from the null, and √n1 times its standard error: under it, and as planned."""
    check_positive(one, "A rate")
    check_positive(two, "A rate")
    check_positive(null_ratio, "A ratio of rates")
    if not (overdispersion >= 0).all():
        raise ValueError("Overdispersion is not below zero.")

    def of(rate1: Floats, rate2: Floats) -> Floats:
        first = rate1 / exposure + overdispersion * rate1**2
        second = rate2 / exposure + overdispersion * rate2**2
        return np.sqrt(first + ratio * second)

    if test == "log":
        first = 1 / (one * exposure) + overdispersion
        second = 1 / (two * exposure) + overdispersion
        spread = np.sqrt(first + ratio * second)
        return np.abs(np.log(one / two) - np.log(null_ratio)), spread, spread
    if (null_ratio != 1).any():
        raise ValueError('A ratio of rates under the null hypothesis needs test="log".')
    if test == "unpooled":
        return np.abs(one - two), of(one, two), of(one, two)
    if test != "pooled":
        raise ValueError(f"No test is called {test!r}.")
    both = (ratio * one + two) / (ratio + 1)
    return np.abs(one - two), of(both, both), of(one, two)
