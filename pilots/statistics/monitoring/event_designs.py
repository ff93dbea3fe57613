"""How counts of rare events are followed: what each look lets pass, and beyond which sum they signal.

The exact CUSUM of Poisson counts (Lucas, Technometrics 27 (1985) 129), whose steps are whole events,
of the run length that `limit_cusum` asks for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

# Expected events a look at the limit below which counts are followed event by event.
RARE = 5.0
# Beyond it a limit is no rare share of cases, however few there are: several times it is no share.
LARGEST_RARE_SHARE = 0.2
ROUNDED_BY = 1.02
# Steps of the chain for an event.
GRID = 20


@dataclass(frozen=True)
class EventDesign:
    """Of events that are rare at the limit: so many a look, and what a look lets pass of them."""

    mean: float
    reference: float
    h: float
    times: float | None


def design_of(mean: float, share: float, run_length: float) -> EventDesign | None:
    """How events are followed of which a look brings so many at the limit; None where they are not
    rare enough. `share`: the limit where it is one of cases, else NaN."""
    if mean <= 0:
        return EventDesign(0.0, 0.0, 0.0, None)  # the limit is none at all
    if mean >= RARE or share > LARGEST_RARE_SHARE:
        return None
    # Of a mean a little above, so that few designs serve many looks.
    rounded = ROUNDED_BY ** math.ceil(math.log(mean) / math.log(ROUNDED_BY) - 1e-9)
    times = min(max(1 + 3 / math.sqrt(rounded), 2.0), 5.0)
    if not math.isnan(share):
        times = min(times, 0.5 / share)
    reference, h = _design_of_events(rounded, times, run_length)
    return EventDesign(rounded, reference, h, times)


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
