"""Two rates: their ratio and their difference, the first against the second.

Ratio: exact (conditional on the sum of events, R's poisson.test; default), mid_p (the same counting
half of the observed outcome), score, log (Wald; refused without events), log_adjusted (½ added).
Difference: mover (square-and-add of single limits; default), score (restricted likelihood), wald
(refused where events are few).

Sources: Przyborowski and Wilenski, Biometrika 31 (1940) 313 and Sahai and Khurshid, Statistics in
Medicine 15 (1996) 1 for the ratio. Donner and Zou, Statistical Methods in Medical Research 21 (2012)
347 and Li, Tang, Wong, Computational Statistics 29 (2014) 869 for MOVER. Miettinen and Nurminen,
Statistics in Medicine 4 (1985) 213 for scores.
"""

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.intervals import proportions, rates
from pilots.statistics.intervals.interval import (
    Interval,
    IntervalTable,
    Side,
    chosen,
    crossing,
    normal_quantile,
    of_rates,
    tail_of,
)
from pilots.statistics.intervals.proportions import Ends
from pilots.statistics.intervals.rates import POISSON, positive
from pilots.statistics.intervals.score import odds, over_root
from pilots.statistics.intervals.two_proportion_formulas import squared_and_added
from pilots.statistics.series import Floats

RATIOS = ("exact", "mid_p", "score", "log", "log_adjusted")
DIFFERENCES = ("mover", "score", "wald")


def rate_ratio(
    events1: ArrayLike,
    exposure1: ArrayLike,
    events2: ArrayLike,
    exposure2: ArrayLike,
    *,
    method: str = "exact",
    level: float = 0.95,
    side: Side = "both",
) -> Interval:
    """How many times the second rate the first is, with its interval.

    Arguments broadcast together. Given the sum of events, those of the first group are binomial:
    the limits of that proportion p become p/(1−p)·T2/T1. "score" does it with Wilson's limits.
    `p_value`, for "exact" and "mid_p": two-sided, of equal rates; all outcomes no likelier than the
    observed one as in poisson.test, and twice the smaller tail with half of the observed outcome.

    A ratio to no events is infinite; "log" is refused then (and with no events in the first).
    Refusal (or NaN and the reason in `refused`): no exposure, no events in either group.

    >>> found = rate_ratio(11, 800, 21, 3011)
    >>> [round(float(v), 4) for v in (found.estimate, found.lower, found.upper, found.p_value)]
    [1.9715, 0.8584, 4.2773, 0.0797]
    """
    chosen(method, RATIOS)
    tail = tail_of(level, side)
    table = _table(events1, exposure1, events2, exposure2, whole=method in ("exact", "mid_p"))
    x1, _, x2, _ = table.columns.values()
    text = "Neither group has an event: their ratio can be anything."
    table.refuse((x1 == 0) & (x2 == 0), "no_events", text)
    if method == "log":
        text = "A group without events has no logarithm; take exact."
        table.refuse((x1 == 0) | (x2 == 0), "zero_events", text)
    x1, t1, x2, t2 = table.kept()
    if method in ("log", "log_adjusted"):
        add = 0.5 if method == "log_adjusted" else 0.0
        a, b = x1 + add, x2 + add
        half = normal_quantile(tail) * np.sqrt(1 / a + 1 / b)
        centre = a / t1 / (b / t2)
        ends = (centre * np.exp(-half), centre * np.exp(half))
    else:
        how = {"exact": "clopper_pearson", "mid_p": "mid_p", "score": "wilson"}[method]
        lower, upper = proportions.METHODS[how](x1, x1 + x2, tail)
        ends = (odds(lower) * t2 / t1, odds(upper) * t2 / t1)
    none = x2 == 0
    estimate = np.where(none, np.inf, x1 / t1 / np.where(none, 1, x2 / t2))
    share = t1 / (t1 + t2)
    tests = {"exact": _two_sided, "mid_p": _two_sided_mid_p}
    p = tests[method](x1, x1 + x2, share) if method in tests else None
    return table.interval(
        estimate,
        ends,
        level=level,
        side=side,
        bounds=(0.0, np.inf),
        n=t1 + t2,
        method=method,
        assumptions=(POISSON,),
        p_value=p,
    )


def rate_difference(
    events1: ArrayLike,
    exposure1: ArrayLike,
    events2: ArrayLike,
    exposure2: ArrayLike,
    *,
    method: str = "mover",
    level: float = 0.95,
    side: Side = "both",
    per: float = 1.0,
    single: str = "score",
    min_count: float = 10,
) -> Interval:
    """By how much the first rate exceeds the second (times `per`), with its interval.

    Arguments broadcast together. `single`: the limits that "mover" squares and adds, as for `rate`
    ("score" by default, which gives statsmodels' mover with method_mover="score"; "garwood" never
    falls below its level). "wald" is refused where a group has fewer than `min_count` events.

    Refusal (or NaN and the reason in `refused`): no exposure, too few events for the method.

    >>> found = rate_difference(60, 51477.5, 30, 54308.7, per=1000)
    >>> [round(float(v), 3) for v in (found.estimate, found.lower, found.upper)]
    [0.613, 0.262, 0.986]
    """
    chosen(method, DIFFERENCES)
    chosen(single, rates.METHODS)
    tail = tail_of(level, side)
    positive(per)
    exact = method == "mover" and single in rates.EXACT
    table = _table(events1, exposure1, events2, exposure2, whole=exact)
    if method == "wald":
        fewest = np.minimum(table.columns["events1"], table.columns["events2"])
        text = "Only {fewest} events in a group: this method needs {needed}; take mover."
        table.refuse(fewest < min_count, "few_events", text, fewest=fewest, needed=min_count)
    x1, t1, x2, t2 = table.kept()
    if method == "wald":
        half = normal_quantile(tail) * np.sqrt(x1 / t1**2 + x2 / t2**2)
        ends = (x1 / t1 - x2 / t2 - half, x1 / t1 - x2 / t2 + half)
    elif method == "mover":
        one, two = rates.METHODS[single](x1, tail), rates.METHODS[single](x2, tail)
        ends = squared_and_added(
            x1 / t1, (one[0] / t1, one[1] / t1), x2 / t2, (two[0] / t2, two[1] / t2)
        )
    else:
        ends = _score(x1, t1, x2, t2, tail)
    return table.interval(
        per * (x1 / t1 - x2 / t2),
        (per * ends[0], per * ends[1]),
        level=level,
        side=side,
        bounds=(-np.inf, np.inf),
        n=t1 + t2,
        method=f"{method} of {single}" if method == "mover" else method,
        assumptions=(POISSON,),
    )


def z_of_difference(x1: Floats, t1: Floats, x2: Floats, t2: Floats, difference: Floats) -> Floats:
    """(r̂1 − r̂2 − d) / SE under d; the second rate's likeliest value solves a square equation."""
    t, b = t1 + t2, (t1 + t2) * difference - x1 - x2
    r2 = (np.sqrt(np.maximum(b * b + 4 * t * x2 * difference, 0)) - b) / (2 * t)
    r2 = np.maximum(r2, np.maximum(-difference, 0))
    return over_root(x1 / t1 - x2 / t2 - difference, (r2 + difference) / t1 + r2 / t2)


def _score(x1: Floats, t1: Floats, x2: Floats, t2: Floats, tail: float) -> Ends:
    z = normal_quantile(tail)
    # No difference beyond the sum of both single score limits, doubled for safety, is searched.
    reach = 2 * (rates.score(x1, tail)[1] / t1 + rates.score(x2, tail)[1] / t2)

    def at(point: Floats) -> Floats:
        return z_of_difference(x1, t1, x2, t2, point)

    lower = crossing(lambda point: at(point) <= z, -reach, reach)
    return lower, crossing(lambda point: at(point) < -z, -reach, reach)


def _table(
    events1: ArrayLike, exposure1: ArrayLike, events2: ArrayLike, exposure2: ArrayLike, *,
    whole: bool,
) -> IntervalTable:  # fmt: skip
    table = IntervalTable(
        events1=events1, exposure1=exposure1, events2=events2, exposure2=exposure2
    )
    of_rates(table, "events1", "exposure1", whole=whole)
    of_rates(table, "events2", "exposure2", whole=whole)
    return table


def _two_sided(x: Floats, n: Floats, p: Floats) -> Floats:
    """R's binom.test: the probability of all outcomes no likelier than the observed one."""
    from scipy.stats import binomtest

    rows = zip(x, n, p, strict=True)
    return np.array([binomtest(int(a), int(b), float(c)).pvalue for a, b, c in rows])


def _two_sided_mid_p(x: Floats, n: Floats, p: Floats) -> Floats:
    from scipy.stats import binom

    half = binom.pmf(x, n, p) / 2
    p_value: Floats = 2 * np.minimum(binom.cdf(x, n, p) - half, binom.sf(x, n, p) + half)
    return p_value
