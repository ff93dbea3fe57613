"""The verbs of telling and helping: the plan, questions and answers, office hours, and what stops."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.adoption.actions.groups import lock_standing
from pilots.adoption.models import (
    AffectedGroup,
    ChangeQuestion,
    LessOf,
    OfficeHour,
    SupportEnd,
    SupportStep,
)
from pilots.adoption.permissions import check_can_ask, check_can_end_support, check_can_plan_change
from pilots.lifecycle.models import Pilot

MOST = 100  # of each kind, of a pilot


@atomic
def plan_support(
    pilot: Pilot,
    *,
    what: str,
    how: str,
    due_on: date,
    owner: User,
    by: User,
    at: datetime,
    group: AffectedGroup | None = None,
) -> SupportStep:
    """Say what a group (all, without one) is told or helped with, how, by when and by whom."""
    workflow.lock(pilot)
    check_can_plan_change(by, pilot)
    what, how = visible(what), visible(how)
    if not what or not how:
        raise Malformed(_("Say what, and how."))
    check_near(due_on, at=at)
    _check_group(pilot, group)
    _check_works_here(owner)
    if SupportStep.objects.filter(pilot=pilot).count() >= MOST:
        raise Refused(_("%(n)s are planned already.") % {"n": MOST})
    made = SupportStep.objects.create(
        pilot=pilot, group=group, what=what, how=how, due_on=due_on, owner=owner, by=by, at=at
    )
    _tell(
        [owner],
        pilot,
        _("You are to see to it by %(day)s: %(what)s")
        % {"day": dates.day_in_words(due_on), "what": what},
        how,
        by=by,
        at=at,
    )
    _record("support.planned", made, pilot, by=by, at=at, due=due_on)
    return made


@atomic
def end_support(
    step: SupportStep, *, end: str, note: str = "", by: User, at: datetime
) -> SupportStep:
    """It was done, or it is dropped with a reason."""
    workflow.lock(step.pilot)
    workflow.lock(step)
    check_can_end_support(by, step)
    if step.end:
        raise Conflict(_("It was ended already: %(how)s.") % {"how": step.get_end_display()})
    if end not in SupportEnd.values:
        raise Malformed(_("Say whether it was done or dropped."))
    step.note = reasons.required(note) if end == SupportEnd.DROPPED else visible(note)
    step.end, step.ended_at, step.ended_by = end, at, by
    step.save(update_fields=["end", "note", "ended_at", "ended_by"])
    _record(
        "support.done" if end == SupportEnd.DONE else "support.dropped",
        step,
        step.pilot,
        by=by,
        at=at,
    )
    return step


@atomic
def ask_question(
    pilot: Pilot, *, text: str, by: User, at: datetime, group: AffectedGroup | None = None
) -> ChangeQuestion:
    """Whoever sees the pilot asks; who leads it is told."""
    workflow.lock(pilot)
    check_can_ask(by, pilot)
    text = visible(text)
    if not text:
        raise Malformed(_("Say what you would like to know."))
    _check_group(pilot, group)
    if ChangeQuestion.objects.filter(pilot=pilot, answered_at=None).count() >= MOST:
        raise Refused(_("%(n)s questions wait for an answer already.") % {"n": MOST})
    made = ChangeQuestion.objects.create(
        pilot=pilot, group=group, text=text, asked_by=by, asked_at=at
    )
    _tell(
        [pilot.lead],
        pilot,
        _("%(by)s asks about the change of “%(pilot)s”") % {"by": by.name, "pilot": pilot.title},
        text,
        by=by,
        at=at,
    )
    _record("question.asked", made, pilot, by=by, at=at)
    return made


@atomic
def answer_question(
    question: ChangeQuestion, *, answer: str, by: User, at: datetime
) -> ChangeQuestion:
    """The team answers for all to read; a better answer takes its place."""
    workflow.lock(question.pilot)
    workflow.lock(question)
    check_can_plan_change(by, question.pilot)
    answer = visible(answer)
    if not answer:
        raise Malformed(_("Say what the answer is."))
    question.answer, question.answered_by, question.answered_at = answer, by, at
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    _tell(
        [question.asked_by] if question.asked_by.is_active else [],
        question.pilot,
        _("Your question about “%(pilot)s” has an answer") % {"pilot": question.pilot.title},
        answer,
        by=by,
        at=at,
    )
    _record("question.answered", question, question.pilot, by=by, at=at)
    return question


@atomic
def plan_office_hour(
    pilot: Pilot,
    *,
    held_on: date,
    begins_at: time,
    ends_at: time,
    place: str,
    host: User,
    by: User,
    at: datetime,
) -> OfficeHour:
    """Say when and where somebody sits and listens."""
    workflow.lock(pilot)
    check_can_plan_change(by, pilot)
    place = visible(place)
    if not place:
        raise Malformed(_("Say where."))
    if ends_at <= begins_at:
        raise Malformed(_("It ends after it begins."))
    if held_on < dates.day_of(at):
        raise Malformed(_("Give a day that is still to come."))
    check_near(held_on, at=at)
    _check_works_here(host)
    if OfficeHour.objects.filter(pilot=pilot).count() >= MOST * 2:
        raise Refused(_("%(n)s are planned already.") % {"n": MOST * 2})
    made = OfficeHour.objects.create(
        pilot=pilot,
        held_on=held_on,
        begins_at=begins_at,
        ends_at=ends_at,
        place=place,
        host=host,
        by=by,
        at=at,
    )
    _record("office_hour.planned", made, pilot, by=by, at=at, on=held_on)
    return made


@atomic
def cancel_office_hour(hour: OfficeHour, *, by: User, at: datetime) -> OfficeHour:
    """Nobody sits there on that day."""
    workflow.lock(hour.pilot)
    workflow.lock(hour)
    check_can_plan_change(by, hour.pilot)
    if hour.cancelled_at is not None:
        raise Conflict(_("It is cancelled already."))
    hour.cancelled_at, hour.cancelled_by = at, by
    hour.save(update_fields=["cancelled_at", "cancelled_by"])
    _record("office_hour.cancelled", hour, hour.pilot, by=by, at=at, on=hour.held_on)
    return hour


@atomic
def say_less(
    group: AffectedGroup,
    *,
    what: str,
    minutes: int,
    from_on: date,
    decided_by: User,
    by: User,
    at: datetime,
) -> LessOf:
    """Say what the group stops doing, how much that gives to each of them, and who decided it."""
    pilot = lock_standing(group)
    check_can_plan_change(by, pilot)
    what = visible(what)
    if not what:
        raise Malformed(_("Say what stops being done."))
    if not 1 <= minutes <= 2400:
        raise Malformed(_("Say how many minutes a week it gives to each of them."))
    check_near(from_on, at=at)
    if LessOf.objects.filter(group=group, ended_at=None).count() >= MOST:
        raise Refused(_("%(n)s are planned already.") % {"n": MOST})
    made = LessOf.objects.create(
        group=group,
        what=what,
        minutes=minutes,
        from_on=from_on,
        decided_by=decided_by,
        by=by,
        at=at,
    )
    _tell(
        [decided_by] if decided_by.is_active else [],
        pilot,
        _("%(by)s wrote that you decided: %(group)s stop “%(what)s”")
        % {"by": by.name, "group": group.name, "what": what},
        by=by,
        at=at,
    )
    _record("less_of.said", made, pilot, by=by, at=at, group=audit.named(group))
    return made


@atomic
def take_less_back(less: LessOf, *, reason: str, by: User, at: datetime) -> LessOf:
    """It is done again, or never stopped."""
    pilot = lock_standing(less.group)
    workflow.lock(less)
    check_can_plan_change(by, pilot)
    if less.ended_at is not None:
        raise Conflict(_("That was taken back already."))
    less.ended_because = reasons.required(reason)
    less.ended_at, less.ended_by = at, by
    less.save(update_fields=["ended_at", "ended_by", "ended_because"])
    _record("less_of.taken_back", less, pilot, by=by, at=at, group=audit.named(less.group))
    return less


def _check_group(pilot: Pilot, group: AffectedGroup | None) -> None:
    if group is not None and (group.pilot_id != pilot.pk or group.removed_at is not None):
        raise Malformed(_("%(group)s is no group of this pilot.") % {"group": group.name})


def _check_works_here(person: User) -> None:
    if not person.is_active:
        raise Refused(_("%(person)s does not work here any more.") % {"person": person.name})


def _tell(
    whom: list[User], pilot: Pilot, title: str, text: str = "", *, by: User, at: datetime
) -> None:
    notices.notify(
        whom,
        kind="pilots",
        title=title,
        text=text,
        about=pilot,
        url=reverse("pilots:adoption", args=[pilot.pk]),
        at=at,
        but=by,
    )


def _record(
    event: str, thing: Model, pilot: Pilot, /, *, by: User, at: datetime, **said: object
) -> None:
    audit.record(
        event,
        thing,
        by=by,
        at=at,
        also=[pilot],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        **said,
    )
