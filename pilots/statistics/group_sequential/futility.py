"""A lower boundary beside the upper one: stopping because an effect has become unlikely.

Beta spending (Pampallona, Tsiatis, Kim, Drug Inf. J. 35 (2001) 1113; Anderson, Clark, Stat. Med.
29 (2010) 1551): at each look the lower boundary uses up what a spending function has released of
the chance of missing the effect. The drift is solved so that both boundaries meet at the end.
"""

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.group_sequential.crossing import Inside, start
from pilots.statistics.group_sequential.designs import (
    INCREMENTS,
    SequentialDesign,
    boundary,
    shares,
)
from pilots.statistics.group_sequential.spending import (
    Spending,
    SpendingFunction,
    check_alpha,
    spent_at,
)
from pilots.statistics.series import Floats, Remark

NON_BINDING = Remark(
    "non_binding",
    "The upper boundary holds its error even if the pilot goes on below the lower one; the power"
    " counts on stopping there.",
)
BINDING = Remark(
    "binding",
    "The upper boundary counts on stopping below the lower one: going on there spoils its error.",
)


def futility_design(
    information: int | ArrayLike,
    *,
    alpha: float = 0.025,
    power: float = 0.9,
    spending: Spending | SpendingFunction = "hwang_shih_decani",
    parameter: float | None = None,
    beta_spending: Spending | SpendingFunction = "hwang_shih_decani",
    beta_parameter: float | None = -2.0,
    binding: bool = False,
) -> SequentialDesign:
    """A one-sided design that may also stop for futility.

    information: the number of looks or the information of each; the last is the maximum. spending,
    parameter: of alpha, see `alpha_spent`; beta_*: the same of 1 − power. The defaults are those of
    gsDesign (test.type = 4, sfHSD −4 and −2). `binding` (gsDesign's test.type = 3) lowers the upper
    boundary for the error that the lower one prevents. rpact and gsDesign agree on both. Raises
    `ValueError` where the boundaries meet before the last look.

    >>> design = futility_design(3)  # gsDesign()
    >>> design.lower.round(2).tolist(), design.upper.round(2).tolist()
    ([-0.24, 0.94, 2.0], [3.01, 2.55, 2.0])
    """
    from scipy.optimize import brentq
    from scipy.special import ndtri

    check_alpha(alpha)
    if not alpha < power < 1:
        raise ValueError(f"Power lies between alpha and 1, not at {power}.")
    share = shares(information)
    error = spent_at(share, error=alpha, spending=spending, parameter=parameter)
    missed = spent_at(share, error=1 - power, spending=beta_spending, parameter=beta_parameter)

    def left_over(drift: float) -> float:
        return _bounds(drift, share, error, missed, binding)[2]

    single = float(ndtri(power) - ndtri(alpha))
    drift = brentq(left_over, 0.8 * single, 2.5 * single, xtol=1e-11)
    lower, upper, rest = _bounds(drift, share, error, missed, binding)
    if abs(rest) > 1e-6:
        raise ValueError("The boundaries meet before the last look: spend beta later.")
    return SequentialDesign(
        method="Beta spending, " + ("binding" if binding else "non-binding"),
        information=share,
        upper=upper,
        lower=lower,
        spent=error,
        alpha=alpha,
        sided=1,
        futility=True,
        binding=binding,
        beta_spent=missed,
        assumptions=(INCREMENTS, BINDING if binding else NON_BINDING),
    )


def _bounds(
    drift: float, share: Floats, error: Floats, missed: Floats, binding: bool
) -> tuple[Floats, Floats, float]:
    """Both boundaries under a drift, and what is missed at the end beyond what was released."""
    lower, upper = np.empty(len(share)), np.empty(len(share))
    alone, between = start(), start()
    released, released_beta = np.diff(error, prepend=0.0), np.diff(missed, prepend=0.0)
    for look, now in enumerate(share):
        upper[look] = boundary(between if binding else alone, now, released[look])
        if look + 1 == len(share):
            lower[look] = upper[look]
            rest = float(between.below(upper[look], now, drift)) - released_beta[look]
            break
        if float(between.below(upper[look], now, drift)) <= released_beta[look]:
            return lower, upper, -1.0
        lower[look] = _lower(between, now, released_beta[look], drift)
        following = share[look + 1]
        alone = alone.step(-np.inf, upper[look], now, following, (0.0, drift))
        between = between.step(lower[look], upper[look], now, following, (0.0, drift))
    return lower, upper, rest


def _lower(inside: Inside, now: float, released: float, drift: float) -> float:
    from scipy.optimize import brentq

    if float(inside.below(-20.0, now, drift)) >= released:
        return -np.inf
    return float(
        brentq(lambda z: float(inside.below(z, now, drift)) - released, -20.0, 20.0, xtol=1e-12)
    )
