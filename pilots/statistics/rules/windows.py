"""Patterns over neighbouring points, for many series at once.

A mask here is (series, points), contiguous. All rows are worked on as one line of points, moved
against itself: windows that would reach into the row before are struck out at the end. `k` in a
row takes log2 k moves. A pattern stands where it is completed: at its last point.
"""

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.series import Bools


def in_a_row(mask: Bools, length: int) -> Bools:
    """The points that complete `length` true points in a row, and those that prolong them."""
    found = mask.copy()
    line = found.reshape(-1)
    have = 1
    while have < length:
        step = min(have, length - have)
        line[step:] &= line[:-step]
        have += step
    found[:, : length - 1] = False
    return found


def counted(mask: Bools, length: int) -> NDArray[np.int8]:
    """How many of the last `length` points are true; 0 where there are fewer points."""
    count = mask.astype(np.int8)
    line, ones = count.reshape(-1), mask.reshape(-1).view(np.int8)
    for back in range(1, length):
        line[back:] += ones[:-back]
    count[:, : length - 1] = 0
    return count


def among(mask: Bools, need: int, length: int) -> Bools:
    """The true points that have `need` true points among the last `length`, themselves included."""
    found = counted(mask, length) >= need
    found &= mask
    return found


def whole(ends: Bools, length: int) -> Bools:
    """Every point of the windows of `length` points that end here."""
    found = ends.copy()
    line = found.reshape(-1)
    have = 1
    while have < length:
        step = min(have, length - have)
        line[:-step] |= line[step:]
        have += step
    return found
