"""Non-inferiority and equivalence: is it shown that something is no worse than an agreed margin?

Absence of a difference is not shown by a test that finds none. Two one-sided tests (TOST) ask
whether the data reject both "at or below `low`" and "at or above `high`"; at level alpha that is
the question whether the interval of coverage 1 − 2·alpha lies within the limits, and that interval
is given. With one limit alone it is a non-inferiority test. Margins are agreed beforehand.

    proportion              one proportion against limits (SAS PROC FREQ, statsmodels)
    proportion_difference   two proportions: Farrington–Manning, Miettinen–Nurminen, Wald, Newcombe
    proportion_ratio        their ratio, by scores
    rate_ratio              two rates, exactly
    rate_difference         two rates, by scores
    mean_difference         two means, by Welch's or the pooled t; `paired_mean_difference` of pairs

Sources: Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657. Farrington and
Manning, Statistics in Medicine 9 (1990) 1447. Miettinen and Nurminen, Statistics in Medicine 4
(1985) 213. Piaggio et al. (CONSORT), JAMA 308 (2012) 2594 for the words.
"""

from pilots.statistics.equivalence.judgement import Equivalence
from pilots.statistics.equivalence.proportions import (
    proportion,
    proportion_difference,
    proportion_ratio,
)
from pilots.statistics.equivalence.rates_and_means import (
    mean_difference,
    paired_mean_difference,
    rate_difference,
    rate_ratio,
)
from pilots.statistics.margins import Finding

__all__ = [
    "Equivalence",
    "Finding",
    "mean_difference",
    "paired_mean_difference",
    "proportion",
    "proportion_difference",
    "proportion_ratio",
    "rate_difference",
    "rate_ratio",
]
