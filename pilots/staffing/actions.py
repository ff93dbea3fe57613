"""Promising somebody's time to a pilot, and giving it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, dates
from innovation.rules.dates import day_in_words
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot, TeamMember
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus
from pilots.staffing import queries
from pilots.staffing.models import Allocation
from pilots.staffing.permissions import check_can_hand_on_seat, check_can_staff


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
    return _promise(member, percent=percent, starts_on=starts_on, ends_on=ends_on, by=by, at=at)


def _promise(
    member: TeamMember, *, percent: int, starts_on: date, ends_on: date, by: User, at: datetime
) -> Allocation:
    pilot, person = member.pilot, member.person
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
        person=audit.named(person),
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
    _end(allocation, on=dates.day_of(at), whole=_is_planned(pilot))
    if not member.allocations.exists():
        lifecycle.leave(member, by=by, at=at)
    audit.record(
        "pilot.time_given_back", pilot, by=by, at=at, also=(person,), person=audit.named(person)
    )


@atomic
def hand_on_seat(member: TeamMember, *, by: User, at: datetime, to: User) -> None:
    """Give the seat of somebody who has left to another: the same part in the team, and the time
    that was still to come. The lead is told."""
    pilot, before = member.pilot, member.person
    workflow.lock(pilot)
    check_can_hand_on_seat(by, member)
    if not queries.who_may_sit(member).filter(pk=to.pk).exists():
        raise Refused(
            _("%(person)s cannot take this seat: their roles do not reach it, or they have one.")
            % {"person": to.name}
        )
    today = dates.day_of(at)
    is_planned = _is_planned(pilot)
    shares = _remaining(member, today)
    taken = lifecycle.join(pilot, person=to, role=member.role, by=by, at=at)
    for share in shares:
        _promise(
            taken,
            percent=share.percent,
            starts_on=share.starts_on if is_planned else max(share.starts_on, today),
            ends_on=share.ends_on,
            by=by,
            at=at,
        )
    _empty(member, shares, today=today, whole=is_planned, by=by, at=at)
    audit.record(
        "pilot.seat_handed_over",
        pilot,
        by=by,
        at=at,
        also=(before, to),
        before=audit.named(before),
        person=audit.named(to),
    )
    _tell_lead(
        pilot,
        _("%(to)s takes the seat of %(before)s on the team of “%(pilot)s”")
        % {"to": to, "before": before, "pilot": pilot.title},
        by=by,
        at=at,
        but=to,
    )


@atomic
def leave_seat_empty(member: TeamMember, *, by: User, at: datetime) -> None:
    """Let nobody follow somebody who has left a team; the lead is told, who may ask for others."""
    pilot, before = member.pilot, member.person
    workflow.lock(pilot)
    check_can_hand_on_seat(by, member)
    today = dates.day_of(at)
    is_planned = _is_planned(pilot)
    _empty(member, _remaining(member, today), today=today, whole=is_planned, by=by, at=at)
    audit.record(
        "pilot.seat_left_empty", pilot, by=by, at=at, also=(before,), before=audit.named(before)
    )
    _tell_lead(
        pilot,
        _("The seat of %(before)s on the team of “%(pilot)s” is empty")
        % {"before": before, "pilot": pilot.title},
        by=by,
        at=at,
    )


def _is_planned(pilot: Pilot) -> bool:
    """Whether no time was given to it yet: it never had its resources. After a pivot some was."""
    return pilot.status == PilotStatus.SHAPING and not pilot.awards.exists()


def _remaining(member: TeamMember, today: date) -> list[Allocation]:
    shares = list(member.allocations.filter(ends_on__gte=today).order_by("starts_on"))
    if not shares:
        raise Conflict(_("Somebody saw to this seat already."))
    return shares


def _empty(
    member: TeamMember,
    shares: Iterable[Allocation],
    *,
    today: date,
    whole: bool,
    by: User,
    at: datetime,
) -> None:
    for share in shares:
        _end(share, on=today, whole=whole)
    if not member.allocations.exists():
        lifecycle.leave(member, by=by, at=at)


def _tell_lead(
    pilot: Pilot, title: str, *, by: User, at: datetime, but: User | None = None
) -> None:
    """Whoever leads; the office where the lead has left, too."""
    office = User.objects.holding(PilotsPermission.OPEN, pilot.unit)
    whom = [pilot.lead] if pilot.lead.is_active else list(office)
    notices.notify(
        [one for one in whom if one != but],
        kind="pilots",
        title=title,
        text=_("Whoever had it has left. Who is on the team stands on its page."),
        about=pilot,
        url=reverse("pilots:team", args=[pilot.pk]),
        at=at,
        but=by,
    )


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
