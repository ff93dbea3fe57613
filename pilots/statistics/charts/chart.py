"""What every Shewhart chart here has in common: the result, and how limits are drawn.

A chart is made in two moves. From the points that set the limits come, for each phase, a `level`
and a `unit`, the sigma of a point of size one. From those come the lines at every point, according
to its size: `scale` says how. So the same level and unit also give the limits of points that
come later (`extended`) and limits at another width than three sigma (`limits_at`).

Source: Montgomery, Introduction to Statistical Quality Control, ch. 6 and 7.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.charts import constants, points, words
from pilots.statistics.series import Bools, Floats, Remark

Family = Literal[
    "xmr", "mr", "i_prime", "p", "np", "u", "c", "xbar", "s", "r", "g", "t", "run"
]  # fmt: skip
# How the sigma of a point follows from its size n: not at all, 1/√n, √n, and, for means, SDs and
# ranges of subgroups, by the constants c4 and d3.
Scale = Literal["constant", "one_over_root", "root", "mean_by_sd", "sd_by_sd", "sd", "range"]
Laney = bool | Literal["auto", "wider"]
# With 12 to 30 points σz wanders by about a sixth around 1 by chance alone.
ENOUGH_POINTS = 12
# Times between events are charted as y^(1/3.6), which makes exponential times near normal: Nelson,
# Journal of Quality Technology 26 (1994) 239.
T_POWER = 3.6
AT_LEAST_ZERO = frozenset({"mr", "p", "np", "u", "c", "s", "r", "g", "t"})


@dataclass(frozen=True, eq=False)
class ControlChart:
    """Values with their centre and limits; every array has the shape of what was given.

    `centre`, `lower`, `upper` and `sigma` are NaN where a phase has too few points for limits.
    `lower` and `upper` are clipped to what the measure can be; `sigma` is not, and it is NaN on
    charts whose limits are no multiple of it (run and t charts): `limits_at(2)` serves all.

    `used` are the points that set the limits, `excluded` those left out on purpose. `dispersion`
    is Laney's σz of the first phase, `prime` whether it widens (or narrows) the limits, `laney`
    the policy asked for. `level` and `unit` are (phases,) or (series, phases). `phase` is (points,),
    or (series, points) where each series has steps of its own.
    """

    family: Family
    values: Floats
    denominators: Floats | None
    centre: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    phase: NDArray[np.int64]
    used: Bools
    screened: bool
    screened_out: NDArray[np.int64]
    dispersion: Floats
    prime: Bools
    excluded: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))
    laney: Laney = False
    method: str = ""
    per: float = 1.0
    scale: Scale = "constant"
    level: Floats = field(default_factory=lambda: np.full(1, np.nan))
    unit: Floats = field(default_factory=lambda: np.full(1, np.nan))
    middle: Floats | None = None
    reasons: Mapping[int, Remark] = field(default_factory=dict)
    given: tuple[str, ...] = ()  # of "centre" and "sigma", what did not come from the points

    @property
    def kind(self) -> str:
        """`xmr`, `p`, `p_prime`, `u`, `u_prime`, `c` and so on, for one series."""
        return f"{self.family}_prime" if bool(np.all(self.prime)) else self.family

    @property
    def n(self) -> NDArray[np.int64]:
        """Points that are not missing, per series."""
        count: NDArray[np.int64] = np.isfinite(self.values).sum(axis=-1)
        return count

    @property
    def baseline(self) -> NDArray[np.int64]:
        """Points that set the first limits, per series."""
        count: NDArray[np.int64] = (self.used & (self.phase == 0)).sum(axis=-1)
        return count

    @property
    def refused(self) -> dict[int, Remark]:
        """The series without limits in a phase that has points, and why; one series is row 0."""
        return words.without_limits(self)

    @property
    def assumptions(self) -> tuple[Remark, ...]:
        """What the limits of this kind of chart take for granted."""
        return words.assumptions(self)

    @property
    def warnings(self) -> tuple[Remark, ...]:
        """All that is doubtful about the limits of one series: `remarks`, and checks of its data."""
        return words.warnings(self)

    def remarks(self) -> tuple[Remark, ...]:
        """What a reader of this chart (one series) must know about its limits."""
        return words.remarks(self, ENOUGH_POINTS)

    def one(self, row: int, points: int | None = None) -> "ControlChart":
        """One series of many, as a chart of its own; with its first so many points."""
        if self.values.ndim == 1:
            raise ValueError("This chart is one series already.")
        reason = self.reasons.get(row)
        sizes, middle = self.denominators, self.middle
        return ControlChart(
            family=self.family,
            values=self.values[row, :points],
            denominators=None if sizes is None else sizes[row, :points],
            centre=self.centre[row, :points],
            lower=self.lower[row, :points],
            upper=self.upper[row, :points],
            sigma=self.sigma[row, :points],
            phase=self.phase[:points] if self.phase.ndim == 1 else self.phase[row, :points],
            used=self.used[row, :points],
            screened=self.screened,
            screened_out=self.screened_out[row],
            dispersion=self.dispersion[row],
            prime=self.prime[row],
            excluded=self.excluded[row, :points],
            laney=self.laney,
            method=self.method,
            per=self.per,
            scale=self.scale,
            level=self.level[row],
            unit=self.unit[row],
            middle=None if middle is None else middle[row],
            reasons={} if reason is None else {0: reason},
            given=self.given,
        )

    def limits_at(self, sigmas: float) -> tuple[Floats, Floats]:
        """Lower and upper lines at so many sigmas: 2 gives the usual warning limits.

        >>> from pilots.statistics.charts import c_chart
        >>> lower, upper = c_chart([4, 9, 6, 9, 8]).limits_at(2)
        >>> round(float(upper[0]), 3)
        12.567
        """
        lines = draw(self.family, *self._table(), self.phase, self.scale, self.per, sigmas)
        return lines.lower.reshape(self.values.shape), lines.upper.reshape(self.values.shape)

    def extended(self, new: ArrayLike, denominators: ArrayLike | None = None) -> "ControlChart":
        """The same chart with new points behind it, judged by its last limits (Phase II).

        `new` is what the chart was made of: values, counts (with `denominators` where the chart
        has them), times, or statistics of subgroups (with their sizes); of the shape (new points,)
        or (series, new points). The new points change no limit.

        >>> from pilots.statistics.charts import p_chart
        >>> later = p_chart([8, 12, 9, 11], [100] * 4, laney=False).extended([30], [100])
        >>> bool(later.values[-1] > later.upper[-1])
        True
        """
        if self.phase.ndim == 2:
            raise ValueError("Each series has steps of its own: take chart.one(i).")
        if self.family == "mr":
            raise ValueError("Moving ranges go on from values: chart all values with a baseline.")
        shape = (*self.values.shape[:-1], np.shape(new)[-1] if np.ndim(new) else 1)
        given = np.broadcast_to(np.asarray(new, dtype=np.float64), shape).copy()
        size = None
        if (denominators is None) != (self.denominators is None):
            raise ValueError(
                "New points need denominators where the chart has them, and only there."
            )
        if denominators is not None:
            size = np.broadcast_to(np.asarray(denominators, dtype=np.float64), shape).copy()
        given, size = points.checked(self.family, given, size)
        if self.family in ("p", "u"):
            assert size is not None
            given = self.per * given / size
        many, nothing = self.values.ndim == 2, np.zeros(shape, dtype=bool)
        size = size if size is None or many else size[np.newaxis]
        number = int(self.phase.max(initial=0))
        phase = np.full(shape[-1], number)
        level, unit, _, middle = self._table()
        lines = draw(self.family, level, unit, size, middle, phase, self.scale, self.per)

        def behind(old: NDArray[Any], added: NDArray[Any]) -> NDArray[Any]:
            return np.concatenate((old, added.reshape(shape)), axis=-1)

        return replace(
            self,
            values=behind(self.values, given),
            denominators=None
            if self.denominators is None or size is None
            else behind(self.denominators, size),
            centre=behind(self.centre, lines.centre),
            lower=behind(self.lower, lines.lower),
            upper=behind(self.upper, lines.upper),
            sigma=behind(self.sigma, lines.sigma),
            phase=np.concatenate((self.phase, phase)),
            used=behind(self.used, nothing),
            excluded=behind(self.excluded, nothing),
        )

    def _table(self) -> tuple[Floats, Floats, Floats | None, Floats | None]:
        """Level, unit, denominators and middle as (series, …)."""
        sizes = None if self.denominators is None else np.atleast_2d(self.denominators)
        middle = None if self.middle is None else np.atleast_2d(self.middle)
        return np.atleast_2d(self.level), np.atleast_2d(self.unit), sizes, middle


@dataclass(frozen=True, eq=False)
class Lines:
    """Centre, limits and sigma of each point, (series, points); some may be read-only."""

    centre: Floats
    lower: Floats
    upper: Floats
    sigma: Floats


def draw(
    family: Family,
    level: Floats,
    unit: Floats,
    sizes: Floats | None,
    middle: Floats | None,
    phase: NDArray[np.int64],
    scale: Scale,
    per: float,
    sigmas: float = 3.0,
    root: Floats | None = None,
) -> Lines:
    """The lines of every point from the level and unit (series, phases) of its phase.

    `root`: the roots of the sizes where the caller has them, written over here.
    """
    shape = (len(level), phase.shape[-1])
    around, drawn, unit = (
        _laid_out(column, phase) for column in (level, level if middle is None else middle, unit)
    )
    if family == "run":
        missing = np.broadcast_to(np.nan, shape)
        return Lines(np.broadcast_to(drawn, shape), missing, missing, missing)
    sigma = _spread(scale, unit, sizes, root)
    if family == "np":
        assert sizes is not None
        around = drawn = around * sizes
    upper = sigma * sigmas
    lower = around - upper
    upper = np.add(around, upper, out=upper if upper.shape[1] > 1 else None)
    if family in AT_LEAST_ZERO:
        np.maximum(lower, 0.0, out=lower)
    if family == "p":
        np.minimum(upper, per, out=upper)
    elif family == "np" and sizes is not None:
        np.minimum(upper, sizes, out=upper)
    elif family == "t":
        lower, upper = lower**T_POWER, upper**T_POWER
        sigma = np.broadcast_to(np.nan, shape)
    return Lines(*(np.broadcast_to(line, shape) for line in (drawn, lower, upper, sigma)))


def _laid_out(columns: Floats, phase: NDArray[np.int64]) -> Floats:
    """Point by point what is said phase by phase; a single phase stays one column."""
    if columns.shape[1] == 1:
        return columns
    if phase.ndim == 2:
        return np.take_along_axis(columns, phase, axis=1)
    return np.repeat(columns, np.bincount(phase, minlength=columns.shape[1]), axis=1)


def _spread(scale: Scale, unit: Floats, sizes: Floats | None, root: Floats | None) -> Floats:
    """The sigma of each point from the sigma of a point of size one."""
    if scale == "constant":
        return unit
    assert sizes is not None
    if scale == "one_over_root":
        root = np.sqrt(sizes) if root is None else root
        return np.divide(unit, root, out=root)
    if scale == "root":
        return unit * np.sqrt(sizes)
    if scale == "mean_by_sd":
        return unit / (constants.c4(sizes) * np.sqrt(sizes))
    if scale == "sd_by_sd":
        return unit * constants.spread_of_sd(sizes) / constants.c4(sizes)
    if scale == "sd":
        return unit * constants.spread_of_sd(sizes)
    return unit * constants.d3(sizes)
