"""Asking somebody for a share of their time, and their own answer.

Nobody is on a team, or kept from deciding on a pilot, by what somebody else does: until the last yes
that is needed, a request is a request.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints, dates, reasons
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.staffing import queries
from pilots.staffing.actions.shares import promise
from pilots.staffing.actions.telling import record_of_unit, tell, tell_of_answer, tell_who_covers
from pilots.staffing.actions.wording import on_this_team_already, too_much
from pilots.staffing.models import TimeAnswer, TimeRequest
from pilots.staffing.permissions import (
    check_can_answer_for_oneself,
    check_can_staff,
    check_can_withdraw,
    check_team_may_change,
)


@atomic
def ask(
    pilot: Pilot,
    *,
    person: User,
    role: str,
    percent: int,
    starts_on: date,
    ends_on: date,
    why: str = "",
    cover: str = "",
    by: User,
    at: datetime,
) -> TimeRequest:
    """Ask for `percent` of the person's full time, both days included. Asking for one's own is one's yes."""
    workflow.lock(pilot)
    check_can_staff(by, pilot)
    return put(
        pilot,
        person=person,
        role=role,
        percent=percent,
        starts_on=starts_on,
        ends_on=ends_on,
        why=visible(why) if by.pk == person.pk else reasons.required(why),
        cover=visible(cover),
        by=by,
        at=at,
    )


def put(
    pilot: Pilot,
    *,
    person: User,
    role: str,
    percent: int,
    starts_on: date,
    ends_on: date,
    why: str,
    cover: str = "",
    told: bool = True,
    by: User,
    at: datetime,
) -> TimeRequest:
    """The request of somebody who may ask and holds the pilot's lock; `told` where the person is told here."""
    if ends_on < starts_on:
        raise Malformed(_("The end must not come before the start."))
    check_still_to_come(person, ends_on, at=at)
    if not 1 <= percent <= 100:
        raise Malformed(_("A share of time is between 1 and 100 percent."))
    own = by.pk == person.pk and by.acting_for is None
    if own:
        _lock_time_of(person)
    lifecycle.check_part(pilot, person=person, role=role)
    if queries.overlaps(pilot, person, starts_on=starts_on, ends_on=ends_on):
        raise Conflict(on_this_team_already(person))
    free = queries.free_time([person], starts_on=starts_on, ends_on=ends_on)[person.pk]
    if percent > free.percent:
        raise Conflict(too_much(person, percent, starts_on, ends_on))
    with constraints.explained(
        {
            "time_request_once_at_a_time": _(
                "%(person)s is asked for that time already. Take that request back first."
            )
            % {"person": person.name}
        }
    ):
        request = TimeRequest.objects.create(
            pilot=pilot,
            person=person,
            role=role,
            percent=percent,
            starts_on=starts_on,
            ends_on=ends_on,
            why=why,
            cover=cover,
            asked_by=by,
            asked_at=at,
        )
    audit.record(
        "pilot.time_asked",
        pilot,
        by=by,
        at=at,
        also=(person,),
        person=audit.named(person),
        percent=percent,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    if own:
        _say_yes(request, by=by, at=at)
    elif told:
        tell(
            [person],
            pilot,
            _("%(by)s asks for your time for “%(pilot)s”") % {"by": by.name, "pilot": pilot.title},
            text=why,
            url=request.get_absolute_url(),
            by=by,
            at=at,
        )
    return request


@atomic
def agree(request: TimeRequest, *, by: User, at: datetime) -> TimeRequest:
    """One's own yes. One is on the team by it, or once the unit said yes, too."""
    pilot = locked(request)
    check_can_answer_for_oneself(by, request)
    if request.said_yes_at is not None:
        raise Conflict(_("You said yes already; your unit has not answered yet."))
    check_team_may_change(pilot)
    check_still_to_come(request.person, request.ends_on, at=at)
    _say_yes(request, by=by, at=at)
    return request


def _say_yes(request: TimeRequest, *, by: User, at: datetime) -> None:
    pilot, person = request.pilot, request.person
    request.said_yes_at = at
    request.unit = queries.unit_to_ask(request)
    if request.unit is None:
        settle(request, TimeAnswer.AGREED, "", by=by, at=at)
        promise(request, by=by, at=at)
        tell_of_answer(
            request,
            _("%(person)s is on the team of “%(pilot)s”")
            % {"person": person.name, "pilot": pilot.title},
            by=by,
            at=at,
        )
        return
    request.save(update_fields=["said_yes_at", "unit"])
    record_of_unit("pilot.time_waits_for_unit", request, request.unit, by=by, at=at)
    tell(
        queries.answers_for(request.unit, request),
        pilot,
        _("%(person)s would give %(percent)s %% of their time to “%(pilot)s”")
        % {"person": person.name, "percent": request.percent, "pilot": pilot.title},
        text=_("They agree. Their unit is asked, too: it is more than they give by themselves."),
        url=request.get_absolute_url(),
        by=by,
        at=at,
    )


@atomic
def decline(request: TimeRequest, *, words: str = "", by: User, at: datetime) -> TimeRequest:
    """One's own no, with or without a word why; also after one's yes, while the unit is asked."""
    pilot = locked(request)
    check_can_answer_for_oneself(by, request)
    settle(request, TimeAnswer.DECLINED, words, by=by, at=at)
    audit.record("pilot.time_declined", pilot, by=by, at=at)
    tell_of_answer(
        request,
        _("%(person)s does not give time to “%(pilot)s”")
        % {"person": by.name, "pilot": pilot.title},
        by=by,
        at=at,
    )
    return request


@atomic
def withdraw(request: TimeRequest, *, by: User, at: datetime) -> TimeRequest:
    """Ask no longer. Whoever was asked is told."""
    pilot, person = locked(request), request.person
    check_can_withdraw(by, request)
    settle(request, TimeAnswer.WITHDRAWN, "", by=by, at=at)
    audit.record(
        "pilot.time_request_withdrawn",
        pilot,
        by=by,
        at=at,
        also=(person,),
        person=audit.named(person),
    )
    title = _("The time of %(person)s is not asked for any more for “%(pilot)s”") % {
        "person": person.name,
        "pilot": pilot.title,
    }
    tell_who_covers(request, title, by=by, at=at)
    tell(
        [person, *(queries.answers_for(request.unit, request) if request.unit else [])],
        pilot,
        title,
        url=request.get_absolute_url(),
        by=by,
        at=at,
    )
    return request


def locked(request: TimeRequest) -> Pilot:
    """The pilot, with its lock and the person's, where nobody has answered meanwhile."""
    pilot = request.pilot
    workflow.lock(pilot)
    _lock_time_of(request.person)
    request.refresh_from_db(fields=["said_yes_at", "unit", "answer", "answered_at"])
    if request.answer:
        raise Conflict(
            _("This was answered already: %(answer)s.") % {"answer": request.get_answer_display()}
        )
    return pilot


def _lock_time_of(person: User) -> None:
    """Before anything is written: what somebody gives is added up over all pilots, and whoever holds
    the log's head must not wait for a person whose time another is promising."""
    workflow.lock(person)


def check_still_to_come(person: User, ends_on: date, *, at: datetime) -> None:
    """Whether time until that day can still be given by them."""
    if ends_on < dates.day_of(at):
        raise Refused(_("The time that is asked for is over."))
    if not person.is_active:
        raise Refused(_("%(person)s does not work here any more.") % {"person": person.name})


def settle(request: TimeRequest, answer: TimeAnswer, words: str, *, by: User, at: datetime) -> None:
    request.answer, request.words = answer, visible(words)
    request.answered_by, request.answered_at = by, at
    request.save(
        update_fields=["said_yes_at", "unit", "answer", "words", "answered_by", "answered_at"]
    )
