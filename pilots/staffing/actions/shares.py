"""A share of somebody's time that was agreed: promised, given back, free again at the end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints, dates
from innovation.rules.refusal import Malformed
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from pilots.staffing.actions.telling import tell, tell_who_covers
from pilots.staffing.actions.wording import on_this_team_already, too_much
from pilots.staffing.models import Allocation, TimeRequest
from pilots.staffing.permissions import check_can_give_back, check_can_staff


def promise(request: TimeRequest, *, by: User, at: datetime) -> Allocation:
    """What was agreed by all who are asked is kept: the person is on the team with this share.

    The database refuses what goes beyond the person's capacity on any day; the sentence names
    the day and what is promised on it already.
    """
    pilot, person = request.pilot, request.person
    member = lifecycle.join(pilot, person=person, role=request.role, by=by, at=at)
    with constraints.explained(
        {
            "allocation_once_a_pilot_at_a_time": lambda: on_this_team_already(person),
            "allocation_within_capacity": lambda: too_much(
                person, request.percent, request.starts_on, request.ends_on
            ),
        }
    ):
        allocation = Allocation.objects.create(
            pilot=pilot,
            person=person,
            member=member,
            percent=request.percent,
            starts_on=request.starts_on,
            ends_on=request.ends_on,
            request=request,
        )
    audit.record(
        "pilot.time_promised",
        pilot,
        by=by,
        at=at,
        also=(person,),
        person=audit.named(person),
        percent=request.percent,
        starts_on=request.starts_on,
        ends_on=request.ends_on,
    )
    return allocation


@atomic
def remove(allocation: Allocation, *, by: User, at: datetime) -> None:
    """Give the time back: from today on, or altogether where it was never agreed or begun."""
    pilot, person = allocation.pilot, allocation.person
    workflow.lock(pilot)
    check_can_staff(by, pilot)
    today = dates.day_of(at)
    _take_off(allocation, on=today, whole=is_planned(pilot), by=by, at=at)
    audit.record(
        "pilot.time_given_back", pilot, by=by, at=at, also=(person,), person=audit.named(person)
    )
    if allocation.request is not None:
        title = _("The time of %(person)s is not needed any more for “%(pilot)s”") % {
            "person": person.name,
            "pilot": pilot.title,
        }
        tell_who_covers(allocation.request, title, by=by, at=at)
    tell(
        [person],
        pilot,
        _("Your time is not needed any more for “%(pilot)s”") % {"pilot": pilot.title},
        text=_("%(by)s gave it back to you.") % {"by": by.name},
        url=pilot.get_absolute_url(),
        by=by,
        at=at,
    )


@atomic
def give_back(allocation: Allocation, *, on: date, by: User, at: datetime) -> None:
    """Take one's own yes back: one's time is one's own again from the day `on`. Whoever leads is told."""
    pilot, person = allocation.pilot, allocation.person
    workflow.lock(pilot)
    check_can_give_back(by, allocation)
    today = dates.day_of(at)
    if on < today:
        raise Malformed(_("The past stays as it was. Choose today or a later day."))
    if on > allocation.ends_on:
        raise Malformed(
            _("Your time was promised until %(day)s. Choose an earlier day.")
            % {"day": dates.day_in_words(allocation.ends_on)}
        )
    whole = is_planned(pilot) and on == today
    _take_off(allocation, on=on, whole=whole, by=by, at=at)
    audit.record("pilot.time_taken_back", pilot, by=by, at=at, on=on)
    title = _("%(person)s is not on the team of “%(pilot)s” from %(day)s on") % {
        "person": person.name,
        "pilot": pilot.title,
        "day": dates.day_in_words(on),
    }
    if allocation.request is not None:
        tell_who_covers(allocation.request, title, by=by, at=at)
    tell(
        [pilot.lead],
        pilot,
        title,
        text=_("They took their time back. Who is on the team stands on its page."),
        by=by,
        at=at,
    )


@atomic
def free(pilot: Pilot, *, by: User, at: datetime) -> int:
    """The pilot has ended: everybody's remaining time is their own again. How many people. Who was asked and
    has not answered is asked no more, because the pilot has ended (`queries.still_asked`)."""
    today = dates.day_of(at)
    remaining = Allocation.objects.filter(pilot=pilot, ends_on__gt=today)
    freed, _tables = remaining.filter(starts_on__gt=today).delete()
    freed += remaining.update(ends_on=today)
    if freed:
        audit.record("pilot.team_freed", pilot, by=by, at=at, people=freed)
    return freed


def is_planned(pilot: Pilot) -> bool:
    """Whether no time was given to it yet: it never had its resources. After a pivot some was."""
    return pilot.status == PilotStatus.SHAPING and not pilot.awards.exists()


def end(allocation: Allocation, *, on: date, whole: bool) -> None:
    """Take the allocation away from the day `on`."""
    if whole or allocation.starts_on >= on:
        allocation.delete()
    elif allocation.ends_on >= on:
        allocation.ends_on = on - timedelta(days=1)
        allocation.save(update_fields=["ends_on"])


def _take_off(allocation: Allocation, *, on: date, whole: bool, by: User, at: datetime) -> None:
    member = allocation.member
    end(allocation, on=on, whole=whole)
    if not member.accompanies and not member.allocations.exists():
        lifecycle.leave(member, by=by, at=at)
