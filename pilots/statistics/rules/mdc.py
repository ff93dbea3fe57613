"""Making Data Count: which points of a chart are signals.

A point beyond a limit; a run of seven on one side of the centre; seven rising or falling; two of
three beyond two thirds of the way to the same limit. Every point of a pattern is flagged, and
where patterns overlap a point is named by the first of outside, trend, two of three, run.

Source: NHS England, Making Data Count. Where its words leave a choice, as NHSRplotthedots 0.2.2: a
tie breaks a trend; a point on the centre breaks a run; a trend is good or bad by where it goes,
not by where it lies; no pattern reaches across a step of the limits.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.charts import ControlChart
from pilots.statistics.rules.signals import Signals
from pilots.statistics.rules.stretch import Said, Stretch, judged
from pilots.statistics.rules.windows import counted, in_a_row, whole
from pilots.statistics.series import Bools


def mdc(
    chart: ControlChart,
    *,
    run: int = 7,
    trend: int = 7,
    third: Literal["same_side", "anywhere"] = "same_side",
    beyond_counts: bool = False,
) -> Signals:
    """The Making Data Count rules over one series or many; `run` and `trend` are 6, 7 or 8.

    `third`: where the third of "two of three" may lie: on the side of the two (the default, as
    NHSRplotthedots since 0.2) or anywhere (the guidance as written). `beyond_counts`: whether a
    point beyond the limit counts among the two (NHSRplotthedots: no).

    >>> from pilots.statistics import charts, rules
    >>> signals = rules.mdc(charts.xmr([5, 6, 5, 6, 5, 6, 9, 5, 6], baseline=6))
    >>> [int(i) for i in signals.outside.nonzero()[0]]
    [6]
    """
    for name, length in (("run", run), ("trend", trend)):
        if length not in (6, 7, 8):
            raise ValueError(f"A {name} is 6, 7 or 8 points, not {length}.")
    if third not in ("same_side", "anywhere"):
        raise ValueError(f'The third point lies on the "same_side" or "anywhere", not {third!r}.')

    def judge(stretch: Stretch) -> tuple[Said, ...]:
        outside = stretch.high | stretch.low
        runs = whole(in_a_row(stretch.above, run) | in_a_row(stretch.below, run), run)
        up = whole(in_a_row(stretch.rising, trend - 1), trend)
        down = whole(in_a_row(stretch.falling, trend - 1), trend)
        near = stretch.over(2), stretch.under(2)
        if not beyond_counts:
            near = near[0] & ~stretch.high, near[1] & ~stretch.low
        two = _two_of_three(near[0], stretch.above, third)
        two |= _two_of_three(near[1], stretch.below, third)
        side = stretch.side()
        trends = up | down
        # 4 outside, 3 trend, 2 two of three, 1 run, 0 none: the rank of `Signal` from behind.
        rank = outside.view(np.int8) * 4
        for mask, place in ((trends, 3), (two, 2), (runs, 1)):
            np.maximum(rank, mask.view(np.int8) * np.int8(place), out=rank)
        flagged = rank > 0
        reason = (5 - rank) * flagged.view(np.int8)
        by_slope = rank == 3
        slope = _slope(up, down, stretch.rising)
        way = np.where(by_slope, slope, side * flagged.view(np.int8))
        return reason, way, side, outside, trends, two, runs

    reason, way, side, outside, trends, two_of_three, runs = judged(
        chart, judge, (np.int8, np.int8, np.int8, bool, bool, bool, bool)
    )
    return Signals(
        reason=reason,
        way=way,
        side=side,
        outside=outside,
        trend=trends,
        two_of_three=two_of_three,
        run=runs,
        chart=chart,
        present=np.isfinite(chart.values),
    )


def _two_of_three(near: Bools, side: Bools, third: str) -> Bools:
    ends = counted(near, 3) >= 2
    if third == "same_side":
        ends &= in_a_row(side, 3)
    found = whole(ends, 3)
    found &= near
    return found


def _slope(up: Bools, down: Bools, rising: Bools) -> NDArray[np.int8]:
    """+1 where a trend goes up, −1 where it goes down.

    A turning point that ends one trend and starts the next belongs to the one it starts.
    """
    slope = up.view(np.int8) - down.view(np.int8)
    both = up & down
    if both.any():
        goes_up = np.zeros_like(rising)
        goes_up[:, :-1] = rising[:, 1:]
        slope[both] = np.where(goes_up[both], 1, -1)
    return slope
