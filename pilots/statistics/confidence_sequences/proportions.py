"""Exact sequences for a proportion and for a difference of two.

Nonasymptotic: they hold from the first unit on. Under each candidate truth the e-value is a
beta-binomial mixture centred on it, and the interval is where it stays below 1/alpha. For a
difference the two arms' e-values are multiplied, and a difference is excluded when no pair of
proportions that far apart survives.

Sources: Robbins, Ann. Math. Stat. 41 (1970) 1397. Howard, Ramdas, McAuliffe, Sekhon, Ann. Stat.
49 (2021) 1055; the proportion is bernoulli_confidence_interval of the package confseq, whose
values it meets. The product over two arms: Turner, Ly, Grünwald, Generic e-variables for exact
sequential k-sample tests, Int. J. Approx. Reasoning 164 (2024) 109060.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from pilots.statistics.confidence_sequences.crossings import root
from pilots.statistics.confidence_sequences.looks import (
    EXACT,
    ConfidenceSequence,
    as_looks,
    check_cumulative,
    check_looks,
    finish,
    last_of,
    ratio_of,
)
from pilots.statistics.confidence_sequences.tuning import check_alpha, tuning
from pilots.statistics.series import Floats, Remark

NO_UNITS = Remark("too_few_units", "No look has any units.", {"units": 1})
# Candidates keep this far from 0 and 1, where an e-value has no logarithm.
EDGE = 1e-12
WIDEST = 1 - 1e-9
GOLDEN = (math.sqrt(5) - 1) / 2


def bernoulli_log_e_value(
    successes: ArrayLike,
    trials: ArrayLike,
    probability: ArrayLike,
    *,
    t_opt: ArrayLike,
    tuned_for: float = 0.05,
) -> Floats:
    """Evidence against this probability of success, element by element (two-sided).

    The beta-binomial mixture with g = p, h = 1−p, S = successes − n·p, V = n·p·(1−p), tightest at
    `t_opt` trials.

    >>> round(float(bernoulli_log_e_value(700, 1000, 0.65, t_opt=100)), 3)
    3.345
    """
    x, n, p, t = (
        np.asarray(one, dtype=np.float64) for one in (successes, trials, probability, t_opt)
    )
    if ((p <= 0) | (p >= 1)).any():
        raise ValueError("A probability lies between 0 and 1, both excluded.")
    if (t <= 0).any():
        raise ValueError("t_opt is above zero.")
    return _bernoulli_log(p, x, n, t / tuning(tuned_for))


def bernoulli_interval(
    successes: ArrayLike,
    trials: ArrayLike,
    *,
    t_opt: ArrayLike,
    alpha: float = 0.05,
    tuned_for: float = 0.05,
) -> tuple[Floats, Floats]:
    """Lower and upper end for a proportion, element by element, at any time.

    `t_opt`: the number of trials at which it is tightest. As confseq, including its
    `alpha_opt=0.05` (here `tuned_for`), whatever alpha is.

    >>> low, high = bernoulli_interval([700, 1], [1000, 50], t_opt=[100, 50])
    >>> low.round(5), high.round(5)
    (array([0.65163, 0.     ]), array([0.74595, 0.13489]))
    """
    check_alpha(alpha)
    x, n = (np.asarray(one, dtype=np.float64) for one in (successes, trials))
    if (x < 0).any() or (x > n).any():
        raise ValueError("Successes lie between 0 and the number of trials.")
    if (np.asarray(t_opt) <= 0).any():
        raise ValueError("t_opt is above zero.")
    precision = np.asarray(t_opt, dtype=np.float64) / tuning(tuned_for)
    return 1 - _bernoulli_upper(n - x, n, precision, alpha), _bernoulli_upper(
        x, n, precision, alpha
    )


def proportion_sequence(
    events: ArrayLike,
    n: ArrayLike,
    *,
    t_opt: float,
    alpha: float = 0.05,
    null: float | None = None,
) -> ConfidenceSequence:
    """Where a proportion lies, at every look; exact. `events` and `n` are those up to each look.

    `t_opt`: the number of units at which it should be tightest, fixed before the first look.

    >>> found = proportion_sequence([3, 15], [20, 50], t_opt=50, null=0.5)
    >>> found.lower.round(4), found.p_value.round(4)
    (array([0.0069, 0.1296]), array([0.0311, 0.0311]))
    """
    dimensions, (x, size) = as_looks(events, n, names=("events", "n"))
    _check_counts(x, size, "events", "n")
    ready = np.nan_to_num(size) > 0
    lower, upper = bernoulli_interval(x, size, t_opt=t_opt, alpha=alpha, tuned_for=alpha)
    log_p = np.full_like(x, np.nan)
    if null is not None:
        log_p = -bernoulli_log_e_value(x, size, null, t_opt=t_opt, tuned_for=alpha)
    return finish(
        "beta-binomial",
        dimensions=dimensions,
        alpha=alpha,
        n=size,
        estimate=ratio_of(x, size),
        lower=lower,
        upper=upper,
        log_p=log_p,
        null=null,
        ready=ready,
        too_small=NO_UNITS,
        checks=[check_looks(x, size, _binomial_variance(x, size))],
        assumptions=(EXACT,),
    )


def difference_of_proportions_sequence(
    events_control: ArrayLike,
    n_control: ArrayLike,
    events_treated: ArrayLike,
    n_treated: ArrayLike,
    *,
    t_opt: float,
    alpha: float = 0.05,
    null: float = 0.0,
) -> ConfidenceSequence:
    """Treated less control, at every look; exact, whatever the proportions are.

    `t_opt`: the units of an arm at which it should be tightest. Wider than the asymptotic
    `means.difference_sequence`, and right with rare events and few units.

    >>> found = difference_of_proportions_sequence([40], [200], [80], [200], t_opt=200)
    >>> found.lower.round(3), found.upper.round(3)
    (array([0.045]), array([0.352]))
    """
    check_alpha(alpha)
    if not -1 < null < 1:
        raise ValueError(f"A difference of proportions lies between −1 and 1, unlike {null}.")
    dimensions, (xc, nc, xt, nt) = as_looks(
        *(events_control, n_control, events_treated, n_treated),
        names=("events_control", "n_control", "events_treated", "n_treated"),
    )
    _check_counts(xc, nc, "events_control", "n_control")
    _check_counts(xt, nt, "events_treated", "n_treated")
    if not t_opt > 0:
        raise ValueError("t_opt is above zero.")
    precision, goal = np.asarray(t_opt / tuning(alpha)), -math.log(alpha)
    ready = (np.nan_to_num(nc) > 0) & (np.nan_to_num(nt) > 0)
    nc1, nt1 = np.where(ready, nc, 1.0), np.where(ready, nt, 1.0)
    xc1, xt1 = np.where(ready, xc, 0.0), np.where(ready, xt, 0.0)
    estimate = xt1 / nt1 - xc1 / nc1

    def beyond(d: Floats, xc: Floats, nc: Floats, xt: Floats, nt: Floats) -> Floats:
        return _least_evidence(d, xc, nc, xt, nt, precision) - goal

    edge = np.full_like(estimate, WIDEST)
    upper = root(beyond, np.minimum(estimate, edge), edge, xc1, nc1, xt1, nt1)
    lower = -root(beyond, np.minimum(-estimate, edge), edge, xt1, nt1, xc1, nc1)
    upper = np.where(upper >= WIDEST, 1.0, upper)
    lower = np.where(lower <= -WIDEST, -1.0, lower)
    log_p = -_least_evidence(np.full_like(estimate, null), xc1, nc1, xt1, nt1, precision)
    return finish(
        "beta-binomial difference",
        dimensions=dimensions,
        alpha=alpha,
        n=nc + nt,
        estimate=np.where(ready, estimate, np.nan),
        lower=lower,
        upper=upper,
        log_p=log_p,
        null=null,
        ready=ready,
        too_small=NO_UNITS,
        checks=[
            check_looks(xc, nc, _binomial_variance(xc, nc)),
            check_looks(xt, nt, _binomial_variance(xt, nt)),
        ],
        assumptions=(EXACT,),
    )


def _bernoulli_log(p: Floats, x: Floats, n: Floats, precision: Floats) -> Floats:
    """log B(a+n−x, b+x) − log B(a, b) − x·log p − (n−x)·log(1−p), a = r/p, b = r/(1−p)."""
    from scipy.special import betaln

    # r = ρ − gh with ρ = pq·t_opt/tuning, and never below gh/1000; over g and over h.
    factor = np.maximum(precision - 1, 1e-3)
    a, b, misses = factor * (1 - p), factor * p, n - x
    averaged = betaln(a + misses, b + x) - betaln(a, b)
    return averaged - x * np.log(p) - misses * np.log1p(-p)


def _bernoulli_upper(x: Floats, n: Floats, precision: Floats, alpha: float) -> Floats:
    goal = -math.log(alpha)
    x, n, precision = np.broadcast_arrays(x, n, precision)

    def beyond(p: Floats, x: Floats, n: Floats, precision: Floats) -> Floats:
        return _bernoulli_log(p, x, n, precision) - goal

    at = np.divide(x, n, out=np.full(x.shape, np.nan), where=n > 0)
    top = np.where(np.isnan(at), np.nan, 1 - EDGE)
    found = root(beyond, np.maximum(np.minimum(at, 1 - 2 * EDGE), EDGE), top, x, n, precision)
    return np.where(found >= 1 - EDGE, 1.0, found)


def _least_evidence(
    difference: Floats, xc: Floats, nc: Floats, xt: Floats, nt: Floats, precision: Floats
) -> Floats:
    """The smallest log e-value over all pairs (p, p + difference), by golden section."""
    low = np.maximum(EDGE, EDGE - difference)
    high = np.minimum(1 - EDGE, 1 - EDGE - difference)

    def evidence(p: Floats) -> Floats:
        other = np.clip(p + difference, EDGE, 1 - EDGE)
        return _bernoulli_log(p, xc, nc, precision) + _bernoulli_log(other, xt, nt, precision)

    # Between the two arms' own proportions both curves pull in opposite directions.
    mine, theirs = xc / nc, xt / nt - difference
    left = np.clip(np.minimum(mine, theirs) - 1 / nc, low, high)
    right = np.clip(np.maximum(mine, theirs) + 1 / nc, low, high)
    one, two = right - GOLDEN * (right - left), left + GOLDEN * (right - left)
    at_one, at_two = evidence(one), evidence(two)
    for _step in range(40):
        smaller = at_one < at_two
        left, right = np.where(smaller, left, one), np.where(smaller, two, right)
        fresh = np.where(smaller, right - GOLDEN * (right - left), left + GOLDEN * (right - left))
        value = evidence(fresh)
        one, two, at_one, at_two = (
            np.where(smaller, fresh, two),
            np.where(smaller, one, fresh),
            np.where(smaller, value, at_two),
            np.where(smaller, at_one, value),
        )
    return np.minimum(at_one, at_two)


def _binomial_variance(x: Floats, n: Floats) -> Floats:
    p = last_of(ratio_of(x, n))
    return p * (1 - p)


def _check_counts(x: Floats, n: Floats, events: str, units: str) -> None:
    check_cumulative(x, events)
    check_cumulative(n, units)
    if (x > n).any():
        raise ValueError(f"{events} is above {units}.")
    check_cumulative(n - x, f"{units} less {events}")
