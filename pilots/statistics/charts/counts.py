"""Charts of counts: p and np (cases), u and c (events), and Laney's p′ and u′.

Three sigma around the level of the baseline: p √(p̄(1−p̄)/nᵢ), np √(nᵢp̄(1−p̄)), u √(ū/nᵢ), c √c̄.
Laney's charts multiply that by σz = the mean moving range of the z-scores / 1.128.

Sources: Montgomery, Introduction to Statistical Quality Control, ch. 7. Laney, Quality Engineering
14 (2002) 531. Screening: Nelson, Journal of Quality Technology 14 (1982) 172.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.charts import points
from pilots.statistics.charts.build import built, columns, standard
from pilots.statistics.charts.chart import ControlChart, Laney
from pilots.statistics.charts.constants import D2
from pilots.statistics.charts.points import Exclude
from pilots.statistics.series import Baseline, Floats, Steps

# "auto" takes Laney's chart when the spread between points is this many times what sampling
# alone brings. With 12 to 30 points σz wanders by about a sixth around 1 by chance alone.
OVERDISPERSED = 1.3


def p_chart(
    numerators: ArrayLike,
    denominators: ArrayLike,
    *,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Steps = (),
    laney: Laney = "auto",
    screen: bool = True,
    bridge: bool = True,
    per: float = 1.0,
    centre: float | None = None,
) -> ControlChart:
    """Proportions with binomial limits (p) or Laney's (p′), clipped to [0, 1].

    `numerators` and `denominators` of one shape, (points,) or (series, points); a denominator of
    zero is a missing point. `per=100` charts percentages. `baseline`, `exclude`, `steps` and
    `bridge` as for `xmr`.

    `laney`, the policy of σz: "auto" is p′ when σz of the baseline is above 1.3, else p; decided
    once, on the baseline, and then kept, and p′ is never narrower than p. `True` is Laney's chart
    as published (qicharts2), where σz below 1 narrows the limits. "wider" is Laney's chart, never
    narrower than p. `False` is p. `screen` drops large moving ranges of the z-scores, as for XmR
    (qicharts2 does, Laney did not).

    `centre`: a level known beforehand (a standard), in the unit charted; sigma follows from it, so
    with `laney=False` no line rests on the points, and else σz alone does.

    ValueError: a count below zero, a numerator above its denominator, shapes that differ.

    >>> chart = p_chart([8, 12, 9, 11], [100, 100, 100, 50], laney=False)
    >>> [round(float(v), 4) for v in chart.upper]
    [0.2097, 0.2097, 0.2097, 0.2493]
    """
    over, under, whole = points.pair(numerators, denominators)
    if (over > under).any():
        raise ValueError("A numerator is above its denominator.")
    return _rates(
        "p", np.ndim(numerators), over, points.own(under, denominators), whole,
        baseline, exclude, steps, laney, screen, bridge, per, centre,
    )  # fmt: skip


def p_prime_chart(
    numerators: ArrayLike,
    denominators: ArrayLike,
    *,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Sequence[int] = (),
    screen: bool = True,
    bridge: bool = True,
    per: float = 1.0,
) -> ControlChart:
    """Laney's p′ chart as published: `p_chart(laney=True)`.

    >>> p_prime_chart([8, 12, 9, 11], [100, 100, 100, 50]).kind
    'p_prime'
    """
    return p_chart(
        numerators, denominators, baseline=baseline, exclude=exclude, steps=steps, laney=True,
        screen=screen, bridge=bridge, per=per,
    )  # fmt: skip


def np_chart(
    counts: ArrayLike,
    sizes: ArrayLike,
    *,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Sequence[int] = (),
    centre: float | None = None,
) -> ControlChart:
    """Counts of cases out of `sizes` (one number, or one a point), clipped to 0 and the size.

    Centre nᵢp̄, so it moves where sizes do; a p chart reads better there. A given `centre` is the
    proportion. Errors as for `p_chart`.

    >>> chart = np_chart([12, 15, 8, 10], 50)
    >>> float(chart.centre[0]), round(float(chart.upper[0]), 3)
    (11.25, 20.108)
    """
    given = np.asarray(counts, dtype=np.float64)
    size = np.asarray(sizes, dtype=np.float64)
    over, under, whole = points.pair(given, np.broadcast_to(size, given.shape) + 0.0)
    if (over > under).any():
        raise ValueError("A numerator is above its denominator.")
    frame = points.frame(over, whole, baseline=baseline, exclude=exclude, steps=steps)
    level = columns(over, frame)
    for number, part in enumerate(frame.parts):
        level[:, number] = points.ratio(points.total(over, part), points.total(under, part))
    known = standard(centre, least=0, most=1)
    if centre is not None:
        level[:], frame = centre, points.unused(frame)
    return built(
        "np", given.ndim, points.own(over, given), under, frame, level, np.sqrt(level * (1 - level)),
        scale="root", method="np, binomial limits" + " of a given level" * bool(known), given=known,
    )  # fmt: skip


def u_chart(
    counts: ArrayLike,
    exposures: ArrayLike,
    *,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Steps = (),
    laney: Laney = "auto",
    screen: bool = True,
    bridge: bool = True,
    per: float = 1.0,
    centre: float | None = None,
) -> ControlChart:
    """Rates (events per exposure, times `per`) with Poisson limits (u) or Laney's (u′).

    Arguments and errors as for `p_chart`; `per=1000` charts events per 1,000 units of exposure.

    >>> chart = u_chart([3, 5, 4, 6], [200, 220, 180, 210], per=1000, laney=False)
    >>> round(float(chart.centre[0]), 3), round(float(chart.upper[0]), 3)
    (22.222, 53.845)
    """
    over, under, whole = points.pair(counts, exposures)
    return _rates(
        "u", np.ndim(counts), over, points.own(under, exposures), whole,
        baseline, exclude, steps, laney, screen, bridge, per, centre,
    )  # fmt: skip


def u_prime_chart(
    counts: ArrayLike,
    exposures: ArrayLike,
    *,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Sequence[int] = (),
    screen: bool = True,
    bridge: bool = True,
    per: float = 1.0,
) -> ControlChart:
    """Laney's u′ chart as published: `u_chart(laney=True)`.

    >>> u_prime_chart([3, 5, 4, 6], [200, 220, 180, 210]).kind
    'u_prime'
    """
    return u_chart(
        counts, exposures, baseline=baseline, exclude=exclude, steps=steps, laney=True,
        screen=screen, bridge=bridge, per=per,
    )  # fmt: skip


def c_chart(
    counts: ArrayLike,
    *,
    baseline: Baseline = None,
    exclude: Exclude = None,
    steps: Sequence[int] = (),
    centre: float | None = None,
) -> ControlChart:
    """Counts of events over equal opportunities, with Poisson limits c̄ ± 3√c̄, never below 0.

    With a `centre` known beforehand both lines are those of that level.

    >>> chart = c_chart([4, 9, 6, 9, 8])
    >>> float(chart.centre[0]), round(float(chart.upper[0]), 3)
    (7.2, 15.25)
    """
    over, whole = points.table(counts)
    if np.nanmin(over, initial=np.inf) < 0:
        raise ValueError("A count is below zero.")
    frame = points.frame(over, whole, baseline=baseline, exclude=exclude, steps=steps)
    level = columns(over, frame)
    for number, part in enumerate(frame.parts):
        level[:, number] = points.mean(over, part)
    known = standard(centre, least=0)
    if centre is not None:
        level[:], frame = centre, points.unused(frame)
    return built(
        "c", np.ndim(counts), points.own(over, counts), None, frame, level, np.sqrt(level),
        method="c, Poisson limits" + " of a given level" * bool(known), given=known,
    )  # fmt: skip


def _rates(
    family: Literal["p", "u"],
    dimensions: int,
    over: Floats,
    under: Floats,
    whole: bool,
    baseline: Baseline,
    exclude: Exclude,
    steps: Steps,
    laney: Laney,
    screen: bool,
    bridge: bool,
    per: float,
    centre: float | None,
) -> ControlChart:
    if laney not in (True, False, "auto", "wider"):
        raise ValueError(f'Laney is True, False, "auto" or "wider", not {laney!r}.')
    if not per > 0:
        raise ValueError("The unit of a rate is above zero.")
    known = standard(centre, least=0, most=per if family == "p" else np.inf)
    frame = points.frame(
        over, whole, baseline=baseline, exclude=exclude, steps=steps, bridge=bridge
    )
    rates = over / under
    level, unit = columns(over, frame), columns(over, frame)
    series = len(over)
    prime = np.full(series, laney in (True, "wider"))
    first = np.full(series, np.nan)
    screened_out = np.zeros(series, dtype=np.int64)
    root = np.sqrt(under)
    for number, (part, chain) in enumerate(zip(frame.parts, frame.neighbours, strict=True)):
        middle = points.ratio(points.total(over, part), points.total(under, part))
        if centre is not None:
            middle = np.full(series, centre / per)
        sd = np.sqrt(middle * (1 - middle) if family == "p" else middle)
        level[:, number] = middle
        unit[:, number] = sd
        if laney is False:
            continue
        # Ranges of z × sd, so that a level of 0 or 1, where z has no meaning, needs no care.
        spread, dropped = points.moving_range(rates, chain, screen, around=(middle, root))
        screened_out += dropped
        spread /= D2
        dispersion = np.divide(
            spread, sd, out=np.where(np.isnan(spread), np.nan, 0.0), where=sd > 0
        )
        if number == 0:
            first = dispersion
            if laney == "auto":
                prime = np.nan_to_num(dispersion, nan=1.0) > OVERDISPERSED
        if laney == "auto":
            dispersion = np.maximum(np.nan_to_num(dispersion, nan=1.0), 1.0)
        elif laney == "wider":
            dispersion = np.maximum(dispersion, 1.0)
        unit[:, number] = np.where(prime, dispersion * sd, sd)
    if per != 1.0:
        rates, level, unit = per * rates, per * level, per * unit
    if known and laney is False:
        frame = points.unused(frame)
    return built(
        family, dimensions, rates, under, frame, level, unit, scale="one_over_root", per=per,
        screened=screen and laney is not False, screened_out=screened_out,
        dispersion=first, prime=prime, laney=laney, root=root, given=known,
        method=_method(family, laney) + ", around a given centre" * bool(known),
    )  # fmt: skip


def _method(family: str, laney: Laney) -> str:
    plain = "binomial" if family == "p" else "Poisson"
    if laney is False:
        return f"{family}, {plain} limits"
    if laney is True:
        return f"{family}′, limits by Laney as published"
    if laney == "wider":
        return f"{family}′, limits by Laney, never narrower than {plain}"
    return f"{family}, {plain} limits, by Laney where σz is above {OVERDISPERSED}"
