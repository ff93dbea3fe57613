"""One proportion: events out of cases.

    wilson             score interval (default; DescTools and statsmodels "wilson")
    wilson_cc          the same with continuity correction (R's prop.test)
    clopper_pearson    exact, never below its level (R's binom.test)
    mid_p              exact, counting half of the observed outcome: near its level on average
    blaker             exact, inside clopper_pearson, and never below its level either
    jeffreys           Beta(½, ½) prior, ends at 0 and 1 where there are no (or only) events
    agresti_coull      Wald after adding z²/2 events and non-events
    likelihood         profile likelihood (R's "lik")
    wald, wald_cc      p ± z·SE; refused where events or non-events are few
    logit, arcsine, pratt, modified_wilson, modified_jeffreys   as DescTools computes them

Sources: Newcombe, Statistics in Medicine 17 (1998) 857. Brown, Cai, DasGupta, Statistical Science 16
(2001) 101. Agresti and Coull, American Statistician 52 (1998) 119. Blaker, Canadian Journal of
Statistics 28 (2000) 783. Pratt, JASA 63 (1968) 1457.
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
    of_counts,
    tail_of,
)
from pilots.statistics.series import Bools, Floats, Remark

Ends = tuple[Floats, Floats]
INDEPENDENT = Remark(
    "independent",
    "Each case counts once, and cases do not influence each other.",
)


def proportion(
    events: ArrayLike,
    n: ArrayLike,
    *,
    method: str = "wilson",
    level: float = 0.95,
    side: Side = "both",
    min_count: float = 5,
) -> Interval:
    """How large a proportion is, with its interval (see the table of methods above).

    `events`, `n`: numbers or arrays that broadcast together. `level`, `side`: see `Interval`.
    `min_count`: "wald", "wald_cc" and "logit" are refused where events or non-events are fewer, as
    they then miss their level badly; 0 gives the formula's number all the same ("logit" needs one
    of each). The estimate is always events / n (DescTools reports Agresti and Coull's and the
    arcsine's own centre instead). Parts of a case are taken by all but the exact methods.

    Refusal (or NaN and the reason in `refused`): no cases, too few for the method. ValueError: a
    count below zero, more events than cases.

    >>> found = proportion([81, 15, 0, 1], [263, 148, 20, 29])
    >>> [(round(float(a), 4), round(float(b), 4)) for a, b in zip(found.lower, found.upper)]
    [(0.2553, 0.3662), (0.0624, 0.1605), (0.0, 0.1611), (0.0061, 0.1718)]
    """
    chosen(method, METHODS)
    tail = tail_of(level, side)
    table = IntervalTable(events=events, n=n)
    of_counts(table, "events", "n", whole=method in EXACT)
    if method in NEEDS_COUNTS:
        x, size = table.columns["events"], table.columns["n"]
        fewest = np.minimum(x, size - x)
        needed = max(min_count, 1) if method == "logit" else min_count
        text = (
            "Only {fewest} events or non-events: this method needs {needed} of each; take wilson."
        )
        table.refuse(fewest < needed, "few_events", text, fewest=fewest, needed=needed)
    x, size = table.kept()
    return table.interval(
        x / size,
        METHODS[method](x, size, tail),
        level=level,
        side=side,
        bounds=(0.0, 1.0),
        n=size,
        method=method,
        assumptions=(INDEPENDENT,),
    )


def wilson(x: Floats, n: Floats, tail: float) -> Ends:
    """(x + z²/2 ± z√(xq + z²/4)) / (n + z²)."""
    z = normal_quantile(tail)
    centre, half = x + z**2 / 2, z * np.sqrt(x * (n - x) / n + z**2 / 4)
    lower, upper = (centre - half) / (n + z**2), (centre + half) / (n + z**2)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def wilson_cc(x: Floats, n: Floats, tail: float) -> Ends:
    z = normal_quantile(tail)
    p, q = x / n, 1 - x / n
    below = np.maximum(z**2 - 2 - 1 / n + 4 * p * (n * q + 1), 0)
    above = np.maximum(z**2 + 2 - 1 / n + 4 * p * (n * q - 1), 0)
    lower = (2 * x + z**2 - 1 - z * np.sqrt(below)) / (2 * (n + z**2))
    upper = (2 * x + z**2 + 1 + z * np.sqrt(above)) / (2 * (n + z**2))
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def clopper_pearson(x: Floats, n: Floats, tail: float) -> Ends:
    from scipy.special import betaincinv

    # The beta distribution wants parameters above zero, also in the rows that are not used.
    lower = betaincinv(np.maximum(x, 1), n - x + 1, tail)
    upper = betaincinv(x + 1, np.maximum(n - x, 1), 1 - tail)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def jeffreys(x: Floats, n: Floats, tail: float) -> Ends:
    from scipy.special import betaincinv

    lower = betaincinv(x + 0.5, n - x + 0.5, tail)
    upper = betaincinv(x + 0.5, n - x + 0.5, 1 - tail)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def agresti_coull(x: Floats, n: Floats, tail: float) -> Ends:
    z = normal_quantile(tail)
    p = (x + z**2 / 2) / (n + z**2)
    half = z * np.sqrt(p * (1 - p) / (n + z**2))
    return p - half, p + half


def wald(x: Floats, n: Floats, tail: float) -> Ends:
    half = normal_quantile(tail) * np.sqrt(x * (n - x) / n**3)
    return x / n - half, x / n + half


def wald_cc(x: Floats, n: Floats, tail: float) -> Ends:
    lower, upper = wald(x, n, tail)
    return lower - 1 / (2 * n), upper + 1 / (2 * n)


def mid_p(x: Floats, n: Floats, tail: float) -> Ends:
    """Where P(more) + ½P(as many) leaves the tail."""
    from scipy.special import betainc

    def more(p: Floats) -> Floats:
        # P(X ≥ x) and P(X > x) as beta integrals; each is 1 or 0 at the ends of the range.
        at_least = np.where(x == 0, 1.0, betainc(np.maximum(x, 1), n - x + 1, p))
        above = np.where(x == n, 0.0, betainc(x + 1, np.maximum(n - x, 1), p))
        return (at_least + above) / 2

    zero, one = np.zeros_like(x), np.ones_like(x)
    lower = crossing(lambda p: more(p) >= tail, zero, one)
    upper = crossing(lambda p: more(p) >= 1 - tail, zero, one)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def likelihood(x: Floats, n: Floats, tail: float) -> Ends:
    """Where twice the log-likelihood has fallen by z²."""
    from scipy.special import xlog1py, xlogy

    z2, p_hat = normal_quantile(tail) ** 2, x / n
    best = xlogy(x, p_hat) + xlogy(n - x, 1 - p_hat)

    def inside(p: Floats) -> Bools:
        return 2 * (best - xlogy(x, p) - xlog1py(n - x, -p)) <= z2

    zero, one = np.zeros_like(x), np.ones_like(x)
    lower = crossing(inside, zero, p_hat)
    upper = crossing(lambda p: ~inside(p), p_hat, one)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def logit(x: Floats, n: Floats, tail: float) -> Ends:
    from scipy.special import expit

    centre, half = np.log(x / (n - x)), normal_quantile(tail) * np.sqrt(n / (x * (n - x)))
    return expit(centre - half), expit(centre + half)


def arcsine(x: Floats, n: Floats, tail: float) -> Ends:
    """Anscombe's: about (x + ⅜) / (n + ¾)."""
    angle = np.arcsin(np.sqrt((x + 0.375) / (n + 0.75)))
    half = normal_quantile(tail) / (2 * np.sqrt(n))
    lower, upper = np.maximum(angle - half, 0), np.minimum(angle + half, np.pi / 2)
    return np.sin(lower) ** 2, np.sin(upper) ** 2


def pratt(x: Floats, n: Floats, tail: float) -> Ends:
    """A close approximation to the exact interval, in closed form."""
    z = normal_quantile(tail)

    def limit(x: Floats, n: Floats, sign: int) -> Floats:
        # The upper limit of x events; the lower one is that of x − 1 with the sign turned.
        left = n - x
        a = ((x + 1) / left) ** 2
        b = 81 * (x + 1) * left - 9 * n - 8
        c = -3 * sign * z * np.sqrt(9 * (x + 1) * left * (9 * n + 5 - z**2) + n + 1)
        d = 81 * (x + 1) ** 2 - 9 * (x + 1) * (2 + z**2) + 1
        return 1 / (1 + a * ((b + c) / d) ** 3)

    inner = (x > 1) & (x < n - 1)
    safe, size = np.where(inner, x, 2.0), np.where(inner, n, 4.0)
    lower, upper = limit(safe - 1, size, -1), limit(safe, size, 1)
    # At one event DescTools has the upper limit of none, (α/2)^(1/n): too narrow. It is exact here.
    exact = clopper_pearson(x, n, tail)
    lower, upper = np.where(inner, lower, exact[0]), np.where(inner, upper, exact[1])
    lower = np.where(x == n, (2 * tail) ** (1 / n), lower)
    return lower, np.where(x == 0, 1 - (2 * tail) ** (1 / n), upper)


def modified_wilson(x: Floats, n: Floats, tail: float) -> Ends:
    """Poisson limits for the first one to three events: Brown, Cai and DasGupta (2001) 4.1.1."""
    from scipy.special import gammaincinv

    lower, upper = wilson(x, n, tail)
    near = np.where(n <= 50, 2, 3)
    left = n - x
    poisson = [gammaincinv(np.maximum(k, 1), 2 * tail) / n for k in (x, left)]
    lower = np.where((x >= 1) & (x <= near), poisson[0], lower)
    return lower, np.where((left >= 1) & (left <= near), 1 - poisson[1], upper)


def modified_jeffreys(x: Floats, n: Floats, tail: float) -> Ends:
    """Exact ends for no and for one event: Brown, Cai and DasGupta (2001) 4.1.2."""
    lower, upper = jeffreys(x, n, tail)
    lower = np.where(x == n, tail ** (1 / n), np.where(x <= 1, 0.0, lower))
    return lower, np.where(x == 0, 1 - tail ** (1 / n), np.where(x >= n - 1, 1.0, upper))


def blaker(x: Floats, n: Floats, tail: float) -> Ends:
    """All p whose acceptability (tail and the other tail that is no larger) is 2·tail or more."""
    alpha = 2 * tail
    outer = clopper_pearson(x, n, tail)
    lower = [_blaker_lower(a, b, low, alpha) for a, b, low in zip(x, n, outer[0], strict=True)]
    upper = [
        1 - _blaker_lower(b - a, b, 1 - high, alpha)
        for a, b, high in zip(x, n, outer[1], strict=True)
    ]
    return np.array(lower), np.array(upper)


def _blaker_lower(x: float, n: float, start: float, alpha: float) -> float:
    from scipy.stats import binom

    if x == 0:
        return 0.0

    def accepted(p: Floats) -> Bools:
        above, below = binom.sf(x - 1, n, p), binom.cdf(x, n, p)
        other = binom.cdf(binom.ppf(above, n, p) - 1, n, p)
        there = binom.sf(binom.ppf(1 - below, n, p), n, p)
        kept: Bools = np.minimum(above + other, below + there) >= alpha
        return kept

    # Acceptability jumps, so the first accepted point is looked for step by step, as DescTools does;
    # with many cases and few events its step would leap over the whole interval.
    step, chunk = min(1e-5, (x / n - start) / 500), 512
    while True:
        grid = start + step * np.arange(chunk)
        found = np.flatnonzero(accepted(np.clip(grid, 1e-300, 1 - 1e-16)))
        if len(found):
            first = int(found[0])
            break
        start = grid[-1]
    if first == 0:
        return float(start)
    left, right = np.array([grid[first - 1]]), np.array([grid[first]])
    return float(crossing(accepted, left, right)[0])


METHODS: dict[str, Callable[[Floats, Floats, float], Ends]] = {
    "wilson": wilson,
    "wilson_cc": wilson_cc,
    "clopper_pearson": clopper_pearson,
    "mid_p": mid_p,
    "blaker": blaker,
    "jeffreys": jeffreys,
    "agresti_coull": agresti_coull,
    "likelihood": likelihood,
    "wald": wald,
    "wald_cc": wald_cc,
    "logit": logit,
    "arcsine": arcsine,
    "pratt": pratt,
    "modified_wilson": modified_wilson,
    "modified_jeffreys": modified_jeffreys,
}
EXACT = frozenset({"clopper_pearson", "mid_p", "blaker"})
NEEDS_COUNTS = frozenset({"wald", "wald_cc", "logit"})
