"""Sample size, power and detectable difference of proportions, by the normal approximation.

Two proportions: the variance under the null hypothesis is that of the proportions most likely
under it. For superiority that is the pooled one (R's power.prop.test, rpact's getSampleSizeRates);
with a margin it is that of Farrington and Manning, Stat. Med. 9 (1990) 1447 (rpact with thetaH0,
gsDesign's nBinomial). Continuity correction: Casagrande, Pike, Smith, Biometrics 34 (1978) 483;
Fleiss, Tytun, Ury, Biometrics 36 (1980) 343.
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
    critical,
    scenarios,
)
from pilots.statistics.series import Floats, Remark

Variance = Literal["restricted", "unpooled"]
FEW = Remark(
    "small_counts",
    "Fewer than ten events or non-events are expected in a group: check the plan with the exact"
    " power.",
)


def sample_size_proportions(
    p1: ArrayLike,
    p2: ArrayLike,
    *,
    power: ArrayLike = 0.8,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    margin: ArrayLike = 0.0,
    ratio: ArrayLike = 1.0,
    variance: Variance = "restricted",
    continuity: bool = False,
) -> Plan:
    """How many units it takes to find a difference p1 − p2.

    margin: the difference under the null hypothesis, −0.1 for non-inferiority where higher is
    better. variance: "restricted" (default: pooled without a margin, Farrington and Manning with
    one; R, rpact, gsDesign) or "unpooled" (of the proportions planned for). continuity: for a test
    with the correction (or Fisher's), without a margin. The side of a one-sided test is that of
    the effect.

    >>> round(float(sample_size_proportions(0.5, 0.75, power=0.9).n1), 3)  # power.prop.test
    76.707
    >>> float(sample_size_proportions(0.85, 0.85, margin=-0.1, sided=1, alpha=0.025).n.round(1))
    413.8
    """
    check_test(alpha, sided)
    check_power(power, alpha, sided)
    one, two, m, r, a, p = scenarios(p1, p2, margin, ratio, alpha, power)
    _check(one, two, m, continuity)
    check_positive(r, "A ratio")
    distance = np.abs(one - two - m)
    check_effect(distance)
    at_null, at_plan = spreads(one, two, m, r, variance)
    from scipy.special import ndtri

    n1 = ((critical(a, sided) * at_null + ndtri(p) * at_plan) / distance) ** 2
    if continuity:
        n1 = n1 / 4 * (1 + np.sqrt(1 + 2 * (1 + r) / (n1 * distance))) ** 2
    n2 = n1 / r
    few = _fewest(one, n1) < 10, _fewest(two, n2) < 10
    return Plan(
        n1[()],
        n2[()],
        (one - two)[()],
        p[()],
        a[()],
        sided,
        _name(variance, continuity, m),
        (INDEPENDENT,),
        (FEW,) if few[0].any() or few[1].any() else (),
    )


def power_proportions(
    n1: ArrayLike,
    p1: ArrayLike,
    p2: ArrayLike,
    *,
    n2: ArrayLike | None = None,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    margin: ArrayLike = 0.0,
    variance: Variance = "restricted",
    continuity: bool = False,
    either_side: bool = False,
) -> Floats:
    """The chance of finding p1 − p2 with n1 units (and n2 in comparison, by default as many).

    >>> round(float(power_proportions(50, 0.5, 0.75)), 4)  # power.prop.test(n = 50): 0.7402
    0.7402
    """
    check_test(alpha, sided)
    units, one, two, m, a = scenarios(n1, p1, p2, margin, alpha)
    other = units if n2 is None else np.broadcast_to(np.asarray(n2, np.float64), units.shape)
    _check(one, two, m, continuity)
    check_positive(units, "A sample size")
    check_positive(other, "A sample size")
    return _power(units, other, one, two, m, a, sided, variance, continuity, either_side)[()]


def detectable_proportions(
    n1: ArrayLike,
    p2: ArrayLike,
    *,
    direction: Literal["up", "down"] = "up",
    n2: ArrayLike | None = None,
    power: ArrayLike = 0.8,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    variance: Variance = "restricted",
    continuity: bool = False,
) -> Floats:
    """The nearest p1 above (or below) p2 that is found with this power; NaN where none is.

    >>> round(float(detectable_proportions(50, 0.5, power=0.9)), 4)  # power.prop.test: 0.8026
    0.8026
    """
    from scipy.optimize import elementwise

    check_test(alpha, sided)
    check_power(power, alpha, sided)
    units, two, a, p = scenarios(n1, p2, alpha, power)
    other = units if n2 is None else np.broadcast_to(np.asarray(n2, np.float64), units.shape)
    check_share(two, "A proportion")
    check_positive(units, "A sample size")
    check_positive(other, "A sample size")
    sign = {"up": 1.0, "down": -1.0}[direction]
    room = np.where(sign > 0, 1 - two, two)
    none = np.zeros(two.shape)

    def missing(share: Floats, *rest: Floats) -> Floats:
        near, far, base, level, width, want = rest
        true = base + sign * width * share
        found = _power(
            near, far, true, base, 0 * base, level, sided, variance, continuity, either_side=False
        )
        return found - want

    rest = (units, other, two, a, room, p)
    low, high = none + 1e-9, none + 1 - 1e-9
    reached = missing(high, *rest) >= 0
    found = elementwise.find_root(missing, (low, np.where(reached, high, 0.5)), args=rest)
    return np.where(reached, two + sign * room * found.x, np.nan)[()]


def sample_size_one_proportion(
    p: ArrayLike,
    p0: ArrayLike,
    *,
    power: ArrayLike = 0.8,
    alpha: ArrayLike = 0.05,
    sided: int = 2,
    variance: Literal["null", "planned"] = "null",
) -> Plan:
    """How many units it takes to tell a proportion from a fixed one (a target).

    n = ((z(α)√(p₀q₀) + z(β)√(pq)) / (p − p₀))²; see `exact` for few units. variance: "planned" has
    pq in both places (Chow, Shao, Wang; TrialSize). For a margin move p₀ by it.

    >>> round(float(sample_size_one_proportion(0.8, 0.5, power=0.9, alpha=0.025, sided=1).n1), 2)
    24.75
    """
    from scipy.special import ndtri

    check_test(alpha, sided)
    check_power(power, alpha, sided)
    one, null, a, want = scenarios(p, p0, alpha, power)
    check_share(one, "A proportion")
    check_share(null, "A proportion")
    check_effect(one - null)
    if variance not in ("null", "planned"):
        raise ValueError(f"The variance is that of the null or the planned one, not {variance!r}.")
    under = null if variance == "null" else one
    spread = critical(a, sided) * np.sqrt(under * (1 - under)) + ndtri(want) * np.sqrt(
        one * (1 - one)
    )
    n = (spread / (one - null)) ** 2
    few = (_fewest(one, n) < 10).any()
    return Plan(
        n[()],
        np.zeros(n.shape)[()],
        (one - null)[()],
        want[()],
        a[()],
        sided,
        "One proportion, normal",
        (INDEPENDENT,),
        (FEW,) if few else (),
    )


def restricted_proportions(
    p1: ArrayLike, p2: ArrayLike, margin: ArrayLike, ratio: ArrayLike = 1.0
) -> tuple[Floats, Floats]:
    """The likeliest proportions among those whose difference is the margin (n1/n2 = ratio).

    Farrington and Manning's closed solution of the cubic equation.

    >>> [round(float(p), 4) for p in restricted_proportions(0.5, 0.1, 0.2)]
    [0.3765, 0.1765]
    """
    one, two, m, r = scenarios(p1, p2, margin, ratio)
    k = 1 / r
    a = 1 + k
    b = -(1 + k + one + k * two + m * (k + 2))
    c = m**2 + m * (2 * one + k + 1) + one + k * two
    d = -one * m * (1 + m)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = np.copysign(np.sqrt(np.maximum(b**2 / (3 * a) ** 2 - c / (3 * a), 0.0)), v)
    cosine = np.divide(v, u**3, out=np.zeros(np.shape(v)), where=u != 0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1, 1))) / 3
    first = np.clip(2 * u * np.cos(angle) - b / (3 * a), np.maximum(0, m), np.minimum(1, 1 + m))
    pooled = (r * one + two) / (1 + r)
    first = np.where(m == 0, pooled, first)
    return first[()], (first - m)[()]


def spreads(
    one: Floats, two: Floats, margin: Floats, ratio: Floats, variance: Variance
) -> tuple[Floats, Floats]:
    """√n1 times the standard error of the difference: under the null, and as planned."""
    at_plan = np.sqrt(one * (1 - one) + ratio * two * (1 - two))
    if variance == "unpooled":
        return at_plan, at_plan
    if variance != "restricted":
        raise ValueError(f"No variance is called {variance!r}.")
    first, second = restricted_proportions(one, two, margin, ratio)
    return np.sqrt(first * (1 - first) + ratio * second * (1 - second)), at_plan


def _power(
    n1: Floats,
    n2: Floats,
    one: Floats,
    two: Floats,
    margin: Floats,
    alpha: Floats,
    sided: int,
    variance: Variance,
    continuity: bool,
    either_side: bool,
) -> Floats:
    from scipy.special import ndtr

    at_null, at_plan = spreads(one, two, margin, n1 / n2, variance)
    gap = (1 / n1 + 1 / n2) / 2 if continuity else 0.0
    reach = critical(alpha, sided) * at_null
    distance = np.abs(one - two - margin)
    found = ndtr((np.sqrt(n1) * (distance - gap) - reach) / at_plan)
    if either_side and sided == 2:
        found = found + ndtr((np.sqrt(n1) * (-distance - gap) - reach) / at_plan)
    return found


def _check(one: Floats, two: Floats, margin: Floats, continuity: bool) -> None:
    check_share(one, "A proportion")
    check_share(two, "A proportion")
    if not (np.abs(margin) < 1).all():
        raise ValueError("A margin of proportions lies between -1 and 1.")
    if continuity and (margin != 0).any():
        raise ValueError("The continuity correction is for tests without a margin.")


def _fewest(p: Floats, n: Floats) -> Floats:
    return n * np.minimum(p, 1 - p)


def _name(variance: Variance, continuity: bool, margin: Floats) -> str:
    null = {"unpooled": "unpooled"}.get(variance) or (
        "Farrington-Manning" if (margin != 0).any() else "pooled"
    )
    return f"Two proportions, {null}" + (", continuity corrected" if continuity else "")
