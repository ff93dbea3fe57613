"""What a reader must know about a chart, in words: assumptions, doubts, why there are no limits."""

from typing import TYPE_CHECKING

import numpy as np

from pilots.statistics.series import Floats, Remark

if TYPE_CHECKING:
    from pilots.statistics.charts.chart import ControlChart

# Below this many expected events (or non-events) a point, three sigma are a rough guide.
FEW_EVENTS = 5
BY_RANGES = frozenset({"xmr", "mr", "i_prime", "t"})

_ASSUMED = {
    "xmr": ("independent", "Neighbouring points do not resemble each other more than others do."),
    "mr": ("independent", "Neighbouring points do not resemble each other more than others do."),
    "i_prime": ("independent", "Points are independent, and vary less the more they rest on."),
    "p": ("binomial", "Cases are independent and have the same chance within a point."),
    "np": ("binomial", "Cases are independent and have the same chance within a point."),
    "u": ("poisson", "Events are independent and as likely in every unit of exposure."),
    "c": ("poisson", "Events are independent, and every point has the same opportunity for them."),
    "xbar": ("same_spread", "The spread within a subgroup is the same at every point."),
    "s": ("normal", "Values within a subgroup are independent and near normal."),
    "r": ("normal", "Values within a subgroup are independent and near normal."),
    "g": ("geometric", "Every case has the same chance of the event."),
    "t": ("exponential", "Events come at a constant rate."),
    "run": ("independent", "Neighbouring points do not resemble each other more than others do."),
}


def assumptions(chart: "ControlChart") -> tuple[Remark, ...]:
    """What the limits of this kind of chart take for granted."""
    code, text = _ASSUMED[chart.family]
    if np.any(chart.prime):
        code, text = (
            "stable_spread",
            "The spread between points is the same throughout the baseline.",
        )
    return (Remark(code, text, {"family": chart.family}),)


def remarks(chart: "ControlChart", enough: int) -> tuple[Remark, ...]:
    """Few points, screening, no variation, Laney's limits."""
    _one_series(chart, "Remarks belong")
    found = []
    number = int(chart.baseline)
    if chart.given:
        text = f"The {' and the '.join(chart.given)} were given, not estimated from these points."
        if len(chart.given) == 1:
            text = text.replace(" were ", " was ")
        found.append(Remark("given", text, {"given": chart.given}))
    if number < enough and not _all_given(chart):
        text = f"The limits rest on {number} points and will move; {enough} or more settle them."
        found.append(Remark("few_points", text, {"points": number, "enough": enough}))
    dropped = int(chart.screened_out)
    if chart.screened and dropped:
        text = (
            "One unusually large jump was left out of the limits."
            if dropped == 1
            else f"{dropped} unusually large jumps were left out of the limits."
        )
        found.append(Remark("screened", text, {"dropped": dropped}))
    if chart.family == "xmr" and number > 1 and np.nanmax(chart.sigma, initial=0) == 0:
        found.append(
            Remark("no_variation", "Every point that sets the limits has the same value.", {})
        )
    if bool(chart.prime):
        times = float(chart.dispersion)
        if chart.laney == "wider":
            times = max(times, 1.0)
        narrow = times < 1
        text = (
            "The points vary less than sampling alone would bring, so Laney's limits are narrower:"
            f" {times:.1f} times as wide."
            if narrow
            else "The points vary more than sampling alone would bring, so the limits are"
            f" Laney's: {times:.1f} times as wide."
        )
        facts = {"sigma_z": float(chart.dispersion)}
        found.append(Remark("narrower" if narrow else "overdispersed", text, facts))
    return tuple(found)


def warnings(chart: "ControlChart") -> tuple[Remark, ...]:
    """The remarks, and what the points that set the limits say against them."""
    _one_series(chart, "Warnings belong")
    found = [*chart.remarks(), *chart.refused.values()]
    first = chart.used & (chart.phase == 0)
    values = chart.values[first]
    if _all_given(chart):
        first = np.isfinite(chart.values)
    excluded = int(np.sum(chart.excluded & np.isfinite(chart.values)))
    if excluded:
        text = f"{excluded} points were left out of the limits on purpose."
        found.append(Remark("excluded", text, {"excluded": excluded}))
    if chart.family in BY_RANGES and len(values) >= 12:
        alike = _lag_one(values)
        # Two standard errors of the autocorrelation of independent points.
        if alike > 2 / np.sqrt(len(values)):
            text = (
                f"Neighbouring points are alike (correlation {alike:.2f}), so limits from moving"
                " ranges are too narrow and false alarms more frequent."
            )
            found.append(Remark("autocorrelated", text, {"lag_1": alike}))
    expected = _expected(chart, first)
    if expected is not None and expected < FEW_EVENTS and first.any():
        text = (
            f"A point has about {expected:.1f} events; below {FEW_EVENTS} the limits are rough."
            " A chart of the cases or days between events (g, t) says more."
        )
        found.append(Remark("few_events", text, {"expected": expected, "enough": FEW_EVENTS}))
    return tuple(found)


def without_limits(chart: "ControlChart") -> dict[int, Remark]:
    """The series without limits in a phase that has points."""
    found = dict(chart.reasons)
    present = np.atleast_2d(np.isfinite(chart.values))
    level, unit = np.atleast_2d(chart.level), np.atleast_2d(chart.unit)
    if chart.family == "run":  # has a centre and no limits
        unit = np.zeros_like(unit)
    used = np.atleast_2d(chart.used)
    for phase in range(level.shape[1]):
        here = np.atleast_2d(chart.phase == phase)
        bare = ~np.isfinite(level[:, phase] + unit[:, phase]) & (present & here).any(axis=1)
        for row in np.flatnonzero(bare):
            number = int((used[row] & here[row if len(here) > 1 else 0]).sum())
            text = (
                "No point is there to set the limits."
                if number == 0
                else f"The limits cannot be set from {number} point{'s' if number > 1 else ''}."
            )
            facts = {"points": number, "phase": phase}
            found.setdefault(int(row), Remark("too_few_points", text, facts))
    for row in np.flatnonzero(~present.any(axis=1)):
        found.setdefault(int(row), Remark("no_points", "There are no points.", {}))
    return found


def _all_given(chart: "ControlChart") -> bool:
    """Whether no line of the chart rests on its points."""
    return bool(chart.given) and not chart.used.any()


def _one_series(chart: "ControlChart", what: str) -> None:
    if chart.values.ndim != 1:
        raise ValueError(f"{what} to one series: take chart.one(i).remarks().")


def _lag_one(values: Floats) -> float:
    centred = values - values.mean()
    square = float((centred**2).sum())
    return float((centred[1:] * centred[:-1]).sum()) / square if square > 0 else 0.0


def _expected(chart: "ControlChart", first: np.ndarray) -> float | None:
    """Events (or, if fewer, non-events) that a usual point brings."""
    level = float(np.atleast_1d(chart.level)[0]) / chart.per
    if chart.family == "c":
        return level
    if chart.denominators is None or chart.family not in ("p", "np", "u") or not first.any():
        return None
    size = float(chart.denominators[first].mean())
    return size * (level if chart.family == "u" else min(level, 1 - level))
