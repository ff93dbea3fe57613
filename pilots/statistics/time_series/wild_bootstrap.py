"""The wild cluster bootstrap of one coefficient, its hypothesis imposed.

Cameron, Gelbach and Miller, Rev Econ Stat 90 (2008) 414 (WCR): each cluster's residuals under "no
effect" keep or change their sign together; all sign patterns where they are few. With few treated
clusters it may not reject at all (MacKinnon and Webb 2017): the placebo p-value is read then.
"""

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.series import Bools, Floats
from pilots.statistics.time_series.panels import by_cluster, within

ALL_PATTERNS = 12


def wild_p(
    outcome: Floats,
    dose: Floats,
    there: Bools,
    cluster: NDArray[np.int64],
    *,
    draws: int = 999,
    seed: int = 1,
) -> float | None:
    """Two-sided p that the coefficient of `dose` is 0; both already without fixed effects.

    Outcome and dose: (units, periods). Every draw is linear in the signs, so one table (clusters,
    clusters) of scores serves all of them.
    """
    groups = int(cluster.max()) + 1
    size = float((dose**2).sum())
    each = (np.arange(groups)[:, np.newaxis] == cluster)[:, :, np.newaxis]
    # Row h: what cluster h's residuals alone leave after the fixed effects are fitted again.
    alone = within(np.where(each, outcome, 0.0), there)
    table = by_cluster(dose * alone, cluster)
    own = by_cluster(dose**2, cluster)
    if groups <= ALL_PATTERNS:
        bits = (np.arange(2**groups)[:, np.newaxis] >> np.arange(groups)) & 1
        signs = 1.0 - 2.0 * bits
    else:
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, groups))
        signs = np.vstack([np.ones(groups), signs])
    scores = signs @ table
    estimate = scores.sum(axis=1) / size
    spread = ((scores - estimate[:, np.newaxis] * own) ** 2).sum(axis=1)
    if spread[0] <= 0:
        return None
    t = np.abs(scores.sum(axis=1)) / np.sqrt(np.maximum(spread, 1e-300))
    return float((t >= t[0] * (1 - 1e-9)).mean())
