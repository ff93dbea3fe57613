"""Which points are signals, and the icons that say it in one sign: Making Data Count.

A point beyond a limit; a run of seven on one side of the centre; seven rising or falling; two of
three beyond two thirds of the way to the same limit. Every point of a pattern is flagged, and
where patterns overlap a point is named by the first of outside, trend, two of three, run.

Source: NHS England, Making Data Count; forks as in NHSRplotthedots 0.2: a tie breaks a trend, a
point on the centre breaks a run, the three of "two of three" lie on one side and points beyond a
limit do not count among the two, a trend is good or bad by where it goes and not by where it lies,
and no pattern reaches across a step of the limits.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.charts import ControlChart
from pilots.statistics.series import Bools


class Signal(IntEnum):
    """Why a point is flagged, in order of precedence."""

    COMMON = 0
    OUTSIDE = 1
    TREND = 2
    TWO_OF_THREE = 3
    RUN = 4


class Direction(StrEnum):
    """Which way is good."""

    HIGHER = "higher"
    LOWER = "lower"
    NEUTRAL = "neutral"


class PointClass(StrEnum):
    COMMON = "common"
    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    SPECIAL = "special"  # a signal where neither way is good
    MISSING = ""


class Variation(StrEnum):
    """The variation icon: what the last point says."""

    COMMON = "common"
    IMPROVEMENT_HIGH = "improvement_high"
    IMPROVEMENT_LOW = "improvement_low"
    CONCERN_HIGH = "concern_high"
    CONCERN_LOW = "concern_low"
    NEUTRAL_HIGH = "neutral_high"
    NEUTRAL_LOW = "neutral_low"
    NONE = "none"


class Assurance(StrEnum):
    """The assurance icon: may the target be expected to be met?"""

    PASSES = "passes"
    FAILS = "fails"
    HIT_AND_MISS = "hit_and_miss"
    NONE = "none"


@dataclass(frozen=True, eq=False)
class Signals:
    """For every point: why it is flagged, and which way (+1 high or rising, −1 low or falling)."""

    reason: NDArray[np.int8]
    way: NDArray[np.int8]
    side: NDArray[np.int8]
    outside: Bools
    trend: Bools
    two_of_three: Bools
    run: Bools
    present: Bools

    @property
    def any(self) -> Bools:
        return self.reason != Signal.COMMON


def mdc(chart: ControlChart, *, run: int = 7, trend: int = 7) -> Signals:
    """The Making Data Count rules over one series or many; `run` and `trend` are 6, 7 or 8."""
    for name, length in (("run", run), ("trend", trend)):
        if length not in (6, 7, 8):
            raise ValueError(f"A {name} is 6, 7 or 8 points, not {length}.")
    shape = chart.values.shape
    values, centre, sigma = (np.atleast_2d(a) for a in (chart.values, chart.centre, chart.sigma))
    lower, upper = np.atleast_2d(chart.lower), np.atleast_2d(chart.upper)
    present = np.isfinite(values)
    phase = np.broadcast_to(chart.phase, values.shape)

    # Missing points are passed over: the points that are there are moved together, the patterns
    # found, and the answers carried back to where the points stand.
    order = None
    if not present.all():
        order = np.argsort(~present, axis=1, kind="stable")
        values, centre, sigma, lower, upper, phase, present = (
            np.take_along_axis(a, order, axis=1)
            for a in (values, centre, sigma, lower, upper, phase, present)
        )

    with np.errstate(invalid="ignore"):
        above, below = values > centre, values < centre
        over, under = values > upper, values < lower
        near = ((values > centre + 2 * sigma) & ~over) | ((values < centre - 2 * sigma) & ~under)
        rising = values[:, 1:] > values[:, :-1]
        falling = values[:, 1:] < values[:, :-1]
    same_phase = present[:, 1:] & (phase[:, 1:] == phase[:, :-1])

    outside = over | under
    in_run = _patterns(above, run, phase) | _patterns(below, run, phase)
    width = values.shape[1]
    up = _spread(_windows(rising & same_phase, trend - 1), trend, width)
    down = _spread(_windows(falling & same_phase, trend - 1), trend, width)
    two_of_three = near & (_two_of_three(near, above, phase) | _two_of_three(near, below, phase))

    side = above.astype(np.int8) - below.astype(np.int8)
    # A turning point that ends one trend and starts the next belongs to the one it starts.
    goes_up = np.zeros_like(up)
    goes_up[:, :-1] = rising
    slope = np.where(up & down, np.where(goes_up, 1, -1), up.astype(np.int8) - down.astype(np.int8))
    in_trend = up | down

    reason = np.select(
        [outside, in_trend, two_of_three, in_run],
        [Signal.OUTSIDE, Signal.TREND, Signal.TWO_OF_THREE, Signal.RUN],
        Signal.COMMON,
    ).astype(np.int8)
    way = np.where(reason == Signal.TREND, slope, np.where(reason > 0, side, 0)).astype(np.int8)

    back = None if order is None else np.argsort(order, axis=1, kind="stable")

    def placed(answer: NDArray[Any]) -> NDArray[Any]:
        if back is not None:
            answer = np.take_along_axis(answer, back, axis=1)
        return answer.reshape(shape)

    return Signals(
        reason=placed(reason),
        way=placed(way),
        side=placed(side),
        outside=placed(outside),
        trend=placed(in_trend),
        two_of_three=placed(two_of_three),
        run=placed(in_run),
        present=placed(present),
    )


def classes(signals: Signals, direction: str) -> NDArray[np.object_]:
    """Each point as improvement, concern, special (neutral direction), common or missing."""
    good = _good(direction)
    flagged = signals.way * good if good else np.abs(signals.way)
    names = np.array(
        [
            PointClass.CONCERN,
            PointClass.COMMON,
            PointClass.IMPROVEMENT if good else PointClass.SPECIAL,
        ],
        dtype=object,
    )
    out = names[np.asarray(flagged, dtype=np.int64) + 1]
    out[~signals.present] = PointClass.MISSING
    return out


def variation(signals: Signals, direction: str) -> Variation | list[Variation]:
    """The variation icon of one series, or of each: what the last point is."""
    good = _good(direction)
    ways, present = np.atleast_2d(signals.way), np.atleast_2d(signals.present)
    icons = []
    for way, there in zip(_last(ways, present), present.sum(axis=1) > 0, strict=True):
        height = "high" if way > 0 else "low"
        if not there:
            icons.append(Variation.NONE)
        elif way == 0:
            icons.append(Variation.COMMON)
        elif good == 0:
            icons.append(Variation(f"neutral_{height}"))
        else:
            icons.append(Variation(f"{'improvement' if way * good > 0 else 'concern'}_{height}"))
    return icons[0] if signals.way.ndim == 1 else icons


def assurance(
    chart: ControlChart, target: float | None, direction: str
) -> Assurance | list[Assurance]:
    """The assurance icon of one series, or of each: the target against the last limits."""
    good = _good(direction)
    present = np.atleast_2d(np.isfinite(chart.values))
    lower = _last(np.atleast_2d(chart.lower), present)
    upper = _last(np.atleast_2d(chart.upper), present)
    icons = []
    for low, high, there in zip(lower, upper, present.sum(axis=1) > 0, strict=True):
        if target is None or good == 0 or not there or not np.isfinite(low):
            icons.append(Assurance.NONE)
        elif low > target:
            icons.append(Assurance.PASSES if good > 0 else Assurance.FAILS)
        elif high < target:
            icons.append(Assurance.FAILS if good > 0 else Assurance.PASSES)
        else:
            icons.append(Assurance.HIT_AND_MISS)
    return icons[0] if chart.values.ndim == 1 else icons


def _good(direction: str) -> int:
    return {Direction.HIGHER: 1, Direction.LOWER: -1, Direction.NEUTRAL: 0}[Direction(direction)]


def _last(values: NDArray, present: Bools) -> NDArray:
    """The value at the last present point of each series."""
    width = present.shape[1]
    if width == 0:
        return np.zeros(len(present))
    at = width - 1 - np.argmax(present[:, ::-1], axis=1)
    return np.take_along_axis(values, at[:, np.newaxis], axis=1)[:, 0]


def _windows(mask: Bools, length: int) -> Bools:
    """Where a window of `length` true points starts."""
    starts = max(mask.shape[1] - length + 1, 0)
    found = np.ones((mask.shape[0], starts), dtype=bool)
    for offset in range(length):
        found &= mask[:, offset : offset + starts]
    return found


def _spread(starts: Bools, length: int, width: int) -> Bools:
    """Every point of the windows that start here."""
    out = np.zeros((starts.shape[0], width), dtype=bool)
    for offset in range(length):
        out[:, offset : offset + starts.shape[1]] |= starts
    return out


def _within_phase(phase: NDArray, length: int) -> Bools:
    starts = max(phase.shape[1] - length + 1, 0)
    return phase[:, :starts] == phase[:, length - 1 : length - 1 + starts]


def _patterns(mask: Bools, length: int, phase: NDArray) -> Bools:
    starts = _windows(mask, length) & _within_phase(phase, length)
    return _spread(starts, length, mask.shape[1])


def _two_of_three(near: Bools, side: Bools, phase: NDArray) -> Bools:
    starts = _windows(side, 3) & _within_phase(phase, 3)
    if starts.shape[1]:
        count = near[:, :-2].astype(np.int8) + near[:, 1:-1] + near[:, 2:]
        starts &= count >= 2
    return _spread(starts, 3, side.shape[1])
