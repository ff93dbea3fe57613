"""How long a risk-adjusted CUSUM runs until it signals, for a given mix of patients' risks.

Each patient adds one of two weights, by risk and outcome, so the sum is rounded to a grid and
followed as a Markov chain. Every weight is split between the two grid points beside it so that its
mean is kept (Webster and Pettitt), which is far more exact than rounding. Between two visits to
zero the chain is a sequential test whose equations are a Toeplitz system (Knoth, Wittenberg, Gan).

Sources: Steiner, Cook, Farewell, Treasure, Biostatistics 1 (2000) 441. Webster and Pettitt,
Communications in Statistics: Simulation 36 (2007) 471. Knoth, Wittenberg, Gan, Quality and
Reliability Engineering International 35 (2019) 1768. The R package vlad has the same:
racusum_arl_mc, racusum_crit_mc.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.monitoring.risk_adjusted import log_likelihood_weights
from pilots.statistics.series import Floats

GRID = 600


def risk_adjusted_arl(
    risk: ArrayLike,
    *,
    h: float,
    share: ArrayLike | None = None,
    ratio: float = 2.0,
    true_ratio: float = 1.0,
    grid: int = GRID,
) -> float:
    """Patients until one side of a risk-adjusted CUSUM signals, on average.

    `risk`: those of a reference year's patients, (patients,), or different risks with their
    `share`. `ratio`: the odds ratio the sum looks for (below 1: for improvement), `true_ratio`:
    the one patients really have, 1 for a false alarm. `grid`: steps per unit of the sum (600, as
    vlad); h is rounded to it.

    >>> round(risk_adjusted_arl([0.1, 0.12, 0.14], share=[0.1, 0.5, 0.4], h=2.9))
    626
    """
    p, weight = _mix(risk, share)
    if not true_ratio > 0:
        raise ValueError(f"An odds ratio is above zero, not {true_ratio}.")
    steps, chances = _steps(p, weight, ratio, true_ratio, grid)
    return _run_length(steps, chances, max(round(h * grid), 0))


def risk_adjusted_limit(
    risk: ArrayLike,
    arl: float,
    *,
    share: ArrayLike | None = None,
    ratio: float = 2.0,
    grid: int = GRID,
) -> float:
    """The smallest limit h (to one step of the grid) that runs at least so long without a change.

    >>> h = risk_adjusted_limit([0.1, 0.12, 0.14], 1000, share=[0.1, 0.5, 0.4])
    >>> round(h, 3)
    3.313
    """
    p, weight = _mix(risk, share)
    if not arl > 1:
        raise ValueError(f"A run length is above 1, not {arl}.")
    steps, chances = _steps(p, weight, ratio, 1.0, grid)
    low, high = 0, grid
    while _run_length(steps, chances, high) < arl:
        low, high = high, 2 * high
        if high > 16 * grid:
            raise ValueError(f"No limit up to 16 runs for {arl:g} patients.")
    while high - low > 1:
        middle = (low + high) // 2
        if _run_length(steps, chances, middle) < arl:
            low = middle
        else:
            high = middle
    return high / grid


def _mix(risk: ArrayLike, share: ArrayLike | None) -> tuple[Floats, Floats]:
    given = np.asarray(risk, dtype=np.float64).ravel()
    p, place = np.unique(given[~np.isnan(given)], return_inverse=True)
    if not p.size or p[0] < 0 or p[-1] > 1 or (p[0] == p[-1] and p[0] in (0, 1)):
        raise ValueError("Risks lie between 0 and 1, and some patient's is neither.")
    parts = np.broadcast_to(
        np.asarray(1.0 if share is None else share, dtype=np.float64), given.shape
    )
    if (parts < 0).any() or not np.isfinite(parts).all() or parts.sum() <= 0:
        raise ValueError("Shares are not below zero, and some patient's is above it.")
    weight = np.bincount(place, weights=parts[~np.isnan(given)]).astype(np.float64)
    return p, weight / weight.sum()


def _steps(
    p: Floats, weight: Floats, ratio: float, true_ratio: float, grid: int
) -> tuple[NDArray[np.int64], Floats]:
    """The steps of the sum on the grid, and their chances."""
    if ratio == 1:
        raise ValueError("An odds ratio to look for differs from 1.")
    if grid < 1:
        raise ValueError(f"A grid has at least one step per unit, not {grid}.")
    real = true_ratio * p / (1 - p + true_ratio * p)
    exact = grid * np.concatenate(
        [log_likelihood_weights(np.full_like(p, outcome), p, ratio=ratio) for outcome in (0.0, 1.0)]
    )
    chance = np.concatenate([weight * (1 - real), weight * real])
    below = np.floor(exact)
    part = exact - below
    steps = np.concatenate([below, below + 1]).astype(np.int64)
    chances = np.concatenate([chance * (1 - part), chance * part])
    different, place = np.unique(steps, return_inverse=True)
    return different, np.bincount(place, weights=chances).astype(np.float64)


def _run_length(steps: NDArray[np.int64], chances: Floats, limit: int) -> float:
    """From 0 until the sum reaches `limit` steps, never going below 0."""
    from scipy.linalg import solve_toeplitz

    if limit < 1:
        raise ValueError("The limit is at least one step of the grid.")
    size = limit
    chance = dict(zip(steps.tolist(), chances.tolist(), strict=True))
    first_column = -np.array([chance.get(-i, 0.0) for i in range(size)])
    first_row = -np.array([chance.get(i, 0.0) for i in range(size)])
    first_column[0] += 1
    first_row[0] += 1
    # From i, steps below −i end at zero and steps of size − i or more signal.
    height = np.arange(size)
    total = np.concatenate([[0.0], np.cumsum(chances)])
    signal = total[-1] - total[np.searchsorted(steps, size - height, side="left")]
    solved = solve_toeplitz(
        (first_column, first_row), np.stack([np.ones(size), signal], axis=1), check_finite=False
    )
    points, reached = float(solved[0, 0]), float(solved[0, 1])
    return points / reached if reached > 0 else float("inf")
