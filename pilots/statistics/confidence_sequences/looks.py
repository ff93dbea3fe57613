"""What a sequence of looks brings back, always-valid p-values, and checks on independence.

The last axis is the looks, in the order of time; what is given at a look is everything up to it
(events so far, units so far). One series is (looks,), many are (series, looks), one look is a
number. A look without data is NaN.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import Bools, Floats, Refusal, Remark, to_the_left

# Looks needed before they are compared with what independent units would bring.
ENOUGH_LOOKS = 8
ALIKE = 0.2
TOO_ALIKE = 0.7

INDEPENDENT = Remark(
    "independent_units",
    "n counts independent units (patients, encounters), all with the same chance. Weeks and other"
    " aggregates that resemble each other are not.",
)

EXACT = Remark("exact", "Holds from the first unit on, at every look.")


@dataclass(frozen=True, eq=False)
class ConfidenceSequence:
    """An interval for every look; the truth is inside all of them with probability 1 − alpha.

    Arrays have the shape of what was given. `log_p` is the log of the look's own p-value (minus
    the log e-value where there is one) against `null`, `p_value` the always-valid one: the
    smallest so far, at most 1. `lower` and `upper` are NaN at looks without enough data; a row of
    many series that is refused is NaN, with the reason in `refused`.
    """

    method: str
    alpha: float
    n: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    log_p: Floats
    p_value: Floats
    null: float | None
    assumptions: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    refused: dict[int, Remark] = field(default_factory=dict)

    def one(self, series: int) -> "ConfidenceSequence":
        """One series of many, as a sequence of its own."""
        if self.lower.ndim != 2:
            raise ValueError("This is one series already.")
        if series in self.refused:
            remark = self.refused[series]
            raise Refusal(remark.code, remark.text, **remark.facts)
        names = ("n", "estimate", "lower", "upper", "log_p", "p_value")
        return replace(self, refused={}, **{name: getattr(self, name)[series] for name in names})


def always_valid_p(log_p: ArrayLike) -> Floats:
    """The smallest p-value so far at each look (last axis), at most 1; it may be read at any time.

    `log_p` is minus the log e-value of each look. A look that is missing (NaN) keeps the p-value
    of the look before. Source: Johari, Koomen, Pekelis, Walsh, Operations Research 70 (2022) 1806.

    >>> always_valid_p([0.5, float("nan"), -3.0, -1.0]).round(3)
    array([1.  , 1.  , 0.05, 0.05])
    """
    given = np.asarray(log_p, dtype=np.float64)
    lowest = np.minimum(np.where(np.isnan(given), np.inf, given), 0.0)
    return np.exp(np.minimum.accumulate(lowest, axis=-1) if lowest.ndim else lowest)


def as_looks(*arrays: ArrayLike, names: Sequence[str]) -> tuple[int, tuple[Floats, ...]]:
    """The arrays broadcast to one (series, looks) table each, NaN wherever one of them is.

    Also the number of dimensions of what was given, to bring the answer back in.
    """
    given = [np.asarray(one, dtype=np.float64) for one in arrays]
    for one, name in zip(given, names, strict=True):
        if np.isinf(one).any():
            raise ValueError(f"{name}: a value is infinite. Leave a look without data as NaN.")
    shape = np.broadcast_shapes(*(one.shape for one in given))
    if len(shape) > 2:
        raise ValueError(
            f"Give one look, (looks,) or (series, looks), not {len(shape)} dimensions."
        )
    if shape and shape[-1] == 0:
        raise Refusal("too_few_units", "There are no looks.")
    tables = [np.atleast_2d(np.broadcast_to(one, shape)).copy() for one in given]
    missing = np.isnan(np.sum(tables, axis=0))
    for table in tables:
        table[missing] = np.nan
    return len(shape), tuple(tables)


def check_cumulative(table: Floats, name: str) -> None:
    """Refuse counts below zero, or that fall from one look to the next."""
    if (table < 0).any():
        raise ValueError(f"{name}: a count is below zero.")
    steps = np.diff(to_the_left(table, ~np.isnan(table)), axis=1)
    if (steps < -1e-9).any():
        raise ValueError(
            f"{name} falls from one look to the next. Give everything up to each look, not the"
            " part since the last one."
        )


def ratio_of(x: Floats, n: Floats) -> Floats:
    """x over n, NaN where there is nothing to divide by."""
    return np.divide(x, n, out=np.full_like(x, np.nan), where=np.nan_to_num(n) > 0)


def last_of(table: Floats) -> Floats:
    """The last value of each series that is not missing, 0 where there is none."""
    known = np.isfinite(table)
    last = np.where(known.any(axis=1), known.shape[1] - 1 - known[:, ::-1].argmax(axis=1), 0)
    return np.nan_to_num(np.take_along_axis(table, last[:, np.newaxis], axis=1)[:, 0])


@dataclass(frozen=True, eq=False)
class LookCheck:
    """How the parts between looks compare with independent units, for each series.

    `dispersion`: their variance over what independent units bring (1: no more than that);
    `autocorrelation`: of neighbouring parts. Both NaN below eight looks.
    """

    dispersion: Floats
    autocorrelation: Floats
    looks: NDArray[np.int64]

    @property
    def overdispersed(self) -> Bools:
        """Beyond the 99.9 % point of χ² over its degrees (Wilson and Hilferty)."""
        degrees = np.maximum(self.looks - 1, 1)
        limit = (1 - 2 / (9 * degrees) + 3.09 * np.sqrt(2 / (9 * degrees))) ** 3
        return np.nan_to_num(self.dispersion) > limit

    @property
    def alike(self) -> Bools:
        return np.nan_to_num(self.autocorrelation) > np.maximum(
            ALIKE, 2 / np.sqrt(np.maximum(self.looks, 1))
        )


def check_looks(total: Floats, n: Floats, variance: Floats) -> LookCheck:
    """Compare the parts between looks with each other: (series, looks) of sums and units so far.

    `variance` is that of one unit at the last look of each series.
    """
    present = ~np.isnan(total) & ~np.isnan(n)
    sums, sizes = to_the_left(total, present), to_the_left(n, present)
    sums = np.diff(sums, axis=1, prepend=0.0)
    sizes = np.diff(sizes, axis=1, prepend=0.0)
    there = np.isfinite(sums) & (np.nan_to_num(sizes) > 0)
    count = there.sum(axis=1)
    sums, sizes = np.where(there, sums, 0.0), np.where(there, sizes, 0.0)
    whole = np.maximum(sizes.sum(axis=1), 1e-300)
    mean = sums.sum(axis=1) / whole
    spread = np.sqrt(np.maximum(variance, 0.0)[:, np.newaxis] * sizes)
    z = np.divide(
        sums - mean[:, np.newaxis] * sizes, spread, out=np.zeros_like(sums), where=spread > 0
    )
    square = (z**2).sum(axis=1)
    enough = (count >= ENOUGH_LOOKS) & (square > 0)
    packed = np.nan_to_num(to_the_left(z, there))
    product = (packed[:, 1:] * packed[:, :-1]).sum(axis=1)
    blank = np.full(len(total), np.nan)
    return LookCheck(
        np.divide(square, count - 1, out=blank.copy(), where=enough),
        np.divide(product, square, out=blank.copy(), where=enough),
        count,
    )


def finish(
    method: str,
    *,
    dimensions: int,
    alpha: float,
    n: Floats,
    estimate: Floats,
    lower: Floats,
    upper: Floats,
    log_p: Floats,
    null: float | None,
    ready: Bools,
    too_small: Remark,
    checks: Sequence[LookCheck],
    assumptions: tuple[Remark, ...] = (),
) -> ConfidenceSequence:
    """The sequence in the shape of what was given, with what must be said or refused."""
    refused: dict[int, Remark] = {}
    for row in np.flatnonzero(~ready.any(axis=1)):
        refused[int(row)] = too_small
    for check in checks:
        for row in np.flatnonzero(
            check.alike & (np.nan_to_num(check.autocorrelation) >= TOO_ALIKE)
        ):
            refused.setdefault(int(row), _too_alike(float(check.autocorrelation[row])))
    if dimensions < 2 and refused:
        remark = refused[0]
        raise Refusal(remark.code, remark.text, **remark.facts)
    shown = ready.copy()
    shown[list(refused)] = False
    lower, upper, log_p = (np.where(shown, one, np.nan) for one in (lower, upper, log_p))
    p_value = always_valid_p(log_p)
    p_value[list(refused)] = np.nan
    if null is None:
        p_value = np.full_like(p_value, np.nan)

    def back(table: Floats) -> Floats:
        return (
            table if dimensions == 2 else table[0] if dimensions == 1 else np.asarray(table[0, 0])
        )

    return ConfidenceSequence(
        method=method,
        alpha=alpha,
        n=back(n),
        estimate=back(estimate),
        lower=back(lower),
        upper=back(upper),
        log_p=back(log_p),
        p_value=back(p_value),
        null=null,
        assumptions=(INDEPENDENT, *assumptions),
        warnings=_warnings(checks, refused, len(n)),
        refused=refused,
    )


def _warnings(
    checks: Sequence[LookCheck], refused: dict[int, Remark], series: int
) -> tuple[Remark, ...]:
    found = []
    for check in checks:
        stay = np.array([row not in refused for row in range(series)])
        rows = np.flatnonzero(check.overdispersed & stay)
        if rows.size:
            worst = float(check.dispersion[rows].max())
            found.append(
                Remark(
                    "overdispersed",
                    f"{_some(rows.size, series)}The looks differ more than independent units would"
                    f" bring (up to {worst:.1f} times the variance): the interval is too narrow."
                    " Use the week-to-week spread instead.",
                    {"series": rows.tolist(), "dispersion": check.dispersion[rows].tolist()},
                )
            )
        rows = np.flatnonzero(check.alike & stay)
        if rows.size:
            worst = float(check.autocorrelation[rows].max())
            found.append(
                Remark(
                    "autocorrelated",
                    f"{_some(rows.size, series)}Neighbouring looks resemble each other"
                    f" (autocorrelation up to {worst:.2f}): the units are not independent and the"
                    " interval is too narrow. Use the time-series route.",
                    {
                        "series": rows.tolist(),
                        "autocorrelation": check.autocorrelation[rows].tolist(),
                    },
                )
            )
    return tuple(found)


def _some(rows: int, series: int) -> str:
    return f"In {rows} of {series} series: " if series > 1 else ""


def _too_alike(r: float) -> Remark:
    return Remark(
        "autocorrelated",
        f"Neighbouring looks resemble each other so much (autocorrelation {r:.2f}) that n is not a"
        " number of independent units. Use the time-series route.",
        {"autocorrelation": r if math.isfinite(r) else None},
    )
