"""Two-by-two tables of a test or alert against what was true.

Sources: Altman and Bland, BMJ 308 (1994) 1552 and 309 (1994) 102. Simel, Samsa, Matchar, Journal of
Clinical Epidemiology 44 (1991) 763 for likelihood ratios. Mercaldo, Lau, Zhou, Statistics in Medicine
26 (2007) 2170 for predictive values at another prevalence. Glas et al., Journal of Clinical
Epidemiology 56 (2003) 1129 for the diagnostic odds ratio.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics import intervals
from pilots.statistics.intervals import Interval
from pilots.statistics.series import Bools, Floats, Refusal, Remark

REFERENCE = Remark(
    "reference",
    "What was true is known for every case, and was found without knowing the test's answer.",
)


@dataclass(frozen=True, eq=False)
class Accuracy:
    """How well a test tells cases from the rest; every field is an `Interval` of the table's shape.

    A measure whose denominator is empty is NaN there, with the reason in its `refused`; the others
    stand. `ppv` and `npv` hold for patients in whom the condition is as frequent as in these
    (`prevalence`); elsewhere use `predictive_values`.
    """

    n: Floats
    sensitivity: Interval
    specificity: Interval
    ppv: Interval
    npv: Interval
    accuracy: Interval
    prevalence: Interval
    lr_positive: Interval
    lr_negative: Interval
    odds_ratio: Interval
    youden: Interval
    f1: Interval
    method: str
    assumptions: tuple[Remark, ...] = (REFERENCE,)


def accuracy(
    true_positive: ArrayLike,
    false_positive: ArrayLike,
    false_negative: ArrayLike,
    true_negative: ArrayLike,
    *,
    method: str = "wilson",
    ratio: str = "katz",
    level: float = 0.95,
) -> Accuracy:
    """Sensitivity, specificity, predictive values, likelihood ratios and what is made of them.

    Counts broadcast together. `method`: of the proportions (as `intervals.proportion`; default
    "wilson"). `ratio`: of the likelihood ratios (as `intervals.proportion_ratio`): "katz" (default)
    is Simel's log method, refused with an empty cell; "koopman" answers there. The diagnostic odds
    ratio is Woolf's, Youden's index has Newcombe's interval, F1 = 2J/(1 + J) that of
    J = TP/(TP + FP + FN) by `method`.

    ValueError: a count below zero.

    >>> liver = accuracy(231, 32, 27, 54)
    >>> [round(float(v.estimate), 2) for v in (liver.sensitivity, liver.specificity, liver.ppv)]
    [0.9, 0.63, 0.88]
    """
    tp, fp, fn, tn = _counts(true_positive, false_positive, false_negative, true_negative)

    def share(over: Floats, rest: Floats) -> Interval:
        return _each(intervals.proportion, over, over + rest, method=method, level=level)

    jaccard = share(tp, fp + fn)
    groups = (tp + fn, fp + tn)
    return Accuracy(
        n=(tp + fp + fn + tn)[()],
        sensitivity=share(tp, fn),
        specificity=share(tn, fp),
        ppv=share(tp, fp),
        npv=share(tn, fn),
        accuracy=share(tp + tn, fp + fn),
        prevalence=share(tp + fn, fp + tn),
        lr_positive=_each(
            intervals.proportion_ratio, tp, groups[0], fp, groups[1], method=ratio, level=level
        ),
        lr_negative=_each(
            intervals.proportion_ratio, fn, groups[0], tn, groups[1], method=ratio, level=level
        ),
        odds_ratio=_each(
            intervals.odds_ratio, tp, groups[0], fp, groups[1], method="woolf", level=level
        ),
        youden=_each(intervals.proportion_difference, tp, groups[0], fp, groups[1], level=level),
        f1=_moved(jaccard, lambda j: 2 * j / (1 + j), "F1 by " + method),
        method=method,
    )


@dataclass(frozen=True, eq=False)
class PredictiveValues:
    """What a positive and a negative answer mean at this prevalence."""

    prevalence: Floats
    ppv: Interval
    npv: Interval
    method: str = "logit, by the likelihood ratio"


def predictive_values(
    true_positive: ArrayLike,
    false_positive: ArrayLike,
    false_negative: ArrayLike,
    true_negative: ArrayLike,
    *,
    prevalence: ArrayLike,
    ratio: str = "katz",
    level: float = 0.95,
) -> PredictiveValues:
    """Predictive values where the condition is more or less frequent than in the study.

    Post-test odds are the odds of `prevalence` (taken as known) times the likelihood ratio, so that
    its interval is theirs; with "katz" this is Mercaldo's logit interval. Everything broadcasts
    together. A row whose likelihood ratio is refused is NaN with the reason in `refused`.

    >>> found = predictive_values(231, 32, 27, 54, prevalence=[0.75, 0.25])
    >>> found.ppv.estimate.round(2).tolist(), found.npv.estimate.round(2).tolist()
    ([0.88, 0.45], [0.67, 0.95])
    """
    at = np.asarray(prevalence, dtype=np.float64)
    if not ((at > 0) & (at < 1)).all():
        raise ValueError("A prevalence lies between 0 and 1.")
    tp, fp, fn, tn = _counts(true_positive, false_positive, false_negative, true_negative)
    shape = np.broadcast_shapes(at.shape, tp.shape)
    tp, fp, fn, tn, at = (np.broadcast_to(v, shape) for v in (tp, fp, fn, tn, at))
    odds = at / (1 - at)

    def after(lr: Interval, turned: bool) -> Interval:
        def chance(ratio: Floats) -> Floats:
            # The odds may be infinite: p = 1 − 1/(1 + odds).
            return 1 / (1 + odds * ratio) if turned else 1 - 1 / (1 + odds * ratio)

        return _moved(lr, chance, "logit", turned=turned)

    positive = _each(
        intervals.proportion_ratio, tp, tp + fn, fp, fp + tn, method=ratio, level=level
    )
    negative = _each(
        intervals.proportion_ratio, fn, tp + fn, tn, fp + tn, method=ratio, level=level
    )
    return PredictiveValues(at[()], after(positive, False), after(negative, True))


def confusion(
    scores: ArrayLike, outcomes: ArrayLike, thresholds: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """True positives, false positives, false negatives, true negatives at each threshold.

    A score at or above the threshold is positive. `scores`, `outcomes` (0 or 1): (patients,);
    patients with a missing value are passed over. The counts have the shape of `thresholds`.

    >>> [int(v) for v in confusion([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.5)]
    [1, 0, 1, 2]
    """
    score, event = scored(scores, outcomes)
    cut = np.asarray(thresholds, dtype=np.float64)
    if np.isnan(cut).any():
        raise ValueError("A threshold is missing.")
    with_it, without = np.sort(score[event]), np.sort(score[~event])
    fn = np.searchsorted(with_it, cut, side="left").astype(np.float64)
    tn = np.searchsorted(without, cut, side="left").astype(np.float64)
    return (len(with_it) - fn)[()], (len(without) - tn)[()], fn[()], tn[()]


def scored(scores: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Bools]:
    """Scores (…, patients) and outcomes (patients,) as truth values, complete patients only."""
    score, given = (np.asarray(v, dtype=np.float64) for v in (scores, outcomes))
    if given.ndim != 1 or score.ndim not in (1, 2) or score.shape[-1:] != given.shape:
        raise ValueError("Give one outcome a patient, and scores of as many patients.")
    known = given[~np.isnan(given)]
    if not np.isin(known, (0, 1)).all():
        raise ValueError("An outcome is 0 or 1.")
    if np.isinf(score).any():
        raise ValueError("A score is infinite. Leave a missing one as NaN.")
    there = ~np.isnan(given) & ~np.isnan(score).any(axis=tuple(range(score.ndim - 1)))
    return score[..., there], given[there] == 1


def _counts(*columns: ArrayLike) -> list[Floats]:
    given = np.broadcast_arrays(*(np.asarray(c, dtype=np.float64) for c in columns))
    if any((column < 0).any() for column in given):
        raise ValueError("A count is below zero.")
    return [column.copy() for column in given]


def _each(function: Callable[..., Interval], *columns: Floats, **choices: Any) -> Interval:
    """The interval; where one table alone is refused, NaN and the reason instead."""
    try:
        return function(*columns, **choices)
    except Refusal as refusal:
        nothing = np.array(np.nan)[()]
        return Interval(
            estimate=nothing,
            lower=nothing,
            upper=nothing,
            level=choices["level"],
            side="both",
            n=nothing,
            method=choices.get("method", ""),
            refused={0: refusal.remark},
        )


def _moved(
    found: Interval, to: Callable[[Floats], Floats], method: str, *, turned: bool = False
) -> Interval:
    """The interval on another scale; `turned` where that scale falls."""
    lower, upper = to(found.lower), to(found.upper)
    return Interval(
        estimate=to(found.estimate),
        lower=upper if turned else lower,
        upper=lower if turned else upper,
        level=found.level,
        side=found.side,
        n=found.n,
        method=method,
        assumptions=found.assumptions,
        refused=found.refused,
    )
