"""Were the groups already apart, or moving apart, before the start? An event study's leads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.series import Bools, Floats
from pilots.statistics.time_series.panels import by_cluster, within
from pilots.statistics.time_series.placebo import placebo, slopes_before


@dataclass(frozen=True)
class Lead:
    """The difference of the groups at a period, against the last one before the start.

    There is no error where one group is a single cluster, or all sites moved alike.
    """

    period: int
    estimate: float
    se: float | None
    lower: float | None
    upper: float | None


def leads_before(
    y: Floats,
    there: Bools,
    changed: Bools,
    cluster: NDArray[np.int64],
    start: int,
    level: float,
) -> tuple[tuple[Lead, ...], float | None, tuple[float, float] | None]:
    """The periods before the start against the last of them; whether they are apart or drifting."""
    from scipy import special

    groups = int(cluster.max()) + 1
    treated_clusters = len(np.unique(cluster[changed]))
    few = min(treated_clusters, len(np.unique(cluster[~changed]))) < 2
    before = there[:, :start]
    if start < 2 or not (before[changed].any(axis=0) & before[~changed].any(axis=0)).all():
        return (), None, None
    columns = np.zeros((start - 1, *before.shape))
    columns[np.arange(start - 1), :, np.arange(start - 1)] = changed
    inside = within(columns, before)
    rest = within(y[:, :start], before)
    gram = np.einsum("kup,lup->kl", inside, inside)
    bread = np.linalg.pinv(gram, hermitian=True)
    beta = bread @ np.einsum("kup,up->k", inside, rest)
    rest = rest - np.einsum("k,kup->up", beta, inside)
    scores = by_cluster(inside * rest, cluster)
    covariance = bread @ scores @ scores.T @ bread * groups / (groups - 1)
    se = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    quantile = float(special.stdtrit(groups - 1, (1 + level) / 2))
    if few:
        slopes = slopes_before(y, there, start)
        p = placebo(slopes, changed, cluster)[0]
        apart = float(np.nanmean(slopes[changed]) - np.nanmean(slopes[~changed])) if p else 0.0
        alone = tuple(Lead(k, b, None, None, None) for k, b in enumerate(beta.tolist()))
        return alone, None, None if p is None else (apart, p)
    # Where all sites moved alike no spread is left, and an interval without width would be a guess.
    least = 1e-12 * float(np.nanmax(np.abs(y), initial=0.0))
    leads = tuple(
        Lead(k, b, s, b - quantile * s, b + quantile * s) if s > least else Lead(k, b, *[None] * 3)
        for k, (b, s) in enumerate(zip(beta.tolist(), se.tolist(), strict=True))
    )
    together = None
    # As many leads as clusters would always be "apart": the covariance has no rank for them.
    if start - 1 < min(treated_clusters, groups - treated_clusters) and (se > 0).all():
        wald = float(beta @ np.linalg.solve(covariance, beta)) / (start - 1)
        together = float(special.fdtrc(start - 1, groups - 1, max(wald, 0.0)))
    slope = None
    if start >= 3:
        drift = within(changed[:, np.newaxis] * np.arange(start, dtype=np.float64), before)
        square = float((drift**2).sum())
        first = float((drift * within(y[:, :start], before)).sum() / square)
        left = within(y[:, :start], before) - first * drift
        spread = (by_cluster(drift * left, cluster) ** 2).sum() * groups / (groups - 1)
        error = float(np.sqrt(spread)) / square
        if error > 0:
            slope = first, float(2 * special.stdtr(groups - 1, -abs(first / error)))
    return leads, together, slope
