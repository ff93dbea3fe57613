"""Means: one, the difference of two, of pairs, their ratio, and the relative change.

Samples are given as values, observations along the last axis (NaN is passed over), or as a
`Summary` of n, mean and standard deviation, each a number or an array: that is all the formulas use.

Sources: Student, Biometrika 6 (1908) 1. Welch, Biometrika 34 (1947) 28; Satterthwaite, Biometrics
Bulletin 2 (1946) 110. Fieller, JRSS B 16 (1954) 175. Cochran, Sampling Techniques (1977) 2.15 for how
many cases a skewed measure needs.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.intervals.interval import Interval, IntervalTable, Side, chosen, tail_of
from pilots.statistics.intervals.proportions import INDEPENDENT, Ends
from pilots.statistics.series import Floats, Remark


@dataclass(frozen=True, eq=False)
class Summary:
    """n, mean and standard deviation (divisor n − 1) of one sample, or of many (arrays).

    `skewness` is known only where the values were, and serves as a check.
    """

    n: ArrayLike
    mean: ArrayLike
    sd: ArrayLike
    skewness: ArrayLike | None = None

    @classmethod
    def of_values(cls, values: ArrayLike) -> "Summary":
        """Of values along the last axis; NaN is a missing one."""
        given = np.asarray(values, dtype=np.float64)
        if given.ndim == 0:
            raise ValueError("A sample has observations: give an array, or a Summary.")
        if np.isinf(given).any():
            raise ValueError("A value is infinite. Leave a missing one as NaN.")
        here = np.isfinite(given)
        n = here.sum(axis=-1)
        count = np.maximum(n, 1)
        mean = np.where(here, given, 0).sum(axis=-1) / count
        away = np.where(here, given - np.expand_dims(mean, -1), 0)
        square = (away**2).sum(axis=-1)
        sd = np.sqrt(square / np.maximum(n - 1, 1))
        spread = np.sqrt(square / count)
        cube = (away**3).sum(axis=-1) / count
        skewness = np.where(spread > 0, cube / np.where(spread > 0, spread, 1) ** 3, 0.0)
        return cls(n, np.where(n > 0, mean, np.nan), np.where(n > 1, sd, np.nan), skewness)

    @classmethod
    def of_sums(cls, total: ArrayLike, squares: ArrayLike, n: ArrayLike) -> "Summary":
        """Of the sum and the sum of squares of n values, as databases keep them."""
        s, q, m = (np.asarray(v, dtype=np.float64) for v in (total, squares, n))
        if (m < 2).any():
            raise ValueError("A sum of squares needs two values or more.")
        square = q - s**2 / m
        if (square < -1e-9 * np.abs(q)).any():
            raise ValueError("The sum of squares is too small for this sum.")
        return cls(m, s / m, np.sqrt(np.maximum(square, 0) / (m - 1)))

    @classmethod
    def of_events(cls, events: ArrayLike, n: ArrayLike) -> "Summary":
        """Of zeros and ones: mean p, variance p(1 − p) with divisor n (as GrowthBook has it)."""
        x, m = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
        if (x < 0).any() or (x > m).any() or (m <= 0).any():
            raise ValueError("Events lie between none and the number of cases.")
        return cls(m, x / m, np.sqrt(x / m * (1 - x / m)))


Sample = Summary | ArrayLike


def mean(sample: Sample, *, level: float = 0.95, side: Side = "both") -> Interval:
    """Where a mean lies, with Student's interval.

    Refusal (or NaN and the reason in `refused`): fewer than two values, values that are all equal.
    Warning: a skewness that wants more values than there are (n < 25·skewness², Cochran).

    >>> found = mean([4.1, 5.0, 6.2, 5.5, 4.8])
    >>> [round(float(v), 3) for v in (found.estimate, found.lower, found.upper)]
    [5.12, 4.145, 6.095]
    """
    tail = tail_of(level, side)
    table, skewed = table_of_samples((sample,))
    n, centre, sd = table.kept()
    error, degrees = sd / np.sqrt(n), n - 1
    return _student(table, centre, error, degrees, tail, level, side, n, "t", skewed)


def mean_difference(
    first: Sample,
    second: Sample,
    *,
    variances: Literal["unequal", "equal"] = "unequal",
    level: float = 0.95,
    side: Side = "both",
) -> Interval:
    """By how much the first mean exceeds the second, with its interval.

    `variances`: "unequal" (default; Welch, as R's t.test) or "equal" (pooled, var.equal = TRUE).
    `p_value` is of no difference. Refusals and the warning: as for `mean`, in either sample; a sample
    whose values are all equal is taken if the other's are not.

    >>> found = mean_difference(Summary(40, 5.2, 1.1), Summary(35, 4.6, 1.6))
    >>> [round(float(v), 3) for v in (found.lower, found.upper, found.degrees)]
    [-0.043, 1.243, 59.122]
    """
    tail = tail_of(level, side)
    chosen(variances, ("unequal", "equal"))
    table, skewed = table_of_samples((first, second))
    n1, m1, s1, n2, m2, s2 = table.kept()
    if variances == "equal":
        degrees = n1 + n2 - 2
        pooled = ((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / degrees
        error, name = np.sqrt(pooled * (1 / n1 + 1 / n2)), "t, equal variances"
    else:
        error, degrees, name = np.sqrt(s1**2 / n1 + s2**2 / n2), welch(n1, s1, n2, s2), "Welch's t"
    return _student(table, m1 - m2, error, degrees, tail, level, side, n1 + n2, name, skewed)


def paired_mean_difference(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95, side: Side = "both"
) -> Interval:
    """By how much the first of each pair exceeds the second on average.

    Values of the same cases in the same order, pairs along the last axis; a pair with a missing
    value is passed over. Refusals and the warning as for `mean`.

    >>> found = paired_mean_difference([7.1, 6.4, 8.0, 7.7], [6.0, 6.1, 7.2, 7.0])
    >>> [round(float(v), 3) for v in (found.estimate, found.lower, found.upper)]
    [0.725, 0.199, 1.251]
    """
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != two.shape:
        raise ValueError(f"Pairs have the same shape, unlike {one.shape} and {two.shape}.")
    return mean(one - two, level=level, side=side)


def mean_ratio(
    first: Sample,
    second: Sample,
    *,
    method: Literal["fieller", "delta"] = "fieller",
    level: float = 0.95,
    side: Side = "both",
) -> Interval:
    """How many times the second mean the first is, with its interval.

    "fieller" (default) inverts the test of m1 − θ·m2 = 0 and is refused where the second mean is
    not clearly different from zero, as the set is no interval then. "delta" is m1/m2 ± t·SE with
    SE² = s1²/(n1·m2²) + s2²·m1²/(n2·m2⁴); too short where the second mean is uncertain. Both with
    Welch's degrees of freedom, taken at the estimate for "fieller".

    Refusals as for `mean_difference`, and a second mean of zero.

    >>> found = mean_ratio(Summary(40, 5.2, 1.1), Summary(35, 4.6, 1.6))
    >>> [round(float(v), 3) for v in (found.estimate, found.lower, found.upper)]
    [1.13, 0.991, 1.302]
    """
    tail = tail_of(level, side)
    chosen(method, ("fieller", "delta"))
    table, skewed = table_of_samples((first, second))
    table.refuse(table.columns["mean1"] == 0, "zero_mean", "The mean to compare with is zero.")
    if method == "delta":
        return _delta(table, tail, level, side, skewed, shift=0.0, name="delta")
    n1, m1, s1, n2, m2, s2 = table.columns.values()
    divisor = np.where(table.open, m2, 1.0)
    safe = [np.where(table.open, v, 2.0) for v in (n1, s1, n2, s2)]
    v1, v2 = safe[1] ** 2 / safe[0], safe[3] ** 2 / safe[2]
    ratio = np.where(table.open, m1, 1.0) / divisor
    degrees = welch(safe[0], safe[1], safe[2], np.abs(ratio) * safe[3])
    t = _t(tail, degrees)
    g = t**2 * v2 / divisor**2
    text = "The mean to compare with may well be zero: its ratio has no interval."
    table.refuse(g >= 1, "zero_mean", text)
    r, g, t, v1, v2, d, m = (v[table.open] for v in (ratio, g, t, v1, v2, degrees, divisor))
    half = t / np.abs(m) * np.sqrt((1 - g) * v1 + r**2 * v2) / (1 - g)
    return table.interval(
        r, (r / (1 - g) - half, r / (1 - g) + half), level=level, side=side,
        bounds=(-np.inf, np.inf), n=sum(table.kept("n0", "n1")), method="fieller",
        assumptions=(INDEPENDENT,), warnings=skewed, degrees=d,
    )  # fmt: skip


def relative_change(
    after: Sample, before: Sample, *, level: float = 0.95, side: Side = "both"
) -> Interval:
    """(after − before) / before, by the delta method with Welch's degrees of freedom and p-value.

    That is GrowthBook's frequentist two-sided test of a relative uplift (`before` its control);
    its proportions are `Summary.of_events`, its sums `Summary.of_sums`. Refusals as for `mean_ratio`.
    Where `before` is uncertain `mean_ratio` by Fieller is the better one.

    >>> found = relative_change(Summary.of_events(16, 30), Summary.of_events(14, 28))
    >>> [round(float(v), 3) for v in (found.estimate, found.lower, found.upper)]
    [0.067, -0.478, 0.611]
    """
    tail = tail_of(level, side)
    table, skewed = table_of_samples((after, before))
    table.refuse(table.columns["mean1"] == 0, "zero_mean", "The mean to compare with is zero.")
    return _delta(table, tail, level, side, skewed, shift=1.0, name="delta, Welch's t")


def welch(n1: Floats, s1: Floats, n2: Floats, s2: Floats) -> Floats:
    """Satterthwaite's degrees of freedom."""
    v1, v2 = s1**2 / n1, s2**2 / n2
    return (v1 + v2) ** 2 / (v1**2 / (n1 - 1) + v2**2 / (n2 - 1))


def _delta(
    table: IntervalTable, tail: float, level: float, side: Side, skewed: tuple[Remark, ...], *,
    shift: float, name: str,
) -> Interval:  # fmt: skip
    still = (table.columns["mean0"] == 0) & (table.columns["sd0"] == 0)
    table.refuse(still, "no_variation", "All values are zero, so chance is unknown.")
    n1, m1, s1, n2, m2, s2 = table.kept()
    error = np.sqrt(s1**2 / (n1 * m2**2) + s2**2 * m1**2 / (n2 * m2**4))
    return _student(
        table, m1 / m2 - shift, error, welch(n1, s1, n2, s2), tail, level, side, n1 + n2, name,
        skewed, null=1 - shift,
    )  # fmt: skip


def table_of_samples(samples: tuple[Sample, ...]) -> tuple[IntervalTable, tuple[Remark, ...]]:
    """Columns n0, mean0, sd0, n1, … with the refusals that all methods share, and the warning."""
    summaries = [s if isinstance(s, Summary) else Summary.of_values(s) for s in samples]
    columns: dict[str, ArrayLike] = {}
    for i, one in enumerate(summaries):
        columns |= {f"n{i}": one.n, f"mean{i}": one.mean, f"sd{i}": one.sd}
    given = {name: np.asarray(v, dtype=np.float64) for name, v in columns.items()}
    # A sample of one value has no SD, and the reason is its size, not a missing number.
    sizes = [given[f"n{i}"] for i in range(len(samples))]
    for i, n in enumerate(sizes):
        if (n < 0).any() or (given[f"sd{i}"] < 0).any():
            raise ValueError("A sample size or a standard deviation is below zero.")
        for name in (f"mean{i}", f"sd{i}"):
            given[name] = np.where(n < 2, 0.0, given[name])
    table = IntervalTable(**given)
    least = np.min([table.columns[f"n{i}"] for i in range(len(samples))], axis=0)
    text = "{n} values say nothing about their spread: it takes two or more in each sample."
    table.refuse(least < 2, "few_values", text, n=least)
    spread = np.max([table.columns[f"sd{i}"] for i in range(len(samples))], axis=0)
    table.refuse(spread == 0, "no_variation", "All values are equal, so chance is unknown.")
    return table, _skewed(summaries)


def _skewed(summaries: list[Summary]) -> tuple[Remark, ...]:
    needed = [
        np.where(np.asarray(s.n) > 1, 25 * np.square(s.skewness) - np.asarray(s.n), 0).max(
            initial=0
        )
        for s in summaries
        if s.skewness is not None
    ]
    if not needed or max(needed) <= 0:
        return ()
    text = "The values are so skewed that the interval may miss its level with so few of them."
    return (Remark("skewed", text, {"more_needed": float(np.ceil(max(needed)))}),)


def _student(
    table: IntervalTable, estimate: Floats, error: Floats, degrees: Floats, tail: float, level: float,
    side: Side, n: Floats, name: str, skewed: tuple[Remark, ...], null: float = 0.0,
) -> Interval:  # fmt: skip
    from scipy.special import stdtr

    half = _t(tail, degrees) * error
    ends: Ends = (estimate - half, estimate + half)
    return table.interval(
        estimate, ends, level=level, side=side, bounds=(-np.inf, np.inf), n=n, method=name,
        assumptions=(INDEPENDENT,), warnings=skewed, standard_error=error, degrees=degrees,
        p_value=2 * stdtr(degrees, -np.abs(estimate - null) / error),
    )  # fmt: skip


def _t(tail: float, degrees: Floats) -> Floats:
    from scipy.special import stdtrit

    return -stdtrit(degrees, tail)
