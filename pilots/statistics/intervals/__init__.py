"""Intervals around one number or the comparison of two, over tables of scalars.

    proportion                one proportion: Wilson, exact, mid-p, Jeffreys, and others
    proportion_difference     two independent proportions: Newcombe, Miettinen–Nurminen, …
    proportion_ratio          their ratio (relative risk): Koopman, Katz, …
    odds_ratio                their odds ratio: score, exact conditional, Woolf, …
    paired_difference         the same cases judged twice; `mcnemar` its test
    rate, standardised_ratio  events per exposure, observed over expected
    rate_ratio, rate_difference
    mean, mean_difference, paired_mean_difference, mean_ratio, relative_change
    quantile, shift           medians, and Hodges and Lehmann's shift

They hold for one look at complete data. Of data that are looked at while they grow use
`confidence_sequences`; of weeks that follow each other, `effects` or `time_series`.
"""

from pilots.statistics.intervals.interval import Interval, Side
from pilots.statistics.intervals.means import (
    Summary,
    mean,
    mean_difference,
    mean_ratio,
    paired_mean_difference,
    relative_change,
)
from pilots.statistics.intervals.medians import quantile, shift
from pilots.statistics.intervals.paired import mcnemar, paired_difference
from pilots.statistics.intervals.proportions import proportion
from pilots.statistics.intervals.rates import rate, standardised_ratio
from pilots.statistics.intervals.two_proportions import (
    odds_ratio,
    proportion_difference,
    proportion_ratio,
)
from pilots.statistics.intervals.two_rates import rate_difference, rate_ratio

__all__ = [
    "Interval",
    "Side",
    "Summary",
    "mcnemar",
    "mean",
    "mean_difference",
    "mean_ratio",
    "odds_ratio",
    "paired_difference",
    "paired_mean_difference",
    "proportion",
    "proportion_difference",
    "proportion_ratio",
    "quantile",
    "rate",
    "rate_difference",
    "rate_ratio",
    "relative_change",
    "shift",
    "standardised_ratio",
]
