"""Units that come in clusters: wards, practices, clinicians.

Units of a cluster resemble each other (intraclass correlation, ICC), so they count for less. Design
effect: Donner, Klar, Design and Analysis of Cluster Randomization Trials (2000); unequal sizes:
Eldridge, Ashby, Kerry, Int. J. Epidemiol. 35 (2006) 1292; a fixed number of clusters: Hemming,
Girling, Sitch, Marsh, Lilford, BMC Med. Res. Methodol. 11 (2011) 102.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.planning.plan import Plan, check_positive, rounded_up, scenarios
from pilots.statistics.series import Floats, Refusal, Remark

FEW_CLUSTERS = 4
ALONE = Remark(
    "one_cluster",
    "With one cluster in a group, what is peculiar to that cluster cannot be told from the change:"
    " no number of units mends that.",
)
FEW = Remark(
    "few_clusters",
    "With fewer than four clusters in a group the test has hardly any degrees of freedom; the plan"
    " is too hopeful.",
)


@dataclass(frozen=True, eq=False)
class ClusterPlan:
    """`clusters1`, `clusters2`: whole clusters in each group (0 where there is no comparison)."""

    plan: Plan
    design_effect: Floats
    clusters1: NDArray[np.int64]
    clusters2: NDArray[np.int64]
    warnings: tuple[Remark, ...] = ()


def design_effect(size: ArrayLike, icc: ArrayLike, *, cv: ArrayLike = 0.0) -> Floats:
    """How many times as many units it takes: 1 + ((cv² + 1)·size − 1)·icc.

    size: units in a cluster, on average; cv: the coefficient of variation of the sizes.

    >>> float(design_effect(50, 0.02).round(2))
    1.98
    """
    m, rho, spread = scenarios(size, icc, cv)
    if not ((m >= 1) & (spread >= 0)).all():
        raise ValueError("A cluster has a unit at least, and sizes do not vary by less than 0.")
    if not ((rho >= 0) & (rho <= 1)).all():
        raise ValueError("An intraclass correlation lies between 0 and 1.")
    return (1 + ((spread**2 + 1) * m - 1) * rho)[()]


def clusters_needed(
    plan: Plan, size: ArrayLike, icc: ArrayLike, *, cv: ArrayLike = 0.0
) -> ClusterPlan:
    """A plan for units as one for whole clusters of this size.

    >>> from pilots.statistics.planning.proportions import sample_size_proportions
    >>> needed = clusters_needed(sample_size_proportions(0.4, 0.5), size=40, icc=0.02)
    >>> int(needed.clusters1), [remark.code for remark in needed.warnings]
    (18, [])
    """
    effect = design_effect(size, icc, cv=cv)
    note = Remark(
        "clusters",
        "Units come in clusters; the intraclass correlation is what was said.",
        {"design_effect": np.asarray(effect).tolist()},
    )
    units = np.asarray(size, dtype=np.float64)
    grown = plan.times(effect, note, method="clusters")
    first, second = rounded_up(grown.n1 / units), rounded_up(grown.n2 / units)
    return ClusterPlan(grown, effect, first, second, _warnings(first, second))


def size_of_clusters(plan: Plan, clusters: int, icc: float) -> float:
    """How large clusters must be where their number in each group is given (equal groups).

    n(1 − icc)/(clusters − n·icc). `Refusal` where so few clusters cannot do it however large they
    are. One scenario.

    >>> from pilots.statistics.planning.proportions import sample_size_proportions
    >>> round(size_of_clusters(sample_size_proportions(0.4, 0.5), 18, 0.02), 1)
    37.0
    """
    n = np.asarray(plan.n1, dtype=np.float64)
    if n.ndim:
        raise ValueError("One scenario at a time.")
    check_positive(clusters, "A number of clusters")
    if not 0 <= icc < 1:
        raise ValueError("An intraclass correlation lies between 0 and 1.")
    least = float(n) * icc
    if clusters <= least:
        raise Refusal(
            "too_few_clusters",
            f"{clusters} clusters in a group cannot show this, however large they are; it takes"
            f" more than {least:.1f}.",
            clusters=clusters,
            least=least,
        )
    return float(n) * (1 - icc) / (clusters - least)


def _warnings(first: NDArray[np.int64], second: NDArray[np.int64]) -> tuple[Remark, ...]:
    fewest = int(np.where(second > 0, np.minimum(first, second), first).min())
    if fewest == 1:
        return (ALONE,)
    return (FEW,) if fewest < FEW_CLUSTERS else ()
