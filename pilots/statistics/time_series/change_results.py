"""What a search for a change of level gives, and what both ways of searching share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import Bools, Floats, Refusal, Remark, as_table, to_the_left

MIN_POINTS = 16
ALIKE_ENOUGH_TO_SAY = 0.2

ONE_CHANGE = Remark(
    "one_change", "The points are taken to be independent, with one change of level at most."
)


@dataclass(frozen=True, eq=False)
class ChangePoints:
    """For many series: arrays (series,), NaN (−1 for indices) where `refused` says why.

    `at`, `lower`, `upper`: the index of the first point since the change and its interval (R counts
    the last point before from 1, which is the same number). `alike`, `trending`: neighbours
    resemble each other; a straight line fits better than a step.
    """

    at: NDArray[np.int64]
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    statistic: Floats
    p: Floats
    before: Floats
    after: Floats
    n: NDArray[np.int64]
    autocorrelation: Floats
    alike: Bools
    trending: Bools
    method: str
    refused: dict[int, Remark]


@dataclass(frozen=True)
class ChangePoint:
    """The likeliest change of level of one series; see `ChangePoints`. `lower` and `upper` are None
    where the method has no interval for where."""

    at: int
    lower: int | None
    upper: int | None
    statistic: float
    p: float
    before: float
    after: float
    n: int
    level: float
    autocorrelation: float
    method: str
    assumptions: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


def one_series(values: ArrayLike) -> Floats:
    table = as_table(values)
    if len(table) != 1:
        raise ValueError("One series at a time; the function for many takes a table.")
    return table


def single(many: ChangePoints, level: float) -> ChangePoint:
    if 0 in many.refused:
        raise Refusal(many.refused[0].code, many.refused[0].text, **many.refused[0].facts)
    warnings = []
    r = float(many.autocorrelation[0])
    if many.alike[0]:
        warnings.append(
            Remark(
                "autocorrelated",
                f"Neighbouring points resemble each other (autocorrelation {r:.1f}): such series"
                " show change points where there are none, and p is too small.",
                {"autocorrelation": r},
            )
        )
    if many.trending[0]:
        warnings.append(
            Remark("trend", "A straight line fits the points better than one change of level.")
        )
    return ChangePoint(
        at=int(many.at[0]),
        lower=int(many.lower[0]) if many.lower[0] >= 0 else None,
        upper=int(many.upper[0]) if many.upper[0] >= 0 else None,
        statistic=float(many.statistic[0]),
        p=float(many.p[0]),
        before=float(many.before[0]),
        after=float(many.after[0]),
        n=int(many.n[0]),
        level=level,
        autocorrelation=r,
        method=many.method,
        assumptions=(ONE_CHANGE,),
        warnings=tuple(warnings),
    )


def packed_points(
    table: Floats,
) -> tuple[Floats, Bools, NDArray[np.int64], dict[int, Remark]]:
    """The points without gaps, where they are, how many, and the series that are too short."""
    packed = to_the_left(table, np.isfinite(table))
    inside = np.isfinite(packed)
    n = inside.sum(axis=1)
    return (
        packed,
        inside,
        n,
        {
            int(row): Remark(
                "few_points",
                f"Only {n[row]} points; it takes {MIN_POINTS} to look for a change.",
                {"points": int(n[row]), "needed": MIN_POINTS},
            )
            for row in np.flatnonzero(n < MIN_POINTS)
        },
    )


def checks(
    packed: Floats,
    inside: Bools,
    n: NDArray[np.int64],
    k: NDArray[np.int64],
    means: tuple[Floats, Floats],
    left: Floats,
    usable: Bools,
) -> tuple[Floats, Bools, Bools]:
    """Lag-1 autocorrelation around the two levels, whether it is much, and whether a line fits."""
    first = np.arange(packed.shape[1]) < k[:, np.newaxis]
    level = np.where(first, means[0][:, np.newaxis], means[1][:, np.newaxis])
    there = inside & usable[:, np.newaxis]
    rest = np.where(there, packed - np.nan_to_num(level), 0.0)
    square = (rest**2).sum(axis=1)
    r = np.divide(
        (rest[:, 1:] * rest[:, :-1]).sum(axis=1),
        square,
        out=np.where(usable, 0.0, np.nan),
        where=usable & (square > 0),
    )
    # Fitting two levels and the place takes about 3/n off the autocorrelation of chance.
    alike = np.nan_to_num(r) + 3 / np.maximum(n, 1) >= ALIKE_ENOUGH_TO_SAY
    x = np.where(there, np.arange(packed.shape[1], dtype=np.float64), 0.0)
    x = np.where(there, x - (x.sum(axis=1) / np.maximum(n, 1))[:, np.newaxis], 0.0)
    middle = np.where(there, packed, 0.0).sum(axis=1) / np.maximum(n, 1)
    y = np.where(there, packed - middle[:, np.newaxis], 0.0)
    along = (x * y).sum(axis=1) ** 2 / np.maximum((x**2).sum(axis=1), 1e-300)
    return r, alike & usable, usable & ((y**2).sum(axis=1) - along < left * (1 - 1e-9))


def column_after(table: Floats, k: NDArray[np.int64], usable: Bools) -> NDArray[np.int64]:
    """The column of the first point after k points of each row, −1 where refused."""
    seen = np.isfinite(table).cumsum(axis=1)
    after = (seen > k[:, np.newaxis]) if table.shape[1] else np.zeros((len(k), 1), dtype=bool)
    return np.where(usable, after.argmax(axis=1), -1)
