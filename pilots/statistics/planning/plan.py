"""What a plan is, and the checks and searches that all plans share."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import Floats, Remark

INDEPENDENT = Remark(
    "independent_units",
    "The units (patients, encounters) are independent of each other; where they come in clusters,"
    " multiply by the design effect.",
)
MOST_UNITS = 1e12


@dataclass(frozen=True, eq=False)
class Plan:
    """A sample size for each scenario, unrounded.

    `n1`, `n2`: units in the changed and in the comparison group (`n2` is 0 where there is none;
    of pairs, `n1` counts pairs; of rates, both are exposure over `exposure` a unit). `effect`: the
    effect planned for. All arrays have the broadcast shape of the scenarios.
    """

    n1: Floats
    n2: Floats
    effect: Floats
    power: Floats
    alpha: Floats
    sided: int
    method: str
    assumptions: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def n(self) -> Floats:
        """Both groups together, unrounded."""
        return self.n1 + self.n2

    @property
    def units1(self) -> NDArray[np.int64]:
        return rounded_up(self.n1)

    @property
    def units2(self) -> NDArray[np.int64]:
        return rounded_up(self.n2)

    @property
    def units(self) -> NDArray[np.int64]:
        """Both groups together, each rounded up."""
        return self.units1 + self.units2

    def times(self, factor: ArrayLike, *why: Remark, method: str = "") -> "Plan":
        """The same plan with more units: a design effect, drop-out, an inflation for looks."""
        by = np.asarray(factor, dtype=np.float64)
        if not (by > 0).all():
            raise ValueError("A factor for the sample size is above zero.")
        return Plan(
            self.n1 * by,
            self.n2 * by,
            self.effect,
            self.power,
            self.alpha,
            self.sided,
            self.method + (f"; {method}" if method else ""),
            (*self.assumptions, *why),
            self.warnings,
        )


def rounded_up(n: Floats) -> NDArray[np.int64]:
    """The next whole number, but 50.0000000001 is 50."""
    return np.ceil(np.asarray(n) * (1 - 1e-12) - 1e-9).astype(np.int64)


def scenarios(*given: ArrayLike) -> tuple[Floats, ...]:
    """All arguments as finite arrays of one shape."""
    arrays = [np.asarray(one, dtype=np.float64) for one in given]
    if not all(np.isfinite(one).all() for one in arrays):
        raise ValueError("A scenario has a missing or infinite number.")
    return tuple(np.broadcast_arrays(*arrays))


def critical(alpha: ArrayLike, sided: int) -> Floats:
    """The z that a single look must reach."""
    from scipy.special import ndtri

    return -ndtri(np.asarray(alpha) / sided)


def check_test(alpha: ArrayLike, sided: int) -> None:
    if sided not in (1, 2):
        raise ValueError(f"A test is one-sided (1) or two-sided (2), not {sided}.")
    a = np.asarray(alpha)
    if not ((a > 0) & (a / sided < 0.5)).all():
        raise ValueError("alpha lies between 0 and 0.5 on each side.")


def check_power(power: ArrayLike, alpha: ArrayLike, sided: int) -> None:
    p, a = np.asarray(power), np.asarray(alpha)
    if not ((p < 1) & (p > a / sided)).all():
        raise ValueError("Power lies between alpha and 1.")


def check_positive(value: ArrayLike, name: str) -> None:
    if not (np.asarray(value) > 0).all():
        raise ValueError(f"{name} is above zero.")


def check_share(value: ArrayLike, name: str, *, inside: bool = True) -> None:
    p = np.asarray(value)
    fine = ((p > 0) & (p < 1)) if inside else ((p >= 0) & (p <= 1))
    if not fine.all():
        raise ValueError(f"{name} lies between 0 and 1.")


def check_effect(distance: Floats) -> None:
    if (distance == 0).any():
        raise ValueError("Where the effect is what the null hypothesis says, no sample finds it.")


def least_n(
    power_at: Callable[..., Floats], wanted: Floats, lowest: float, *arguments: Floats
) -> Floats:
    """The n at which `power_at(n, *arguments)`, which grows with n, reaches what is wanted."""
    from scipy.optimize import elementwise

    low = np.full(np.shape(wanted), lowest, dtype=np.float64)
    enough = power_at(low, *arguments) >= wanted
    high = low * 2
    while (short := ~enough & (power_at(high, *arguments) < wanted)).any():
        high = np.where(short, high * 4, high)
        if (high > MOST_UNITS).any():
            raise ValueError("No sample of a size one could gather reaches this power.")
    high = np.where(enough, low, high)

    def missing(n: Floats, want: Floats, *rest: Floats) -> Floats:
        return power_at(n, *rest) - want

    found = elementwise.find_root(missing, (low, high), args=(wanted, *arguments))
    return np.where(enough, low, found.x)[()]
