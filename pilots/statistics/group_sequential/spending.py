"""How much of the error may be used up by when: spending functions.

Lan and DeMets, Biometrika 70 (1983) 659 (the O'Brien-Fleming and Pocock types); Kim and DeMets,
Biometrika 74 (1987) 149 (power family); Hwang, Shih and DeCani, Stat. Med. 9 (1990) 1439.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.series import Floats

Spending = Literal["obrien_fleming", "pocock", "power", "hwang_shih_decani"]
# Any increasing function of the share of information, from 0 at 0 to alpha at 1.
SpendingFunction = Callable[[Floats], ArrayLike]


def alpha_spent(
    share: ArrayLike,
    *,
    alpha: float = 0.025,
    spending: Spending = "obrien_fleming",
    parameter: float | None = None,
) -> Floats:
    """The error of one side that may have been spent at each share of the information.

    obrien_fleming: 2 − 2Φ(z(1−α/2)/√t^ρ), ρ = `parameter`, by default 1 (gsDesign's sfLDOF, rpact's
    asOF, ldbounds' iuse 1). pocock: α·log(1+(e−1)t). power: α·t^ρ, ρ by default 3 (sfPower, asKD,
    iuse 3). hwang_shih_decani: α(1−e^(−γt))/(1−e^(−γ)), γ by default −4; γ = 0 is α·t (sfHSD,
    asHSD, iuse 4). A share above 1 counts as 1. The result has the shape of `share`.

    >>> alpha_spent([0.2, 1.0], alpha=0.025).round(9).tolist()
    [5.39e-07, 0.025]
    """
    check_alpha(alpha)
    t = np.minimum(np.asarray(share, dtype=np.float64), 1.0)
    if not (t >= 0).all():
        raise ValueError("A share of information lies between 0 and 1.")
    if spending == "obrien_fleming":
        from scipy.special import ndtr, ndtri

        rho = 1.0 if parameter is None else parameter
        if rho <= 0:
            raise ValueError("The parameter of O'Brien-Fleming type spending is above zero.")
        z = -ndtri(alpha / 2)
        with np.errstate(divide="ignore"):
            return 2 * ndtr(-z / t ** (rho / 2))
    if spending == "pocock":
        if parameter is not None:
            raise ValueError("Pocock type spending has no parameter.")
        return alpha * np.log1p((np.e - 1) * t)
    if spending == "power":
        rho = 3.0 if parameter is None else parameter
        if rho <= 0:
            raise ValueError("The power of a spending function is above zero.")
        return alpha * t**rho
    if spending == "hwang_shih_decani":
        gamma = -4.0 if parameter is None else parameter
        if not -40 <= gamma <= 40:
            raise ValueError("The parameter of Hwang-Shih-DeCani lies between -40 and 40.")
        return alpha * t if gamma == 0 else alpha * np.expm1(-gamma * t) / np.expm1(-gamma)
    raise ValueError(f"No spending function is called {spending!r}.")


def spent_at(
    share: Floats,
    *,
    error: float,
    spending: Spending | SpendingFunction,
    parameter: float | None = None,
) -> Floats:
    """The same, or what a function of one's own gives, checked: never falling, 0 to `error`."""
    if not callable(spending):
        return alpha_spent(share, alpha=error, spending=spending, parameter=parameter)
    own = np.asarray(spending(np.minimum(share, 1.0)), dtype=np.float64)
    if own.shape != share.shape or not np.isfinite(own).all():
        raise ValueError("A spending function gives one number for each look.")
    if (np.diff(own, prepend=0.0) < 0).any() or own[-1] > error * (1 + 1e-12):
        raise ValueError("A spending function never falls and ends at the error at most.")
    return own


def check_alpha(alpha: float, sided: int = 1) -> None:
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, not {alpha}.")
    if sided not in (1, 2):
        raise ValueError(f"A test is one-sided (1) or two-sided (2), not {sided}.")
    if alpha / sided >= 0.5:
        raise ValueError(f"alpha = {alpha} is no protection.")
