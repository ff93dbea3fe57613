"""Effect sizes free of the unit of measurement, with intervals: how large, not whether.

    cohens_d, hedges_g, glass_delta   differences of means in standard deviations
    cohens_h                          differences of proportions on the arcsine scale
    cliffs_delta                      how much more often the first group's values are the larger
    probability_of_superiority        the chance that they are (common-language effect)
    number_needed                     how many patients for one event less (NNT) or more (NNH)

Risk difference, relative risk and odds ratio are `intervals.proportion_difference`,
`proportion_ratio` and `odds_ratio`. `effects` is another thing: a metric before and after go-live.

Sources: Hedges, Journal of Educational Statistics 6 (1981) 107. Steiger and Fouladi in Harlow et
al., What If There Were No Significance Tests? (1997) for noncentral t. Delacre et al. (2021),
doi:10.31234/osf.io/tu6mp, for unequal variances. Cliff, Psychological Bulletin 114 (1993) 494;
Feng and Cliff, Journal of Modern Applied Statistical Methods 3 (2004) 322. Altman, BMJ 317 (1998)
1309.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.intervals import Interval, Side, proportion_difference
from pilots.statistics.intervals.interval import (
    IntervalTable,
    chosen,
    normal_quantile,
    of_counts,
    tail_of,
)
from pilots.statistics.intervals.means import Sample, table_of_samples, welch
from pilots.statistics.intervals.proportions import INDEPENDENT
from pilots.statistics.series import Floats, Refusal, Remark

NORMAL = Remark("normal", "Values are about normal in both groups; outliers move it a lot.")


def cohens_d(
    first: Sample,
    second: Sample,
    *,
    sd: Literal["pooled", "average"] = "pooled",
    level: float = 0.95,
    side: Side = "both",
) -> Interval:
    """By how many standard deviations the first mean exceeds the second.

    Samples as for `intervals.mean_difference`. `sd`: "pooled" (default), or "average",
    √((s1² + s2²)/2), for unequal variances (effectsize's pooled_sd = FALSE, with Welch's degrees of
    freedom). The interval is that of the noncentrality of t, exact for normal values of one variance.

    Refusal (or NaN and the reason in `refused`): fewer than two values, no spread.

    >>> from pilots.statistics.intervals import Summary
    >>> found = cohens_d(Summary(19, 3.768895, 0.7774001), Summary(13, 2.411, 0.6169816))
    >>> [round(float(v), 3) for v in (found.estimate, found.lower, found.upper)]
    [1.892, 1.03, 2.733]
    """
    return _standardised(first, second, chosen(sd, ("pooled", "average")), level, side, False)


def hedges_g(
    first: Sample,
    second: Sample,
    *,
    sd: Literal["pooled", "average"] = "pooled",
    level: float = 0.95,
    side: Side = "both",
) -> Interval:
    """Cohen's d without its bias in small samples: d·Γ(m/2) / (√(m/2)·Γ((m−1)/2)), ends likewise.

    The correction is exact, not 1 − 3/(4m − 1). Arguments and refusals as for `cohens_d`.

    >>> from pilots.statistics.intervals import Summary
    >>> found = hedges_g(Summary(19, 3.768895, 0.7774001), Summary(13, 2.411, 0.6169816))
    >>> [round(float(v), 3) for v in (found.estimate, found.lower, found.upper)]
    [1.845, 1.004, 2.664]
    """
    return _standardised(first, second, chosen(sd, ("pooled", "average")), level, side, True)


def glass_delta(
    first: Sample, control: Sample, *, level: float = 0.95, side: Side = "both"
) -> Interval:
    """By how many of the control group's standard deviations the first mean exceeds its mean.

    For an intervention that changes the spread too. Arguments and refusals as for `cohens_d`.

    >>> from pilots.statistics.intervals import Summary
    >>> found = glass_delta(Summary(19, 3.768895, 0.7774001), Summary(13, 2.411, 0.6169816))
    >>> [round(float(v), 3) for v in (found.estimate, found.lower, found.upper)]
    [2.201, 1.009, 3.353]
    """
    return _standardised(first, control, "control", level, side, False)


def cohens_h(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    level: float = 0.95,
    side: Side = "both",
) -> Interval:
    """2·arcsin√p1 − 2·arcsin√p2, ± z√(1/n1 + 1/n2): a difference of proportions of even variance.

    Counts broadcast together. Refusal (or NaN and the reason in `refused`): an empty group.

    >>> found = cohens_h(56, 70, 48, 80)
    >>> [round(float(v), 3) for v in (found.estimate, found.lower, found.upper)]
    [0.442, 0.121, 0.763]
    """
    tail = tail_of(level, side)
    table = IntervalTable(events1=events1, n1=n1, events2=events2, n2=n2)
    of_counts(table, "events1", "n1", whole=False)
    of_counts(table, "events2", "n2", whole=False)
    x1, m1, x2, m2 = table.kept()
    h = 2 * np.arcsin(np.sqrt(x1 / m1)) - 2 * np.arcsin(np.sqrt(x2 / m2))
    half = normal_quantile(tail) * np.sqrt(1 / m1 + 1 / m2)
    return table.interval(
        h, (h - half, h + half), level=level, side=side, bounds=(-np.pi, np.pi), n=m1 + m2,
        method="arcsine", assumptions=(INDEPENDENT,),
    )  # fmt: skip


def cliffs_delta(
    first: ArrayLike,
    second: ArrayLike,
    *,
    variance: Literal["unbiased", "consistent"] = "unbiased",
    quantile: Literal["t", "normal"] = "t",
    level: float = 0.95,
    side: Side = "both",
) -> Interval:
    """P(first > second) − P(first < second) over all pairs of values, from −1 to 1.

    `first`, `second`: (observations,) or (series, observations), series for series; NaN is passed
    over. Cliff's asymmetric interval with Feng and Cliff's t quantile, as R's effsize has it by
    default; `variance` "consistent" and `quantile` "normal" are its other forms.

    Refusal (or NaN and the reason in `refused`): fewer than two values in a group; groups that do
    not overlap, whose variance is nil (the estimate is ±1 then and stays told).

    >>> found = cliffs_delta([10, 10, 20, 20, 20, 30, 30, 30, 40, 50], [10, 20, 30, 40, 40, 50],
    ...                      variance="consistent", quantile="normal")
    >>> [round(float(v), 4) for v in (found.estimate, found.lower, found.upper)]
    [-0.25, -0.7125, 0.364]
    """
    tail = tail_of(level, side)
    chosen(variance, ("unbiased", "consistent"))
    chosen(quantile, ("t", "normal"))
    one, two = (np.asarray(v, dtype=np.float64) for v in (first, second))
    if one.ndim not in (1, 2) or one.shape[:-1] != two.shape[:-1]:
        raise ValueError("Give (observations,) or (series, observations), both of as many series.")
    if np.isinf(one).any() or np.isinf(two).any():
        raise ValueError("A value is infinite. Leave a missing one as NaN.")
    n1, n2 = np.isfinite(one).sum(axis=-1), np.isfinite(two).sum(axis=-1)
    table = IntervalTable(n1=n1, n2=n2)
    least = np.minimum(table.columns["n1"], table.columns["n2"])
    text = "A group of {n} values has no spread: it takes two or more."
    table.refuse(least < 2, "few_values", text, n=least)
    rows = zip(np.atleast_2d(one), np.atleast_2d(two), table.open, strict=True)
    parts = np.array(
        [_dominance(a, b, variance) if there else (0.0, 1.0) for a, b, there in rows]
    ).reshape(-1, 2)
    apart = np.abs(parts[:, 0]) == 1
    text = "Every value of one group is above every value of the other: no interval can be drawn."
    table.refuse(apart, "no_overlap", text, delta=parts[:, 0])
    m1, m2 = table.kept()
    d, s2 = parts[table.open].T
    if quantile == "t":
        from scipy.special import stdtrit

        z = -stdtrit(m1 + m2 - 2, tail)
    else:
        z = np.full_like(d, normal_quantile(tail))
    half = z * np.sqrt(s2) * np.sqrt((1 - d**2) ** 2 + z**2 * s2)
    under = 1 - d**2 + z**2 * s2
    return table.interval(
        d, ((d - d**3 - half) / under, (d - d**3 + half) / under), level=level, side=side,
        bounds=(-1.0, 1.0), n=m1 + m2, method=f"Cliff, {variance}, {quantile}",
        assumptions=(INDEPENDENT,), standard_error=np.sqrt(s2),
    )  # fmt: skip


def probability_of_superiority(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95, side: Side = "both"
) -> Interval:
    """The chance that a value of the first group is above one of the second, ties counting half.

    (δ + 1)/2 of Cliff's δ, ends likewise; also called common-language effect and Vargha and
    Delaney's A. It is the area under the ROC curve of the first group against the second.

    >>> found = probability_of_superiority([10, 10, 20, 20, 20, 30], [10, 20, 30, 40, 40, 50])
    >>> round(float(found.estimate), 4)
    0.2222
    """
    found = cliffs_delta(first, second, level=level, side=side)
    error = found.standard_error
    return Interval(
        estimate=(found.estimate + 1) / 2, lower=(found.lower + 1) / 2,
        upper=(found.upper + 1) / 2, level=level, side=side, n=found.n, method=found.method,
        assumptions=found.assumptions, refused=found.refused,
        standard_error=None if error is None else error / 2,
    )  # fmt: skip


@dataclass(frozen=True)
class NumberNeeded:
    """How many patients to treat for one event less (`benefit` above zero) or more.

    `estimate` is signed: 1 / risk reduction; negative is the number needed to harm, infinite is no
    difference. `benefit` and `harm` are the ends on their side: NNTB and NNTH, None where the
    interval has no part on that side. Where both are given, the interval runs from NNTH `harm`
    through infinity to NNTB `benefit` (Altman): it is not the range between two numbers. Where one
    side alone is left, `benefit` (or `harm`) has both ends.
    """

    estimate: float
    benefit: tuple[float, float] | None
    harm: tuple[float, float] | None
    level: float
    reduction: Interval

    @property
    def text(self) -> str:
        """In Altman's words: NNTB 10 (NNTH 20 to ∞ to NNTB 4)."""
        name = "NNTB" if self.estimate > 0 else "NNTH"
        number = "∞" if np.isinf(self.estimate) else f"{name} {abs(self.estimate):.3g}"
        if self.benefit and self.harm:
            return f"{number} (NNTH {self.harm[0]:.3g} to ∞ to NNTB {self.benefit[0]:.3g})"
        word, ends = ("NNTB", self.benefit) if self.benefit else ("NNTH", self.harm)
        assert ends is not None
        upper = "∞" if np.isinf(ends[1]) else f"{ends[1]:.3g}"
        return f"{number} ({word} {ends[0]:.3g} to {upper})"


def number_needed(
    events_treated: float,
    n_treated: float,
    events_control: float,
    n_control: float,
    *,
    event: Literal["bad", "good"] = "bad",
    method: str = "newcombe",
    level: float = 0.95,
) -> NumberNeeded:
    """How many patients to treat for one bad event less, or one good event more.

    One table at a time. The interval is that of the difference of proportions (`method`, as for
    `intervals.proportion_difference`), its ends inverted. Refusal: as there.

    >>> number_needed(30, 100, 45, 100).text
    'NNTB 6.67 (NNTB 3.61 to 63.1)'
    >>> number_needed(20, 100, 25, 100).text
    'NNTB 20 (NNTH 15.2 to ∞ to NNTB 6.08)'
    """
    chosen(event, ("bad", "good"))
    groups = ((events_control, n_control), (events_treated, n_treated))
    (x1, m1), (x2, m2) = groups if event == "bad" else groups[::-1]
    if any(np.ndim(v) for v in (x1, m1, x2, m2)):
        raise ValueError("A number needed to treat is asked for one table at a time.")
    return number_needed_of(proportion_difference(x1, m1, x2, m2, method=method, level=level))


def number_needed_of(reduction: Interval) -> NumberNeeded:
    """The same from the interval of a risk reduction, however it was found (adjusted, pooled).

    ValueError: an interval of many rows or with one side.
    """
    if np.ndim(reduction.estimate) or reduction.side != "both":
        raise ValueError("A number needed to treat is asked for one two-sided interval at a time.")
    d, low, high = (float(v) for v in (reduction.estimate, reduction.lower, reduction.upper))
    return NumberNeeded(
        estimate=1 / d if d else np.inf,
        benefit=(1 / high, 1 / low if low > 0 else np.inf) if high > 0 else None,
        harm=(-1 / low, -1 / high if high < 0 else np.inf) if low < 0 else None,
        level=reduction.level,
        reduction=reduction,
    )


def _dominance(one: Floats, two: Floats, variance: str) -> tuple[float, float]:
    """Cliff's δ and its variance, from ranks: each value against the other group."""
    x, y = np.sort(one[np.isfinite(one)]), np.sort(two[np.isfinite(two)])
    m, n = len(x), len(y)
    below, upto = np.searchsorted(y, x, side="left"), np.searchsorted(y, x, side="right")
    rows = (below - (n - upto)) / n
    under, until = np.searchsorted(x, y, side="left"), np.searchsorted(x, y, side="right")
    columns = ((m - until) - under) / m
    d = float(rows.mean())
    untied = m * n - float((upto - below).sum())
    cells = untied - m * n * d**2
    of_rows, of_columns = ((rows - d) ** 2).sum(), ((columns - d) ** 2).sum()
    pairs = (m - 1) * (n - 1)
    if variance == "unbiased":
        s2 = (n**2 * of_rows + m**2 * of_columns - cells) / (m * n * pairs)
        # It may come out below zero; Cliff's least value is that of a δ this far from ±1.
        s2 = max(float(s2), (1 - d**2) / (m * n - 1))
    else:
        s2 = ((n - 1) * of_rows / (m - 1) + (m - 1) * of_columns / (n - 1) + cells / pairs) / (
            m * n
        )
    return d, float(s2)


def _standardised(
    first: Sample, second: Sample, sd: str, level: float, side: Side, unbiased: bool
) -> Interval:
    from scipy.special import gammaln, nctdtrinc

    tail = tail_of(level, side)
    table, skewed = table_of_samples((first, second))
    if sd == "control":
        text = "All values of the control group are equal: there is no deviation to measure in."
        table.refuse(table.columns["sd1"] == 0, "no_variation", text)
    n1, m1, s1, n2, m2, s2 = table.kept()
    v1, v2 = s1**2, s2**2
    if sd == "pooled":
        degrees = n1 + n2 - 2
        unit = np.sqrt(((n1 - 1) * v1 + (n2 - 1) * v2) / degrees)
        scale = np.sqrt(1 / n1 + 1 / n2)
    elif sd == "average":
        unit = np.sqrt((v1 + v2) / 2)
        scale = np.sqrt(2 * (n2 * v1 + n1 * v2) / (n1 * n2 * (v1 + v2)))
        degrees = welch(n1, s1, n2, s2)
    else:
        unit, degrees = s2, n2 - 1
        scale = np.sqrt(1 / n2 + v1 / (n1 * v2))
    d = (m1 - m2) / unit
    t = d / scale
    if unbiased:
        small = degrees <= 1
        if small.any():
            raise Refusal("few_values", "Hedges' correction needs three values in all.")
        half = degrees / 2
        d_factor = np.exp(gammaln(half) - gammaln(half - 0.5)) / np.sqrt(half)
    else:
        d_factor = np.ones_like(d)
    ends = [nctdtrinc(degrees, p, t) * scale * d_factor for p in (1 - tail, tail)]
    return table.interval(
        d * d_factor, (ends[0], ends[1]), level=level, side=side, bounds=(-np.inf, np.inf),
        n=n1 + n2, method=f"noncentral t, {sd} SD" + (", unbiased" if unbiased else ""),
        assumptions=(INDEPENDENT, NORMAL), warnings=skewed, degrees=degrees,
    )  # fmt: skip
