"""Shares held against patients with the usual risk: indirect standardisation.

Where a source says how many events the risks of a period's patients let expect (E), events O among n
patients are compared as O among m = E/r, r the expected share before go-live: so many patients with
that usual risk would be expected to have as many. Of the risk model only how it tells periods apart
matters, not whether its level is right. A standardised ratio O/E times r, as in a standardised mortality
ratio: Breslow and Day, Statistical Methods in Cancer Research II (1987), 2.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pilots.statistics.analysis import Plans
from pilots.statistics.rules import ImprovementDirection
from pilots.statistics.series import Bools, Floats


@dataclass(frozen=True, eq=False)
class Standardised:
    """Of many series: m, NaN where it is not known and in the rows of those that are compared as they
    are; the expected share before; and of those of which anybody says how many were to be expected,
    `asked`, why that cannot be taken into account (empty: it is): "direction" (what is good should
    become more), "no_before", "gaps" (some point says nothing of it), "off" (there were more than all
    patients with the usual risk could be)."""

    patients: Floats
    usual: Floats
    asked: Bools
    refused: list[str]

    @property
    def rows(self) -> Bools:
        """Which of the series it is taken into account of."""
        rows: Bools = self.asked & (np.array(self.refused) == "")
        return rows

    def instead(self, denominators: Floats) -> Floats:
        """What each is a share of."""
        return np.where(self.rows[:, np.newaxis], self.patients, denominators)


def standardised(
    numerators: Floats,
    denominators: Floats,
    expected: Floats,
    plans: Plans,
    *,
    direction: str,
    counted: Bools | None = None,
) -> Standardised:
    """Of series of one direction; `expected`: NaN where nobody says. `counted`: the points that count what
    is counted now, by which it is decided; None: all."""
    known = np.isfinite(numerators) & np.isfinite(denominators) & (denominators > 0)
    since = np.arange(known.shape[1]) >= plans.go_live[:, np.newaxis]
    before, since = known & plans.before, known & since & plans.live[:, np.newaxis]
    if counted is not None:
        before, since = before & counted, since & counted
    used = before | since
    asked: Bools = np.any(np.isfinite(expected) & used, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = _sum(expected, before) / _sum(denominators, before)
        patients = expected / usual[:, np.newaxis]
    other_way = np.full(len(usual), direction != ImprovementDirection.LOWER)
    gaps = np.any(used & ~(expected > 0), axis=1)
    off = [_sum(numerators, side) > _sum(patients, side) for side in (before, since)]
    refused = np.select(
        [other_way, ~before.any(axis=1), gaps, off[0] | off[1]],
        ["direction", "no_before", "gaps", "off"],
        "",
    )
    taken = asked & (refused == "")
    patients = np.where(taken[:, np.newaxis] & known, patients, np.nan)
    return Standardised(patients, usual, asked, refused.tolist())


def _sum(values: Floats, mask: Bools) -> Floats:
    total: Floats = np.where(mask, values, 0.0).sum(axis=1)
    return total
