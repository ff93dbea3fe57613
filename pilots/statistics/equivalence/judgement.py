"""What is shown: the finding, which `margins` reads, and the numbers behind it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.intervals import Interval
from pilots.statistics.margins import WORDS, Finding, findings
from pilots.statistics.series import Floats


@dataclass(frozen=True, eq=False)
class Equivalence:
    """What is shown about a measure and its limits; arrays have the shape of the arguments.

    `interval` has coverage 1 − 2·alpha. `p_low` tests "at or below low", `p_high` "at or above
    high", `p_value` is the larger of those asked (None for "newcombe", which is an interval only).
    `statistic_low`, `statistic_high`: z or t of each, NaN where there is no such limit, None where
    the method has none.
    """

    finding: Finding | NDArray[np.object_]
    interval: Interval
    low: float | None
    high: float | None
    alpha: float
    statistic_low: Floats | None
    statistic_high: Floats | None
    p_low: Floats | None
    p_high: Floats | None
    p_value: Floats | None
    method: str

    @property
    def estimate(self) -> Floats:
        return self.interval.estimate

    @property
    def lower(self) -> Floats:
        return self.interval.lower

    @property
    def upper(self) -> Floats:
        return self.interval.upper


def columns(found: Interval, *columns: ArrayLike) -> list[Floats]:
    """The columns in the shape of the result; rows that are refused get numbers that do no harm."""
    shape = np.shape(found.estimate)
    out = np.isnan(found.lower)
    harmless = (1.0, 2.0, 1.0, 2.0)
    given = (np.broadcast_to(np.asarray(c, dtype=np.float64), shape) for c in columns)
    return [np.where(out, safe, column) for safe, column in zip(harmless, given, strict=True)]


def checked(
    low: float | None, high: float | None, alpha: float, bounds: tuple[float, float]
) -> None:
    if low is None and high is None:
        raise ValueError("A margin is needed: low, high or both.")
    for limit in (low, high):
        if limit is not None and not bounds[0] < limit < bounds[1]:
            raise ValueError(f"A limit of {limit} is outside what the measure can be.")
    if low is not None and high is not None and low >= high:
        raise ValueError("The lower limit is below the upper one.")
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha lies between 0 and 0.5, unlike {alpha}.")


def judged(
    found: Interval,
    low: float | None,
    high: float | None,
    alpha: float,
    method: str,
    *,
    statistic: Callable[[float], Floats] | None = None,
    tails: Callable[[float], tuple[Floats, Floats]] | None = None,
    null: float | None = None,
) -> Equivalence:
    """The result, given how a limit is tested: by z or t, by tail probabilities, or not at all."""
    from scipy.special import ndtr, stdtr

    refused = np.isnan(found.lower)
    nothing = np.full(np.shape(found.lower), np.nan)
    z_low = z_high = p_low = p_high = p_value = None
    if statistic is not None:
        z_low = nothing if low is None else np.where(refused, np.nan, statistic(low))
        z_high = nothing if high is None else np.where(refused, np.nan, statistic(high))
        if found.degrees is None:
            p_low, p_high = ndtr(-z_low), ndtr(z_high)
        else:
            p_low, p_high = stdtr(found.degrees, -z_low), stdtr(found.degrees, z_high)
    elif tails is not None:
        p_low = nothing if low is None else np.where(refused, np.nan, tails(low)[0])
        p_high = nothing if high is None else np.where(refused, np.nan, tails(high)[1])
    if p_low is not None and p_high is not None:
        p_value = np.fmax(p_low, p_high)[()]

    which = findings(
        found.lower,
        found.upper,
        low=low,
        high=high,
        null=null,
        above=None if p_low is None else np.asarray(p_low < alpha),
        below=None if p_high is None else np.asarray(p_high < alpha),
    )
    return Equivalence(
        finding=WORDS[int(which)] if which.ndim == 0 else np.array(WORDS, dtype=object)[which],
        interval=found,
        low=low,
        high=high,
        alpha=alpha,
        statistic_low=None if z_low is None else z_low[()],
        statistic_high=None if z_high is None else z_high[()],
        p_low=None if p_low is None else p_low[()],
        p_high=None if p_high is None else p_high[()],
        p_value=p_value,
        method=method,
    )
