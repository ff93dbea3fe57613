"""The account of hours of one pilot, as its numbers say now, and what it is made of."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
from django.db.models import QuerySet

from innovation.audit import actions as audit
from innovation.rules import dates
from innovation.workflow.models import StateChange
from pilots.connectors.measurement import Cadence
from pilots.evidence import queries as evidence
from pilots.evidence.queries import Reading
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import OUT_OF_USE, PilotStatus
from pilots.metrics import figures
from pilots.metrics.models import Direction, Metric, MetricKind
from pilots.metrics.series import Series
from pilots.time_returned import account
from pilots.time_returned.account import Counted, Hours, Unknown
from pilots.time_returned.models import TimeDeclaration

HOUR = figures.unit("hours")
# Grows with each change of how an account is made up.
METHOD = "2026-11-30"
# A wait of days is no time that anybody works on a case.
LONGEST_UNIT = HOUR.size

Pause = tuple[date, date | None]


@dataclass(frozen=True)
class Course:
    """When a pilot was paused, and since which day nobody works with it any more."""

    pauses: tuple[Pause, ...] = ()
    until: date | None = None
    last_change: int = 0


@dataclass(frozen=True, eq=False)
class PilotHours:
    """The hours that a pilot gives back, as its numbers say; or why that is not known."""

    declaration: TimeDeclaration
    reading: Reading | None
    unknown: str
    per_case: Hours | None = None
    counted: Counted | None = None

    @cached_property
    def hours(self) -> Hours | None:
        if self.per_case is None or self.counted is None:
            return None
        return self.per_case.times(self.counted.cases)

    @cached_property
    def by_month(self) -> dict[date, Hours]:
        if self.per_case is None or self.counted is None:
            return {}
        return {month: self.per_case.times(n) for month, n in self.counted.by_month.items()}

    @property
    def by_quarter(self) -> dict[date, Hours]:
        return account.by_quarter(self.by_month)

    @property
    def cases(self) -> float:
        return 0 if self.counted is None else self.counted.cases

    @property
    def uncounted(self) -> int:
        return 0 if self.counted is None else self.counted.uncounted


def is_time(metric: Metric) -> bool:
    """Whether a metric measures time that somebody works: seconds, minutes or hours of a case."""
    one = figures.unit_of(metric)
    return (
        metric.kind == MetricKind.VALUE
        and figures.converts(one, HOUR)
        and one.size <= LONGEST_UNIT
        and metric.direction != Direction.NEUTRAL
    )


def is_count(metric: Metric) -> bool:
    """Whether a metric counts cases: one value a period, of neither time nor parts of anything."""
    kind = figures.unit_of(metric).kind
    return (
        metric.kind in (MetricKind.VALUE, MetricKind.COUNT)
        and kind not in ("time", figures.SHARE)
        and (" per " not in kind)
    )


def declarations(pilot: Pilot) -> QuerySet[TimeDeclaration]:
    """What a pilot said of its time, the newest first."""
    return TimeDeclaration.objects.filter(pilot=pilot).for_list()


def current(pilot: Pilot) -> TimeDeclaration | None:
    """What it says now; None where it says nothing, or took it back."""
    newest = declarations(pilot).first()
    return newest if newest is not None and newest.metric_id is not None else None


def hours_of(pilot: Pilot, at: datetime, said: TimeDeclaration | None = None) -> PilotHours | None:
    """The account of one pilot, from the readings that its page shows; None where it declared nothing."""
    said = said or current(pilot)
    if said is None:
        return None
    readings = {one.metric.pk: one for one in evidence.readings_of(pilot, at)}
    return made_up(pilot, said, readings, courses([pilot])[pilot.pk])


def made_up(
    pilot: Pilot, said: TimeDeclaration, readings: Mapping[int, Reading], course: Course
) -> PilotHours:
    """Hours = the measured change of a case × the cases since. Nothing else makes hours."""
    reading = readings.get(said.metric_id or 0)
    live_on = pilot.went_live_on
    if reading is None or live_on is None:
        return PilotHours(said, reading, Unknown.NOT_LIVE)
    effect, metric = reading.effect, reading.metric
    if effect is None or not effect.points_after:
        return PilotHours(said, reading, Unknown.NO_NUMBERS)
    if (
        effect.estimate is None
        or effect.lower is None
        or effect.upper is None
        or not is_time(metric)
    ):
        return PilotHours(said, reading, Unknown.NO_COMPARISON)
    per_case = account.of_a_case(
        effect.estimate,
        effect.lower,
        effect.upper,
        lower_is_better=metric.direction == Direction.LOWER,
        hours_in_unit=float(figures.unit_of(metric).size / HOUR.size),
    )
    settled = live_on + timedelta(weeks=metric.settling_weeks)
    counted_by = reading if said.volume_id is None else readings.get(said.volume_id)
    if counted_by is None:
        return PilotHours(said, reading, Unknown.NO_CASES)
    counted = _counted(
        counted_by.series,
        Cadence(counted_by.metric.cadence),
        own=said.volume_id is None,
        since=settled if said.since is None else max(settled, said.since),
        course=course,
    )
    if not counted.by_month:
        return PilotHours(said, reading, Unknown.NO_CASES)
    return PilotHours(said, reading, "", per_case, counted)


def _counted(
    series: Series, cadence: Cadence, *, own: bool, since: date, course: Course
) -> Counted:
    """The cases behind the numbers of the time, or those that another metric counts."""
    cases = series.n if own else series.values
    # A period without a number of the time has no cases of its own either.
    there = [n for n in range(len(series)) if not own or np.isfinite(series.values[n])]
    return account.counted(
        [(series.periods[n], cadence.next(series.periods[n])) for n in there],
        [float(cases[n]) if np.isfinite(cases[n]) and cases[n] >= 0 else None for n in there],
        since=since,
        until=course.until,
        pauses=course.pauses,
    )


def courses(pilots: Iterable[Pilot]) -> dict[int, Course]:
    """When these pilots were paused, and since when they are over. One query."""
    by_ref = {audit.ref(pilot): pilot for pilot in pilots}
    pauses: dict[int, list[Pause]] = defaultdict(list)
    until: dict[int, date] = {}
    last: dict[int, int] = {}
    rows = StateChange.objects.filter(subject__in=by_ref).order_by("pk")
    for pk, subject, source, target, at in rows.values_list(
        "pk", "subject", "source", "target", "at"
    ):
        pilot, day = by_ref[subject], dates.day_of(at)
        last[pilot.pk] = pk
        if source == PilotStatus.PAUSED and pauses[pilot.pk]:
            pauses[pilot.pk][-1] = (pauses[pilot.pk][-1][0], day)
        if target == PilotStatus.PAUSED:
            pauses[pilot.pk].append((day, None))
        if target in OUT_OF_USE:
            until[pilot.pk] = day
    return {
        pilot.pk: Course(
            tuple(pauses[pilot.pk]),
            until.get(pilot.pk) if pilot.status in OUT_OF_USE else None,
            last.get(pilot.pk, 0),
        )
        for pilot in by_ref.values()
    }


@dataclass(frozen=True)
class AccountBasis:
    """A pilot with what its account is made of, and a fingerprint of that."""

    pilot: Pilot
    said: TimeDeclaration
    metrics: tuple[Metric, ...]
    course: Course
    rests_on: str


def bases(pilots: Sequence[int] | None = None) -> list[AccountBasis]:
    """Of these pilots (of all where None) those that say that they return time."""
    newest = TimeDeclaration.objects.current().select_related("pilot")
    if pilots is not None:
        newest = newest.filter(pilot__in=pilots)
    said = [one for one in newest if one.metric_id is not None]
    wanted = {pk for one in said for pk in (one.metric_id, one.volume_id) if pk is not None}
    metrics = Metric.objects.select_related("pilot", "source", "unit").in_bulk(wanted)
    asked = evidence.questions(metrics.values())
    course = courses(one.pilot for one in said)
    found = []
    for one in said:
        own = tuple(metrics[pk] for pk in (one.metric_id, one.volume_id) if pk in metrics)
        prints = [evidence.fingerprint(metric, asked[metric.pk]) for metric in own]
        made_of = repr((METHOD, one.pk, course[one.pilot_id], one.pilot.status, prints))
        rests_on = hashlib.sha256(made_of.encode()).hexdigest()
        found.append(AccountBasis(one.pilot, one, own, course[one.pilot_id], rests_on))
    return found
