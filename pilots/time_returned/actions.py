"""The verbs of hours given back: say what a pilot returns time for, take it back, and make up the accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints, reasons
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.evidence import queries as evidence
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_plan_open
from pilots.metrics.models import Metric
from pilots.surveys.models import Instrument
from pilots.time_returned import queries
from pilots.time_returned.models import (
    DeclaredUse,
    HoursMonth,
    HoursReturned,
    TimeDeclaration,
    TimeUse,
    TouchKind,
    TouchQuestion,
)
from pilots.time_returned.permissions import check_can_choose_questions, check_can_declare
from pilots.time_returned.queries import AccountBasis, PilotHours

MAKE_UP = "pilots.time_returned.tasks.make_up"
# So many accounts lie in memory at once.
AT_ONCE = 250


@dataclass(frozen=True)
class UseIntent:
    """One use that a pilot returns time for, perhaps with its share in percent, and a metric that shows it or why
    none can."""

    use: str
    share: int | None = None
    measure: Metric | None = None
    no_measure: str = ""


@atomic
def declare(
    pilot: Pilot,
    *,
    metric: Metric,
    uses: Sequence[UseIntent],
    is_mean: bool,
    since: date | None = None,
    volume: Metric | None = None,
    reason: str = "",
    by: User,
    at: datetime,
) -> TimeDeclaration:
    """Say what the time is for and by what it is counted. Once the plan is agreed it takes a reason; what
    was said before stays."""
    workflow.lock(pilot)
    check_can_declare(by, pilot)
    _check_counts(pilot, metric=metric, volume=volume, is_mean=is_mean)
    _check_uses(pilot, uses)
    made = _write(pilot, metric=metric, volume=volume, since=since, reason=reason, by=by, at=at)
    DeclaredUse.objects.bulk_create(
        DeclaredUse(
            declaration=made,
            use=one.use,
            share=one.share,
            measure=one.measure,
            no_measure=visible(one.no_measure),
        )
        for one in uses
    )
    workflow.defer(MAKE_UP, pilot_id=pilot.pk)
    audit.record(
        "pilot.hours_declared",
        pilot,
        by=by,
        at=at,
        metric=metric.name,
        uses=", ".join(str(TimeUse(one.use).label) for one in uses),
        reason=made.reason,
    )
    return made


@atomic
def take_back(pilot: Pilot, *, reason: str, by: User, at: datetime) -> TimeDeclaration:
    """It gives no hours back, or they cannot be counted. What was said stays to be read, with the reason."""
    workflow.lock(pilot)
    check_can_declare(by, pilot)
    if queries.current(pilot) is None:
        raise Refused(_("The pilot does not say that it gives hours back."))
    reason = reasons.required(reason)
    made = _write(pilot, metric=None, volume=None, since=None, reason=reason, by=by, at=at)
    HoursReturned.objects.filter(pilot=pilot).delete()
    audit.record("pilot.hours_taken_back", pilot, by=by, at=at, reason=reason)
    return made


def _write(
    pilot: Pilot,
    *,
    metric: Metric | None,
    volume: Metric | None,
    since: date | None,
    reason: str,
    by: User,
    at: datetime,
) -> TimeDeclaration:
    newest = queries.declarations(pilot).first()
    if newest is None and is_plan_open(pilot):
        reason = ""
    elif metric is None or not is_plan_open(pilot):
        reason = reasons.required(reason)
    with constraints.explained():
        return TimeDeclaration.objects.create(
            pilot=pilot,
            number=1 if newest is None else newest.number + 1,
            metric=metric,
            volume=volume,
            since=since,
            reason=reason,
            by=by,
            at=at,
        )


def _check_counts(pilot: Pilot, *, metric: Metric, volume: Metric | None, is_mean: bool) -> None:
    if metric.pilot_id != pilot.pk or (volume is not None and volume.pilot_id != pilot.pk):
        raise Malformed(_("Time is counted by metrics of the pilot itself."))
    if not queries.is_time(metric):
        raise Malformed(
            _("“%(metric)s” does not say how many seconds, minutes or hours a case takes.")
            % {"metric": metric.name}
        )
    if volume is not None and not queries.is_count(volume):
        raise Malformed(_("“%(metric)s” does not count cases.") % {"metric": volume.name})
    if volume == metric:
        raise Malformed(_("How many cases there are is another metric."))
    if not is_mean:
        raise Malformed(
            _("Hours are a mean a case times the cases; from a median they cannot be counted.")
        )


def _check_uses(pilot: Pilot, uses: Sequence[UseIntent]) -> None:
    if not uses:
        raise Malformed(_("Say what the time is for."))
    named = [one.use for one in uses]
    if len(set(named)) < len(named) or not set(named) <= set(TimeUse.values):
        raise Malformed(_("Each use is named once."))
    shares = [one.share for one in uses if one.share is not None]
    if any(not 1 <= share <= 100 for share in shares) or sum(shares) > 100:
        raise Malformed(_("The shares are parts of 100 percent."))
    if any(one.measure is not None and one.measure.pilot_id != pilot.pk for one in uses):
        raise Malformed(_("A use is seen by a metric of the pilot itself."))
    if any(one.measure is not None and visible(one.no_measure) for one in uses):
        raise Malformed(_("A use is seen by a metric, or it is said why none can show it."))


@atomic
def choose_question(
    kind: str, *, instrument: Instrument, position: int, by: User, at: datetime
) -> TouchQuestion:
    """Say which question of which instrument tells how patients or staff feel."""
    check_can_choose_questions(by)
    item = instrument.items.filter(position=position).first()
    if kind not in TouchKind.values or item is None or item.counts_kinds:
        raise Malformed(_("Choose a question of the instrument, of which there is a mean."))
    made = TouchQuestion.objects.create(
        kind=kind, instrument=instrument, position=position, by=by, at=at
    )
    audit.record("touch_question.chosen", made, by=by, at=at, instrument=instrument.name)
    return made


def make_up(pilots: Sequence[int] | None = None, *, at: datetime) -> int:
    """Make up the accounts that rest on something else than what there is now; how many they were."""
    kept = dict(HoursReturned.objects.values_list("pk", "rests_on"))
    due = [one for one in queries.bases(pilots) if kept.get(one.pilot.pk) != one.rests_on]
    for begin in range(0, len(due), AT_ONCE):
        _make_up(due[begin : begin + AT_ONCE], at=at)
    return len(due)


@atomic
def _make_up(due: Sequence[AccountBasis], *, at: datetime) -> None:
    metrics = {metric.pk: metric for one in due for metric in one.metrics}
    readings = evidence.readings(metrics.values(), at)
    locked = HoursReturned.objects.filter(pk__in=[one.pilot.pk for one in due])
    list(locked.order_by("pk").select_for_update().values_list("pk"))
    rows, months = [], []
    for one in due:
        found = queries.made_up(one.pilot, one.said, readings, one.course)
        rows.append(_row(one, found, at=at))
        for month, hours in found.by_month.items():
            assert found.counted is not None
            months.append(
                HoursMonth(
                    account_id=one.pilot.pk,
                    month=month,
                    cases=found.counted.by_month[month],
                    estimate=hours.estimate,
                    lower=hours.lower,
                    upper=hours.upper,
                )
            )
    HoursReturned.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["pilot"],
        update_fields=[
            "unknown", "estimate", "lower", "upper", "per_case", "cases", "uncounted", "verdict",
            "rests_on", "worked_out_at",
        ],
    )  # fmt: skip
    HoursMonth.objects.filter(account__in=[one.pilot.pk for one in due]).delete()
    HoursMonth.objects.bulk_create(months, batch_size=2000)


def _row(one: AccountBasis, found: PilotHours, *, at: datetime) -> HoursReturned:
    hours, per_case = found.hours, found.per_case
    known = hours is not None and per_case is not None
    return HoursReturned(
        pilot=one.pilot,
        unknown=found.unknown,
        estimate=hours.estimate if hours is not None and known else None,
        lower=hours.lower if hours is not None and known else None,
        upper=hours.upper if hours is not None and known else None,
        per_case=per_case.estimate if per_case is not None and known else None,
        cases=found.cases,
        uncounted=found.uncounted,
        verdict=found.reading.verdict if found.reading is not None else "no_data",
        rests_on=one.rests_on,
        worked_out_at=at,
    )
