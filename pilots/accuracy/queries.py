"""Reads of a silent run: what counts, what was promised, and what that says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Prefetch, prefetch_related_objects

from innovation.rules import dates
from pilots.accuracy import judgement
from pilots.accuracy.judgement import (
    BinCounts,
    JudgedPromise,
    Promised,
    PromiseMeasure,
    PromiseState,
    ScoreJudgement,
    SubgroupGap,
    TwoByTwo,
)
from pilots.accuracy.models import AccuracyPromise, AlertExposure, SilentRunResult
from pilots.accuracy.sheet import GivenBin, GivenResult
from pilots.lifecycle.models import Pilot, SilentRunEnd
from pilots.lifecycle.queries import plans_opened_at
from pilots.statistics.diagnostic_accuracy import AlertBurden

# What `accuracy_of` reads, for whoever reads several pilots or requirements at once.
PROMISES = Prefetch("accuracy_promises", AccuracyPromise.objects.select_related("by"))
RESULTS = Prefetch("silent_run_results", SilentRunResult.objects.for_list())
ENDS = Prefetch("silent_run_ends", SilentRunEnd.objects.select_related("by"))
READS = (PROMISES, RESULTS, ENDS)


@dataclass(frozen=True, eq=False)
class AccuracyGroup:
    """What was counted of everybody, or of one subgroup."""

    name: str
    results: tuple[SilentRunResult, ...]

    @cached_property
    def given(self) -> tuple[GivenResult, ...]:
        return tuple(given_of(result) for result in self.results)

    @cached_property
    def table(self) -> TwoByTwo | None:
        """All tables together; None where no result has one."""
        tables = [table for one in self.given if (table := one.table) is not None]
        return sum(tables, TwoByTwo()) if tables else None

    @property
    def without_table(self) -> int:
        """How many results have bins alone, with no border at the threshold."""
        return sum(one.table is None for one in self.given)

    @property
    def tables_from_bins(self) -> int:
        """How many tables were made from bins at the threshold."""
        return sum(one.given_table is None and one.table is not None for one in self.given)

    @cached_property
    def score(self) -> ScoreJudgement | None:
        binned = [one for one in self.given if one.bins]
        if not binned:
            return None
        bins: Sequence[BinCounts] = judgement.merged(
            [each.counts for each in one.bins] for one in binned
        )
        return ScoreJudgement(tuple(bins), binned[0].score_scale == "risk")


@dataclass(frozen=True, eq=False)
class SilentRunAccuracy:
    """A pilot's silent run: `promises` and `results` newest first and in order of their days; `earlier` are
    results of a try before a pivot, which count for nothing any more."""

    pilot: Pilot
    promises: tuple[AccuracyPromise, ...]
    results: tuple[SilentRunResult, ...]
    superseded: tuple[SilentRunResult, ...]
    earlier: tuple[SilentRunResult, ...]
    ended: SilentRunEnd | None

    @property
    def promise(self) -> AccuracyPromise | None:
        return self.promises[0] if self.promises else None

    @cached_property
    def agreed(self) -> AccuracyPromise | None:
        """What was approved with the pilot, where it was changed since; None where it was not."""
        opened = plans_opened_at([self.pilot.pk]).get(self.pilot.pk) if self._amended else None
        amended = [one for one in self._amended if opened is None or one.at > opened]
        if not amended:
            return None
        first = min(one.version for one in amended)
        return next((one for one in self.promises if one.version < first), None)

    @cached_property
    def amendments(self) -> tuple[AccuracyPromise, ...]:
        """The changes since the approval, oldest first."""
        if not self._amended:
            return ()
        opened = plans_opened_at([self.pilot.pk]).get(self.pilot.pk)
        return tuple(reversed([one for one in self._amended if opened is None or one.at > opened]))

    @property
    def _amended(self) -> list[AccuracyPromise]:
        return [one for one in self.promises if one.amended]

    @property
    def is_running(self) -> bool:
        """Whether more may still be counted, so that what is said is a running count."""
        return self.pilot.silent

    @cached_property
    def everybody(self) -> AccuracyGroup:
        return AccuracyGroup("", tuple(one for one in self.results if not one.grouping))

    @cached_property
    def groupings(self) -> dict[str, tuple[AccuracyGroup, ...]]:
        """The subgroups by what they are grouped by, those with a table."""
        found: dict[str, dict[str, list[SilentRunResult]]] = {}
        for one in self.results:
            if one.grouping:
                found.setdefault(one.grouping, {}).setdefault(one.subgroup, []).append(one)
        return {
            grouping: tuple(AccuracyGroup(name, tuple(rows)) for name, rows in groups.items())
            for grouping, groups in found.items()
        }

    @cached_property
    def gaps(self) -> dict[str, tuple[SubgroupGap, ...]]:
        """For each grouping the largest gap of sensitivity and of PPV, where they can be compared."""
        found = {}
        for grouping, groups in self.groupings.items():
            tables = {group.name: group.table for group in groups if group.table is not None}
            gaps = (
                judgement.largest_gap(measure, tables)
                for measure in (PromiseMeasure.SENSITIVITY, PromiseMeasure.PPV)
            )
            found[grouping] = tuple(gap for gap in gaps if gap is not None)
        return found

    @cached_property
    def judged(self) -> tuple[JudgedPromise, ...]:
        """Each promise beside what was counted; none where nothing was promised."""
        return () if self.promise is None else self.judged_by(self.promise)

    def judged_by(self, promise: AccuracyPromise) -> tuple[JudgedPromise, ...]:
        asked = promised_of(promise)
        table = self.everybody.table or TwoByTwo()
        found = [
            judgement.judge_share(
                PromiseMeasure.SENSITIVITY,
                table.true_positive,
                table.with_condition,
                promised=asked.least_sensitivity,
                planned=float(asked.planned_cases),
            ),
            judgement.judge_share(
                PromiseMeasure.PPV,
                table.true_positive,
                table.flagged,
                promised=asked.least_ppv,
                planned=asked.planned_alerts,
            ),
        ]
        if asked.most_alerts is not None:
            alerts, exposure = self.counted_alerts(promise.alerts_per)
            found.append(
                judgement.judge_alerts(
                    alerts, exposure, most=asked.most_alerts, planned_alerts=asked.planned_alerts
                )
            )
        return tuple(found)

    def counted_alerts(self, per: str) -> tuple[int, float]:
        """Alerts, and the exposure in its unit, of the results that give both."""
        column = "shifts" if per == AlertExposure.SHIFTS else "patient_days"
        rows = [
            (one.alerts, getattr(one, column))
            for one in self.everybody.results
            if one.alerts is not None and getattr(one, column) is not None
        ]
        size = 1 if per == AlertExposure.SHIFTS else 100
        return sum(alerts for alerts, _over in rows), sum(float(over) for _n, over in rows) / size

    @cached_property
    def burden(self) -> AlertBurden | None:
        """All alerts over the time and the patients that they came from; exposures only where every result
        with alerts gives them."""
        counted = [one for one in self.everybody.results if one.alerts is not None]
        if not counted:
            return None

        def whole(column: str) -> float | None:
            values = [getattr(one, column) for one in counted]
            return None if None in values else float(sum(values))

        return judgement.burden(
            sum(one.alerts or 0 for one in counted),
            days=sum((one.period_until - one.period_from).days + 1 for one in counted),
            patient_days=whole("patient_days"),
            shifts=whole("shifts"),
        )

    @property
    def all_met(self) -> bool:
        return bool(self.judged) and all(one.state is PromiseState.MET for one in self.judged)

    @property
    def first_day(self) -> date | None:
        return min((one.period_from for one in self.everybody.results), default=None)

    @property
    def last_day(self) -> date | None:
        return max((one.period_until for one in self.everybody.results), default=None)

    @property
    def last_recorded(self) -> SilentRunResult | None:
        return max(self.everybody.results, key=lambda one: (one.recorded_at, one.pk), default=None)


def accuracy_of(pilot: Pilot) -> SilentRunAccuracy:
    """The silent run of a pilot, in three statements, or none where they were read before."""
    prefetch_related_objects([pilot], *READS)
    rows = list(pilot.silent_run_results.all())
    begun = pilot.went_live_on
    counts = [row for row in rows if row.superseded_at is None]
    for row in rows:
        row.pilot = pilot
    return SilentRunAccuracy(
        pilot=pilot,
        promises=tuple(pilot.accuracy_promises.all()),
        results=tuple(row for row in counts if begun is not None and row.period_from >= begun),
        superseded=tuple(row for row in rows if row.superseded_at is not None),
        earlier=tuple(row for row in counts if begun is None or row.period_from < begun),
        ended=ended(pilot),
    )


def ended(pilot: Pilot) -> SilentRunEnd | None:
    """With which the silent run of this try ended; None while it is silent, or where nobody kept it."""
    if pilot.silent or pilot.went_live_on is None:
        return None
    begun = dates.begins(pilot.went_live_on)
    return next((one for one in pilot.silent_run_ends.all() if one.at >= begun), None)


def standing(pilot: Pilot, *, without: SilentRunResult | None = None) -> list[SilentRunResult]:
    """The results that count now, without one that is being corrected."""
    found = SilentRunResult.objects.current().filter(pilot=pilot).prefetch_related("bins")
    if pilot.went_live_on is not None:
        found = found.filter(period_from__gte=pilot.went_live_on)
    return [one for one in found if without is None or one.pk != without.pk]


def given_of(result: SilentRunResult) -> GivenResult:
    """A stored result as it was given."""
    return GivenResult(
        period_from=result.period_from,
        period_until=result.period_until,
        reference=result.reference,
        grouping=result.grouping,
        subgroup=result.subgroup,
        threshold=None if result.threshold is None else result.threshold.normalize(),
        true_positive=result.true_positive,
        false_positive=result.false_positive,
        false_negative=result.false_negative,
        true_negative=result.true_negative,
        score_scale=result.score_scale,
        bins=tuple(
            GivenBin(
                one.lower.normalize(),
                one.upper.normalize(),
                one.cases,
                one.events,
                None if one.mean_score is None else one.mean_score.normalize(),
            )
            for one in result.bins.all()
        ),
        alerts=result.alerts,
        patient_days=result.patient_days,
        shifts=result.shifts,
    )


def promised_of(promise: AccuracyPromise) -> Promised:
    return Promised(
        float(promise.least_sensitivity),
        float(promise.least_ppv),
        promise.planned_cases,
        None if promise.most_alerts is None else float(promise.most_alerts),
    )
