"""How long a run and how few crossings chance allows, and how often it goes further.

Of n points that lie above or below with equal chance, P(C = c, L ≤ l) is counted exactly: c + 1
runs of at most l points, taken in turns from the points above and those below. Wentzel-Larsen
and Anhøj, PLOS ONE 14 (2019) e0223233.

The box {C ≥ c, L ≤ l} without signal: Anhøj's has fixed corners, so that its rate of false signals
jumps about with n. Best box: of the boxes that hold at least 92.5 % of stable series the one that
holds fewest of those shifted by 0.8 standard deviations; cut box: of it, corners are taken away as
long as 92.5 % remain. Anhøj and Wentzel-Larsen, PLOS ONE 15 (2020) e0233920.
"""

import math
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import Bools, Floats

Method = Literal["anhoej", "best_box", "cut_box"]
TUNED = range(10, 101)
HELD = 0.925
SHIFT = 0.8

Counts = NDArray[np.int64]


def limits(useful: ArrayLike, *, method: Method = "anhoej") -> tuple[Counts, Counts]:
    """The longest run and the fewest crossings that are no signal, for n useful points.

    "anhoej": round(log2 n) + 3 (R and numpy both round half to even, which never arises here)
    and the 5 % quantile of a binomial with n − 1 trials of ½, from whole numbers. "best_box" and
    "cut_box" fall back on it outside 10 to 100 points, as qicharts2 does. 0 points allow nothing: 0, 0.

    >>> [int(one) for one in limits(36)]
    [8, 13]
    """
    check(method)
    numbers = np.asarray(useful, dtype=np.int64)
    if (numbers < 0).any():
        raise ValueError("A number of points is not below zero.")
    longest, fewest = (np.zeros(numbers.max(initial=0) + 1, dtype=np.int64) for _ in "ab")
    for n in np.flatnonzero(np.bincount(numbers.reshape(-1))):
        longest[n], fewest[n] = _corner(int(n), method)
    return longest[numbers], fewest[numbers]


def signals(
    useful: ArrayLike, longest: ArrayLike, crossings: ArrayLike, *, method: Method = "anhoej"
) -> Bools:
    """Whether the longest run or the crossings of n useful points are a signal.

    >>> bool(signals(36, 8, 12))
    True
    """
    n, run, crossed = (np.asarray(a, dtype=np.int64) for a in (useful, longest, crossings))
    run_max, crossed_min = limits(n, method=method)
    found = np.asarray((run > run_max) | (crossed < crossed_min))
    if method == "cut_box":
        numbers = np.unique(n)
        cuts = np.array([_cut(int(one)) for one in numbers]).reshape(len(numbers), 2)
        border_run, border_crossed = cuts[np.searchsorted(numbers, n)].T
        found |= (crossed == crossed_min) & (run > border_run.T)
        found |= (run == run_max) & (crossed < border_crossed.T)
    return found


def false_signal_rate(n: int, *, method: Method = "anhoej", around_median: bool = False) -> float:
    """How often n useful points of a stable process give a signal, exactly.

    `around_median`: the centre is the median of the same points (half lie on each side, n even),
    instead of a centre that is known.

    >>> round(false_signal_rate(24), 4)
    0.0662
    """
    if n < 1 or (around_median and n % 2):
        raise ValueError("This needs at least one point, and an even number around a median.")
    held = _distribution(n, 0.5, around_median)
    cell = np.diff(held, axis=1, prepend=0.0)
    crossed, run = np.indices(cell.shape)
    return float(cell[signals(n, run, crossed, method=method)].sum())


def check(method: str) -> None:
    if method not in get_args(Method):
        raise ValueError(f"The method is one of {', '.join(get_args(Method))}, not {method!r}.")


def _corner(n: int, method: Method) -> tuple[int, int]:
    if n == 0:
        return 0, 0
    if method == "anhoej" or n not in TUNED:
        return round(math.log2(n)) + 3, _quantile(n - 1)
    return _best_box(n)


@lru_cache(maxsize=4096)
def _quantile(trials: int) -> int:
    """The smallest k with P(X ≤ k) ≥ 5 % for X binomial with chances of ½, in whole numbers."""
    ways, below, k = 1, 1, 0
    while 20 * below < 1 << trials:
        ways = ways * (trials - k) // (k + 1)
        k += 1
        below += ways
    return k


@lru_cache(maxsize=256)
def _distribution(n: int, above: float, around_median: bool = False) -> Floats:
    """P(C = c, L ≤ l) as [c, l], for points above the centre with this chance."""
    ways = _ways(n)
    held = np.zeros((n, n + 1))
    a = np.arange(n + 1)
    weight = above**a * (1 - above) ** (n - a)
    if around_median:
        weight = np.where(2 * a == n, 1 / math.comb(n, n // 2), 0.0)
    for crossings in range(n):
        first, second = (crossings + 2) // 2, (crossings + 1) // 2
        # Runs above come first and have one more, or those below do.
        pairs = (
            ways[first][:, a] * ways[second][:, n - a] + ways[second][:, a] * ways[first][:, n - a]
        )
        held[crossings] = pairs @ weight
    return held


@lru_cache(maxsize=4)
def _ways(n: int) -> Floats:
    """The ways to make a points out of k runs of at most l: [k, l, a]."""
    ways = np.zeros((n // 2 + 2, n + 1, n + 1))
    ways[0, :, 0] = 1.0
    longest, points = np.indices((n + 1, n + 1))
    for k in range(1, len(ways)):
        so_far = np.concatenate((np.zeros((n + 1, 1)), np.cumsum(ways[k - 1], axis=1)), axis=1)
        # A run of 1 to l points before it: the sums of a − l … a − 1.
        ways[k] = np.take_along_axis(so_far, points, axis=1) - np.take_along_axis(
            so_far, np.maximum(points - longest, 0), axis=1
        )
    return ways


@lru_cache(maxsize=256)
def _best_box(n: int) -> tuple[int, int]:
    stable, shifted = (_distribution(n, p) for p in (0.5, _above(SHIFT)))
    possible = np.diff(stable, axis=1, prepend=0.0) > 0
    inside = np.cumsum(stable[::-1], axis=0)[::-1]
    of_shifted = np.cumsum(shifted[::-1], axis=0)[::-1]
    of_shifted = np.where(possible & (inside >= HELD), of_shifted, np.inf)
    crossings, longest = np.unravel_index(np.argmin(of_shifted), of_shifted.shape)
    return int(longest), int(crossings)


@lru_cache(maxsize=256)
def _cut(n: int) -> tuple[int, int]:
    """With the fewest crossings, the longest run allowed; with the longest run, the fewest crossings."""
    run_max, crossed_min = _corner(n, "cut_box")
    if n not in TUNED:
        return run_max, crossed_min
    stable, shifted = (
        np.diff(_distribution(n, p), axis=1, prepend=0.0) for p in (0.5, _above(SHIFT))
    )
    left = stable[crossed_min:, : run_max + 1].sum() - stable[crossed_min, run_max]
    if left < HELD:
        return run_max, crossed_min
    run, crossed = run_max - 1, crossed_min + 1
    while True:
        # Along each border, from the corner: the cell that shifted series fill most goes first.
        ways = [(crossed_min, run), (crossed, run_max)]
        ways = [at for at in ways if 0 < stable[at] <= left - HELD]
        if not ways:
            return run, crossed
        cell = max(ways, key=lambda at: shifted[at])
        left -= stable[cell]
        if cell[1] == run_max:
            crossed += 1
        else:
            run -= 1


def _above(shift: float) -> float:
    return 0.5 * (1 + math.erf(shift / math.sqrt(2)))
