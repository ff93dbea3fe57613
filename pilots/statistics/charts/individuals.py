"""Charts of individual values: XmR, the moving ranges beside it, and Taylor's I′.

Sources: Montgomery, Introduction to Statistical Quality Control, ch. 6.4. NHS England, Making Data
Count. Taylor, Normalized individuals (I_N) chart, variation.com (2017).
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.charts import points
from pilots.statistics.charts.build import built, columns, standard
from pilots.statistics.charts.chart import ControlChart
from pilots.statistics.charts.constants import D2, MDC_FACTOR, SCREEN_FACTOR
from pilots.statistics.charts.points import Exclude
from pilots.statistics.series import Baseline, Steps

# 3 / 0.954, what the median of moving ranges is divided by: Wheeler, Understanding Variation.
MEDIAN_FACTOR = 3.145


def xmr(
    values: ArrayLike,
    *,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Steps = (),
    screen: bool = True,
    factor: float | None = None,
    average: Literal["mean", "median"] = "mean",
    bridge: bool = True,
    centre: float | None = None,
    sigma: float | None = None,
) -> ControlChart:
    """Individual values with limits from their moving ranges: mean ± 2.66 × mean moving range.

    `values`: (points,) or (series, points), NaN missing. `baseline`: the points that set the
    limits (the first n, a slice, a mask), which then hold for all later points. `exclude`: points
    left out of the limits, as positions from 0 or a mask. `steps`: where limits begin anew,
    for all series or (series, k).

    `centre`, `sigma`: known beforehand (a standard), and then the same at every point; what is not
    given is estimated. A sigma that is given is not screened.

    Forks, the default first. `screen`: drop, once, moving ranges of 3.267 × their mean or more
    (Making Data Count and qicharts2 do, qcc does not). `factor`: 2.66 (Making Data Count);
    `QICHARTS_FACTOR`, 3 / 1.128 = 2.6596 (qicharts2, qcc, Montgomery). `average`: of the moving
    ranges; with "median" the factor is 3.145 (Wheeler). `bridge`: the moving range is taken
    between points that follow each other in the record, across a missing one (qcc 3); False
    leaves it out (qicharts2, NHSRplotthedots).

    ValueError: an infinite value, wrong steps. No limits from fewer than two points: `refused`.

    >>> chart = xmr([5, 7, 6, 9, 8], screen=False)
    >>> [round(float(line[0]), 3) for line in (chart.lower, chart.centre, chart.upper)]
    [2.345, 7.0, 11.655]
    """
    table, whole = points.table(values)
    frame = points.frame(
        table, whole, baseline=baseline, exclude=exclude, steps=steps, bridge=bridge
    )
    if factor is None:
        factor = MDC_FACTOR if average == "mean" else MEDIAN_FACTOR
    known = standard(centre, sigma)
    screen = screen and sigma is None
    level, unit = columns(table, frame), columns(table, frame)
    screened_out = np.zeros(len(table), dtype=np.int64)
    for number, (part, chain) in enumerate(zip(frame.parts, frame.neighbours, strict=True)):
        level[:, number] = points.mean(table, part)
        spread, dropped = points.moving_range(table, chain, screen, average)
        unit[:, number] = factor / 3 * spread
        screened_out += dropped
    method = f"XmR, limits at the mean ± {factor:.4g} × {average} moving range"
    if centre is not None:
        level[:] = centre
        method = f"XmR, limits at a given centre ± {factor:.4g} × {average} moving range"
    if sigma is not None:
        unit[:] = sigma
        method = (
            f"XmR, limits at {'the mean' if centre is None else 'a given centre'} ± 3 given sigma"
        )
    return built(
        "xmr", np.ndim(values), points.own(table, values), None,
        points.unused(frame) if len(known) == 2 else frame, level, unit,
        screened=screen, screened_out=screened_out, method=method, given=known,
    )  # fmt: skip


def mr(
    values: ArrayLike,
    *,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Sequence[int] = (),
    screen: bool = False,
    bridge: bool = True,
    sigma: float | None = None,
) -> ControlChart:
    """The moving ranges of individual values: centre their mean, upper limit 3.267 × it.

    Arguments as for `xmr`, whose mean moving range is the centre here. The first point of the
    record, and of each step, has no moving range. `screen` is off (as in qicharts2). A moving range
    that touches an excluded point is drawn and sets no limit; qicharts2 keeps the one after it.
    With a known `sigma` of the values the centre is 1.128 × it.

    >>> chart = mr([5, 7, 6, 9, 8])
    >>> [round(float(line[0]), 3) for line in (chart.lower, chart.centre, chart.upper)]
    [0.0, 1.75, 5.717]
    """
    table, whole = points.table(values)
    frame = points.frame(
        table, whole, baseline=baseline, exclude=exclude, steps=steps, bridge=bridge
    )
    level, drawn = columns(table, frame), np.full_like(table, np.nan)
    screened_out = np.zeros(len(table), dtype=np.int64)
    for number, chain in enumerate(frame.neighbours):
        level[:, number], dropped = points.moving_range(table, chain, screen)
        screened_out += dropped
        here = frame.phase == number
        drawn[:, here] = _ranges(table[:, here], bridge)
    known = standard(None, sigma)
    if sigma is not None:
        level[:], screen, screened_out[:] = D2 * sigma, False, 0
    # The upper limit is 3.267 × the mean: three sigma above it.
    return built(
        "mr", np.ndim(values), drawn, None, points.unused(frame) if known else frame, level,
        (SCREEN_FACTOR - 1) / 3 * level, screened=screen, screened_out=screened_out, given=known,
        method="moving ranges, " + ("of a given sigma" if known else "upper limit 3.267 × mean"),
    )  # fmt: skip


def i_prime(
    values: ArrayLike,
    sizes: ArrayLike,
    *,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Sequence[int] = (),
    screen: bool = True,
    bridge: bool = True,
    centre: float | None = None,
    sigma: float | None = None,
) -> ControlChart:
    """Values that rest on unlike numbers of cases (Taylor's I′): wider limits where n is small.

    `values` and `sizes` of one shape. Centre Σnᵢyᵢ/Σnᵢ; limits ± 3·s̄/√nᵢ, s̄ the mean of
    sᵢ = √(π/2)·|yᵢ−yᵢ₋₁| / √(1/nᵢ + 1/nᵢ₋₁). Other arguments as for `xmr`; s̄ here comes from the
    baseline, in qicharts2 0.8 from all points of the phase. A size of zero is a missing point.
    A given `sigma` is that of a point of size one.

    >>> chart = i_prime([4.0, 6, 5, 7], [10, 40, 10, 40], screen=False)
    >>> [round(float(v), 3) for v in chart.upper]
    [11.705, 8.902, 11.705, 8.902]
    """
    over, here = points.table(values)
    under, sized = points.table(sizes)
    if over.shape != under.shape:
        raise ValueError(f"Shapes differ: {over.shape} and {under.shape}.")
    if (under < 0).any():
        raise ValueError("A size is below zero.")
    missing = np.isnan(over) | np.isnan(under) | (under == 0)
    over, under = np.where(missing, np.nan, over), np.where(missing, np.nan, under)
    whole = here and sized and not missing.any()
    frame = points.frame(
        over, whole, baseline=baseline, exclude=exclude, steps=steps, bridge=bridge
    )
    level, unit = columns(over, frame), columns(over, frame)
    screened_out = np.zeros(len(over), dtype=np.int64)
    for number, (part, chain) in enumerate(zip(frame.parts, frame.neighbours, strict=True)):
        level[:, number] = points.ratio(points.total(over * under, part), points.total(under, part))
        y, inverse = points.picked(over, chain), 1 / points.picked(under, chain)
        spread = np.sqrt(np.pi / 2) * np.abs(np.diff(y, axis=1))
        spread /= np.sqrt(inverse[:, 1:] + inverse[:, :-1])
        unit[:, number], dropped = points.screened(spread, screen)
        screened_out += dropped
    known = standard(centre, sigma)
    if centre is not None:
        level[:] = centre
    if sigma is not None:
        unit[:], screen, screened_out[:] = sigma, False, 0
    return built(
        "i_prime", np.ndim(values), over, under,
        points.unused(frame) if len(known) == 2 else frame, level, unit, scale="one_over_root",
        screened=screen, screened_out=screened_out, method="Taylor's I′", given=known,
    )  # fmt: skip


def _ranges(table: np.ndarray, bridge: bool) -> np.ndarray:
    """|yᵢ − the point before it| for every point, NaN where either is missing."""
    before = np.full_like(table, np.nan)
    before[:, 1:] = table[:, :-1]
    if bridge and np.isnan(table).any():
        position = np.where(np.isnan(table), -1, np.arange(table.shape[1]))
        last = np.maximum.accumulate(position, axis=1)[:, :-1]
        seen = np.take_along_axis(table, np.maximum(last, 0), axis=1)
        before[:, 1:] = np.where(last < 0, np.nan, seen)
    ranges: np.ndarray = np.abs(table - before)
    return ranges
