"""Boundaries that keep the error over all looks: by shape, or by spending.

By shape (Wang and Tsiatis, Biometrics 43 (1987) 193): z at look k is C·t^(Δ−½), t the share of
information; Δ = 0 is O'Brien and Fleming (Biometrics 35 (1979) 549), Δ = ½ is Pocock (Biometrika
64 (1977) 191). The constant C is solved so that the chance of crossing anywhere is alpha. By
spending: at each look the boundary uses up what the spending function has released since the look
before; the looks need not be known beforehand.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.group_sequential.crossing import (
    Inside,
    as_information,
    exit_probabilities,
    start,
)
from pilots.statistics.group_sequential.spending import (
    Spending,
    SpendingFunction,
    check_alpha,
    spent_at,
)
from pilots.statistics.series import Floats, Remark

# A boundary is looked for up to here; what is rarer than the least is never spent.
HIGHEST = 37.0
LEAST = 1e-290


@dataclass(frozen=True, eq=False)
class SequentialDesign:
    """Boundaries on the scale of z, one for each look.

    `information`: shares of the planned maximum. `upper`: reject at or above it. `lower`: for two
    sides −upper, reject at or below it; for one side −inf, or where to stop for futility. `spent`:
    the alpha used by each look, both sides together. `constant`: C of a design by shape.
    """

    method: str
    information: Floats
    upper: Floats
    lower: Floats
    spent: Floats
    alpha: float
    sided: int
    constant: float | None = None
    futility: bool = False
    binding: bool = False
    beta_spent: Floats | None = None
    assumptions: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def looks(self) -> int:
        return len(self.information)

    @property
    def nominal_one_sided(self) -> Floats:
        """1 − Φ(z) at each look: rpact's stage levels, gsDesign's nominal p."""
        from scipy.special import ndtr

        return ndtr(-self.upper)

    @property
    def nominal(self) -> Floats:
        """The fixed-sample p-value at or below which the look rejects."""
        return self.sided * self.nominal_one_sided


INCREMENTS = Remark(
    "increments",
    "Between looks the estimate gains independent information, as for means, proportions and rates"
    " of independent units; the looks were not chosen because of what had been seen.",
)
EQUAL = Remark("equal_looks", "The looks are equally far apart in information.")


def obrien_fleming(
    looks: int | ArrayLike, *, alpha: float = 0.05, sided: int = 2
) -> SequentialDesign:
    """O'Brien and Fleming: hard to stop early, almost the single-look test at the end.

    looks: their number (equally far apart) or the information of each, the last being the
    maximum. The boundary is C/√t.

    >>> obrien_fleming(5).upper.round(3).tolist()  # Jennison & Turnbull, Table 2.3: C = 2.040
    [4.562, 3.226, 2.634, 2.281, 2.04]
    """
    return wang_tsiatis(looks, 0.0, alpha=alpha, sided=sided)


def pocock(looks: int | ArrayLike, *, alpha: float = 0.05, sided: int = 2) -> SequentialDesign:
    """Pocock: the same z at every look.

    >>> round(pocock(5).constant, 3)  # Jennison & Turnbull, Table 2.1
    2.413
    """
    return wang_tsiatis(looks, 0.5, alpha=alpha, sided=sided)


def wang_tsiatis(
    looks: int | ArrayLike, delta: float, *, alpha: float = 0.05, sided: int = 2
) -> SequentialDesign:
    """The family between them: z at look k is C·t^(delta − ½).

    looks: their number or the information of each. Raises `ValueError` for a delta outside −0.5
    to 0.7.

    >>> round(float(wang_tsiatis(9, 0.1).upper[-1]), 3)  # Jennison & Turnbull, Table 2.9
    2.113
    """
    check_alpha(alpha, sided)
    if not -0.5 <= delta <= 0.7:
        raise ValueError(f"Delta lies between -0.5 and 0.7, not {delta}.")
    share = shares(looks)
    shape = share ** (delta - 0.5)
    name = {0.0: "O'Brien-Fleming", 0.5: "Pocock"}.get(delta, f"Wang-Tsiatis {delta:g}")
    constant = _scaled(lambda c: c * shape, share, alpha, sided)
    return design_of(
        constant * shape, share, sided=sided, alpha=alpha, method=name, constant=constant
    )


def haybittle_peto(
    looks: int | ArrayLike, *, z: float = 3.0, alpha: float = 0.05, sided: int = 2
) -> SequentialDesign:
    """Haybittle and Peto: the same high z at every look but the last, which is solved.

    >>> haybittle_peto(4, alpha=0.025, sided=1).upper.round(4).tolist()  # rpact: 1.9827514
    [3.0, 3.0, 3.0, 1.9828]
    """
    check_alpha(alpha, sided)
    share = shares(looks)
    early = np.full(len(share), float(z))

    def bound(last: float) -> Floats:
        return np.append(early[:-1], last)

    if len(share) > 1 and _error(bound(HIGHEST), share, sided) >= alpha:
        raise ValueError(f"Looking at z = {z} so often uses up more than alpha by itself.")
    constant = _scaled(bound, share, alpha, sided)
    return design_of(bound(constant), share, sided=sided, alpha=alpha, method="Haybittle-Peto")


def spending_design(
    information: int | ArrayLike,
    *,
    alpha: float = 0.05,
    sided: int = 2,
    spending: Spending | SpendingFunction = "obrien_fleming",
    parameter: float | None = None,
    spending_time: ArrayLike | None = None,
    maximum: float | None = None,
    both_sides_as_one: bool = False,
) -> SequentialDesign:
    """Boundaries from a spending function (Lan and DeMets), for any looks.

    information: the number of looks, or the information of each so far; the last is taken for the
    maximum unless `maximum` is given (then less than alpha may have been spent, and more than the
    maximum spends all). spending: see `alpha_spent`; or a function of the share giving the error
    of one side. spending_time: shares by which alpha is spent where they differ from the
    information (calendar time; gsDesign's usTime, ldbounds' second time scale).

    Fork, two-sided: each side spends by the function of alpha/2, as gsDesign, rpact and ldbounds
    do. `both_sides_as_one` applies the function to alpha and halves what it gives; only the
    O'Brien-Fleming type differs (2 − 2Φ(z(1−α/2)/√t) in total: earlier looks are easier).

    >>> spending_design([0.2, 0.4, 0.6, 0.8, 1], alpha=0.025, sided=1).upper.round(3).tolist()
    [4.877, 3.357, 2.68, 2.29, 2.031]
    """
    check_alpha(alpha, sided)
    share = shares(information, maximum)
    clock = share if spending_time is None else as_information(spending_time)
    if clock.shape != share.shape:
        raise ValueError(f"Give the spending time of each of the {len(share)} looks.")
    if both_sides_as_one:
        per_side = spent_at(clock, error=alpha, spending=spending, parameter=parameter) / sided
    else:
        per_side = spent_at(clock, error=alpha / sided, spending=spending, parameter=parameter)
    upper = upper_of_spending(share, per_side, sided)
    name = spending if isinstance(spending, str) else getattr(spending, "__name__", "own")
    given = "" if parameter is None else f" {parameter:g}"
    return SequentialDesign(
        method=f"Lan-DeMets {name}{given}",
        information=share,
        upper=upper,
        lower=-upper if sided == 2 else np.full(len(share), -np.inf),
        spent=sided * per_side,
        alpha=alpha,
        sided=sided,
        assumptions=(INCREMENTS,),
    )


def design_of(
    upper: ArrayLike,
    information: int | ArrayLike,
    *,
    sided: int = 2,
    alpha: float | None = None,
    method: str = "given",
    constant: float | None = None,
) -> SequentialDesign:
    """A design of boundaries given on the scale of z; what they spend is computed.

    >>> round(float(design_of([1.96, 1.96], 2).spent[-1]), 3)
    0.083
    """
    share = shares(information)
    top = np.asarray(upper, dtype=np.float64)
    lower = -top if sided == 2 else None
    spent = np.cumsum(exit_probabilities(top, share, lower=lower).either)
    return SequentialDesign(
        method=method,
        information=share,
        upper=top,
        lower=-top if sided == 2 else np.full(len(share), -np.inf),
        spent=spent,
        alpha=float(spent[-1]) if alpha is None else alpha,
        sided=sided,
        constant=constant,
        assumptions=(INCREMENTS,) if np.ndim(information) else (INCREMENTS, EQUAL),
    )


def shares(looks: int | ArrayLike, maximum: float | None = None) -> Floats:
    """The information of each look over the maximum; a number of looks are equally far apart."""
    if np.ndim(looks) == 0:
        count = np.asarray(looks).item()
        if count != int(count) or not 1 <= count <= 200:
            raise ValueError(f"The number of looks is between 1 and 200, not {count}.")
        return np.arange(1, int(count) + 1) / int(count)
    times = as_information(looks)
    if maximum is not None and not maximum > 0:
        raise ValueError("The maximum information is above zero.")
    return times / (times[-1] if maximum is None else maximum)


def upper_of_spending(share: Floats, per_side: Floats, sided: int) -> Floats:
    """The z at each look that uses up what was released since the one before, on each side."""
    upper = np.empty(len(share))
    inside = start()
    released = np.diff(per_side, prepend=0.0)
    for look, now in enumerate(share):
        upper[look] = boundary(inside, now, released[look])
        if look + 1 < len(share):
            lower = -upper[look] if sided == 2 else -np.inf
            inside = inside.step(lower, upper[look], now, share[look + 1])
    return upper


def boundary(inside: Inside, now: float, released: float) -> float:
    """The z above which this much of what is inside goes at the next look; inf for nothing."""
    from scipy.optimize import brentq

    if released < LEAST or float(inside.above(HIGHEST, now)) >= released:
        return np.inf

    def excess(z: float) -> float:
        return float(np.log(max(float(inside.above(z, now)), LEAST) / released))

    return float(brentq(excess, -HIGHEST, HIGHEST, xtol=1e-12))


def _error(upper: Floats, share: Floats, sided: int) -> float:
    lower = -upper if sided == 2 else None
    return float(exit_probabilities(upper, share, lower=lower).either.sum())


def _scaled(bound: Callable[[float], Floats], share: Floats, alpha: float, sided: int) -> float:
    """The number that makes the boundary's error alpha; the single-look z is its least."""
    from scipy.optimize import brentq
    from scipy.special import ndtri

    single = float(-ndtri(alpha / sided))
    return float(
        brentq(
            lambda c: _error(bound(c), share, sided) - alpha,
            single * (1 - 1e-9),
            single + 5,
            xtol=1e-12,
        )
    )
