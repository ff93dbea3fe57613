"""Rates and means against agreed limits. Source: Schuirmann, Journal of Pharmacokinetics and
Biopharmaceutics 15 (1987) 657.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics import intervals
from pilots.statistics.equivalence.judgement import Equivalence, checked, columns, judged
from pilots.statistics.intervals import Interval, two_rates
from pilots.statistics.intervals.means import Sample
from pilots.statistics.series import Floats


def rate_ratio(
    events1: ArrayLike,
    exposure1: ArrayLike,
    events2: ArrayLike,
    exposure2: ArrayLike,
    *,
    low: float | None = None,
    high: float | None = None,
    alpha: float = 0.05,
) -> Equivalence:
    """Is the first rate over the second shown to lie above `low` and below `high`? Exactly.

    Given the sum of events, those of the first group are binomial with odds ratio·T1/T2; the
    interval is that of `intervals.rate_ratio`.

    >>> found = rate_ratio(52, 4100, 50, 4000, high=1.6, alpha=0.025)
    >>> found.finding.value, round(float(found.upper), 3)
    ('non_inferior', 1.527)
    """
    checked(low, high, alpha, (0.0, np.inf))
    found = intervals.rate_ratio(events1, exposure1, events2, exposure2, level=1 - 2 * alpha)
    counts = columns(found, events1, exposure1, events2, exposure2)

    def tails(limit: float) -> tuple[Floats, Floats]:
        from scipy.stats import binom

        x1, t1, x2, t2 = counts
        p = limit * t1 / (limit * t1 + t2)
        return binom.sf(x1 - 1, x1 + x2, p), binom.cdf(x1, x1 + x2, p)

    return judged(found, low, high, alpha, "exact", tails=tails, null=1.0)


def rate_difference(
    events1: ArrayLike,
    exposure1: ArrayLike,
    events2: ArrayLike,
    exposure2: ArrayLike,
    *,
    low: float | None = None,
    high: float | None = None,
    alpha: float = 0.05,
) -> Equivalence:
    """Is the first rate less the second shown to lie above `low` and below `high`? By scores.

    >>> found = rate_difference(52, 4100, 50, 4000, high=0.008, alpha=0.025)
    >>> found.finding.value, round(float(found.upper), 4)
    ('non_inferior', 0.0052)
    """
    checked(low, high, alpha, (-np.inf, np.inf))
    found = intervals.rate_difference(
        events1, exposure1, events2, exposure2, method="score", level=1 - 2 * alpha
    )
    counts = columns(found, events1, exposure1, events2, exposure2)

    def statistic(limit: float) -> Floats:
        x1, t1, x2, t2 = counts
        return two_rates.z_of_difference(x1, t1, x2, t2, np.full_like(x1, limit))

    return judged(found, low, high, alpha, "score", statistic=statistic, null=0.0)


def mean_difference(
    first: Sample,
    second: Sample,
    *,
    low: float | None = None,
    high: float | None = None,
    variances: Literal["unequal", "equal"] = "unequal",
    alpha: float = 0.05,
) -> Equivalence:
    """Is the first mean less the second shown to lie above `low` and below `high`? By t.

    Samples as for `intervals.mean_difference`; "unequal" is Welch's (default), "equal" pooled.

    >>> from pilots.statistics.intervals import Summary
    >>> found = mean_difference(Summary(60, 4.1, 1.0), Summary(58, 4.2, 1.1), low=-0.5, high=0.5)
    >>> found.finding.value, round(float(found.p_value), 4)
    ('equivalent', 0.0206)
    """
    checked(low, high, alpha, (-np.inf, np.inf))
    found = intervals.mean_difference(first, second, variances=variances, level=1 - 2 * alpha)
    return _by_t(found, low, high, alpha)


def paired_mean_difference(
    first: ArrayLike,
    second: ArrayLike,
    *,
    low: float | None = None,
    high: float | None = None,
    alpha: float = 0.05,
) -> Equivalence:
    """Is the mean difference of pairs shown to lie above `low` and below `high`? By t.

    >>> found = paired_mean_difference([5, 6, 7, 8, 6.0], [5.1, 6.2, 6.9, 8.1, 6.1],
    ...                                low=-0.5, high=0.5)
    >>> found.finding.value
    'equivalent'
    """
    checked(low, high, alpha, (-np.inf, np.inf))
    found = intervals.paired_mean_difference(first, second, level=1 - 2 * alpha)
    return _by_t(found, low, high, alpha)


def _by_t(found: Interval, low: float | None, high: float | None, alpha: float) -> Equivalence:
    def statistic(limit: float) -> Floats:
        assert found.standard_error is not None
        return (found.estimate - limit) / found.standard_error

    return judged(found, low, high, alpha, found.method, statistic=statistic, null=0.0)
