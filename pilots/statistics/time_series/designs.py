"""The columns of a segmented regression: trend, level and slope changes, season, a control.

Sources: Wagner et al., J Clin Pharm Ther 27 (2002) 299; Lopez Bernal, Cummins, Gasparrini,
Int J Epidemiol 46 (2017) 348 (with its 2020 correction: the slope change is centred); Linden,
Stata Journal 15 (2015) 480 (`itsa`, the control's terms).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import Bools, Floats, Refusal

MIN_A_SIDE = 8
SlopeFrom = Literal["first", "last_before", "origin"]
Season = Literal["harmonic", "dummies"]


@dataclass(frozen=True, eq=False)
class Design:
    """A matrix (rows, terms) whose rows may stack a control (group 0) over the series (group 1).

    `kept` leaves out transition periods, `intervention` marks the terms that are zero had the
    interruption not happened, `position` is each row's place in time (for lags).
    """

    matrix: Floats
    names: tuple[str, ...]
    intervention: Bools
    kept: Bools
    position: NDArray[np.int64]
    group: NDArray[np.int64]
    segment: NDArray[np.int64]
    seasonal: bool

    @property
    def points(self) -> int:
        """How many points one series has."""
        return int(self.position.max()) + 1

    @property
    def treated(self) -> Bools:
        """The rows of the series itself, not of its control."""
        last_group: Bools = self.group == self.group.max()
        return last_group

    def pairs(self, distance: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows of one group that lie so far apart in time: the earlier and the later."""
        earlier = np.arange(max(len(self.position) - distance, 0))
        later = earlier + distance
        same = self.group[earlier] == self.group[later]
        return earlier[same], later[same]


def segmented(
    points: int,
    at: int | Sequence[int],
    *,
    level: bool = True,
    slope: bool = True,
    slope_from: SlopeFrom = "first",
    time: ArrayLike | None = None,
    season: Season | None = None,
    period: float = 12,
    pairs: int = 2,
    phase: ArrayLike | None = None,
    transition: int = 0,
    control: bool = False,
) -> Design:
    """The design of one interruption, or several, of a series of so many points.

    `at`: the index of the first point since each interruption. The level is 0 before and 1 since.
    The slope counts time since: "first" gives 0 at the first point since, so that the level is the
    jump there (Stata `itsa`); "last_before" gives 1 there (`I(time-36):smokban` of the corrected
    Sicily paper); "origin" is time itself (`smokban*time` in R, whose level is the jump read back
    at time 0). `time`: the trend's column, 0, 1, 2… by default. `transition`: points left out from
    each interruption on. `season`: pairs of sine and cosine over `period`, or one column for each
    `phase` (the month, 1 to 12; the index by default) but the first. `control`: rows of a control
    come first; the terms named "treated…" are the series' difference from it, and only those on
    level and slope are the intervention's.

    >>> design = segmented(20, 10, season="harmonic", pairs=1)
    >>> design.names
    ('intercept', 'trend', 'level', 'slope', 'sin 1', 'cos 1')
    >>> design.matrix[9:12, :4].tolist()
    [[1.0, 9.0, 0.0, 0.0], [1.0, 10.0, 1.0, 0.0], [1.0, 11.0, 1.0, 1.0]]
    """
    starts = [int(at)] if isinstance(at, int | np.integer) else [int(one) for one in at]
    _check(points, starts, level=level, slope=slope, transition=transition)
    when = np.arange(points, dtype=np.float64) if time is None else _row(time, points, "time")
    if (np.diff(when) <= 0).any():
        raise ValueError("Time rises from point to point.")
    index = np.arange(points)
    names, columns, ours = ["intercept", "trend"], [np.ones(points), when], [False, False]
    for number, start in enumerate(starts, 1):
        since = (index >= start).astype(np.float64)
        label = "" if len(starts) == 1 else f" {number}"
        if level:
            names, columns = [*names, f"level{label}"], [*columns, since]
        if slope:
            origin = {"first": when[start], "last_before": when[start - 1], "origin": 0.0}
            names = [*names, f"slope{label}"]
            columns = [*columns, np.where(index >= start, when - origin[slope_from], 0.0)]
    ours += [True] * (len(names) - 2)
    shared, shared_names = _season(points, season, period, pairs, phase)
    kept = np.ones(points, dtype=bool)
    for start in starts:
        kept[start : start + transition] = False
    segment = np.searchsorted(np.asarray(starts), index, side="right")
    base = np.column_stack(columns)
    if not control:
        return Design(
            np.column_stack([base, shared]),
            (*names, *shared_names),
            np.array([*ours, *[False] * len(shared_names)]),
            kept,
            index,
            np.zeros(points, dtype=np.int64),
            segment,
            season is not None,
        )
    stacked = np.block([[base, np.zeros_like(base)], [base, base]])
    treated = ["treated" if name == "intercept" else f"treated:{name}" for name in names]
    return Design(
        np.column_stack([stacked, np.tile(shared, (2, 1))]),
        (*names, *treated, *shared_names),
        np.array([*[False] * len(names), *ours, *[False] * len(shared_names)]),
        np.tile(kept, 2),
        np.tile(index, 2),
        np.repeat([0, 1], points),
        np.tile(segment, 2),
        season is not None,
    )


def harmonic(phase: ArrayLike, pairs: int, period: float) -> Floats:
    """Sines of 1 to `pairs` waves a period, then their cosines, as `tsModel::harmonic` of R.

    >>> harmonic([3, 6], 1, 12).round(3).tolist()
    [[1.0, 0.0], [0.0, -1.0]]
    """
    if pairs < 1 or not period > 1:
        raise ValueError("Harmonics need a pair or more, and a period longer than one point.")
    waves = np.outer(np.asarray(phase, dtype=np.float64), np.arange(1, pairs + 1))
    angle = 2 * np.pi * waves / period
    return np.column_stack([np.sin(angle), np.cos(angle)])


def _season(
    points: int, season: Season | None, period: float, pairs: int, phase: ArrayLike | None
) -> tuple[Floats, list[str]]:
    if season is None:
        return np.empty((points, 0)), []
    where = np.arange(points) % period if phase is None else _row(phase, points, "phase")
    if season == "harmonic":
        names = [f"{wave} {k}" for wave in ("sin", "cos") for k in range(1, pairs + 1)]
        columns = harmonic(where, pairs, period)
        # The sine of half the period is 0 at every whole point: R drops it as NA.
        there = np.abs(columns).max(axis=0) > 1e-9
        return columns[:, there], [name for name, use in zip(names, there, strict=True) if use]
    if season != "dummies":
        raise ValueError(f'A season is "harmonic" or "dummies", not {season!r}.')
    steps = np.unique(where)
    return (where[:, np.newaxis] == steps[1:]).astype(np.float64), [
        f"season {step:g}" for step in steps[1:]
    ]


def _row(values: ArrayLike, points: int, name: str) -> Floats:
    row = np.asarray(values, dtype=np.float64)
    if row.shape != (points,) or not np.isfinite(row).all():
        raise ValueError(f"{name} is one finite number for each of the {points} points.")
    return row


def _check(points: int, starts: list[int], *, level: bool, slope: bool, transition: int) -> None:
    if not starts or starts != sorted(set(starts)) or starts[0] < 0 or starts[-1] > points:
        raise ValueError(f"Interruptions rise and lie inside the {points} points, unlike {starts}.")
    if not (level or slope):
        raise ValueError("An interruption changes the level, the slope or both.")
    if transition < 0:
        raise ValueError("A transition is a number of points, 0 or more.")
    ends = [*starts[1:], points]
    sides = [
        starts[0],
        *(end - start - transition for start, end in zip(starts, ends, strict=True)),
    ]
    if min(sides) < MIN_A_SIDE:
        raise Refusal(
            "few_points",
            f"The sides of the interruption have {' and '.join(str(max(side, 0)) for side in sides)}"
            f" points; it takes {MIN_A_SIDE} on each to fit a line.",
            sides=sides,
            needed=MIN_A_SIDE,
        )
