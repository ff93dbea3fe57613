"""The Anhøj rules: unusually long runs, unusually few crossings of the centre.

Over the n useful points (those not on the centre) a process that does not change is as likely
above as below. Its longest run is rarely above round(log2 n) + 3, and it rarely crosses the centre
fewer times than the 5 % quantile of a binomial with n − 1 trials of ½. Either is a signal of the
whole phase. Any centre will do: the median (a run chart), a mean, a level that is known.

Sources: Anhøj and Olesen, PLOS ONE 9 (2014) e113825; Schilling, Mathematics Magazine 85 (2012) 141
(longest run); Chen, Quality Management in Health Care 19 (2010) 61 (crossings). As qicharts2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.charts import ControlChart
from pilots.statistics.rules import run_limits
from pilots.statistics.rules.run_limits import Method
from pilots.statistics.rules.signals import INDEPENDENT, SYMMETRIC
from pilots.statistics.rules.stretch import spans
from pilots.statistics.series import Bools, Remark, as_phases, as_table, to_the_left

ENOUGH_POINTS = 10

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Anhoej:
    """Runs and crossings of each phase: (phases,) for one series, (series, phases) for many.

    `useful` counts points off the centre, `longest_run` and `crossings` what was found among them,
    `longest_run_max` and `crossings_min` what chance still allows. `side` is +1 above, −1 below, 0
    on the centre or missing, of the shape of the values. A phase without useful points has zeros
    and no signal; `refused` names the series where that holds of every phase.
    """

    assumptions: ClassVar[tuple[Remark, ...]] = (INDEPENDENT, SYMMETRIC)

    method: Method
    useful: Counts
    longest_run: Counts
    longest_run_max: Counts
    crossings: Counts
    crossings_min: Counts
    signal: Bools
    side: NDArray[np.int8]
    phase: NDArray[np.int64]
    refused: Mapping[int, Remark]

    @property
    def n(self) -> Counts:
        """Useful points of all phases, per series."""
        count: Counts = self.useful.sum(axis=-1)
        return count

    @property
    def long_run(self) -> Bools:
        return self.longest_run > self.longest_run_max

    @property
    def few_crossings(self) -> Bools:
        return self.crossings < self.crossings_min

    @property
    def warnings(self) -> tuple[Remark, ...]:
        """For one series: phases with too few useful points to tell anything."""
        if self.side.ndim != 1:
            raise ValueError("Warnings belong to one series.")
        few = [int(n) for n in self.useful if n < ENOUGH_POINTS]
        if not few:
            return ()
        text = (
            f"Runs are read from {min(few)} useful points; with fewer than {ENOUGH_POINTS} they"
            " tell little."
        )
        return (Remark("few_points", text, {"points": min(few), "enough": ENOUGH_POINTS}),)

    @property
    def masks(self) -> dict[str, Bools]:
        """The points of runs that are too long, and the phases that cross too rarely."""
        side, limit = np.atleast_2d(self.side), np.atleast_2d(self.longest_run_max)
        few = np.atleast_2d(self.few_crossings)
        runs, crossings = np.zeros(side.shape, dtype=bool), np.zeros(side.shape, dtype=bool)
        for number, columns in enumerate(spans(self.phase)):
            part = np.ascontiguousarray(side[:, columns].T)
            runs[:, columns] = ((_lengths(part) > limit[:, number]) & (part != 0)).T
            crossings[:, columns] = few[:, number, np.newaxis] & (part != 0).T
        return {
            "long_run": runs.reshape(self.side.shape),
            "few_crossings": crossings.reshape(self.side.shape),
        }


def anhoej(chart: ControlChart, *, method: Method = "anhoej") -> Anhoej:
    """Runs analysis around the centre of a chart, for each phase of one series or many.

    Points on the centre, missing points and those left out of the chart on purpose are passed
    over. `method`: "anhoej" as published in 2014 (the default of qicharts2), "best_box" or
    "cut_box" as tuned in 2020 for 10 to 100 useful points: `run_limits`.

    >>> from pilots.statistics import charts, rules
    >>> found = rules.anhoej(charts.xmr([3, 4, 3, 5, 4, 3, 5, 4, 9, 8, 9, 9, 8, 9, 8, 9]))
    >>> int(found.longest_run[0]), int(found.crossings[0]), bool(found.signal[0])
    (8, 1, True)
    """
    side = (chart.values > chart.centre).view(np.int8) - (chart.values < chart.centre).view(np.int8)
    side[chart.excluded] = 0
    return _analysed(side, chart.phase, method)


def runs_analysis(
    values: ArrayLike,
    centre: ArrayLike | Literal["median"] = "median",
    *,
    steps: Sequence[int] = (),
    method: Method = "anhoej",
) -> Anhoej:
    """The same without a chart: around the median of each phase, or any centre.

    `values` is (points,) or (series, points), NaN missing; `centre` one number, or of that shape.

    >>> found = runs_analysis([4, 5, 3, 5, 2, 6, 4, 8, 9, 7, 9, 8])
    >>> int(found.useful[0]), int(found.longest_run[0]), int(found.longest_run_max[0])
    (12, 5, 7)
    """
    table = as_table(values)
    phase = as_phases(steps, table.shape[1])
    if isinstance(centre, str):
        if centre != "median":
            raise ValueError(f'The centre is a number or "median", not {centre!r}.')
        around = np.empty_like(table)
        for columns in spans(phase):
            around[:, columns] = _medians(table[:, columns])[:, np.newaxis]
    else:
        around = np.broadcast_to(np.asarray(centre, dtype=np.float64), table.shape)
    side = (table > around).view(np.int8) - (table < around).view(np.int8)
    return _analysed(side.reshape(np.shape(values)), phase, method)


def _analysed(side: NDArray[np.int8], phase: NDArray[np.int64], method: Method) -> Anhoej:
    run_limits.check(method)
    table = np.atleast_2d(side)
    parts = spans(phase)
    useful, longest, crossings = (np.zeros((len(table), len(parts)), dtype=np.int64) for _ in "abc")
    for number, columns in enumerate(parts):
        # Points along the first axis: each turn of the loop over them serves all series at once.
        found = _runs(np.ascontiguousarray(table[:, columns].T))
        useful[:, number], longest[:, number], crossings[:, number] = found
    longest_max, crossings_min = run_limits.limits(useful, method=method)
    signal = run_limits.signals(useful, longest, crossings, method=method)
    refused = {
        int(row): Remark("no_useful_points", "Every point is missing or on the centre.")
        for row in np.flatnonzero(useful.sum(axis=1) == 0)
    }
    shape = (*side.shape[:-1], len(parts))
    return Anhoej(
        method=method,
        useful=useful.reshape(shape),
        longest_run=longest.reshape(shape),
        longest_run_max=longest_max.reshape(shape),
        crossings=crossings.reshape(shape),
        crossings_min=crossings_min.reshape(shape),
        signal=signal.reshape(shape),
        side=side,
        phase=phase,
        refused=refused,
    )


def _runs(side: NDArray[np.int8]) -> tuple[Counts, Counts, Counts]:
    """Useful points, longest run and crossings of each column of (points, series)."""
    points, series = side.shape
    useful = side.view(bool)
    count = np.add.reduce(useful, axis=0, dtype=np.int64)
    steps: NDArray[np.int8] | Sequence[int] = useful.view(np.int8) & np.int8(1)
    if count.sum() == side.size:
        steps = [1] * points
    else:
        side = _carried(side)
    same = side[1:] == side[:-1]
    run = np.zeros(series, dtype=np.min_scalar_type(-points - 1))
    run += steps[0]
    longest = run.copy()
    for goes_on, step in zip(same.view(np.int8), steps[1:], strict=True):
        run *= goes_on
        run += step
        np.maximum(longest, run, out=longest)
    # The first useful point behind points on the centre comes from no side and crosses nothing.
    late = (side[0] == 0) & (count > 0)
    crossings = points - 1 - np.add.reduce(same, axis=0, dtype=np.int64) - late
    return count, longest, crossings


def _carried(side: NDArray[np.int8]) -> NDArray[np.int8]:
    """The last side taken, carried over the points that take none."""
    out = side.copy()
    for number in range(1, len(out)):
        np.copyto(out[number], out[number - 1], where=side[number] == 0)
    return out


def _lengths(side: NDArray[np.int8]) -> NDArray[np.int64]:
    """The length of the run to which each point of (points, series) belongs."""
    useful, side = side != 0, _carried(side)
    length = np.zeros(side.shape, dtype=np.int64)
    length[0] = useful[0]
    for number in range(1, len(side)):
        goes_on = side[number] == side[number - 1]
        length[number] = length[number - 1] * goes_on + useful[number]
    for number in range(len(side) - 2, -1, -1):
        goes_on = side[number] == side[number + 1]
        np.copyto(length[number], length[number + 1], where=goes_on)
    return length


def _medians(values: NDArray[np.float64]) -> NDArray[np.float64]:
    packed = np.sort(to_the_left(values, np.isfinite(values)), axis=1)
    count = np.isfinite(packed).sum(axis=1)
    if not packed.shape[1]:
        return np.full(len(packed), np.nan)
    rows = np.arange(len(packed))
    low, high = packed[rows, np.maximum(count - 1, 0) // 2], packed[rows, count // 2 * (count > 0)]
    middle: NDArray[np.float64] = low + (high - low) / 2
    return middle
