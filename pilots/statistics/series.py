"""The rules that every function of this package shares: shapes, NaN, refusals.

Shapes. One series is a 1-D array, many are (series, points); what comes back has the shape of what
was given. Ragged series are padded at the end: `padded`. NaN is a missing point; infinities are
wrong. A value that makes no sense (more events than cases, a level outside 0 to 1) is a
`ValueError`. Where n is too small or a condition fails, there is no number: a function that
answers one question raises `Refusal` with the reason; one that answers for many series leaves NaN
in the row and the reason in `refused`, a mapping from the row to its `Remark`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# The points that set the limits: the first n, a slice, or a mask of the shape of the values.
Baseline = int | slice | ArrayLike | None
# Where something begins anew: positions for all series, or, (series, k), those of each series, of
# which the number of points says that there is none.
Steps = Sequence[int] | NDArray[np.int64]
# Fewer points have no level, spread or slope of their own: nothing is compared with them, and no
# limits are drawn from them.
MIN_POINTS_OF_A_LEVEL = 8


@dataclass(frozen=True)
class Remark:
    """What a reader must know about a number: a stable code, plain words, the figures in them."""

    code: str
    text: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text


class Refusal(ValueError):
    """The data cannot answer this question; `remark` says why, in plain words."""

    def __init__(self, code: str, text: str, **facts: object) -> None:
        super().__init__(text)
        self.remark = Remark(code, text, facts)


def padded(series: Sequence[ArrayLike]) -> Floats:
    """Series of unlike lengths as one (series, points) table, NaN behind the shorter ones."""
    rows = [np.asarray(one, dtype=np.float64).ravel() for one in series]
    table = np.full((len(rows), max((len(row) for row in rows), default=0)), np.nan)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table


def numbers(values: ArrayLike) -> Floats:
    """The values as an array, not copied where they are floats."""
    try:
        return np.asarray(values, dtype=np.float64)
    except ValueError as wrong:
        text = "Give numbers, NaN for a missing one; series of unlike lengths by series.padded."
        raise ValueError(text) from wrong


def as_table(values: ArrayLike, *, copy: bool = True) -> Floats:
    """The values as (series, points); NaN is a missing point. Without a `copy` they are still the
    caller's, to be read."""
    table = numbers(values)
    table = table.copy() if copy else table
    if table.ndim == 1:
        table = table[np.newaxis, :]
    if table.ndim != 2:
        raise ValueError(f"Give (points,) or (series, points); these have {table.ndim} dimensions.")
    if np.isinf(table).any():
        raise ValueError("A value is infinite. Leave a missing point as NaN.")
    return table


def as_mask(baseline: Baseline, shape: tuple[int, int]) -> Bools:
    """The baseline as a mask over (series, points)."""
    if baseline is None:
        return np.ones(shape, dtype=bool)
    mask = np.zeros(shape, dtype=bool)
    if isinstance(baseline, slice):
        mask[:, baseline] = True
        return mask
    if isinstance(baseline, int | np.integer):
        if baseline < 0:
            raise ValueError(f"A baseline has {baseline} points: give the first n, from 0 on.")
        mask[:, : int(baseline)] = True
        return mask
    given = np.asarray(baseline)
    if given.dtype != bool:
        raise ValueError("A baseline is a number of points, a slice or a mask of true and false.")
    mask |= given
    return mask


def as_phases(steps: Steps, points: int) -> NDArray[np.int64]:
    """The phase of each point: 0 up to the first step, 1 from there, and so on. (points,), or
    (series, points) where each series has steps of its own."""
    if isinstance(steps, np.ndarray) and steps.ndim == 2:
        if (steps < 1).any() or (steps > points).any() or (np.diff(steps, axis=1) < 0).any():
            raise ValueError(f"Steps rise and lie between 1 and {points - 1}, or are {points}.")
        phases: NDArray[np.int64] = (np.arange(points) >= steps[:, :, np.newaxis]).sum(axis=1)
        return phases
    if any(not 0 < step < points for step in steps) or list(steps) != sorted(set(steps)):
        raise ValueError(f"Steps rise and lie between 1 and {points - 1}, unlike {list(steps)}.")
    return np.searchsorted(np.asarray(steps, dtype=np.int64), np.arange(points), side="right")


def to_the_left(values: Floats, mask: Bools) -> Floats:
    """The masked values of each series moved together to the left, NaN behind them.

    It makes neighbours of points that follow each other in the record, whatever lies between.
    """
    if mask.all():
        return np.array(values)
    packed = np.full(values.shape, np.nan)
    packed[the_first(mask.sum(axis=1), values.shape[1])] = values[mask]
    return packed


def the_first(count: NDArray[np.int64], points: int) -> Bools:
    """The first so many points of each series, as a mask."""
    mask: Bools = np.arange(points) < count[:, np.newaxis]
    return mask


def first_of(values: Floats, mask: Bools) -> Floats:
    """The first of the masked values of each series, NaN where there are none."""
    if not mask.shape[1]:
        return np.full(len(values), np.nan)
    rows, at = np.arange(len(values)), np.argmax(mask, axis=1)
    return np.where(mask[rows, at], values[rows, at], np.nan)


def mean_of(values: Floats, mask: Bools) -> Floats:
    """The mean of the masked values of each series, NaN where there are none."""
    count = mask.sum(axis=1)
    total = np.where(mask, values, 0.0).sum(axis=1)
    mean: Floats = np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
    return mean
