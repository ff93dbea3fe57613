"""Whether a process has gone beyond a limit: a CUSUM against the limit, with a designed run length.

A guardrail's limit is the worst level that was agreed to be let pass. The sum gathers how far the
points since go-live lie beyond it, in their own standard errors, less half a standard error a
point, and is never below zero (Page): what lies within the limit is forgotten, so a turn after a
long calm is found as fast as one at once. It signals beyond h, and h is set so that a process that
stays exactly at its limit signals in a given share of years, however often it is looked at; one
inside its limit signals far less often.

Counts of rare events get the exact CUSUM of Poisson counts instead (Lucas), whose steps are whole
events: it looks for a level some times the limit, and never speaks before the third event.

The standard error of a point: sampling (cases, exposure) at the limit, and beside it what points
differ more than sampling brings (between-period variance by the method of moments, DerSimonian and
Laird) and what neighbours resemble each other, √((1+r)/(1−r)), where r is seen. Both come from the
baseline and the points before the present excursion, never from the excursion itself, which would
hide it. Where the spread is estimated, z is brought to the normal scale by Student's t. A step
counts no more than three quarters of h: one period alone, however wild, is no harm signal.

Sources: Page, Biometrika 41 (1954) 100. Lucas, Technometrics 27 (1985) 129 (counts). Siegmund,
Sequential Analysis (1985), 2.51: corrected Brownian motion, within 1 % of
`run_length.cusum_arl` at these designs. DerSimonian and Laird, Controlled Clinical Trials 7 (1986)
177.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Bools, Floats

# Half the shift, in standard errors of a point, that is found soonest.
K = 0.5
# The share of years in which a process at its limit signals.
FALSE_ALARMS = 0.05
# Expected events a look at the limit below which counts are followed event by event.
RARE = 5.0
LEAST_EVENTS = 3
# Beyond it a limit is no rare share of cases, however few there are: several times it is no share.
LARGEST_RARE_SHARE = 0.2
ROUNDED_BY = 1.02
# Steps of the chain for an event.
GRID = 20
# The excess over the boundary that Brownian motion does not have (Siegmund: 2 × 0.583).
OVERSHOOT = 1.166
# No step counts more than this part of h.
MOST = 0.75


@dataclass(frozen=True, eq=False)
class Points:
    """The points of one series around go-live, none missing, the bad way up.

    `excess`: how far beyond the limit, below 0 within it. `sampling`: the variance of each that
    counting brings, in units of the excess squared; only relative where `counted` is false.
    `events` and `expected` (at the limit, and before) where the bad thing is counted; `share` is the
    limit where it is one of cases, which sets how many times it a level can be.
    """

    excess_before: Floats
    excess_after: Floats
    sampling_before: Floats
    sampling_after: Floats
    counted: bool
    events: Floats | None = None
    expected: Floats | None = None
    expected_before: Floats | None = None
    share: float | None = None


@dataclass(frozen=True, eq=False)
class LimitCusum:
    """What the sum said at each look, one look a point since go-live.

    `onset`: at each look the position of the point with which the present excursion began, the
    number of looks so far where there is none. `run_length`: looks between false alarms of a
    process at its limit. `rare`: whether events are followed one by one, `times`: the multiple of
    the limit that they are held against. `h`, `rare` and `times` are those of the last look; what a
    look said rests on nothing that came after it, so it never changes.
    """

    signals: Bools
    onset: NDArray[np.int64]
    h: float
    run_length: float
    rare: bool
    times: float | None = None


def limit_cusum(points: Points, *, looks_a_year: int) -> LimitCusum | None:
    """Whether the level is beyond the limit, at each look; None where its spread is unknown.

    ValueError: no look a year.

    >>> rng = np.random.default_rng(1)
    >>> calm, worse = rng.normal(-2, 1, 20), rng.normal(1.5, 1, 8)
    >>> points = Points(calm[:12], np.r_[calm[12:], worse], np.ones(12), np.ones(16), False)
    >>> found = limit_cusum(points, looks_a_year=52)
    >>> int(np.argmax(found.signals)), int(found.onset[-1]), round(found.run_length)
    (10, 8, 1014)
    """
    if looks_a_year < 1:
        raise ValueError(f"There is at least one look a year, not {looks_a_year}.")
    run_length = -looks_a_year / math.log1p(-FALSE_ALARMS)
    before, after = len(points.excess_before), len(points.excess_after)
    if not after or (not points.counted and before + after < MIN_POINTS_OF_A_LEVEL):
        return None
    designs = _designs(points, run_length)
    h = _boundary(run_length)
    signals, onset = np.zeros(after, dtype=bool), np.arange(1, after + 1)
    if None in designs:
        signals, onset = _of_normal(points, before, h)
    for design in set(designs) - {None}:
        assert design is not None
        rows = np.array([one == design for one in designs])
        rare, began = _of_events(points, design)
        signals, onset = np.where(rows, rare, signals), np.where(rows, began, onset)
    last = designs[-1]
    if last is None:
        return LimitCusum(signals, onset, h, run_length, False)
    never = math.inf if last.mean <= 0 else run_length
    return LimitCusum(signals, onset, last.h, never, True, last.times)


def delay(h: float, *, shift: float = 1.0) -> float:
    """Points until a CUSUM with K signals, on average, once the level is `shift` standard errors
    beyond the limit (Siegmund).

    >>> round(delay(5.0), 1)
    10.3
    """
    return _siegmund(shift - K, h)


def _siegmund(drift: float, h: float) -> float:
    """The average run length of sums of normal steps with this mean and variance 1."""
    b = h + OVERSHOOT
    if abs(drift) < 1e-9:
        return b * b
    return (math.exp(-2 * drift * b) + 2 * drift * b - 1) / (2 * drift * drift)


@lru_cache(maxsize=64)
def _boundary(run_length: float) -> float:
    """The h with which a process at its limit runs so long between signals."""
    low, high = 0.1, 30.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _siegmund(-K, middle) < run_length else (low, middle)
    return high


def _sums(points: Points, spread: Floats, degrees: Floats, h: float) -> Floats:
    """The sum after each point (column) as each look (row) sees it, with that look's spread.

    `spread` is (looks, points) or (looks, 1): the standard error of each point.
    """
    z = _as_normal(points.excess_after[np.newaxis, :] / spread, degrees)
    steps = np.minimum(z - K, MOST * h)
    return _reflected(steps)


def _as_normal(z: Floats, degrees: Floats) -> Floats:
    """The same tail under the normal curve, where the spread has so many degrees of freedom."""
    from scipy.special import ndtri, stdtr

    if not np.isfinite(degrees).any():
        return z
    # From the lower tail, which keeps its digits; beyond it nothing is told apart.
    tail = np.maximum(stdtr(degrees[:, np.newaxis], -np.abs(z)), 1e-300)
    return np.where(np.isfinite(degrees)[:, np.newaxis], -np.sign(z) * ndtri(tail), z)


def _reflected(steps: Floats) -> Floats:
    """C = max(0, C + step), over the columns of every row at once."""
    total = np.cumsum(steps, axis=1)
    lowest = np.minimum(np.minimum.accumulate(total, axis=1), 0.0)
    sums: Floats = total - lowest
    return sums


def _onset(sums: Floats) -> NDArray[np.int64]:
    """Where the sum of each look left zero for good: the position of the first point since."""
    looks = len(sums)
    at_zero = (sums <= 0) & np.tril(np.ones((looks, looks), dtype=bool))
    last = looks - 1 - np.argmax(at_zero[:, ::-1], axis=1)
    onset: NDArray[np.int64] = np.where(at_zero.any(axis=1), last + 1, 0)
    return onset


def _first_spread(points: Points) -> Floats:
    """A first standard error, from how neighbours differ: no level, and so no turn, disturbs it."""
    before = points.excess_before / np.sqrt(points.sampling_before)
    after = points.excess_after / np.sqrt(points.sampling_after)
    squares = np.cumsum(np.r_[0.0, np.diff(after) ** 2 / 2]) + (np.diff(before) ** 2).sum() / 2
    degrees = np.arange(len(after)) + max(len(before) - 1, 0)
    ratio = np.divide(squares, degrees, out=np.ones(len(after)), where=degrees > 0)
    ratio = np.maximum(ratio, 1.0 if points.counted else np.finfo(float).tiny)
    spread: Floats = np.sqrt(ratio[:, np.newaxis] * points.sampling_after[np.newaxis, :])
    return spread


def _settled_spread(
    points: Points, onset: NDArray[np.int64], first: Floats, *, resemblance: bool = True
) -> tuple[Floats, Floats]:
    """The standard error of each point, as each look knows it from the points before its present
    excursion, and the degrees of freedom it rests on."""
    looks = len(onset)
    calm = np.arange(looks)[np.newaxis, :] < onset[:, np.newaxis]
    rest, weight = _residuals(points, calm)
    known = np.isfinite(rest)
    count = known.sum(axis=1)
    means = (len(points.excess_before) > 0) + calm.any(axis=1).astype(int)
    degrees = count - means
    squares = np.where(known, weight * np.nan_to_num(rest) ** 2, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = squares / degrees
    total, square = _sum(weight, known), _sum(weight**2, known)
    if points.counted:
        # Q − degrees, over what a variance of one between periods adds to Q.
        room = total - square / np.maximum(total, np.finfo(float).tiny)
        seen = squares - degrees > np.sqrt(2 * np.maximum(degrees, 0))
        between = np.divide(squares - degrees, room, out=np.zeros(looks), where=seen & (room > 0))
        variance = points.sampling_after[np.newaxis, :] + between[:, np.newaxis]
    else:
        variance = ratio[:, np.newaxis] * points.sampling_after[np.newaxis, :]
    alike = np.zeros(looks)
    if resemblance:
        alike = _alike(np.sqrt(weight) * rest, count, means)
    spread = np.sqrt(variance * ((1 + alike) / (1 - alike))[:, np.newaxis])
    # Neighbours that are alike tell as much as fewer points apart would.
    known_by = degrees * (1 - alike) / (1 + alike)
    if points.counted:
        known_by = np.where((between > 0) | (alike > 0), known_by, np.inf)
    few = (degrees < MIN_POINTS_OF_A_LEVEL - 1) | ~(spread > 0).all(axis=1)
    settled: Floats = np.where(few[:, np.newaxis], first, spread)
    neighbours = np.arange(looks) + max(len(points.excess_before) - 1, 1)
    known_by = np.where(few, np.inf if points.counted else neighbours, known_by)
    return settled, np.maximum(known_by, 1.0)


def _residuals(points: Points, calm: Bools) -> tuple[Floats, Floats]:
    """What is left around the weighted mean of the baseline and of the calm points since, for each
    look; NaN elsewhere. And their weights, one over the sampling variance."""
    looks = len(calm)
    sides, weights = [], []
    for excess, sampling, mask in (
        (
            points.excess_before,
            points.sampling_before,
            np.ones((looks, len(points.excess_before)), dtype=bool),
        ),
        (points.excess_after, points.sampling_after, calm),
    ):
        w = np.broadcast_to(1 / sampling, mask.shape)
        total = _sum(w, mask)
        mean = np.divide(_sum(w * excess, mask), total, out=np.zeros(looks), where=total > 0)
        sides.append(np.where(mask, excess[np.newaxis, :] - mean[:, np.newaxis], np.nan))
        weights.append(w)
    return np.hstack(sides), np.hstack(weights)


def _alike(rest: Floats, count: NDArray[np.int64], means: NDArray[np.int64]) -> Floats:
    """Lag-1 autocorrelation where it is seen (above one standard error), else 0."""
    known = np.isfinite(rest)
    filled = np.nan_to_num(rest)
    square = (filled**2).sum(axis=1)
    product = np.where(known[:, 1:] & known[:, :-1], filled[:, 1:] * filled[:, :-1], 0.0).sum(
        axis=1
    )
    r = np.divide(product, square, out=np.zeros(len(rest)), where=square > 0)
    # After Marriott and Pope, Biometrika 41 (1954) 390.
    r = r + means * (1 + 4 * np.maximum(r, 0)) / np.maximum(count, 1)
    seen = r > 1 / np.sqrt(np.maximum(count, 1))
    return np.where(seen & (square > 0), np.clip(r, 0, 0.9), 0.0)


def _sum(values: Floats, mask: Bools) -> Floats:
    total: Floats = np.where(mask, values, 0.0).sum(axis=1)
    return total


@dataclass(frozen=True)
class _Design:
    """Of events that are rare at the limit: so many a look, and what a look lets pass of them."""

    mean: float
    reference: float
    h: float
    times: float | None


def _designs(points: Points, run_length: float) -> list[_Design | None]:
    """For each look, by the cases known by then, how events are followed; None where they are not
    rare enough, or not counted."""
    looks = len(points.excess_after)
    if points.events is None or points.expected is None:
        return [None] * looks
    earlier = np.zeros(0) if points.expected_before is None else points.expected_before
    known = np.r_[earlier, points.expected]
    means = (np.cumsum(known) / np.arange(1, len(known) + 1))[len(earlier) :]
    return [_design(float(mean), points.share, run_length) for mean in means]


def _design(mean: float, share: float | None, run_length: float) -> _Design | None:
    if mean <= 0:
        return _Design(0.0, 0.0, 0.0, None)  # the limit is none at all
    if mean >= RARE or (share is not None and share > LARGEST_RARE_SHARE):
        return None
    times = min(max(1 + 3 / math.sqrt(mean), 2.0), 5.0)
    if share is not None:
        times = min(times, 0.5 / share)
    # Of a mean a little above, so that few designs serve many looks.
    rounded = ROUNDED_BY ** math.ceil(math.log(mean) / math.log(ROUNDED_BY) - 1e-9)
    reference, h = _design_of_events(rounded, times, run_length)
    return _Design(rounded, reference, h, times)


def _of_normal(points: Points, before: int, h: float) -> tuple[Bools, NDArray[np.int64]]:
    """Which looks signal, and where the excursion of each began."""
    after = len(points.excess_after)
    first = _first_spread(points)
    excursions = _sums(points, first, np.full(after, np.inf), h)
    spread, degrees = _settled_spread(points, _onset(excursions), first)
    sums = _sums(points, spread, degrees, h)
    at = np.arange(after)
    ready = np.full(after, True) if points.counted else before + at + 1 >= MIN_POINTS_OF_A_LEVEL
    return (sums[at, at] > h) & ready, _onset(sums)


def _of_events(points: Points, design: _Design) -> tuple[Bools, NDArray[np.int64]]:
    """The CUSUM of counts: (events − reference), the reference between the limit and its multiple."""
    assert points.events is not None and points.expected is not None
    events, looks = points.events, len(points.events)
    at = np.arange(looks)
    so_far = np.r_[0.0, np.cumsum(events)]
    if design.mean <= 0:
        seen = so_far[1:] > 0
        return seen, np.where(seen, np.argmax(seen), at + 1)
    # What a look lets pass is never less than designed, wherever below the rounded mean it lies.
    steps = events - design.reference * points.expected / (design.mean / ROUNDED_BY)
    first = _first_spread(points)
    calm_until = _onset(_reflected(np.tile(steps, (looks, 1))))
    spread, _degrees = _settled_spread(points, calm_until, first, resemblance=False)
    ratio = np.tril(spread**2 / points.sampling_after[np.newaxis, :])
    wider = np.maximum(ratio.sum(axis=1) / (at + 1), 1.0)
    sums = _reflected(steps[np.newaxis, :] / wider[:, np.newaxis])
    onset = _onset(sums)
    since_onset = so_far[at + 1] - so_far[np.minimum(onset, at + 1)]
    # Sums on the grid may touch h, which is no signal, and are then a rounding away from it.
    signals = (sums[at, at] > design.h + 1e-9) & (since_onset >= LEAST_EVENTS)
    return signals, onset


@lru_cache(maxsize=4096)
def _design_of_events(mean: float, times: float, run_length: float) -> tuple[float, float]:
    """What each look lets pass, and h, in events: those that find so many times the mean soonest
    among those that run so long. Counts are whole, so the two cannot be chosen one by one: half of
    the false alarms that are allowed would be given away."""
    best = (math.inf, 0.0, 0.0)
    usual = mean * (times - 1) / math.log(times) * GRID
    for reference in {max(round(usual * part), 1) for part in np.linspace(0.75, 1.25, 11)}:
        h = _boundary_of_events(mean, reference, run_length)
        found = _run_length_of_events(times * mean, reference, h)
        best = min(best, (found, reference / GRID, h / GRID))
    return best[1], best[2]


def _boundary_of_events(mean: float, reference: int, run_length: float) -> int:
    """The smallest h with which Poisson counts of this mean run so long, in steps of the grid."""
    low, high = 0, GRID
    while _run_length_of_events(mean, reference, high) < run_length:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if _run_length_of_events(mean, reference, middle) < run_length:
            low = middle
        else:
            high = middle
    return high


def _run_length_of_events(mean: float, reference: int, h: int) -> float:
    """Looks until the sum passes h, all in steps of the grid; a Markov chain, exact on the grid."""
    from scipy.special import gammaln

    most = (h + reference) // GRID + 1
    counts = np.arange(most + 1)
    chance = np.exp(counts * math.log(mean) - mean - gammaln(counts + 1))
    states = np.arange(h + 1)
    ends = np.maximum(states[:, np.newaxis] + counts[np.newaxis, :] * GRID - reference, 0)
    moves = np.zeros((h + 1, h + 1))
    rows, columns = np.nonzero(ends <= h)
    np.add.at(moves, (rows, ends[rows, columns]), chance[columns])
    return float(np.linalg.solve(np.eye(h + 1) - moves, np.ones(h + 1))[0])
