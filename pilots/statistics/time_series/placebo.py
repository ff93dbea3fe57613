"""Is the effect larger than those of sites where nothing changed? Permutation of the clusters.

Conley and Taber, Rev Econ Stat 93 (2011) 113; the placebo error is algorithm 4 of Arkhangelsky et
al., Am Econ Rev 111 (2021) 4088 (`synthdid_se(method = "placebo")` of R, which draws at random).
"""

from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.series import Bools, Floats

PLACEBOS = 4999


def changes_of_mean(y: Floats, there: Bools, start: int) -> Floats:
    """Each unit's mean since the start minus before, NaN where it has no points on a side."""
    known = np.where(there, y, 0.0)
    sides = []
    for side in (slice(None, start), slice(start, None)):
        count = there[:, side].sum(axis=1)
        sides.append(
            np.divide(
                known[:, side].sum(axis=1), count, out=np.full(len(y), np.nan), where=count > 0
            )
        )
    change: Floats = sides[1] - sides[0]
    return change


def slopes_before(y: Floats, there: Bools, start: int) -> Floats:
    """Each unit's least squares slope a period before the start, NaN with fewer than 3 points."""
    inside = there[:, :start]
    count = inside.sum(axis=1)
    x = np.where(inside, np.arange(start, dtype=np.float64), 0.0)
    x = np.where(inside, x - (x.sum(axis=1) / np.maximum(count, 1))[:, np.newaxis], 0.0)
    xy = (x * np.where(inside, y[:, :start], 0.0)).sum(axis=1)
    slope: Floats = np.divide(xy, (x**2).sum(axis=1), out=np.full(len(y), np.nan), where=count >= 3)
    return slope


def placebo(
    changes: Floats, changed: Bools, cluster: NDArray[np.int64], *, seed: int = 1
) -> tuple[float | None, int, float | None]:
    """The placebo p-value, from how many draws, and the placebo standard error.

    `changes`: one number for each unit. p: how often as many clusters, drawn from all of them,
    differ from the rest by as much. The error: the spread of that among the comparison clusters
    alone. All draws, or 4,999 of them. None with fewer than 4 clusters, or where a cluster has
    units on both sides.
    """
    if set(cluster[changed].tolist()) & set(cluster[~changed].tolist()):
        return None, 0, None
    known = np.isfinite(changes)
    member = (cluster[:, np.newaxis] == np.arange(cluster.max() + 1)) & known[:, np.newaxis]
    size = member.sum(axis=0).astype(np.float64)
    total = np.where(known, changes, 0.0) @ member
    ours = np.bincount(cluster, weights=changed, minlength=len(size)) > 0
    total, ours, size = total[size > 0], ours[size > 0], size[size > 0]
    chosen = int(ours.sum())
    if len(size) < 4 or chosen in (0, len(size)):
        return None, 0, None
    picks = _picks(len(size), chosen, seed, ours)
    differences = np.abs(_differences(picks, total, size))
    real = abs(float(_differences(ours[np.newaxis].astype(np.float64), total, size)[0]))
    error = None
    if len(size) - chosen > chosen + 1:
        among = _picks(len(size) - chosen, chosen, seed, None)
        error = float(_differences(among, total[~ours], size[~ours]).std(ddof=1))
    return float((differences >= real * (1 - 1e-9)).mean()), len(picks), error


def _picks(groups: int, chosen: int, seed: int, ours: Bools | None) -> Floats:
    """Sets of clusters (draws, clusters) as ones and zeros."""
    if comb(groups, chosen) <= PLACEBOS:
        picks = np.zeros((comb(groups, chosen), groups))
        for number, some in enumerate(combinations(range(groups), chosen)):
            picks[number, list(some)] = 1
        return picks
    order = np.random.default_rng(seed).random((PLACEBOS, groups)).argsort(axis=1)
    drawn = (order < chosen).astype(np.float64)
    return drawn if ours is None else np.vstack([ours.astype(np.float64), drawn])


def _differences(picks: Floats, total: Floats, size: Floats) -> Floats:
    return picks @ total / (picks @ size) - (1 - picks) @ total / ((1 - picks) @ size)
