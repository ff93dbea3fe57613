"""Conditions of reviews: set by a reviewer, said to be done by the team, seen met by a reviewer or sent back."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.constraints import explained
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.assurance.actions.assessments import lock, record, tell, tell_reviewers
from pilots.assurance.models import Assessment, AssessmentCondition, ConditionReport
from pilots.assurance.permissions import check_can_judge, check_can_meet, check_can_report
from pilots.lifecycle.models import Pilot


@atomic
def set_condition(
    assessment: Assessment,
    *,
    text: str,
    owner: User,
    due_on: date | None,
    by: User,
    at: datetime,
) -> AssessmentCondition:
    """A finding that has to be put right: by a day, or, without one, before the pilot starts."""
    lock(assessment)
    check_can_judge(by, assessment)
    text = visible(text)
    if not text:
        raise Malformed(_("Say what has to be done."))
    if due_on is not None and due_on < dates.day_of(at):
        raise Malformed(_("The day lies in the past."))
    if due_on is not None:
        check_near(due_on, at=at)
    if not Pilot.objects.visible_to(owner).filter(pk=assessment.pilot_id).exists():
        raise Refused(_("%(person)s does not see this pilot.") % {"person": owner.name})
    made = AssessmentCondition.objects.create(
        assessment=assessment, text=text, owner=owner, due_on=due_on, set_at=at, set_by=by
    )
    tell(
        [owner, assessment.pilot.lead],
        assessment,
        title=_("A condition of the review: %(area)s of “%(pilot)s”"),
        text=text,
        by=by,
        at=at,
    )
    record(
        "assessment.condition_set",
        assessment,
        by=by,
        at=at,
        also=(owner,),
        person=audit.named(owner),
        reason=text,
    )
    return made


@atomic
def report_condition(
    condition: AssessmentCondition, *, note: str, by: User, at: datetime
) -> ConditionReport:
    """Its owner or the team says that it is done. It still counts as open until a reviewer has seen it."""
    lock(condition.assessment)
    workflow.lock(condition)
    check_can_report(by, condition)
    note = reasons.required(note)
    with explained():
        made = ConditionReport.objects.create(condition=condition, note=note, at=at, by=by)
    assessment = condition.assessment
    tell_reviewers(
        assessment,
        title=_("A condition is said to be done: %(area)s of “%(pilot)s”"),
        text=f"{condition.text}\n{note}",
        by=by,
        at=at,
    )
    record("assessment.condition_reported", assessment, by=by, at=at, reason=note)
    return made


@atomic
def return_condition(
    condition: AssessmentCondition, *, missing: str, by: User, at: datetime
) -> ConditionReport:
    """A reviewer looked, and it is not put right yet: what is missing goes to whoever said so."""
    lock(condition.assessment)
    workflow.lock(condition)
    check_can_meet(by, condition)
    report = _open_report(condition)
    if report is None:
        raise Refused(_("Nobody has said yet that this is done."))
    missing = reasons.required(missing)
    _answer(report, missing=missing, by=by, at=at)
    assessment = condition.assessment
    tell(
        [report.by, condition.owner, assessment.pilot.lead],
        assessment,
        title=_("A condition is not met yet: %(area)s of “%(pilot)s”"),
        text=f"{condition.text}\n{missing}",
        by=by,
        at=at,
    )
    record("assessment.condition_returned", assessment, by=by, at=at, reason=missing)
    return report


@atomic
def meet_condition(condition: AssessmentCondition, *, note: str, by: User, at: datetime) -> None:
    """A reviewer has seen that it was put right, and says how."""
    lock(condition.assessment)
    workflow.lock(condition)
    check_can_meet(by, condition)
    condition.met_at, condition.met_by, condition.met_note = at, by, reasons.required(note)
    condition.save(update_fields=["met_at", "met_by", "met_note"])
    report = _open_report(condition)
    if report is not None:
        _answer(report, missing="", by=by, at=at)
        tell(
            [report.by, condition.owner],
            condition.assessment,
            title=_("A condition was seen met: %(area)s of “%(pilot)s”"),
            text=f"{condition.text}\n{condition.met_note}",
            by=by,
            at=at,
        )
    record(
        "assessment.condition_met", condition.assessment, by=by, at=at, reason=condition.met_note
    )


def _open_report(condition: AssessmentCondition) -> ConditionReport | None:
    return condition.reports.filter(answered_at=None).select_related("by").first()


def _answer(report: ConditionReport, *, missing: str, by: User, at: datetime) -> None:
    report.missing, report.answered_at, report.answered_by = missing, at, by
    report.save(update_fields=["missing", "answered_at", "answered_by"])
