"""Sites that changed at different times: group-time effects and what they come to.

Callaway and Sant'Anna, J Econometrics 225 (2021) 200, without covariates: the effect on the group
that changed at g, in period t, is its change since its last period before g minus that of the
comparison sites. Ordinary two-way regression compares late sites with early ones already changed,
and may get even the sign wrong (Goodman-Bacon, J Econometrics 225 (2021) 254). Errors: the
influence functions, summed by cluster. R: `did::att_gt(bstrap = FALSE)`. In one number: `overall`.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import Bools, Floats, Refusal, Remark, as_table

Comparison = Literal["never", "not_yet"]
Base = Literal["varying", "universal"]
FEW_CLUSTERS = 20
FEW_IN_GROUP = 5

PARALLEL = Remark(
    "parallel_trends",
    "Without the change each group is taken to have moved as the comparison sites did, and nobody"
    " to have reacted before it.",
)


@dataclass(frozen=True, eq=False)
class GroupTime:
    """Effects by group (the period it changed) and period: arrays over the cells.

    `se` is NaN for the base period of base="universal", whose effect is 0 by construction.
    `influence` (units, cells) serves the summaries. `pretest`: Wald statistic, degrees of freedom,
    p that all effects before the change are 0.
    """

    group: Floats
    period: Floats
    estimate: Floats
    se: Floats
    lower: Floats
    upper: Floats
    influence: Floats
    unit_group: Floats
    cluster: NDArray[np.int64]
    pretest: tuple[float, int, float] | None
    level: float
    n: int
    clusters: int
    method: str
    assumptions: tuple[Remark, ...]
    warnings: tuple[Remark, ...]

    @property
    def since(self) -> Bools:
        """The cells at or after the group's change."""
        return self.period >= self.group


def group_time_effects(
    outcomes: ArrayLike,
    first_treated: ArrayLike,
    *,
    periods: ArrayLike | None = None,
    comparison: Comparison = "never",
    base: Base = "varying",
    anticipation: int = 0,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> GroupTime:
    """The effect of the change on each group in each period.

    `outcomes`: (units, periods), complete. `first_treated`: the period in which each unit changed,
    in the terms of `periods` (0, 1, 2… by default); NaN or infinity, or a period after the last,
    for never. `comparison`: units that never change, or all that have not yet. `base`: before the
    change each period is compared with the one before it ("varying", as R's did), or all periods
    with the last before the change ("universal"). `anticipation`: periods before the change that
    may already react. Units that changed in the first period are left out, as R does.

    Refuses: missing cells (a unit with gaps has no change to compare), no comparison units, no
    group left. Intervals are pointwise normal ones.

    >>> import numpy as np
    >>> rng = np.random.default_rng(4)
    >>> sites = rng.normal(0, 0.1, (30, 4)) + np.arange(4)
    >>> sites[:10, 2:] += 1
    >>> found = group_time_effects(sites, np.where(np.arange(30) < 10, 2, np.nan))
    >>> found.period.tolist(), (found.estimate.round(1) + 0.0).tolist()
    ([1.0, 2.0, 3.0], [0.0, 1.0, 1.1])
    """
    y, first, when, cluster, left_out = _units(
        outcomes, first_treated, periods, clusters, anticipation
    )
    never = ~np.isfinite(first)
    groups = np.unique(first[~never])
    if comparison == "never" and not never.any():
        raise Refusal("no_group", "Every site changed; compare with those that had not yet.")
    if comparison == "not_yet" and not never.any():
        # Once the last group changes there is nobody left: those periods answer nothing.
        last = groups[-1]
        until = when < last - anticipation
        y, when = y[:, until], when[until]
        first = np.where(first == last, np.inf, first)
        never, groups = ~np.isfinite(first), groups[:-1]
    if len(groups) == 0 or len(when) < 2:
        raise Refusal("no_group", "No group changed with a period before it and a comparison.")
    cells: list[tuple[float, float, float]] = []
    influence: list[Floats] = []
    for group in groups:
        reference = int(np.flatnonzero(when < group - anticipation)[-1])
        for at in range(0 if base == "universal" else 1, len(when)):
            before = when[at] < group - anticipation
            start = at - 1 if base == "varying" and before else reference
            if at == start:
                cells.append((float(group), float(when[at]), 0.0))
                influence.append(np.full(len(y), np.nan))
                continue
            latest = when[max(at, start)] + anticipation
            others = never if comparison == "never" else never | (first > latest)
            others = others & (first != group)
            estimate, score = _difference(y[:, at] - y[:, start], first == group, others)
            cells.append((float(group), float(when[at]), estimate))
            influence.append(score)
    table = np.array(cells)
    scores = np.column_stack(influence)
    se = clustered(np.nan_to_num(scores), cluster)
    se = np.where(np.isfinite(scores).all(axis=0), se, np.nan)
    half = normal_quantile(level) * se
    pretest = _pretest(table, scores, cluster, anticipation)
    return GroupTime(
        group=table[:, 0],
        period=table[:, 1],
        estimate=table[:, 2],
        se=se,
        lower=table[:, 2] - half,
        upper=table[:, 2] + half,
        influence=scores,
        unit_group=first,
        cluster=cluster,
        pretest=pretest,
        level=level,
        n=len(y),
        clusters=int(cluster.max()) + 1,
        method=f"Callaway and Sant'Anna, {comparison.replace('_', ' ')} treated, {base} base",
        assumptions=(PARALLEL,),
        warnings=_warnings(first, cluster, pretest, left_out),
    )


def _difference(change: Floats, ours: Bools, others: Bools) -> tuple[float, Floats]:
    """Difference of two mean changes, and each unit's influence on it."""
    if not ours.any() or not others.any():
        raise Refusal("no_group", "A period has no comparison sites left.")
    n = len(change)
    means = float(change[ours].mean()), float(change[others].mean())
    score = np.where(ours, (change - means[0]) * n / ours.sum(), 0.0)
    return means[0] - means[1], score - np.where(
        others, (change - means[1]) * n / others.sum(), 0.0
    )


def clustered(scores: Floats, cluster: NDArray[np.int64]) -> Floats:
    """Standard errors of means of influences (units, …), those of a cluster added up."""
    member = cluster[:, np.newaxis] == np.arange(cluster.max() + 1)
    error: Floats = np.sqrt(((member.T.astype(np.float64) @ scores) ** 2).sum(axis=0)) / len(scores)
    return error


def normal_quantile(level: float) -> float:
    """How many standard errors a two-sided interval reaches."""
    from scipy import special

    if not 0 < level < 1:
        raise ValueError("The level lies between 0 and 1.")
    return float(special.ndtri((1 + level) / 2))


def _pretest(
    table: Floats, scores: Floats, cluster: NDArray[np.int64], anticipation: int
) -> tuple[float, int, float] | None:
    from scipy import special

    early = (table[:, 1] < table[:, 0] - anticipation) & np.isfinite(scores).all(axis=0)
    degrees = int(early.sum())
    if degrees == 0 or degrees >= int(cluster.max()) + 1:
        return None
    member = (cluster[:, np.newaxis] == np.arange(cluster.max() + 1)).astype(np.float64)
    summed = member.T @ scores[:, early] / len(scores)
    covariance = summed.T @ summed
    if np.linalg.cond(covariance) > 1e12:
        return None
    values = table[early, 2]
    wald = float(values @ np.linalg.solve(covariance, values))
    return wald, degrees, float(special.chdtrc(degrees, wald))


def _units(
    outcomes: ArrayLike,
    first_treated: ArrayLike,
    periods: ArrayLike | None,
    clusters: ArrayLike | None,
    anticipation: int,
) -> tuple[Floats, Floats, Floats, NDArray[np.int64], int]:
    y = as_table(outcomes)
    first = np.asarray(first_treated, dtype=np.float64)
    when = np.arange(y.shape[1], dtype=np.float64) if periods is None else np.asarray(periods)
    when = when.astype(np.float64)
    labels = np.arange(len(y)) if clusters is None else np.asarray(clusters)
    if first.shape != (len(y),) or labels.shape != (len(y),):
        raise ValueError("There is one start and one cluster for each unit (row).")
    if when.shape != (y.shape[1],) or (np.diff(when) <= 0).any():
        raise ValueError("Periods rise, one for each column.")
    if anticipation < 0:
        raise ValueError("Anticipation is a number of periods, 0 or more.")
    missing = int((~np.isfinite(y)).any(axis=1).sum())
    if missing:
        raise Refusal(
            "gaps",
            f"{missing} units lack a period; give complete units, or leave those out.",
            units=missing,
        )
    first = np.where(np.isnan(first) | (first > when[-1]), np.inf, first)
    late = first > when[0] + anticipation
    numbers = np.unique(labels[late], return_inverse=True)[1]
    if not late.any():
        raise Refusal("no_group", "Every site changed before the first period.")
    return y[late], first[late], when, numbers, int((~late).sum())


def _warnings(
    first: Floats,
    cluster: NDArray[np.int64],
    pretest: tuple[float, int, float] | None,
    left_out: int,
) -> tuple[Remark, ...]:
    found = []
    small = [
        len(np.unique(cluster[first == group])) for group in np.unique(first[np.isfinite(first)])
    ]
    if 1 in small:
        found.append(
            Remark(
                "one_cluster",
                "A group has only one cluster: the error of its effects is far too small.",
                {"groups": small.count(1)},
            )
        )
    elif min(small) < FEW_IN_GROUP or int(cluster.max()) + 1 < FEW_CLUSTERS:
        found.append(
            Remark(
                "few_clusters",
                f"The smallest group has {min(small)} clusters of {int(cluster.max()) + 1} in all;"
                " the errors are too small.",
                {"smallest": min(small), "clusters": int(cluster.max()) + 1},
            )
        )
    if left_out:
        found.append(
            Remark(
                "always_treated",
                f"{left_out} units had changed by the first period and are left out.",
                {"units": left_out},
            )
        )
    if pretest is not None and pretest[2] < 0.05:
        found.append(
            Remark(
                "not_parallel",
                "Groups were already moving apart before their change; part of the effects may be"
                " that.",
                {"p": pretest[2]},
            )
        )
    return tuple(found)
