"""Group-time effects in one number: which mean of them answers which question.

Callaway and Sant'Anna 2021, section 3; the weights' own uncertainty is in the error, as in R
`did::aggte`.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pilots.statistics.series import Bools, Floats, Refusal
from pilots.statistics.time_series.staggered import GroupTime, clustered, normal_quantile

Summary = Literal["simple", "group", "dynamic", "calendar"]


@dataclass(frozen=True, eq=False)
class Overall:
    """One number for all groups, and the numbers it is the mean of (by `key`)."""

    estimate: float
    se: float
    lower: float
    upper: float
    key: Floats
    by_key: Floats
    se_by_key: Floats
    kind: Summary
    level: float
    method: str


def overall_effect(found: GroupTime, kind: Summary = "group") -> Overall:
    """The group-time effects in one number, weights the sizes of the groups.

    "simple": all cells since the change. "group": the mean of each group's periods, then over
    groups (the authors' advice). "dynamic": by time since the change, then the mean from 0 on (it
    mixes groups). "calendar": by period, then their mean. R: `did::aggte(type = …)`.

    >>> import numpy as np
    >>> from pilots.statistics.time_series.staggered import group_time_effects
    >>> sites = np.random.default_rng(4).normal(0, 0.1, (30, 4))
    >>> sites[:10, 2:] += 1
    >>> found = group_time_effects(sites, np.where(np.arange(30) < 10, 2, np.nan))
    >>> round(overall_effect(found).estimate, 1)
    1.0
    """
    since = found.since
    share = np.array([(found.unit_group == group).mean() for group in found.group])
    scores = np.nan_to_num(found.influence)
    if kind == "simple":
        value, score = _weighted(found, since, share, scores)
        key, by_key, by_score = np.empty(0), np.empty(0), np.empty((len(scores), 0))
    elif kind in ("group", "dynamic", "calendar"):
        label = {
            "group": found.group,
            "dynamic": found.period - found.group,
            "calendar": found.period,
        }[kind]
        inside = since if kind != "dynamic" else np.ones(len(label), dtype=bool)
        key = np.unique(label[inside])
        parts = [
            _weighted(
                found,
                inside & (label == one),
                np.ones(len(label)) if kind == "group" else share,
                scores,
                fixed=kind == "group",
            )
            for one in key
        ]
        by_key = np.array([part[0] for part in parts])
        by_score = np.column_stack([part[1] for part in parts])
        if kind == "group":
            members = np.array([(found.unit_group == group).mean() for group in key])
            moved = (found.unit_group[:, np.newaxis] == key) - members
            weight = members / members.sum()
            value = float(weight @ by_key)
            score = by_score @ weight + (moved @ by_key - moved.sum(axis=1) * value) / members.sum()
        else:
            later = key >= 0 if kind == "dynamic" else np.ones(len(key), dtype=bool)
            value, score = float(by_key[later].mean()), by_score[:, later].mean(axis=1)
    else:
        raise ValueError(f"There is no summary {kind!r}.")
    se = float(clustered(score[:, np.newaxis], found.cluster)[0])
    half = normal_quantile(found.level) * se
    return Overall(
        estimate=value,
        se=se,
        lower=value - half,
        upper=value + half,
        key=key,
        by_key=by_key,
        se_by_key=clustered(by_score, found.cluster),
        kind=kind,
        level=found.level,
        method=f"{found.method}; {kind} summary",
    )


def _weighted(
    found: GroupTime, cells: Bools, share: Floats, scores: Floats, *, fixed: bool = False
) -> tuple[float, Floats]:
    """A weighted mean of cells and its influence function, the weights' own included."""
    if not cells.any():
        raise Refusal("no_cells", "No effect since a change could be estimated.")
    size, values = share[cells], found.estimate[cells]
    total = size.sum()
    value = float(size @ values / total)
    score = scores[:, cells] @ size / total
    if not fixed:
        moved = (found.unit_group[:, np.newaxis] == found.group[cells]) - size
        score = score + (moved @ values - moved.sum(axis=1) * value) / total
    return value, score
