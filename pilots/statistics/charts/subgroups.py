"""Charts of subgroups: means with their SDs (X̄–S) or ranges (X̄–R).

Sizes, means and SDs are all that is needed: X̄ ± 3s̄/(c4√n), S between B3·s̄ and B4·s̄. Where
sizes vary, Montgomery pools the variances, s̄ = √(Σ(nᵢ−1)sᵢ² / Σ(nᵢ−1)), and c4 follows each n.

Sources: Montgomery, Introduction to Statistical Quality Control, 6.2 and 6.3 (6.29 to 6.31). Names
of the estimates of σ: SAS/QC and qcc. Burr, Journal of Quality Technology 1 (1969) 163.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.charts import constants, points
from pilots.statistics.charts.build import built, columns, standard
from pilots.statistics.charts.chart import ControlChart, Scale
from pilots.statistics.charts.points import Exclude
from pilots.statistics.series import Baseline, Bools, Floats, Remark, padded

SigmaOfSD = Literal["montgomery", "UWAVE-SD", "MVLUE-SD", "RMSDF"]
SigmaOfRange = Literal["UWAVE-R", "MVLUE-R"]


@dataclass(frozen=True, eq=False)
class Subgroups:
    """Subgroups by their sizes, means, and SDs or ranges, (points,) or (series, points).

    An SD divides by n − 1. A subgroup of one has a mean and no spread (NaN).
    """

    sizes: ArrayLike
    means: ArrayLike
    sds: ArrayLike | None = None
    ranges: ArrayLike | None = None


class XbarS(NamedTuple):
    """The chart of means and the chart of standard deviations."""

    xbar: ControlChart
    s: ControlChart


class XbarR(NamedTuple):
    """The chart of means and the chart of ranges."""

    xbar: ControlChart
    r: ControlChart


def summarised(raw: ArrayLike | Sequence[ArrayLike]) -> Subgroups:
    """Raw subgroups as sizes, means, SDs and ranges.

    `raw`: (points, values), (series, points, values) with NaN for a missing value, or a list of
    subgroups of unlike sizes (one series).

    >>> groups = summarised([[1.0, 3.0], [2.0, 4.0, 6.0]])
    >>> groups.sizes.tolist(), groups.means.tolist(), groups.ranges.tolist()
    ([2.0, 3.0], [2.0, 4.0], [2.0, 4.0])
    """
    try:
        values = np.asarray(raw, dtype=np.float64)
    except ValueError:  # unlike sizes
        values = padded(raw)  # type: ignore[arg-type]
    if values.ndim not in (2, 3):
        raise ValueError(
            f"Subgroups are (points, values) or (series, points, values); these have {values.ndim}"
            " dimensions."
        )
    if np.isinf(values).any():
        raise ValueError("A value is infinite. Leave a missing value as NaN.")
    here = np.isfinite(values)
    n = here.sum(axis=-1).astype(np.float64)
    means = points.ratio(np.where(here, values, 0.0).sum(axis=-1), n)
    away = np.where(here, values - means[..., np.newaxis], 0.0)
    sds = np.sqrt(points.ratio((away**2).sum(axis=-1), n - 1))
    high = np.where(here, values, -np.inf).max(axis=-1, initial=-np.inf)
    low = np.where(here, values, np.inf).min(axis=-1, initial=np.inf)
    ranges = np.where(n >= 2, np.where(n > 0, high, 0.0) - np.where(n > 0, low, 0.0), np.nan)
    return Subgroups(n, means, sds, ranges)


def xbar_s(
    subgroups: Subgroups | ArrayLike,
    *,
    sigma: SigmaOfSD | float = "montgomery",
    centre: float | None = None,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Sequence[int] = (),
) -> XbarS:
    """Means and standard deviations of subgroups, raw (as for `summarised`) or summarised.

    Centre of the means Σnᵢx̄ᵢ/Σnᵢ. `sigma`, what the spread within is taken to be:
    "montgomery" (qicharts2): s̄ the mean SD where all sizes of the series are alike, else the pooled
    SD, divided by c4(nᵢ) at each point; qcc's names: "UWAVE-SD" the mean of sᵢ/c4(nᵢ), "MVLUE-SD"
    their mean weighted by c4²/(1−c4²), "RMSDF" the pooled SD over c4(Σ(nᵢ−1) + 1). With these the
    centre of the SDs is, as in qcc, Σnᵢsᵢ/Σnᵢ and its limits ± 3σ√(1−c4²). For equal sizes
    "montgomery" and "UWAVE-SD" agree. `baseline`, `exclude`, `steps` as for `xmr`.

    Known beforehand (a standard): `centre` of the means, and a number as `sigma` of the values
    within a subgroup. SDs then lie around c4σ between B5σ and B6σ, which needs equal sizes.

    A subgroup of one sets no spread; with "montgomery" it has no limits of its own, as in qicharts2.
    ValueError: a size that is no whole number, an SD below zero, shapes that differ.

    >>> chart = xbar_s(Subgroups(sizes=[5, 5, 5], means=[10, 11, 12], sds=[1.0, 1.2, 0.8])).xbar
    >>> [round(float(v), 3) for v in (chart.lower[0], chart.centre[0], chart.upper[0])]
    [9.573, 11.0, 12.427]
    """
    known = standard(centre, None if isinstance(sigma, str) else sigma)
    if isinstance(sigma, str) and sigma not in ("montgomery", "UWAVE-SD", "MVLUE-SD", "RMSDF"):
        raise ValueError(f"Sigma from SDs is not estimated by {sigma!r}.")
    groups = subgroups if isinstance(subgroups, Subgroups) else summarised(subgroups)
    if groups.sds is None:
        raise ValueError("An X̄–S chart needs standard deviations.")
    dimensions, n, x, sd = _tables(groups.sizes, groups.means, groups.sds)
    frame = points.frame(x, False, baseline=baseline, exclude=exclude, steps=steps)
    within = points.frame(sd, False, baseline=baseline, exclude=exclude, steps=steps)
    level, mean_sd, unit = columns(x, frame), columns(x, frame), columns(x, frame)
    c4 = constants.c4(n)
    for number, (part, spread) in enumerate(zip(_masks(frame), _masks(within), strict=True)):
        level[:, number] = _weighted(x, n, part)
        mean_sd[:, number] = _weighted(sd, n, spread)
        if not isinstance(sigma, str):
            mean_sd[:, number], unit[:, number] = _one_size(n, constants.c4) * sigma, sigma
        elif sigma == "montgomery":
            mean_sd[:, number] = unit[:, number] = _mean_or_pooled(sd, n, spread)
        elif sigma == "UWAVE-SD":
            unit[:, number] = _weighted(sd / c4, np.ones_like(n), spread)
        elif sigma == "MVLUE-SD":
            unit[:, number] = _weighted(sd / c4, c4**2 / constants.spread_of_sd(n) ** 2, spread)
        else:
            free = np.where(spread, n - 1, 0.0).sum(axis=1)
            unit[:, number] = _pooled(sd, n, spread) / constants.c4(free + 1)
    if centre is not None:
        level[:] = centre
    by_montgomery = sigma == "montgomery"
    scales: tuple[Scale, Scale] = (
        ("mean_by_sd", "sd_by_sd") if by_montgomery else ("one_over_root", "sd")
    )
    frame, within, reasons = _given(known, frame, within, mean_sd)
    by = f"by {sigma}" if isinstance(sigma, str) else "given"
    means = built(
        "xbar", dimensions, x, n, frame, level, unit, scale=scales[0],
        method=f"X̄ of an X̄–S pair, sigma {by}", given=known,
    )  # fmt: skip
    spreads = built(
        "s", dimensions, sd, n, within, mean_sd, unit, scale=scales[1],
        method=f"S of an X̄–S pair, sigma {by}", given=tuple(k for k in known if k == "sigma"),
        reasons=reasons,
    )  # fmt: skip
    return XbarS(means, spreads)


def xbar_r(
    subgroups: Subgroups | ArrayLike,
    *,
    sigma: SigmaOfRange | float = "UWAVE-R",
    centre: float | None = None,
    places: int | None = None,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Sequence[int] = (),
) -> XbarR:
    """Means and ranges of subgroups, raw (as for `summarised`) or summarised.

    Centre of the means Σnᵢx̄ᵢ/Σnᵢ, of the ranges ΣnᵢRᵢ/Σnᵢ (qcc); limits ± 3σ/√nᵢ and ± 3σ·d3(nᵢ).
    `sigma` by qcc's names: "UWAVE-R" the mean of Rᵢ/d2(nᵢ) (Montgomery for equal sizes), "MVLUE-R"
    their mean weighted by (d2/d3)². `places=3` rounds d2 as qcc up to 2.7 does. Ranges waste much
    beyond ten values a subgroup: `xbar_s` then. With a number as `sigma`, ranges lie around d2σ.
    Other arguments and errors as for `xbar_s`.

    >>> chart = xbar_r([[10, 12, 11], [11, 13, 12], [9, 12, 12]]).xbar
    >>> [round(float(v), 3) for v in (chart.lower[0], chart.centre[0], chart.upper[0])]
    [8.946, 11.333, 13.721]
    """
    known = standard(centre, None if isinstance(sigma, str) else sigma)
    if isinstance(sigma, str) and sigma not in ("UWAVE-R", "MVLUE-R"):
        raise ValueError(f"Sigma from ranges is not estimated by {sigma!r}.")
    groups = subgroups if isinstance(subgroups, Subgroups) else summarised(subgroups)
    if groups.ranges is None:
        raise ValueError("An X̄–R chart needs ranges.")
    dimensions, n, x, wide = _tables(groups.sizes, groups.means, groups.ranges)
    frame = points.frame(x, False, baseline=baseline, exclude=exclude, steps=steps)
    within = points.frame(wide, False, baseline=baseline, exclude=exclude, steps=steps)
    level, mean_range, unit = columns(x, frame), columns(x, frame), columns(x, frame)
    d2 = constants.d2(n, places=places)
    weights = np.ones_like(n) if sigma == "UWAVE-R" else (d2 / constants.d3(n)) ** 2
    for number, (part, spread) in enumerate(zip(_masks(frame), _masks(within), strict=True)):
        level[:, number] = _weighted(x, n, part)
        mean_range[:, number] = _weighted(wide, n, spread)
        unit[:, number] = _weighted(wide / d2, weights, spread)
        if not isinstance(sigma, str):
            mean_range[:, number], unit[:, number] = _one_size(n, constants.d2) * sigma, sigma
    if centre is not None:
        level[:] = centre
    frame, within, reasons = _given(known, frame, within, mean_range)
    by = f"by {sigma}" if isinstance(sigma, str) else "given"
    means = built(
        "xbar", dimensions, x, n, frame, level, unit, scale="one_over_root",
        method=f"X̄ of an X̄–R pair, sigma {by}", given=known,
    )  # fmt: skip
    ranges = built(
        "r", dimensions, wide, n, within, mean_range, unit, scale="range",
        method=f"R of an X̄–R pair, sigma {by}", given=tuple(k for k in known if k == "sigma"),
        reasons=reasons,
    )  # fmt: skip
    return XbarR(means, ranges)


def _one_size(n: Floats, constant: Callable[[Floats], Floats]) -> Floats:
    """The constant of the size that all subgroups of a series have, NaN where sizes differ."""
    low, high = np.nanmin(n, axis=1, initial=np.inf), np.nanmax(n, axis=1, initial=-np.inf)
    return np.where(low == high, constant(np.where(low == high, low, 2.0)), np.nan)


def _given(
    known: tuple[str, ...], frame: points.Frame, within: points.Frame, middle: Floats
) -> tuple[points.Frame, points.Frame, dict[int, Remark]]:
    """The frames of means and spreads, unused where their lines were given, and refusals."""
    if "sigma" not in known:
        return frame, within, {}
    text = (
        "The subgroups are of unlike sizes, so that the spread to expect is not one number; with a"
        " given sigma this chart needs equal sizes. The means have limits all the same."
    )
    rows = map(int, np.flatnonzero(np.isnan(middle[:, 0])))
    reasons = {row: Remark("unlike_sizes", text, {}) for row in rows}
    means = points.unused(frame) if "centre" in known else frame
    return means, points.unused(within), reasons


def _tables(
    sizes: ArrayLike, means: ArrayLike, spreads: ArrayLike
) -> tuple[int, Floats, Floats, Floats]:
    """Sizes, means and spreads as (series, points), NaN where there is no subgroup or no spread."""
    (x, _), (spread, _) = points.table(means), points.table(spreads)
    n, _ = points.table(np.broadcast_to(np.asarray(sizes, dtype=np.float64), np.shape(means)))
    if x.shape != spread.shape:
        raise ValueError(f"Shapes differ: {x.shape} and {spread.shape}.")
    if (spread < 0).any() or (n < 0).any():
        raise ValueError("A size or a spread is below zero.")
    missing = np.isnan(n) | (n == 0) | np.isnan(x)
    n, x = np.where(missing, np.nan, n), np.where(missing, np.nan, x)
    return np.ndim(means), n, x, np.where(missing | (n < 2), np.nan, spread)


def _masks(frame: points.Frame) -> list[Bools]:
    return [part for part in frame.parts if not isinstance(part, slice)]


def _weighted(values: Floats, weights: Floats, part: Bools) -> Floats:
    over = np.where(part, values * weights, 0.0).sum(axis=1)
    return points.ratio(over, np.where(part, weights, 0.0).sum(axis=1))


def _pooled(sd: Floats, n: Floats, part: Bools) -> Floats:
    return np.sqrt(_weighted(sd**2, n - 1, part))


def _mean_or_pooled(sd: Floats, n: Floats, part: Bools) -> Floats:
    """The mean SD of a series whose sizes are alike, the pooled SD of others."""
    alike: NDArray[np.bool_] = np.nanmin(n, axis=1, initial=np.inf) == np.nanmax(
        n, axis=1, initial=-np.inf
    )
    return np.where(alike, _weighted(sd, np.ones_like(n), part), _pooled(sd, n, part))
