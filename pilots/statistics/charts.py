"""Shewhart control charts: XmR, p, Laney p′, u, u′ and c, over one series or many at once.

Limits are centre ± 3 sigma. XmR: sigma = (2.66 / 3) × mean moving range. p: √(p̄(1−p̄)/nᵢ).
u: √(ū/nᵢ). c: √c̄. Laney's p′ and u′ multiply sigma by σz, the mean moving range of the z-scores
/ 1.128. A baseline freezes the limits and carries them on to later points; a step computes them
anew from there.

Sources: Montgomery, Introduction to Statistical Quality Control, ch. 6 and 7. Laney, Quality
Engineering 14 (2002) 531. NHS England, Making Data Count. Screening of moving ranges: Nelson,
Journal of Quality Technology 14 (1982) 172.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import (
    Baseline,
    Bools,
    Floats,
    Remark,
    as_mask,
    as_phases,
    as_table,
    mean_of,
    to_the_left,
)

# Making Data Count rounds 3 / 1.128 = 2.6596; qicharts2 and qcc do not.
MDC_FACTOR = 2.66
D2 = 1.128
SCREEN_FACTOR = 3.267
# "auto" takes Laney's chart when the spread between points is this many times what sampling
# alone brings. With 12 to 30 points σz wanders by about a sixth around 1 by chance alone.
OVERDISPERSED = 1.3
ENOUGH_POINTS = 12


@dataclass(frozen=True, eq=False)
class ControlChart:
    """Values with their centre and limits; every array has the shape of what was given.

    `centre`, `lower`, `upper` and `sigma` are NaN where a phase has too few points for limits.
    `lower` and `upper` are clipped to what the measure can be; `sigma` is not.
    """

    family: Literal["xmr", "p", "u", "c"]
    values: Floats
    denominators: Floats | None
    centre: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    phase: NDArray[np.int64]
    used: Bools
    screened: bool
    screened_out: NDArray[np.int64]
    dispersion: Floats
    prime: Bools

    @property
    def kind(self) -> str:
        """`xmr`, `p`, `p_prime`, `u`, `u_prime` or `c`, for one series."""
        return f"{self.family}_prime" if bool(np.all(self.prime)) else self.family

    @property
    def n(self) -> NDArray[np.int64]:
        """Points that are not missing, per series."""
        return np.isfinite(self.values).sum(axis=-1)

    @property
    def baseline(self) -> NDArray[np.int64]:
        """Points that set the first limits, per series."""
        return (self.used & (self.phase == 0)).sum(axis=-1)

    def one(self, series: int) -> "ControlChart":
        """One series of many, as a chart of its own."""
        if self.values.ndim == 1:
            raise ValueError("This chart is one series already.")
        return ControlChart(
            family=self.family,
            values=self.values[series],
            denominators=None if self.denominators is None else self.denominators[series],
            centre=self.centre[series],
            lower=self.lower[series],
            upper=self.upper[series],
            sigma=self.sigma[series],
            phase=self.phase,
            used=self.used[series],
            screened=self.screened,
            screened_out=self.screened_out[series],
            dispersion=self.dispersion[series],
            prime=self.prime[series],
        )

    def remarks(self) -> tuple[Remark, ...]:
        """What a reader of this chart (one series) must know about its limits."""
        if self.values.ndim != 1:
            raise ValueError("Remarks belong to one series: take chart.one(i).remarks().")
        found = []
        count = int(self.baseline)
        if count < ENOUGH_POINTS:
            found.append(
                Remark(
                    "few_points",
                    f"The limits rest on {count} points and will move; {ENOUGH_POINTS} or more"
                    " settle them.",
                    {"points": count, "enough": ENOUGH_POINTS},
                )
            )
        dropped = int(self.screened_out)
        if self.screened and dropped:
            found.append(
                Remark(
                    "screened",
                    "One unusually large jump was left out of the limits."
                    if dropped == 1
                    else f"{dropped} unusually large jumps were left out of the limits.",
                    {"dropped": dropped},
                )
            )
        if self.family == "xmr" and count > 1 and np.nanmax(self.sigma, initial=0) == 0:
            found.append(
                Remark("no_variation", "Every point that sets the limits has the same value.", {})
            )
        if bool(self.prime):
            found.append(
                Remark(
                    "overdispersed",
                    "The points vary more than sampling alone would bring, so the limits are"
                    f" Laney's: {float(self.dispersion):.1f} times as wide.",
                    {"sigma_z": float(self.dispersion)},
                )
            )
        return tuple(found)


def xmr(
    values: ArrayLike,
    *,
    baseline: Baseline = None,
    steps: Sequence[int] = (),
    screen: bool = True,
    factor: float = MDC_FACTOR,
) -> ControlChart:
    """Individual values with limits from their moving ranges.

    `screen` drops, once, moving ranges of 3.267 × their mean or more before the limits are
    drawn (Making Data Count and qicharts2 do, qcc does not). Moving ranges are taken between
    points that follow each other in the record; a missing point is passed over.
    """
    table = as_table(values)
    present = np.isfinite(table)
    phase = as_phases(steps, table.shape[1])
    used = _used(present, baseline, phase)
    centre, sigma = _blank(table), _blank(table)
    screened_out = np.zeros(len(table), dtype=np.int64)
    for number in range(len(steps) + 1):
        here = phase == number
        of_phase = used & here
        mean_range, dropped = _mean_moving_range(to_the_left(table, of_phase), screen)
        screened_out += dropped
        centre[:, here] = mean_of(table, of_phase)[:, np.newaxis]
        sigma[:, here] = (factor / 3 * mean_range)[:, np.newaxis]
    return _chart(
        np.ndim(values), "xmr", table, None, centre, sigma, phase, used, screen, screened_out
    )


def p_chart(
    numerators: ArrayLike,
    denominators: ArrayLike,
    *,
    baseline: Baseline = None,
    steps: Sequence[int] = (),
    laney: bool | Literal["auto"] = "auto",
    screen: bool = True,
) -> ControlChart:
    """Proportions with binomial limits (p) or Laney's (p′), clipped to [0, 1].

    `laney="auto"`: p′ when σz of the baseline is above 1.3, else p; decided once, on the
    baseline, and then kept, and p′ is never narrower than p. `True` is Laney's chart as
    published, where σz below 1 narrows the limits. `screen` drops large moving ranges of the
    z-scores, as for XmR.
    """
    over, under = as_table(numerators), as_table(denominators)
    over, under = _pair(over, under)
    if (over > under).any():
        raise ValueError("A numerator is above its denominator.")
    return _of_counts(np.ndim(numerators), "p", over, under, baseline, steps, laney, screen, 1.0)


def u_chart(
    counts: ArrayLike,
    exposures: ArrayLike,
    *,
    baseline: Baseline = None,
    steps: Sequence[int] = (),
    laney: bool | Literal["auto"] = "auto",
    screen: bool = True,
    per: float = 1.0,
) -> ControlChart:
    """Rates (events per exposure, times `per`) with Poisson limits (u) or Laney's (u′)."""
    over, under = _pair(as_table(counts), as_table(exposures))
    return _of_counts(np.ndim(counts), "u", over, under, baseline, steps, laney, screen, per)


def c_chart(
    counts: ArrayLike, *, baseline: Baseline = None, steps: Sequence[int] = ()
) -> ControlChart:
    """Counts of events over equal opportunities, with Poisson limits."""
    over = as_table(counts)
    over, ones = _pair(over, np.ones_like(over))
    return _of_counts(np.ndim(counts), "c", over, ones, baseline, steps, False, False, 1.0)


def _of_counts(
    dimensions: int,
    family: Literal["p", "u", "c"],
    over: Floats,
    under: Floats,
    baseline: Baseline,
    steps: Sequence[int],
    laney: bool | Literal["auto"],
    screen: bool,
    per: float,
) -> ControlChart:
    present = np.isfinite(over)
    rates = over / under
    phase = as_phases(steps, over.shape[1])
    used = _used(present, baseline, phase)
    centre, sigma = _blank(over), _blank(over)
    series = len(over)
    prime = np.full(series, laney is True)
    first_dispersion = np.full(series, np.nan)
    screened_out = np.zeros(series, dtype=np.int64)
    for number in range(len(steps) + 1):
        here = phase == number
        of_phase = used & here
        events = np.where(of_phase, over, 0.0).sum(axis=1)
        units = np.where(of_phase, under, 0.0).sum(axis=1)
        level = np.divide(events, units, out=np.full(series, np.nan), where=units > 0)
        variance = level * (1 - level) if family == "p" else level
        spread = np.sqrt(variance[:, np.newaxis] / under)
        if laney is not False:
            z = np.divide(
                rates - level[:, np.newaxis], spread, out=np.zeros_like(rates), where=spread > 0
            )
            mean_range, dropped = _mean_moving_range(to_the_left(z, of_phase), screen)
            dispersion = mean_range / D2
            screened_out += dropped
            if number == 0:
                first_dispersion = dispersion
                if laney == "auto":
                    prime = np.nan_to_num(dispersion, nan=1.0) > OVERDISPERSED
            factor = np.maximum(np.nan_to_num(dispersion, nan=1.0), 1.0)
            if laney is True:
                factor = dispersion
            spread = spread * np.where(prime, factor, 1.0)[:, np.newaxis]
        centre[:, here] = level[:, np.newaxis]
        sigma[:, here] = spread[:, here]
    return _chart(
        dimensions,
        family,
        per * rates,
        under,
        per * centre,
        per * sigma,
        phase,
        used,
        screen and laney is not False,
        screened_out,
        floor=0.0,
        ceiling=1.0 if family == "p" else None,
        dispersion=first_dispersion,
        prime=prime,
    )


def _pair(over: Floats, under: Floats) -> tuple[Floats, Floats]:
    """Both NaN where either is missing or the denominator is zero."""
    if over.shape != under.shape:
        raise ValueError(f"Shapes differ: {over.shape} and {under.shape}.")
    if (over < 0).any() or (under < 0).any():
        raise ValueError("A count is below zero.")
    missing = ~np.isfinite(over) | ~np.isfinite(under) | (under == 0)
    over[missing] = np.nan
    under[missing] = np.nan
    return over, under


def _used(present: Bools, baseline: Baseline, phase: NDArray[np.int64]) -> Bools:
    """The points limits come from: the baseline in the first phase, every point in later ones."""
    return present & (as_mask(baseline, (present.shape[0], present.shape[1])) | (phase > 0))


def _blank(like: Floats) -> Floats:
    return np.full_like(like, np.nan)


def _mean_moving_range(packed: Floats, screen: bool) -> tuple[Floats, NDArray[np.int64]]:
    """The mean moving range of each series and how many moving ranges were screened out."""
    ranges = np.abs(np.diff(packed, axis=1))
    valid = np.isfinite(ranges)
    mean = mean_of(ranges, valid)
    if not screen:
        return mean, np.zeros(len(packed), dtype=np.int64)
    # A series without variation has nothing to screen: 0 is not below 3.267 × 0.
    kept = valid & ((ranges < SCREEN_FACTOR * mean[:, np.newaxis]) | (mean == 0)[:, np.newaxis])
    return mean_of(ranges, kept), (valid.sum(axis=1) - kept.sum(axis=1)).astype(np.int64)


def _chart(
    dimensions: int,
    family: Literal["xmr", "p", "u", "c"],
    values: Floats,
    denominators: Floats | None,
    centre: Floats,
    sigma: Floats,
    phase: NDArray[np.int64],
    used: Bools,
    screened: bool,
    screened_out: NDArray[np.int64],
    *,
    floor: float | None = None,
    ceiling: float | None = None,
    dispersion: Floats | None = None,
    prime: Bools | None = None,
) -> ControlChart:
    lower, upper = centre - 3 * sigma, centre + 3 * sigma
    if floor is not None:
        lower = np.maximum(lower, floor)
    if ceiling is not None:
        upper = np.minimum(upper, ceiling)
    chart = ControlChart(
        family=family,
        values=values,
        denominators=denominators,
        centre=centre,
        lower=lower,
        upper=upper,
        sigma=sigma,
        phase=phase,
        used=used,
        screened=screened,
        screened_out=screened_out,
        dispersion=np.full(len(values), np.nan) if dispersion is None else dispersion,
        prime=np.zeros(len(values), dtype=bool) if prime is None else prime,
    )
    return chart.one(0) if dimensions == 1 else chart
