"""Promising somebody's time to a pilot, and giving it back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints, dates
from innovation.rules.dates import day_in_words
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from pilots.staffing import queries
from pilots.staffing.models import Allocation
from pilots.staffing.permissions import check_can_staff


@atomic
def allocate(
    pilot: Pilot,
    *,
    person: User,
    role: str,
    percent: int,
    starts_on: date,
    ends_on: date,
    by: User,
    at: datetime,
) -> Allocation:
    """Promise `percent` of the person's full time to the pilot, both days included.

    The database refuses what goes beyond the person's capacity on any day; the sentence names
    the day and what is promised on it already.
    """
    workflow.lock(pilot)
    check_can_staff(by, pilot)
    if not person.is_active:
        raise Refused(_("%(person)s does not work here any more.") % {"person": person.name})
    if ends_on < starts_on:
        raise Malformed(_("The end must not come before the start."))
    if not 1 <= percent <= 100:
        raise Malformed(_("A share of time is between 1 and 100 percent."))
    member = lifecycle.join(pilot, person=person, role=role, by=by, at=at)
    with constraints.explained(
        {
            "allocation_once_a_pilot_at_a_time": _(
                "%(person)s is on this team already in that time. Remove that entry first."
            )
            % {"person": person.name},
            "allocation_within_capacity": lambda: _too_much(person, percent, starts_on, ends_on),
        }
    ):
        allocation = Allocation.objects.create(
            pilot=pilot,
            person=person,
            member=member,
            percent=percent,
            starts_on=starts_on,
            ends_on=ends_on,
        )
    audit.record(
        "pilot.time_promised",
        pilot,
        by=by,
        at=at,
        also=(person,),
        person=person.name,
        percent=percent,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    return allocation


@atomic
def remove(allocation: Allocation, *, by: User, at: datetime) -> None:
    """Give the time back: from today on, or altogether where it was never agreed or begun."""
    pilot = allocation.pilot
    workflow.lock(pilot)
    check_can_staff(by, pilot)
    person = allocation.person
    member = allocation.member
    _end(allocation, on=dates.day_of(at), whole=pilot.status == PilotStatus.SHAPING)
    if not member.allocations.exists():
        lifecycle.leave(member, by=by, at=at)
    audit.record("pilot.time_given_back", pilot, by=by, at=at, also=(person,), person=person.name)


@atomic
def free(pilot: Pilot, *, by: User, at: datetime) -> int:
    """The pilot has ended: everybody's remaining time is their own again. How many people."""
    today = dates.day_of(at)
    remaining = Allocation.objects.filter(pilot=pilot, ends_on__gt=today)
    freed, _tables = remaining.filter(starts_on__gt=today).delete()
    freed += remaining.update(ends_on=today)
    if freed:
        audit.record("pilot.team_freed", pilot, by=by, at=at, people=freed)
    return freed


def _end(allocation: Allocation, *, on: date, whole: bool) -> None:
    """Take the allocation away from the day `on`."""
    if whole or allocation.starts_on >= on:
        allocation.delete()
    elif allocation.ends_on >= on:
        allocation.ends_on = on - timedelta(days=1)
        allocation.save(update_fields=["ends_on"])


def _too_much(person: User, percent: int, starts_on: date, ends_on: date) -> str:
    person.refresh_from_db(fields=["capacity_percent"])
    free = queries.free_time([person], starts_on=starts_on, ends_on=ends_on)[person.pk]
    return _(
        "%(person)s has %(promised)s %% of full time promised on %(day)s already and "
        "%(capacity)s %% "
        "for pilots in all; %(percent)s %% more does not fit. %(left)s %% would."
    ) % {
        "person": person.name,
        "promised": free.promised,
        "day": day_in_words(free.heaviest_on),
        "capacity": free.capacity,
        "percent": percent,
        "left": free.percent,
    }
