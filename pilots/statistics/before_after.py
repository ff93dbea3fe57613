"""Two periods side by side: their means, the variance of each, and checks on what is left.

Weighted least squares with a mean for each half, over many series at once. A value's weight is one
over its variance, up to a common dispersion: 1 for values of which nothing else is known, the
units over their sampling variance for proportions and rates.

Two things the weights do not know are made up for in the variance of the means, never below what
the common dispersion gives. Periods of unlike size that really differ: what they differ by is not
less in a large one, so it is added to the sampling variance (DerSimonian and Laird, Controlled
Clinical Trials 7 (1986) 177) instead of multiplying it. Means of known numbers of cases: where
fewer cases stand behind a point it varies more, as 1/n.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.confidence_sequences.half_widths import half_width, half_width_student
from pilots.statistics.series import (
    MIN_POINTS_OF_A_LEVEL,
    Bools,
    Floats,
    as_table,
    first_of,
    mean_of,
    to_the_left,
)

# How often one half's variance must be the other's before the two are no longer pooled.
UNEVEN = 4.0
# The length that a level without a baseline is tuned to.
USUAL_BASELINE = 12


@dataclass(frozen=True, eq=False)
class Halves:
    """Both halves of many series, each value with its weight (variance = dispersion² / weight)."""

    before: Floats
    after: Floats
    weight_before: Floats
    weight_after: Floats
    units_before: Floats
    units_after: Floats
    events: Floats | None = None
    non_events: Floats | None = None
    # How many cases each value is the mean of, and of which series that is known of all values.
    cases_before: Floats | None = None
    cases_after: Floats | None = None
    cases_known: Bools | None = None

    @property
    def counted(self) -> bool:
        """Whether the weights know the sampling variance (proportions, rates)."""
        return self.events is not None


@dataclass(frozen=True, eq=False)
class Fit:
    """Two weighted means and what is left around them, for many series."""

    mean_before: Floats
    mean_after: Floats
    variance_before: Floats
    variance_after: Floats
    residual: Floats
    points_before: Floats
    points_after: Floats
    autocorrelation: Floats
    # What the variance must be multiplied by: of the difference where the halves' spreads differ,
    # of the difference and of the after-period's mean where its periods are of unlike size.
    uneven: Floats
    unlike: Floats
    unlike_after: Floats
    slope: Floats


def halves_of_values(
    before: ArrayLike,
    after: ArrayLike,
    *,
    cases_before: ArrayLike | None = None,
    cases_after: ArrayLike | None = None,
) -> Halves:
    """Values, and, where each is the mean of a known number of cases, these numbers."""
    first, second = _two(before, after)
    there, here = np.isfinite(first), np.isfinite(second)
    cases = [
        None if given is None else as_table(given, copy=False)
        for given in (cases_before, cases_after)
    ]
    known = np.ones(len(first), dtype=bool)
    for n, mask in zip(cases, (there, here), strict=True):
        known &= n is not None and n.shape == mask.shape and ((n > 0) | ~mask).all(axis=1)
    return Halves(
        first,
        second,
        np.where(there, 1.0, np.nan),
        np.where(here, 1.0, np.nan),
        there.sum(axis=1),
        here.sum(axis=1),
        cases_before=cases[0] if known.any() else None,
        cases_after=cases[1] if known.any() else None,
        cases_known=known,
    )


def of_rows(halves: Halves, fit: Fit, rows: NDArray[np.intp]) -> tuple[Halves, Fit]:
    """Both halves of some of the series."""

    def some(whole: Halves | Fit) -> dict[str, Any]:
        columns = ((field.name, getattr(whole, field.name)) for field in fields(whole))
        return {name: None if column is None else column[rows] for name, column in columns}

    return Halves(**some(halves)), Fit(**some(fit))


def without_cases(halves: Halves, fit: Fit) -> tuple[Halves, Fit]:
    """Both halves of values as if nobody said how many cases stand behind each."""
    ones = np.ones(len(fit.residual))
    fewer = replace(halves, cases_before=None, cases_after=None, cases_known=None)
    return fewer, replace(fit, unlike=ones, unlike_after=ones)


def halves_of_proportions(
    numerators_before: ArrayLike,
    denominators_before: ArrayLike,
    numerators_after: ArrayLike,
    denominators_after: ArrayLike,
    *,
    parts: bool = True,
) -> Halves:
    """`parts`: each numerator is a part of its denominator, and must not be more."""
    return _halves_of_counts(
        numerators_before,
        denominators_before,
        numerators_after,
        denominators_after,
        binomial=True,
        parts=parts,
    )


def halves_of_rates(
    counts_before: ArrayLike,
    exposures_before: ArrayLike,
    counts_after: ArrayLike,
    exposures_after: ArrayLike,
) -> Halves:
    return _halves_of_counts(
        counts_before, exposures_before, counts_after, exposures_after, binomial=False
    )


def fit_of(halves: Halves) -> Fit:
    """Weighted means of both halves and the checks on what is left, over all series at once."""
    sides = []
    for values, weights in (
        (halves.before, halves.weight_before),
        (halves.after, halves.weight_after),
    ):
        there = np.isfinite(values)
        w = np.where(there, weights, 0.0)
        total = w.sum(axis=1)
        # From the first value on, so that values that are all the same leave no rest by rounding.
        first = first_of(values, there)[:, np.newaxis]
        apart = np.where(there, values - first, 0.0)
        middle = _ratio((w * apart).sum(axis=1), total)
        rest = np.sqrt(w) * (apart - middle[:, np.newaxis])
        variance = np.divide(1.0, total, out=np.full(len(values), np.inf), where=total > 0)
        sides.append((there, first[:, 0] + middle, variance, rest))
    (there, mean, variance, rest), (there_after, mean_after, variance_after, rest_after) = sides
    points, points_after = there.sum(axis=1), there_after.sum(axis=1)
    square, square_after = (rest**2).sum(axis=1), (rest_after**2).sum(axis=1)
    unlike, unlike_after = _unlike(halves, (rest, there), (rest_after, there_after))
    return Fit(
        mean,
        mean_after,
        variance,
        variance_after,
        square + square_after,
        points,
        points_after,
        _autocorrelation(((rest, there), (rest_after, there_after)), square + square_after),
        _unevenness(square, square_after, points, points_after, variance, variance_after),
        unlike,
        unlike_after,
        _slope(rest, there),
    )


def dispersion_of(fit: Fit) -> Floats:
    """Week-to-week spread in units of what sampling alone brings (1: no more than that)."""
    degrees = (
        fit.points_before + fit.points_after - (fit.points_before > 0) - (fit.points_after > 0)
    )
    dispersion: Floats = np.sqrt(
        np.divide(fit.residual, degrees, out=np.full(len(degrees), np.nan), where=degrees > 0)
    )
    return dispersion


def effect_half_width(halves: Halves, fit: Fit, *, alpha: float | Floats) -> Floats:
    """Half the interval of the difference; tightest when the after-period is as long as before."""
    variance = fit.variance_before + fit.variance_after
    degrees = fit.points_before + fit.points_after - 1
    half = _half_width(halves, fit, variance, degrees, 2 * fit.variance_before, alpha)
    return half * np.sqrt(fit.unlike)


def level_half_width(halves: Halves, fit: Fit, *, alpha: float | Floats) -> Floats:
    """Half the interval of the after-period's level."""
    has_before = fit.points_before > 0
    # Without a baseline: tightest after a usual baseline's length of points like these.
    with np.errstate(invalid="ignore"):
        alone = fit.variance_after * fit.points_after / USUAL_BASELINE
    optimal = np.where(has_before, fit.variance_before, alone)
    degrees = fit.points_before + fit.points_after - has_before
    half = _half_width(halves, fit, fit.variance_after, degrees, optimal, alpha)
    return half * np.sqrt(fit.unlike_after)


def _half_width(
    halves: Halves,
    fit: Fit,
    variance: Floats,
    degrees: Floats,
    optimal: Floats,
    alpha: float | Floats,
) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        half = half_width_student(variance, fit.residual, degrees, alpha=alpha, optimal=optimal)
        if halves.counted:
            half = np.maximum(half, half_width(variance, alpha=alpha, optimal=optimal))
        r = np.clip(fit.autocorrelation, 0, 0.99)
        return half * np.sqrt((1 + r) / (1 - r)) * np.sqrt(fit.uneven)


def _halves_of_counts(
    over_before: ArrayLike,
    under_before: ArrayLike,
    over_after: ArrayLike,
    under_after: ArrayLike,
    *,
    binomial: bool,
    parts: bool = False,
) -> Halves:
    sides, events, non_events = [], [], []
    for over, under in ((over_before, under_before), (over_after, under_after)):
        x, n = as_table(over, copy=False), as_table(under, copy=False)
        if x.shape != n.shape:
            raise ValueError(f"Shapes differ: {x.shape} and {n.shape}.")
        if (x < 0).any() or (n < 0).any() or (parts and (x > n).any()):
            raise ValueError("A count is below zero, or a numerator above its denominator.")
        there = np.isfinite(x) & np.isfinite(n) & (n > 0)
        x, n = np.where(there, x, np.nan), np.where(there, n, np.nan)
        total, units = np.nansum(x, axis=1), np.nansum(n, axis=1)
        # One event and one non-event more, so that 0 of n does not claim to be certain.
        if binomial:
            level = (total + 1) / (units + 2)
            spread = level * (1 - level)
        else:
            spread = np.divide(total + 1, units, out=np.ones(len(x)), where=units > 0)
        sides.append((x / n, n / spread[:, np.newaxis], units if binomial else total))
        events.append(total)
        non_events.append(units - total if binomial else np.full(len(x), np.inf))
    (before, weight, units), (after, weight_after, units_after) = sides
    return Halves(
        before,
        after,
        weight,
        weight_after,
        units,
        units_after,
        events[0] + events[1],
        non_events[0] + non_events[1],
    )


def _two(before: ArrayLike, after: ArrayLike) -> tuple[Floats, Floats]:
    first, second = as_table(before, copy=False), as_table(after, copy=False)
    if len(first) != len(second):
        raise ValueError(f"{len(first)} series before and {len(second)} after.")
    return first, second


def _autocorrelation(sides: tuple[tuple[Floats, Bools], ...], square: Floats) -> Floats:
    """Lag-1 autocorrelation within the halves, corrected for the bias of fitting their means."""
    product, points, fitted = 0.0, 0, 0
    for rest, there in sides:
        packed = np.nan_to_num(to_the_left(rest, there))
        product = product + (packed[:, 1:] * packed[:, :-1]).sum(axis=1)
        points = points + there.sum(axis=1)
        fitted = fitted + (there.sum(axis=1) > 0)
    r = np.divide(product, square, out=np.zeros(len(square)), where=square > 0)
    corrected = r + fitted * (1 + 4 * np.maximum(r, 0)) / np.maximum(points, 1)
    return np.where(square > 0, np.minimum(corrected, 0.999), 0.0)


def _unevenness(
    square: Floats,
    square_after: Floats,
    points: Floats,
    points_after: Floats,
    variance: Floats,
    variance_after: Floats,
) -> Floats:
    """What the pooled variance must be multiplied by where the halves' spreads clearly differ."""
    enough = (points >= MIN_POINTS_OF_A_LEVEL) & (points_after >= MIN_POINTS_OF_A_LEVEL)
    with np.errstate(invalid="ignore", divide="ignore"):
        s, s_after = square / (points - 1), square_after / (points_after - 1)
        pooled = (square + square_after) / (points + points_after - 2)
        apart = s * variance + s_after * variance_after
        together = pooled * (variance + variance_after)
        differ = enough & ((s > UNEVEN * s_after) | (s_after > UNEVEN * s)) & (together > 0)
        return np.where(differ, np.maximum(apart / together, 1.0), 1.0)


def _unlike(
    halves: Halves, before: tuple[Floats, Bools], after: tuple[Floats, Bools]
) -> tuple[Floats, Floats]:
    """The variance of the difference, and of the after-period's mean, over what a dispersion common
    to all points gives; 1 where that is enough."""
    (rest, there), (rest_after, here) = before, after
    weights = (
        np.where(there, halves.weight_before, 0.0),
        np.where(here, halves.weight_after, 0.0),
    )
    degrees = there.sum(axis=1) + here.sum(axis=1)
    degrees = np.maximum(degrees - there.any(axis=1) - here.any(axis=1), 0)
    squares = (rest**2).sum(axis=1) + (rest_after**2).sum(axis=1)
    usual = _ratio(squares, degrees)
    if halves.counted:
        room = _less_its_own(weights[0]) + _less_its_own(weights[1])
        between = _ratio(np.maximum(squares - degrees, 0.0), room)
        usual = np.maximum(usual, 1.0)
        real = [1 + between * _ratio((w**2).sum(axis=1), w.sum(axis=1)) for w in weights]
    elif halves.cases_before is not None and halves.cases_after is not None:
        cases = np.where(there, halves.cases_before, 0), np.where(here, halves.cases_after, 0)
        spread = (cases[0] * rest**2).sum(axis=1) + (cases[1] * rest_after**2).sum(axis=1)
        spread = _ratio(spread, degrees)
        real = [
            spread * _ratio(_ratio(np.ones_like(n), n).sum(axis=1), (n > 0).sum(axis=1))
            for n in cases
        ]
    else:
        return np.ones(len(degrees)), np.ones(len(degrees))
    shares = [_ratio(np.ones(len(degrees)), w.sum(axis=1)) for w in weights]
    both = real[0] * shares[0] + real[1] * shares[1]
    told = True if halves.cases_known is None else halves.cases_known
    return (
        np.where(told, np.maximum(_ratio(both, usual * (shares[0] + shares[1])), 1.0), 1.0),
        np.where(told, np.maximum(_ratio(real[1], usual), 1.0), 1.0),
    )


def _ratio(over: Floats, under: Floats) -> Floats:
    """Element by element, 0 where there is nothing to divide by."""
    return np.divide(over, under, out=np.zeros(np.shape(over)), where=under > 0)


def _less_its_own(weight: Floats) -> Floats:
    """Σw − Σw²/Σw: what a variance of one between periods adds to the sum of squares."""
    total = weight.sum(axis=1)
    left: Floats = total - _ratio((weight**2).sum(axis=1), total)
    return left


def _slope(rest: Floats, there: Bools) -> Floats:
    """The t value of a straight line through the baseline, 0 where it is too short to tell."""
    packed = to_the_left(rest, there)
    inside = np.isfinite(packed)
    count = inside.sum(axis=1)
    x = np.where(inside, np.arange(packed.shape[1], dtype=np.float64), np.nan)
    x = np.where(inside, x - mean_of(x, inside)[:, np.newaxis], 0.0)
    y = np.where(inside, packed - mean_of(packed, inside)[:, np.newaxis], 0.0)
    xx, xy, yy = (x * x).sum(axis=1), (x * y).sum(axis=1), (y * y).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        left = (yy - xy**2 / xx) / (count - 2)
        t = xy / np.sqrt(xx * left)
    return np.where((count >= MIN_POINTS_OF_A_LEVEL) & (left > 0), t, 0.0)
