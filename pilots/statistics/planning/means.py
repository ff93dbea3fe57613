"""Sample size, power and detectable difference of means.

The t-test exactly, by the noncentral t distribution (as R's power.t.test and rpact with
normalApproximation = FALSE), or the z-test for a known standard deviation. Non-inferiority is a
one-sided test against a margin.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.planning.plan import (
    INDEPENDENT,
    Plan,
    check_effect,
    check_positive,
    check_power,
    check_test,
    critical,
    least_n,
    scenarios,
)
from pilots.statistics.series import Floats, Remark

Test = Literal["t", "z", "welch"]
SPREAD = Remark(
    "normal_means",
    "The means are about normal, and the standard deviation is what was said; a third more spread"
    " takes almost twice the units.",
)


def sd_of_differences(sd: ArrayLike, correlation: ArrayLike) -> Floats:
    """The standard deviation of differences within pairs whose members correlate this much.

    >>> round(float(sd_of_differences(10, 0.5)), 3)
    10.0
    """
    s, r = scenarios(sd, correlation)
    if not ((r >= -1) & (r < 1)).all():
        raise ValueError("A correlation lies between -1 and 1.")
    return s * np.sqrt(2 * (1 - r))


def sample_size_means(
    difference: ArrayLike,
    sd: ArrayLike,
    *,
    power: ArrayLike = 0.8,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    margin: ArrayLike = 0.0,
    ratio: ArrayLike = 1.0,
    sd2: ArrayLike | None = None,
    samples: Literal[1, 2] = 2,
    test: Test = "t",
    either_side: bool = False,
) -> Plan:
    """How many units it takes to find a difference of means.

    difference, sd, margin: in the unit of the values. samples: 2 groups, or 1 (against a fixed
    value, or pairs with the standard deviation of their differences). test: "t" (default; pooled),
    "z" (rpact's normalApproximation = TRUE), "welch" where the groups' deviations differ (`sd2`, of
    the comparison group; Satterthwaite's degrees of freedom). The side of a one-sided test is that
    of the effect.

    >>> round(float(sample_size_means(1, 1, power=0.9).n1), 3)  # power.t.test: 22.021
    22.021
    >>> float(sample_size_means(0, 2, margin=-1, alpha=0.025, sided=1, power=0.9).n.round(2))
    170.06
    """
    check_test(alpha, sided)
    check_power(power, alpha, sided)
    d, s, m, r, a, p = scenarios(difference, sd, margin, ratio, alpha, power)
    s2 = s if sd2 is None else np.broadcast_to(np.asarray(sd2, np.float64), s.shape)
    check_positive(s, "A standard deviation")
    check_positive(s2, "A standard deviation")
    check_positive(r, "A ratio")
    check_effect(d - m)

    def power_at(n1: Floats, *rest: Floats) -> Floats:
        shift, one, other, share, level = rest
        return _power(n1, n1 / share, shift, one, other, level, sided, samples, test, either_side)

    least = 1.0 + 1e-3 if samples == 1 else least_of(r)
    n1 = (
        least_n(power_at, p, 1.0, d - m, s, s2, r, a)
        if test == "z"
        else beyond_least(power_at, p, least, (d - m, s, s2, r, a))
    )
    n2 = n1 / r if samples == 2 else np.zeros(np.shape(n1))
    return Plan(n1, n2, d[()], p[()], a[()], sided, _name(test, samples), (INDEPENDENT, SPREAD))


def power_means(
    n1: ArrayLike,
    difference: ArrayLike,
    sd: ArrayLike,
    *,
    n2: ArrayLike | None = None,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    margin: ArrayLike = 0.0,
    sd2: ArrayLike | None = None,
    samples: Literal[1, 2] = 2,
    test: Test = "t",
    either_side: bool = False,
) -> Floats:
    """The chance of finding a difference of means with n1 units (and n2, by default as many).

    >>> round(float(power_means(20, 1, 1)), 4)  # power.t.test(n = 20, delta = 1)
    0.869
    """
    check_test(alpha, sided)
    one, d, s, m, a = scenarios(n1, difference, sd, margin, alpha)
    two = one if n2 is None else np.asarray(n2, dtype=np.float64)
    s2 = s if sd2 is None else np.asarray(sd2, dtype=np.float64)
    check_positive(s, "A standard deviation")
    check_positive(s2, "A standard deviation")
    if not ((one >= 2) & (two >= 2)).all():
        raise ValueError("It takes two units in each group at least.")
    return _power(one, two, d - m, s, s2, a, sided, samples, test, either_side)[()]


def detectable_means(
    n1: ArrayLike,
    sd: ArrayLike,
    *,
    n2: ArrayLike | None = None,
    power: ArrayLike = 0.8,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    sd2: ArrayLike | None = None,
    samples: Literal[1, 2] = 2,
    test: Test = "t",
    either_side: bool = False,
) -> Floats:
    """The smallest distance from the null hypothesis that is found with this power.

    >>> round(float(detectable_means(20, 1, power=0.9)), 3)  # power.t.test(n = 20, power = .9)
    1.052
    """
    check_test(alpha, sided)
    check_power(power, alpha, sided)
    one, s, a, p = scenarios(n1, sd, alpha, power)
    two = one if n2 is None else np.broadcast_to(np.asarray(n2, np.float64), one.shape)
    s2 = s if sd2 is None else np.broadcast_to(np.asarray(sd2, np.float64), s.shape)
    check_positive(s, "A standard deviation")
    check_positive(s2, "A standard deviation")
    if not ((one >= 2) & (two >= 2)).all():
        raise ValueError("It takes two units in each group at least.")

    def power_at(distance: Floats, *rest: Floats) -> Floats:
        units, units2, dev, dev2, level = rest
        return _power(units, units2, distance, dev, dev2, level, sided, samples, test, either_side)

    return least_n(power_at, p, 1e-9 * float(s.min()), one, two, s, s2, a)


def beyond_least(
    power_at: Callable[..., Floats],
    wanted: Floats,
    least: Floats | float,
    rest: tuple[Floats, ...],
) -> Floats:
    """n1, searched as what it is more than the least that leaves degrees of freedom."""

    def beyond(extra: Floats, floor: Floats, *arguments: Floats) -> Floats:
        return power_at(floor + extra, *arguments)

    floor = np.broadcast_to(np.asarray(least, np.float64), wanted.shape)
    return (floor + least_n(beyond, wanted, 1e-3, floor, *rest))[()]


def least_of(ratio: Floats) -> Floats:
    """n1 where the smaller group has a hair above one unit."""
    return 1.001 * np.maximum(1.0, ratio)


def _power(
    n1: Floats,
    n2: Floats,
    shift: Floats,
    sd1: Floats,
    sd2: Floats,
    alpha: Floats,
    sided: int,
    samples: int,
    test: Test,
    either_side: bool,
) -> Floats:
    from scipy.special import nctdtr, ndtr, stdtrit

    error, degrees = error_of(n1, n2, sd1, sd2, samples, test)
    distance = np.abs(shift) / error
    if test == "z":
        at = critical(alpha, sided)
        found = ndtr(distance - at)
        return found + ndtr(-distance - at) if either_side and sided == 2 else found
    at = -stdtrit(degrees, alpha / sided)
    # Above 35 standard errors power is 1 to the last digit, and the noncentral t loses its own.
    near = np.minimum(distance, 35.0)
    # With next to no degrees of freedom (a search starts there) a test finds hardly more than alpha.
    far = at > 1e6
    at = np.where(far, 1e6, at)
    found = np.where(far, alpha / sided, 1 - nctdtr(degrees, near, at))
    if not (either_side and sided == 2):
        return found
    # The other side adds less than Φ(−7) from there on, and scipy answers some of it with NaN.
    other = np.where(near < 7, nctdtr(degrees, np.minimum(near, 7.0), -at), 0.0)
    return found + np.where(far, alpha / sided, other)


def error_of(
    n1: Floats, n2: Floats, sd1: Floats, sd2: Floats, samples: int, test: Test
) -> tuple[Floats, Floats]:
    """The standard error of the estimate and its degrees of freedom."""
    if samples == 1:
        return sd1 / np.sqrt(n1), n1 - 1
    if samples != 2:
        raise ValueError(f"One sample or two, not {samples}.")
    one, two = sd1**2 / n1, sd2**2 / n2
    if test == "welch":
        return np.sqrt(one + two), (one + two) ** 2 / (one**2 / (n1 - 1) + two**2 / (n2 - 1))
    if test not in ("t", "z"):
        raise ValueError(f"No test is called {test!r}.")
    if test == "t" and not np.array_equal(sd1, sd2):
        raise ValueError('Standard deviations that differ need test="welch" (or "z").')
    return np.sqrt(one + two), n1 + n2 - 2


def _name(test: Test, samples: int) -> str:
    kind = {"t": "t-test", "z": "z-test", "welch": "Welch t-test"}[test]
    return f"{kind}, {'two samples' if samples == 2 else 'one sample or pairs'}"
