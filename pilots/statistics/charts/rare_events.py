"""Charts of rare events: cases between them (g) and time between them (t).

Where a p, u or c chart would have a zero at most points, what lies between two events says more.

Sources: Benneyan, Quality Engineering 11 (2001) 265 and Montgomery 7.3 for g. Nelson, Journal of
Quality Technology 26 (1994) 239 for t: y^(1/3.6) makes exponential times near normal.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.charts import points
from pilots.statistics.charts.build import built, columns
from pilots.statistics.charts.chart import T_POWER, ControlChart
from pilots.statistics.charts.constants import QICHARTS_FACTOR
from pilots.statistics.charts.points import Exclude
from pilots.statistics.series import Baseline, Remark

# The median of a geometric count is near log 2 of its mean: Provost and Murray, Health Care Data
# Guide, p. 228.
THEORETICAL_MEDIAN = 0.693


def g_chart(
    between: ArrayLike,
    *,
    centre: Literal["median", "mean", "theoretical"] = "median",
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Sequence[int] = (),
) -> ControlChart:
    """Cases between events: limits at the mean m ± 3√(m(m+1)), never below 0.

    `between`: (points,) or (series, points), the cases that went well between two events; count
    the event itself in all of them or in none. `centre`, the line drawn: "median" of the points
    (qicharts2), so that half lie on each side and rules for runs hold; "mean" (Montgomery, qcc);
    "theoretical", 0.693 × mean. The limits rest on the mean whatever is drawn. With so skewed a
    count there is no lower limit: better shows as runs above the centre, worse as runs below.
    `baseline`, `exclude`, `steps` as for `xmr`.

    >>> chart = g_chart([20, 5, 32, 11, 8, 40, 17])
    >>> float(chart.centre[0]), round(float(chart.upper[0]), 2), float(chart.lower[0])
    (17.0, 77.48, 0.0)
    """
    if centre not in ("median", "mean", "theoretical"):
        raise ValueError(f"The centre of a g chart is no {centre!r}.")
    table, whole = points.table(between)
    if (table < 0).any():
        raise ValueError("A count is below zero.")
    frame = points.frame(table, whole, baseline=baseline, exclude=exclude, steps=steps)
    level, middle = columns(table, frame), columns(table, frame)
    for number, part in enumerate(frame.parts):
        level[:, number] = points.mean(table, part)
        middle[:, number] = points.median(table, part)
    if centre != "median":
        middle = level if centre == "mean" else THEORETICAL_MEDIAN * level
    return built(
        "g", np.ndim(between), points.own(table, between), None, frame, level,
        np.sqrt(level * (level + 1)), middle=middle, method=f"g, centre at the {centre}",
    )  # fmt: skip


def t_chart(
    times: ArrayLike,
    *,
    zeros: Literal["refuse", "missing"] | float = "refuse",
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Sequence[int] = (),
    screen: bool = True,
    factor: float = QICHARTS_FACTOR,
    bridge: bool = True,
) -> ControlChart:
    """Time between events: an XmR chart of y^(1/3.6), its lines raised to the power 3.6 again.

    `times`: (points,) or (series, points), in any unit. `zeros`, for two events at one time:
    "refuse", such a series gets no limits and a reason (qicharts2 stops too); "missing" passes
    over them; a number above zero takes their place, say 0.5 where times are whole days.
    Other arguments as for `xmr`; `factor` is 3 / 1.128 here, as in qicharts2, and 2.66 moves
    limits by 0.03 %. A lower limit below zero is drawn at zero.

    >>> chart = t_chart([286, 948, 536, 124, 816, 729, 4, 143, 431, 8])
    >>> [round(float(line[0]), 1) for line in (chart.lower, chart.centre, chart.upper)]
    [0.0, 250.1, 4784.7]
    """
    if isinstance(zeros, str):
        if zeros not in ("refuse", "missing"):
            raise ValueError('Zeros are "refuse", "missing" or the number to take their place.')
    elif not (np.isfinite(zeros) and zeros > 0):
        raise ValueError("What takes the place of a time of zero is above zero.")
    table, whole = points.table(times)
    if (table < 0).any():
        raise ValueError("A time is below zero.")
    nothing = table == 0
    reasons = {}
    if nothing.any():
        place = np.nan if zeros == "missing" else 0.0 if zeros == "refuse" else float(zeros)
        table = np.where(nothing, place, table)
        whole = whole and zeros != "missing"
        for row in np.flatnonzero(nothing.any(axis=1)) if zeros == "refuse" else ():
            number = int(nothing[row].sum())
            text = (
                "Two events lie at the same time, which a t chart cannot show. Measure time more"
                " finely, or say what a time of zero stands for."
            )
            reasons[int(row)] = Remark("zero_times", text, {"zeros": number})
    frame = points.frame(
        table, whole, baseline=baseline, exclude=exclude, steps=steps, bridge=bridge
    )
    moved = table ** (1 / T_POWER)
    level, unit = columns(table, frame), columns(table, frame)
    screened_out = np.zeros(len(table), dtype=np.int64)
    for number, (part, chain) in enumerate(zip(frame.parts, frame.neighbours, strict=True)):
        level[:, number] = points.mean(moved, part)
        spread, dropped = points.moving_range(moved, chain, screen)
        unit[:, number] = factor / 3 * spread
        screened_out += dropped
    level[list(reasons)] = unit[list(reasons)] = np.nan
    return built(
        "t", np.ndim(times), points.own(table, times), None, frame, level, unit,
        middle=level**T_POWER, screened=screen, screened_out=screened_out, reasons=reasons,
        method="t, XmR of y^(1/3.6)",
    )  # fmt: skip
