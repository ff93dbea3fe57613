"""Points in units of their own spread, from a known centre and sigma or from a baseline.

A design (k, h, run length) is about a process whose mean and spread are known. From a baseline
both are estimates, and with few points the run lengths may be far from the designed ones, in
either direction; independent points are assumed throughout.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.charts import points
from pilots.statistics.charts.constants import d2
from pilots.statistics.charts.subgroups import Subgroups
from pilots.statistics.series import (
    Baseline,
    Bools,
    Floats,
    Refusal,
    Remark,
    as_mask,
    as_table,
    to_the_left,
)

Scalar = TypeVar("Scalar", bound=np.generic)

# Baseline points below which the designed run length says little about the real one.
ENOUGH = 30
ALIKE = 0.2

INDEPENDENT = Remark(
    "independent_points",
    "Points are independent and about normal; the designed run lengths hold for those.",
)
NO_VARIATION = Remark("no_variation", "The points that set the spread are all alike.")
NO_BASELINE = Remark(
    "too_few_points",
    "A baseline of at least two points sets the centre and the spread; or give both.",
    {"enough": 2},
)


@dataclass(frozen=True, eq=False)
class Standard:
    """(series, points) tables of values and z, with the centre and sigma of each series.

    `z` is (value − centre)·√size/sigma, NaN at missing points and in refused rows. `baseline`
    counts the points that set what was not given.
    """

    dimensions: int
    values: Floats
    sizes: Floats
    z: Floats
    centre: Floats
    sigma: Floats
    baseline: NDArray[np.int64]
    warnings: tuple[Remark, ...]
    refused: dict[int, Remark]

    @property
    def n(self) -> NDArray[np.int64]:
        count: NDArray[np.int64] = np.isfinite(self.values).sum(axis=1)
        return count

    def back(self, table: NDArray[Scalar]) -> NDArray[Scalar]:
        """A table, or a value for each series, in the shape of what was given."""
        return in_shape(table, self.dimensions)


def in_shape(table: NDArray[Scalar], dimensions: int) -> NDArray[Scalar]:
    """The whole table where many series were given, the one series where one was."""
    return table if dimensions == 2 else np.asarray(table[0])


def of_values(
    values: ArrayLike,
    *,
    sizes: ArrayLike = 1.0,
    baseline: Baseline = None,
    centre: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    d2_places: int | None = None,
) -> Standard:
    """Values, each the mean of `sizes` observations; `sigma` is that of one observation.

    What is not given comes from the baseline: the mean, and the mean moving range over d2 = 1.128
    (unscreened, as qcc). ValueError for values that make no sense.

    >>> of_values([10, 12, 11, 13, 9], centre=10, sigma=2).z
    array([[ 0. ,  1. ,  0.5,  1.5, -0.5]])
    """
    table = as_table(values)
    size = np.array(np.broadcast_to(np.asarray(sizes, dtype=np.float64), table.shape))
    _check(size[np.isfinite(size)])
    table = np.where(np.isfinite(size), table, np.nan)
    mask = as_mask(baseline, (table.shape[0], table.shape[1])) & np.isfinite(table)
    spread = None
    if sigma is None:
        level = points.mean(table, mask) if centre is None else _each(centre, table)
        ranges, _none = points.moving_range(
            table, mask, False, around=(level, np.sqrt(np.where(np.isfinite(size), size, 1.0)))
        )
        spread = ranges / float(d2(2, places=d2_places))
    return _standard(np.ndim(values), table, size, mask, centre, sigma, spread)


def of_subgroups(
    groups: Subgroups,
    *,
    baseline: Baseline = None,
    centre: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    d2_places: int | None = None,
) -> Standard:
    """Means of subgroups; sigma from their ranges, mean of Rᵢ/d2(nᵢ) (qcc's "UWAVE-R").

    `charts.summarised` makes the subgroups from raw values. `d2_places=3` rounds d2 as qcc up to
    2.7 does. The centre is the mean of all observations of the baseline.

    >>> from pilots.statistics.charts import summarised
    >>> found = of_subgroups(summarised([[1.0, 3.0], [2.0, 4.0], [2.0, 6.0]]))
    >>> float(found.centre[0]), round(float(found.sigma[0]), 4)
    (3.0, 2.3633)
    """
    table = as_table(groups.means)
    size = np.array(np.broadcast_to(np.asarray(groups.sizes, dtype=np.float64), table.shape))
    mask = as_mask(baseline, (table.shape[0], table.shape[1])) & np.isfinite(table)
    spread = None
    if sigma is None:
        if groups.ranges is None:
            raise ValueError("Sigma comes from ranges: give the subgroups' ranges, or sigma.")
        ranges = np.broadcast_to(np.asarray(groups.ranges, dtype=np.float64), table.shape)
        spread = points.mean(ranges / d2(size, places=d2_places), mask & np.isfinite(ranges))
    return _standard(np.ndim(groups.means), table, size, mask, centre, sigma, spread)


def _standard(
    dimensions: int,
    table: Floats,
    sizes: Floats,
    mask: Bools,
    centre: ArrayLike | None,
    sigma: ArrayLike | None,
    spread: Floats | None,
) -> Standard:
    if centre is None:
        weights = np.where(mask, sizes, 0.0)
        level = points.ratio(
            (weights * np.where(mask, table, 0.0)).sum(axis=1), weights.sum(axis=1)
        )
    else:
        level = _each(centre, table)
    if spread is None:
        assert sigma is not None
        spread = _each(sigma, table)
        if (spread <= 0).any():
            raise ValueError("Sigma is above zero.")
    estimated = centre is None or sigma is None
    count = mask.sum(axis=1) if estimated else np.zeros(len(table), dtype=np.int64)
    refused: dict[int, Remark] = {}
    for row in np.flatnonzero(~(np.isfinite(level) & np.isfinite(spread))):
        refused[int(row)] = NO_BASELINE
    for row in np.flatnonzero(spread == 0):
        refused[int(row)] = NO_VARIATION
    if dimensions < 2 and refused:
        raise Refusal(refused[0].code, refused[0].text, **refused[0].facts)
    unit = np.where(np.nan_to_num(spread) > 0, spread, np.nan)
    z = (table - level[:, np.newaxis]) * np.sqrt(sizes) / unit[:, np.newaxis]
    return Standard(
        dimensions,
        table,
        sizes,
        z,
        level,
        spread,
        count,
        _warnings(z, mask, count) if estimated else (),
        refused,
    )


def _warnings(z: Floats, mask: Bools, count: NDArray[np.int64]) -> tuple[Remark, ...]:
    found = []
    few = np.flatnonzero(count < ENOUGH)
    if few.size:
        found.append(
            Remark(
                "few_points",
                f"The centre and the spread rest on {int(count[few].min())} points; false alarms"
                " may come much sooner, or later, than designed. 100 or more settle them.",
                {"series": few.tolist(), "points": count[few].tolist(), "enough": 100},
            )
        )
    packed = to_the_left(z, mask)
    packed = np.nan_to_num(packed - points.mean(packed, np.isfinite(packed))[:, np.newaxis])
    square = (packed**2).sum(axis=1)
    r = np.divide(
        (packed[:, 1:] * packed[:, :-1]).sum(axis=1),
        square,
        out=np.zeros(len(packed)),
        where=square > 0,
    )
    alike = np.flatnonzero((r > ALIKE) & (r > 2 / np.sqrt(np.maximum(count, 1))))
    if alike.size:
        found.append(
            Remark(
                "autocorrelated",
                f"Neighbouring points of the baseline resemble each other (autocorrelation up to"
                f" {float(r[alike].max()):.2f}): false alarms come much sooner than designed.",
                {"series": alike.tolist(), "autocorrelation": r[alike].tolist()},
            )
        )
    return tuple(found)


def _each(value: ArrayLike, table: Floats) -> Floats:
    given = np.asarray(value, dtype=np.float64)
    if not np.isfinite(given).all():
        raise ValueError("A centre and a sigma are finite numbers.")
    return np.array(np.broadcast_to(given, len(table)))


def _check(sizes: Floats) -> None:
    if (sizes <= 0).any() or np.isinf(sizes).any():
        raise ValueError("The size of a point is above zero.")
