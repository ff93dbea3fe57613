"""Run charts: a centre and no limits, for rules about runs and crossings alone.

Source: Anhøj and Olesen, PLoS ONE 9 (2014) e113825.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.charts import points
from pilots.statistics.charts.build import built, columns
from pilots.statistics.charts.chart import ControlChart
from pilots.statistics.charts.points import Exclude
from pilots.statistics.series import Baseline


def run_chart(
    values: ArrayLike,
    *,
    centre: Literal["median", "mean"] | float = "median",
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Sequence[int] = (),
) -> ControlChart:
    """Values around their median: half the points lie on each side, whatever their distribution.

    `values`: (points,) or (series, points), NaN missing. `centre`: "median", "mean" or a number
    that is known. The median is that of the points of the `baseline` (frozen) and of each step, without
    the points of `exclude`. Limits and sigma are NaN: a run chart has none.

    >>> float(run_chart([4, 9, 6, 30, 8], baseline=3).centre[-1])
    6.0
    """
    table, whole = points.table(values)
    frame = points.frame(table, whole, baseline=baseline, exclude=exclude, steps=steps)
    level = columns(table, frame)
    if not isinstance(centre, str):
        if not np.isfinite(centre):
            raise ValueError("The centre is a number.")
        level[:] = centre
    elif centre not in ("median", "mean"):
        raise ValueError(f"The centre of a run chart is no {centre!r}.")
    else:
        of = points.median if centre == "median" else points.mean
        for number, part in enumerate(frame.parts):
            level[:, number] = of(table, part)
    return built(
        "run", np.ndim(values), points.own(table, values), None, frame, level,
        columns(table, frame), method=f"run chart around the {centre}",
    )  # fmt: skip
