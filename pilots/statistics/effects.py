"""What changed: the after-period against the baseline, and the level since go-live.

Intervals are confidence sequences (see `confidence_sequences`): they hold at every look. The baseline is
complete before the first look and the after-period grows.

Weekly values (XmR): the weeks are the independent points; the interval is exact for independent
normal weeks with one spread. Proportions and rates: the variance comes from the units (patients,
encounters), n is units and never weeks; and because weeks often differ by more than sampling
brings, the interval from the week-to-week spread is computed too and the wider one is given.

Where neighbouring points resemble each other (lag-1 autocorrelation r > 0, corrected for small-
sample bias after Marriott and Pope, Biometrika 41 (1954) 390) the interval is widened by
√((1+r)/(1−r)), and from r = 0.7 on there is no interval. Periods that rest on very different
numbers of cases widen it where they differ by more than sampling brings (see `before_after`). A plain before/after comparison stays
one: what else changed at go-live is in the estimate.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.before_after import (
    Fit,
    Halves,
    dispersion_of,
    effect_half_width,
    fit_of,
    halves_of_proportions,
    halves_of_rates,
    halves_of_values,
    level_half_width,
)
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Floats, Remark

MIN_AFTER = 4
MIN_UNITS = 30
MIN_EVENTS = 10
TOO_ALIKE = 0.7
ALIKE_ENOUGH_TO_SAY = 0.2
MOVING = 3.0
# How much wider the variance must be for unlike periods until it is said.
SAID_FROM = 1.1

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
        return f"Anytime-valid {100 * self.level:.3g}%"

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


def effect_of_values(
    before: ArrayLike,
    after: ArrayLike,
    *,
    cases_before: ArrayLike | None = None,
    cases_after: ArrayLike | None = None,
    level: float = 0.95,
) -> Effect:
    """The difference of mean weekly values (or of whatever the period is); with the cases behind
    each value, where they are known of all."""
    halves = halves_of_values(before, after, cases_before=cases_before, cases_after=cases_after)
    return effect(halves, level=level)


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
    return effects(halves, fit_of(halves), np.array([level]))[0]


def effects(halves: Halves, fit: Fit, levels: Floats) -> list[Effect]:
    """The after-period minus the baseline of each series, each at its own level (series,)."""
    half_widths = effect_half_width(halves, fit, alpha=1 - levels).tolist()
    spread = dispersion_of(fit).tolist() if halves.counted else None
    assumptions = (PLAIN, UNITS if halves.counted else ONE_SPREAD)
    found = []
    for row, numbers in enumerate(_each(halves, fit)):
        before, after = _number(numbers.mean_before), _number(numbers.mean_after)
        estimate = after - before if before is not None and after is not None else None
        refused = refusal(numbers, need_before=True)
        half = None
        if refused is None:
            half = half_widths[row]
            if not math.isfinite(half):
                half, refused = None, _too_few(numbers.points_before, numbers.points_after)
        found.append(
            Effect(
                estimate=estimate,
                lower=None if half is None or estimate is None else estimate - half,
                upper=None if half is None or estimate is None else estimate + half,
                level=float(levels[row]),
                before=before,
                after=after,
                points_before=numbers.points_before,
                points_after=numbers.points_after,
                n_before=numbers.units_before,
                n_after=numbers.units_after,
                dispersion=None if spread is None else _number(spread[row]),
                autocorrelation=_number(numbers.autocorrelation),
                assumptions=assumptions,
                warnings=_warnings(numbers),
                refused=refused,
            )
        )
    return found


def level_since(halves: Halves, *, level: float = 0.95) -> Level:
    """The level of the after-period of the first series; the baseline lends its spread."""
    return levels_since(halves, fit_of(halves), np.array([level]))[0]


def levels_since(halves: Halves, fit: Fit, levels: Floats) -> list[Level]:
    """The level of the after-period of each series, each interval at its own level (series,)."""
    half_widths = level_half_width(halves, fit, alpha=1 - levels).tolist()
    found = []
    for row, numbers in enumerate(_each(halves, fit)):
        refused = refusal(numbers, need_before=False)
        estimate = _number(numbers.mean_after)
        half = None
        if refused is None:
            half = half_widths[row]
            if not math.isfinite(half):
                half, refused = None, _too_few(numbers.points_before, numbers.points_after)
        found.append(
            Level(
                estimate=estimate,
                lower=None if half is None or estimate is None else estimate - half,
                upper=None if half is None or estimate is None else estimate + half,
                level=float(levels[row]),
                points=numbers.points_after,
                n=numbers.units_after,
                warnings=_warnings(numbers),
                refused=refused,
            )
        )
    return found


class _One(NamedTuple):
    """What is said of one of the series rests on these."""

    mean_before: float
    mean_after: float
    points_before: int
    points_after: int
    units_before: int
    units_after: int
    # NaN where the weights do not know the sampling variance.
    events: float
    non_events: float
    residual: float
    dispersion: float
    autocorrelation: float
    uneven: float
    unlike: float
    slope: float

    @property
    def counted(self) -> bool:
        return not math.isnan(self.events)


def _each(halves: Halves, fit: Fit) -> Iterator[_One]:
    """Plain numbers: taken out of the arrays one by one they would cost more than their making."""
    none = np.full(len(fit.residual), np.nan)
    columns = (
        fit.mean_before,
        fit.mean_after,
        fit.points_before,
        fit.points_after,
        halves.units_before.astype(np.int64),
        halves.units_after.astype(np.int64),
        none if halves.events is None else halves.events,
        none if halves.non_events is None else halves.non_events,
        fit.residual,
        dispersion_of(fit),
        fit.autocorrelation,
        fit.uneven,
        fit.unlike,
        fit.slope,
    )
    return map(_One, *(column.tolist() for column in columns))


def refusal(numbers: _One, *, need_before: bool) -> Remark | None:
    """Why there is no interval for this series, or None."""
    before, after = numbers.points_before, numbers.points_after
    if after == 0:
        return Remark("no_after", "No points since go-live yet.", {"after": 0})
    short = before < MIN_POINTS_OF_A_LEVEL if need_before or before else False
    if short or after < (MIN_AFTER if before else MIN_POINTS_OF_A_LEVEL):
        return _too_few(before, after)
    if numbers.counted:
        fewest = min(numbers.events, numbers.non_events)
        if fewest < MIN_EVENTS:
            return Remark(
                "few_events",
                f"Only {fewest:.0f} events in all; it takes {MIN_EVENTS} to draw an interval.",
                {"events": fewest, "needed": MIN_EVENTS},
            )
        sides = [numbers.units_after]
        if before:
            sides.append(numbers.units_before)
        if math.isfinite(numbers.non_events) and min(sides) < MIN_UNITS:
            return Remark(
                "few_units",
                f"Only {min(sides)} cases on one side; it takes {MIN_UNITS} to draw an interval.",
                {"units": float(min(sides)), "needed": MIN_UNITS},
            )
    elif numbers.residual == 0:
        return Remark(
            "no_variation", "Every point has the same value, so usual variation is unknown."
        )
    r = numbers.autocorrelation
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
        f"{before} points before go-live and {after} since; it takes {MIN_POINTS_OF_A_LEVEL} and"
        f" {MIN_AFTER} to compare them.",
        {
            "before": before,
            "after": after,
            "need_before": MIN_POINTS_OF_A_LEVEL,
            "need_after": MIN_AFTER,
        },
    )


def _warnings(numbers: _One) -> tuple[Remark, ...]:
    found = []
    r, dispersion = numbers.autocorrelation, numbers.dispersion
    if r >= ALIKE_ENOUGH_TO_SAY:
        found.append(
            Remark(
                "autocorrelated",
                f"Neighbouring points resemble each other (autocorrelation {r:.1f}); the interval"
                " is wider for it.",
                {"autocorrelation": r},
            )
        )
    if numbers.counted and dispersion > 1.3:
        found.append(
            Remark(
                "overdispersed",
                f"The points vary {dispersion:.1f} times as much as sampling alone would bring; the"
                " interval is wider for it.",
                {"dispersion": dispersion},
            )
        )
    if numbers.uneven > 1:
        found.append(
            Remark(
                "uneven_spread",
                "The spread before and since go-live differs; the interval is wider for it.",
            )
        )
    if numbers.unlike > SAID_FROM:
        found.append(
            Remark(
                "unlike_periods",
                "The periods rest on very different numbers of cases; the interval is wider for it.",
            )
        )
    if abs(numbers.slope) > MOVING:
        way = "rising" if numbers.slope > 0 else "falling"
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
    return value if math.isfinite(value) else None
