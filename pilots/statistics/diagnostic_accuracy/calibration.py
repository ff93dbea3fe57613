"""Calibration: do predicted risks come true?

Sources: Cox, Biometrika 45 (1958) 562 for intercept and slope. Van Calster et al., Journal of Clinical
Epidemiology 74 (2016) 167 and BMC Medicine 17 (2019) 230. Brier, Monthly Weather Review 78 (1950) 1.
Spiegelhalter, Statistics in Medicine 5 (1986) 421. Debray et al., BMJ 356 (2017) i6460 for O:E.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.diagnostic_accuracy.tables import scored
from pilots.statistics.intervals import Interval, proportion
from pilots.statistics.intervals.interval import normal_quantile, tail_of
from pilots.statistics.series import Floats, Refusal, Remark

MIN_EVENTS = 10
# Collins et al., Statistics in Medicine 35 (2016) 214: 100 events and 100 non-events to validate.
ENOUGH_EVENTS = 100
# A risk of exactly 0 or 1 has no logit; it is moved in by this much, and the reader is told.
EDGE = 1e-9
STEPS, LONGEST_STEP, FARTHEST = 100, 5.0, 1e3


@dataclass(frozen=True)
class CalibrationEstimate:
    """One number with its interval."""

    estimate: float
    lower: float
    upper: float
    standard_error: float


@dataclass(frozen=True, eq=False)
class Curve:
    """Predicted against observed, one point a bin; arrays are (bins,)."""

    predicted: Floats
    observed: Floats
    lower: Floats
    upper: Floats
    n: Floats


@dataclass(frozen=True, eq=False)
class Calibration:
    """How predicted risks and outcomes agree.

    `in_the_large`: the intercept with the slope held at 1 (0 is right; above: risks are too low).
    `slope`: of the logit of the risk (1 is right; below 1: risks are too extreme), `intercept` that
    beside it. `observed_expected`: events over the sum of risks, with the interval of the observed
    proportion. `brier` is the mean squared error, `skill` what of it is gained over telling
    everybody the same risk (1 is perfect, 0 none). `spiegelhalter_z` and its p-value test that the
    Brier score is what these risks should give. `ece` is the mean distance of the curve from the
    diagonal, weighted by n; it is above zero even for perfect risks, the more so with many bins.
    """

    n: int
    events: int
    in_the_large: CalibrationEstimate
    slope: CalibrationEstimate
    intercept: CalibrationEstimate
    observed_expected: CalibrationEstimate
    brier: CalibrationEstimate
    skill: CalibrationEstimate
    spiegelhalter_z: float
    spiegelhalter_p: float
    ece: float
    curve: Curve
    level: float
    method: str
    assumptions: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


def calibration(
    risks: ArrayLike, outcomes: ArrayLike, *, bins: int = 10, level: float = 0.95
) -> Calibration:
    """Intercept, slope, observed over expected, Brier score, and the curve by quantile bins.

    `risks`: predicted probabilities, `outcomes`: 0 or 1, both (patients,); patients with a missing
    value are passed over. The bins hold about as many patients each; equal risks stay together.
    Slope and intercepts are logistic regressions on the logit of the risk (R's glm), with normal
    intervals.

    Refusal: fewer than ten events or non-events, risks that are all equal, risks that separate the
    outcomes. Warnings: fewer than 100 of either, risks of exactly 0 or 1. ValueError: a risk outside
    0 to 1.

    >>> rng = np.random.default_rng(1)
    >>> risks = rng.uniform(0.05, 0.95, 500)
    >>> found = calibration(risks, rng.random(500) < risks)
    >>> bool(found.slope.lower < 1 < found.slope.upper), found.n
    (True, 500)
    """
    tail = tail_of(level, "both")
    p, event = scored(risks, outcomes)
    if p.ndim != 1:
        raise ValueError("Give one risk a patient: (patients,).")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("A risk lies between 0 and 1.")
    if bins < 2:
        raise ValueError("A curve has two bins or more.")
    y = event.astype(np.float64)
    n, events = len(y), int(event.sum())
    fewest = min(events, n - events)
    if fewest < MIN_EVENTS:
        text = f"Only {fewest} events or non-events: it takes {MIN_EVENTS} of each."
        raise Refusal("few_events", text, fewest=fewest, needed=MIN_EVENTS)
    if np.ptp(p) == 0:
        raise Refusal("no_variation", "All patients have the same risk: there is no slope.")
    edge = (p < EDGE) | (p > 1 - EDGE)
    x = np.log(np.clip(p, EDGE, 1 - EDGE)) - np.log1p(-np.clip(p, EDGE, 1 - EDGE))
    z = normal_quantile(tail)
    (large,) = _logistic(y, np.ones((n, 1)), x, z)
    intercept, slope = _logistic(y, np.column_stack((np.ones(n), x)), np.zeros(n), z)
    squares = (p - y) ** 2
    curve = _curve(p, y, bins, level)
    observed = proportion(events, n, level=level)
    mean = float(p.mean())
    spread = np.sqrt(((1 - 2 * p) ** 2 * p * (1 - p)).sum())
    if spread > 0:
        statistic = float(((y - p) * (1 - 2 * p)).sum() / spread)
    else:
        statistic = float("inf") if squares.any() else 0.0
    from scipy.special import ndtr

    return Calibration(
        n=n,
        events=events,
        in_the_large=large,
        slope=slope,
        intercept=intercept,
        observed_expected=_over(observed, mean),
        brier=_normal(squares, z),
        skill=_skill(squares, y, z),
        spiegelhalter_z=statistic,
        spiegelhalter_p=float(2 * ndtr(-abs(statistic))),
        ece=float((curve.n * np.abs(curve.observed - curve.predicted)).sum() / n),
        curve=curve,
        level=level,
        method=f"logistic recalibration, {len(curve.n)} quantile bins, Wilson",
        assumptions=(
            Remark("independent", "Each patient counts once, with an outcome known for all."),
        ),
        warnings=_doubts(fewest, int(edge.sum())),
    )


def _logistic(y: Floats, design: Floats, offset: Floats, z: float) -> list[CalibrationEstimate]:
    """Coefficients of a logistic regression with an offset, by Newton's method; Wald intervals."""
    from scipy.special import expit

    b = np.zeros(design.shape[1])
    information = np.eye(len(b))
    for _ in range(STEPS):
        mean = expit(design @ b + offset)
        information = design.T @ (design * (mean * (1 - mean))[:, np.newaxis])
        # Separated outcomes drive the coefficients, or the fitted risks, without end.
        if np.linalg.cond(information) > 1e12 or np.abs(b).max() > FARTHEST:
            break
        step = np.linalg.solve(information, design.T @ (y - mean))
        b = b + step / max(1.0, float(np.abs(step).max()) / LONGEST_STEP)
        if np.abs(step).max() < 1e-10:
            errors = np.sqrt(np.diagonal(np.linalg.inv(information)))
            return [
                CalibrationEstimate(float(c), float(c - z * s), float(c + z * s), float(s))
                for c, s in zip(b, errors, strict=True)
            ]
    raise Refusal("separated", "The risks separate the events from the rest: the slope has no end.")


def _normal(values: Floats, z: float) -> CalibrationEstimate:
    mean, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
    return CalibrationEstimate(mean, mean - z * error, mean + z * error, error)


def _skill(squares: Floats, y: Floats, z: float) -> CalibrationEstimate:
    """1 − Brier / (ȳ(1 − ȳ)), by the delta method over patients."""
    brier, share = squares.mean(), y.mean()
    plain = share * (1 - share)
    pull = (squares - brier) / plain - brier / plain**2 * (1 - 2 * share) * (y - share)
    error = float(pull.std(ddof=1) / np.sqrt(len(y)))
    skill = float(1 - brier / plain)
    return CalibrationEstimate(skill, skill - z * error, skill + z * error, error)


def _over(observed: Interval, expected: float) -> CalibrationEstimate:
    share = float(observed.estimate)
    error = float(np.sqrt(share * (1 - share) / float(observed.n)))
    return CalibrationEstimate(
        share / expected, float(observed.lower) / expected, float(observed.upper) / expected,
        error / expected,
    )  # fmt: skip


def _curve(p: Floats, y: Floats, bins: int, level: float) -> Curve:
    from scipy.stats import rankdata

    # By mid-rank, so that equal risks are in one bin; bins may then be fewer than asked.
    bin_of = np.minimum((bins * (rankdata(p) - 0.5) / len(p)).astype(np.int64), bins - 1)
    _, place, size = np.unique(bin_of, return_inverse=True, return_counts=True)
    n = size.astype(np.float64)
    hits = np.bincount(place, weights=y)
    found = proportion(hits, n, level=level)
    return Curve(np.bincount(place, weights=p) / n, found.estimate, found.lower, found.upper, n)


def _doubts(fewest: int, edge: int) -> tuple[Remark, ...]:
    found = []
    if fewest < ENOUGH_EVENTS:
        text = (
            f"Only {fewest} events or non-events: a sound judgement of calibration wants"
            f" {ENOUGH_EVENTS} of each."
        )
        found.append(Remark("few_events", text, {"fewest": fewest, "enough": ENOUGH_EVENTS}))
    if edge:
        text = (
            f"{edge} risks are exactly 0 or 1, which nothing is; slope and intercepts hang on them."
        )
        found.append(Remark("certain", text, {"patients": edge}))
    return tuple(found)
