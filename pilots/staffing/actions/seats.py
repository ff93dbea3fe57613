"""The seats of those who have left: handed on to somebody, who is asked, or left empty."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot, TeamMember
from pilots.lifecycle.room import PilotsPermission
from pilots.staffing import queries
from pilots.staffing.actions.asking import put
from pilots.staffing.actions.shares import end, is_planned
from pilots.staffing.actions.telling import tell
from pilots.staffing.models import Allocation
from pilots.staffing.permissions import check_can_hand_on_seat


@atomic
def hand_on_seat(member: TeamMember, *, by: User, at: datetime, to: User) -> None:
    """Ask another for the seat of somebody who has left: the same part in the team, and the time that was
    still to come. They have it once they said yes. The lead is told."""
    pilot, before = member.pilot, member.person
    workflow.lock(pilot)
    check_can_hand_on_seat(by, member)
    if not queries.who_may_sit(member).filter(pk=to.pk).exists():
        raise Refused(
            _("%(person)s cannot take this seat: their roles do not reach it, or they have one.")
            % {"person": to.name}
        )
    today = dates.day_of(at)
    planned = is_planned(pilot)
    shares = _remaining(member, today)
    for share in shares:
        put(
            pilot,
            person=to,
            role=member.role,
            percent=share.percent,
            starts_on=share.starts_on if planned else max(share.starts_on, today),
            ends_on=share.ends_on,
            why=_("It is the seat of %(before)s, who has left.") % {"before": before.name},
            told=False,  # where things are handed over, they are
            by=by,
            at=at,
        )
    _empty(member, shares, today=today, whole=planned, by=by, at=at)
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
        _("%(to)s is asked to take the seat of %(before)s on the team of “%(pilot)s”")
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
    planned = is_planned(pilot)
    _empty(member, _remaining(member, today), today=today, whole=planned, by=by, at=at)
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
        end(share, on=today, whole=whole)
    if not member.accompanies and not member.allocations.exists():
        lifecycle.leave(member, by=by, at=at)


def _tell_lead(
    pilot: Pilot, title: str, *, by: User, at: datetime, but: User | None = None
) -> None:
    """Whoever leads; the office where the lead has left, too."""
    office = User.objects.holding(PilotsPermission.OPEN, pilot.unit)
    whom = [pilot.lead] if pilot.lead.is_active else list(office)
    tell(
        [one for one in whom if one != but],
        pilot,
        title,
        text=_("Whoever had it has left. Who is on the team stands on its page."),
        by=by,
        at=at,
    )
