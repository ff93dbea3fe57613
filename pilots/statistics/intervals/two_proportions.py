"""Two independent proportions: their difference, ratio and odds ratio, the first against the second.

Difference: newcombe (hybrid score, Newcombe's method 10; default), newcombe_cc (11),
miettinen_nurminen, mee, agresti_caffo, hauck_anderson, haldane, jeffreys_perks, brown_li_jeffreys,
wald, wald_cc. Ratio: koopman (score; default), miettinen_nurminen, katz (log), adjusted_log (Walter:
½ added), inverse_sinh. Odds ratio: miettinen_nurminen (score; default), score (the same without
N/(N−1)), exact (conditional, R's fisher.test), mid_p, woolf (log), gart (½ added).

Sources: Newcombe, Statistics in Medicine 17 (1998) 873. Agresti and Caffo, American Statistician 54
(2000) 280. Katz et al., Biometrics 34 (1978) 469. Koopman, Biometrics 40 (1984) 513. Miettinen and
Nurminen, Statistics in Medicine 4 (1985) 213. Fagerland, Lydersen, Laake, Statistical Methods in
Medical Research 24 (2015) 224, which recommends newcombe, koopman and Baptista-Pike's mid-p.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.intervals.conditional import fisher, odds_ratio_most_likely
from pilots.statistics.intervals.interval import (
    Interval,
    IntervalTable,
    Side,
    chosen,
    of_counts,
    tail_of,
)
from pilots.statistics.intervals.proportions import INDEPENDENT
from pilots.statistics.intervals.two_proportion_formulas import DIFFERENCES, ODDS_RATIOS, RATIOS
from pilots.statistics.series import Floats, Remark

APART = Remark("two_groups", "The two groups are different people, treated alike but for this.")
FEW = "Only {fewest} events or non-events in a group: this method needs {needed} of each."


def proportion_difference(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    method: str = "newcombe",
    level: float = 0.95,
    side: Side = "both",
    min_count: float = 5,
) -> Interval:
    """By how much the first proportion exceeds the second, with its interval.

    Counts broadcast together. "wald", "wald_cc" and "hauck_anderson" are refused where a group has
    fewer than `min_count` events or non-events (0: never). DescTools: "score" is newcombe, "scorecc"
    newcombe_cc, "mn", "mee", "ac", "ha", "hal", "jp", "blj" the others.

    Refusal (or NaN and the reason in `refused`): an empty group, too few events for the method.
    ValueError: a count below zero, more events than cases.

    >>> found = proportion_difference(56, 70, 48, 80)
    >>> round(float(found.lower), 4), round(float(found.upper), 4)
    (0.0524, 0.3339)
    """
    chosen(method, DIFFERENCES)
    tail = tail_of(level, side)
    few = min_count if method in ("wald", "wald_cc", "hauck_anderson") else 0
    table = _table(events1, n1, events2, n2, few)
    if method == "hauck_anderson":
        single = np.minimum(table.columns["n1"], table.columns["n2"]) < 2
        table.refuse(single, "few_cases", "A group of one case has no variance.")
    x1, m1, x2, m2 = table.kept()
    return table.interval(
        x1 / m1 - x2 / m2,
        DIFFERENCES[method](x1, m1, x2, m2, tail),
        level=level,
        side=side,
        bounds=(-1.0, 1.0),
        n=m1 + m2,
        method=method,
        assumptions=(INDEPENDENT, APART),
    )


def proportion_ratio(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    method: str = "koopman",
    level: float = 0.95,
    side: Side = "both",
    zeros: Literal["refuse", "half"] = "refuse",
) -> Interval:
    """How many times the second proportion the first is (relative risk), with its interval.

    Counts broadcast together. A ratio to no events is infinite: the estimate and the upper end are
    inf then. `zeros`, for "katz" and "inverse_sinh": "refuse" (default) where a group has no events,
    and for "katz" where both groups have nothing else; "half" puts ½ for the empty cell (DescTools'
    katz.log; for inverse_sinh Fagerland's plain 0 to ∞).

    Refusal (or NaN and the reason in `refused`): an empty group, no events in either group.

    >>> found = proportion_ratio(7, 34, 1, 34)
    >>> round(float(found.lower), 2), round(float(found.upper), 1)
    (1.22, 42.6)
    """
    chosen(method, RATIOS)
    tail = tail_of(level, side)
    table = _table(events1, n1, events2, n2, 0)
    x1, m1, x2, m2 = table.columns.values()
    text = "Neither group has an event: their ratio can be anything."
    table.refuse((x1 == 0) & (x2 == 0), "no_events", text)
    if zeros not in ("refuse", "half"):
        raise ValueError(f"Zeros are refused or get a half, not {zeros!r}.")
    if zeros == "refuse" and method in ("katz", "inverse_sinh"):
        text = "A group without events has no logarithm; take koopman."
        table.refuse((x1 == 0) | (x2 == 0), "zero_events", text)
    if zeros == "refuse" and method == "katz":
        text = "Every case has the event: no variance is left; take koopman."
        table.refuse((x1 == m1) & (x2 == m2), "no_variation", text)
    x1, m1, x2, m2 = table.kept()
    return table.interval(
        _ratio(x1 * m2, x2 * m1),
        RATIOS[method](x1, m1, x2, m2, tail),
        level=level,
        side=side,
        bounds=(0.0, np.inf),
        n=m1 + m2,
        method=method,
        assumptions=(INDEPENDENT, APART),
    )


def odds_ratio(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    method: str = "miettinen_nurminen",
    level: float = 0.95,
    side: Side = "both",
) -> Interval:
    """How many times the second group's odds the first group's odds are, with the interval.

    Counts broadcast together. "exact" (Cornfield's, R's fisher.test) and "mid_p" hold all margins
    fixed; their estimate is the conditional one, smaller than x1·(n2−x2) / (x2·(n1−x1)). "woolf" is
    refused where a cell is empty; the others answer with 0 or inf at that end. "exact" has Fisher's
    p-value, which adds up the tables that are as unlikely and so may differ from its interval.

    Refusal (or NaN and the reason in `refused`): an empty group, no events or nothing else in both.

    >>> found = odds_ratio(7, 34, 1, 34, method="woolf")
    >>> round(float(found.lower), 2), round(float(found.upper), 1)
    (0.99, 73.9)
    """
    chosen(method, ODDS_RATIOS)
    tail = tail_of(level, side)
    table = _table(events1, n1, events2, n2, 0, whole=method in ("exact", "mid_p"))
    x1, m1, x2, m2 = table.columns.values()
    total = x1 + x2
    text = "All cases are alike in the event: the odds ratio can be anything."
    table.refuse((total == 0) | (total == m1 + m2), "no_variation", text)
    if method == "woolf":
        least = np.minimum(np.minimum(x1, m1 - x1), np.minimum(x2, m2 - x2))
        text = "A cell of the table is empty and has no logarithm; take miettinen_nurminen."
        table.refuse(least == 0, "zero_events", text)
    x1, m1, x2, m2 = table.kept()
    if method in ("exact", "mid_p"):
        estimate = odds_ratio_most_likely(x1, m1, x2, m2)
        p_value = fisher(x1, m1, x2, m2) if method == "exact" else None
    else:
        p_value = None
        estimate = _ratio(x1 * (m2 - x2), x2 * (m1 - x1))
    return table.interval(
        estimate,
        ODDS_RATIOS[method](x1, m1, x2, m2, tail),
        level=level,
        side=side,
        bounds=(0.0, np.inf),
        n=m1 + m2,
        method=method,
        assumptions=(INDEPENDENT, APART),
        p_value=p_value,
    )


def _table(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, few: float, *,
    whole: bool = False,
) -> IntervalTable:  # fmt: skip
    table = IntervalTable(events1=events1, n1=n1, events2=events2, n2=n2)
    of_counts(table, "events1", "n1", whole=whole)
    of_counts(table, "events2", "n2", whole=whole)
    x1, m1, x2, m2 = table.columns.values()
    fewest = np.minimum(np.minimum(x1, m1 - x1), np.minimum(x2, m2 - x2))
    table.refuse(fewest < few, "few_events", FEW, fewest=fewest, needed=few)
    return table


def _ratio(over: Floats, under: Floats) -> Floats:
    return np.where(under > 0, over / np.where(under > 0, under, 1), np.inf)
