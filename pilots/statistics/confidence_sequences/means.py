"""Asymptotic sequences: a mean, a difference of means or proportions, a relative uplift.

Valid as n grows; the first looks, where n is small, are left out. The intervals are those of
`half_widths.asymptotic_interval`, with the standard error of the estimate times √n for s and the
units of both arms together for n, as GrowthBook does.

Sources: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, Ann. Stat. 52 (2024) 2613, equation 9.
Relative uplift: delta method as in GrowthBook gbstats 0.8, whose tests these functions meet.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.confidence_sequences.half_widths import (
    Side,
    asymptotic_interval,
    asymptotic_log_p,
)
from pilots.statistics.confidence_sequences.looks import (
    ConfidenceSequence,
    LookCheck,
    as_looks,
    check_cumulative,
    check_looks,
    finish,
    last_of,
)
from pilots.statistics.series import Bools, Floats, Remark

# Below these an arm's mean is not yet near enough to normal to be looked at.
LEAST_UNITS = 100
LEAST_EVENTS = 10
# Units needed for each square of the skewness: twice Cochran's 25 (Sampling Techniques, 2.15), as
# there are many looks. With 25 lognormal lengths of stay (σ = 1) missed the truth in 5.3 %.
UNITS_PER_SKEW = 50
# Nearer to zero than so many standard errors, a control mean makes no relative change.
LEAST_CONTROL_Z = 5.0
PARTS = ("mean", "deviation", "n")

ASYMPTOTIC = Remark(
    "asymptotic",
    "Valid as n grows; looks with few units (or few events) in an arm are left out. Values with a"
    " long tail need more: their skewness is checked where it is known.",
)
TOO_SMALL = Remark(
    "too_few_units",
    f"No look has {LEAST_UNITS} units in each arm (for proportions also {LEAST_EVENTS} events and"
    f" {LEAST_EVENTS} non-events, for skewed values {UNITS_PER_SKEW} times their squared skewness)"
    " and any variation.",
    {"units": LEAST_UNITS, "events": LEAST_EVENTS, "units_per_skew": UNITS_PER_SKEW},
)


@dataclass(frozen=True, eq=False)
class Sample:
    """Mean, standard deviation and number of independent units up to each look (last axis).

    `skewness` (third central moment over deviation³) where it is known.
    """

    mean: Floats
    deviation: Floats
    n: Floats
    skewness: Floats | None = None
    counted: bool = False

    @classmethod
    def of_sums(
        cls, total: ArrayLike, squares: ArrayLike, n: ArrayLike, *, cubes: ArrayLike | None = None
    ) -> "Sample":
        """From the sum of values, of their squares (and cubes) and the units, up to each look.

        >>> sample = Sample.of_sums(30.0, 100.0, 10)
        >>> float(sample.mean), round(float(sample.deviation), 4)
        (3.0, 1.0541)
        """
        s, q, size = (np.asarray(one, dtype=np.float64) for one in (total, squares, n))
        mean = np.divide(s, size, out=np.full(np.broadcast(s, size).shape, np.nan), where=size > 0)
        left = q - size * mean**2
        if (left < -1e-9 * np.maximum(q, 1)).any():
            raise ValueError("A sum of squares is below what the sum alone brings.")
        variance = np.divide(
            np.maximum(left, 0), size - 1, out=np.full(np.shape(left), np.nan), where=size > 1
        )
        skewness = None
        if cubes is not None:
            units = np.where(size > 0, size, np.nan)
            third = np.asarray(cubes, dtype=np.float64) / units - 3 * mean * left / units - mean**3
            cubed = variance**1.5
            skewness = np.divide(
                third, cubed, out=np.full(third.shape, np.nan), where=np.nan_to_num(cubed) > 0
            )
        return cls(mean, np.sqrt(variance), size, skewness)

    @classmethod
    def of_counts(cls, events: ArrayLike, n: ArrayLike) -> "Sample":
        """From events among n units, up to each look; the variance is p(1−p).

        >>> float(Sample.of_counts(20, 100).deviation)
        0.4
        """
        x, size = (np.asarray(one, dtype=np.float64) for one in (events, n))
        if (x < 0).any() or (x > size).any():
            raise ValueError("A count is below zero, or above its number of units.")
        p = np.divide(x, size, out=np.full(np.broadcast(x, size).shape, np.nan), where=size > 0)
        return cls(p, np.sqrt(p * (1 - p)), size, counted=True)

    @classmethod
    def of_values(cls, values: ArrayLike) -> "Sample":
        """From one value a unit, in the order they came in: a look after each of them.

        >>> Sample.of_values([1.0, 2.0, 6.0]).mean
        array([1. , 1.5, 3. ])
        """
        table = np.asarray(values, dtype=np.float64)
        there = np.isfinite(table)
        # Centred on the first value, so that squares of large values do not swallow the spread.
        centre = np.take_along_axis(
            np.where(there, table, 0.0), there.argmax(axis=-1)[..., np.newaxis], axis=-1
        )
        moved = np.where(there, table - centre, 0.0)
        n = np.cumsum(there, axis=-1)
        total, squares, cubes = (np.cumsum(moved**power, axis=-1) for power in (1, 2, 3))
        sums = cls.of_sums(total, squares, n, cubes=cubes)
        assert sums.skewness is not None
        return cls(
            np.where(there, sums.mean + centre, np.nan),
            np.where(there, sums.deviation, np.nan),
            np.where(there, sums.n, np.nan),
            np.where(there, sums.skewness, np.nan),
        )


def mean_sequence(
    sample: Sample,
    *,
    optimal_n: float,
    alpha: float = 0.05,
    null: float = 0.0,
    side: Side = "both",
    strict: bool = True,
) -> ConfidenceSequence:
    """Where the mean (or proportion) of independent units lies, at every look.

    `optimal_n`: the number of units at which it should be tightest, fixed before the first look.
    `side="lower"` gives a lower end only, and a p-value against "not above the null".
    `strict=False` also shows looks below 100 units (GrowthBook does).

    >>> found = mean_sequence(Sample.of_counts([30, 60], [200, 400]), optimal_n=400, null=0.5)
    >>> found.lower.round(3), found.upper.round(3)
    (array([0.072, 0.096]), array([0.228, 0.204]))
    """
    dimensions, (mean, deviation, n) = as_looks(
        sample.mean, sample.deviation, sample.n, names=PARTS
    )
    check_cumulative(n, "n")
    return _sequence(
        "asymptotic mean",
        dimensions,
        mean,
        deviation / np.sqrt(np.where(n > 0, n, np.nan)),
        n,
        _ready(mean, deviation, n, sample, strict),
        [_check(mean, deviation, n)],
        alpha=alpha,
        optimal_n=optimal_n,
        null=null,
        side=side,
    )


def difference_sequence(
    control: Sample,
    treated: Sample,
    *,
    optimal_n: float,
    alpha: float = 0.05,
    null: float = 0.0,
    side: Side = "both",
    strict: bool = True,
) -> ConfidenceSequence:
    """Treated less control, in the unit of the measure, at every look.

    n and `optimal_n` are the units of both arms together.

    >>> control, treated = Sample.of_counts(1396, 3000), Sample.of_counts(2422, 3461)
    >>> found = difference_sequence(control, treated, optimal_n=5000)
    >>> round(float(found.lower), 4), round(float(found.upper), 4)
    (0.198, 0.2709)
    """
    return _of_two(control, treated, False, optimal_n, alpha, null, side, strict)


def uplift_sequence(
    control: Sample,
    treated: Sample,
    *,
    optimal_n: float,
    alpha: float = 0.05,
    null: float = 0.0,
    side: Side = "both",
    strict: bool = True,
) -> ConfidenceSequence:
    """Treated over control less 1, at every look (delta method).

    Variance V_t/(n_t·m_c²) + V_c·m_t²/(n_c·m_c⁴). Looks at which the control mean lies within
    five standard errors of zero are left out.

    >>> control, treated = Sample.of_counts(1396, 3000), Sample.of_counts(2422, 3461)
    >>> found = uplift_sequence(control, treated, optimal_n=5000)
    >>> round(float(found.lower), 5), round(float(found.upper), 5)
    (0.40098, 0.60675)
    """
    return _of_two(control, treated, True, optimal_n, alpha, null, side, strict)


def _of_two(
    control: Sample,
    treated: Sample,
    relative: bool,
    optimal_n: float,
    alpha: float,
    null: float,
    side: Side,
    strict: bool,
) -> ConfidenceSequence:
    parts = [getattr(arm, name) for arm in (control, treated) for name in PARTS]
    names = [f"{arm} {name}" for arm in ("control", "treated") for name in PARTS]
    dimensions, (mc, sc, nc, mt, st, nt) = as_looks(*parts, names=names)
    check_cumulative(nc, "control n")
    check_cumulative(nt, "treated n")
    ready = _ready(mc, sc, nc, control, strict) & _ready(mt, st, nt, treated, strict)
    with np.errstate(divide="ignore", invalid="ignore"):
        vc, vt = sc**2 / nc, st**2 / nt
        if relative:
            estimate = mt / mc - 1
            error = np.sqrt(vt / mc**2 + vc * mt**2 / mc**4)
            ready &= np.abs(mc) >= LEAST_CONTROL_Z * np.sqrt(vc)
        else:
            estimate, error = mt - mc, np.sqrt(vc + vt)
    return _sequence(
        "asymptotic relative uplift" if relative else "asymptotic difference",
        dimensions,
        estimate,
        error,
        nc + nt,
        ready,
        [_check(mc, sc, nc), _check(mt, st, nt)],
        alpha=alpha,
        optimal_n=optimal_n,
        null=null,
        side=side,
    )


def _sequence(
    method: str,
    dimensions: int,
    estimate: Floats,
    error: Floats,
    n: Floats,
    ready: Bools,
    checks: list[LookCheck],
    *,
    alpha: float,
    optimal_n: float,
    null: float,
    side: Side,
) -> ConfidenceSequence:
    size, shown = np.where(ready, n, 1.0), np.where(ready, estimate, np.nan)
    deviation = np.where(ready, error, 1.0) * np.sqrt(size)
    lower, upper = asymptotic_interval(
        shown, deviation, size, alpha=alpha, optimal_n=optimal_n, side=side
    )
    log_p = asymptotic_log_p(
        shown - null, deviation, size, alpha=alpha, optimal_n=optimal_n, side=side
    )
    return finish(
        method,
        dimensions=dimensions,
        alpha=alpha,
        n=n,
        estimate=np.where(np.isfinite(estimate), estimate, np.nan),
        lower=lower,
        upper=upper,
        log_p=log_p,
        null=null,
        ready=ready,
        too_small=TOO_SMALL,
        checks=checks,
        assumptions=(ASYMPTOTIC,),
    )


def _ready(mean: Floats, deviation: Floats, n: Floats, sample: Sample, strict: bool) -> Bools:
    known = np.nan_to_num(deviation) > 0
    if not strict:
        return known
    units = np.nan_to_num(n)
    enough = known & (units >= LEAST_UNITS)
    if sample.counted:
        events = np.nan_to_num(np.minimum(mean, 1 - mean)) * units
        enough &= events >= LEAST_EVENTS - 1e-9
    if sample.skewness is not None:
        skewness = np.nan_to_num(np.broadcast_to(np.atleast_2d(sample.skewness), n.shape))
        enough &= units >= UNITS_PER_SKEW * skewness**2
    return enough


def _check(mean: Floats, deviation: Floats, n: Floats) -> LookCheck:
    return check_looks(mean * n, n, last_of(deviation) ** 2)
