"""One design fitted to many series at once: least squares, Poisson and binomial regression.

Iteratively reweighted least squares (McCullagh and Nelder, Generalized Linear Models, 1989,
section 2.5) on an orthonormal basis of the design, a small system for each series and all systems
solved together. statsmodels fits one series at a time; the tests hold the two together to 1e-8.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.series import Bools, Floats, Remark, as_table
from pilots.statistics.time_series.designs import MIN_A_SIDE, Design

Family = Literal["gaussian", "poisson", "quasi_poisson", "binomial", "quasi_binomial"]
FAMILIES = ("gaussian", "poisson", "quasi_poisson", "binomial", "quasi_binomial")
ROUNDS = 100
CLOSE = 1e-10


@dataclass(frozen=True, eq=False)
class Fits:
    """Many series fitted with one design.

    coefficients (series, terms) and `unscaled` (series, terms, terms), the inverse of the
    information at dispersion 1; fitted (series, rows): expected values, as proportions for the
    binomial; `scores` (series, rows, terms), zero where a row is missing; `pearson` residuals, NaN
    where missing; `dispersion`: Pearson χ² over degrees of freedom (σ² for least squares).
    Rows of a refused series are NaN.
    """

    coefficients: Floats
    unscaled: Floats
    fitted: Floats
    scores: Floats
    pearson: Floats
    weights: Floats
    used: Bools
    dispersion: Floats
    degrees: Floats
    refused: dict[int, Remark]


def fit(
    outcomes: ArrayLike,
    design: Design,
    *,
    family: Family = "gaussian",
    denominators: ArrayLike | None = None,
) -> Fits:
    """Fit the design to each series (rows of `outcomes`, stacked as the design's rows are).

    `outcomes`: values, or counts. `denominators`: the exposure (its logarithm is the offset) for
    the Poisson, the cases for the binomial; of the same shape. A missing value of either leaves
    the row out. Link: identity, log, logit.
    """
    y, n = _outcomes(outcomes, design, family, denominators)
    used = np.isfinite(y) & np.isfinite(n) & (n > 0) & design.kept
    y, n = np.where(used, y, 0.0), np.where(used, n, 1.0)
    basis, triangle = np.linalg.qr(design.matrix[design.kept])
    whole = np.zeros_like(design.matrix)
    whole[design.kept] = basis
    refused = _refused(y, n, used, design, family)
    used[list(refused)] = False
    theta, weights, mean, converged = _solve(y, n, used, whole, family)
    flat = (whole[:, :, np.newaxis] * whole[:, np.newaxis, :]).reshape(len(whole), -1)
    terms = whole.shape[1]
    information = (weights @ flat).reshape(-1, terms, terms)
    smallest = np.linalg.eigvalsh(information)
    for row in range(len(y)):
        if row in refused:
            continue
        if smallest[row, 0] < 1e-10 * smallest[row, -1]:
            refused[row] = Remark(
                "collinear", "The points that are there do not tell the terms of the model apart."
            )
        elif not converged[row]:
            refused[row] = Remark(
                "not_converged", "The fit does not settle: some term explains all events or none."
            )
    gone = np.zeros(len(y), dtype=bool)
    gone[list(refused)] = True
    information[gone] = np.eye(terms)
    back = np.linalg.inv(triangle)
    unscaled = back @ np.linalg.inv(information) @ back.T
    rest = np.where(used, (y - mean) * n if family.endswith("binomial") else y - mean, 0.0)
    spread = weights if family != "gaussian" else np.ones_like(weights)
    there = used & (spread > 0)
    pearson = np.divide(rest, np.sqrt(spread), out=np.full_like(rest, np.nan), where=there)
    degrees = used.sum(axis=1) - float(terms)
    with np.errstate(invalid="ignore", divide="ignore"):
        dispersion = np.nansum(pearson**2, axis=1) / degrees
    if family == "gaussian":
        flat_out = np.nansum(pearson**2, axis=1) <= 1e-24 * (y**2).sum(axis=1)
        for row in map(int, np.flatnonzero(flat_out & ~gone)):
            refused[row] = Remark(
                "no_variation", "The points lie on the line exactly, so chance cannot be judged."
            )
            gone[row] = True
    lost = np.where(gone, np.nan, 1.0)
    return Fits(
        (theta @ back.T) * lost[:, np.newaxis],
        unscaled * lost[:, np.newaxis, np.newaxis],
        np.where(used, mean, np.nan),
        rest[:, :, np.newaxis] * design.matrix,
        pearson,
        weights,
        used,
        np.where(gone, np.nan, dispersion),
        degrees,
        refused,
    )


def inverse_link(eta: Floats, family: Family) -> Floats:
    """The expected value of a linear predictor."""
    if family == "gaussian":
        return eta
    if family.endswith("binomial"):
        return 1 / (1 + np.exp(-np.clip(eta, -700, 700)))
    return exponential(eta)


def exponential(eta: Floats) -> Floats:
    """e to the eta, kept within what a number can hold."""
    return np.exp(np.clip(eta, -700, 700))


def slope_of_link(mean: Floats, family: Family) -> Floats:
    """How fast the expected value moves with its linear predictor."""
    if family == "gaussian":
        return np.ones_like(mean)
    return mean * (1 - mean) if family.endswith("binomial") else mean


def _solve(
    y: Floats, n: Floats, used: Bools, basis: Floats, family: Family
) -> tuple[Floats, Floats, Floats, Bools]:
    """Coefficients on the basis, working weights, expected values, and which fits settled."""
    terms = basis.shape[1]
    flat = (basis[:, :, np.newaxis] * basis[:, np.newaxis, :]).reshape(len(basis), -1)
    ridge = np.eye(terms) * 1e-13
    binomial = family.endswith("binomial")
    offset = np.log(n) if family.endswith("poisson") else np.zeros_like(n)
    if family == "gaussian":
        eta = y
    elif binomial:
        start = (y * n + 0.5) / (n + 1)
        eta = np.log(start / (1 - start))
    else:
        eta = np.log(y + 0.1)
    before = np.full(len(y), np.inf)
    for _round in range(1 if family == "gaussian" else ROUNDS):
        mean = inverse_link(eta, family)
        steep = slope_of_link(mean, family)
        steep = np.maximum(steep, 1e-30)
        weights = np.where(used, steep * n if binomial else steep, 0.0)
        working = np.where(used, eta - offset + (y - mean) / steep, 0.0)
        information = (weights @ flat).reshape(-1, terms, terms)
        size = np.maximum(np.trace(information, axis1=1, axis2=2), 1e-300)
        known = information + ridge * size[:, np.newaxis, np.newaxis]
        empty = ~used.any(axis=1)
        known[empty] = np.eye(terms)
        right = (weights * working) @ basis
        theta = np.linalg.solve(known, right[:, :, np.newaxis])[:, :, 0]
        eta = theta @ basis.T
        eta = (eta if family == "gaussian" else np.clip(eta, -60, 60)) + offset
        mean = inverse_link(eta, family)
        deviance = _deviance(y, mean, n, used, family)
        settled = np.abs(deviance - before) <= CLOSE * (np.abs(deviance) + 0.1)
        if _round and settled.all():
            break
        before = deviance
    if family == "gaussian":
        return theta, used.astype(np.float64), mean, np.ones(len(y), dtype=bool)
    steep = slope_of_link(mean, family)
    weights = np.where(used, steep * n if binomial else steep, 0.0)
    # Where a term runs away its points come to nothing, and the rounds end at the clip.
    with np.errstate(invalid="ignore"):
        runaway = np.where(used, np.abs(eta - offset), 0.0).max(axis=1, initial=0.0) > 29
    last = np.abs(deviance - before) <= 1e-9 * (np.abs(deviance) + 0.1)
    return theta, weights, mean, last & ~runaway


def _deviance(y: Floats, mean: Floats, n: Floats, used: Bools, family: Family) -> Floats:
    if family == "gaussian":
        squares: Floats = np.where(used, (y - mean) ** 2, 0.0).sum(axis=1)
        return squares
    part = y * (_log(y) - _log(mean))
    if family.endswith("binomial"):
        left = (1 - y) * (_log(1 - y) - _log(1 - mean))
        terms = n * (part + left)
    else:
        terms = part - (y - mean)
    deviance: Floats = 2 * np.where(used, terms, 0.0).sum(axis=1)
    return deviance


def _log(values: Floats) -> Floats:
    """The logarithm, finite at 0, where what it is multiplied with is 0 too."""
    return np.log(np.maximum(values, 1e-300))


def _outcomes(
    outcomes: ArrayLike, design: Design, family: Family, denominators: ArrayLike | None
) -> tuple[Floats, Floats]:
    if family not in FAMILIES:
        raise ValueError(f"The family is one of {', '.join(FAMILIES)}, not {family!r}.")
    y = as_table(outcomes)
    if y.shape[1] != len(design.matrix):
        raise ValueError(f"The design has {len(design.matrix)} rows, the outcomes {y.shape[1]}.")
    if family == "gaussian":
        if denominators is not None:
            raise ValueError("Values have no denominators; counts do.")
        return y, np.ones_like(y)
    if denominators is None and family.endswith("binomial"):
        raise ValueError("A proportion needs the cases that the events are counted in.")
    n = np.ones_like(y) if denominators is None else as_table(denominators)
    n = np.array(np.broadcast_to(n, y.shape))
    if (y < 0).any() or (n < 0).any():
        raise ValueError("A count or a denominator is below zero.")
    if not family.endswith("binomial"):
        if ((y > 0) & (n == 0)).any():
            raise ValueError("Events without exposure: a denominator is 0 where a count is not.")
        return y, n
    if (y > n).any():
        raise ValueError("More events than cases.")
    return np.divide(y, n, out=np.full_like(y, np.nan), where=n > 0), n


def _refused(
    y: Floats, n: Floats, used: Bools, design: Design, family: Family
) -> dict[int, Remark]:
    """Sides with too few points, or with no events to compare."""
    refused: dict[int, Remark] = {}
    terms = design.matrix.shape[1]
    for row in map(int, np.flatnonzero(used.sum(axis=1) < terms + 2)):
        refused[row] = Remark(
            "few_points",
            f"{int(used[row].sum())} points for {terms} terms; it takes two more than terms.",
            {"points": int(used[row].sum()), "needed": terms + 2},
        )
    for group in np.unique(design.group):
        for segment in np.unique(design.segment):
            side = used & (design.group == group) & (design.segment == segment)
            points = side.sum(axis=1)
            total = np.where(side, y, 0.0).sum(axis=1)
            rest = np.where(side, (1 - y) * n, 0.0).sum(axis=1)
            for row in range(len(y)):
                if row in refused:
                    continue
                if points[row] < MIN_A_SIDE:
                    refused[row] = Remark(
                        "few_points",
                        f"Only {points[row]} points on one side of the interruption; it takes"
                        f" {MIN_A_SIDE} to fit a line.",
                        {"points": int(points[row]), "needed": MIN_A_SIDE},
                    )
                elif family != "gaussian" and total[row] == 0:
                    refused[row] = Remark(
                        "no_events", "One side of the interruption has no events at all."
                    )
                elif family.endswith("binomial") and rest[row] == 0:
                    refused[row] = Remark(
                        "all_events", "On one side of the interruption every case is an event."
                    )
    return refused
