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
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.before_after import (
    Fit,
    Halves,
    dispersion_of,
    effect_half_width,
    fit_of,
    halves_of_proportions,
    halves_of_values,
    level_half_width,
)
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Bools, Floats, Remark

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


def effect(halves: Halves, *, level: float = 0.95) -> Effect:
    """The after-period minus the baseline, of the first series."""
    return Effects(halves, fit_of(halves), np.array([level])).one(0)


def level_since(halves: Halves, *, level: float = 0.95) -> Level:
    """The level of the after-period of the first series; the baseline lends its spread."""
    return Levels(halves, fit_of(halves), np.array([level])).one(0)


@dataclass(frozen=True, eq=False)
class _Answered(ABC):
    """What is said of many series, each at its own level (series,). The numbers of all are worked out
    together, the words of one where somebody asks for them."""

    halves: Halves
    fit: Fit
    levels: Floats

    @property
    @abstractmethod
    def estimate(self) -> Floats:
        """What is answered, before anything is refused."""

    @property
    @abstractmethod
    def _half(self) -> Floats:
        """Half the interval, whether or not it may be said."""

    @property
    @abstractmethod
    def _refused(self) -> NDArray[np.int8]:
        """Why it may not be said, for each series."""

    @cached_property
    def dispersion(self) -> Floats:
        return dispersion_of(self.fit)

    @cached_property
    def half(self) -> Floats:
        """Half the interval; NaN where it is refused or there is nothing to be estimated."""
        said = (self._refused == _Refused.NOT) & np.isfinite(self.estimate)
        return np.where(said, self._half, np.nan)

    @cached_property
    def lower(self) -> Floats:
        return self.estimate - self.half

    @cached_property
    def upper(self) -> Floats:
        return self.estimate + self.half

    def _refusals(self, *, need_before: bool) -> NDArray[np.int8]:
        """Why there is no interval, for each series."""
        halves, fit = self.halves, self.fit
        before, after = fit.points_before, fit.points_after
        few = after < np.where(before > 0, MIN_AFTER, MIN_POINTS_OF_A_LEVEL)
        few |= (before < MIN_POINTS_OF_A_LEVEL) & (need_before | (before > 0))
        reasons = [(after == 0, _Refused.NO_AFTER), (few, _Refused.FEW_POINTS)]
        if halves.events is not None and halves.non_events is not None:
            sides = np.where(before > 0, halves.units_before, np.inf)
            units = np.minimum(halves.units_after, sides)
            events = np.minimum(halves.events, halves.non_events)
            cases = np.isfinite(halves.non_events)
            reasons += [
                (events < MIN_EVENTS, _Refused.FEW_EVENTS),
                (cases & (units < MIN_UNITS), _Refused.FEW_UNITS),
            ]
        else:
            reasons.append((fit.residual == 0, _Refused.NO_VARIATION))
            if need_before:
                reasons.append((_constant(halves.before), _Refused.CONSTANT_BEFORE))
        reasons += [
            (fit.autocorrelation >= TOO_ALIKE, _Refused.ALIKE),
            (~np.isfinite(self._half), _Refused.FEW_POINTS),
        ]
        refused: NDArray[np.int8] = np.select(
            [there for there, _code in reasons], [np.int8(code) for _there, code in reasons], 0
        ).astype(np.int8)
        return refused

    def _refusal(self, row: int) -> Remark | None:
        return _refusal(_Refused(int(self._refused[row])), self.halves, self.fit, row)

    def _ends(self, row: int) -> tuple[float | None, float | None, float | None]:
        return (
            _number(self.estimate[row]),
            _number(self.lower[row]),
            _number(self.upper[row]),
        )


@dataclass(frozen=True, eq=False)
class Effects(_Answered):
    """The after-period minus the baseline of each series."""

    @cached_property
    def estimate(self) -> Floats:
        return self.fit.mean_after - self.fit.mean_before

    @cached_property
    def _half(self) -> Floats:
        return effect_half_width(self.halves, self.fit, alpha=1 - self.levels)

    @cached_property
    def _refused(self) -> NDArray[np.int8]:
        return self._refusals(need_before=True)

    def one(self, row: int) -> Effect:
        halves, fit = self.halves, self.fit
        estimate, lower, upper = self._ends(row)
        dispersion = _number(self.dispersion[row]) if halves.counted else None
        return Effect(
            estimate=estimate,
            lower=lower,
            upper=upper,
            level=float(self.levels[row]),
            before=_number(fit.mean_before[row]),
            after=_number(fit.mean_after[row]),
            points_before=int(fit.points_before[row]),
            points_after=int(fit.points_after[row]),
            n_before=int(halves.units_before[row]),
            n_after=int(halves.units_after[row]),
            dispersion=dispersion,
            autocorrelation=_number(fit.autocorrelation[row]),
            assumptions=(PLAIN, UNITS if halves.counted else ONE_SPREAD),
            warnings=_warnings(self, row),
            refused=self._refusal(row),
        )


@dataclass(frozen=True, eq=False)
class Levels(_Answered):
    """The level of the after-period of each series; the baseline lends its spread."""

    @cached_property
    def estimate(self) -> Floats:
        return self.fit.mean_after

    @cached_property
    def _half(self) -> Floats:
        return level_half_width(self.halves, self.fit, alpha=1 - self.levels)

    @cached_property
    def _refused(self) -> NDArray[np.int8]:
        return self._refusals(need_before=False)

    def one(self, row: int) -> Level:
        estimate, lower, upper = self._ends(row)
        return Level(
            estimate=estimate,
            lower=lower,
            upper=upper,
            level=float(self.levels[row]),
            points=int(self.fit.points_after[row]),
            n=int(self.halves.units_after[row]),
            warnings=_warnings(self, row),
            refused=self._refusal(row),
        )


class _Refused(IntEnum):
    """Why there is no interval, in the order in which it is asked."""

    NOT = 0
    NO_AFTER = 1
    FEW_POINTS = 2
    FEW_EVENTS = 3
    FEW_UNITS = 4
    NO_VARIATION = 5
    CONSTANT_BEFORE = 6
    ALIKE = 7


def _refusal(why: _Refused, halves: Halves, fit: Fit, row: int) -> Remark | None:
    if why is _Refused.NOT:
        return None
    if why is _Refused.NO_AFTER:
        return Remark("no_after", "No points since go-live yet.", {"after": 0})
    if why is _Refused.FEW_POINTS:
        return _too_few(int(fit.points_before[row]), int(fit.points_after[row]))
    if why is _Refused.NO_VARIATION:
        return Remark(
            "no_variation", "Every point has the same value, so usual variation is unknown."
        )
    if why is _Refused.CONSTANT_BEFORE:
        return Remark(
            "constant_before",
            "Every number from before has the same value, so usual variation is unknown.",
        )
    if why is _Refused.ALIKE:
        r = float(fit.autocorrelation[row])
        return Remark(
            "autocorrelated",
            f"Neighbouring points are so alike (autocorrelation {r:.1f}) that drift and change"
            " cannot be told apart by comparing before and after.",
            {"autocorrelation": r},
        )
    assert halves.events is not None and halves.non_events is not None
    if why is _Refused.FEW_EVENTS:
        fewest = min(float(halves.events[row]), float(halves.non_events[row]))
        return Remark(
            "few_events",
            f"Only {fewest:.0f} events in all; it takes {MIN_EVENTS} to draw an interval.",
            {"events": fewest, "needed": MIN_EVENTS},
        )
    sides = [float(halves.units_after[row])]
    if fit.points_before[row]:
        sides.append(float(halves.units_before[row]))
    return Remark(
        "few_units",
        f"Only {min(sides):.0f} cases on one side; it takes {MIN_UNITS} to draw an interval.",
        {"units": min(sides), "needed": MIN_UNITS},
    )


def _constant(values: Floats) -> Bools:
    """Which rows have one value alone, and have one."""
    there = np.isfinite(values)
    least = np.where(there, values, np.inf).min(axis=1, initial=np.inf)
    most = np.where(there, values, -np.inf).max(axis=1, initial=-np.inf)
    constant: Bools = least == most
    return constant


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


def _warnings(answered: _Answered, row: int) -> tuple[Remark, ...]:
    halves, fit, found = answered.halves, answered.fit, []
    r, slope = float(fit.autocorrelation[row]), float(fit.slope[row])
    dispersion = float(answered.dispersion[row])
    if r >= ALIKE_ENOUGH_TO_SAY:
        found.append(
            Remark(
                "autocorrelated",
                f"Neighbouring points resemble each other (autocorrelation {r:.1f}); the interval"
                " is wider for it.",
                {"autocorrelation": r},
            )
        )
    if halves.counted and dispersion > 1.3:
        found.append(
            Remark(
                "overdispersed",
                f"The points vary {dispersion:.1f} times as much as sampling alone would bring; the"
                " interval is wider for it.",
                {"dispersion": dispersion},
            )
        )
    if fit.uneven[row] > 1:
        found.append(
            Remark(
                "uneven_spread",
                "The spread before and since go-live differs; the interval is wider for it.",
            )
        )
    if fit.unlike[row] > SAID_FROM:
        found.append(
            Remark(
                "unlike_periods",
                "The periods rest on very different numbers of cases; the interval is wider for it.",
            )
        )
    if abs(slope) > MOVING:
        way = "rising" if slope > 0 else "falling"
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
    return float(value) if math.isfinite(value) else None
