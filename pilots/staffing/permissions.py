"""Who may ask for people's time for a pilot, and who answers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.people.permissions import check_can_hand_over, check_holds
from innovation.rules.checks import derive
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from pilots.lifecycle.models import Pilot, TeamMember
from pilots.lifecycle.permissions import check_can_edit_pilot, is_under_decision
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED
from pilots.staffing.models import Allocation, TimeRequest
from pilots.staffing.room import StaffingPermission


def check_can_staff(user: User, pilot: Pilot) -> None:
    """The team and the office; not while somebody decides on the pilot, nor after its end."""
    check_can_edit_pilot(user, pilot)
    check_team_may_change(pilot)


can_staff = derive(check_can_staff)


def check_can_answer_for_oneself(user: User, request: TimeRequest) -> None:
    """Only who is asked, and nobody who acts for them: a yes is one's own."""
    if user.pk != request.person_id or user.acting_for is not None:
        raise NotAllowed(_("This is asked of %(person)s.") % {"person": request.person.name})


can_answer_for_oneself = derive(check_can_answer_for_oneself)


def check_can_answer_for_unit(user: User, request: TimeRequest) -> None:
    """Whoever leads the unit that the time comes from, or one above it; nobody for their own time, nor for
    a pilot of their own."""
    if request.unit is None:
        raise Conflict(
            _("%(person)s is asked first, and has not answered.") % {"person": request.person.name}
        )
    if request.person_id in user.interests:
        raise NotAllowed(_("It is your own time: somebody else answers for your unit."))
    if request.sides & user.interests:
        raise NotAllowed(
            _("You asked for the time, or lead the pilot: somebody else answers for %(unit)s.")
            % {"unit": request.unit}
        )
    check_holds(
        user,
        StaffingPermission.AGREE,
        request.unit_id,
        _("Whoever leads %(unit)s, or a unit above it, answers this.") % {"unit": request.unit},
    )


can_answer_for_unit = derive(check_can_answer_for_unit)


def check_can_withdraw(user: User, request: TimeRequest) -> None:
    """Who asked, the team and the office, whatever the pilot's state."""
    if user.pk != request.asked_by_id:
        check_can_edit_pilot(user, request.pilot)


can_withdraw = derive(check_can_withdraw)


def check_can_give_back(user: User, allocation: Allocation) -> None:
    """One's own time, until the pilot is over; also while somebody decides on it: a yes may be taken back."""
    if user.pk != allocation.person_id or user.acting_for is not None:
        raise NotAllowed(
            _("%(person)s takes it back themselves.") % {"person": allocation.person.name}
        )
    if allocation.pilot.status in ENDED:
        raise Refused(_("The pilot has ended; its people are free again."))


can_give_back = derive(check_can_give_back)


def check_can_hand_on_seat(user: User, member: TeamMember) -> None:
    """What somebody who has left had on a team: the administrators of its unit and the office."""
    pilot = member.pilot
    check_can_hand_over(user, pilot.unit_id, member.person, PilotsPermission.OPEN)
    check_team_may_change(pilot)


def check_team_may_change(pilot: Pilot) -> None:
    if is_under_decision(pilot):
        raise Refused(_("The team stays as it is while the pilot waits for a decision."))
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; its people are free again."))
