"""What rules answer with: a mask of points for each rule, and counts for each series."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pilots.statistics.charts import ControlChart
from pilots.statistics.series import Bools, Remark


class Signal(IntEnum):
    """Why Making Data Count flags a point, in order of precedence."""

    COMMON = 0
    OUTSIDE = 1
    TREND = 2
    TWO_OF_THREE = 3
    RUN = 4


class ImprovementDirection(StrEnum):
    """Which way is good."""

    HIGHER = "higher"
    LOWER = "lower"
    NEUTRAL = "neutral"

    @property
    def sign(self) -> int:
        return {
            ImprovementDirection.HIGHER: 1,
            ImprovementDirection.LOWER: -1,
            ImprovementDirection.NEUTRAL: 0,
        }[self]


INDEPENDENT = Remark(
    "independent",
    "Points are taken as independent of each other while nothing changes; neighbours that are"
    " alike bring runs, trends and zone patterns by themselves.",
)
SYMMETRIC = Remark(
    "symmetric",
    "A point is taken to be as likely above the centre as below it; on a lopsided measure runs"
    " on the longer side come more often.",
)


# What the chart says of its points that makes false signals more frequent.
BEARS_ON_RULES = frozenset({"autocorrelated", "few_points", "few_events", "no_variation"})


@dataclass(frozen=True)
class SignalSummary:
    """Counts for each series, numbers where there is one: points, flagged points, by rule."""

    method: str
    n: NDArray[np.int64]
    flagged: NDArray[np.int64]
    by_rule: Mapping[str, NDArray[np.int64]]

    @property
    def signal(self) -> Bools:
        """Whether any point is flagged."""
        return np.asarray(self.flagged > 0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Judged:
    """What every rule set says of a chart, of one series or many."""

    assumptions: ClassVar[tuple[Remark, ...]] = (INDEPENDENT, SYMMETRIC)

    chart: ControlChart
    present: Bools

    @property
    def n(self) -> NDArray[np.int64]:
        """Points that are not missing, per series."""
        count: NDArray[np.int64] = self.present.sum(axis=-1)
        return count

    @property
    def refused(self) -> Mapping[int, Remark]:
        """The series without limits, and why: no point of theirs is judged by a limit."""
        return self.chart.refused

    @property
    def warnings(self) -> tuple[Remark, ...]:
        """What the points of one series say against its signals: alike neighbours, few points."""
        return tuple(one for one in self.chart.warnings if one.code in BEARS_ON_RULES)


@dataclass(frozen=True, eq=False, kw_only=True)
class Signals(Judged):
    """Making Data Count: for every point why it is flagged, and which way.

    `way` is +1 high or rising, −1 low or falling, 0 not flagged; `side` of the centre likewise.
    All arrays have the shape of the values.
    """

    method: ClassVar[str] = "making_data_count"

    reason: NDArray[np.int8]
    way: NDArray[np.int8]
    side: NDArray[np.int8]
    outside: Bools
    trend: Bools
    two_of_three: Bools
    run: Bools

    @property
    def any(self) -> Bools:
        there: Bools = self.reason != Signal.COMMON
        return there

    def one(self, row: int, points: int) -> "Signals":
        """Those of one series of many, with its first so many points."""
        return Signals(
            reason=self.reason[row, :points],
            way=self.way[row, :points],
            side=self.side[row, :points],
            outside=self.outside[row, :points],
            trend=self.trend[row, :points],
            two_of_three=self.two_of_three[row, :points],
            run=self.run[row, :points],
            chart=self.chart.one(row, points),
            present=self.present[row, :points],
        )

    @property
    def masks(self) -> dict[str, Bools]:
        """Every point of every pattern, by rule; a point may belong to several."""
        return {
            "outside": self.outside,
            "trend": self.trend,
            "two_of_three": self.two_of_three,
            "run": self.run,
        }

    def summary(self) -> SignalSummary:
        return _summary(self.method, self.present, self.any, self.masks)


@dataclass(frozen=True, eq=False, kw_only=True)
class RuleSignals(Judged):
    """Western Electric or Nelson: `rules[4]` is the mask of rule 4, of the shape of the values.

    A rule marks the point that completes its pattern, or each of its points (`every_point`).
    """

    method: str
    rules: Mapping[int, Bools]
    side: NDArray[np.int8]
    every_point: bool

    @property
    def any(self) -> Bools:
        return self.number > 0

    @property
    def number(self) -> NDArray[np.int8]:
        """The rule each point is named by, 0 for none: the lowest number, as qcc has it."""
        out = np.zeros(self.present.shape, dtype=np.int8)
        for rule in sorted(self.rules, reverse=True):
            np.copyto(out, rule, where=self.rules[rule])
        return out

    @property
    def masks(self) -> dict[str, Bools]:
        return {f"rule_{number}": mask for number, mask in self.rules.items()}

    def summary(self) -> SignalSummary:
        return _summary(self.method, self.present, self.any, self.masks)


def _summary(
    method: str, present: Bools, flagged: Bools, masks: Mapping[str, Bools]
) -> SignalSummary:
    return SignalSummary(
        method=method,
        n=present.sum(axis=-1),
        flagged=flagged.sum(axis=-1),
        by_rule={name: mask.sum(axis=-1) for name, mask in masks.items()},
    )
