"""Sites that changed against sites that did not, before and since: difference in differences.

Two-way fixed effects on a table (units, periods) with one start; errors by cluster (Liang and
Zeger, Biometrika 73 (1986) 13), t with clusters − 1 degrees of freedom (Cameron and Miller, J Hum
Resour 50 (2015) 317). With few clusters, or few treated ones, cluster errors are far too small
(MacKinnon and Webb, J Appl Econom 32 (2017) 233): then a warning, the wild bootstrap, and the
placebo p-value, which compares the estimate with those of the sites that did not change (Conley
and Taber, Rev Econ Stat 93 (2011) 113).

What it assumes: without the change the treated sites would have moved as the others did.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.series import Bools, Floats, Refusal, Remark
from pilots.statistics.time_series.leads import Lead, leads_before
from pilots.statistics.time_series.panels import by_cluster, panel, within
from pilots.statistics.time_series.placebo import changes_of_mean, placebo
from pilots.statistics.time_series.wild_bootstrap import wild_p

SmallSample = Literal["CR0", "CR1", "CR1S"]
PanelErrors = Literal["cluster", "pooled"]
FEW_TREATED = 5
FEW_CLUSTERS = 20

PARALLEL = Remark(
    "parallel_trends",
    "Without the change the treated sites are taken to have moved as the comparison sites did.",
)
EXACT = Remark(
    "no_variation", "The sites moved exactly alike, so chance cannot be judged from their spread."
)


@dataclass(frozen=True, eq=False)
class Difference:
    """Treated minus comparison, since minus before, in the outcome's unit.

    `p` is from the errors that were asked for; `placebo_p` how often a group of clusters drawn at random differs
    as much, `placebo_se` the spread of that among the comparison clusters; `wild_p` from the wild cluster bootstrap. `leads_p`, `pretrend`: were the groups apart, or
    drifting apart (slope a period, its p; by placebo for a single cluster), before the start. None where that cannot be had.
    """

    estimate: float
    se: float | None
    lower: float | None
    upper: float | None
    p: float | None
    placebo_p: float | None
    placebo_se: float | None
    placebos: int
    wild_p: float | None
    level: float
    n: int
    units: int
    clusters: int
    treated_clusters: int
    periods_before: int
    periods_after: int
    leads: tuple[Lead, ...]
    leads_p: float | None
    pretrend: tuple[float, float] | None
    method: str
    assumptions: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


def difference_in_differences(
    outcomes: ArrayLike,
    treated: ArrayLike,
    start: int,
    *,
    clusters: ArrayLike | None = None,
    errors: PanelErrors = "cluster",
    small_sample: SmallSample = "CR1",
    level: float = 0.95,
    bootstrap: int = 999,
    seed: int = 1,
) -> Difference:
    """The effect of a change at period `start` (the first since) on the treated units.

    `outcomes`: (units, periods), NaN where missing. `treated`: true or false for each unit.
    `clusters`: a label for each unit; each unit is its own by default. `small_sample`: "CR1" times
    G/(G−1); "CR1S" also (N−1)/(N−K), K the periods and the effect, as Stata's `xtreg, fe
    vce(cluster)` and fixest of R; "CR0" nothing (`sandwich::vcovCL(type = "HC0", cadjust =
    FALSE)`). `bootstrap`: draws of the wild bootstrap (all of them where there are fewer), 0 for
    none.

    `errors="pooled"` is the plain 2 × 2 of textbooks, R `lm(y ~ treated * since)`: the difference of
    the four cells' means, s²·(1/n₁₁ + 1/n₁₀ + 1/n₀₁ + 1/n₀₀), t with N − 4 degrees. It takes every
    point as independent: too narrow where the points of a site move together in time (Bertrand,
    Duflo and Mullainathan, Q J Econ 119 (2004) 249), too wide where sites differ in level. To
    compare with print, and for points of different people; always with a warning. The estimate is
    that of the fixed effects unless points are missing; there is no wild bootstrap.

    Refuses: no treated or no comparison unit, no period on a side. With one treated cluster there
    is a number for the error, but it is wrong, so `se`, interval and `p` are None and the placebo
    p stands alone.

    >>> import numpy as np
    >>> rng = np.random.default_rng(3)
    >>> sites = rng.normal(0, 1, (20, 12)) + rng.normal(0, 3, (20, 1))
    >>> sites[:8, 6:] += 2
    >>> found = difference_in_differences(sites, np.arange(20) < 8, 6)
    >>> round(found.estimate, 2), found.clusters, found.p < 0.01
    (2.04, 20, True)
    """
    if errors not in ("cluster", "pooled"):
        raise ValueError(f'Errors are "cluster" or "pooled", not {errors!r}.')
    y, changed, cluster = panel(outcomes, treated, clusters)
    there = np.isfinite(y)
    _check(y, there, changed, cluster, start)
    since = np.arange(y.shape[1]) >= start
    dose = within((changed[:, np.newaxis] & since).astype(np.float64), there)
    size = float((dose**2).sum())
    if size < 1e-9:
        raise Refusal("collinear", "The points that are there do not tell the effect from gaps.")
    estimate = float((dose * np.nan_to_num(y)).sum() / size)
    rest = within(y, there) - estimate * dose
    scores = by_cluster(dose * rest, cluster) / size
    groups = len(scores)
    parameters = 1 + int(there.any(axis=0).sum())
    scale = _scale(groups, int(there.sum()), parameters, small_sample)
    treated_clusters = len(np.unique(cluster[changed]))
    comparison_clusters = len(np.unique(cluster[~changed]))
    se: float | None = float(np.sqrt(scale * (scores**2).sum()))
    exact = se is not None and se <= 1e-12 * float(np.nanmax(np.abs(y)))
    if exact or min(treated_clusters, comparison_clusters) < 2:
        se = None
    leads, leads_p, pretrend = leads_before(y, there, changed, cluster, start, level)
    placebo_p, placebos, placebo_se = placebo(
        changes_of_mean(y, there, start), changed, cluster, seed=seed
    )
    degrees = groups - 1
    method = f"Difference in differences, two-way fixed effects, {small_sample} by cluster"
    said: tuple[Remark, ...] = (EXACT,) if exact else ()
    if errors == "pooled":
        clustered = se
        estimate, se, degrees = _pooled(y, there, changed, since)
        said = (*said, _pooled_remark(se, clustered, int(there.sum()), groups))
        method = "Difference in differences, 2 × 2 by least squares, pooled errors"
    quantile, p = _t(estimate, se, degrees, level)
    return Difference(
        estimate=estimate,
        se=se,
        lower=None if se is None else estimate - quantile * se,
        upper=None if se is None else estimate + quantile * se,
        p=p,
        placebo_p=placebo_p,
        placebo_se=placebo_se,
        placebos=placebos,
        wild_p=wild_p(within(y, there), dose, there, cluster, draws=bootstrap, seed=seed)
        if bootstrap and se is not None and errors == "cluster"
        else None,
        level=level,
        n=int(there.sum()),
        units=len(y),
        clusters=groups,
        treated_clusters=treated_clusters,
        periods_before=start,
        periods_after=y.shape[1] - start,
        leads=leads,
        leads_p=leads_p,
        pretrend=pretrend,
        method=method,
        assumptions=(PARALLEL,),
        warnings=_warnings(treated_clusters, comparison_clusters, leads_p, pretrend, placebo_p)
        + said,
    )


def cluster_error(
    outcomes: ArrayLike,
    treated: ArrayLike,
    start: int,
    *,
    clusters: ArrayLike | None = None,
    small_sample: SmallSample = "CR1",
) -> float:
    """The cluster-robust standard error however few the clusters: to compare with other tools.

    Not for a reader: with one treated cluster it says next to nothing about the uncertainty.

    >>> sites = [[1.0, 2.0], [2.0, 3.0], [1.0, 1.0], [3.0, 4.0]]
    >>> round(cluster_error(sites, [True, False, False, False], 1), 4)
    0.3143
    """
    y, changed, cluster = panel(outcomes, treated, clusters)
    there = np.isfinite(y)
    _check(y, there, changed, cluster, start)
    dose = within(
        (changed[:, np.newaxis] & (np.arange(y.shape[1]) >= start)).astype(np.float64), there
    )
    size = float((dose**2).sum())
    rest = within(y, there)
    rest = rest - (dose * rest).sum() / size * dose
    scores = by_cluster(dose * rest, cluster) / size
    parameters = 1 + int(there.any(axis=0).sum())
    scale = _scale(len(scores), int(there.sum()), parameters, small_sample)
    return float(np.sqrt(scale * (scores**2).sum()))


def _pooled(
    y: Floats, there: Bools, changed: Bools, since: Bools
) -> tuple[float, float | None, int]:
    """Estimate, homoskedastic error (None without variation) and degrees of the plain 2 × 2."""
    estimate, square, inverse = 0.0, 0.0, 0.0
    for group, sign in ((changed, 1), (~changed, -1)):
        for side, way in ((since, 1), (~since, -1)):
            cell = y[np.ix_(group, side)]
            points = cell[np.isfinite(cell)]
            estimate += sign * way * float(points.mean())
            square += float(((points - points.mean()) ** 2).sum())
            inverse += 1 / len(points)
    degrees = int(there.sum()) - 4
    if degrees < 1:
        return estimate, None, 1
    se = float(np.sqrt(square / degrees * inverse))
    return estimate, se if se > 1e-12 * float(np.nanmax(np.abs(y))) else None, degrees


def _pooled_remark(se: float | None, clustered: float | None, points: int, groups: int) -> Remark:
    text = (
        f"The error takes all {points} points as independent; the points of {groups} sites that move"
        " together in time are not, and then it is too narrow."
    )
    if se is not None and clustered is not None:
        times = clustered / se
        text += (
            f" By cluster it is {times:.1f} times as large: read that one."
            if times > 1
            else f" By cluster it is {times:.1f} times as large: the sites differ in level."
        )
    else:
        text += " From so few clusters nobody can say how much."
    return Remark("pooled_errors", text, {"se": se, "cluster_se": clustered, "points": points})


def _check(y: Floats, there: Bools, changed: Bools, cluster: NDArray[np.int64], start: int) -> None:
    if not 0 < start < y.shape[1]:
        raise Refusal("one_side", "There are no periods before the start, or none since.")
    for group, name in ((changed, "treated"), (~changed, "comparison")):
        if not (there[group, :start].any() and there[group, start:].any()):
            raise Refusal("no_group", f"No {name} site has points both before and since.")
    if cluster.max() == 0:
        raise Refusal("one_cluster", "All sites are one cluster; there is nothing to compare.")


def _scale(groups: int, rows: int, parameters: int, small_sample: SmallSample) -> float:
    if small_sample == "CR0":
        return 1.0
    if small_sample == "CR1":
        return groups / (groups - 1)
    if small_sample == "CR1S":
        return groups / (groups - 1) * (rows - 1) / max(rows - parameters, 1)
    raise ValueError(f'The small-sample factor is "CR0", "CR1" or "CR1S", not {small_sample!r}.')


def _t(estimate: float, se: float | None, degrees: int, level: float) -> tuple[float, float | None]:
    from scipy import special

    quantile = float(special.stdtrit(max(degrees, 1), (1 + level) / 2))
    if not se:
        return quantile, None
    return quantile, float(2 * special.stdtr(degrees, -abs(estimate / se)))


def _warnings(
    treated: int,
    comparison: int,
    leads_p: float | None,
    pretrend: tuple[float, float] | None,
    placebo_p: float | None,
) -> tuple[Remark, ...]:
    found = []
    fewest, side = min((treated, "treated"), (comparison, "comparison"))
    if fewest == 1:
        alone = "" if placebo_p is None else f" The placebo p-value is {placebo_p:.2f}."
        found.append(
            Remark(
                "one_cluster",
                f"Only one {side} cluster: whatever else happened there is in the estimate, and no"
                f" error can be computed from it.{alone}",
                {"treated": treated, "comparison": comparison},
            )
        )
    elif fewest < FEW_TREATED:
        found.append(
            Remark(
                "few_treated",
                f"Only {fewest} {side} clusters: the cluster errors are too small. Read the placebo"
                " and the bootstrap p-value.",
                {"treated": treated, "comparison": comparison},
            )
        )
    elif treated + comparison < FEW_CLUSTERS:
        found.append(
            Remark(
                "few_clusters",
                f"Only {treated + comparison} clusters: the errors are rather too small.",
                {"clusters": treated + comparison},
            )
        )
    if (leads_p is not None and leads_p < 0.05) or (pretrend is not None and pretrend[1] < 0.05):
        found.append(
            Remark(
                "not_parallel",
                "The groups were already moving apart before the start; part of the estimate may be"
                " that.",
                {"leads_p": leads_p, "pretrend": pretrend},
            )
        )
    return tuple(found)
