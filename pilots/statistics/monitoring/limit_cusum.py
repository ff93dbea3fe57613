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

from pilots.statistics.monitoring.event_designs import ROUNDED_BY, EventDesign, design_of
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Bools, Floats, the_first

Ints = NDArray[np.int64]

# Half the shift, in standard errors of a point, that is found soonest.
K = 0.5
# The share of years in which a process at its limit signals.
FALSE_ALARMS = 0.05
ROUNDING = 1e-12
LEAST_EVENTS = 3
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
    onset: Ints
    h: float
    run_length: float
    rare: bool
    times: float | None = None


@dataclass(frozen=True, eq=False)
class Watched:
    """Many series, each as it is known at one look, the bad way up: one row a series, the points
    before go-live and since one behind the other, none missing, NaN behind them.

    The columns are those of `Points`; `before` and `known` say how many points there are before
    go-live and in all. `events` are NaN before go-live. `share` is NaN where there is none.
    """

    excess: Floats
    sampling: Floats
    before: Ints
    known: Ints
    counted: bool
    events: Floats | None
    expected: Floats | None
    share: Floats

    @property
    def looks(self) -> Ints:
        """Points since go-live."""
        return self.known - self.before

    @property
    def there(self) -> Bools:
        """Which points are from before go-live."""
        return the_first(self.before, self.excess.shape[1])

    @property
    def here(self) -> Bools:
        """Which points are from since."""
        return the_first(self.known, self.excess.shape[1]) & ~self.there

    def of(self, rows: NDArray[np.intp], known: Ints | None = None) -> Watched:
        """Some of the series, as they were known when they had so many points."""
        known = self.known[rows] if known is None else known
        inside = the_first(known, self.excess.shape[1])
        columns = (self.excess, self.sampling, self.events, self.expected)
        excess, sampling, events, expected = (
            None if column is None else np.where(inside, column[rows], np.nan) for column in columns
        )
        assert excess is not None and sampling is not None
        return Watched(
            excess, sampling, self.before[rows], known, self.counted, events, expected,
            self.share[rows],
        )  # fmt: skip


@dataclass(frozen=True)
class LastLook:
    """What the sum of one series says at its last look, as in `LimitCusum`. `since`: the first look
    from which on all signalled, None where the last one does not."""

    since: int | None
    onset: int
    h: float
    run_length: float
    rare: bool
    times: float | None


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
    run_length = _run_length(looks_a_year)
    watched = _watched(points)
    if not _tells(watched)[0]:
        return None
    signals, onset, designs = _every_look(watched, 0, run_length)
    last = _last_look(None, 0, designs[-1], run_length)
    return LimitCusum(signals, onset, last.h, last.run_length, last.rare, last.times)


def limit_cusums(watched: Watched, *, looks_a_year: int) -> list[LastLook | None]:
    """What `limit_cusum` says of each series at its last look. The looks before are worked out only
    where that one signals: nobody asks for them elsewhere."""
    run_length = _run_length(looks_a_year)
    found: list[LastLook | None] = [None] * len(watched.known)
    rows = np.flatnonzero(_tells(watched))
    if not len(rows):
        return found
    signals, onset, designs = _judged(watched.of(rows), run_length)
    for place, row in enumerate(rows.tolist()):
        since = None
        if signals[place]:
            quiet = np.flatnonzero(~_every_look(watched, row, run_length)[0])
            since = int(quiet[-1]) + 1 if len(quiet) else 0
        found[row] = _last_look(since, int(onset[place]), designs[place], run_length)
    return found


def _run_length(looks_a_year: int) -> float:
    if looks_a_year < 1:
        raise ValueError(f"There is at least one look a year, not {looks_a_year}.")
    return -looks_a_year / math.log1p(-FALSE_ALARMS)


def _tells(watched: Watched) -> Bools:
    """Of which series there is a last look, and a spread."""
    enough = watched.counted or watched.known >= MIN_POINTS_OF_A_LEVEL
    tells: Bools = (watched.looks > 0) & enough
    return tells


def _last_look(
    since: int | None, onset: int, design: EventDesign | None, run_length: float
) -> LastLook:
    if design is None:
        return LastLook(since, onset, _boundary(run_length), run_length, False, None)
    never = math.inf if design.mean <= 0 else run_length
    return LastLook(since, onset, design.h, never, True, design.times)


def _watched(points: Points) -> Watched:
    """One series as a table of one row."""
    before, after = len(points.excess_before), len(points.excess_after)
    expected = None
    if points.expected is not None:
        told = points.expected_before
        earlier = np.full(before, np.nan) if told is None else told
        expected = np.r_[earlier, points.expected][np.newaxis]
    events = None
    if points.events is not None:
        events = np.r_[np.full(before, np.nan), points.events][np.newaxis]
    return Watched(
        np.r_[points.excess_before, points.excess_after][np.newaxis],
        np.r_[points.sampling_before, points.sampling_after][np.newaxis],
        np.array([before]),
        np.array([before + after]),
        points.counted,
        events,
        expected,
        np.array([np.nan if points.share is None else points.share]),
    )


def _every_look(
    watched: Watched, row: int, run_length: float
) -> tuple[Bools, Ints, list[EventDesign | None]]:
    """One of the series as it was known at each of its looks."""
    looks = int(watched.looks[row])
    known = int(watched.before[row]) + np.arange(1, looks + 1)
    return _judged(watched.of(np.full(looks, row), known), run_length)


def _judged(watched: Watched, run_length: float) -> tuple[Bools, Ints, list[EventDesign | None]]:
    """Of each series whether its last look signals, where its excursion began, and by which design
    its events are followed (None: by their normal scores)."""
    designs = _designs(watched, run_length)
    rare = np.array([one is not None for one in designs])
    signals, onset = np.zeros(len(rare), dtype=bool), np.zeros(len(rare), dtype=np.int64)
    if not rare.all():
        rows = np.flatnonzero(~rare)
        signals[rows], onset[rows] = _of_normal(watched.of(rows), _boundary(run_length))
    if rare.any():
        rows = np.flatnonzero(rare)
        of_events = [one for one in designs if one is not None]
        signals[rows], onset[rows] = _of_events(watched.of(rows), of_events)
    return signals, onset, designs


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


def _sums(watched: Watched, spread: Floats, degrees: Floats, h: float) -> Floats:
    """The sum after each point since go-live, as the last look sees it."""
    z = _as_normal(watched.excess / spread, degrees, watched.here)
    return _reflected(np.where(watched.here, np.minimum(z - K, MOST * h), 0.0))


def _as_normal(z: Floats, degrees: Floats, asked: Bools) -> Floats:
    """The same tail under the normal curve, where the spread has so many degrees of freedom."""
    from scipy.special import ndtri, stdtr

    asked = asked & np.isfinite(degrees)[:, np.newaxis]
    if not asked.any():
        return z
    given, known_by = z[asked], np.broadcast_to(degrees[:, np.newaxis], z.shape)[asked]
    # From the lower tail, which keeps its digits; beyond it nothing is told apart.
    tail = np.maximum(stdtr(known_by, -np.abs(given)), 1e-300)
    scores = np.array(z)
    scores[asked] = -np.sign(given) * ndtri(tail)
    return scores


def _reflected(steps: Floats) -> Floats:
    """C = max(0, C + step), over the columns of every row at once."""
    total = np.cumsum(steps, axis=1)
    lowest = np.minimum(np.minimum.accumulate(total, axis=1), 0.0)
    sums: Floats = total - lowest
    return sums


def _onset(watched: Watched, sums: Floats) -> Ints:
    """Where the sum left zero for good: the position since go-live of the first point since."""
    at_zero = (sums <= 0) & watched.here
    last = sums.shape[1] - 1 - np.argmax(at_zero[:, ::-1], axis=1)
    return np.where(at_zero.any(axis=1), last + 1 - watched.before, 0)


def _first_spread(watched: Watched) -> Floats:
    """A first standard error, from how neighbours differ: no level, and so no turn, disturbs it."""
    scaled = watched.excess / np.sqrt(watched.sampling)
    later = np.arange(1, scaled.shape[1])
    pairs = (later < watched.known[:, np.newaxis]) & (later != watched.before[:, np.newaxis])
    squares = _sum(np.diff(scaled, axis=1) ** 2 / 2, pairs)
    degrees = watched.looks - 1 + np.maximum(watched.before - 1, 0)
    ratio = np.divide(squares, degrees, out=np.ones(len(squares)), where=degrees > 0)
    ratio = np.maximum(ratio, 1.0 if watched.counted else np.finfo(float).tiny)
    spread: Floats = np.sqrt(ratio[:, np.newaxis] * watched.sampling)
    return spread


def _settled_spread(
    watched: Watched, onset: Ints, first: Floats, *, resemblance: bool = True
) -> tuple[Floats, Floats]:
    """The standard error of each point, as the last look knows it from the points before its present
    excursion, and the degrees of freedom it rests on."""
    there, here = watched.there, watched.here
    calm = here & the_first(watched.before + onset, here.shape[1])
    rest, weight, known = _residuals(watched, there, calm), 1 / watched.sampling, there | calm
    count = known.sum(axis=1)
    means: Ints = (watched.before > 0).astype(np.int64) + calm.any(axis=1)
    degrees = count - means
    squares = _sum(weight * rest**2, known)
    # What is less than that of the size of the numbers is how they were rounded.
    rounded = squares <= ROUNDING**2 * _sum(weight * watched.excess**2, known)
    squares = np.where(rounded, 0.0, squares)
    rest = np.where(rounded[:, np.newaxis], 0.0, rest)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = squares / degrees
    total, square = _sum(weight, known), _sum(weight**2, known)
    between = np.zeros(len(count))
    if watched.counted:
        # Q − degrees, over what a variance of one between periods adds to Q.
        room = total - square / np.maximum(total, np.finfo(float).tiny)
        seen = squares - degrees > np.sqrt(2 * np.maximum(degrees, 0))
        between = np.divide(squares - degrees, room, out=between, where=seen & (room > 0))
        variance = watched.sampling + between[:, np.newaxis]
    else:
        variance = ratio[:, np.newaxis] * watched.sampling
    alike = np.zeros(len(count))
    if resemblance:
        alike = _alike(np.where(known, np.sqrt(weight) * rest, 0.0), known, count, means)
    spread = np.sqrt(variance * ((1 + alike) / (1 - alike))[:, np.newaxis])
    # Neighbours that are alike tell as much as fewer points apart would.
    known_by = degrees * (1 - alike) / (1 + alike)
    if watched.counted:
        known_by = np.where((between > 0) | (alike > 0), known_by, np.inf)
    few = (degrees < MIN_POINTS_OF_A_LEVEL - 1) | ~((spread > 0) | ~here).all(axis=1)
    settled: Floats = np.where(few[:, np.newaxis], first, spread)
    neighbours = watched.looks - 1 + np.maximum(watched.before - 1, 1)
    known_by = np.where(few, np.inf if watched.counted else neighbours, known_by)
    return settled, np.maximum(known_by, 1.0)


def _residuals(watched: Watched, there: Bools, calm: Bools) -> Floats:
    """What is left around the weighted mean of the baseline and around that of the calm points
    since."""
    weight, means = 1 / watched.sampling, []
    for mask in (there, calm):
        total = _sum(weight, mask)
        over = _sum(weight * watched.excess, mask)
        means.append(np.divide(over, total, out=np.zeros(len(total)), where=total > 0))
    before, since = (mean[:, np.newaxis] for mean in means)
    return watched.excess - np.where(there, before, since)


def _alike(rest: Floats, known: Bools, count: Ints, means: Ints) -> Floats:
    """Lag-1 autocorrelation where it is seen (above one standard error), else 0. `rest` is 0 where
    it is not known."""
    square = (rest**2).sum(axis=1)
    product = (rest[:, 1:] * rest[:, :-1]).sum(axis=1)
    r = np.divide(product, square, out=np.zeros(len(rest)), where=square > 0)
    # After Marriott and Pope, Biometrika 41 (1954) 390.
    r = r + means * (1 + 4 * np.maximum(r, 0)) / np.maximum(count, 1)
    seen = r > 1 / np.sqrt(np.maximum(count, 1))
    return np.where(seen & (square > 0), np.clip(r, 0, 0.9), 0.0)


def _sum(values: Floats, mask: Bools) -> Floats:
    total: Floats = np.where(mask, values, 0.0).sum(axis=1)
    return total


def _designs(watched: Watched, run_length: float) -> list[EventDesign | None]:
    """By the cases of each series that are known, how its events are followed; None where they are
    not rare enough, or not counted."""
    if watched.events is None or watched.expected is None:
        return [None] * len(watched.known)
    told = np.isfinite(watched.expected)
    means = _sum(watched.expected, told) / np.maximum(told.sum(axis=1), 1)
    shares = watched.share.tolist()
    return [
        design_of(mean, share, run_length)
        for mean, share in zip(means.tolist(), shares, strict=True)
    ]


def _of_normal(watched: Watched, h: float) -> tuple[Bools, Ints]:
    """Which series signal at their last look, and where the excursion of each began."""
    first = _first_spread(watched)
    excursions = _sums(watched, first, np.full(len(first), np.inf), h)
    spread, degrees = _settled_spread(watched, _onset(watched, excursions), first)
    sums = _sums(watched, spread, degrees, h)
    return (sums[:, -1] > h) & _tells(watched), _onset(watched, sums)


def _of_events(watched: Watched, designs: list[EventDesign]) -> tuple[Bools, Ints]:
    """The CUSUM of counts: (events − reference), the reference between the limit and its multiple."""
    assert watched.events is not None and watched.expected is not None
    mean, reference, h = (
        np.array(column)
        for column in zip(*((d.mean, d.reference, d.h) for d in designs), strict=True)
    )
    signals, onset = np.zeros(len(mean), dtype=bool), np.zeros(len(mean), dtype=np.int64)
    if not (mean > 0).all():
        rows = np.flatnonzero(mean <= 0)
        seen = np.nan_to_num(watched.events[rows]) > 0
        signals[rows] = seen.any(axis=1)
        first = np.argmax(seen, axis=1) - watched.before[rows]
        onset[rows] = np.where(signals[rows], first, watched.looks[rows])
    rows = np.flatnonzero(mean > 0)
    if len(rows):
        some = watched.of(rows)
        signals[rows], onset[rows] = _of_rare(some, mean[rows], reference[rows], h[rows])
    return signals, onset


def _of_rare(watched: Watched, mean: Floats, reference: Floats, h: Floats) -> tuple[Bools, Ints]:
    assert watched.events is not None and watched.expected is not None
    here, at = watched.here, np.arange(watched.excess.shape[1])
    # What a look lets pass is never less than designed, wherever below the rounded mean it lies.
    lets_pass = (reference / (mean / ROUNDED_BY))[:, np.newaxis] * watched.expected
    steps = np.where(here, watched.events - lets_pass, 0.0)
    calm_until = _onset(watched, _reflected(steps))
    first = _first_spread(watched)
    spread, _degrees = _settled_spread(watched, calm_until, first, resemblance=False)
    wider = np.maximum(_sum(spread**2 / watched.sampling, here) / watched.looks, 1.0)
    sums = _reflected(steps / wider[:, np.newaxis])
    onset = _onset(watched, sums)
    later = here & (at >= (watched.before + onset)[:, np.newaxis])
    # Sums on the grid may touch h, which is no signal, and are then a rounding away from it.
    return (sums[:, -1] > h + 1e-9) & (_sum(watched.events, later) >= LEAST_EVENTS), onset
