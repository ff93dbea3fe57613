"""What changed: the after-period against the baseline, and the level since go-live.

Intervals are confidence sequences (see `sequential`): they hold at every look. The baseline is
complete before the first look and the after-period grows.

Weekly values (XmR): the weeks are the independent points; the interval is exact for independent
normal weeks with one spread. Proportions and rates: the variance comes from the units (patients,
encounters), n is units and never weeks; and because weeks often differ by more than sampling
brings, the interval from the week-to-week spread is computed too and the wider one is given.

Where neighbouring points resemble each other (lag-1 autocorrelation r > 0, corrected for small-
sample bias after Marriott and Pope, Biometrika 41 (1954) 390) the interval is widened by
√((1+r)/(1−r)), and from r = 0.7 on there is no interval. A plain before/after comparison stays
one: what else changed at go-live is in the estimate.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.sequential import half_width, half_width_student
from pilots.statistics.series import Bools, Floats, Remark, as_table, mean_of, to_the_left

MIN_BEFORE = 8
MIN_AFTER = 4
MIN_UNITS = 30
MIN_EVENTS = 10
TOO_ALIKE = 0.7
ALIKE_ENOUGH_TO_SAY = 0.2
UNEVEN = 4.0
MOVING = 3.0
USUAL_BASELINE = 12

PLAIN = Remark(
    "before_after",
    "A plain comparison of before and after: whatever else changed at go-live is in it too.",
)
ONE_SPREAD = Remark(
    "values",
    "Only one value a period is known, so the periods count as the independent points, with about"
    " the same spread before and after.",
)
UNITS = Remark(
    "units",
    "Counted in independent units, not in periods; where the periods differ by more than sampling"
    " brings, the wider interval is given.",
)


@dataclass(frozen=True)
class Effect:
    """The after-period minus the baseline, in the metric's own unit.

    `estimate` is the difference even where the interval is refused; `lower` and `upper` are None
    then. `n_before` and `n_after` are independent units (periods where only values are known).
    """

    estimate: float | None
    lower: float | None
    upper: float | None
    level: float
    before: float | None
    after: float | None
    points_before: int
    points_after: int
    n_before: int
    n_after: int
    dispersion: float | None = None
    autocorrelation: float | None = None
    assumptions: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    refused: Remark | None = None

    @property
    def method(self) -> str:
        return f"Anytime-valid {self.level:.0%}"

    @property
    def excludes_zero(self) -> bool:
        return self.lower is not None and self.upper is not None and self.lower * self.upper > 0


@dataclass(frozen=True)
class Level:
    """Where the metric stands since go-live, with an interval that holds at every look."""

    estimate: float | None
    lower: float | None
    upper: float | None
    level: float
    points: int
    n: int
    warnings: tuple[Remark, ...] = ()
    refused: Remark | None = None


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
    uneven: Floats
    slope: Floats


def halves_of_values(before: ArrayLike, after: ArrayLike) -> Halves:
    first, second = _two(before, after)
    there, here = np.isfinite(first), np.isfinite(second)
    return Halves(
        first,
        second,
        np.where(there, 1.0, np.nan),
        np.where(here, 1.0, np.nan),
        there.sum(axis=1),
        here.sum(axis=1),
    )


def halves_of_proportions(
    numerators_before: ArrayLike,
    denominators_before: ArrayLike,
    numerators_after: ArrayLike,
    denominators_after: ArrayLike,
) -> Halves:
    return _halves_of_counts(
        numerators_before, denominators_before, numerators_after, denominators_after, binomial=True
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


def effect_of_values(before: ArrayLike, after: ArrayLike, *, level: float = 0.95) -> Effect:
    """The difference of mean weekly values (or of whatever the period is)."""
    return effect(halves_of_values(before, after), level=level)


def effect_of_proportions(
    numerators_before: ArrayLike,
    denominators_before: ArrayLike,
    numerators_after: ArrayLike,
    denominators_after: ArrayLike,
    *,
    level: float = 0.95,
) -> Effect:
    """The difference of two proportions, each over all units of its period."""
    return effect(
        halves_of_proportions(
            numerators_before, denominators_before, numerators_after, denominators_after
        ),
        level=level,
    )


def effect_of_rates(
    counts_before: ArrayLike,
    exposures_before: ArrayLike,
    counts_after: ArrayLike,
    exposures_after: ArrayLike,
    *,
    level: float = 0.95,
) -> Effect:
    """The difference of two rates of events per unit of exposure."""
    return effect(
        halves_of_rates(counts_before, exposures_before, counts_after, exposures_after),
        level=level,
    )


def effect(halves: Halves, *, level: float = 0.95) -> Effect:
    """The after-period minus the baseline, of the first series."""
    fit = fit_of(halves)
    points = int(fit.points_before[0]), int(fit.points_after[0])
    units = int(halves.units_before[0]), int(halves.units_after[0])
    before, after = _number(fit.mean_before[0]), _number(fit.mean_after[0])
    estimate = after - before if before is not None and after is not None else None
    refused = refusal(halves, fit, need_before=True)
    half = None
    if refused is None:
        half = float(effect_half_width(halves, fit, alpha=1 - level)[0])
        if not np.isfinite(half):
            half, refused = None, _too_few(points[0], points[1])
    return Effect(
        estimate=estimate,
        lower=None if half is None or estimate is None else estimate - half,
        upper=None if half is None or estimate is None else estimate + half,
        level=level,
        before=before,
        after=after,
        points_before=points[0],
        points_after=points[1],
        n_before=units[0],
        n_after=units[1],
        dispersion=_number(dispersion_of(fit)[0]) if halves.counted else None,
        autocorrelation=_number(fit.autocorrelation[0]),
        assumptions=(PLAIN, UNITS if halves.counted else ONE_SPREAD),
        warnings=_warnings(halves, fit),
        refused=refused,
    )


def level_since(halves: Halves, *, level: float = 0.95) -> Level:
    """The level of the after-period of the first series; the baseline lends its spread."""
    fit = fit_of(halves)
    refused = refusal(halves, fit, need_before=False)
    estimate = _number(fit.mean_after[0])
    half = None
    if refused is None:
        half = float(level_half_width(halves, fit, alpha=1 - level)[0])
        if not np.isfinite(half):
            half = None
            refused = _too_few(int(fit.points_before[0]), int(fit.points_after[0]))
    return Level(
        estimate=estimate,
        lower=None if half is None or estimate is None else estimate - half,
        upper=None if half is None or estimate is None else estimate + half,
        level=level,
        points=int(fit.points_after[0]),
        n=int(halves.units_after[0]),
        warnings=_warnings(halves, fit),
        refused=refused,
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
        mean = np.divide(
            (w * np.where(there, values, 0.0)).sum(axis=1),
            total,
            out=np.full(len(values), np.nan),
            where=total > 0,
        )
        rest = np.sqrt(w) * (np.where(there, values, 0.0) - np.nan_to_num(mean)[:, np.newaxis])
        variance = np.divide(1.0, total, out=np.full(len(values), np.inf), where=total > 0)
        sides.append((there, mean, variance, rest))
    (there, mean, variance, rest), (there_after, mean_after, variance_after, rest_after) = sides
    points, points_after = there.sum(axis=1), there_after.sum(axis=1)
    square, square_after = (rest**2).sum(axis=1), (rest_after**2).sum(axis=1)
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
        _slope(rest, there),
    )


def dispersion_of(fit: Fit) -> Floats:
    """Week-to-week spread in units of what sampling alone brings (1: no more than that)."""
    degrees = (
        fit.points_before + fit.points_after - (fit.points_before > 0) - (fit.points_after > 0)
    )
    return np.sqrt(
        np.divide(fit.residual, degrees, out=np.full(len(degrees), np.nan), where=degrees > 0)
    )


def effect_half_width(halves: Halves, fit: Fit, *, alpha: float) -> Floats:
    """Half the interval of the difference; tightest when the after-period is as long as before."""
    variance = fit.variance_before + fit.variance_after
    degrees = fit.points_before + fit.points_after - 1
    return _half_width(halves, fit, variance, degrees, 2 * fit.variance_before, alpha)


def level_half_width(halves: Halves, fit: Fit, *, alpha: float) -> Floats:
    """Half the interval of the after-period's level."""
    has_before = fit.points_before > 0
    # Without a baseline: tightest after a usual baseline's length of points like these.
    optimal = np.where(
        has_before, fit.variance_before, fit.variance_after * fit.points_after / USUAL_BASELINE
    )
    degrees = fit.points_before + fit.points_after - has_before
    return _half_width(halves, fit, fit.variance_after, degrees, optimal, alpha)


def _half_width(
    halves: Halves, fit: Fit, variance: Floats, degrees: Floats, optimal: Floats, alpha: float
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
) -> Halves:
    sides, events, non_events = [], [], []
    for over, under in ((over_before, under_before), (over_after, under_after)):
        x, n = as_table(over), as_table(under)
        if x.shape != n.shape:
            raise ValueError(f"Shapes differ: {x.shape} and {n.shape}.")
        if (x < 0).any() or (n < 0).any() or (binomial and (x > n).any()):
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
    first, second = as_table(before), as_table(after)
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
    enough = (points >= MIN_BEFORE) & (points_after >= MIN_BEFORE)
    with np.errstate(invalid="ignore", divide="ignore"):
        s, s_after = square / (points - 1), square_after / (points_after - 1)
        pooled = (square + square_after) / (points + points_after - 2)
        apart = s * variance + s_after * variance_after
        together = pooled * (variance + variance_after)
        differ = enough & ((s > UNEVEN * s_after) | (s_after > UNEVEN * s)) & (together > 0)
        return np.where(differ, np.maximum(apart / together, 1.0), 1.0)


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
    return np.where((count >= MIN_BEFORE) & (left > 0), t, 0.0)


def refusal(halves: Halves, fit: Fit, *, need_before: bool, series: int = 0) -> Remark | None:
    """Why there is no interval for this series, or None."""
    before, after = int(fit.points_before[series]), int(fit.points_after[series])
    if after == 0:
        return Remark("no_after", "No points since go-live yet.", {"after": 0})
    short = before < MIN_BEFORE if need_before or before else False
    if short or after < (MIN_AFTER if before else MIN_BEFORE):
        return _too_few(before, after)
    if halves.events is not None and halves.non_events is not None:
        fewest = min(float(halves.events[series]), float(halves.non_events[series]))
        if fewest < MIN_EVENTS:
            return Remark(
                "few_events",
                f"Only {fewest:.0f} events in all; it takes {MIN_EVENTS} to draw an interval.",
                {"events": fewest, "needed": MIN_EVENTS},
            )
        sides = [float(halves.units_after[series])]
        if before:
            sides.append(float(halves.units_before[series]))
        if np.isfinite(halves.non_events[series]) and min(sides) < MIN_UNITS:
            return Remark(
                "few_units",
                f"Only {min(sides):.0f} cases on one side; it takes {MIN_UNITS} to draw an"
                " interval.",
                {"units": min(sides), "needed": MIN_UNITS},
            )
    elif fit.residual[series] == 0:
        return Remark(
            "no_variation", "Every point has the same value, so usual variation is unknown."
        )
    r = float(fit.autocorrelation[series])
    if r >= TOO_ALIKE:
        return Remark(
            "autocorrelated",
            f"Neighbouring points are so alike (autocorrelation {r:.1f}) that drift and change"
            " cannot be told apart by comparing before and after.",
            {"autocorrelation": r},
        )
    return None


def _too_few(before: int, after: int) -> Remark:
    return Remark(
        "few_points",
        f"{before} points before go-live and {after} since; it takes {MIN_BEFORE} and"
        f" {MIN_AFTER} to compare them.",
        {"before": before, "after": after, "need_before": MIN_BEFORE, "need_after": MIN_AFTER},
    )


def _warnings(halves: Halves, fit: Fit) -> tuple[Remark, ...]:
    found = []
    r = float(fit.autocorrelation[0])
    if r >= ALIKE_ENOUGH_TO_SAY:
        found.append(
            Remark(
                "autocorrelated",
                f"Neighbouring points resemble each other (autocorrelation {r:.1f}); the interval"
                " is wider for it.",
                {"autocorrelation": r},
            )
        )
    dispersion = float(dispersion_of(fit)[0])
    if halves.counted and dispersion > 1.3:
        found.append(
            Remark(
                "overdispersed",
                f"The points vary {dispersion:.1f} times as much as sampling alone would bring; the"
                " interval is wider for it.",
                {"dispersion": dispersion},
            )
        )
    if fit.uneven[0] > 1:
        found.append(
            Remark(
                "uneven_spread",
                "The spread before and since go-live differs; the interval is wider for it.",
            )
        )
    if abs(float(fit.slope[0])) > MOVING:
        way = "rising" if fit.slope[0] > 0 else "falling"
        found.append(
            Remark(
                "moving_baseline",
                f"The baseline was already {way} before go-live; part of the difference may be"
                " that.",
                {"way": way},
            )
        )
    return tuple(found)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
