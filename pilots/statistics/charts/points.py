"""The points of a chart: which are there, which set the limits, and how they move.

Inputs are read without a copy, and a table without holes is never masked: charts of many series
spend their time on the numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.charts.constants import SCREEN_FACTOR
from pilots.statistics.series import (
    Baseline,
    Bools,
    Floats,
    Steps,
    as_mask,
    as_phases,
    first_of,
    mean_of,
    numbers,
    to_the_left,
)

# Points left out of the limits: their positions from 0, or a mask of the shape of the values.
Exclude = Sequence[int] | ArrayLike | None
# Numbers that are worked on at a time: 256 kB.
BLOCK = 32_768


@dataclass(frozen=True, eq=False)
class Frame:
    """Where the points of each phase that set its limits are: columns, or a mask.

    `neighbours` are the same where moving ranges bridge missing points; where they do not, the
    missing points are among them, and break the chain.
    """

    phase: NDArray[np.int64]
    used: Bools
    excluded: Bools
    parts: tuple[slice | Bools, ...]
    neighbours: tuple[slice | Bools, ...]


def table(values: ArrayLike) -> tuple[Floats, bool]:
    """The values as (series, points), not copied where they are floats, and whether none is NaN."""
    given = numbers(values)
    if given.ndim == 1:
        given = given[np.newaxis, :]
    if given.ndim != 2:
        raise ValueError(f"Give (points,) or (series, points); these have {given.ndim} dimensions.")
    with np.errstate(over="ignore", invalid="ignore"):
        whole = bool(np.isfinite(given.sum()))
    if not whole:
        if np.isinf(given).any():
            raise ValueError("A value is infinite. Leave a missing point as NaN.")
        whole = not np.isnan(given).any()
    return given, whole


def pair(numerators: ArrayLike, denominators: ArrayLike) -> tuple[Floats, Floats, bool]:
    """Counts and their denominators, NaN in both where either is missing or there is nothing."""
    (over, one), (under, other) = table(numerators), table(denominators)
    if over.shape != under.shape:
        raise ValueError(f"Shapes differ: {over.shape} and {under.shape}.")
    lowest = np.nanmin(under, initial=np.inf)
    if np.nanmin(over, initial=np.inf) < 0 or lowest < 0:
        raise ValueError("A count is below zero.")
    if one and other and lowest > 0:
        return over, under, True
    missing = np.isnan(over) | np.isnan(under) | (under == 0)
    return np.where(missing, np.nan, over), np.where(missing, np.nan, under), False


def own(values: Floats, given: ArrayLike) -> Floats:
    """The values, copied where they are still the caller's."""
    shared = isinstance(given, np.ndarray) and np.may_share_memory(values, given)
    return values.copy() if shared else values


def checked(family: str, values: Floats, sizes: Floats | None) -> tuple[Floats, Floats | None]:
    """New points of a chart of this family, refused where they make no sense."""
    if sizes is not None and family in ("p", "np", "u"):
        over, under, _ = pair(values, sizes)
        if family != "u" and (over > under).any():
            raise ValueError("A numerator is above its denominator.")
        return over.reshape(values.shape), under.reshape(values.shape)
    table(values)
    if family in ("c", "g", "s", "r", "t") and (values < 0).any():
        raise ValueError("A value is below zero.")
    return values, sizes


def frame(
    values: Floats,
    whole: bool,
    *,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Steps = (),
    bridge: bool = True,
) -> Frame:
    """The phases, and the points that set the limits of each.

    The baseline sets the limits of the phases up to the one it ends in; in later ones every point
    counts. Points left out count in none.
    """
    shape = (values.shape[0], values.shape[1])
    phase = as_phases(steps, shape[1])
    excluded = _excluded(exclude, shape)
    plain = baseline is None or isinstance(baseline, int | np.integer | slice)
    if whole and plain and phase.ndim == 1 and not excluded.any():
        columns = [slice(a, b) for a, b in zip([0, *steps], [*steps, shape[1]], strict=True)]
        row = _until_baseline_ends(as_mask(baseline, (1, shape[1])), phase)
        windows = [np.flatnonzero(row[0, part]) + part.start for part in columns]
        # A slice with a stride is no window of columns.
        if all(len(at) == 0 or at[-1] - at[0] + 1 == len(at) for at in windows):
            parts = tuple(slice(at[0], at[-1] + 1) if len(at) else slice(0, 0) for at in windows)
            return Frame(phase, np.broadcast_to(row, shape), excluded, parts, parts)
    chosen = _until_baseline_ends(as_mask(baseline, shape), phase) & ~excluded
    used = chosen if whole else chosen & np.isfinite(values)
    numbers = range((len(steps) if phase.ndim == 1 else np.shape(steps)[1]) + 1)
    masks = tuple(used & (phase == number) for number in numbers)
    chains = masks if bridge or whole else tuple(chosen & (phase == number) for number in numbers)
    return Frame(phase, used, excluded, masks, chains)


def unused(given: Frame) -> Frame:
    """The frame of a chart whose lines were given: no point sets them."""
    nobody = np.broadcast_to(np.False_, given.used.shape)
    return replace(given, used=nobody)


def picked(values: Floats, part: slice | Bools) -> Floats:
    """The values of a part moved together to the left, NaN behind them."""
    return values[:, part] if isinstance(part, slice) else to_the_left(values, part)


def total(values: Floats, part: slice | Bools) -> Floats:
    """The sum over the part of each series."""
    if isinstance(part, slice):
        return np.asarray(values[:, part].sum(axis=1))
    return np.asarray(np.sum(values, axis=1, where=part))


def count(values: Floats, part: slice | Bools) -> NDArray[np.int64]:
    """The number of points in the part of each series."""
    if isinstance(part, slice):
        return np.full(len(values), values[:, part].shape[1])
    return np.asarray(part.sum(axis=1))


def mean(values: Floats, part: slice | Bools) -> Floats:
    """The mean over the part of each series, NaN where it is empty. Summed from the first value on,
    so that the mean of values that are all the same is that value."""
    if isinstance(part, slice):
        if not values[:, part].shape[1]:
            return np.full(len(values), np.nan)
        first = values[:, part][:, 0]
    else:
        first = first_of(values, part)
    apart = values - first[:, np.newaxis]
    return first + ratio(total(apart, part), count(values, part))


def median(values: Floats, part: slice | Bools) -> Floats:
    """The median over the part of each series, NaN where it is empty."""
    packed = picked(values, part)
    if isinstance(part, slice):
        return np.median(packed, axis=1) if packed.shape[1] else np.full(len(packed), np.nan)
    return _median_of_packed(np.sort(packed, axis=1), count(values, part))


def ratio(over: Floats, under: ArrayLike) -> Floats:
    """over / under, NaN where under is zero or missing."""
    below = np.broadcast_to(np.asarray(under, dtype=np.float64), over.shape)
    share: Floats = np.divide(over, below, out=np.full(over.shape, np.nan), where=below > 0)
    return share


def moving_range(
    values: Floats,
    part: slice | Bools,
    screen: bool,
    average: Literal["mean", "median"] = "mean",
    around: tuple[Floats, Floats] | None = None,
) -> tuple[Floats, NDArray[np.int64]]:
    """The average moving range of each series and how many moving ranges were screened out.

    With `around`, (level of each series, root of the size of each point), the ranges are those
    of (value − level) × root. Screening drops, once, ranges of 3.267 × the mean or more: Nelson,
    Journal of Quality Technology 14 (1982) 172.
    """
    found, dropped = np.empty(len(values)), np.empty(len(values), dtype=np.int64)
    # Some rows at a time: what lies between stays in the processor's cache.
    rows = max(1, BLOCK // max(values.shape[1], 1))
    for start in range(0, len(values), rows):
        block = slice(start, start + rows)
        here = part if isinstance(part, slice) else part[block]
        y = picked(values[block], here)
        if around is not None:
            level, root = around
            y = (y - level[block, np.newaxis]) * picked(root[block], here)
        ranges = np.abs(y[:, 1:] - y[:, :-1])
        found[block], dropped[block] = screened(ranges, screen, average)
    return found, dropped


def screened(
    ranges: Floats, screen: bool, average: Literal["mean", "median"] = "mean"
) -> tuple[Floats, NDArray[np.int64]]:
    """The average of ranges (NaN: none there), and how many were screened out as too large."""
    sums, width = ranges.sum(axis=1), ranges.shape[1]
    whole = width > 0 and bool(np.isfinite(sums).all())
    if whole:
        valid, middle = None, sums / width
    else:
        valid = np.isfinite(ranges)
        middle = mean_of(ranges, valid)
    none = np.zeros(len(ranges), dtype=np.int64)
    kept = valid
    if screen:
        # A series without variation has nothing to screen: 0 is not below 3.267 × 0.
        bound = np.where(middle == 0, np.inf, SCREEN_FACTOR * middle)[:, np.newaxis]
        kept = ranges < bound
        number = kept.sum(axis=1, dtype=np.int32).astype(np.int64)
        none = (width if valid is None else valid.sum(axis=1)) - number
        if none.any():
            middle = mean_of(ranges, kept)
    if average == "median":
        kept = np.ones(ranges.shape, dtype=bool) if kept is None else kept
        ordered = np.sort(np.where(kept, ranges, np.nan), axis=1)
        return _median_of_packed(ordered, kept.sum(axis=1)), none
    return middle, none


def _median_of_packed(ordered: Floats, number: NDArray[np.int64]) -> Floats:
    """The median of rows sorted upwards with NaN behind, NaN where there is none."""
    if ordered.shape[1] == 0:
        return np.full(len(ordered), np.nan)
    rows = np.arange(len(ordered))
    low, high = np.maximum(number - 1, 0) // 2, np.minimum(number // 2, ordered.shape[1] - 1)
    median: Floats = (ordered[rows, low] + ordered[rows, high]) / 2
    return median


def _until_baseline_ends(mask: Bools, phase: NDArray[np.int64]) -> Bools:
    """The baseline, and every point of the phases behind the one in which it ends."""
    ends = np.where(mask, phase, 0).max(axis=1, initial=0)
    return np.asarray(mask | (phase > ends[:, np.newaxis]))


def _excluded(exclude: Exclude, shape: tuple[int, int]) -> Bools:
    given = np.asarray(() if exclude is None else exclude)
    if given.size == 0:
        return np.broadcast_to(np.False_, shape)
    if given.dtype == bool:
        return np.broadcast_to(given, shape)
    row = np.zeros(shape[1], dtype=bool)
    if not np.issubdtype(given.dtype, np.integer):
        raise ValueError("Points to leave out are positions from 0, or a mask of true and false.")
    if (given < 0).any() or (given >= shape[1]).any():
        raise ValueError(f"Points to leave out lie between 0 and {shape[1] - 1}.")
    row[given] = True
    return np.broadcast_to(row, shape)
