"""What every interval here has in common: the result, one side or both, rows without an answer.

Arguments are columns of a table: numbers or arrays that broadcast together. The formulas see only
the rows that can be answered, so that no NaN and no division by zero arises in them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.series import Bools, Floats, Refusal, Remark

Side = Literal["both", "lower", "upper"]


@dataclass(frozen=True, eq=False)
class Interval:
    """An estimate with its interval; every array has the shape the arguments broadcast to.

    `level` is the coverage aimed at. With `side` "lower" only the lower end is claimed, at that
    level, and `upper` is the largest value the measure can take; "upper" the other way round. `n`
    counts the units behind it. `refused`: the rows (in C order) without an answer, and why; they
    are NaN. `degrees` and `standard_error` are given where the interval is made of them, `p_value`
    where the method belongs to a test (two-sided, of no difference).
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    level: float
    side: Side
    n: Floats
    method: str
    assumptions: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    refused: Mapping[int, Remark] = field(default_factory=dict)
    standard_error: Floats | None = None
    degrees: Floats | None = None
    p_value: Floats | None = None


class IntervalTable:
    """Columns that broadcast together, and the rows among them that cannot be answered."""

    def __init__(self, **columns: ArrayLike) -> None:
        given = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
        for name, values in given.items():
            if np.isinf(values).any():
                raise ValueError(f"A value of {name} is infinite. Leave a missing one as NaN.")
        self.shape = np.broadcast_shapes(*(values.shape for values in given.values()))
        self.columns = {n: np.broadcast_to(v, self.shape).ravel() for n, v in given.items()}
        self.rows = int(np.prod(self.shape, dtype=np.int64))
        self.open: Bools = np.ones(self.rows, dtype=bool)
        self.refused: dict[int, Remark] = {}
        missing = np.isnan(np.array(list(self.columns.values()))).any(axis=0)
        self.refuse(missing, "missing", "A number is missing.")

    def refuse(self, where: Bools, code: str, text: str, **facts: ArrayLike) -> None:
        """These rows have no answer; the first reason stands. `text` may name the facts."""
        for row in np.flatnonzero(where & self.open):
            given = {
                name: float(np.broadcast_to(np.asarray(value), (self.rows,))[row])
                for name, value in facts.items()
            }
            told = {k: int(v) if v.is_integer() else v for k, v in given.items()}
            self.refused[int(row)] = Remark(code, text.format(**told), told)
        self.open &= ~where
        if self.shape == () and self.refused:
            remark = self.refused[0]
            raise Refusal(remark.code, remark.text, **remark.facts)

    def kept(self, *names: str) -> list[Floats]:
        """The columns of these names (all, if none is named), rows with an answer only."""
        return [self.columns[name][self.open] for name in names or self.columns]

    def spread(self, values: ArrayLike) -> Floats:
        """Values of the kept rows in the shape of the table, NaN elsewhere."""
        full = np.full(self.rows, np.nan)
        full[self.open] = values
        return full.reshape(self.shape)[()]

    def interval(
        self,
        estimate: ArrayLike,
        ends: tuple[Floats, Floats],
        *,
        level: float,
        side: Side,
        bounds: tuple[float, float],
        n: ArrayLike,
        method: str,
        assumptions: tuple[Remark, ...] = (),
        warnings: tuple[Remark, ...] = (),
        standard_error: ArrayLike | None = None,
        degrees: ArrayLike | None = None,
        p_value: ArrayLike | None = None,
    ) -> Interval:
        """The result of the kept rows; the end that is not claimed goes to its bound."""
        lower, upper = ends
        if side == "lower":
            upper = np.full_like(lower, bounds[1])
        elif side == "upper":
            lower = np.full_like(upper, bounds[0])
        return Interval(
            estimate=self.spread(estimate),
            lower=self.spread(np.clip(lower, *bounds)),
            upper=self.spread(np.clip(upper, *bounds)),
            level=level,
            side=side,
            n=self.spread(n),
            method=method,
            assumptions=assumptions,
            warnings=warnings,
            refused=self.refused,
            standard_error=None if standard_error is None else self.spread(standard_error),
            degrees=None if degrees is None else self.spread(degrees),
            p_value=None if p_value is None else self.spread(p_value),
        )


def tail_of(level: float, side: Side) -> float:
    """The probability left beyond each end that is claimed."""
    if side not in ("both", "lower", "upper"):
        raise ValueError(f"A side is both, lower or upper, not {side!r}.")
    if not 0 < level < 1:
        raise ValueError(f"A level lies between 0 and 1, unlike {level}.")
    if side != "both" and level <= 0.5:
        raise ValueError("A one-sided level is above 0.5.")
    return (1 - level) / 2 if side == "both" else 1 - level


def normal_quantile(tail: float) -> float:
    """How many standard errors leave this probability beyond."""
    from scipy.special import ndtri

    return float(-ndtri(tail))


def chosen(method: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    """The method, if it is one of those known here."""
    if method not in known:
        raise ValueError(f"{method!r} is none of {', '.join(known)}.")
    return method


def of_counts(table: IntervalTable, events: str, n: str, *, whole: bool) -> None:
    """Events out of cases: 0 ≤ events ≤ n, in whole numbers where the method counts them."""
    x, size = table.columns[events], table.columns[n]
    if (x < 0).any() or (size < 0).any():
        raise ValueError("A count is below zero.")
    if (x > size).any():
        raise ValueError("There are more events than cases.")
    if whole:
        whole_numbers(x, size)
    table.refuse(size == 0, "no_cases", "There are no cases.")


def of_rates(table: IntervalTable, events: str, exposure: str, *, whole: bool) -> None:
    """Events per exposure (patient days, visits): both not below zero."""
    x, time = table.columns[events], table.columns[exposure]
    if (x < 0).any() or (time < 0).any():
        raise ValueError("A count or an exposure is below zero.")
    if whole:
        whole_numbers(x)
    table.refuse(time == 0, "no_exposure", "There is no exposure to count events in.")


def whole_numbers(*columns: Floats) -> None:
    """Refuse parts of a case: exact methods count whole ones."""
    for values in columns:
        there = values[np.isfinite(values)]
        if (there != np.round(there)).any():
            raise ValueError("An exact method counts whole cases; take a score method for parts.")


def crossing(
    rises: Callable[[Floats], Bools], low: Floats, high: Floats, steps: int = 200
) -> Floats:
    """Where a monotone condition turns true, by halving: `rises(at)` is a mask of `low`'s shape.

    It ends at `low` or `high` where the condition is true or false throughout, which is what the
    limits of a bounded measure need (root finders want a change of sign).
    """
    low, high = low.copy(), high.copy()
    for _ in range(steps):
        middle = (low + high) / 2
        done = (middle <= low) | (middle >= high)
        if done.all():
            break
        # A row that is done must not be asked at its far end, where the measure may be infinite.
        beyond = rises(np.where(done, low, middle))
        high = np.where(beyond & ~done, middle, high)
        low = np.where(beyond | done, low, middle)
    return (low + high) / 2
