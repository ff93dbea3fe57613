"""A table of units by periods without its unit and period means, with gaps or without.

Two-way fixed effects by Frisch, Waugh and Lovell: every regression on a panel is one on what unit
and period effects leave of its columns.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import Bools, Floats, as_table


def panel(
    outcomes: ArrayLike, treated: ArrayLike, clusters: ArrayLike | None
) -> tuple[Floats, Bools, NDArray[np.int64]]:
    """Outcomes (units, periods), who is treated, and each unit's cluster as a number from 0.

    Units without any outcome are left out.
    """
    y = as_table(outcomes)
    given = np.asarray(treated)
    changed = given.astype(bool)
    if given.shape != (len(y),) or not np.array_equal(given, changed):
        raise ValueError("Treated is true or false (1 or 0) for each unit (row).")
    labels = np.arange(len(y)) if clusters is None else np.asarray(clusters)
    if labels.shape != (len(y),):
        raise ValueError("There is one cluster for each unit (row).")
    seen = np.isfinite(y).any(axis=1)
    y, changed, labels = y[seen], changed[seen], labels[seen]
    return y, changed, np.unique(labels, return_inverse=True)[1]


def within(columns: Floats, there: Bools) -> Floats:
    """The columns (…, units, periods) without unit and period effects, 0 where missing."""
    columns = np.where(there, columns, 0.0)
    if there.all():
        unit = columns.mean(axis=-1, keepdims=True)
        period = columns.mean(axis=-2, keepdims=True)
        around_means: Floats = columns - unit - period + columns.mean(axis=(-2, -1), keepdims=True)
        return around_means
    # With gaps: period effects solve their normal equations once unit effects are swept out.
    count = np.maximum(there.sum(axis=1), 1)
    share = there / count[:, np.newaxis]
    system = np.diag(there.sum(axis=0).astype(np.float64)) - there.T @ share
    swept = np.where(there, columns - (columns.sum(axis=-1) / count)[..., np.newaxis], 0.0)
    period = swept.sum(axis=-2) @ np.linalg.pinv(system, hermitian=True)
    unit = ((columns - np.where(there, period[..., np.newaxis, :], 0.0)).sum(axis=-1)) / count
    rest = columns - unit[..., np.newaxis] - period[..., np.newaxis, :]
    return np.where(there, rest, 0.0)


def by_cluster(scores: Floats, cluster: NDArray[np.int64]) -> Floats:
    """Scores (…, units, periods) summed over each cluster (…, clusters)."""
    each = scores.sum(axis=-1)
    member = cluster[:, np.newaxis] == np.arange(cluster.max() + 1)
    sums: Floats = each @ member.astype(np.float64)
    return sums
