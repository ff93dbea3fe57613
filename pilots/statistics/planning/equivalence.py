"""Equivalence: showing that a difference lies between two margins.

Two one-sided tests (Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987) 657), each at level alpha,
which is whether the 1 − 2·alpha interval lies between the margins. For means the power is exact
(Owen, Biometrika 52 (1965) 437; PowerTOST); for proportions it is the normal approximation.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.planning.means import (
    SPREAD,
    beyond_least,
    error_of,
    least_of,
)
from pilots.statistics.planning.plan import (
    INDEPENDENT,
    Plan,
    check_positive,
    check_power,
    check_share,
    check_test,
    critical,
    least_n,
    scenarios,
)
from pilots.statistics.planning.proportions import Variance, spreads
from pilots.statistics.series import Floats

HALVED = ", β halved"


def power_equivalence_means(
    n1: ArrayLike,
    difference: ArrayLike,
    sd: ArrayLike,
    *,
    margins: tuple[float, float],
    n2: ArrayLike | None = None,
    alpha: ArrayLike = 0.05,
    samples: Literal[1, 2] = 2,
    test: Literal["t", "z"] = "t",
) -> Floats:
    """The chance of showing that a difference of means lies between two margins.

    Two one-sided tests at level alpha each, which is whether the 1 − 2·alpha interval lies between
    the margins. Exact for "t".

    >>> import math  # PowerTOST::power.TOST(CV = .3, n = 40), a 2x2 crossover: 0.8158453
    >>> sd = math.sqrt(math.log(1 + 0.3**2) / 2)
    >>> margins = (math.log(0.8), math.log(1.25))
    >>> round(float(power_equivalence_means(20, math.log(0.95), sd, margins=margins)), 5)
    0.81585
    """
    check_test(alpha, 1)
    one, d, s, a = scenarios(n1, difference, sd, alpha)
    two = one if n2 is None else np.broadcast_to(np.asarray(n2, np.float64), one.shape)
    check_positive(s, "A standard deviation")
    if not ((one >= 2) & (two >= 2)).all():
        raise ValueError("It takes two units in each group at least.")
    return _of_means(one, two, d, s, a, margins, samples, test)[()]


def sample_size_equivalence_means(
    difference: ArrayLike,
    sd: ArrayLike,
    *,
    margins: tuple[float, float],
    power: ArrayLike = 0.8,
    alpha: ArrayLike = 0.05,
    ratio: ArrayLike = 1.0,
    samples: Literal[1, 2] = 2,
    test: Literal["t", "z"] = "t",
    halved: bool = False,
) -> Plan:
    """How many units it takes to show that a difference of means lies between two margins.

    halved, for "z": Chow, Shao and Wang's formula (TrialSize), σ²(1+r)(z(α)+z(β/2))² over the square
    of the way to the nearer margin; too many units unless the difference is midway.

    >>> plan = sample_size_equivalence_means(0, 1, margins=(-0.5, 0.5), power=0.8)
    >>> int(plan.units1)
    70
    """
    check_test(alpha, 1)
    check_power(power, alpha, 1)
    d, s, r, a, p = scenarios(difference, sd, ratio, alpha, power)
    check_positive(s, "A standard deviation")
    check_positive(r, "A ratio")
    check_between(d, margins)

    def power_at(n1: Floats, *rest: Floats) -> Floats:
        true, dev, share, level = rest
        return _of_means(n1, n1 / share, true, dev, level, margins, samples, test)

    if halved:
        if test != "z":
            raise ValueError('The formula with β halved is that of the z-test: test="z".')
        n1 = _halved(s**2 * (1 + r if samples == 2 else 1), d, margins, a, p)
    else:
        n1 = beyond_least(power_at, p, least_of(r), (d, s, r, a))
    n2 = n1 / r if samples == 2 else np.zeros(np.shape(n1))
    name = "Two one-sided " + ("t-tests" if test == "t" else "z-tests") + HALVED * halved
    return Plan(n1, n2, d[()], p[()], a[()], 1, name, (INDEPENDENT, SPREAD))


def power_equivalence_proportions(
    n1: ArrayLike,
    p1: ArrayLike,
    p2: ArrayLike,
    *,
    margins: tuple[float, float],
    n2: ArrayLike | None = None,
    alpha: ArrayLike = 0.05,
    variance: Variance = "unpooled",
) -> Floats:
    """The chance of showing that p1 − p2 lies between two margins, at level alpha on each side.

    variance: "unpooled" (default; Chow, Shao, Wang, Sample Size Calculations in Clinical Research
    (2008), 4.2) or "restricted" to each margin (Farrington and Manning).

    >>> power = power_equivalence_proportions(109, 0.75, 0.8, margins=(-0.2, 0.2))
    >>> round(float(power), 3)
    0.841
    """
    check_test(alpha, 1)
    units, one, two, a = scenarios(n1, p1, p2, alpha)
    other = units if n2 is None else np.broadcast_to(np.asarray(n2, np.float64), units.shape)
    check_share(one, "A proportion")
    check_share(two, "A proportion")
    check_positive(units, "A sample size")
    return _of_proportions(units, other, one, two, a, margins, variance)[()]


def sample_size_equivalence_proportions(
    p1: ArrayLike,
    p2: ArrayLike,
    *,
    margins: tuple[float, float],
    power: ArrayLike = 0.8,
    alpha: ArrayLike = 0.05,
    ratio: ArrayLike = 1.0,
    variance: Variance = "unpooled",
    halved: bool = False,
) -> Plan:
    """How many units it takes to show that p1 − p2 lies between two margins.

    halved, for "unpooled": as for means, with p₁q₁ + r·p₂q₂.

    >>> plan = sample_size_equivalence_proportions(0.8, 0.8, margins=(-0.2, 0.2))
    >>> round(float(plan.n1), 1)
    68.5
    """
    check_test(alpha, 1)
    check_power(power, alpha, 1)
    one, two, r, a, p = scenarios(p1, p2, ratio, alpha, power)
    check_share(one, "A proportion")
    check_share(two, "A proportion")
    check_positive(r, "A ratio")
    check_between(one - two, margins)

    def power_at(n1: Floats, *rest: Floats) -> Floats:
        first, second, share, level = rest
        return _of_proportions(n1, n1 / share, first, second, level, margins, variance)

    if halved:
        if variance != "unpooled":
            raise ValueError("The formula with β halved has the unpooled variance.")
        n1 = _halved(one * (1 - one) + r * two * (1 - two), one - two, margins, a, p)
    else:
        n1 = least_n(power_at, p, 1.0, one, two, r, a)
    return Plan(
        n1,
        (n1 / r)[()],
        (one - two)[()],
        p[()],
        a[()],
        1,
        f"Two one-sided tests of proportions, {variance}" + HALVED * halved,
        (INDEPENDENT,),
    )


def _of_means(
    n1: Floats,
    n2: Floats,
    difference: Floats,
    sd: Floats,
    alpha: Floats,
    margins: tuple[float, float],
    samples: int,
    test: Literal["t", "z"],
) -> Floats:
    from scipy.special import chdtri, gammaln, ndtr, stdtrit

    low, high = checked(margins)
    error, degrees = error_of(n1, n2, sd, sd, samples, test)
    to_low, to_high = (low - difference) / error, (high - difference) / error
    if test == "z":
        at = critical(alpha, 1)
        return np.maximum(ndtr(to_high - at) - ndtr(to_low + at), 0.0)
    at = np.minimum(-stdtrit(degrees, alpha), 1e6)
    # Over the estimated deviation u = s/σ; beyond `last` no estimate is inside both margins.
    last = (to_high - to_low) / (2 * at)
    first_u = np.sqrt(chdtri(degrees, 1 - 1e-15) / degrees)
    last_u = np.minimum(np.sqrt(chdtri(degrees, 1e-15) / degrees), last)
    x, w = np.polynomial.legendre.leggauss(96)
    half = np.maximum(last_u - first_u, 0.0)[..., np.newaxis] / 2
    u = first_u[..., np.newaxis] + half * (x + 1)
    v = degrees[..., np.newaxis]
    log_density = (
        np.log(2) + v / 2 * np.log(v / 2) - gammaln(v / 2) + (v - 1) * np.log(u) - v * u**2 / 2
    )
    reach = at[..., np.newaxis] * u
    inside = ndtr(to_high[..., np.newaxis] - reach) - ndtr(to_low[..., np.newaxis] + reach)
    chance: Floats = (half * w * np.exp(log_density) * np.maximum(inside, 0.0)).sum(axis=-1)
    return chance


def _of_proportions(
    n1: Floats,
    n2: Floats,
    one: Floats,
    two: Floats,
    alpha: Floats,
    margins: tuple[float, float],
    variance: Variance,
) -> Floats:
    from scipy.special import ndtr

    low, high = checked(margins)
    z, root, r = critical(alpha, 1), np.sqrt(n1), n1 / n2
    at_low, at_plan = spreads(one, two, np.full_like(one, low), r, variance)
    at_high, _same = spreads(one, two, np.full_like(one, high), r, variance)
    below_high = ndtr((root * (high - one + two) - z * at_high) / at_plan)
    above_low = ndtr((root * (one - two - low) - z * at_low) / at_plan)
    return np.maximum(below_high + above_low - 1, 0.0)


def _halved(
    variance: Floats, difference: Floats, margins: tuple[float, float], alpha: Floats, power: Floats
) -> Floats:
    low, high = checked(margins)
    way = np.minimum(high - difference, difference - low)
    reach = critical(alpha, 1) + critical((1 - power) / 2, 1)
    return (variance * (reach / way) ** 2)[()]


def checked(margins: tuple[float, float]) -> tuple[float, float]:
    low, high = margins
    if not low < high:
        raise ValueError("Margins are a lower and a higher one.")
    return float(low), float(high)


def check_between(difference: Floats, margins: tuple[float, float]) -> None:
    low, high = checked(margins)
    if not ((difference > low) & (difference < high)).all():
        raise ValueError("The difference planned for lies between the margins.")
