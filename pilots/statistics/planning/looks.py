"""What looking more than once costs in sample size, and what it saves on average.

A plan for a single look, times the inflation of a design with planned looks (`group_sequential`),
or of intervals that may be read at any time (the normal mixture of `sequential`), read at equally
spaced looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.confidence_sequences.boundaries import normal_mixture_bound
from pilots.statistics.group_sequential import SequentialDesign, cost, design_of, operating
from pilots.statistics.planning.plan import Plan, check_power, check_test
from pilots.statistics.series import Floats, Remark

ANY_TIME = Remark(
    "any_time",
    "Read at equally spaced looks and stopped when the interval excludes what the null hypothesis"
    " says; the sample grows in independent units.",
)


@dataclass(frozen=True, eq=False)
class LooksPlan:
    """A plan with looks; n counts both groups together, unrounded.

    `n_by_look`: (…scenarios, looks). `expected`: the mean n where the effect is `at` times the
    planned one, (…scenarios, at). `power_by_look`: the chance of having found the planned effect
    by each look, (…scenarios, looks). `inflation`: the most n over that of the single look.
    """

    single: Plan
    inflation: Floats
    n_by_look: Floats
    at: tuple[float, ...]
    expected: Floats
    power_by_look: Floats
    method: str
    assumptions: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def n(self) -> Floats:
        """The most units it can take."""
        return self.n_by_look[..., -1]


@dataclass(frozen=True, eq=False)
class _Price:
    inflation: float
    n_by_look: Floats
    expected: Floats
    power_by_look: Floats


_Prices = dict[float | tuple[float, float], _Price]  # by the power, or by it and alpha


def with_looks(
    plan: Plan, design: SequentialDesign, *, at: Sequence[float] = (0.0, 0.5, 1.0)
) -> LooksPlan:
    """A plan for a single look as one for a design with planned looks.

    at: multiples of the planned effect for the expected sample size. The design's alpha and sides
    must be the plan's.

    >>> from pilots.statistics.group_sequential import obrien_fleming
    >>> from pilots.statistics.planning.means import sample_size_means
    >>> plan = with_looks(sample_size_means(0.5, 1, test="z"), obrien_fleming(5))
    >>> plan.n_by_look.round(1).tolist()
    [25.8, 51.7, 77.5, 103.3, 129.1]
    """
    if plan.sided != design.sided or not np.allclose(plan.alpha, design.alpha, rtol=1e-9):
        raise ValueError("The plan and the design differ in alpha or in sides.")

    def price(power: float) -> _Price:
        paid = cost(design, power, at=at)
        return _Price(paid.inflation, paid.n_by_look, paid.expected, paid.power_by_look)

    prices: _Prices = {float(power): price(float(power)) for power in np.unique(plan.power)}
    return _priced(plan, prices, at, design.method, design.assumptions)


def with_any_time(
    plan: Plan,
    *,
    looks: int = 20,
    tuned_to: float = 1.0,
    at: Sequence[float] = (0.0, 0.5, 1.0),
) -> LooksPlan:
    """A plan for a single look as one for intervals that may be read at any time.

    looks: how often it is read until the end, equally spaced. tuned_to: where the interval is
    tightest, in sample sizes of the single look; fixed beforehand. Two-sided.

    >>> from pilots.statistics.planning.means import sample_size_means
    >>> plan = with_any_time(sample_size_means(0.5, 1, test="z"))
    >>> round(float(plan.inflation), 2), plan.expected[2:].round(0).tolist()
    (1.74, [138.0])
    """
    if plan.sided != 2:
        raise ValueError("Intervals for any time are two-sided: plan two sides.")
    prices: _Prices = {}
    for power in np.unique(plan.power):
        for alpha in np.unique(plan.alpha):
            prices[float(power), float(alpha)] = _any_time(
                float(power), float(alpha), looks, tuned_to, tuple(at)
            )
    return _priced(plan, prices, at, f"Normal mixture, {looks} looks", (ANY_TIME,))


@lru_cache(maxsize=64)
def _any_time(
    power: float, alpha: float, looks: int, tuned_to: float, at: tuple[float, ...]
) -> _Price:
    from scipy.optimize import brentq
    from scipy.special import ndtri

    check_test(alpha, 2)
    check_power(power, alpha, 2)
    if not (1 <= looks <= 200 and tuned_to > 0):
        raise ValueError("Between 1 and 200 looks, tuned to a sample size above zero.")
    drift = float(ndtri(power) - ndtri(alpha / 2))
    share = np.arange(1, looks + 1) / looks

    def up_to(most: float) -> tuple[SequentialDesign, float]:
        """Information 1 is that of the single look."""
        times = most * share
        bound = normal_mixture_bound(times, alpha=alpha, optimal=tuned_to)
        return design_of(bound / np.sqrt(times), looks), drift * np.sqrt(most)

    def missing(most: float) -> float:
        design, at_end = up_to(most)
        return float(operating(design, at_end).power) - power

    inflation = float(brentq(missing, 1.0, 20.0, xtol=1e-6))
    design, at_end = up_to(inflation)
    seen = operating(design, at_end * np.array([1.0, *at]))
    return _Price(
        inflation,
        inflation * share,
        inflation * seen.expected_information[1:],
        np.cumsum(seen.upper[0]),
    )


def _priced(
    plan: Plan,
    prices: _Prices,
    at: Sequence[float],
    method: str,
    notes: tuple[Remark, ...],
) -> LooksPlan:
    """Each scenario with the price of its power (and alpha)."""
    powers, alphas = np.broadcast_arrays(plan.power, plan.alpha)
    shape = powers.shape
    chosen = [
        prices[key] if (key := float(power)) in prices else prices[key, float(alpha)]
        for power, alpha in zip(powers.ravel(), alphas.ravel(), strict=True)
    ]
    n = np.asarray(plan.n, dtype=np.float64)[..., np.newaxis]

    def table(rows: Sequence[ArrayLike]) -> Floats:
        return np.array(rows, dtype=np.float64).reshape(*shape, -1)

    return LooksPlan(
        single=plan,
        inflation=np.array([one.inflation for one in chosen]).reshape(shape)[()],
        n_by_look=n * table([one.n_by_look for one in chosen]),
        at=tuple(at),
        expected=n * table([one.expected for one in chosen]) if at else np.zeros((*shape, 0)),
        power_by_look=table([one.power_by_look for one in chosen]),
        method=f"{plan.method}; {method}",
        assumptions=(*plan.assumptions, *notes),
        warnings=plan.warnings,
    )
