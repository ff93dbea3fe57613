"""Discrimination: the area under the ROC curve, one or several scores of the same patients.

The area is the chance that a patient with the event has a higher score than one without, ties
counting half.

Sources: DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988) 837; Sun and Xu, IEEE Signal Processing
Letters 21 (2014) 1389 for its computation by ranks. Hanley and McNeil, Radiology 143 (1982) 29.
Newcombe, Statistics in Medicine 25 (2006) 559, method 5. Pepe, The Statistical Evaluation of Medical
Tests (2003) 5.2 for the logit scale.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.diagnostic_accuracy.tables import scored
from pilots.statistics.intervals import Interval, Side
from pilots.statistics.intervals.interval import (
    IntervalTable,
    chosen,
    crossing,
    normal_quantile,
    tail_of,
)
from pilots.statistics.series import Bools, Floats, Refusal, Remark

METHODS = ("delong", "delong_logit", "hanley_mcneil", "newcombe")
MIN_EACH = 2
# With thirty of each DeLong's 95 % interval holds an area of 0.76 in 93 %, with ten in 90 % (simulated).
ENOUGH_EACH = 30
PATIENTS = Remark(
    "independent", "Each patient counts once; several alerts of one are not patients."
)


def auroc(
    scores: ArrayLike,
    outcomes: ArrayLike,
    *,
    method: Literal["delong", "delong_logit", "hanley_mcneil", "newcombe"] = "delong",
    level: float = 0.95,
    side: Side = "both",
) -> Interval:
    """How well scores rank patients with the event above those without, with the interval.

    `scores`: (patients,) or (scores, patients); `outcomes`: (patients,), 0 or 1. Patients with a
    missing value in any of them are passed over. "delong" (default; pROC's ci.auc, cut at 0 and 1),
    "delong_logit" (the same on the logit scale: stays within), "hanley_mcneil" (needs the area
    only), "newcombe" (its inversion: also for an area of 1 or few patients).

    Refusal (or NaN and the reason in `refused`): fewer than two patients with or without the event;
    an area of 0 or 1, except by "newcombe". Warning, except by newcombe: fewer than thirty of either.

    >>> found = auroc([0.1, 0.4, 0.35, 0.8, 0.6, 0.2], [0, 0, 1, 1, 1, 0])
    >>> [round(float(v), 3) for v in (found.estimate, found.lower, found.upper)]
    [0.889, 0.581, 1.0]
    """
    chosen(method, METHODS)
    tail = tail_of(level, side)
    score, event = _ready(scores, outcomes)
    many = score.ndim == 2
    areas, covariance = delong(np.atleast_2d(score), event)
    cases, controls = int(event.sum()), int((~event).sum())
    table = IntervalTable(area=areas if many else areas[0])
    if method != "newcombe":
        text = "The score tells all of them apart: this method sees no uncertainty; take newcombe."
        table.refuse((areas == 0) | (areas == 1), "no_overlap", text, area=areas)
    if method in ("delong", "delong_logit"):
        text = "The score does not vary within the groups: this method sees no uncertainty."
        table.refuse(np.diagonal(covariance) < 1e-15, "no_variation", text, area=areas)
    (a,) = table.kept("area")
    variance = np.diagonal(covariance)[table.open]
    z = normal_quantile(tail)
    if method == "newcombe":
        ends = _newcombe(a, cases, controls, z)
        error = np.sqrt(_variance_newcombe(a, cases, controls))
    else:
        if method == "hanley_mcneil":
            variance = variance_hanley_mcneil(a, cases, controls)
        error = np.sqrt(variance)
        if method == "delong_logit":
            from scipy.special import expit, logit

            half = z * error / (a * (1 - a))
            ends = (expit(logit(a) - half), expit(logit(a) + half))
        else:
            ends = (a - z * error, a + z * error)
    return table.interval(
        a, ends, level=level, side=side, bounds=(0.0, 1.0), n=np.full_like(a, cases + controls),
        method=method, assumptions=(PATIENTS,), standard_error=error,
        warnings=() if method == "newcombe" else _doubts(cases, controls),
    )  # fmt: skip


@dataclass(frozen=True)
class AurocComparison:
    """Two areas and their difference, first less second, with its interval and two-sided p-value.

    `statistic` is z, or t where there are `degrees`; `correlation` that of the two areas, if paired.
    """

    first: float
    second: float
    difference: float
    lower: float
    upper: float
    standard_error: float
    statistic: float
    degrees: float | None
    p_value: float
    correlation: float | None
    level: float
    n: int
    method: str
    assumptions: tuple[Remark, ...] = (PATIENTS,)
    warnings: tuple[Remark, ...] = ()


def compare_auroc(
    first: ArrayLike, second: ArrayLike, outcomes: ArrayLike, *, level: float = 0.95
) -> AurocComparison:
    """Does one score rank the same patients better than another? DeLong's test of paired areas.

    Scores and outcomes: (patients,). That is pROC's roc.test(paired = TRUE, method = "delong").
    Refusal: as for `auroc`, and scores that rank the patients alike.

    >>> found = compare_auroc([1, 4, 3, 8, 6, 2, 5, 7], [1, 2, 6, 7, 3, 8, 4, 5],
    ...                       [0, 0, 1, 1, 1, 0, 0, 1])
    >>> round(found.difference, 4), round(found.p_value, 3)
    (0.1875, 0.556)
    """
    tail = tail_of(level, "both")
    score, event = _ready(np.stack((_one(first), _one(second))), outcomes)
    areas, covariance = delong(score, event)
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    spread = float(np.sqrt(max(covariance[0, 0] * covariance[1, 1], 0.0)))
    return _compared(
        areas, variance, float(covariance[0, 1]) / spread if spread > 0 else None, tail, level,
        len(event), "DeLong, paired", _doubts(int(event.sum()), int((~event).sum())),
    )  # fmt: skip


def compare_auroc_unpaired(
    first: ArrayLike,
    first_outcomes: ArrayLike,
    second: ArrayLike,
    second_outcomes: ArrayLike,
    *,
    level: float = 0.95,
) -> AurocComparison:
    """Does a score rank one group of patients better than (another score) another group?

    The statistic is t with Welch's degrees of freedom, as in pROC's roc.test(paired = FALSE).

    >>> found = compare_auroc_unpaired([1, 4, 3, 8], [0, 0, 1, 1], [1, 2, 6, 3, 4], [0, 0, 1, 0, 1])
    >>> round(found.first, 3), round(found.second, 3)
    (0.75, 1.0)
    """
    tail = tail_of(level, "both")
    parts = [_ready(_one(first), first_outcomes), _ready(_one(second), second_outcomes)]
    found = [delong(np.atleast_2d(score), event) for score, event in parts]
    areas = np.array([float(area[0]) for area, _ in found])
    variances = [float(matrix[0, 0]) for _, matrix in found]
    sizes = [len(event) for _, event in parts]
    under = sum(v**2 / (size - 1) for v, size in zip(variances, sizes, strict=True))
    degrees = sum(variances) ** 2 / under if under > 0 else None
    doubts = [d for _, e in parts for d in _doubts(int(e.sum()), int((~e).sum()))]
    return _compared(
        areas, sum(variances), None, tail, level, sum(sizes), "DeLong, unpaired",
        tuple(doubts[:1]), degrees,
    )  # fmt: skip


def delong(scores: Floats, event: Bools) -> tuple[Floats, Floats]:
    """Areas of (scores, patients) and the matrix of their covariances, by mid-ranks."""
    from scipy.stats import rankdata

    cases, controls = scores[:, event], scores[:, ~event]
    m, n = cases.shape[1], controls.shape[1]
    together = rankdata(np.concatenate((cases, controls), axis=1), axis=1)
    # A case's rank among all, less its rank among cases, counts the controls below it.
    v10 = (together[:, :m] - rankdata(cases, axis=1)) / n
    v01 = 1 - (together[:, m:] - rankdata(controls, axis=1)) / m
    areas = v10.mean(axis=1)
    return areas, np.atleast_2d(np.cov(v10)) / m + np.atleast_2d(np.cov(v01)) / n


def variance_hanley_mcneil(area: ArrayLike, cases: ArrayLike, controls: ArrayLike) -> Floats:
    """The variance of an area known by its value alone, as from a paper.

    >>> round(float(variance_hanley_mcneil(0.893, 51, 58)) ** 0.5, 3)
    0.033
    """
    a, m, n = (np.asarray(v, dtype=np.float64) for v in (area, cases, controls))
    q1, q2 = a / (2 - a), 2 * a**2 / (1 + a)
    return (a * (1 - a) + (m - 1) * (q1 - a**2) + (n - 1) * (q2 - a**2)) / (m * n)


def _variance_newcombe(a: Floats, cases: int, controls: int) -> Floats:
    mean = (cases + controls) / 2 - 1
    return a * (1 - a) * (1 + mean * ((1 - a) / (2 - a) + a / (1 + a))) / (cases * controls)


def _newcombe(a: Floats, cases: int, controls: int, z: float) -> tuple[Floats, Floats]:
    def beyond(at: Floats) -> Bools:
        far: Bools = np.abs(at - a) > z * np.sqrt(_variance_newcombe(at, cases, controls))
        return far

    lower = crossing(lambda at: ~beyond(at), np.zeros_like(a), a)
    upper = crossing(beyond, a, np.ones_like(a))
    return np.where(a == 0, 0.0, lower), np.where(a == 1, 1.0, upper)


def _compared(
    areas: Floats, variance: float, correlation: float | None, tail: float, level: float, n: int,
    method: str, doubts: tuple[Remark, ...], degrees: float | None = None,
) -> AurocComparison:  # fmt: skip
    from scipy.special import stdtr, stdtrit

    if variance <= 1e-15:
        text = "Both scores rank the patients alike, or perfectly: there is nothing to test."
        raise Refusal("no_variation", text, first=float(areas[0]), second=float(areas[1]))
    # Student's t of infinite degrees is normal.
    freedom = np.inf if degrees is None else degrees
    difference, error = float(areas[0] - areas[1]), float(np.sqrt(variance))
    half = -float(stdtrit(freedom, tail)) * error
    statistic = difference / error
    return AurocComparison(
        first=float(areas[0]), second=float(areas[1]), difference=difference,
        lower=max(difference - half, -1.0), upper=min(difference + half, 1.0),
        standard_error=error, statistic=statistic, degrees=degrees,
        p_value=float(2 * stdtr(freedom, -abs(statistic))), correlation=correlation,
        level=level, n=n, method=method, warnings=doubts,
    )  # fmt: skip


def _one(scores: ArrayLike) -> Floats:
    score = np.asarray(scores, dtype=np.float64)
    if score.ndim != 1:
        raise ValueError("Give one score a patient: (patients,).")
    return score


def _ready(scores: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Bools]:
    score, event = scored(scores, outcomes)
    cases, controls = int(event.sum()), int((~event).sum())
    if min(cases, controls) < MIN_EACH:
        text = (
            f"{cases} patients with the event and {controls} without:"
            f" it takes {MIN_EACH} of each to rank them."
        )
        raise Refusal("few_events", text, cases=cases, controls=controls, needed=MIN_EACH)
    return score, event


def _doubts(cases: int, controls: int) -> tuple[Remark, ...]:
    fewest = min(cases, controls)
    if fewest >= ENOUGH_EACH:
        return ()
    text = f"Only {fewest} patients on one side: the interval may be too short."
    return (Remark("few_events", text, {"fewest": fewest, "enough": ENOUGH_EACH}),)
