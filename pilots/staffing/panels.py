"""What leavers had on teams, where it is handed over."""

from __future__ import annotations

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.web import panels
from pilots.lifecycle.models import TeamMember
from pilots.staffing import actions, queries
from pilots.staffing.permissions import UNDER_DECISION


def to_hand_over(person: User | None) -> list[panels.HandoverItem]:
    """Seats on teams of pilots that are not over, with time that was still to come."""
    return [_item(seat) for seat in queries.seats_left_behind(person, today=dates.today())]


def _item(seat: TeamMember) -> panels.HandoverItem:
    pilot = seat.pilot
    waits = pilot.status in UNDER_DECISION
    facts = {"role": seat.role_label, "share": _share(seat)}
    sentence = _("Has a seat on its team (%(role)s): %(share)s.") % facts
    if waits:
        sentence += " " + _("It waits for a decision; the team stays as it is until then.")
    label = (
        _("Leave it empty, and tell %(lead)s, who leads it") % {"lead": pilot.lead}
        if pilot.lead.is_active
        else _("Leave it empty, and tell the innovation office")
    )
    return panels.HandoverItem(
        key=f"seat-{seat.pk}",
        holder=seat.person_id,
        title=pilot.title,
        sentence=sentence,
        url=reverse("pilots:team", args=[pilot.pk]),
        unit_id=pilot.unit_id,
        told=_("You are on the team of “%(pilot)s” from now on.") % {"pilot": pilot.title},
        may_take=None if waits else partial(queries.who_may_sit, seat),
        hand_over=partial(actions.hand_on_seat, seat),
        empty_label=label,
        leave_empty=partial(actions.leave_seat_empty, seat),
    )


def _share(seat: TeamMember) -> str:
    shares = [one for one in seat.shares if one.ends_on >= dates.today()]  # type: ignore[attr-defined]
    return ", ".join(
        _("%(percent)s %% of full time until %(day)s")
        % {"percent": one.percent, "day": dates.day_in_words(one.ends_on)}
        for one in shares
    )
