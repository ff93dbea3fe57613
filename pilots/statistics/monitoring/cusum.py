"""The tabular CUSUM: how far points have drifted, beyond what is let pass, since they last did not.

C⁺ = max(0, C⁺ + z − k), C⁻ = min(0, C⁻ + z + k), z in standard errors of the points. k is half
the shift to be found, h the decision interval; k = 0.5 and h = 5 run 465 points between false
alarms (`run_length.cusum_arl`). A missing point is passed over.

Sources: Page, Biometrika 41 (1954) 100. Lucas and Crosier, Technometrics 24 (1982) 199 (head
start). Montgomery, Introduction to Statistical Quality Control, 9.1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilots.statistics.charts.subgroups import Subgroups
from pilots.statistics.monitoring.standard import (
    INDEPENDENT,
    Standard,
    of_subgroups,
    of_values,
)
from pilots.statistics.series import Baseline, Bools, Floats, Remark


@dataclass(frozen=True, eq=False)
class Cusum:
    """Both sums at every point, in standard errors; arrays have the shape of what was given.

    `upper` is never below 0 and `lower` never above it (as qcc draws it; Montgomery and vlad
    print the lower one positive). `above` and `below` are the signals. `since_upper` and
    `since_lower` count the points since the sum left zero: a signal's shift began about there.
    """

    method: str
    values: Floats
    z: Floats
    upper: Floats
    lower: Floats
    above: Bools
    below: Bools
    since_upper: NDArray[np.int64]
    since_lower: NDArray[np.int64]
    centre: Floats
    sigma: Floats
    k: float
    h: float
    head_start: float
    reset: bool
    n: NDArray[np.int64]
    baseline: NDArray[np.int64]
    assumptions: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    refused: dict[int, Remark]

    @property
    def signals(self) -> Bools:
        return self.above | self.below

    @property
    def onset(self) -> NDArray[np.int64]:
        """At each signal the position (from 0) where its sum left zero, −1 elsewhere.

        Missing points in between are not counted, so with gaps it is the latest it can be.
        """
        position = np.arange(self.upper.shape[-1])
        run = np.where(self.above, self.since_upper, self.since_lower)
        return np.where(self.signals, position - run + 1, -1)

    @property
    def shifted_mean(self) -> Floats:
        """At each signal the mean since its onset, in standard errors from the centre.

        k + C⁺/N⁺, or −k + C⁻/N⁻ (Montgomery 9.6), NaN elsewhere.
        """
        steps_up, steps_down = np.maximum(self.since_upper, 1), np.maximum(self.since_lower, 1)
        up, down = self.k + self.upper / steps_up, -self.k + self.lower / steps_down
        return np.where(self.above, up, np.where(self.below, down, np.nan))


def cusum(
    values: ArrayLike,
    *,
    sizes: ArrayLike = 1.0,
    baseline: Baseline = None,
    centre: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    k: float = 0.5,
    h: float = 5.0,
    head_start: float = 0.0,
    reset: bool = False,
    strict: bool = True,
    d2_places: int | None = None,
) -> Cusum:
    """Whether, and since when, the mean has drifted: (points,) or (series, points), NaN missing.

    `centre` and `sigma` (of one observation) are known or come from the baseline: its mean, and
    its mean moving range over 1.128. `k`, `h` and `head_start` are in standard errors of a point;
    qcc's `se.shift` is 2k. Forks, the default first. `reset`: after a signal both sums go on
    (qcc, vlad) or start anew. `strict`: a signal is beyond h (qcc) or reaches it.
    ValueError: a head start of h or more, sigma not above zero. Refusal: no baseline, no spread.

    >>> chart = cusum([1.5, 0.5, 0.6, -1.5, -0.5, -0.8], centre=0, sigma=1, h=1)
    >>> chart.upper.round(1), chart.lower.round(1)
    (array([1. , 1. , 1.1, 0. , 0. , 0. ]), array([ 0. ,  0. ,  0. , -1. , -1. , -1.3]))
    >>> chart.signals
    array([False, False,  True, False, False,  True])
    """
    standard = of_values(
        values, sizes=sizes, baseline=baseline, centre=centre, sigma=sigma, d2_places=d2_places
    )
    return _cusum(standard, k, h, head_start, reset, strict)


def cusum_of_subgroups(
    groups: Subgroups,
    *,
    baseline: Baseline = None,
    centre: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    k: float = 0.5,
    h: float = 5.0,
    head_start: float = 0.0,
    reset: bool = False,
    strict: bool = True,
    d2_places: int | None = None,
) -> Cusum:
    """The same for the means of subgroups (`charts.summarised`), sigma from the ranges within.

    `d2_places`: None takes d2 as it is (qcc 3), 3 rounds it (qcc up to 2.7).

    >>> from pilots.statistics.charts import summarised
    >>> groups = summarised([[9.0, 11.0], [10.0, 12.0], [13.0, 15.0], [14.0, 14.0]])
    >>> cusum_of_subgroups(groups, baseline=2, centre=10.5).upper.round(2)
    array([0.  , 0.  , 2.29, 4.59])
    """
    standard = of_subgroups(
        groups, baseline=baseline, centre=centre, sigma=sigma, d2_places=d2_places
    )
    return _cusum(standard, k, h, head_start, reset, strict)


def accumulate(
    up: Floats, down: Floats, *, h_up: float, h_down: float, start: float, reset: bool, strict: bool
) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Both sums of (series, points) steps, and how many points each has been away from zero.

    max(0, C + up) and min(0, C + down); a NaN step is passed over and stays NaN.
    """
    upper, lower = np.full(up.shape, np.nan), np.full(up.shape, np.nan)
    run_up, run_down = np.zeros(up.shape, dtype=np.int64), np.zeros(up.shape, dtype=np.int64)
    c_up, c_down = np.full(len(up), start), np.full(len(up), -start)
    n_up, n_down = np.zeros(len(up), dtype=np.int64), np.zeros(len(up), dtype=np.int64)
    for point in range(up.shape[1]):
        there = np.isfinite(up[:, point])
        c_up = np.where(there, np.maximum(0, c_up + up[:, point]), c_up)
        c_down = np.where(there, np.minimum(0, c_down + down[:, point]), c_down)
        n_up = np.where(there, np.where(c_up > 0, n_up + 1, 0), n_up)
        n_down = np.where(there, np.where(c_down < 0, n_down + 1, 0), n_down)
        upper[:, point] = np.where(there, c_up, np.nan)
        lower[:, point] = np.where(there, c_down, np.nan)
        run_up[:, point], run_down[:, point] = n_up, n_down
        if reset:
            again = there & (beyond(c_up, h_up, strict) | beyond(-c_down, h_down, strict))
            c_up, c_down = np.where(again, start, c_up), np.where(again, -start, c_down)
            n_up, n_down = np.where(again, 0, n_up), np.where(again, 0, n_down)
    return upper, lower, run_up, run_down


def beyond(total: Floats, h: float, strict: bool) -> Bools:
    """Where a sum signals; never at a missing point."""
    with np.errstate(invalid="ignore"):
        return total > h if strict else total >= h


def check_design(h: float, head_start: float) -> None:
    if not (h > 0 and 0 <= head_start < h):
        raise ValueError(
            f"h is above zero, and a head start from 0 to below h, unlike {h} and {head_start}."
        )


def _cusum(
    standard: Standard, k: float, h: float, head_start: float, reset: bool, strict: bool
) -> Cusum:
    check_design(h, head_start)
    if not k >= 0:
        raise ValueError(f"k is not below zero, unlike {k}.")
    upper, lower, run_up, run_down = accumulate(
        standard.z - k,
        standard.z + k,
        h_up=h,
        h_down=h,
        start=head_start,
        reset=reset,
        strict=strict,
    )
    back = standard.back
    return Cusum(
        method=f"tabular CUSUM, k = {k:g}, h = {h:g}",
        values=back(standard.values),
        z=back(standard.z),
        upper=back(upper),
        lower=back(lower),
        above=back(beyond(upper, h, strict)),
        below=back(beyond(-lower, h, strict)),
        since_upper=back(run_up),
        since_lower=back(run_down),
        centre=back(standard.centre),
        sigma=back(standard.sigma),
        k=k,
        h=h,
        head_start=head_start,
        reset=reset,
        n=back(standard.n),
        baseline=back(standard.baseline),
        assumptions=(INDEPENDENT,),
        warnings=standard.warnings,
        refused=standard.refused,
    )
