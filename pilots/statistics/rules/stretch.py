"""How rules read a chart: phase by phase, a block of series at a time, missing points passed over.

No pattern reaches across a step of the limits, so each phase is read as if it stood alone. Blocks
keep the arrays of one step of the work within the processor's cache.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.charts import ControlChart
from pilots.statistics.series import Bools, Floats, the_first

POINTS_IN_A_BLOCK = 100_000
# Charts whose lines do not lie at equal distances around the centre that is drawn.
LOPSIDED = frozenset({"g", "t"})


@dataclass(frozen=True)
class Stretch:
    """Points of one phase with their lines, (series, points); a line may be (series, 1).

    The points that are there lie together at the left, NaN behind them. `zones` are the lines at
    one and two sigmas, lower and upper, where they are not centre ± sigmas.
    """

    values: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    zones: Mapping[int, tuple[Floats, Floats]]

    @cached_property
    def above(self) -> Bools:
        return self.values > self.centre

    @cached_property
    def below(self) -> Bools:
        return self.values < self.centre

    @cached_property
    def high(self) -> Bools:
        """Beyond the upper limit."""
        return self.values > self.upper

    @cached_property
    def low(self) -> Bools:
        """Beyond the lower limit."""
        return self.values < self.lower

    @cached_property
    def rising(self) -> Bools:
        """Higher than the point before."""
        return self._compared(np.greater)

    @cached_property
    def falling(self) -> Bools:
        return self._compared(np.less)

    def over(self, sigmas: float) -> Bools:
        """Above the centre by more than so many sigmas."""
        return self.values > self._line(sigmas)

    def under(self, sigmas: float) -> Bools:
        return self.values < self._line(-sigmas)

    def within(self, sigmas: float) -> Bools:
        """No further from the centre than so many sigmas; a point on the line is within."""
        found = self.values <= self._line(sigmas)
        found &= self.values >= self._line(-sigmas)
        return found

    def side(self) -> NDArray[np.int8]:
        """+1 above the centre, −1 below, 0 on it."""
        return self.above.view(np.int8) - self.below.view(np.int8)

    def _line(self, sigmas: float) -> Floats:
        if self.zones:
            return self.zones[int(abs(sigmas))][int(sigmas > 0)]
        line = self.sigma * sigmas
        fits = line.shape[1] >= self.centre.shape[1]
        return np.add(line, self.centre, out=line if fits else None)

    def _compared(self, how: np.ufunc) -> Bools:
        out = np.empty(self.values.shape, dtype=bool)
        line = self.values.reshape(-1)
        how(line[1:], line[:-1], out=out.reshape(-1)[1:])
        out[:, :1] = False
        return out


Said = NDArray[Any]  # what was judged of each point, of the type that was asked for


def judged(
    chart: ControlChart,
    judge: Callable[[Stretch], Sequence[Said]],
    kinds: Sequence[type],
) -> list[Said]:
    """What `judge` says of every stretch, laid out as the values of the chart.

    `judge` gives one array of the shape of the stretch for each of `kinds`, which are their types.
    """
    values = np.atleast_2d(chart.values)
    lines = [np.atleast_2d(a) for a in (chart.centre, chart.lower, chart.upper, chart.sigma)]
    zones = (1, 2) if chart.family in LOPSIDED else ()
    for sigmas in zones:
        lines += [np.atleast_2d(line) for line in chart.limits_at(sigmas)]
    found: list[Said] = [np.zeros(values.shape, dtype=kind) for kind in kinds]
    for rows, columns, inside in _blocks(values.shape, chart.phase):
        block = np.ascontiguousarray(values[rows, columns])
        around = [_narrow(line[rows, columns]) for line in lines]
        present = np.isfinite(block)
        if inside is not None:
            present &= inside
        gaps = not present.all()
        if gaps:
            count = np.count_nonzero(present, axis=1)
            if not count.any():
                continue
            kept = the_first(count, int(count.max()))
            block = _moved(block, present, kept)
            around = [a if a.shape[1] == 1 else _moved(a, present, kept) for a in around]
        centre, lower, upper, sigma, *apart = around
        pairs = dict(zip(zones, zip(apart[::2], apart[1::2], strict=True), strict=True))
        stretch = Stretch(block, centre, lower, upper, sigma, pairs)
        for whole, part in zip(found, judge(stretch), strict=True):
            if gaps:
                whole[rows, columns][present] = part[kept]
            else:
                whole[rows, columns] = part
    return [one.reshape(chart.values.shape) for one in found]


def spans(phase: NDArray[np.int64]) -> list[slice]:
    """The points of each phase, in order."""
    if phase.ndim == 2:
        raise ValueError("Each series has steps of its own: take chart.one(i).")
    edges = [0, *(np.flatnonzero(np.diff(phase)) + 1), len(phase)]
    return [slice(a, b) for a, b in pairwise(edges) if b > a]


def _blocks(
    shape: tuple[int, ...], phase: NDArray[np.int64]
) -> Iterator[tuple[slice, slice, Bools | None]]:
    """Rows and columns that belong to one phase; where each series has steps of its own, which of
    the points do."""
    if phase.ndim == 2:
        size = max(1, POINTS_IN_A_BLOCK // max(shape[1], 1))
        for start in range(0, shape[0], size):
            rows = slice(start, start + size)
            for number in range(int(phase[rows].max(initial=0)) + 1):
                yield rows, slice(0, shape[1]), phase[rows] == number
        return
    for columns in spans(phase):
        size = max(1, POINTS_IN_A_BLOCK // (columns.stop - columns.start))
        for start in range(0, shape[0], size):
            yield slice(start, start + size), columns, None


def _narrow(line: Floats) -> Floats:
    """One column where the line is known to be level."""
    return line[:, :1] if line.strides[1] == 0 else line


def _moved(values: Floats, present: Bools, kept: Bools) -> Floats:
    out = np.full(kept.shape, np.nan)
    out[kept] = values[present]
    return out
