"""What the counts of a silent run say, as numbers: measures, what was promised, score bins, subgroups.

Pure: no tables and no clock. Three kinds of interval, each for its own question.

    promises    confidence sequences: they hold at every look, so whoever looks each week and stops when
                it suits is not fooled (Howard, Ramdas, McAuliffe, Sekhon, Ann. Stat. 49 (2021) 1055)
    measures    Wilson's, and those of `diagnostic_accuracy`: one look at what there is
    subgroups   Newcombe's for a difference of proportions, widened for as many pairs as were compared
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pilots.statistics import diagnostic_accuracy, intervals
from pilots.statistics.confidence_sequences.proportions import bernoulli_interval
from pilots.statistics.confidence_sequences.rates import poisson_interval
from pilots.statistics.diagnostic_accuracy import Accuracy, AlertBurden, Calibration, NetBenefit
from pilots.statistics.intervals import Interval
from pilots.statistics.series import Refusal, Remark

ALPHA = 0.05
# Fewer cases with the condition (or alerts) in a subgroup are listed, and compared with nothing.
LEAST_COMPARED = 10
# How many times as many as planned are looked for, to say how many more would answer.
FARTHEST = 20
# From so many of each on DeLong's interval holds; below it Newcombe's does (docs/statistics.md).
ENOUGH_FOR_DELONG = 30
# So many cases are laid out one by one for what is computed from bins.
MOST_BINNED = 300_000


class PromiseMeasure(StrEnum):
    SENSITIVITY = "sensitivity"
    PPV = "ppv"
    ALERTS = "alerts"


class PromiseState(StrEnum):
    """Whether what was promised is met, at any look."""

    MET = "met"
    SHORT = "short"
    OPEN = "open"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class TwoByTwo:
    """Counts of one table."""

    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0
    true_negative: int = 0

    def __add__(self, other: TwoByTwo) -> TwoByTwo:
        return TwoByTwo(
            self.true_positive + other.true_positive,
            self.false_positive + other.false_positive,
            self.false_negative + other.false_negative,
            self.true_negative + other.true_negative,
        )

    @property
    def with_condition(self) -> int:
        return self.true_positive + self.false_negative

    @property
    def without_condition(self) -> int:
        return self.false_positive + self.true_negative

    @property
    def flagged(self) -> int:
        return self.true_positive + self.false_positive

    @property
    def not_flagged(self) -> int:
        return self.false_negative + self.true_negative

    @property
    def n(self) -> int:
        return self.with_condition + self.without_condition

    @cached_property
    def accuracy(self) -> Accuracy:
        return diagnostic_accuracy.accuracy(
            self.true_positive, self.false_positive, self.false_negative, self.true_negative
        )


@dataclass(frozen=True)
class BinCounts:
    """Cases and events between two borders, at their mean score where it is known."""

    lower: float
    upper: float
    cases: int
    events: int
    mean: float | None = None

    @property
    def at(self) -> float:
        return (self.lower + self.upper) / 2 if self.mean is None else self.mean


@dataclass(frozen=True)
class Promised:
    """What a pilot promised; `most_alerts` is per unit of the exposure."""

    least_sensitivity: float
    least_ppv: float
    planned_cases: int
    most_alerts: float | None = None

    @property
    def planned_alerts(self) -> float:
        """As many as there are when both shares are just met."""
        return max(1.0, self.planned_cases * self.least_sensitivity / self.least_ppv)


@dataclass(frozen=True)
class JudgedPromise:
    """One promise beside what was counted, with an interval that holds at every look.

    `more`: how many more cases with the condition (alerts, for a predictive value) would tell, if they are
    as those before; None where none up to a far number would, or it is told already.
    """

    measure: PromiseMeasure
    promised: float
    state: PromiseState
    n: int
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    more: int | None = None


def judge_share(
    measure: PromiseMeasure, hits: int, n: int, *, promised: float, planned: float
) -> JudgedPromise:
    """A share that is at least to be `promised`; `planned`: units at which the interval is tightest."""
    if n == 0:
        return JudgedPromise(measure, promised, PromiseState.NO_DATA, 0)
    low, high = (
        float(end[0]) for end in bernoulli_interval([hits], [n], t_opt=[planned], alpha=ALPHA)
    )
    state = _state(low, high, promised, least=True)
    more = None
    if state is PromiseState.OPEN:
        more = more_needed(hits, n, promised=promised, planned=planned)
    return JudgedPromise(measure, promised, state, n, hits / n, low, high, more)


def judge_alerts(
    alerts: int, exposure: float, *, most: float, planned_alerts: float
) -> JudgedPromise:
    """A rate that is at most to be `most`, alerts counted as if each came by itself."""
    if exposure <= 0:
        return JudgedPromise(PromiseMeasure.ALERTS, most, PromiseState.NO_DATA, 0)
    low, high = (
        float(end[0])
        for end in poisson_interval(
            [alerts], [exposure], exposure_opt=[planned_alerts / most], alpha=ALPHA
        )
    )
    state = _state(low, high, most, least=False)
    return JudgedPromise(PromiseMeasure.ALERTS, most, state, alerts, alerts / exposure, low, high)


def _state(low: float, high: float, promised: float, *, least: bool) -> PromiseState:
    if (low >= promised) if least else (high <= promised):
        return PromiseState.MET
    if (high < promised) if least else (low > promised):
        return PromiseState.SHORT
    return PromiseState.OPEN


def more_needed(hits: int, n: int, *, promised: float, planned: float) -> int | None:
    """About how many more units tell whether the promise is met, if as many of them hit as so far.

    Whether n units tell is not quite monotone in n, as hits are whole: the answer is the first rung of a
    ladder that tells, and then of a finer one up to it.
    """
    furthest = int(FARTHEST * max(n, planned))
    ladder = np.unique(n + np.ceil(np.geomspace(1, furthest, 60)).astype(np.int64))
    told = _tells(ladder, hits / n, promised, planned)
    if not told.any():
        return None
    first = int(told.argmax())
    below = int(ladder[first - 1]) if first else n
    finer = np.unique(np.linspace(below + 1, ladder[first], 40).astype(np.int64))
    return int(finer[_tells(finer, hits / n, promised, planned).argmax()]) - n


def _tells(
    units: NDArray[np.int64], share: float, promised: float, planned: float
) -> NDArray[np.bool_]:
    low, high = bernoulli_interval(
        np.round(units * share), units, t_opt=np.full(len(units), planned), alpha=ALPHA
    )
    told: NDArray[np.bool_] = (low >= promised) | (high < promised)
    return told


def table_of_bins(bins: Sequence[BinCounts], threshold: float) -> TwoByTwo | None:
    """The 2 × 2 table at a threshold that is a border of the bins; None where it is not."""
    if threshold not in {one.lower for one in bins}:
        return None
    over = [one for one in bins if one.lower >= threshold]
    under = [one for one in bins if one.lower < threshold]
    hits, missed = sum(one.events for one in over), sum(one.events for one in under)
    return TwoByTwo(
        hits,
        sum(one.cases for one in over) - hits,
        missed,
        sum(one.cases for one in under) - missed,
    )


def merged(many: Iterable[Sequence[BinCounts]]) -> tuple[BinCounts, ...]:
    """Bins with the same borders counted together, from the lowest; a mean only where all had one."""
    same: dict[tuple[float, float], list[BinCounts]] = defaultdict(list)
    for bins in many:
        for one in bins:
            same[one.lower, one.upper].append(one)
    found = []
    for (lower, upper), parts in sorted(same.items()):
        cases = sum(part.cases for part in parts)
        known = [part for part in parts if part.cases]
        mean = None
        if known and all(part.mean is not None for part in known):
            mean = sum(part.at * part.cases for part in known) / cases
        found.append(BinCounts(lower, upper, cases, sum(part.events for part in parts), mean))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class ScoreJudgement:
    """What bins say of a score: how it ranks, whether its risks come true, whether acting on it is worth it.

    `calibration` and `net_benefit` are of predicted risks alone; each is None where it is refused, with the
    reason in `refused`. `curve` has one point a bin that holds cases.
    """

    bins: tuple[BinCounts, ...]
    is_risk: bool

    @cached_property
    def filled(self) -> tuple[BinCounts, ...]:
        return tuple(one for one in self.bins if one.cases)

    @property
    def cases(self) -> int:
        return sum(one.cases for one in self.bins)

    @property
    def events(self) -> int:
        return sum(one.events for one in self.bins)

    @property
    def all_means_known(self) -> bool:
        return all(one.mean is not None for one in self.filled)

    @cached_property
    def _laid_out(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Score and outcome of every case, each at the mean score of its bin."""
        scores, outcomes = [], []
        for one in self.filled:
            scores.append(np.full(one.cases, one.at))
            outcomes.append(np.repeat([1.0, 0.0], [one.events, one.cases - one.events]))
        return np.concatenate(scores), np.concatenate(outcomes)

    @cached_property
    def auroc(self) -> Interval | Remark:
        """The area of the binned score: cases of one bin are tied, and count half."""
        if not self.filled:
            return Remark("no_cases", "No case has a score.")
        few = min(self.events, self.cases - self.events) < ENOUGH_FOR_DELONG
        try:
            if not few:
                try:
                    return diagnostic_accuracy.auroc(*self._laid_out, method="delong")
                except Refusal:
                    pass  # an area of 1 has no variance for DeLong; Newcombe's has an interval
            return diagnostic_accuracy.auroc(*self._laid_out, method="newcombe")
        except Refusal as refusal:
            return refusal.remark

    @cached_property
    def calibration(self) -> Calibration | Remark:
        if not self.is_risk:
            return Remark("no_risk", "The score is no predicted risk.")
        if not self.filled:
            return Remark("no_cases", "No case has a score.")
        try:
            return diagnostic_accuracy.calibration(*self._laid_out)
        except Refusal as refusal:
            return refusal.remark

    @cached_property
    def observed(self) -> Interval:
        """The share of events in each filled bin, with Wilson's interval."""
        return intervals.proportion(
            [one.events for one in self.filled], [one.cases for one in self.filled]
        )

    @property
    def expected_events(self) -> float:
        return sum(one.cases * one.at for one in self.filled)

    @cached_property
    def net_benefit(self) -> NetBenefit | Remark:
        """At the borders of the bins, the only thresholds at which the table is known."""
        if not self.is_risk:
            return Remark("no_risk", "The score is no predicted risk.")
        borders = [one.lower for one in self.bins if 0 < one.lower < 1]
        if not self.filled or not borders:
            return Remark("no_thresholds", "No border of a bin lies between 0 and 1.")
        try:
            return diagnostic_accuracy.net_benefit(*self._laid_out, borders)
        except Refusal as refusal:
            return refusal.remark


def burden(
    alerts: int, *, days: float, patient_days: float | None, shifts: float | None
) -> AlertBurden:
    """Alerts a day, per 100 patient-days and per shift, of one look."""
    return diagnostic_accuracy.alert_burden(alerts, days=days, patients=patient_days, shifts=shifts)


def number_needed(table: TwoByTwo) -> Interval | None:
    """How many who were flagged are looked at for one who has the condition."""
    if not table.flagged:
        return None
    return diagnostic_accuracy.alert_burden(
        table.flagged, days=1, true_alerts=table.true_positive
    ).number_needed


@dataclass(frozen=True)
class SubgroupGap:
    """The largest difference between two subgroups of one grouping, the higher less the lower one, with an
    interval widened for `pairs` comparisons."""

    measure: PromiseMeasure
    high: str
    low: str
    high_share: float
    low_share: float
    difference: float
    lower: float
    upper: float
    pairs: int

    @property
    def is_shown(self) -> bool:
        """Whether it is more than chance would make of so many pairs."""
        return self.lower > 0


def largest_gap(measure: PromiseMeasure, groups: Mapping[str, TwoByTwo]) -> SubgroupGap | None:
    """The pair of subgroups that lie farthest apart; None where fewer than two are large enough."""
    counted = {name: _hits(measure, table) for name, table in groups.items()}
    large = {name: one for name, one in counted.items() if one[1] >= LEAST_COMPARED}
    if len(large) < 2:
        return None
    pairs = list(combinations(large, 2))

    def apart(pair: tuple[str, str]) -> float:
        (x1, n1), (x2, n2) = large[pair[0]], large[pair[1]]
        return abs(x1 / n1 - x2 / n2)

    first, second = max(pairs, key=apart)
    high, low = sorted((first, second), key=lambda name: -large[name][0] / large[name][1])
    (x1, n1), (x2, n2) = large[high], large[low]
    found = intervals.proportion_difference(x1, n1, x2, n2, level=1 - ALPHA / len(pairs))
    return SubgroupGap(
        measure, high, low, x1 / n1, x2 / n2, float(found.estimate), float(found.lower),
        float(found.upper), len(pairs),
    )  # fmt: skip


def _hits(measure: PromiseMeasure, table: TwoByTwo) -> tuple[int, int]:
    if measure is PromiseMeasure.SENSITIVITY:
        return table.true_positive, table.with_condition
    return table.true_positive, table.flagged
