"""Funnel plots: many units beside each other at one time, with limits that narrow as units grow.

On the scale of the transform a unit has z = (y − target)/s. Where z² is larger than chance brings, the
units differ (over-dispersion φ = mean z², winsorised): either s² + τ² takes the place of s², with
τ² = (Iφ − (I−1)) / (Σw − Σw²/Σw), w = 1/s² (additive: DerSimonian and Laird), or φs² does
(multiplicative).

Sources: Spiegelhalter, Statistics in Medicine 24 (2005) 1185; Quality and Safety in Health Care 14
(2005) 347. Spiegelhalter et al., Journal of the Royal Statistical Society A 175 (2012) 1.
DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.charts import points
from pilots.statistics.series import Floats, Refusal, Remark

Measure = Literal["proportion", "rate", "ratio"]
Transform = Literal["none", "arcsine", "root", "log"]
Limits = Literal["exact", "normal"]

DEFAULT_TRANSFORM: dict[str, Transform] = {"proportion": "arcsine", "rate": "root", "ratio": "root"}
# Trimming a tenth at each end needs ten units to have a unit to trim.
ENOUGH_UNITS = 10


@dataclass(frozen=True, eq=False)
class Funnel:
    """Units around a common target; every array has the length of the units.

    `lower` and `upper` are (levels, units): one row for each of `levels`, as 0.95 and 0.998. `z`
    is each unit's distance from the target in its own standard errors, `adjusted_z` the same after
    over-dispersion; `signal` is +1 above and −1 below the widest limits, 0 within. `phi` and `tau2`
    are what was estimated; `overdispersion` what was done about it ("none" where there was none).
    """

    measure: Measure
    values: Floats
    denominators: Floats
    target: float
    levels: tuple[float, ...]
    lower: Floats
    upper: Floats
    z: Floats
    adjusted_z: Floats
    signal: NDArray[np.int8]
    phi: float
    tau2: float
    overdispersion: Literal["none", "additive", "multiplicative"]
    transform: Transform
    limits: Limits
    per: float
    n: int
    method: str
    assumptions: tuple[Remark, ...]
    warnings: tuple[Remark, ...]

    def limits_at(self, denominators: ArrayLike) -> tuple[Floats, Floats]:
        """Lower and upper limits, (levels, sizes), at any size: to draw the curves."""
        sizes = np.asarray(denominators, dtype=np.float64)
        inflate = self.phi if self.overdispersion == "multiplicative" else 1.0
        add = self.tau2 if self.overdispersion == "additive" else 0.0
        plain = self.overdispersion == "none" and self.limits == "exact"
        lines = [
            _exact(self.measure, self.target / self.per, sizes, level)
            if plain
            else _normal(
                self.measure, self.transform, self.target / self.per, sizes, level, inflate, add
            )
            for level in self.levels
        ]
        return (
            self.per * np.array([low for low, _high in lines]),
            self.per * np.array([high for _low, high in lines]),
        )


def funnel(
    numerators: ArrayLike,
    denominators: ArrayLike,
    *,
    measure: Measure,
    target: float | None = None,
    overdispersion: Literal["none", "additive", "multiplicative"] = "additive",
    transform: Transform | None = None,
    limits: Limits = "exact",
    trim: Literal["winsorise", "truncate", "none"] = "winsorise",
    trim_by: float = 0.1,
    levels: tuple[float, ...] = (0.95, 0.998),
    per: float = 1.0,
) -> Funnel:
    """Which units stand out from the others, by how much they may by chance and by their kind.

    `numerators`, `denominators`: (units,); cases out of cases ("proportion"), events per exposure
    ("rate"), observed and expected events ("ratio"). A unit with a missing value or a denominator
    of zero is passed over. `target`: the centre, in the unit of the values (times `per`); by
    default Σ numerators / Σ denominators, and 1 for a ratio.

    Forks, the default first. `overdispersion`: "additive" (Spiegelhalter 2012, FunnelPlotR),
    "multiplicative" (√φ on the limits, where φ > 1; Spiegelhalter 2005), "none". `transform`:
    "arcsine" for proportions and "root" for rates and ratios (as the CQC); "log" for ratios is
    NHS Digital's SHMI and needs events in every unit; "none" takes values as they are. `limits`,
    where nothing is adjusted: "exact" binomial or Poisson, interpolated (Spiegelhalter 2005, A.1.1),
    or "normal" on the scale of the transform. `trim`: "winsorise" moves the outer tenth
    (`trim_by`) of z at each end inwards, "truncate" leaves it out (SHMI), "none".

    FunnelPlotR (0.4, 0.5) draws unadjusted ratios with χ² limits, as if the expected number had been
    observed, and adjusted root ("CQC") limits without squaring them; here both are on the scale drawn.

    Refusal: fewer than 2 units; "log" with a unit without events. Warnings: fewer than 10 units, φ
    well below 1. ValueError: counts below zero, a numerator above its denominator.

    >>> found = funnel([12, 30, 8, 25], [100, 120, 90, 110], measure="proportion",
    ...                overdispersion="none")
    >>> found.signal.tolist()
    [0, 0, 0, 0]
    >>> [round(float(v), 3) for v in found.upper[:, 0]]
    [0.252, 0.3]
    """
    over, under = (np.asarray(v, dtype=np.float64) for v in (numerators, denominators))
    if over.ndim != 1:
        raise ValueError("A funnel is of one time: give (units,).")
    table, sizes, _ = points.pair(over, under)
    x, n = table[0], sizes[0]
    if measure == "proportion" and (x > n).any():
        raise ValueError("A numerator is above its denominator.")
    _checked(measure, transform, overdispersion, limits, trim, trim_by, levels, per)
    here = np.isfinite(x)
    units = int(here.sum())
    if units < 2:
        raise Refusal("few_units", "A funnel compares units: two or more are needed.", units=units)
    how = DEFAULT_TRANSFORM[measure] if transform is None else transform
    if how == "log" and (x[here] == 0).any():
        text = "A unit without events has no logarithm: take the root transform."
        raise Refusal("zero_events", text, units=int((x[here] == 0).sum()))
    centre = 1.0 if measure == "ratio" else float(x[here].sum() / n[here].sum())
    centre = centre if target is None else target / per
    if not (0 < centre < np.inf) or (measure == "proportion" and centre >= 1):
        text = "The target leaves nothing to vary: no unit, or every case, has the event."
        raise Refusal("no_variation", text, target=centre)

    s = _standard_error(measure, how, centre, n)
    z = (_to(how, x / n) - _to(how, centre)) / s
    kept = _trimmed(z[here], trim, trim_by)
    counted = np.isfinite(kept)
    phi = float((kept[counted] ** 2).mean()) if counted.any() else float("nan")
    tau2 = _tau2(phi, s[here][counted])
    done = overdispersion
    if (done == "additive" and tau2 == 0) or (done == "multiplicative" and not phi > 1):
        done = "none"
    spread = np.sqrt(s**2 * (phi if done == "multiplicative" else 1))
    spread = np.sqrt(spread**2 + (tau2 if done == "additive" else 0))
    empty = np.zeros((len(levels), len(x)))
    found = Funnel(
        measure=measure,
        values=per * x / n,
        denominators=n,
        target=per * centre,
        levels=levels,
        lower=empty,
        upper=empty,
        z=z,
        adjusted_z=z * s / spread,
        signal=np.zeros(len(x), dtype=np.int8),
        phi=phi,
        tau2=tau2,
        overdispersion=done,
        transform=how,
        limits=limits,
        per=per,
        n=units,
        method=f"funnel of {measure}s, {how} transform, over-dispersion {done}",
        assumptions=_assumed(measure, done),
        warnings=_doubts(units, phi, overdispersion),
    )
    lower, upper = found.limits_at(n)
    widest = int(np.argmax(levels))
    beyond = (found.values > upper[widest]).astype(np.int8) - (found.values < lower[widest])
    # `replace` would do, but the limits come from the funnel itself.
    return Funnel(
        **{**vars(found), "lower": lower, "upper": upper, "signal": beyond.astype(np.int8)}
    )


def _checked(
    measure: str, transform: str | None, overdispersion: str, limits: str, trim: str,
    trim_by: float, levels: tuple[float, ...], per: float,
) -> None:  # fmt: skip
    for word, known in (
        (measure, ("proportion", "rate", "ratio")),
        (transform, (None, "none", "arcsine", "root", "log")),
        (overdispersion, ("none", "additive", "multiplicative")),
        (limits, ("exact", "normal")),
        (trim, ("winsorise", "truncate", "none")),
    ):
        if word not in known:
            raise ValueError(f"{word!r} is none of {', '.join(str(k) for k in known)}.")
    if transform == "arcsine" and measure != "proportion":
        raise ValueError("The arcsine is for proportions.")
    if not 0 <= trim_by < 0.5:
        raise ValueError("Less than half can be trimmed at each end.")
    if not levels or any(not 0 < level < 1 for level in levels):
        raise ValueError("A level lies between 0 and 1.")
    if not per > 0:
        raise ValueError("The unit of a rate is above zero.")


def _to(how: Transform, y: ArrayLike) -> Floats:
    y = np.asarray(y, dtype=np.float64)
    if how == "arcsine":
        angle: Floats = np.arcsin(np.sqrt(y))
        return angle
    return np.sqrt(y) if how == "root" else np.log(y) if how == "log" else y


def _from(how: Transform, y: Floats) -> Floats:
    """Back to the scale of the values; beyond the end of the transform the value stays at it."""
    if how == "arcsine":
        return np.sin(np.clip(y, 0, np.pi / 2)) ** 2
    return np.maximum(y, 0) ** 2 if how == "root" else np.exp(y) if how == "log" else y


def _standard_error(measure: Measure, how: Transform, centre: float, n: Floats) -> Floats:
    """By the delta method, at the target."""
    if how == "arcsine":
        return 1 / (2 * np.sqrt(n))
    variance = centre * (1 - centre) if measure == "proportion" else centre
    slope = {"none": 1.0, "root": 1 / (2 * np.sqrt(centre)), "log": 1 / centre}[how]
    error: Floats = slope * np.sqrt(variance / n)
    return error


def _trimmed(z: Floats, trim: str, by: float) -> Floats:
    if trim == "none" or by == 0:
        return z
    if trim == "winsorise":
        low, high = np.quantile(z, [by, 1 - by])
        return np.clip(z, low, high)
    # SHMI: ranks in 1/by groups, the first and the last left out.
    from scipy.stats import rankdata

    groups = 1 / by
    group = np.floor(rankdata(z) * groups / (len(z) + 1))
    return np.where((group > 0) & (group < groups - 1), z, np.nan)


def _tau2(phi: float, s: Floats) -> float:
    number = len(s)
    if number < 2 or not number * phi > number - 1:
        return 0.0
    w = 1 / s**2
    return float((number * phi - (number - 1)) / (w.sum() - (w**2).sum() / w.sum()))


def _normal(
    measure: Measure, how: Transform, centre: float, n: Floats, level: float,
    inflate: float, add: float,
) -> tuple[Floats, Floats]:  # fmt: skip
    from scipy.special import ndtri

    s = np.sqrt(inflate * _standard_error(measure, how, centre, n) ** 2 + add)
    half = ndtri((1 + level) / 2) * s
    middle = _to(how, centre)
    low, high = np.maximum(_from(how, middle - half), 0), _from(how, middle + half)
    return low, np.minimum(high, 1) if measure == "proportion" else high


def _exact(measure: Measure, centre: float, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Quantiles of the count, interpolated between whole numbers, over the size."""
    from scipy.stats import binom, poisson

    found = []
    for p in ((1 - level) / 2, (1 + level) / 2):
        whole = np.isfinite(n)
        size = np.where(whole, n, 1.0)
        law = binom(np.round(size), centre) if measure == "proportion" else poisson(size * centre)
        r = law.ppf(p)
        up_to, there = law.cdf(r), law.pmf(r)
        share = np.divide(up_to - p, there, out=np.zeros_like(there), where=there > 0)
        found.append(np.where(whole, np.maximum(r - share, 0) / size, np.nan))
    return found[0], found[1]


def _assumed(measure: str, done: str) -> tuple[Remark, ...]:
    law = "binomial" if measure == "proportion" else "Poisson"
    text = f"Within a unit, counts are {law}."
    if done == "additive":
        text += " Units differ around the target by a normal spread of their own."
    elif done == "multiplicative":
        text += " Units vary more than that by one common factor."
    else:
        text += " Units have the same underlying value."
    return (Remark("units", text, {"law": law, "overdispersion": done}),)


def _doubts(units: int, phi: float, asked: str) -> tuple[Remark, ...]:
    found = []
    if units < ENOUGH_UNITS and asked != "none":
        text = f"Over-dispersion is estimated from {units} units and may be far off."
        found.append(Remark("few_units", text, {"units": units, "enough": ENOUGH_UNITS}))
    if asked == "none" and phi > 1 + 2 * np.sqrt(2 / units):
        text = f"Units vary {phi:.1f} times as much as chance brings: many will stand out."
        found.append(Remark("overdispersed", text, {"phi": phi}))
    return tuple(found)
