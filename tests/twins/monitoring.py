"""CUSUM, EWMA and run lengths, one point after the other, in plain loops."""

import math
from collections.abc import Callable

import numpy as np


def cusum(
    z: list[float], k: float, h: float, start: float = 0.0, reset: bool = False
) -> tuple[list[float], list[float], list[int], list[int]]:
    """Both sums and how long each has been away from zero; NaN is passed over."""
    up, down, n_up, n_down = start, -start, 0, 0
    ups, downs, runs_up, runs_down = [], [], [], []
    for one in z:
        if math.isnan(one):
            ups.append(math.nan)
            downs.append(math.nan)
        else:
            up, down = max(0.0, up + one - k), min(0.0, down + one + k)
            n_up = n_up + 1 if up > 0 else 0
            n_down = n_down + 1 if down < 0 else 0
            ups.append(up)
            downs.append(down)
        runs_up.append(n_up)
        runs_down.append(n_down)
        if reset and not math.isnan(one) and (up > h or -down > h):
            up, down, n_up, n_down = start, -start, 0, 0
    return ups, downs, runs_up, runs_down


def ewma(
    values: list[float], sizes: list[float], centre: float, sigma: float, lam: float
) -> tuple[list[float], list[float]]:
    """The averages and their standard deviations, from the weights of every single point."""
    averages, errors = [], []
    seen: list[tuple[float, float]] = []
    for value, size in zip(values, sizes, strict=True):
        if math.isnan(value):
            averages.append(math.nan)
            errors.append(math.nan)
            continue
        seen.append((value, size))
        weights = [lam * (1 - lam) ** (len(seen) - 1 - i) for i in range(len(seen))]
        rest = (1 - lam) ** len(seen)
        averages.append(
            rest * centre + sum(w * v for w, (v, _n) in zip(weights, seen, strict=True))
        )
        errors.append(
            math.sqrt(sum(w**2 * sigma**2 / n for w, (_v, n) in zip(weights, seen, strict=True)))
        )
    return averages, errors


def steiner_weight(outcome: int, risk: float, ratio: float, null: float = 1.0) -> float:
    """The log-likelihood ratio from the two chances of what happened."""

    def chance(odds: float) -> float:
        p = odds * risk / (1 - risk + odds * risk)
        return p if outcome else 1 - p

    return math.log(chance(ratio) / chance(null))


def mean_run_length(
    step: Callable[[np.ndarray, np.random.Generator], tuple[np.ndarray, np.ndarray]],
    start: np.ndarray,
    seed: int,
) -> float:
    """Many charts side by side until each has signalled; `step` moves the states of those left."""
    rng = np.random.default_rng(seed)
    state, total, point = start, 0, 0
    while len(state):
        point += 1
        state, signal = step(state, rng)
        total += point * int(signal.sum())
        state = state[~signal]
    return total / len(start)
