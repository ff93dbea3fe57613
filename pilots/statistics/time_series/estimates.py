"""Coefficients and covariances under each kind of error, and the quantiles that go with them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import Floats, Remark, as_table
from pilots.statistics.time_series import covariances, residuals
from pilots.statistics.time_series.designs import Design
from pilots.statistics.time_series.regression import Family, Fits

Errors = Literal["autoregressive", "model", "hac", "prais_winsten"]
Interval = Literal["t", "normal"]
EXTREME = "One point is so far from all others that no error can be computed for every term."


@dataclass(frozen=True, eq=False)
class Estimate:
    coefficients: Floats
    covariance: Floats
    fitted: Floats
    rest: Floats
    autocorrelation: Floats
    expected: Floats
    lag: NDArray[np.int64]
    rho: Floats
    refused: dict[int, Remark]


def estimated(
    y: Floats,
    fits: Fits,
    design: Design,
    family: Family,
    errors: Errors,
    lags: covariances.Lags,
    *,
    prewhite: bool,
    adjust: bool,
) -> Estimate:
    lag, rho = np.zeros(len(y), dtype=np.int64), np.full(len(y), np.nan)
    coefficients, fitted, rest = fits.coefficients, fits.fitted, fits.pearson
    expected = residuals.expected_autocorrelation(fits, design)
    if errors == "hac":
        covariance, lag = covariances.newey_west(
            fits, design, lags=lags, prewhite=prewhite, adjust=adjust
        )
    elif errors == "prais_winsten":
        if family != "gaussian":
            raise ValueError("Prais–Winsten is for values; take hac for counts.")
        coefficients, covariance, rest, rho = covariances.prais_winsten(y, design, fits)
        fitted = coefficients @ design.matrix.T
    elif errors == "autoregressive":
        covariance, rho, _dispersion = covariances.autoregressive(fits, design)
    elif errors == "model":
        unknown = family == "gaussian" or family.startswith("quasi")
        covariance = covariances.model_based(fits, estimated=unknown)
    else:
        raise ValueError(
            f'Errors are "autoregressive", "model", "hac" or "prais_winsten", not {errors!r}.'
        )
    # With Prais–Winsten, too, it is the points themselves that must not drift.
    alike = residuals.autocorrelation(fits.pearson, design)
    refused = dict(fits.refused)
    own = np.diagonal(covariance, axis1=1, axis2=2)
    usual = np.diagonal(covariances.model_based(fits, estimated=True), axis1=1, axis2=2)
    # A single point of another order of magnitude leaves nothing but rounding for some terms.
    lost = np.asarray(~(own > 1e-10 * usual).all(axis=1))
    for row in map(int, np.flatnonzero(lost)):
        refused.setdefault(row, Remark("extreme_point", EXTREME))
    covariance = np.where(lost[:, np.newaxis, np.newaxis], np.nan, covariance)
    return Estimate(coefficients, covariance, fitted, rest, alike, expected, lag, rho, refused)


def stacked(
    values: ArrayLike,
    design: Design,
    denominators: ArrayLike | None,
    control: ArrayLike | None,
    control_denominators: ArrayLike | None,
) -> tuple[Floats, Floats | None]:
    """Outcomes and denominators as the rows of the design: the control first, if there is one."""
    y = as_table(values)
    n = None if denominators is None else np.broadcast_to(as_table(denominators), y.shape)
    with_control = len(design.matrix) == 2 * design.points
    if with_control != (control is not None):
        raise ValueError("A control and segmented(…, control=True) go together.")
    if y.shape[1] != design.points:
        raise ValueError(f"The design is for {design.points} points; there are {y.shape[1]}.")
    if control is None:
        return y, n
    other = np.broadcast_to(as_table(control), y.shape)
    if (n is None) != (control_denominators is None):
        raise ValueError("Both the series and its control have denominators, or neither.")
    if n is not None and control_denominators is not None:
        n = np.hstack([np.broadcast_to(as_table(control_denominators), y.shape), n])
    return np.hstack([other, y]), n


def quantiles(
    degrees: Floats, family: Family, errors: Errors, interval: Interval | None, level: float
) -> tuple[Floats, Interval]:
    from scipy import special

    if not 0 < level < 1:
        raise ValueError("The level lies between 0 and 1.")
    known = family in ("poisson", "binomial") and errors == "model"
    interval = interval or ("normal" if known else "t")
    tail = (1 + level) / 2
    if interval == "normal":
        return np.full(len(degrees), special.ndtri(tail)), interval
    return np.asarray(special.stdtrit(np.maximum(degrees, 1), tail)), interval


def p_values(ratio: Floats, degrees: Floats, interval: Interval) -> Floats:
    from scipy import special

    if interval == "normal":
        return np.asarray(2 * special.ndtr(-np.abs(ratio)))
    return np.asarray(2 * special.stdtr(np.maximum(degrees, 1), -np.abs(ratio)))


def usual_errors(family: Family) -> Errors:
    """What is taken where nothing is said: what holds best, or the plain model where it is asked."""
    return "model" if family in ("poisson", "binomial") else "autoregressive"
