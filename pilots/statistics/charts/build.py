"""From levels and units to a chart."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.charts.chart import ControlChart, Family, Laney, Scale, draw
from pilots.statistics.charts.points import Frame
from pilots.statistics.series import Bools, Floats, Remark


def columns(table: Floats, frame: Frame) -> Floats:
    """One number for each series and phase, to be filled."""
    return np.full((len(table), len(frame.parts)), np.nan)


def standard(
    centre: float | None,
    sigma: float | None = None,
    *,
    least: float = -np.inf,
    most: float = np.inf,
) -> tuple[str, ...]:
    """Which of centre and sigma were given; ValueError where they make no sense."""
    if centre is not None and not (np.isfinite(centre) and least <= centre <= most):
        between = f" from {least:g} to {most:g}" if np.isfinite(least) else ""
        raise ValueError(f"A given centre is a number{between}, not {centre}.")
    if sigma is not None and not (np.isfinite(sigma) and sigma > 0):
        raise ValueError(f"A given sigma is a number above zero, not {sigma}.")
    names = (("centre", centre), ("sigma", sigma))
    return tuple(name for name, value in names if value is not None)


def built(
    family: Family,
    dimensions: int,
    values: Floats,
    sizes: Floats | None,
    frame: Frame,
    level: Floats,
    unit: Floats,
    *,
    method: str,
    middle: Floats | None = None,
    scale: Scale = "constant",
    per: float = 1.0,
    screened: bool = False,
    screened_out: NDArray[np.int64] | None = None,
    dispersion: Floats | None = None,
    prime: Bools | None = None,
    laney: Laney = False,
    reasons: Mapping[int, Remark] | None = None,
    root: Floats | None = None,
    given: tuple[str, ...] = (),
) -> ControlChart:
    """The chart of these levels and units (series, phases), of the shape of what was given."""
    lines = draw(family, level, unit, sizes, middle, frame.phase, scale, per, root=root)
    series = len(values)
    chart = ControlChart(
        family=family,
        values=values,
        denominators=sizes,
        centre=lines.centre,
        lower=lines.lower,
        upper=lines.upper,
        sigma=lines.sigma,
        phase=frame.phase,
        used=frame.used,
        screened=screened,
        screened_out=np.zeros(series, dtype=np.int64) if screened_out is None else screened_out,
        dispersion=np.full(series, np.nan) if dispersion is None else dispersion,
        prime=np.zeros(series, dtype=bool) if prime is None else prime,
        excluded=frame.excluded,
        laney=laney,
        method=method,
        per=per,
        scale=scale,
        level=level,
        unit=unit,
        middle=middle,
        reasons={} if reasons is None else reasons,
        given=given,
    )
    return chart.one(0) if dimensions == 1 else chart
