"""Who may promise people's time to a pilot."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.people.permissions import check_can_hand_over
from innovation.rules.checks import derive
from innovation.rules.refusal import Refused
from pilots.lifecycle.models import Pilot, TeamMember
from pilots.lifecycle.permissions import check_can_edit_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED, PilotStatus

UNDER_DECISION = (PilotStatus.PROPOSED, PilotStatus.EVALUATING)


def check_can_staff(user: User, pilot: Pilot) -> None:
    """The team and the office; not while somebody decides on the pilot, nor after its end."""
    check_can_edit_pilot(user, pilot)
    _check_may_change(pilot)


can_staff = derive(check_can_staff)


def check_can_hand_on_seat(user: User, member: TeamMember) -> None:
    """What somebody who has left had on a team: the administrators of its unit and the office."""
    pilot = member.pilot
    check_can_hand_over(user, pilot.unit_id, member.person, PilotsPermission.OPEN)
    _check_may_change(pilot)


def _check_may_change(pilot: Pilot) -> None:
    if pilot.status in UNDER_DECISION:
        raise Refused(_("The team stays as it is while the pilot waits for a decision."))
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; its people are free again."))
