"""The exponentially weighted moving average, with limits that are exact from the first point on.

z₀ = centre, zᵢ = λxᵢ + (1−λ)zᵢ₋₁; limits centre ± L·sd(zᵢ), Var zᵢ = λ²σ²/nᵢ + (1−λ)²·Var zᵢ₋₁,
which for equal sizes is σ²/n · λ/(2−λ) · (1−(1−λ)²ⁱ). A missing point is passed over.

Sources: Roberts, Technometrics 1 (1959) 239. Lucas and Saccucci, Technometrics 32 (1990) 1.
Montgomery, Introduction to Statistical Quality Control, 9.2.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.charts.subgroups import Subgroups
from pilots.statistics.monitoring.standard import (
    INDEPENDENT,
    Standard,
    of_subgroups,
    of_values,
)
from pilots.statistics.series import Baseline, Bools, Floats, Remark

Limits = Literal["exact", "asymptotic", "qcc"]


@dataclass(frozen=True, eq=False)
class Ewma:
    """The average and its limits at every point, in the unit of the values.

    Arrays have the shape of what was given; `error` is the standard deviation of the average.
    """

    method: str
    values: Floats
    average: Floats
    error: Floats
    lower: Floats
    upper: Floats
    above: Bools
    below: Bools
    centre: Floats
    sigma: Floats
    lam: float
    nsigmas: float
    n: NDArray[np.int64]
    baseline: NDArray[np.int64]
    assumptions: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    refused: dict[int, Remark]

    @property
    def signals(self) -> Bools:
        return self.above | self.below


def ewma(
    values: ArrayLike,
    *,
    lam: float = 0.2,
    nsigmas: float = 3.0,
    sizes: ArrayLike = 1.0,
    baseline: Baseline = None,
    centre: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    limits: Limits = "exact",
    d2_places: int | None = None,
) -> Ewma:
    """Whether the recent, weighted mean is beyond its limits: (points,) or (series, points).

    `lam` weighs the newest point (0 to 1, 1 is a Shewhart chart). `centre` and `sigma` as for
    `cusum.cusum`. `limits`: "exact" follow the variance of each average; "asymptotic" are as wide
    from the first point on as they become; "qcc" are exact for equal sizes, and where sizes differ
    take each point's own size for the whole history, as qcc does.
    ValueError: λ outside 0 to 1, nsigmas not above zero. Refusal: no baseline, no spread.

    >>> chart = ewma([11, 13, 12], centre=10, sigma=2, lam=0.5, nsigmas=2)
    >>> chart.average, chart.upper.round(3)
    (array([10.5  , 11.75 , 11.875]), array([12.   , 12.236, 12.291]))
    """
    standard = of_values(
        values, sizes=sizes, baseline=baseline, centre=centre, sigma=sigma, d2_places=d2_places
    )
    return _ewma(standard, lam, nsigmas, limits)


def ewma_of_subgroups(
    groups: Subgroups,
    *,
    lam: float = 0.2,
    nsigmas: float = 3.0,
    baseline: Baseline = None,
    centre: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    limits: Limits = "exact",
    d2_places: int | None = None,
) -> Ewma:
    """The same for the means of subgroups (`charts.summarised`), sigma from the ranges within.

    >>> from pilots.statistics.charts import summarised
    >>> groups = summarised([[9.0, 11.0], [10.0, 12.0], [13.0, 15.0], [14.0, 14.0]])
    >>> ewma_of_subgroups(groups, baseline=2).average.round(3)
    array([10.4  , 10.52 , 11.216, 11.773])
    """
    standard = of_subgroups(
        groups, baseline=baseline, centre=centre, sigma=sigma, d2_places=d2_places
    )
    return _ewma(standard, lam, nsigmas, limits)


def _ewma(standard: Standard, lam: float, nsigmas: float, limits: Limits) -> Ewma:
    if not 0 < lam <= 1:
        raise ValueError(f"λ lies between 0 and 1, not {lam}.")
    if not nsigmas > 0:
        raise ValueError(f"The limits are above zero standard deviations wide, not {nsigmas}.")
    if limits not in ("exact", "asymptotic", "qcc"):
        raise ValueError(f"Limits are exact, asymptotic or qcc, not {limits}.")
    values, sigma = standard.values, standard.sigma[:, np.newaxis]
    usable = np.isfinite(standard.z)
    centre = np.where(usable.any(axis=1), standard.centre, np.nan)
    average, variance = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    level, spread = centre.copy(), np.zeros(len(values))
    counted = np.zeros(len(values), dtype=np.int64)
    own = np.where(usable, sigma**2 / standard.sizes, np.nan)
    for point in range(values.shape[1]):
        there = usable[:, point]
        counted = counted + there
        level = np.where(there, lam * values[:, point] + (1 - lam) * level, level)
        new = lam**2 * own[:, point] + (1 - lam) ** 2 * spread
        if limits != "exact":
            share = 1 - (1 - lam) ** (2.0 * counted) if limits == "qcc" else 1.0
            new = own[:, point] * lam / (2 - lam) * share
        spread = np.where(there, new, spread)
        average[:, point] = np.where(there, level, np.nan)
        variance[:, point] = np.where(there, spread, np.nan)
    error = np.sqrt(variance)
    lower, upper = centre[:, np.newaxis] - nsigmas * error, centre[:, np.newaxis] + nsigmas * error
    with np.errstate(invalid="ignore"):
        above, below = average > upper, average < lower
    back = standard.back
    return Ewma(
        method=f"EWMA, λ = {lam:g}, limits at {nsigmas:g} standard deviations",
        values=back(values),
        average=back(average),
        error=back(error),
        lower=back(lower),
        upper=back(upper),
        above=back(above),
        below=back(below),
        centre=back(standard.centre),
        sigma=back(standard.sigma),
        lam=lam,
        nsigmas=nsigmas,
        n=back(standard.n),
        baseline=back(standard.baseline),
        assumptions=(INDEPENDENT,),
        warnings=standard.warnings,
        refused=standard.refused,
    )
