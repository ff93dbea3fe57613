"""A pilot's weekly baseline, looked at for planning: level, spread, likeness of neighbours.

It is refused where it is too short, has too few events, does not vary, or drifts.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.before_after import Fit, Halves, dispersion_of, fit_of
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Floats, Refusal, Remark

FEW_WEEKS = 12
MIN_EVENTS = 10
TOO_ALIKE = 0.7
ALIKE = 0.2
MOVING = 3.0


@dataclass(frozen=True, eq=False)
class Baseline:
    """What a plan needs of a baseline.

    `square`: the spread of weeks, squared: the variance of weekly values, or how many times the
    sampling variance weekly counts have. `widening`: what likeness of neighbours multiplies it by.
    """

    halves: Halves
    fit: Fit
    kind: Literal["values", "proportions", "rates"]
    level: float
    points: int
    per_week: float | None
    square: float
    widening: float

    @property
    def at_least_sampling(self) -> float:
        """`square`, but counts vary by no less than sampling brings."""
        return max(self.square, 1.0) if self.halves.counted else self.square

    def after(self, change: float, weeks: Floats) -> Floats:
        """The sampling variance of the mean after so many weeks at the changed level."""
        if self.per_week is None:
            return 1 / weeks
        level = self.level + change
        spread = level * (1 - level) if self.kind == "proportions" else level
        return spread / (self.per_week * weeks)


def ready(
    halves: Halves, kind: Literal["values", "proportions", "rates"], per_week: float | None
) -> Baseline:
    fit = fit_of(halves)
    points = int(fit.points_before[0])
    if points < MIN_POINTS_OF_A_LEVEL:
        raise Refusal(
            "few_points",
            f"{points} weeks of baseline; it takes {MIN_POINTS_OF_A_LEVEL} to judge how long a pilot must run.",
            points=points,
            needed=MIN_POINTS_OF_A_LEVEL,
        )
    if halves.events is not None and halves.non_events is not None:
        fewest = min(float(halves.events[0]), float(halves.non_events[0]))
        if fewest < MIN_EVENTS:
            raise Refusal(
                "few_events",
                f"Only {fewest:.0f} events in the baseline; it takes {MIN_EVENTS} to plan with.",
                events=fewest,
                needed=MIN_EVENTS,
            )
    elif fit.residual[0] == 0:
        raise Refusal("no_variation", "Every week has the same value: its spread is unknown.")
    r = float(fit.autocorrelation[0])
    if r >= TOO_ALIKE:
        raise Refusal(
            "autocorrelated",
            f"Neighbouring weeks are so alike (autocorrelation {r:.1f}) that drift and change could"
            " not be told apart however long the pilot ran.",
            autocorrelation=r,
        )
    alike = min(max(r, 0.0), 0.99)
    return Baseline(
        halves=halves,
        fit=fit,
        kind=kind,
        level=float(fit.mean_before[0]),
        points=points,
        per_week=per_week,
        square=float(dispersion_of(fit)[0]) ** 2,
        widening=(1 + alike) / (1 - alike),
    )


def warnings_of(baseline: Baseline) -> tuple[Remark, ...]:
    found = []
    if baseline.points < FEW_WEEKS:
        off = 1 / np.sqrt(2 * (baseline.points - 1))
        found.append(
            Remark(
                "short_baseline",
                f"From {baseline.points} weeks the spread is known to within about {off:.0%} only,"
                f" and so the number of weeks to within {2 * off:.0%}.",
                {"points": baseline.points, "relative_error": float(off)},
            )
        )
    r = float(baseline.fit.autocorrelation[0])
    if r >= ALIKE:
        found.append(
            Remark(
                "autocorrelated",
                f"Neighbouring weeks resemble each other (autocorrelation {r:.1f}), so it takes"
                f" {baseline.widening:.1f} times as much.",
                {"autocorrelation": r, "factor": baseline.widening},
            )
        )
    spread = float(np.sqrt(baseline.square))
    if baseline.halves.counted and spread > 1.3:
        found.append(
            Remark(
                "overdispersed",
                f"Weeks vary {spread:.1f} times as much as sampling alone would bring; more units a"
                " week would not help, more weeks would.",
                {"dispersion": spread},
            )
        )
    slope = float(baseline.fit.slope[0])
    if abs(slope) > MOVING:
        way = "rising" if slope > 0 else "falling"
        found.append(
            Remark(
                "moving_baseline",
                f"The baseline is {way}; a plan from its mean is not to be trusted.",
                {"way": way},
            )
        )
    return tuple(found)


def check_levels(baseline: Baseline, changes: Floats) -> None:
    after = baseline.level + changes
    if baseline.kind == "proportions" and not ((after > 0) & (after < 1)).all():
        raise ValueError(
            f"From {baseline.level:.3g} a change takes a proportion below 0 or above 1."
        )
    if baseline.kind == "rates" and not (after > 0).all():
        raise ValueError(f"From {baseline.level:.3g} a change takes a rate to 0 or below.")


def units_a_week(over: Floats, under: Floats) -> float:
    there = np.isfinite(over) & np.isfinite(under) & (under > 0)
    return float(under[there].mean()) if there.any() else 0.0


def one_series(values: ArrayLike) -> Floats:
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1:
        raise ValueError("Plan from one series at a time: weekly numbers in one dimension.")
    return series
