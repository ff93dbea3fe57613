"""What is shown: the finding, and the numbers behind it.

Words after Piaggio et al. (CONSORT), JAMA 308 (2012) 2594.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.intervals import Interval
from pilots.statistics.series import Floats


class Finding(StrEnum):
    EQUIVALENT = "equivalent"  # within both limits
    NON_INFERIOR = "non_inferior"  # on the good side of the one limit
    SUPERIOR = "superior"  # and on the good side of no difference, too
    BEYOND = "beyond"  # the whole interval lies beyond a limit
    NOT_SHOWN = "not_shown"  # the interval reaches over a limit: more data, or it is so
    REFUSED = "refused"  # see `interval.refused`


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

    # The finding reads the p-values where there are some: at the limit itself the rounding of a
    # searched interval must not contradict them.
    above = _shown(found.lower, low, 1, p_low, alpha)
    below = _shown(found.upper, high, -1, p_high, alpha)
    least, most = -np.inf if low is None else low, np.inf if high is None else high
    conditions = [
        refused,
        (found.upper < least) | (found.lower > most),
        above & below & _better(found, low, high, null),
        above & below,
    ]
    one_sided = low is None or high is None
    good = Finding.NON_INFERIOR if one_sided else Finding.EQUIVALENT
    names = (Finding.REFUSED, Finding.BEYOND, Finding.SUPERIOR, good, Finding.NOT_SHOWN)
    which = np.select(conditions, range(4), default=4)
    return Equivalence(
        finding=names[int(which)] if which.ndim == 0 else _named(which, names),
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


def _shown(
    end: Floats, limit: float | None, way: int, p: Floats | None, alpha: float
) -> NDArray[np.bool_]:
    """Whether the end of the interval is on the inner side of the limit; true without a limit."""
    if limit is None:
        return np.ones(np.shape(end), dtype=bool)
    return np.asarray(p < alpha if p is not None else way * (end - limit) > 0)


def _better(
    found: Interval, low: float | None, high: float | None, null: float | None
) -> NDArray[np.bool_]:
    """Whether the interval is on the good side of no difference, where one side is good."""
    if null is None or (low is not None and high is not None):
        return np.zeros(np.shape(found.lower), dtype=bool)
    return np.asarray(found.lower > null if high is None else found.upper < null)


def _named(which: NDArray[np.int64], names: tuple[Finding, ...]) -> NDArray[np.object_]:
    words = np.empty(which.size, dtype=object)
    words[:] = [names[i] for i in which.ravel()]
    return words.reshape(which.shape)
