"""The verbs of this room: what a pilot promises, and what its silent run counted. Nothing is written over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints, dates, reasons
from innovation.rules.numbers import exact, number
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.accuracy import queries, sheet, wording
from pilots.accuracy.judgement import MOST_BINNED
from pilots.accuracy.models import (
    MOST_COUNTED,
    AccuracyPromise,
    AlertExposure,
    EnteredBy,
    ScoreBin,
    SilentRunResult,
)
from pilots.accuracy.permissions import (
    check_can_correct,
    check_can_promise,
    check_can_record,
    is_promise_approved,
)
from pilots.accuracy.sheet import GivenResult, ReadSheet, RowFault
from pilots.lifecycle.models import Pilot

MOST_RESULTS = 1_000


@atomic
def promise(
    pilot: Pilot,
    *,
    least_sensitivity: Decimal,
    least_ppv: Decimal,
    planned_cases: int,
    by: User,
    at: datetime,
    most_alerts: Decimal | None = None,
    alerts_per: str = "",
    reason: str = "",
) -> AccuracyPromise:
    """Say what accuracy the pilot promises. Once it is approved, that is a change of what was agreed: it takes
    a reason, is marked, and what was agreed stays beside it."""
    workflow.lock(pilot)
    check_can_promise(by, pilot)
    amended = is_promise_approved(pilot)
    reason = reasons.required(reason) if amended else visible(reason)
    if not (0 < least_sensitivity < 1 and 0 < least_ppv < 1):
        raise Malformed(_("What is promised lies between 0% and 100%."))
    if not 1 <= planned_cases <= MOST_COUNTED:
        raise Malformed(_("Say how many cases with the condition are planned: one at least."))
    if (most_alerts is None) != (not alerts_per):
        raise Malformed(_("Say both how many alerts at most, and over what."))
    if most_alerts is not None and (most_alerts <= 0 or alerts_per not in AlertExposure.values):
        raise Malformed(_("The most alerts are more than 0, over patient-days or shifts."))
    before = pilot.accuracy_promises.first()
    made = AccuracyPromise(
        pilot=pilot,
        version=1 if before is None else before.version + 1,
        least_sensitivity=least_sensitivity,
        least_ppv=least_ppv,
        planned_cases=planned_cases,
        most_alerts=most_alerts,
        alerts_per=alerts_per,
        amended=amended,
        reason=reason,
        at=at,
        by=by,
    )
    if before is not None and said(before) == said(made):
        raise Refused(_("That is what is promised already."))
    made.save(force_insert=True)
    if amended:
        audit.record(
            "accuracy.amended",
            pilot,
            by=by,
            at=at,
            promised=said(made),
            before=said(before) if before is not None else _("nothing"),
            reason=reason,
        )
    else:
        audit.record("accuracy.promised", pilot, by=by, at=at, promised=said(made))
    return made


def said(made: AccuracyPromise) -> str:
    """What is promised, in one line."""
    parts = [
        _("sensitivity of at least %(share)s")
        % {"share": wording.share(float(made.least_sensitivity))},
        _("positive predictive value of at least %(share)s")
        % {"share": wording.share(float(made.least_ppv))},
        _("%(cases)s cases with the condition") % {"cases": number(made.planned_cases)},
    ]
    if made.most_alerts is not None:
        parts.append(
            _("at most %(most)s alerts per %(per)s")
            % {"most": exact(made.most_alerts), "per": made.get_alerts_per_display()}
        )
    return ", ".join(parts)


@atomic
def record(
    pilot: Pilot, given: Sequence[GivenResult], *, entered_by: str, by: User, at: datetime
) -> list[SilentRunResult]:
    """Record what was counted, all or nothing: each result goes with those that stand and with the others."""
    workflow.lock(pilot)
    check_can_record(by, pilot)
    if not given:
        raise Malformed(_("Give at least one result."))
    standing = [queries.given_of(one) for one in queries.standing(pilot)]
    if len(standing) + len(given) > MOST_RESULTS:
        raise Refused(
            _("A silent run has at most %(most)s results. Count longer periods together.")
            % {"most": number(MOST_RESULTS)}
        )
    made = []
    for one in given:
        _check(pilot, one, standing, at=at)
        made.append(_store(pilot, one, entered_by=entered_by, by=by, at=at))
        standing.append(one)
    for row, one in zip(made, given, strict=True):
        audit.record(
            "accuracy.recorded", row, by=by, at=at, also=(pilot,), unit_id=pilot.unit_id,
            pilot=audit.named(pilot), what=what(one), counted=counted(one),
            reference=one.reference, entered_by=EnteredBy(entered_by).label,
        )  # fmt: skip
    return made


@atomic
def correct(
    result: SilentRunResult,
    given: GivenResult,
    *,
    reason: str,
    by: User,
    at: datetime,
    entered_by: str = EnteredBy.FORM,
) -> SilentRunResult:
    """Put a corrected result in the place of one, which stays, with who corrected it, when and why."""
    pilot = result.pilot
    workflow.lock(pilot)
    workflow.lock(result)
    result.pilot = pilot
    check_can_correct(by, result)
    reason = reasons.required(reason)
    before = queries.given_of(result)
    if given == before:
        raise Refused(_("That is what was recorded. Nothing was changed."))
    standing = [queries.given_of(one) for one in queries.standing(pilot, without=result)]
    _check(pilot, given, standing, at=at)
    _supersede(result, reason=reason, by=by, at=at)
    made = _store(pilot, given, entered_by=entered_by, by=by, at=at, replaces=result)
    audit.record(
        "accuracy.corrected", made, by=by, at=at, also=(result, pilot), unit_id=pilot.unit_id,
        pilot=audit.named(pilot), what=what(given), counted=counted(given),
        before=f"{what(before)}: {counted(before)}", reason=reason,
    )  # fmt: skip
    return made


@atomic
def take_back(result: SilentRunResult, *, reason: str, by: User, at: datetime) -> SilentRunResult:
    """What should not have been recorded counts no more; it stays to be read, with who, when and why."""
    pilot = result.pilot
    workflow.lock(pilot)
    workflow.lock(result)
    result.pilot = pilot
    check_can_correct(by, result)
    reason = reasons.required(reason)
    given = queries.given_of(result)
    _supersede(result, reason=reason, by=by, at=at)
    audit.record(
        "accuracy.withdrawn", result, by=by, at=at, also=(pilot,), unit_id=pilot.unit_id,
        pilot=audit.named(pilot), what=what(given), counted=counted(given), reason=reason,
    )  # fmt: skip
    return result


def what(given: GivenResult) -> str:
    """Of which days and whom."""
    return _("%(start)s to %(end)s, %(whom)s") % {
        "start": dates.day_in_words(given.period_from),
        "end": dates.day_in_words(given.period_until),
        "whom": sheet.whom(given),
    }


def counted(given: GivenResult) -> str:
    """What was counted, in one line."""
    parts = []
    if given.given_table is not None:
        parts.append(sheet.table_in_words(given.given_table))
    if given.bins:
        cases, events = sum(b.cases for b in given.bins), sum(b.events for b in given.bins)
        parts.append(
            _("%(events)s with the condition among %(cases)s in %(bins)s score bins")
            % {"events": number(events), "cases": number(cases), "bins": len(given.bins)}
        )
    if given.alerts is not None:
        parts.append(_("%(alerts)s alerts") % {"alerts": number(given.alerts)})
    return "; ".join(parts)


def misplaced(pilot: Pilot, given: GivenResult, *, at: datetime) -> str:
    """Why these days are not of the silent run; empty where they are."""
    if pilot.went_live_on is None or given.period_from < pilot.went_live_on:
        return _("The silent run began on %(day)s; nothing was recorded before.") % {
            "day": dates.day_in_words(pilot.went_live_on) if pilot.went_live_on else "–"
        }
    if given.period_until > dates.day_of(at):
        return _("These days are not over yet.")
    end = queries.ended(pilot)
    if end is not None and given.period_until > dates.day_of(end.at):
        return _(
            "Its output was shown from %(day)s on. What came after is not of a silent run, because people may"
            " have acted on it."
        ) % {"day": dates.day_in_words(dates.day_of(end.at))}  # fmt: skip
    return ""


def faults_of_rows(pilot: Pilot, read: ReadSheet, *, at: datetime) -> list[RowFault]:
    """What keeps the rows of a file from being recorded beside what stands, row by row."""
    standing = [queries.given_of(one) for one in queries.standing(pilot)]
    wrong = []
    for rows, given in read.results:
        found = [why] if (why := misplaced(pilot, given, at=at)) else []
        wrong += [RowFault(rows[0], text) for text in found or sheet.misfits(given, standing)]
    return wrong


def _check(
    pilot: Pilot, given: GivenResult, standing: Sequence[GivenResult], *, at: datetime
) -> None:
    if wrong := sheet.faults(given):
        raise Malformed(" ".join(wrong))
    if why := misplaced(pilot, given, at=at):
        raise Refused(why)
    if wrong := sheet.misfits(given, standing):
        raise Refused(" ".join(wrong))
    binned = sum(
        one.cases
        for each in (*standing, given)
        if (each.grouping, each.subgroup) == (given.grouping, given.subgroup)
        for one in each.bins
    )
    if binned > MOST_BINNED:
        raise Refused(
            _("At most %(most)s cases with a score can be judged together.")
            % {"most": number(MOST_BINNED)}
        )


def _store(
    pilot: Pilot,
    given: GivenResult,
    *,
    entered_by: str,
    by: User,
    at: datetime,
    replaces: SilentRunResult | None = None,
) -> SilentRunResult:
    with constraints.explained():
        row = SilentRunResult.objects.create(
            pilot=pilot,
            period_from=given.period_from,
            period_until=given.period_until,
            grouping=given.grouping,
            subgroup=given.subgroup,
            reference=given.reference,
            threshold=given.threshold,
            true_positive=given.true_positive,
            false_positive=given.false_positive,
            false_negative=given.false_negative,
            true_negative=given.true_negative,
            score_scale=given.score_scale if given.bins else "",
            alerts=given.alerts,
            patient_days=given.patient_days,
            shifts=given.shifts,
            entered_by=entered_by,
            recorded_at=at,
            recorded_by=by,
            version=1 if replaces is None else replaces.version + 1,
            replaces=replaces,
        )
        ScoreBin.objects.bulk_create(
            ScoreBin(
                result=row,
                lower=one.lower,
                upper=one.upper,
                cases=one.cases,
                events=one.events,
                mean_score=one.mean_score,
            )
            for one in given.bins
        )
    return row


def _supersede(result: SilentRunResult, *, reason: str, by: User, at: datetime) -> None:
    result.superseded_at, result.superseded_by, result.superseded_because = at, by, reason
    result.save(update_fields=["superseded_at", "superseded_by", "superseded_because"])
