"""Rates (events per exposure) and ratios of observed to expected events (SMR, SIR).

    garwood          exact (default; R's poisson.test)
    mid_p            exact, counting half of the observed outcome
    byar             close to exact, in closed form; public health practice from 10 events on
    byar_or_exact    byar from 10 events on, exact below (PHEindicatormethods)
    score            (x + z²/2 ± z√(x + z²/4)) / T: Wilson's counterpart
    root             √(x + ⅜) ± z/2, squared (Anscombe)
    wald, log        x ± z√x and its logarithm; refused where events are few

Sources: Garwood, Biometrika 28 (1936) 437. Breslow and Day, Statistical Methods in Cancer Research II
(1987) 69 for Byar. Dobson et al., Statistics in Medicine 10 (1991) 457. Swift, Applied Stochastic
Models 25 (2009) 87.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.intervals.interval import (
    Interval,
    IntervalTable,
    Side,
    chosen,
    crossing,
    normal_quantile,
    of_rates,
    tail_of,
)
from pilots.statistics.intervals.proportions import Ends
from pilots.statistics.series import Floats, Remark

POISSON = Remark(
    "poisson",
    "Events come one by one, independently, at one rate; clusters or repeats make it wider.",
)


def rate(
    events: ArrayLike,
    exposure: ArrayLike,
    *,
    method: str = "garwood",
    level: float = 0.95,
    side: Side = "both",
    per: float = 1.0,
    min_count: float = 10,
) -> Interval:
    """How many events there are per unit of exposure (times `per`), with the interval.

    `events`, `exposure`: numbers or arrays that broadcast together (exposure in patient days,
    visits, …). "wald" and "log" are refused with fewer than `min_count` events (0: never, but "log"
    needs one). `n` of the result is the exposure.

    Refusal (or NaN and the reason in `refused`): no exposure, too few events for the method.

    >>> found = rate(137, 24.19893)
    >>> [round(float(v), 4) for v in (found.estimate, found.lower, found.upper)]
    [5.6614, 4.7531, 6.6927]
    """
    return _rate("exposure", events, exposure, method, level, side, per, min_count)


def standardised_ratio(
    observed: ArrayLike,
    expected: ArrayLike,
    *,
    method: str = "byar",
    level: float = 0.95,
    side: Side = "both",
    per: float = 1.0,
    min_count: float = 10,
) -> Interval:
    """Observed over expected events (standardised mortality, incidence, readmission ratio).

    The expected number is taken as known without error: where it was computed from a small
    reference population, or from these very cases, the interval is too narrow. `per` = 100 gives
    the ratio as SHMI-like figures. Methods as for `rate`, "byar" (default) as in public health.

    Refusal (or NaN and the reason in `refused`): nothing expected.

    >>> found = standardised_ratio(33, 20.0)
    >>> [round(float(v), 3) for v in (found.estimate, found.lower, found.upper)]
    [1.65, 1.136, 2.317]
    """
    return _rate("expected", observed, expected, method, level, side, per, min_count)


def _rate(
    under: str,
    events: ArrayLike,
    exposure: ArrayLike,
    method: str,
    level: float,
    side: Side,
    per: float,
    min_count: float,
) -> Interval:
    chosen(method, METHODS)
    tail = tail_of(level, side)
    positive(per)
    table = IntervalTable(events=events, exposure=exposure)
    of_rates(table, "events", "exposure", whole=method in EXACT)
    if method in ("wald", "log"):
        needed = max(min_count, 1) if method == "log" else min_count
        x = table.columns["events"]
        text = "Only {events} events: this method needs {needed}; take garwood."
        table.refuse(x < needed, "few_events", text, events=x, needed=needed)
    x, time = table.kept()
    lower, upper = METHODS[method](x, tail)
    known = Remark("expected", "The expected number is taken as known without error.")
    return table.interval(
        per * x / time,
        (per * lower / time, per * upper / time),
        level=level,
        side=side,
        bounds=(0.0, np.inf),
        n=time,
        method=method,
        assumptions=(POISSON, known) if under == "expected" else (POISSON,),
    )


def positive(per: float) -> None:
    if not (0 < per < np.inf):
        raise ValueError("The unit of a rate is above zero.")


def garwood(x: Floats, tail: float) -> Ends:
    from scipy.special import gammaincinv

    lower = np.where(x == 0, 0.0, gammaincinv(np.maximum(x, 1), tail))
    return lower, gammaincinv(x + 1, 1 - tail)


def mid_p(x: Floats, tail: float) -> Ends:
    """Where P(more) + ½P(as many) leaves the tail."""
    from scipy.special import gammainc

    def more(mean: Floats) -> Floats:
        return (np.where(x == 0, 1.0, gammainc(np.maximum(x, 1), mean)) + gammainc(x + 1, mean)) / 2

    # Both limits lie within the exact ones.
    low, high = garwood(x, tail)
    lower = crossing(lambda mean: more(mean) >= tail, low, high)
    upper = crossing(lambda mean: more(mean) >= 1 - tail, low, high)
    return np.where(x == 0, 0.0, lower), upper


def byar(x: Floats, tail: float) -> Ends:
    z = normal_quantile(tail)
    safe = np.maximum(x, 1e-300)
    lower = safe * np.maximum(1 - 1 / (9 * safe) - z / (3 * np.sqrt(safe)), 0) ** 3
    more = x + 1
    upper = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    return np.where(x == 0, 0.0, lower), upper


def byar_or_exact(x: Floats, tail: float) -> Ends:
    near, exact = byar(x, tail), garwood(x, tail)
    return np.where(x < 10, exact[0], near[0]), np.where(x < 10, exact[1], near[1])


def score(x: Floats, tail: float) -> Ends:
    z = normal_quantile(tail)
    half = z * np.sqrt(x + z**2 / 4)
    return np.where(x == 0, 0.0, x + z**2 / 2 - half), x + z**2 / 2 + half


def root(x: Floats, tail: float) -> Ends:
    centre, half = np.sqrt(x + 0.375), normal_quantile(tail) / 2
    lower, upper = np.maximum(centre - half, 0) ** 2 - 0.375, (centre + half) ** 2 - 0.375
    return np.maximum(lower, 0), upper


def wald(x: Floats, tail: float) -> Ends:
    half = normal_quantile(tail) * np.sqrt(x)
    return x - half, x + half


def log(x: Floats, tail: float) -> Ends:
    half = normal_quantile(tail) / np.sqrt(x)
    return x * np.exp(-half), x * np.exp(half)


METHODS: dict[str, Callable[[Floats, float], Ends]] = {
    f.__name__: f for f in (garwood, mid_p, byar, byar_or_exact, score, root, wald, log)
}
EXACT = frozenset({"garwood", "mid_p"})
